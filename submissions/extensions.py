"""Later deadlines: what an extension makes of a period's moments, and what an outage is worth. Pure, like `moments`."""

from datetime import date, datetime, time, timedelta

from submissions.moments import (
    LAST_SECOND,
    CalendarPolicy,
    Moments,
    first_working_day,
    local_moment,
    zone_of,
)

# An outage of more than one hundredth of the last four hours before a deadline is worth an extension (domain.md 3.1).
WATCHED, AVAILABLE = timedelta(hours=4), 99
_DAY = timedelta(days=1)


def availability(beats: int) -> int:
    """Per cent of the minutes before a deadline in which the calendar ran, rounded down."""
    return min(100, beats * 100 // int(WATCHED / timedelta(minutes=1)))


def extended(times: Moments, policy: CalendarPolicy, new_due: date) -> Moments:
    """The moments after an extension: signature due at the end of `new_due`, the earlier steps as much later.

    The lock never comes before the day after.
    """
    sign_due = local_moment(policy, new_due, LAST_SECOND)
    later = sign_due - times.sign_due
    return Moments(
        opens_at=times.opens_at,
        submit_from=times.submit_from,
        entry_due=times.entry_due + later,
        verify_due=times.verify_due + later,
        sign_due=sign_due,
        lock_at=max(times.lock_at, local_moment(policy, new_due + _DAY, time.min)),
    )


def proposed_due(policy: CalendarPolicy, sign_due: datetime, due: datetime, back_at: datetime) -> date:
    """The new last day after an outage: each deadline moves until the end of the first whole working day that followed."""
    zone = zone_of(policy.time_zone)
    due_day, sign_day = due.astimezone(zone).date(), sign_due.astimezone(zone).date()
    back = back_at.astimezone(zone)
    whole = back.date() if back.hour < policy.work_from else back.date() + _DAY
    shift = first_working_day(policy, max(whole, due_day + _DAY), range(366)) - due_day
    return first_working_day(policy, sign_day + shift, range(366))
