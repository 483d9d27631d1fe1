"""Where anybody reads the ledger's seal: checkpoint, tiles, key. The addresses of tiles are those of C2SP tlog-tiles."""

import re

from django.urls import path, register_converter

from portal import ledger_views

GROUPS = r"(?:x[0-9]{3}/){0,5}[0-9]{3}"  # the tile's index in groups of three digits: x001/x234/067


class LevelConverter:
    """0 to 63, as the format has them."""

    regex = r"[0-9]|[1-5][0-9]|6[0-3]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: object) -> str:
        return str(value)


class TileConverter:
    """A whole tile, x001/234, or the first 56 hashes of it, x001/234.p/56: (index, width)."""

    regex = GROUPS + r"(?:\.p/[1-9][0-9]{0,2})?"

    def to_python(self, value: str) -> tuple[int, int]:
        groups, _, width = value.partition(".p/")
        if re.match("x000/", groups) or int(width or 1) > 255:
            raise ValueError(value)  # the same tile by another name
        return int(groups.replace("x", "").replace("/", "")), int(width or 256)

    def to_url(self, value: str) -> str:
        return value


register_converter(LevelConverter, "level")
register_converter(TileConverter, "tile")
app_name = "ledger"
urlpatterns = [
    path("", ledger_views.page, name="page"),
    path("checkpoint", ledger_views.checkpoint, name="checkpoint"),
    path("key", ledger_views.key, name="key"),
    path("restored", ledger_views.restored, name="restored"),
    path("tile/<level:level>/<tile:tile>", ledger_views.tile, name="tile"),
]
