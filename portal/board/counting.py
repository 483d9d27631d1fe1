"""The reports of a month in figures: how many of each row stand where (COUNTS), and how late each tier was (TIMES)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType

from portal.board import queries
from portal.board.figures import Timed, timed
from portal.selectors import rows_of
from registry.models import FiscalYear
from submissions.models import Report
from submissions.moments import CalendarPolicy, Moments, is_working_day

Counted = dict[str, Any]  # a row of COUNTS
Spent = tuple[int, Timed]  # by a row of the board


@dataclass(frozen=True, slots=True)
class Month:
    """An agency's month before its reports are looked at: its moments; how many acts its reports have seen, as far as they are
    seen themselves, and when the last one was; whether all of them have come to an end."""

    period: int
    times: Moments
    acts: tuple[Any, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What the reports of one month say, by row."""

    counted: tuple[Counted, ...] = ()
    spent: tuple[Spent, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What figures stand on beside the reports: places (as PLACES found them, side by side), year, calendar, the moment."""

    places: Mapping[str, Sequence[int]]
    year: FiscalYear
    policy: CalendarPolicy
    now: datetime

    @property
    def asked(self) -> dict[str, Any]:
        """Parameters of every statement that is told the places."""
        return {**self.places, "year": self.year.pk, "now": self.now}


def month(row: Mapping[str, Any]) -> Month:
    """A row of MONTHS."""
    times = Moments(*(row[name] for name in Moments.__dataclass_fields__))
    return Month(row["period"], times, (row["steps"], row["moved_at"]), row["ended"] is True)


def worked_out(ground: Ground, months: Iterable[Month]) -> dict[int, Figures]:
    """The figures of these months, from their reports, by period; two statements."""
    found = {one.period: one for one in months}
    counted: dict[int, list[Counted]] = {period: [] for period in found}
    for row in rows_of(queries.COUNTS, {**ground.asked, "periods": list(found)}):
        counted[row["period"]].append(row)
    spent = _spent(
        ground, {period: one.times for period, one in found.items() if one.times.opens_at <= ground.now}
    )
    return {period: Figures(tuple(counted[period]), tuple(spent.get(period, ()))) for period in found}


def by_row(found: Mapping[int, Figures]) -> dict[int, list[Timed]]:
    """How late each tier was, of all months together."""
    rows: dict[int, list[Timed]] = {}
    for one in found.values():
        for row, told in one.spent:
            rows.setdefault(row, []).append(told)
    return rows


def _spent(ground: Ground, begun: Mapping[int, Moments]) -> dict[int, list[Spent]]:
    """How late each tier was, by period; what is as late as another is counted with it."""
    asked = {
        **ground.asked,
        **_calendar(ground),
        "periods": list(begun),
        **{
            f"{name}s": [getattr(one, name) for one in begun.values()]
            for name in ("entry_due", "verify_due", "sign_due")
        },
    }
    sums: dict[int, dict[tuple[int, str, int | None], list[Any]]] = {}
    for row in rows_of(queries.TIMES, asked):
        counts, late = timed(
            row["tier"], row["due"], row["arrived"], row["done"], times=begun[row["period"]], policy=ground.policy,
            now=ground.now,
        )  # fmt: skip
        if counts:
            alike = sums.setdefault(row["period"], {})
            told = alike.setdefault((row["row_id"], row["tier"], late), [0, 0, Decimal(0)])
            for place, name in enumerate(("reports", "measured", "hours")):
                told[place] += row[name]
    return {
        period: [
            (row, Timed(tier, late, *alike[row, tier, late])) for row, tier, late in sorted(alike, key=_order)
        ]
        for period, alike in sums.items()
    }


def _order(one: tuple[int, str, int | None]) -> tuple[int, str, bool, int]:
    row, tier, late = one
    return row, tier, late is None, late or 0


def _calendar(ground: Ground) -> dict[str, Any]:
    """The calendar's days as the statement on timeliness wants them: how many working days came before each."""
    policy = ground.policy
    first, last = first_day(ground.year), max(ground.now.date(), ground.year.end_date) + timedelta(days=1)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    works = [is_working_day(policy, day) for day in days]
    return {
        "days": days,
        "works": works,
        "before": _before(works),
        "hours": policy.work_until - policy.work_from,
        "begins": policy.work_from,
        "grace": timedelta(minutes=policy.grace_minutes),
        "zone": policy.time_zone,
        "kind": ContentType.objects.get_for_model(Report).pk,
    }


def first_day(year: FiscalYear) -> date:
    """From when on working hours are measured: work for a year's first month may lie there before it begins."""
    return year.start_date - timedelta(days=31)


def _before(works: Sequence[bool]) -> list[int]:
    count, found = 0, []
    for one in works:
        found.append(count)
        count += one
    return found
