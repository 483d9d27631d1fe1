"""Reminding who holds a report: once a day for a report at a tier, and one notice a person however many it is about.

A decider's desk reminds officers of what is not submitted; the board reminds whoever has it now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import connection
from django.urls import reverse

from approvals import notices, still
from approvals.models import Notice
from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import User
from registry.selectors import offices_of
from submissions.answers import SUBJECTS
from submissions.models import Report
from workflow import route
from workflow.models import Grant, Outbox
from workflow.outbox import nudge

TOPIC = "report.reminded"
UNFINISHED = (route.DRAFT, route.RETURNED)
WAITING = (*UNFINISHED, route.SUBMITTED, route.VERIFIED, route.SIGNED)
# What a report in this state waits for, as the notices' codes and the period's moments name it.
STEPS = {route.SUBMITTED: "verify", route.VERIFIED: "sign", route.SIGNED: "review"}
CODES = {
    "entry": "notice.report.reminded", "verify": "notice.report.reminded_verify", "sign": "notice.report.reminded_sign",
    "review": "notice.report.reminded_review",
}  # fmt: skip
PAGES = {"verify": "approvals:inbox", "sign": "approvals:to_sign", "review": "approvals:to_review"}

# Of reports in these states `r`, those that somebody has: what is signed waits for a person only while a review holds its
# publication up (`holds_publication`), and otherwise for its hour.
AWAITED = """(r.state <> 'signed' OR EXISTS (SELECT FROM workflow_tier t
    WHERE t.route_id = r.route_id AND t.number >= r.tier AND t.blocks))"""

# Reports in these states whose month takes what they wait for: not locked, or reopened for them. What follows a signature is
# not bound to its month (V-51).
OPEN = f"""
SELECT r.id FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
WHERE r.id = ANY (%(ids)s) AND r.state = ANY (%(states)s) AND {AWAITED}
  AND (r.state = 'signed' OR %(now)s < least(p.lock_at, coalesce(p.closed_at, p.lock_at))
    OR EXISTS (SELECT FROM workflow_grant w WHERE w.kind = ANY (%(kinds)s) AND w.revoked_at IS NULL AND w.granted_at <= %(now)s
      AND w.expires_at > %(now)s AND starts_with(u.path, w.scope_path)
      AND (w.subjects = '{{}}' OR w.subjects && {SUBJECTS})))"""  # noqa: S608 - joined from constants
REOPENS = [Grant.Kind.REOPENING, Grant.Kind.AMENDMENT]

# Who has each report now and may act on it: nobody decides on what he entered himself (V-53).
HELD = f"""
SELECT r.id, o.person_id FROM submissions_report r JOIN submissions_holder h ON h.report_id = r.id
  JOIN registry_office o ON o.post_id = h.post_id JOIN registry_user u ON u.id = o.person_id AND u.is_active
WHERE r.id = ANY (%(ids)s) AND r.state = ANY (%(states)s) AND h.report_id = ANY (%(ids)s) AND {AWAITED}
  AND (r.state IN ('draft', 'returned') OR NOT EXISTS (SELECT 1 FROM submissions_editor e
    WHERE e.report_id = r.id AND e.person_id = o.person_id))
ORDER BY r.id, o.person_id"""  # noqa: S608 - joined from constants


@dataclass
class Reminded:
    """What became of a reminder: report numbers by what was done with them."""

    told: list[int] = field(default_factory=list)
    of: dict[str, list[int]] = field(default_factory=dict)  # who was told, each of which
    today: list[int] = field(default_factory=list)  # reminded today already
    nobody: list[int] = field(
        default_factory=list
    )  # the post is vacant, its holder's account closed, or it is his own
    locked: list[int] = field(
        default_factory=list
    )  # the month takes nothing any more, or nothing waits there

    @property
    def people(self) -> set[str]:
        return set(self.of)


def remind(*, actor: User, reports: Sequence[int], states: Sequence[str] = UNFINISHED) -> Reminded:
    """Remind who has these reports, as long as they are in one of `states`; each at most once a day at a tier, by the day of
    its government's zone, whoever reminds. Who may remind of what is for the caller to judge."""
    done, at = Reminded(), database_now()
    holders = _holders(reports, states)
    still_open = _open(reports, states, at)
    with recorded(actor):
        before = set(reminded_today(reports, at))
        for pk in dict.fromkeys(reports):
            people = [one for one in holders.get(pk, []) if one.pk != actor.pk]
            where = (
                done.locked if pk not in still_open
                else done.today if pk in before
                else done.told if people else done.nobody
            )  # fmt: skip
            where.append(pk)
        done.told = _written(actor, done.told, at, done)
    for pk in done.told:
        for one in holders[pk]:
            if one.pk != actor.pk:
                done.of.setdefault(one.name, []).append(pk)
    nudge()
    return done


