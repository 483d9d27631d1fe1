"""What a pack must satisfy before it is submitted. Pure Python; findings speak in codes (domain.md 5.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.definitions import Field, Form
from indicators.measures import Measured, alarms
from submissions.facts import BLOCK, Finding, text

SHORTEST_NOTE = 10  # why a figure is missing
SHORTEST_REMARKS = 20  # cause and action where an indicator is red
# (smaller, larger): no part is more than its whole
PARTS = (
    ("own_revenue", "revenue"),
    ("grants", "revenue"),
    ("employee_cost", "opex"),
    ("inventory", "current_assets"),
    ("receivable", "current_assets"),
    ("cash", "current_assets"),
    ("current_assets", "assets"),
    ("payable", "current_liabilities"),
    ("spent", "released"),
)


@dataclass(frozen=True, slots=True)
class Reported:
    """One figure as reported; without a value it needs a note that says why."""

    value: Decimal | None
    note: str = ""


def check(form: Form, reported: Mapping[str, Reported]) -> tuple[Finding, ...]:
    """What each save is held against: parts and wholes, and signs."""
    found = [finding for one in form.fields if (finding := _below_zero(one, reported))]
    for part, whole in PARTS:
        finding = _part(form, reported, part, whole)
        if finding:
            found.append(finding)
    return tuple(found)


def check_submission(
    form: Form,
    reported: Mapping[str, Reported],
    *,
    remarks: str,
    files: int,
    measured: Sequence[Measured],
) -> tuple[Finding, ...]:
    """All that stands in the way of submission: what is missing, what does not fit, red without a word."""
    found = [finding for one in form.fields if (finding := _missing(one, reported))]
    found += check(form, reported)
    red = alarms(measured)
    if red and len(remarks.strip()) < SHORTEST_REMARKS:
        params = {"count": len(red), "length": len(remarks.strip()), "shortest": SHORTEST_REMARKS}
        found.append(Finding("K-04", BLOCK, "pack.unexplained", params, field="remarks"))
    if not files:
        found.append(Finding("K-05", BLOCK, "pack.no_file", {}, field="evidence"))
    return tuple(found)


def _missing(one: Field, reported: Mapping[str, Reported]) -> Finding | None:
    said = reported.get(one.code, Reported(None))
    if said.value is not None or len(said.note.strip()) >= SHORTEST_NOTE:
        return None
    return Finding(
        "K-01", BLOCK, "pack.missing", {"field": one.code, "shortest": SHORTEST_NOTE}, field=one.code
    )


def _below_zero(one: Field, reported: Mapping[str, Reported]) -> Finding | None:
    value = reported.get(one.code, Reported(None)).value
    if value is None or one.signed or value >= 0:
        return None
    return Finding(
        "K-02", BLOCK, "pack.below_zero", {"field": one.code, "entered_qty": text(value)}, field=one.code
    )


def _part(form: Form, reported: Mapping[str, Reported], part: str, whole: str) -> Finding | None:
    if part not in form.by_code or whole not in form.by_code:
        return None
    smaller = reported.get(part, Reported(None)).value
    larger = reported.get(whole, Reported(None)).value
    if smaller is None or larger is None or smaller <= larger:
        return None
    params = {
        "field": part,
        "whole": whole,
        "entered_rp": text(smaller),
        "limit_rp": text(larger),
        "reduce_by_rp": text(smaller - larger),
    }
    return Finding("K-03", BLOCK, "pack.part", params, field=part)
