"""The clock of a citizen's message: looked at within 3 working days, answered within 14 days, closed after 60 (domain.md 5.7).

Computed once, when the message comes, by the calendar of the government it is about.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.models import Government
from submissions.calendar import policy_of
from submissions.moments import LAST_SECOND, CalendarPolicy, local_moment, own_due, zone_of

TRIAGE_WORKDAYS, ANSWER_DAYS, CLOSE_DAYS = 3, 14, 60


@dataclass(frozen=True, slots=True)
class Dues:
    """Until when what has to be done; each the last second of a day in the government's zone."""

    triage_due: datetime
    answer_due: datetime
    close_due: datetime


def dues(policy: CalendarPolicy, received_at: datetime) -> Dues:
    """The day on which it comes does not count. The 14 and 60 days are at most: they do not roll over a holiday."""
    day = received_at.astimezone(zone_of(policy.time_zone)).date()
    return Dues(
        own_due(policy, received_at, TRIAGE_WORKDAYS),
        *(
            local_moment(policy, day + timedelta(days=days), LAST_SECOND)
            for days in (ANSWER_DAYS, CLOSE_DAYS)
        ),
    )


def policy_on(government: Government, at: datetime) -> CalendarPolicy:
    """The calendar of a government on a day: that of the fiscal year it is in, else of the newest, else the usual one."""
    day = at.astimezone(zone_of(government.time_zone)).date()
    years = government.fiscal_years.order_by("-start_date")
    year = years.filter(start_date__lte=day, end_date__gte=day).first() or years.first()
    return policy_of(year) if year else CalendarPolicy(time_zone=government.time_zone)
