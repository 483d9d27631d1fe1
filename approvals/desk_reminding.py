"""Reminding who has not submitted: once a day for a report, and one notice a person however many reports it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import connection
from django.urls import reverse

from approvals import notices
from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import Office, User
from registry.selectors import offices_of
from submissions.models import Report
from workflow import route
from workflow.models import Grant, Outbox
from workflow.outbox import nudge

TOPIC = "report.reminded"
UNFINISHED = (route.DRAFT, route.RETURNED)

# Reports that wait for their officer's entry while the month takes one: not locked, or reopened for them.
OPEN = """
SELECT r.id FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
WHERE r.id = ANY (%(ids)s) AND r.state = ANY (%(states)s) AND (%(now)s < least(p.lock_at, coalesce(p.closed_at, p.lock_at))
  OR EXISTS (SELECT FROM workflow_grant w WHERE w.kind = ANY (%(kinds)s) AND w.revoked_at IS NULL AND w.granted_at <= %(now)s
    AND w.expires_at > %(now)s AND starts_with(u.path, w.scope_path) AND (w.subjects = '{}' OR w.subjects &&
      ARRAY[to_char(p.first_day, 'YYYY-MM'), to_char(p.first_day, 'YYYY-MM') || '/item-' || i.id]::varchar[])))"""
REOPENS = [Grant.Kind.REOPENING, Grant.Kind.AMENDMENT]


@dataclass
class Reminded:
    """What became of a reminder: report numbers by what was done with them."""

    told: list[int] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    today: list[int] = field(default_factory=list)  # reminded today already
    nobody: list[int] = field(default_factory=list)  # the post is vacant, or the officer's account is closed
    locked: list[int] = field(default_factory=list)  # the month takes no entry any more


def remind(*, actor: User, reports: Sequence[int]) -> Reminded:
    """Remind the officers of these reports; each report at most once a day of its government's zone, whoever reminds."""
    done, at = Reminded(), database_now()
    holders = _officers(reports)
    still = _open(reports, at)
    with recorded(actor):
        before = set(reminded_today(reports, at))
        for pk in dict.fromkeys(reports):
            people = [one for one in holders.get(pk, []) if one.pk != actor.pk]
            where = (
                done.locked if pk not in still
                else done.today if pk in before
                else done.told if people else done.nobody
            )  # fmt: skip
            where.append(pk)
        done.told = _written(actor, done.told, at, done)
    done.people = {one.name for pk in done.told for one in holders[pk] if one.pk != actor.pk}
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
    zones = Report.objects.filter(pk__in=reports).values_list("pk", "period__agency__government__time_zone")
    return {pk: f"{TOPIC}:{pk}:{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}" for pk, zone in zones}


def reminded_today(reports: Sequence[int], at: datetime) -> dict[int, Outbox]:
    """Of these reports, those reminded of on this day of their government's zone, each with its row."""
    numbers = {key: pk for pk, key in _keys(reports, at).items()}
    return {numbers[row.key]: row for row in Outbox.objects.filter(key__in=numbers)}


def _open(reports: Sequence[int], at: datetime) -> set[int]:
    asked: dict[str, Any] = {
        "ids": list(reports),
        "states": list(UNFINISHED),
        "now": at,
        "kinds": [str(one) for one in REOPENS],
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN, asked)
        return {pk for (pk,) in cursor.fetchall()}


def _officers(reports: Sequence[int]) -> Mapping[int, list[User]]:
    """Who holds the officer's post of each report now."""
    posts = dict(Report.objects.filter(pk__in=list(reports)).values_list("pk", "item__officer_post"))
    held = Office.objects.filter(post__in=set(posts.values()) - {None}, person__is_active=True)
    people: dict[int, list[User]] = {}
    for office in held.select_related("person"):
        people.setdefault(office.post_id, []).append(office.person)
    return {pk: people[post] for pk, post in posts.items() if post in people}


def tell(row: Outbox) -> None:
    """One notice and one letter for each officer whom this reminder concerns, with all its reports; a second row of the same
    reminder tells nobody anything new. What was submitted meanwhile is left out."""
    act, by = row.payload["act"], row.payload["by"]
    same = Outbox.objects.filter(topic=TOPIC, payload__act=act)
    ids = list(same.order_by("pk").values_list("payload__id", flat=True))
    reports = {
        one.pk: one
        for one in Report.objects.filter(pk__in=ids, state__in=UNFINISHED).select_related("item", "period")
    }
    mine: dict[User, list[Report]] = {}
    for pk, people in _officers(list(reports)).items():
        for person in people:
            if person.pk != by:
                mine.setdefault(person, []).append(reports[pk])
    for code, several in (("notice.report.reminded", False), ("notice.report.reminded_many", True)):
        notices.tell(
            event=f"{TOPIC}:{act}",
            code=code,
            to=[_to(row, person, found) for person, found in mine.items() if (len(found) > 1) == several],
            urgent=True,
        )


def _to(row: Outbox, person: User, found: Sequence[Report]) -> notices.To:
    first = min(found, key=lambda one: (one.period.first_day, one.item.sub_activity_code))
    month = f"{first.period.first_day:%Y-%m}"
    params = {
        "code": first.item.sub_activity_code,
        "name": first.item.sub_activity_name,
        "month": month,
        "count": len(found),
        "due_at": first.period.entry_due.isoformat(),
        "person": row.payload["by_name"],
        "office": row.payload["office"],
        "reports": [
            one.pk for one in found
        ],  # a letter that was held up is dropped when all of them came meanwhile
    }
    return notices.To(person, params, f"{reverse('submissions:entry', args=[month])}#r{first.pk}")
