"""Who has not reported: what waits where, with whom, since when, and how late (domain.md 5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.clock import now
from portal.queries import HOLDERS
from portal.selectors import View, build, rows_of
from submissions.calendar import policy_of
from submissions.moments import late_workdays
from workflow.route import DRAFT, PUBLISHED, RETURNED, SIGNED, SUBMITTED, VERIFIED

MISSING = "missing"
# In the order of the way up; a report that was never made waits like a draft.
WAY = (MISSING, DRAFT, RETURNED, SUBMITTED, VERIFIED, SIGNED, PUBLISHED)


@dataclass(frozen=True, slots=True)
class Holding:
    """Reports of one agency in one state at one post. `late` is in working days, 0 while in time."""

    agency_code: str
    agency_name: str
    state: str
    post_title: str
    post_unit: str
    capacity: str
    person: str
    reports: int
    since: datetime | None
    due: datetime | None
    late: int = 0

    @property
    def office(self) -> str:
        """The post as printed, with "Plt." or "Plh." before an acting holder's."""
        acting = {"plt": "Plt. ", "plh": "Plh. "}.get(self.capacity, "")
        return f"{acting}{self.post_title}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one agency's reports of a month are."""

    agency_code: str
    agency_name: str
    counts: dict[str, int]
    late: int

    @property
    def required(self) -> int:
        return sum(self.counts.values())

    @property
    def published(self) -> int:
        return self.counts[PUBLISHED]

    @property
    def in_entry(self) -> int:
        """Drafts, begun or not."""
        return self.counts[DRAFT] + self.counts[MISSING]

    @property
    def returned(self) -> int:
        return self.counts[RETURNED]

    @property
    def submitted(self) -> int:
        return self.counts[SUBMITTED]

    @property
    def verified(self) -> int:
        """Verified, or signed and not yet published."""
        return self.counts[VERIFIED] + self.counts[SIGNED]

    @property
    def complete(self) -> bool:
        return self.published == self.required


def standings(view: View) -> tuple[list[Standing], list[Holding]]:
    """Per agency how many reports are in which state; and what is not published, the latest first. Five statements."""
    policy, at = policy_of(view.month.year), now()
    found = [build(Holding, row) for row in rows_of(HOLDERS, view.parameters)]
    open_ones = [
        replace(one, late=late_workdays(one.due, at, policy) if one.due else 0)
        for one in found
        if one.state != PUBLISHED
    ]
    agencies: dict[str, list[Holding]] = {}
    for one in [*(each for each in found if each.state == PUBLISHED), *open_ones]:
        agencies.setdefault(one.agency_code, []).append(one)
    open_ones.sort(key=lambda one: (-one.late, one.agency_code, WAY.index(one.state), one.post_title))
    return [_standing(agencies[code]) for code in sorted(agencies)], open_ones


def _standing(holdings: Sequence[Holding]) -> Standing:
    counts = dict.fromkeys(WAY, 0)
    for one in holdings:
        counts[one.state] += one.reports
    first = holdings[0]
    return Standing(first.agency_code, first.agency_name, counts, max(one.late for one in holdings))
