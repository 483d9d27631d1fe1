"""The signed document of one agency and month: everything printed, as plain data, and its PDF/A-3b.

Knows no database: the services fill a Recap, `render` prints it. Words are printed in the recap's language.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import segno
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import get_language_info, gettext, override

from approvals import annex
from approvals.annex import Entry, Line
from approvals.document_words import annex_words, words_of
from approvals.printing import compile_pdf
from approvals.signing import SIGNATURE_ANCHOR
from ledger.checkpoints import Checkpoint
from submissions.formulas import half_up
from wording import ways
from wording.dates import NOTHING, moment
from wording.numbers import money, points, quantity
from wording.ways import Ways

MANIFEST_FORMAT = "jenjang-manifest-1"
MINUS = "\u2212"  # on paper a hyphen before a figure is too easily overlooked
SIGNATURE_SIZE = (221, 54)  # points, 78 by 19 mm: the place kept for the visible signature


@dataclass(frozen=True)
class Figures:
    """Money in the government's currency; physical values and deviation in percentage points; None where unknown."""

    ceiling: Decimal
    money_month: Decimal
    money_to_date: Decimal
    absorption: Decimal | None
    physical_plan: Decimal | None
    physical_month: Decimal | None
    physical_to_date: Decimal | None
    deviation: Decimal | None
    cash_plan: Decimal | None = None  # to date, percent of the ceiling
    money_deviation: Decimal | None = None  # absorption less cash plan
    physical_value: Decimal | None = None
    band: str = ""  # AHEAD, GREEN, YELLOW, RED (W-4), or nothing
    band_word: str = ""


@dataclass(frozen=True)
class Item:
    """One report of the batch as it is printed; the note is the public problem and follow-up."""

    code: str
    name: str
    unit: str
    ceiling_version: str
    figures: Figures
    status: str
    note: str = ""
    revision: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Decider:
    """Who did what on the way here, as printed: act ("Verified by"), name, post, moment."""

    act: str
    name: str
    post: str
    at: datetime


@dataclass(frozen=True)
class SignerBlock:
    """The signer as official prints show him: "Plt. Kepala Dinas ...,", name, rank, number (NIP)."""

    title: str
    name: str
    rank: str = ""
    number: str = ""
    number_label: str = "NIP"


@dataclass(frozen=True)
class ManifestEntry:
    """One report in the order of the print: what exactly the signature stands for."""

    report: str
    token: str
    revision: int
    version: int
    content_sha256: str


@dataclass(frozen=True)
class Recap:
    """Everything printed for one signing batch; `totals` come from raw values, weighted by ceiling (W-3)."""

    language: str
    zone: ZoneInfo
    ways: Ways
    government: str
    agency: str
    agency_code: str
    fiscal_year: str
    month: date
    number: str
    prepared_at: datetime
    items: Sequence[Item]
    totals: Figures
    signer: SignerBlock
    verify_url: str
    coverage: str = ""
    notes: Sequence[str] = ()
    deciders: Sequence[Decider] = ()
    checkpoint: Checkpoint | None = None  # the newest sealed state of the ledger
    annex: Sequence[Entry] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of the programmes and activities in the annex
    footnotes: Sequence[str] = ()  # of the annex: what its dashes stand for


def manifest_bytes(recap: Recap, entries: Sequence[ManifestEntry]) -> bytes:
    """Canonical JSON (sorted keys, no spaces, UTF-8) naming each report, its version and content hash, in order."""
    sealed = recap.checkpoint
    manifest = {
        "format": MANIFEST_FORMAT,
        "government": recap.government,
        "agency": recap.agency,
        "agency_code": recap.agency_code,
        "fiscal_year": recap.fiscal_year,
        "month": recap.month.strftime("%Y-%m"),
        "number": recap.number,
        "prepared_at": recap.prepared_at.isoformat(),
        "verify": recap.verify_url,
        "checkpoint": f"{sealed.size} {sealed.root.hex()}" if sealed else None,
        "reports": [
            {
                "report": entry.report,
                "token": entry.token,
                "revision": entry.revision,
                "version": entry.version,
                "content_sha256": entry.content_sha256,
            }
            for entry in entries
        ],
    }
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def render(recap: Recap, manifest: bytes) -> bytes:
    """The printed document as PDF/A-3b with the manifest attached; the same input gives the same bytes.

    ValueError when the recap has no item or the manifest is not UTF-8.
    """
    if not recap.items:
        raise ValueError("a recap without items cannot be printed")
    with override(recap.language), timezone.override(recap.zone), ways.of(recap.ways):
        data = _document(recap, manifest)
    return compile_pdf(
        "recap",
        data,
        at=recap.prepared_at,
        extra={
            "manifest": manifest.decode(),
            "qr": _qr(recap.verify_url),
            "checkpoint": recap.checkpoint.note if recap.checkpoint else "",
        },
    )


def stamp(*, name: str, title: str, at: datetime, zone: ZoneInfo, language: str) -> bytes:
    """One small PDF page, the face of a visible signature: who, as what, and when by the signer's clock."""
    with override(language), timezone.override(zone):
        data = {
            "heading": gettext("Signed electronically by"),
            "name": name,
            "lines": [title.rstrip(","), moment(at)],
            "language": language,
            "rtl": get_language_info(language)["bidi"],
            "width": SIGNATURE_SIZE[0],
            "height": SIGNATURE_SIZE[1],
        }
    return compile_pdf("stamp", data, at=at, extra={}, tags=False)


def _qr(url: str) -> str:
    picture = io.BytesIO()
    segno.make(url, error="m").save(picture, kind="svg", border=0, dark="#1b2430", xmldecl=False)
    return picture.getvalue().decode()


