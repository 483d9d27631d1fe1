"""The signed document of one agency and month: everything printed, as plain data, and its PDF/A-3b.

Knows no database: the services fill a Recap, `render` prints it. Words are printed in the recap's language.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import segno
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext, ngettext, override

from approvals.printing import compile_pdf
from approvals.signing import SIGNATURE_ANCHOR
from wording import ways
from wording.dates import moment
from wording.numbers import money, points, symbol
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
    checkpoint: str | None = None


def manifest_bytes(recap: Recap, entries: Sequence[ManifestEntry]) -> bytes:
    """Canonical JSON (sorted keys, no spaces, UTF-8) naming each report, its version and content hash, in order."""
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
        "checkpoint": recap.checkpoint,
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
        extra={"manifest": manifest.decode(), "qr": _qr(recap.verify_url)},
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
    words = _words(recap, len(recap.items))
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
        "version": only_version,
        "coverage": recap.coverage,
        "notes": list(recap.notes),
        "deciders": [
            {"act": who.act, "name": who.name, "post": who.post, "at": moment(who.at)}
            for who in recap.deciders
        ],
        "signer": vars(recap.signer),
        "checkpoint": recap.checkpoint,
        "verify_url": recap.verify_url,
        "signature_place": recap.verify_url + SIGNATURE_ANCHOR,
        "signature_size": list(SIGNATURE_SIZE),
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "words": words,
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
        "band": figures.band,
        "word": figures.band_word,
    }


def _money(amount: Decimal, language: str) -> str:
    return money(amount, language).replace("-", MINUS)


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


def _words(recap: Recap, count: int) -> dict[str, str]:
    unit = {"currency": symbol(recap.ways.currency)}
    month = {"month": date_format(recap.month, "F Y")}
    return _headings(unit) | {
        "subject": gettext("Monthly realization report, %(month)s") % month,
        "agency_code": gettext("Agency code"),
        "number": gettext("Number"),
        "fiscal_year": gettext("Fiscal year"),
        "prepared": gettext("Prepared"),
        "count": ngettext("%(count)s sub-activity", "%(count)s sub-activities", count) % {"count": count},
        "ceiling_sum": gettext("Ceiling (%(currency)s)") % unit,
        "money_month": gettext("Realised this month (%(currency)s)") % unit,
        "money_to_date": gettext("Realised to date (%(currency)s)") % unit,
        "physical_to_date": gettext("Physical progress to date"),
        "note": gettext("Note:"),
        "total": gettext("Total, physical progress weighted by ceiling"),
        "deciders": gettext("Decisions on these reports"),
        "check": gettext("Check this document"),
        "check_how": gettext(
            "This document is signed electronically. Scan the code or open the address: the page says whether it is "
            "genuine and still in force. Paper copies are proved by the file."
        ),
        "attached": gettext(
            "The file carries manifest.json: each report with its version and hash. SHA-256:"
        ),
        "checkpoint": gettext("Ledger checkpoint"),
        # The engine puts the numbers in: only it knows how many pages there are.
        "page": gettext("Page %(page)s of %(pages)s"),
    }


def _headings(unit: dict[str, str]) -> dict[str, str]:
    return {
        "place": gettext("No."),
        "code": gettext("Code"),
        "name": gettext("Sub-activity and unit"),
        "ceiling": gettext("Ceiling (%(currency)s)") % unit,
        "money": gettext("Financial realization (%(currency)s)") % unit,
        "physical": gettext("Physical progress (%%)") % {},
        "this_month": gettext("This month"),
        "to_date": gettext("To date"),
        "plan_to_date": gettext("Plan to date"),
        "absorption": gettext("Absorption (%%)") % {},
        "deviation": gettext("Deviation"),
        "status": gettext("Status"),
    }
