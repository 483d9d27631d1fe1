"""What a plan may say: code formats and rules V-01..V-06 of the domain. Pure Python; knows nothing of
reports.

Code formats are data of a government (domain.md 1.2), so another country is another `CodePatterns`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

BLOCK, WARN, INFO = "B", "W", "I"
VOLUME = "VOLUME"
ZERO, WHOLE = Decimal(0), Decimal(100)

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+")
Widths = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class CodePatterns:
    """How codes look: regular expressions for the whole code, an example of each, and widths of segments
    for suggestions."""

    unit: str
    sub_activity: str
    account: str
    unit_example: str = ""
    sub_activity_example: str = ""
    account_example: str = ""
    unit_widths: Widths = ()
    sub_activity_widths: Widths = ()
    account_widths: Widths = ()


INDONESIA = CodePatterns(
    unit=r"^\d\.\d{2}\.\d\.\d{2}\.\d\.\d{2}\.\d{2}\.\d{4}$",
    sub_activity=r"^(?:[1-9]\.\d{2}|X\.XX)\.\d{2}\.[1-9]\.\d{2}\.(?:\d{2}|\d{4})$",
    account=r"^5\.[1-4]\.\d{2}\.\d{2}\.\d{2,3}\.\d{4,5}$",
    unit_example="5.01.5.05.0.00.01.0000",
    sub_activity_example="1.02.02.2.01.0006",
    account_example="5.1.02.01.001.00024",
    unit_widths=((1,), (2,), (1,), (2,), (1,), (2,), (2,), (4,)),
    sub_activity_widths=((1,), (2,), (2,), (1,), (2,), (2, 4)),
    account_widths=((1,), (1,), (2,), (2,), (2, 3), (4, 5)),
)
PAKISTAN = CodePatterns(
    unit=r"^[A-Z]{2}\d{4}$",
    sub_activity=r"^\d{6}$",
    account=r"^A\d{2}(?:\d{3})?$",
    unit_example="PW4001",
    sub_activity_example="041101",
    account_example="A01101",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule, shaped as the findings on reports: severity B blocks, W asks to look, I
    informs.

    `line_id` is the caller's own mark of the item or line (a primary key, or the row of a file).
    """

    rule: str
    severity: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    line_id: int | None = None
    field: str = ""

    @property
    def blocks(self) -> bool:
        return self.severity == BLOCK


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One budget line of a version. A plan without accounts has an empty `account_code`; `cash` may be
    absent."""

    account_code: str
    fund_source: str
    ceiling: Decimal
    cash: Sequence[Decimal | None] | None = None
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One sub-activity at a unit. `ceiling` None: it is the sum of its lines. `cash`, `physical` None: no
    plan."""

    unit_code: str
    sub_activity_code: str
    lines: tuple[PlanLine, ...]
    ceiling: Decimal | None = None
    cash: Sequence[Decimal | None] | None = None
    physical: Sequence[Decimal | None] | None = None
    mode: str = "PERCENT"
    target: Decimal | None = None
    line_id: int | None = None


LineKey = tuple[str, str, tuple[int | str, ...], str]


# --- Codes: V-01 -----------------------------------------------------------------------------------------


def normalise(code: str) -> str:
    """Without spaces around, every kind of space plain, leading zeros kept; codes are compared as this
    text."""
    return _SPACES.sub(" ", code).strip()


def fits(pattern: str, code: str) -> bool:
    """Whether a normalised code has the format of a government's pattern (only ASCII digits count)."""
    return _compiled(pattern).fullmatch(code) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def suggest(pattern: str, widths: Widths, code: str) -> str | None:
    """The code that was probably meant: leading zeros lost or added, spaces inside (T-18). None: no guess."""
    segments = [segment.strip() for segment in code.split(".")]
    if len(segments) != len(widths):
        return None
    meant = ".".join(_fitted(segment, width) for segment, width in zip(segments, widths, strict=True))
    return meant if meant != code and fits(pattern, meant) else None


def _fitted(segment: str, widths: tuple[int, ...]) -> str:
    if not (segment.isascii() and segment.isdigit()) or len(segment) in widths:
        return segment
    digits = segment.lstrip("0") or "0"
    width = next(
        (width for width in widths if width >= max(len(digits), min(len(segment), widths[-1]))), widths[-1]
    )
    return digits.zfill(width)


