"""What holds for every page: it fits, it is accessible, it is light, its title is its own. And its picture."""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page

from tests.databases import CHECKOUT

PICTURES = CHECKOUT / "docs" / "pictures"
WANTED = os.environ.get("JENJANG_PICTURES", "")  # 1: those of docs/; all: every page that is looked at
SHOWN = {
    "entry", "entry-refused", "entry-ur", "inbox", "review", "sign", "signed", "public", "public-ur", "public-section",
    "public-item", "verification", "verification-same", "audit", "audit-report",
}  # fmt: skip
DESKTOP, TABLET, PHONE = (1280, 800), (768, 1024), (360, 740)
TALLEST = 1600  # a picture shows a page's first screens, not all of a long table
PAGE_LIMIT, SCRIPT_LIMIT = 60 * 1024, 20 * 1024  # bytes on the line, compressed


@dataclass
class Looks:
    """Looks at pages one after another; remembers their titles (by path) and weights (by name)."""

    axe: Callable[[Page], None] | None = None
    titles: dict[str, str] = field(default_factory=dict)
    weights: dict[str, tuple[int, int]] = field(default_factory=dict)

    def at(self, page: Page, name: str) -> None:
        """One page as it stands, at three widths; the page keeps what was typed into it."""
        self.titles.setdefault(urlsplit(page.url).path, page.title())
        for width, height in (DESKTOP, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name} scrolls sideways by {wide} px at {width} px"
            if self.axe and width != TABLET[0]:
                self.axe(page)
        shoot(page, name)
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})

    def weigh(self, page: Page, name: str) -> None:
        """Load the page once more as for the first time and count the bytes that came over the line."""
        total, script = weight(page)
        self.weights[name] = total, script
        assert total <= PAGE_LIMIT, f"{name} weighs {total} bytes"
        assert script <= SCRIPT_LIMIT, f"{name} has {script} bytes of script"

    def told(self) -> None:
        """Titles are distinct; the weights are written down for whoever wants to read them."""
        assert len(set(self.titles.values())) == len(self.titles), self.titles
        if self.weights:
            (CHECKOUT / "build").mkdir(exist_ok=True)
            lines = [
                f"{name:24} {total:7} bytes, script {script:6}"
                for name, (total, script) in self.weights.items()
            ]
            (CHECKOUT / "build" / "page-weights.txt").write_text("\n".join(lines) + "\n")


def weight(page: Page) -> tuple[int, int]:
    """(all bytes, bytes of script) that a reload without a cache takes, as the network counted them."""
    line: CDPSession = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def came(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def ended(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    line.on("Network.responseReceived", came)
    line.on("Network.loadingFinished", ended)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.reload(wait_until="networkidle")
    line.detach()
    return sum(sizes.values()), sum(size for key, size in sizes.items() if kinds.get(key) == "Script")


def shoot(page: Page, name: str) -> None:
    """Keep pictures of a page for docs/, when asked to by JENJANG_PICTURES."""
    if not (WANTED == "all" or (WANTED and name in SHOWN)):
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.activeElement && document.activeElement.blur()")
        tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.set_viewport_size({"width": width, "height": max(tall, height)})
        page.evaluate("scrollTo(0, 0)")
        picture = PICTURES / f"{name}-{width}.png"
        picture.write_bytes(smaller(page.screenshot()))


def smaller(png: bytes) -> bytes:
    """The same picture, compressed as far as it goes: a browser is in a hurry, a repository is not."""
    chunks, packed, at = [], b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if name == b"IDAT":
            packed += content
        else:
            chunks.append((name, content))
        at += 12 + length
    chunks.insert(len(chunks) - 1, (b"IDAT", zlib.compress(zlib.decompress(packed), 9)))
    return png[:8] + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
