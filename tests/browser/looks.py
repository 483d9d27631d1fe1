"""What holds for every page: it fits, it is accessible, it is light, its title is its own. And its picture."""

import base64
import os
import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.browser.steps import PATIENCE, seen
from tests.databases import CHECKOUT

PICTURES = CHECKOUT / "docs" / "pictures"
WANTED = os.environ.get("JENJANG_PICTURES", "")  # 1: those of docs/; all: every page that is looked at
SHOWN = {
    "work", "entry", "entry-refused", "entry-ur", "check", "inbox", "review", "sign", "signed", "public", "public-ur",
    "public-section", "public-item", "verification", "verification-same", "audit", "audit-report", "route-composed",
    "correction-effect", "correction-public-after", "webhook", "auditor-dossier", "auditor-proof", "overview", "board",
}  # fmt: skip
DESKTOP, TABLET, PHONE = (1280, 800), (768, 1024), (360, 740)
TALLEST = 1600  # a picture shows a page's first screens, not all of a long table
# By how many pixels the page is wider than its window, once the window has that width.
ROOT = "document.documentElement"
WIDE = f"innerWidth === %s ? {ROOT}.scrollWidth - {ROOT}.clientWidth : null"
UNPACK = """async address => {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob());
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  const bytes = pen.getImageData(0, 0, bitmap.width, bitmap.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""
PAGE_LIMIT, SCRIPT_LIMIT = 60 * 1024, 20 * 1024  # bytes on the line, compressed


@dataclass
class Looks:
    """Looks at pages one after another; remembers their titles (by path) and weights (by name)."""

    axe: Callable[[Page], None] | None = None
    titles: dict[str, str] = field(default_factory=dict)
    weights: dict[str, tuple[int, int]] = field(default_factory=dict)

    def at(self, page: Page, name: str) -> None:
        """One page as it stands, at three widths; the page keeps what was typed into it."""
        path, title = seen(page, "[location.pathname, document.title]")
        self.titles.setdefault(path, title)
        for width, height in (DESKTOP, TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            wide = seen(page, WIDE % width)
            assert wide <= 0, f"{name} scrolls sideways by {wide} px at {width} px"
            if self.axe and width != TABLET[0]:
                self.axe(page)
        if self.axe:
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
    asked: set[str] = set()
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def came(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def ended(event: dict[str, Any]) -> None:
        # What the page gave up itself has no length; what failed is told by the console.
        sizes[event["requestId"]] = int(event.get("encodedDataLength", 0))

    def begun(event: dict[str, Any]) -> None:
        # The browser asks for the page's icon when it likes, and does not always say that it came.
        if event.get("type") != "Other":
            asked.add(event["requestId"])

    line.on("Network.requestWillBeSent", begun)
    line.on("Network.responseReceived", came)
    line.on("Network.loadingFinished", ended)
    line.on("Network.loadingFailed", ended)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.reload()
    # Not "networkidle": on a slow machine a pause between two files is no end.
    deadline = time.monotonic() + PATIENCE
    while open_yet := asked - sizes.keys():
        assert time.monotonic() < deadline, f"{page.url}: {len(open_yet)} files did not come"
        page.wait_for_timeout(50)
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
        picture.write_bytes(smaller(page, page.screenshot()))


def smaller(page: Page, png: bytes) -> bytes:
    """The same picture with its 256 commonest colours, a third of the size. An empty page unpacks the pixels."""
    (width, height) = struct.unpack(">II", png[16:24])
    easel = page.context.new_page()
    packed = easel.evaluate(UNPACK, f"data:image/png;base64,{base64.b64encode(png).decode()}")
    easel.close()
    pixels = memoryview(base64.b64decode(packed)).cast("I")
    counted = Counter(pixels)
    palette = [colour for colour, _ in counted.most_common(256)]
    index = {colour: number for number, colour in enumerate(palette)}
    for colour in counted.keys() - index.keys():
        index[colour] = index[min(palette, key=lambda have: _apart(have, colour))]  # noqa: B023 - used at once
    rows = (bytes(map(index.__getitem__, pixels[at : at + width])) for at in range(0, width * height, width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(colour.to_bytes(4, "little")[:3] for colour in palette)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)),
        (b"IEND", b""),
    )
    return png[:8] + b"".join(_chunk(name, content) for name, content in chunks)


def _apart(one: int, other: int) -> int:
    return sum(
        (a - b) ** 2 for a, b in zip(one.to_bytes(4, "little"), other.to_bytes(4, "little"), strict=True)
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
