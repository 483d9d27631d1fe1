"""The calendar's tick: once a minute, do what has become due, each thing once, whoever else ticks (design.md 4).

What is due follows from the stored moments alone, by the database's clock; what was done is a row that can be there only
once. A tick that is killed leaves nothing half done: acts and what they tell commit together, and the next tick finds the
same things missing. A government is one transaction, so that a person gets one digest and not one for each agency.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from ledger import clock
from ledger.recording import recorded
from registry.models import FiscalYear
from submissions import faults, services, vacancies
from submissions.answers import MONTH
from submissions.calendar import open_month
from submissions.heartbeat import Year, beat
from submissions.moments import (
    CalendarPolicy,
    Due,
    Moments,
    Reopening,
    local_moment,
    moments,
    own_due,
    sorted_out,
)
from submissions.telling import DIGEST, Line, Planned, announce_opening, lines_of, told_by
from workflow.cursor import Prepared, prepared
from workflow.models import Outbox
from workflow.outbox import nudge

log = logging.getLogger("jenjang.calendar")

# Periods that the calendar still has something to say about: somebody owes a report, and the lock was not told yet, or a
# grant reopened them since. A grant in force counts until its end was told. Tiers with days of their own may follow a
# signature, and then they outlast the lock.
LIVE = f"""
WITH own AS MATERIALIZED (
  SELECT t.route_id, t.number, t.due_days FROM workflow_tier t WHERE t.due_days IS NOT NULL AND t.number > 0)
SELECT p.id, p.fiscal_year_id, u.government_id, u.id, u.name, {MONTH}, p.opens_at, p.submit_from,
  p.entry_due, p.verify_due, p.sign_due, p.lock_at, coalesce(reopened.grants, '[]'),
  coalesce(waits.own, '[]')
FROM submissions_period p JOIN registry_unit u ON u.id = p.agency_id JOIN registry_government g ON g.id = u.government_id
  CROSS JOIN LATERAL (SELECT jsonb_agg(DISTINCT
      jsonb_build_array((r.moved_at AT TIME ZONE g.time_zone)::date, own.due_days)) AS own
    FROM submissions_report r JOIN own ON own.route_id = r.route_id AND own.number = r.tier
    WHERE r.period_id = p.id AND r.revision = 0 AND (r.state IN ('signed', 'published')
      OR (r.state IN ('submitted', 'verified') AND p.lock_at > %(now)s))) waits
  CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_build_array(w.id, w.granted_at, least(w.expires_at, w.revoked_at))
      ORDER BY w.id) AS grants,
      bool_or(NOT EXISTS (SELECT 1 FROM submissions_calendaract a WHERE a.period_id = p.id
        AND a.kind = 'relocked.' || w.id)) AS untold
    FROM workflow_grant w WHERE w.kind = 'reopening' AND least(w.expires_at, w.revoked_at) > p.lock_at
      AND (starts_with(u.path, w.scope_path) OR starts_with(w.scope_path, u.path)) AND (w.subjects = '{{}}' OR EXISTS (
        SELECT 1 FROM unnest(w.subjects) s WHERE split_part(s, '/', 1) = {MONTH}))) reopened
WHERE p.closed_at IS NULL AND p.opens_at <= %(now)s
  AND (waits.own IS NOT NULL OR (EXISTS (SELECT 1 FROM submissions_report r WHERE r.period_id = p.id AND r.revision = 0
      AND r.state IN ('draft', 'returned', 'submitted', 'verified'))
    AND (reopened.untold OR NOT EXISTS (SELECT 1 FROM submissions_calendaract a WHERE a.period_id = p.id
      AND a.kind = 'locked' AND a.moment >= p.lock_at))))
ORDER BY u.government_id, u.id, p.id"""  # noqa: S608 - only the month's name is put in

MISSING = """
SELECT p.period, d.kind, d.moment FROM jsonb_to_recordset(%(periods)s::jsonb) AS p(period bigint, calendar int)
  JOIN jsonb_to_recordset(%(dues)s::jsonb) AS d(calendar int, kind text, moment timestamptz) USING (calendar)
  LEFT JOIN submissions_calendaract a ON (a.period_id, a.kind, a.moment) = (p.period, d.kind, d.moment)
WHERE a.id IS NULL"""

CLAIM = """
INSERT INTO submissions_calendaract (period_id, kind, moment, done_at, skipped, told)
SELECT a.period, a.kind, a.moment, %(now)s, a.skipped, a.told FROM jsonb_to_recordset(%(acts)s::jsonb)
  AS a(period bigint, kind text, moment timestamptz, skipped boolean, told int)
