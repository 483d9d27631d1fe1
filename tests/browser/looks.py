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
WANTED = os.environ.get("JENJANG_PICTURES") == "1"
DESKTOP, TABLET, PHONE = (1280, 800), (768, 1024), (360, 740)
TALLEST = 2000  # a picture shows a page's first screens, not all of a long table
PAGE_LIMIT, SCRIPT_LIMIT = 60 * 1024, 20 * 1024  # bytes on the line, compressed


@dataclass
class Looks:
    """Looks at pages one after another; remembers their titles (by path) and weights (by name)."""

    axe: Callable[[Page], None] | None = None
    titles: dict[str, str] = field(default_factory=dict)
    weights: dict[str, tuple[int, int]] = field(default_factory=dict)

    def at(self, page: Page, name: str) -> None:
        """One page as it stands, at three widths; the page keeps what was typed into it."""
        self.titles[urlsplit(page.url).path] = page.title()
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
    """Keep pictures of a page for docs/, when asked to: JENJANG_PICTURES=1."""
    if not WANTED:
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
    """The same picture with a palette of at most 256 colours, when that is less."""
    width, height, depth, kind, *_ = struct.unpack(">IIBBBBB", png[16:29])
    if (depth, kind) != (8, 2):
        return png
    pixels = _unfiltered(zlib.decompress(b"".join(_data(png))), width * 3, height)
    colours: dict[bytes, int] = {}
    rows = bytearray()
    for start in range(0, len(pixels), width * 3):
        rows.append(0)
        row = pixels[start : start + width * 3]
        # Anti-aliased edges have many shades that nobody tells apart: five bits of each colour are enough.
        for pixel in zip(row[0::3], row[1::3], row[2::3], strict=True):
            key = bytes(value & 0xF8 for value in pixel) if len(colours) > 200 else bytes(pixel)
            rows.append(
                colours.setdefault(key, len(colours))
                if len(colours) < 256 or key in colours
                else _near(colours, key)
            )
    palette = b"".join(colours)
    body = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) + _chunk(b"PLTE", palette)
    made = png[:8] + body + _chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + _chunk(b"IEND", b"")
    return made if len(made) < len(png) else png


def _near(colours: dict[bytes, int], key: bytes) -> int:
    """The colour of the palette that is least far away."""
    nearest = min(colours, key=lambda have: sum((a - b) ** 2 for a, b in zip(have, key, strict=True)))
    return colours[nearest]


def _data(png: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            found.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _unfiltered(data: bytes, stride: int, height: int) -> bytes:
    """Rows of a PNG without their filters (PNG specification, 9.2)."""
    out, above = bytearray(), bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + stride])
        for i in range(stride if kind else 0):
            left, up, corner = (row[i - 3] if i >= 3 else 0), above[i], (above[i - 3] if i >= 3 else 0)
            row[i] = (row[i] + _predicted(kind, left, up, corner)) & 0xFF
        out += row
        above = bytes(row)
    return bytes(out)


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    distances = abs(guess - left), abs(guess - up), abs(guess - corner)
    return (left, up, corner)[distances.index(min(distances))]
