"""What waits for an officer (O1): returned first, then to enter, ready, submitted, published."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.clock import now as database_now
from registry.models import User
from submissions import judging, pages, selectors
from submissions.check_page import entry_url
from submissions.holding import where
from submissions.judging import Judged
from submissions.marks import cell_of
from submissions.models import Period
from submissions.openings import opened
from submissions.readings import Reading, read
from submissions.selectors import month_label
from submissions.tenures import new_posts
from wording.numbers import points, quantity
from workflow.route import OPEN_STATES, PUBLISHED, RETURNED

INCOMPLETE = "COMPLETE"  # the rule that says what is not entered yet
NEWS = timedelta(days=30)  # so long the page of a handover is offered first of all


def context(user: User) -> dict[str, Any]:
    """For templates/submissions/work.html; a fixed number of statements whatever the number of reports."""
    now = database_now()
    periods = selectors.my_months(user)
    readings = read(selectors.my_reports(user).values_list("pk", flat=True))
    judged = judging.judge(user, readings)
    going = [one for one in readings if one.state not in OPEN_STATES]
    holders = where(going, now=now)
    looked_at = opened(holders)
    returned = selectors.returns_of(readings)
    ready = judging.proposed(judged)
    waiting = [one for one in judged.values() if one.editable and one.reading.state != RETURNED]
    cards = _months(periods, readings, judged, ready, now)
    posts = new_posts(user, now)
    shown = [one for one in waiting if one.reading.period in {card["id"] for card in cards}]
    return {
        "months": cards,
        "returned": [returned_row(one, returned.get(one.id)) for one in readings if one.state == RETURNED],
        "to_enter": [item_row(one) for one in shown if one.reading.id not in ready],
        "ready": [item_row(one) for one in shown if one.reading.id in ready],
        "ready_url": check_url([one.reading for one in judged.values() if one.reading.id in ready]),
        "submitted": [
            pages.report_row(one, holders[one.id]) | {"opened": looked_at.get(one.id, "")}
            for one in reversed(going)
            if one.state != PUBLISHED
        ],
        "published": _newest([one for one in going if one.state == PUBLISHED], holders),
        "handover": [post for post in posts if now - post.since_moment <= NEWS],
        "holds_post": bool(posts),
        "handover_url": reverse("submissions:handover"),
        "catch_up_url": reverse("submissions:catch_up"),
        "history_url": reverse("submissions:history"),
        "behind": sum(card["can_enter"] for card in cards) > 1,
        "can_be_nil": any(card["empty"] for card in cards),
    }


def _months(
    periods: Sequence[Period],
    readings: Sequence[Reading],
    judged: Mapping[int, Judged],
    ready: set[int],
    now: datetime,
) -> list[dict[str, Any]]:
    """The months that can still be entered, or are not over: the most urgent first."""
    cards = [
        month_card(period, [one for one in readings if one.period == period.pk], judged, ready, now)
        for period in periods
    ]
    open_ones = [card for card in cards if card["can_enter"] or card["ends"] > now]
    return sorted(open_ones, key=lambda card: (card["deadline"]["due_at"], card["code"]))


def month_card(
    period: Period,
    readings: Sequence[Reading],
    judged: Mapping[int, Judged],
    ready: set[int],
    now: datetime,
) -> dict[str, Any]:
    """One month: its deadline, how much of it is filled, and what is in the way."""
    mine = [judged[one.id] for one in readings if one.id in judged]
    filled = len(readings) - sum(incomplete(one) for one in mine)
    lasts = max([pages.ends(period), *(one.ends_at for one in mine if one.editable)])
    code = f"{period.first_day:%Y-%m}"
    return {
        "id": period.pk,
        "code": code,
        "label": month_label(period.first_day),
        "url": reverse("submissions:entry", args=[code]),
        "check_url": check_url([one.reading for one in mine if one.reading.id in ready]),
        "deadline": pages.deadline(period.entry_due, lasts, now),
        "ends": pages.ends(period),
        "items": len(readings),
        "filled": filled,
        "share": 100 * filled // len(readings) if readings else 0,
        "warnings": sum(len(one.unexplained) for one in mine),
        "without_evidence": sum(one.lacks_evidence for one in mine),
        "ready": sum(one.reading.id in ready for one in mine),
        "returned": sum(one.state == RETURNED for one in readings),
        "submitted": sum(one.state not in (*OPEN_STATES, PUBLISHED) for one in readings),
        "published": sum(one.state == PUBLISHED for one in readings),
        "revisions": sum(one.reading.revision > 0 for one in mine),
        "empty": sum(not one.reading.started for one in mine if one.editable),
        "can_enter": any(one.editable for one in mine),
    }


def incomplete(one: Judged) -> bool:
    """Whether something that every report needs is not entered yet."""
    return any(found.rule == INCOMPLETE for found in one.errors)


def check_url(readings: Sequence[Reading]) -> str:
    """Where all of these are checked and submitted together; empty without any."""
    if not readings:
        return ""
    months = ",".join(sorted({f"{one.first_day:%Y-%m}" for one in readings}))
    reports = ",".join(str(one.id) for one in readings)
    return f"{reverse('submissions:check')}?months={months}&reports={reports}"


def returned_row(reading: Reading, one: selectors.Return | None) -> dict[str, Any]:
    """A returned report: who, when, why, and the cells that are named, each with its address."""
    row: dict[str, Any] = {
        "code": reading.code,
        "name": reading.name,
        "month": month_label(reading.first_day),
        "url": entry_url(reading),
    }
    if one is None:
        return row
    return row | {
        "category": one.category,
        "reason": one.reason,
        "person": one.person,
        "office": one.office,
        "at": one.at,
        "cells": [
            {"label": label, "url": entry_url(reading, cell_of(reading, mark))} for mark, label in one.named
        ],
    }


def item_row(one: Judged) -> dict[str, Any]:
    """A sub-activity to enter, with the little list of what it has and what it lacks."""
    reading = one.reading
    return {
        "code": reading.code,
        "name": reading.name,
        "month": month_label(reading.first_day),
        "url": entry_url(reading),
        "state": reading.state,
        "started": reading.started,
        "revision": reading.revision,
        "parts": parts(one),
        "errors": sum(found.rule not in (INCOMPLETE, "V-40") for found in one.errors),
        "unexplained": len(one.unexplained),
        "this_month": reading.this_month,
    }


def parts(one: Judged) -> list[dict[str, Any]]:
    """Money, progress, status, evidence: what stands there, and whether it is enough."""
    reading = one.reading
    missing = {
        found.field if found.line_id is None else "money" for found in one.errors if found.rule == INCOMPLETE
    }
    asked = [line for line in reading.lines if line.ceiling or line.this_month is not None]
    entered = sum(line.this_month is not None for line in asked)
    physical = reading.physical_now
    written = quantity(physical) if physical is not None and reading.by_volume else points(physical)
    files = reading.evidence_count
    evidence = ngettext("%(n)s file", "%(n)s files", files) % {"n": files} if files else ""
    return [
        _part(
            _("Money"),
            _("%(n)s of %(all)s lines") % {"n": entered, "all": len(asked)},
            "money" not in missing,
        ),
        _part(_("Progress"), written, not missing & {"increment", "volume"}),
        _part(_("Status"), reading.status_label or "–", "status" not in missing),
        _part(
            _("Evidence"),
            evidence or (_("missing") if one.lacks_evidence else _("none needed so far")),
            not one.lacks_evidence,
        ),
    ]


def _part(label: str, text: str, done: bool) -> dict[str, Any]:
    return {"label": label, "text": text, "done": done}


def _newest(published: Sequence[Reading], holders: Mapping[int, Any]) -> dict[str, Any]:
    """The published reports of the newest month; the others are in the history."""
    if not published:
        return {"rows": [], "label": "", "more": 0}
    newest = max(one.first_day for one in published)
    rows = [pages.report_row(one, holders[one.id]) for one in published if one.first_day == newest]
    return {"rows": rows, "label": month_label(newest), "more": len(published) - len(rows)}
