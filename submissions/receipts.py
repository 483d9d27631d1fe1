"""What was submitted (O4), by the acts that did it: a number to quote, what went, what did not, and who has it now."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.http import Http404
from django.urls import reverse

from ledger.clock import now as database_now
from registry.models import User
from submissions import pages, selectors
from submissions.check_page import entry_url
from submissions.facts import ZERO
from submissions.holding import Where, where
from submissions.models import Report
from submissions.openings import opened
from submissions.readings import Reading, read, total
from submissions.selectors import month_label
from wording.sentences import say
from workflow import engine
from workflow.models import Act
from workflow.route import OPEN_STATES, RECALL, SUBMIT

MOST_LEFT = 50


def context(user: User, acts: Sequence[int]) -> dict[str, Any]:
    """For templates/submissions/submitted.html; 404 when these are not one's own submissions."""
    found = list(Act.objects.filter(pk__in=acts, actor=user, verb=SUBMIT).order_by("pk"))
    answered = {one["id"]: one for act in found for one in act.answer or ()}
    mine = read(selectors.my_reports(user).filter(pk__in=answered).values_list("pk", flat=True))
    if not mine:
        raise Http404
    now = database_now()
    by_id, holders = {one.id: one for one in mine}, where(mine, now=now)
    gone = [one for one in mine if answered[one.id]["done"]]
    with_them = [one for one in gone if one.state not in OPEN_STATES]
    recallable, until = _recall(user, with_them, holders)
    return {
        "receipts": [one for act in found if (one := _receipt(act, by_id))["done"] or one["refused"]],
        "unit": "; ".join(sorted({one.unit for one in mine})),
        "count": len(gone),
        "total": total(gone).this_month if gone else ZERO,
        "next_steps": _next(with_them, holders),
        "back": [
            pages.report_row(one, None) | {"url": entry_url(one)} for one in gone if one.state in OPEN_STATES
        ],
        "left": _left(user, mine, answered),
        "opened": list(dict.fromkeys(opened({one.id: holders[one.id] for one in with_them}).values())),
        "recall_url": reverse("submissions:recall"),
        "recall_rows": [{"id": one.id, "version": one.version} for one in recallable],
        "recall_until": until,
        "recall_key": str(uuid4()),
        "work_url": reverse("submissions:work"),
    }


def _receipt(act: Act, by_id: dict[int, Reading]) -> dict[str, Any]:
    """One act; the number is the act's own, so it is the same for ever."""
    answered = {one["id"]: one for one in act.answer or ()}
    answers = [(reading, answered[pk]) for pk, reading in by_id.items() if pk in answered]
    first = answers[0][0] if answers else None
    done = [reading for reading, one in answers if one["done"]]
    return {
        "number": number_of(act, first) if first else "",
        "label": month_label(first.first_day) if first else "",
        "at": act.at,
        "done": [pages.report_row(one, None) for one in done],
        "refused": [
            {
                "code": reading.code,
                "name": reading.name,
                "url": entry_url(reading),
                "sentence": say(one["code"], one["params"]),
            }
            for reading, one in answers
            if not one["done"]
        ],
        "total": total(done).this_month if done else ZERO,
    }


def number_of(act: Act, reading: Reading) -> str:
    """ "2026-01/1042": the month, and the act that the ledger keeps under this number."""
    return f"{reading.first_day:%Y-%m}/{act.pk}"


def _next(readings: Sequence[Reading], holders: dict[int, Where]) -> list[dict[str, Any]]:
    """Who has them now: each office once, with the earliest day on which one of its reports is due."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in readings:
        holder = holders[one.id]
        row = found.setdefault(
            (holder.kind, holder.office, holder.person),
            {
                "where": holder,
                "office": holder.office,
                "person": holder.person,
                "due": holder.due,
                "overdue": holder.overdue,
                "count": 0,
            },
        )
        row["count"] += 1
        row["due"] = min((due for due in (row["due"], holder.due) if due), default=None)
    return list(found.values())


def _recall(user: User, readings: Sequence[Reading], holders: dict[int, Where]) -> tuple[list[Reading], str]:
    """What can be taken back now, and until when; or why nothing can."""
    documents = list(Report.objects.filter(pk__in=[one.id for one in readings]).order_by("pk"))
    if not documents:
        return [], ""
    answers = {pk: verbs[RECALL] for pk, verbs in engine.available(user, documents).items()}
    free = [one for one in readings if answers[one.id] is None]
    if free:
        return free, say("check.recall", {"office": holders[free[0].id].office})
    refusal = next(one for one in answers.values() if one)
    return [], say(refusal.code, refusal.params)


def _left(user: User, mine: Sequence[Reading], answered: dict[int, Any]) -> list[dict[str, Any]]:
    """What of these months is still to be submitted."""
    periods = {one.period for one in mine}
    still = (
        selectors.my_reports(user).filter(period__in=periods, state__in=OPEN_STATES).exclude(pk__in=answered)
    )
    rows = read(still.values_list("pk", flat=True))
    return [pages.report_row(one, None) | {"url": entry_url(one)} for one in rows][:MOST_LEFT]
