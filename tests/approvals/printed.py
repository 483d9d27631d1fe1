"""A recap to print, and the words that a printed page shows, read back from the PDF itself."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from pyhanko.pdf_utils.reader import PdfFileReader

from approvals.annex import Entry
from approvals.document import Decider, Figures, Item, ManifestEntry, Recap, SignerBlock
from ledger.checkpoints import Checkpoint
from wording.ways import Ways

FIGURES = Figures(
    ceiling=Decimal("1234567890.00"),
    money_month=Decimal("86419752.00"),
    money_to_date=Decimal("172839504.50"),
    absorption=Decimal("14.0000"),
    physical_plan=Decimal("12.5000"),
    physical_month=Decimal("4.1250"),
    physical_to_date=Decimal("7.0000"),
    deviation=Decimal("-5.5000"),
    cash_plan=Decimal("16.2500"),
    money_deviation=Decimal("-2.2500"),
    physical_value=Decimal("86419752.30"),
    band="YELLOW",
    band_word="perlu perhatian",
)
SEALED = Checkpoint(
    48211,
    bytes.fromhex("9f2c4a7be1d00345" * 4),
    "jenjang.example/ledger\n48211\nnyxKe+HQA0WfLEp74dADRZ8sSnvh0ANFnyxKe+HQA0U=\n\n— jenjang.example/ledger wX29…\n",
    datetime(2026, 2, 9, 3, 14, tzinfo=UTC),
)
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(\()|<([0-9A-Fa-f]+)>|(\bET\b)")
_IN_LITERAL = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def recap(count: int = 2, **changes: Any) -> Recap:
    """A recap of `count` items of a fictitious agency, with the given fields changed."""
    items = [
        Item(
            code=f"4.01.03.2.01.{place:04d}",
            name=f"Fasilitasi kegiatan ke-{place}",
            unit="Bagian Perekonomian",
            ceiling_version="Murni",
            figures=FIGURES,
            status="pelaksanaan",
            updated_at=datetime(2026, 2, 5, 20, 30, tzinfo=UTC),
        )
        for place in range(1, count + 1)
    ]
    made = Recap(
        language="en",
        zone=ZoneInfo("Asia/Makassar"),
        ways=Ways(),
        government="Kabupaten Tirta Mandala",
        agency="Sekretariat Daerah",
        agency_code="4.01.0.00.0.00.01.0000",
        fiscal_year="2026",
        month=date(2026, 1, 1),
        number="RFK/4.01/2026-01/7QK2",
        prepared_at=datetime(2026, 2, 9, 3, 15, tzinfo=UTC),
        items=items,
        totals=FIGURES,
        signer=SignerBlock(
            "Plt. Sekretaris Daerah,", "Citra Anggraini, S.E.", "Pembina", "197803152003122004"
        ),
        verify_url="https://jenjang.example/v/7Qm2-XK4f",
        coverage="2 of 2 sub-activities",
        deciders=[
            Decider("Verified by", "Budi Santoso", "Kepala Bagian", datetime(2026, 2, 6, 1, 12, tzinfo=UTC))
        ],
        checkpoint=SEALED,
        annex=[entry(place, one) for place, one in enumerate(items, start=1)],
        names={"4.01.03": "Perekonomian dan Pembangunan", "4.01.03.2.01": "Kebijakan Perekonomian"},
        footnotes=["13, 14: until today."],
    )
    return replace(made, **changes)


def entry(place: int, item: Item, **changes: Any) -> Entry:
    """The same item for the second layout."""
    made = Entry(
        place=place,
        code=item.code,
        name=item.name,
        unit=item.unit,
        ceiling=FIGURES.ceiling,
        before=Decimal("1000000000.00"),
        revised=FIGURES.ceiling,
        realised=FIGURES.money_to_date,
        planned=FIGURES.physical_plan,
        physical=FIGURES.physical_to_date,
        sp2d=Decimal("172000000.00"),
        spj=None,
    )
    return replace(made, **changes)


def renamed(name: str, **changes: Any) -> Recap:
    """A recap of one item with this name."""
    made = recap(1)
    return replace(made, items=[replace(made.items[0], name=name, **changes)])


def entries(count: int = 2) -> list[ManifestEntry]:
    """The manifest's lines for `recap(count)`."""
    return [
        ManifestEntry(f"4.01.{place}", f"token{place}", 1, 3, f"{place:064x}")
        for place in range(1, count + 1)
    ]


def pages(pdf: bytes) -> list[str]:
    """The words of each page, text run after text run, decoded as a reader's search would."""
    return ["".join(_runs(page)) for page in PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"]]


def words(pdf: bytes) -> str:
    """All words of a document."""
    return " ".join(pages(pdf))


def _runs(page: Any) -> Iterator[str]:
    page = page.get_object()
    fonts = {name.lstrip("/"): _unicode(font) for name, font in page["/Resources"]["/Font"].items()}
    current: dict[int, str] = {}
    shown, at = page["/Contents"].data, 0
    while found := _SHOWN.search(shown, at):
        font, opened, digits, end = found.groups()
        at = found.end()
        if font:
            current = fonts[font.decode()]
        elif end:
            yield " "
        else:
            begin, at = at, _closing(shown, at) if opened else at
            codes = (
                _ESCAPE.sub(_unescaped, shown[begin : at - 1]) if opened else bytes.fromhex(digits.decode())
            )
            yield "".join(
                current.get(int.from_bytes(codes[i : i + 2], "big"), "") for i in range(0, len(codes), 2)
            )


def _closing(shown: bytes, at: int) -> int:
    """Behind the parenthesis that closes a literal; inner pairs need not be escaped."""
    depth = 1
    while depth:
        found = _IN_LITERAL.search(shown, at)
        assert found
        depth += {b"(": 1, b")": -1}.get(found.group(), 0)
        at = found.end()
    return at


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found.group(1)
    return bytes([int(code, 8)]) if code[:1].isdigit() else _ESCAPES.get(code, code)


def _unicode(font: Any) -> dict[int, str]:
    pairs = re.findall(rb"<(\w{4})> <(\w+)>", font.get_object()["/ToUnicode"].data)
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in pairs
        if text != b"FFFF"
    }