ORDER BY a.period, a.kind, a.moment ON CONFLICT DO NOTHING RETURNING period_id, kind, moment"""

NOON = time(12)  # any hour of the day on which a report came

# Whoever comes second leaves at once: the first does all that is due, and what is due later finds the next tick.
LOCKED = "SELECT id FROM registry_government WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"


@dataclass(slots=True)
class Ticked:
    """What one tick did: periods opened, acts done and skipped, digests written, reports moved, and what failed."""

    now: datetime
    opened: int = 0
    done: int = 0
    skipped: int = 0
    digests: int = 0
    published: int = 0
    cancelled: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Work:
    """What is to be done for one agency."""

    agency: int
    do: list[Planned] = field(default_factory=list)
    skip: list[Planned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Acted:
    """What was written for some agencies, and what is to be told because of it."""

    done: int
    skipped: int
    lines: list[Line]


def tick() -> Ticked:
    """Do all that is due by the database's clock. Any number of ticks at once do it once."""
    years = beat()
    if not years:
        return Ticked(clock.now())
    ticked = Ticked(now=years[0].now)
    for year in years:
        if year.opens_itself and year.latest < 12:
            _open(year, ticked)
    work = _work(years, ticked)
    for government, of_government in groupby(years, key=lambda year: year.government):
        _for_government(list(of_government), work.get(government, []), ticked)
    _publish(years[0], ticked)
    return ticked


def _fail(agency: int, kind: str, error: Exception, ticked: Ticked) -> None:
    ticked.failed.append(faults.failed(agency, kind, error, ticked.now))


# --- Opening and publishing ------------------------------------------------------------------------------


def _open(year: Year, ticked: Ticked) -> None:
    """Open the next month when its moment has come; after days of downtime, one month in each tick."""
    try:
        if year.now < year.coming.opens_at:
            return
        with recorded(None):
            if not _mine(prepared(), year.government):
                return
            fiscal_year = FiscalYear.objects.select_related("government").get(pk=year.id)
            ticked.opened += open_month(fiscal_year=fiscal_year, month=year.latest + 1).periods
            announce_opening(year.id, year.latest + 1, year.now)
        if year.troubled:
            faults.cleared([year.root], faults.OPENING, year.now)
    except Exception as error:  # noqa: BLE001 - one government's trouble must not stop another's month
        _fail(year.root, faults.OPENING, error, ticked)


def _publish(year: Year, ticked: Ticked) -> None:
    """What somebody signed and only waited for its hour; and revisions whose time is over. Nothing else moves by itself."""
    try:
        if year.ready:
            ticked.published += services.publish_ready()
        if year.expired:
            ticked.cancelled += services.cancel_expired()
        if year.troubled:
            faults.cleared([year.root], faults.PUBLISHING, year.now)
    except Exception as error:  # noqa: BLE001 - as above
        _fail(year.root, faults.PUBLISHING, error, ticked)


def _mine(cursor: Prepared, government: int) -> bool:
    """Whether this tick is the one that works for a government now."""
    return bool(cursor.execute(LOCKED, [government]).fetchall())


# --- What is missing -------------------------------------------------------------------------------------


def _work(years: Sequence[Year], ticked: Ticked) -> dict[int, list[_Work]]:
    """What is to be done and to be skipped, by government and agency."""
    by_id = {year.id: year for year in years}
    now = years[0].now
    with connection.cursor() as cursor:
        cursor.execute(LIVE, {"now": now})
        live = cursor.fetchall()
        past = _past(live, by_id, ticked)
        if not any(dues for _, dues in past.values()):
            return {}
        cursor.execute(MISSING, _asked(past))
        missing: dict[int, set[tuple[str, datetime]]] = {}
        for period, kind, at in cursor.fetchall():
            missing.setdefault(period, set()).add((kind, at))
    found: dict[int, list[_Work]] = {}
    for period, left in missing.items():
        row, dues = past[period]
        policy = by_id[row[1]].policy
        do, skip = sorted_out([due for due in dues if (due.kind, due.moment) in left], now, policy)
        if do or skip:
            found.setdefault(row[2], []).append(
                _Work(
                    row[3],
                    [_planned(row, due, policy, now) for due in do],
                    [_planned(row, due, policy, now) for due in skip],
                )
            )
    return {government: sorted(parts, key=lambda one: one.agency) for government, parts in found.items()}


def _past(
    live: Sequence[Any], years: dict[int, Year], ticked: Ticked
) -> dict[int, tuple[Sequence[Any], list[Due]]]:
    """For each live period by id: its row, and everything whose moment has come, done or not."""
    found = {}
    for row in live:
        year = years[row[1]]
        try:
            dues = moments(_times(row), year.policy, _reopenings(row), _own_dues(row, year.policy))
        except ValueError as error:
            _fail(row[3], faults.ACTS, error, ticked)
            continue
        found[row[0]] = (row, [due for due in dues if due.moment <= year.now])
    return found


def _times(row: Sequence[Any]) -> Moments:
    return Moments(*row[6:12])


