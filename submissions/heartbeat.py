"""The calendar's heartbeat, and what it says about outages: a minute without one is a minute in which nothing ran."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from submissions.calendar import POLICIES, policy_from
from submissions.moments import CalendarPolicy, Moments, due_moments, start_of_month
from submissions.services import EXPIRED, READY

# The heartbeat, and with it what the tick needs of every fiscal year. A beat is kept as long as somebody may ask for an
# extension because of an outage.
BEAT = f"""
WITH clock AS MATERIALIZED (SELECT jenjang_now() AS now),
  beat AS (INSERT INTO submissions_heartbeat (minute) SELECT date_trunc('minute', now) FROM clock ON CONFLICT DO NOTHING),
  old AS (DELETE FROM submissions_heartbeat h USING clock WHERE h.minute < clock.now - interval '62 days')
SELECT clock.now, y.government_id, y.start_date, g.fiscal_start_month, root.id, coalesce(c.opens_itself, false),
  coalesce(c.vacancy_days, 7), latest.month,
  EXISTS (SELECT 1 FROM submissions_yearact a WHERE a.fiscal_year_id = y.id AND a.month = latest.month + 1
    AND a.kind = 'vacancies'), EXISTS (SELECT 1 FROM submissions_calendarfault f WHERE f.cleared_at IS NULL),
  EXISTS ({READY}), EXISTS ({EXPIRED}), policy.*
FROM clock CROSS JOIN registry_fiscalyear y JOIN registry_government g ON g.id = y.government_id
  JOIN ({POLICIES}) policy ON policy.fiscal_year = y.id
  JOIN registry_unit root ON root.government_id = g.id AND root.parent_id IS NULL
  LEFT JOIN submissions_calendarrule c ON c.fiscal_year_id = y.id
  CROSS JOIN LATERAL (SELECT coalesce(max(p.month), 0) AS month FROM submissions_period p
    WHERE p.fiscal_year_id = y.id AND p.month <= 12) latest
ORDER BY y.government_id, y.start_date"""  # noqa: S608 - a statement of our own within another


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year as the tick sees it; `latest` is the last month that was opened, 0 for none."""

    now: datetime
    government: int
    start_year: int
    start_month: int
    root: int
    opens_itself: bool
    vacancy_days: int
    latest: int
    listed: bool
    troubled: bool  # something failed before and was not done since
    ready: bool  # signed reports wait for nothing but their publication
    expired: bool  # revisions are open past their time
    id: int
    policy: CalendarPolicy

    def first_day(self, month: int) -> date:
        """The first day of a fiscal month of this year."""
        return start_of_month(self.start_year, month, self.start_month)

    @property
    def coming(self) -> Moments:
        """The moments of the next month to open."""
        return due_moments(self.policy, self.first_day(self.latest + 1), self.latest + 1)


def beat() -> list[Year]:
    """Leave the heartbeat of this minute; every fiscal year, by government, in the same statement."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT)
        return [_year(row) for row in cursor.fetchall()]


def _year(row: Sequence[Any]) -> Year:
    now, government, start, start_month, *seen = row[:12]
    return Year(now, government, start.year, start_month, *seen, id=row[12], policy=policy_from(row[12:]))  # type: ignore[misc]