def _document(recap: Recap, manifest: bytes) -> dict[str, object]:
    versions = {item.ceiling_version for item in recap.items}
    only_version = next(iter(versions)) if len(versions) == 1 else ""
    words = words_of(recap.ways.currency, recap.month, len(recap.items))
    return {
        "language": recap.language,
        "rtl": get_language_info(recap.language)["bidi"],
        "title": f"{words['subject']} · {recap.agency}",
        "subject": words["subject"],
        "government": recap.government,
        "agency": recap.agency,
        "agency_code": recap.agency_code,
        "fiscal_year": recap.fiscal_year,
        "number": recap.number,
        "prepared_at": moment(recap.prepared_at),
        "tiles": _tiles(recap, words),
        "rows": [
            _row(place, item, "" if only_version else item.ceiling_version, recap.language)
            for place, item in enumerate(recap.items, start=1)
        ],
        "totals": _texts(recap.totals, recap.language) | {"version": ""},
        "annex": _annex(recap),
        "version": only_version,
        "coverage": recap.coverage,
        "notes": list(recap.notes),
        "deciders": [
            {"act": who.act, "name": who.name, "post": who.post, "at": moment(who.at)}
            for who in recap.deciders
        ],
        "signer": vars(recap.signer),
        "checkpoint": _checkpoint(recap),
        "verify_url": recap.verify_url,
        "signature_place": recap.verify_url + SIGNATURE_ANCHOR,
        "signature_size": list(SIGNATURE_SIZE),
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "words": words,
    }


def _checkpoint(recap: Recap) -> str | None:
    sealed = recap.checkpoint
    if sealed is None:
        return None
    count = quantity(sealed.size, recap.language)
    return gettext("%(count)s events, root %(mark)s") % {"count": count, "mark": sealed.mark}


def _annex(recap: Recap) -> dict[str, object]:
    """The second layout, empty when nothing was given for it."""
    if not recap.annex:
        return {"rows": []}
    rows = annex.lines(recap.annex, dict(recap.names))
    return {
        "rows": [_annex_row(line, recap.language) for line in rows],
        "notes": list(recap.footnotes),
        "words": annex_words(recap.ways.currency),
    }


def _annex_row(line: Line, language: str) -> dict[str, object]:
    amounts = {
        "before": line.before,
        "after": line.after,
        "sp2d": line.sp2d,
        "spj": line.spj,
    }
    shares = {
        "weight": line.weight,
        "planned": line.planned,
        "physical": line.physical,
        "weighted": line.weighted,
        "absorption": line.absorption,
    }
    return {
        "kind": line.kind,
        "place": str(line.place or ""),
        "code": line.code,
        "name": line.name,
        "under": line.under,
        **{name: _money(value, language) for name, value in amounts.items()},
        **{name: _points(value, language) for name, value in shares.items()},
    }


def _row(place: int, item: Item, version: str, language: str) -> dict[str, object]:
    under = [item.unit] if item.unit else []
    if item.revision:
        under.append(gettext("Revision %(number)s") % {"number": item.revision})
    return _texts(item.figures, language) | {
        "place": place,
        "code": item.code,
        "name": item.name,
        "under": " · ".join(under),
        "version": version,
        "status": item.status,
        "updated": _short(item.updated_at),
        "note": item.note,
    }


def _texts(figures: Figures, language: str) -> dict[str, object]:
    return {
        "ceiling": _money(figures.ceiling, language),
        "money_month": _money(figures.money_month, language),
        "money_to_date": _money(figures.money_to_date, language),
        "absorption": _points(figures.absorption, language),
        "physical_plan": _points(figures.physical_plan, language),
        "physical_month": _points(figures.physical_month, language),
        "physical_to_date": _points(figures.physical_to_date, language),
        "deviation": _signed(figures.deviation, language),
        "cash_plan": _points(figures.cash_plan, language),
        "money_deviation": _signed(figures.money_deviation, language),
        "physical_value": _money(_whole(figures.physical_value), language),
        "band": figures.band,
        "word": figures.band_word,
    }


def _short(at: datetime | None) -> str:
    return formatted(timezone.localtime(at), "d M Y") if at else NOTHING


def _money(amount: Decimal | None, language: str) -> str:
    return money(amount, language).replace("-", MINUS)


def _whole(amount: Decimal | None) -> Decimal | None:
    """An amount that is computed from a percentage has no cents of its own."""
    return None if amount is None else half_up(amount, 0)


def _points(value: Decimal | None, language: str) -> str:
    return points(value, language).replace("-", MINUS)


def _signed(value: Decimal | None, language: str) -> str:
    text = _points(value, language)
    return f"+{text}" if value is not None and value > 0 else text


def _tiles(recap: Recap, words: dict[str, str]) -> list[dict[str, str]]:
    totals = recap.totals
    texts = _texts(totals, recap.language)
    return [
        {"name": words["ceiling_sum"], "value": str(texts["ceiling"]), "under": words["count"]},
        {"name": words["money_month"], "value": str(texts["money_month"]), "under": ""},
        {
            "name": words["money_to_date"],
            "value": str(texts["money_to_date"]),
            "under": gettext("Absorption %(value)s%%") % {"value": texts["absorption"]},
        },
        {
            "name": words["physical_to_date"],
            "value": f"{texts['physical_to_date']}%",
            "under": gettext("Plan %(value)s%%") % {"value": texts["physical_plan"]},
        },
        {"name": words["deviation"], "value": str(texts["deviation"]), "under": totals.band_word},
    ]