def account_key(code: str) -> tuple[int | str, ...]:
    """What two writings of one account have in common: each segment as a number (5.1.02.01.01.0024 =
    5.1.02.01.001.00024)."""
    segments = normalise(code).upper().split(".")
    return tuple(int(segment) if segment.isascii() and segment.isdigit() else segment for segment in segments)


def line_key(item: PlanItem, line: PlanLine) -> LineKey:
    """The identity of a budget line within a fiscal year, by which realised sums are handed in."""
    return (
        normalise(item.unit_code),
        normalise(item.sub_activity_code),
        account_key(line.account_code),
        line.fund_source,
    )


def check_code(kind: str, code: str, patterns: CodePatterns, line_id: int | None = None) -> Finding | None:
    """V-01 for one code; `kind` is unit, sub_activity or account. Says what was probably meant."""
    code = normalise(code)
    pattern: str = getattr(patterns, kind)
    if fits(pattern, code):
        return None
    meant = suggest(pattern, getattr(patterns, f"{kind}_widths"), code)
    if meant:
        params = {"value": code, "suggestion": meant}
        return Finding("V-01", BLOCK, f"V-01.{kind}.suggest", params, line_id, f"{kind}_code")
    params = {"value": code, "example": getattr(patterns, f"{kind}_example") or pattern}
    return Finding("V-01", BLOCK, f"V-01.{kind}", params, line_id, f"{kind}_code")


# --- A whole version -------------------------------------------------------------------------------------


def check_plan(
    items: Iterable[PlanItem],
    patterns: CodePatterns,
    realised: Mapping[LineKey, Decimal] | None = None,
    *,
    draft: bool = False,
) -> tuple[Finding, ...]:
    """V-01..V-06 for one budget version. `realised` are the published sums of its lines; a draft may still
    miss V-03."""
    found: list[Finding] = []
    left = dict(realised or {})
    seen: set[tuple[str, str]] = set()
    for item in items:
        key = (normalise(item.unit_code), normalise(item.sub_activity_code))
        if key in seen:
            params = {"value": key[1], "unit": key[0]}
            found.append(Finding("V-01", BLOCK, "V-01.item_twice", params, item.line_id, "sub_activity_code"))
        seen.add(key)
        _check_item(found, item, patterns, draft)
        for line in item.lines:
            _check_realised(found, item, line, left.pop(line_key(item, line), ZERO))
    for (_, item_code, account, _fund), total in left.items():
        if total > 0:
            params = {
                "item": _label(item_code, _account_text(account, patterns)),
                "realised_rp": _text(total),
            }
            found.append(Finding("V-05", BLOCK, "V-05.dropped", params, None, "ceiling"))
    return tuple(found)


def _check_item(found: list[Finding], item: PlanItem, patterns: CodePatterns, draft: bool) -> None:
    label = normalise(item.sub_activity_code)
    for kind, code in (("unit", item.unit_code), ("sub_activity", item.sub_activity_code)):
        if finding := check_code(kind, code, patterns, item.line_id):
            found.append(finding)
    lines = sum((line.ceiling for line in item.lines), ZERO)
    ceiling = lines if item.ceiling is None else item.ceiling
    _check_lines(found, item, patterns, draft)
    if ceiling < 0 and item.ceiling is not None:
        params = {"item": label, "ceiling_rp": _text(ceiling)}
        found.append(Finding("V-02", BLOCK, "V-02.negative", params, item.line_id, "ceiling"))
    if item.lines and lines != ceiling:
        params = _sums(label, lines, ceiling)
        found.append(Finding("V-02", BLOCK, "V-02", params, item.line_id, "ceiling"))
    if not ceiling:
        found.append(Finding("V-06", WARN, "V-06", {"item": label}, item.line_id, "ceiling"))
    _check_cash(found, label, item.cash, ceiling, item.line_id, draft)
    _check_physical(found, label, item)