def _written(actor: User, reports: Sequence[int], at: datetime, done: Reminded) -> list[int]:
    """One row a report; of two who remind at once the first one does, and the other is told so."""
    offices = offices_of(actor)
    office = f"{offices[0].title}, {offices[0].unit_name}" if offices else ""
    steps = dict(Report.objects.filter(pk__in=reports).values_list("pk", "step"))
    keys = _keys(reports, at)
    act = str(uuid4())
    Outbox.objects.bulk_create(
        [
            Outbox(
                key=keys[pk],
                topic=TOPIC,
                payload={"id": pk, "step": steps[pk], "by": actor.pk, "by_name": actor.name, "office": office, "act": act},
                created_at=at,
                not_before=at,
            )
            for pk in reports
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    mine = set(
        Outbox.objects.filter(key__in=keys.values(), payload__act=act).values_list("payload__id", flat=True)
    )
    done.today += [pk for pk in reports if pk not in mine]
    return [pk for pk in reports if pk in mine]


def _keys(reports: Sequence[int], at: datetime) -> dict[int, str]:
    """A key for each report, its tier (the officer's is not named) and the day."""
    zones = Report.objects.filter(pk__in=reports).values_list(
        "pk", "tier", "period__agency__government__time_zone"
    )
    return {
        pk: f"{TOPIC}:{pk}{f'/{tier}' if tier else ''}:{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
        for pk, tier, zone in zones
    }


def reminded_today(reports: Sequence[int], at: datetime) -> dict[int, Outbox]:
    """Of these reports, those reminded of on this day of their government's zone, each with its row."""
    numbers = {key: pk for pk, key in _keys(reports, at).items()}
    return {numbers[row.key]: row for row in Outbox.objects.filter(key__in=numbers)}


def _open(reports: Sequence[int], states: Sequence[str], at: datetime) -> set[int]:
    asked: dict[str, Any] = {
        "ids": list(reports),
        "states": list(states),
        "now": at,
        "kinds": [str(one) for one in REOPENS],
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN, asked)
        return {pk for (pk,) in cursor.fetchall()}


def _holders(reports: Iterable[int], states: Sequence[str]) -> Mapping[int, list[User]]:
    """Who has to act on each report now."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"ids": list(reports), "states": list(states)})
        held = cursor.fetchall()
    people = User.objects.in_bulk({person for _, person in held})
    found: dict[int, list[User]] = {}
    for pk, person in held:
        if people[person] not in found.setdefault(pk, []):
            found[pk].append(people[person])
    return found


def tell(row: Outbox) -> None:
    """One notice and one letter for each person whom this reminder concerns at a tier, with all its reports; a second row of
    the same reminder tells nobody anything new. What was passed on meanwhile is left out."""
    act, by = row.payload["act"], row.payload["by"]
    rows = Outbox.objects.filter(topic=TOPIC, payload__act=act).order_by("pk")
    asked = {one.payload["id"]: one.payload["step"] for one in rows}
    found = Report.objects.filter(pk__in=asked, state__in=WAITING).select_related("item", "period")
    reports = {one.pk: one for one in found if one.step == asked[one.pk] or one.state in UNFINISHED}
    mine: dict[tuple[str, User], list[Report]] = {}
    for pk, people in _holders(reports, WAITING).items():
        step = STEPS.get(reports[pk].state, "entry")
        for person in people:
            if person.pk != by:
                mine.setdefault((step, person), []).append(reports[pk])
    for step, code in CODES.items():
        of_step = {person: told for (at, person), told in mine.items() if at == step}
        for suffix, several in (("", False), ("_many", True)):
            notices.tell(
                event=f"{TOPIC}:{act}" if step == "entry" else f"{TOPIC}:{act}:{step}",
                code=f"{code}{suffix}",
                to=[
                    _to(row, step, person, told)
                    for person, told in of_step.items()
                    if (len(told) > 1) == several
                ],
                urgent=True,
            )


def _to(row: Outbox, step: str, person: User, found: Sequence[Report]) -> notices.To:
    first = min(found, key=lambda one: (one.period.first_day, one.item.sub_activity_code))
    month = str(first.period)
    due = {"entry": first.period.entry_due, "verify": first.period.verify_due, "sign": first.period.sign_due}
    params: dict[str, Any] = {
        "code": first.item.sub_activity_code,
        "name": first.item.sub_activity_name,
        "month": month,
        "count": len(found),
        "person": row.payload["by_name"],
        "office": row.payload["office"],
        "reports": [
            one.pk for one in found
        ],  # a letter that was held up is dropped when all of them came meanwhile
    }
    if step in due:  # the calendar has no moment for a review
        params["due_at"] = due[step].isoformat()
    if step == "entry":
        return notices.To(person, params, f"{reverse('submissions:entry', args=[month])}#r{first.pk}")
    return notices.To(person, params, reverse(PAGES[step]))


def _still_there(notice: Notice) -> bool:
    """Whether something of what somebody reminds of still waits for its reader."""
    reports: Sequence[int] = notice.params.get("reports", ())
    held = _holders(reports, WAITING)
    return any(notice.person_id in (one.pk for one in people) for people in held.values())


still.checks.update(
    {f"{CODES[step]}{suffix}": _still_there for step in STEPS.values() for suffix in ("", "_many")}
)
