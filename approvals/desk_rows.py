"""The rows of a decider's desk: plain dictionaries for templates/approvals/inbox.html."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.urls import reverse

from approvals.desk_bulk import Result
from approvals.desk_flags import told, unopened, unopened_among, warnings_among
from approvals.models import SigningBatch
from approvals.selectors import moved_under, stood_in
from registry.models import Office, User
from submissions import formulas
from submissions.holding import Where, where
from submissions.models import Period, Report
from submissions.pages import report_row, stored_findings
from submissions.readings import Reading, total
from submissions.selectors import category_of, decisions_on, month_label
from wording import words
from wording.sentences import say
from workflow import engine, route
from workflow.models import Decision, Outbox
from workflow.route import Refusal

MOST_NAMED = 8


TONES = {"RED": "bad", "YELLOW": "low"}


def inbox_rows(user: User, readings: Sequence[Reading], verb: str, now: datetime) -> list[dict[str, Any]]:
    """Reports that wait for `user`, with what stands in the way of each."""
    documents = list(Report.objects.filter(pk__in=[one.id for one in readings]))
    buttons = engine.available(user, documents)
    holders = where(readings, now=now)
    standing = stands_in(user, [one.id for one in readings])
    moved = moved_under(one.id for one in readings)
    with connection.cursor() as cursor:
        findings = stored_findings([one.id for one in readings], cursor)
    unseen = told(unopened(user, readings, findings)) if verb == route.VERIFY else {}
    returned = _times(readings, route.RETURN)
    submitters = submitters_of(readings)
    return [
        _inbox_row(one, holders[one.id], buttons[one.id][verb])
        | {
            "officer": submitters.get(one.id, ""),
            "warnings": warnings_among(findings[one.id]),
            "unopened": "" if buttons[one.id][verb] else unseen.get(one.id, ""),
            "times_returned": returned.get(one.id, 0),
            "stands_in": standing.get(one.id, ""),
            "moved": say("desk.moved", {"earlier": moved[one.id]}) if one.id in moved else "",
        }
        for one in readings
    ]


def _inbox_row(one: Reading, holder: Where, refusal: Refusal | None) -> dict[str, Any]:
    return report_row(one, holder) | {
        "id": one.id,
        "version": one.version,
        "unit": one.unit,
        "since": holder.since,
        "due": holder.due,
        "overdue": holder.overdue,
        "last_month": one.last_month,
        "plan": one.planned_absorption,
        "physical_plan": one.physical_planned,
        **deviation_of(one),
        "change": (one.this_month or 0) - one.last_month,
        "evidence": one.evidence_count,
        "blocked": say(refusal.code, refusal.params) if refusal else "",
        "agreed": say("desk.agreed", _agreed(holder)) if holder.agreed else "",
        "revision": one.revision,
        "selected": False,
    }


def deviation_of(one: Reading) -> dict[str, Any]:
    """How far from the plan, in points and in words; no words without a plan."""
    colour = formulas.colour(one.deviation) or ""
    return {
        "deviation": one.deviation,
        "tone": TONES.get(colour, ""),
        "band": str(words.COLOURS.get(colour, "")),
    }


def _agreed(holder: Where) -> dict[str, Any]:
    return {"count": len(holder.agreed), "quorum": holder.quorum, "people": holder.agreed}


def _times(readings: Sequence[Reading], verb: str) -> dict[int, int]:
    counted: dict[int, int] = {}
    for decision in decisions_on(one.id for one in readings).filter(verb=verb):
        counted[decision.object_id] = counted.get(decision.object_id, 0) + 1
    return counted


def submitters_of(readings: Sequence[Reading]) -> dict[int, str]:
    submissions = decisions_on(one.id for one in readings).filter(verb=route.SUBMIT)
    return {decision.object_id: decision.actor_name for decision in submissions}


def held_rows(readings: Sequence[Reading], now: datetime) -> list[dict[str, Any]]:
    """Reports that wait for somebody else: who holds them since when."""
    holders = where(readings, now=now)
    return [report_row(one, holders[one.id]) | {"unit": one.unit} for one in readings]


def returned_rows(user: User, readings: Sequence[Reading], now: datetime) -> list[dict[str, Any]]:
    """Reports that `user` sent back: why, when, and who has them now."""
    steps = {one.id: one.step for one in readings}
    mine: dict[int, Decision] = {}
    for decision in decisions_on(steps).filter(verb=route.RETURN, actor=user):
        if decision.step == steps[decision.object_id]:
            mine[decision.object_id] = decision
    return [
        row
        | {
            "reason": mine[one.id].reason,
            "category": category_of(mine[one.id].marks),
            "at": mine[one.id].at,
        }
        for one, row in zip(readings, held_rows(readings, now), strict=True)
        if one.id in mine
    ]


def missing_rows(
    readings: Sequence[Reading], now: datetime, reminded: Mapping[int, Outbox]
) -> list[dict[str, Any]]:
    """Reports not submitted yet, with their officers, and who reminded them today."""
    holders = where(readings, now=now)
    return [
        report_row(one, None)
        | {
            "unit": one.unit,
            "officer": holders[one.id].person,
            "due": holders[one.id].due,
            "overdue": holders[one.id].overdue,
            "reminded": _reminded(reminded.get(one.id)),
        }
        for one in readings
    ]


def _reminded(row: Outbox | None) -> str:
    if row is None:
        return ""
    return say("desk.reminded_at", {"person": row.payload["by_name"], "when_at": row.created_at})


def officers_of(reports: Sequence[int], reminded: Mapping[int, Outbox]) -> list[dict[str, Any]]:
    """The officers of missing reports: how many each still owes, and how many of these were not reminded of today."""
    owed: dict[int, list[int]] = {}
    for pk, post in Report.objects.filter(pk__in=reports).values_list("pk", "item__officer_post"):
        owed.setdefault(post, []).append(pk)
    held = Office.objects.filter(post__in=[post for post in owed if post]).order_by("person__name", "post")
    return [
        {
            "post": post,
            "name": name,
            "count": len(owed[post]),
            "open": sum(pk not in reminded for pk in owed[post]),
        }
        for post, name in held.values_list("post", "person__name")
    ]


def outcome(result: Result) -> dict[str, Any]:
    """What an act on many came to, in words: how many were done, and each other one by name with its reason."""
    skipped = result.skipped
    rows = Report.objects.filter(pk__in=[one.id for one in skipped]).values_list(
        "pk", "item__sub_activity_code", "item__sub_activity_name", "period__first_day", "token"
    )
    names = {pk: rest for pk, *rest in rows}
    params = {"done": result.done, "skipped": len(skipped)}
    return {
        "sentence": say(f"desk.done_{result.verb}" if skipped else f"desk.all_{result.verb}", params),
        "clean": not skipped,
        "skipped": [
            _skipped(names[one.id], one.code, say(one.code, one.params), result.seen.get(one.id, 0))
            for one in skipped
            if one.id in names
        ],
    }


def _skipped(named: Sequence[Any], code: str, sentence: str, version: int) -> dict[str, Any]:
    number, name, first_day, token = named
    url = reverse("approvals:review", args=[token])
    stale = code == "route.stale" and version
    return _named(number, name, first_day) | {
        "url": f"{url}?seen={version}" if stale else url,
        "sentence": sentence,
        "stale": stale,
    }


def _named(code: str, name: str, first_day: date) -> dict[str, Any]:
    return {"code": code, "name": name, "month": month_label(first_day)}


def flagged_of(user: User, reports: Sequence[int]) -> list[dict[str, Any]]:
    """Of these reports, those that would be left out because they were not opened, each with its reason."""
    reasons = told(unopened_among(user, reports))
    rows = Report.objects.filter(pk__in=reasons).order_by("period__first_day", "item__sub_activity_code")
    return [
        _skipped((code, name, first_day, token), "", reasons[pk], 0)
        for pk, code, name, first_day, token in rows.values_list(
            "pk", "item__sub_activity_code", "item__sub_activity_name", "period__first_day", "token"
        )
    ]


def batch_rows(batches: Sequence[SigningBatch], counts: Mapping[int, int]) -> list[dict[str, Any]]:
    """Documents on their way."""
    return [
        {
            "label": one.document_no,
            "url": reverse("approvals:batch", args=[one.token]),
            "state": one.state,
            "count": counts.get(one.pk, 0),
            "at": one.moved_at,
        }
        for one in batches
    ]


def sections(periods: Sequence[Period], readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """For the head: each unit of each open month, how complete it is, and what is missing by name."""
    names = {period.pk: month_label(period.first_day) for period in periods}
    rows: dict[tuple[int, str], list[Reading]] = {}
    for one in readings:
        rows.setdefault((one.period, one.unit), []).append(one)
    return [_section(f"{unit}, {names[period]}", found) for (period, unit), found in rows.items()]


def _section(name: str, readings: Sequence[Reading]) -> dict[str, Any]:
    missing = [one for one in readings if one.state in (*route.OPEN_STATES, route.SUBMITTED)]
    return {
        "name": name,
        "verified": len(readings) - len(missing),
        "required": len(readings),
        "missing": [f"{one.code} {one.name}".strip() for one in missing[:MOST_NAMED]],
        "more": max(len(missing) - MOST_NAMED, 0),
        "money": total(readings).this_month,
        "url": "",
    }


def stands_in(user: User, reports: Sequence[int]) -> dict[int, str]:
    return {pk: say("desk.stands_in", {"post": post}) for pk, post in stood_in(user, reports).items()}