def _check_lines(found: list[Finding], item: PlanItem, patterns: CodePatterns, draft: bool) -> None:
    code = normalise(item.sub_activity_code)
    seen: set[LineKey] = set()
    for line in item.lines:
        label = _label(code, normalise(line.account_code))
        if line.account_code and (
            finding := check_code("account", line.account_code, patterns, line.line_id)
        ):
            found.append(finding)
        key = line_key(item, line)
        if key in seen:
            params = {
                "value": normalise(line.account_code),
                "fund_source": line.fund_source or "–",
                "item": code,
            }
            found.append(Finding("V-01", BLOCK, "V-01.line_twice", params, line.line_id, "account_code"))
        seen.add(key)
        if line.ceiling < 0:
            params = {"item": label, "ceiling_rp": _text(line.ceiling)}
            found.append(Finding("V-02", BLOCK, "V-02.negative", params, line.line_id, "ceiling"))
        _check_cash(found, label, line.cash, line.ceiling, line.line_id, draft)


def _check_cash(
    found: list[Finding],
    label: str,
    cash: Sequence[Decimal | None] | None,
    ceiling: Decimal,
    line_id: int | None,
    draft: bool,
) -> None:
    """V-03: where a cash plan is given, its months make the ceiling exactly."""
    if cash is None or all(month is None for month in cash):
        return
    for number, month in enumerate(cash, start=1):
        if month is not None and month < 0:
            params = {"item": label, "number": number, "planned_rp": _text(month)}
            found.append(Finding("V-03", BLOCK, "V-03.negative", params, line_id, f"cash_{number:02}"))
    total = sum((month for month in cash if month is not None), ZERO)
    if total != ceiling:
        severity = WARN if draft else BLOCK
        found.append(Finding("V-03", severity, "V-03", _sums(label, total, ceiling), line_id, "cash"))


def _check_physical(found: list[Finding], label: str, item: PlanItem) -> None:
    """V-04: where a physical plan is given, its months make 100, or the output target in mode VOLUME."""
    if item.mode == VOLUME and (item.target is None or item.target <= 0):
        found.append(Finding("V-04", BLOCK, "V-04.no_target", {"item": label}, item.line_id, "output_target"))
        return
    if item.physical is None or all(month is None for month in item.physical):
        return
    for number, month in enumerate(item.physical, start=1):
        if month is not None and month < 0:
            params = {"item": label, "number": number, "planned_qty": _text(month)}
            found.append(
                Finding("V-04", BLOCK, "V-04.negative", params, item.line_id, f"physical_{number:02}")
            )
    total = sum((month for month in item.physical if month is not None), ZERO)
    target = item.target if item.mode == VOLUME and item.target is not None else WHOLE
    if total != target:
        params = {
            "item": label,
            "sum_qty": _text(total),
            "target_qty": _text(target),
            "difference_qty": _text(total - target),
        }
        found.append(Finding("V-04", BLOCK, "V-04", params, item.line_id, "physical"))


def _check_realised(found: list[Finding], item: PlanItem, line: PlanLine, realised: Decimal) -> None:
    """V-05: a new version does not go below what is already published of a line."""
    if line.ceiling >= realised:
        return
    params = {
        "item": _label(normalise(item.sub_activity_code), normalise(line.account_code)),
        "ceiling_rp": _text(line.ceiling),
        "realised_rp": _text(realised),
        "raise_by_rp": _text(realised - line.ceiling),
    }
    found.append(Finding("V-05", BLOCK, "V-05", params, line.line_id, "ceiling"))


def _sums(label: str, total: Decimal, ceiling: Decimal) -> dict[str, Any]:
    return {
        "item": label,
        "sum_rp": _text(total),
        "ceiling_rp": _text(ceiling),
        "difference_rp": _text(total - ceiling),
    }


def _label(item: str, account: str) -> str:
    return f"{item} · {account}" if account else item


def _account_text(account: tuple[int | str, ...], patterns: CodePatterns) -> str:
    """An account as it is usually written, from its key, which has lost leading zeros."""
    widths = [width[-1] for width in patterns.account_widths] or [1] * len(account)
    return ".".join(str(segment).zfill(width) for segment, width in zip(account, widths, strict=False))


def _text(value: Decimal) -> str:
    return f"{value:f}"
