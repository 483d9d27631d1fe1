"""The ledger's public side: a page in plain words for people, and the seal itself for machines. Hashes only, never contents."""

from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from ledger import checkpoints, restoring, tiles
from ledger.merkle import WIDTH
from portal.plain import BYTES, SHORT, TEXT, absent, kept, plain
from portal.views import public

SOON, HOUR, FOR_EVER = (
    f"public, max-age={SHORT}",
    "public, max-age=3600",
    "public, max-age=31536000, immutable",
)


@public
def page(request: HttpRequest) -> HttpResponse:
    """What the ledger is, its newest checkpoint, and how anybody checks it."""
    return render(request, "portal/ledger.html", {"newest": checkpoints.latest(), "canonical": request.path})


@plain
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    """The newest signed checkpoint, a C2SP note."""
    newest = checkpoints.latest()
    if newest is None:
        return absent("There is no checkpoint yet.")
    return kept(request, newest.note.encode(), TEXT, SOON)


@plain
def key(request: HttpRequest) -> HttpResponseBase:
    """The line with which checkpoints are checked. Who does check keeps a copy of his own: it should never change."""
    try:
        line = (Path(settings.LEDGER_KEYS) / "sealer.pub").read_bytes()
    except OSError:
        return absent("The key is not published here. Ask the office that runs this site for it.")
    return kept(request, line, TEXT, HOUR)


@plain
def restored(request: HttpRequest) -> HttpResponseBase:
    """The signed notes of all restores that were declared, the oldest first; nothing when there were none."""
    return kept(request, "".join(restoring.declared(connection)).encode(), TEXT, SOON)


@plain
def tile(request: HttpRequest, level: int, tile: tuple[int, int]) -> HttpResponseBase:
    """Hashes of a tile. A whole one never changes; the last one grows, so it is asked for by its width."""
    index, width = tile
    hashes = tiles.published(level, index, width)
    if hashes is None:
        return absent("There is no such tile under the newest checkpoint.")
    return kept(request, hashes, BYTES, FOR_EVER if width == WIDTH else HOUR)