def _reopenings(row: Sequence[Any]) -> tuple[Reopening, ...]:
    return tuple(
        Reopening(grant, datetime.fromisoformat(start), datetime.fromisoformat(end))
        for grant, start, end in json.loads(row[12])
    )


def _own_dues(row: Sequence[Any], policy: CalendarPolicy) -> tuple[datetime, ...]:
    """When the reports are due that wait at tiers with days of their own."""
    came = [(date.fromisoformat(day), days) for day, days in json.loads(row[13])]
    return tuple(sorted({own_due(policy, local_moment(policy, day, NOON), days) for day, days in came}))


def _asked(past: dict[int, tuple[Sequence[Any], list[Due]]]) -> dict[str, str]:
    """Most agencies share one calendar, so it goes to the database once."""
    calendars: dict[tuple[Due, ...], int] = {}
    periods = []
    for period, (_, dues) in past.items():
        periods.append({"period": period, "calendar": calendars.setdefault(tuple(dues), len(calendars))})
    dues_of = [
        {"calendar": number, "kind": due.kind, "moment": due.moment.isoformat()}
        for dues, number in calendars.items()
        for due in dues
    ]
    return {"periods": json.dumps(periods), "dues": json.dumps(dues_of)}


def _planned(row: Sequence[Any], due: Due, policy: CalendarPolicy, now: datetime) -> Planned:
    return Planned(row[0], row[3], row[4], row[5], _times(row), due, policy, now)


# --- Doing it --------------------------------------------------------------------------------------------


def _for_government(years: Sequence[Year], work: Sequence[_Work], ticked: Ticked) -> None:
    """One government's acts and digests, in one transaction."""
    one = years[0]
    try:
        coming = [year for year in years if vacancies.to_be_listed(year)]
        if not work and not coming:
            return
        with recorded(None):
            cursor = prepared()
            if not _mine(cursor, one.government):
                return
            lines = _all(cursor, work, one, ticked)
            for year in coming:
                lines += vacancies.lines_of(cursor, year)
            ticked.digests += _tell(one.government, lines, one.now)
    except Exception as error:  # noqa: BLE001 - as above
        _fail(one.root, faults.ACTS if work else faults.VACANCIES, error, ticked)


def _all(cursor: Prepared, work: Sequence[_Work], year: Year, ticked: Ticked) -> list[Line]:
    """All agencies at once; when that fails, each on its own, so that the trouble stays with the one that has it."""
    if not work:
        return []
    try:
        with transaction.atomic():
            acted = _act(cursor, work, year.now)
            if year.troubled:
                faults.cleared([year.root, *(one.agency for one in work)], faults.ACTS, year.now)
        return _counted(acted, ticked)
    except Exception as error:  # noqa: BLE001 - found again below, at the agency it belongs to
        log.warning("the calendar goes on agency by agency: %s", type(error).__name__)
    lines = []
    for agency, of_agency in groupby(work, key=lambda one: one.agency):
        try:
            with transaction.atomic():
                acted = _act(cursor, list(of_agency), year.now)
            lines += _counted(acted, ticked)
        except Exception as error:  # noqa: BLE001 - as above
            _fail(agency, faults.ACTS, error, ticked)
    return lines


def _act(cursor: Prepared, work: Sequence[_Work], now: datetime) -> _Acted:
    """Write down what is done and skipped; what somebody else wrote first is not told again."""
    planned = [one for part in work for one in part.do]
    skipped = [one for part in work for one in part.skip]
    lines = lines_of(cursor, planned)
    told = told_by(planned, lines)
    acts = [_row(one, told=told[one.key]) for one in planned] + [_row(one, skipped=True) for one in skipped]
    claimed = {tuple(row) for row in cursor.execute(CLAIM, {"acts": json.dumps(acts), "now": now}).fetchall()}
    mine = [one for one in planned if one.key in claimed]
    groups = {one.group for one in mine}
    return _Acted(len(mine), len(claimed) - len(mine), [line for line in lines if line.group in groups])


def _counted(acted: _Acted, ticked: Ticked) -> list[Line]:
    ticked.done += acted.done
    ticked.skipped += acted.skipped
    return acted.lines


def _row(one: Planned, *, told: int = 0, skipped: bool = False) -> dict[str, Any]:
    return {
        "period": one.period,
        "kind": one.due.kind,
        "moment": one.due.moment.isoformat(),
        "skipped": skipped,
        "told": told,
    }


def _tell(government: int, lines: Iterable[Line], now: datetime) -> int:
    """One digest for each person, of all that this tick has to say to him."""
    people: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        people.setdefault(line.person, []).append(line.said)
    Outbox.objects.bulk_create(
        [
            Outbox(
                key=f"digest:{government}:{now.isoformat()}:{person}",
                topic=DIGEST,
                payload={"person": person, "government": government, "lines": said},
                created_at=now,
                not_before=now,
            )
            for person, said in sorted(people.items())
        ]
    )
    if people:
        nudge()
    return len(people)
