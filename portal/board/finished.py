"""What the board says of months that are over: worked out once and kept. Other months are worked out whenever they are read.

A month is over for a reader when every report that he sees of it, whatever its revision, is published, superseded or cancelled,
and its last deadline is past. No tier has anything of it left to do then, so what COUNTS and TIMES say of it does not change with
time any more; it depends on
- where each sub-activity belongs: its unit, what the rows are, what the reader sees (what PLACES found),
- the calendar: working days, working hours, grace, zone, the first day that is measured,
- its deadlines, which an extension moves,
- its reports. None is ever deleted, and one that came to an end changes only by an act, and `step` counts those (workflow/sql.py
  holds the database to both). So the sum of their steps grows with whatever happens; the moment of the last act is for a database
  that was put back from a copy and went on otherwise.
Places, calendar and the code itself make the name under which all months of a look are kept together; deadlines and reports are
kept beside each month's figures, and compared. They are read before the figures, so figures that are newer than their mark are
never taken for others: no mark comes back.
"""

import hashlib
import logging
from array import array
from collections.abc import Sequence
from dataclasses import astuple
from datetime import timedelta
from functools import cache as once
from pathlib import Path
from typing import Any

from django.core.cache import cache

from approvals import asking_rules
from portal.board import counting, figures, queries
from portal.board.counting import Figures, Ground, Month
from submissions import moments

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=30).total_seconds()

Mark = tuple[Any, ...]
Kept = dict[int, tuple[Mark, Figures]]


def figures_of(ground: Ground, months: Sequence[Month]) -> dict[int, Figures]:
    """The figures of these months by period: kept ones where nothing they depend on has changed, others from the reports."""
    name = name_of(ground)
    marks = {one.period: mark_of(one) for one in months if over(one, ground)}
    kept = {period: one for period, one in _read(name).items() if marks.get(period) == one[0]}
    fresh = counting.worked_out(ground, [one for one in months if one.period not in kept])
    news = {period: (marks[period], one) for period, one in fresh.items() if period in marks}
    if news:
        _keep(name, kept | news)
    return {one.period: kept[one.period][1] if one.period in kept else fresh[one.period] for one in months}


def over(month: Month, ground: Ground) -> bool:
    """Whether nothing of a month waits for somebody, nor for its deadline."""
    last = max(month.times.entry_due, month.times.sign_due) + timedelta(minutes=ground.policy.grace_minutes)
    return month.ended and last < ground.now


def mark_of(month: Month) -> Mark:
    """What a month's figures depend on beside places and calendar."""
    return (month.times.entry_due, month.times.verify_due, month.times.sign_due, *month.acts)


def name_of(ground: Ground) -> str:
    """Under what figures are kept: whoever sees the same in the same rows reads the same."""
    rules = [sorted(one) if isinstance(one, frozenset) else one for one in astuple(ground.policy)]
    digest = hashlib.sha256(repr((edition(), rules, counting.first_day(ground.year))).encode())
    for part in ("items", "rows"):
        digest.update(array("q", ground.places[part]))
    return f"board:{digest.hexdigest()}"


@once
def edition() -> str:
    """Of the code that works figures out: after an upgrade they are worked out anew."""
    digest = hashlib.sha256()
    for one in (asking_rules, counting, figures, moments, queries):
        digest.update(Path(str(one.__file__)).read_bytes())
    return digest.hexdigest()


def _read(name: str) -> Kept:
    try:
        return cache.get(name) or {}
    except Exception:  # noqa: BLE001 - whatever ails the cache: the board is worked out
        log.warning("the cache does not give the board's figures", exc_info=True)
        return {}


def _keep(name: str, kept: Kept) -> None:
    try:
        cache.set(name, kept, KEPT_FOR)
    except Exception:  # noqa: BLE001 - the board is the same without
        log.warning("the cache does not keep the board's figures", exc_info=True)
