"""What a new holder of an officer's post has to know: who had it, what is open, what is promised, what comes next."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.clock import now as database_now
from registry.models import User
from submissions import figures, judging, selectors
from submissions.check_page import entry_url
from submissions.facts import MonthFacts
from submissions.judging import Judged
from submissions.models import Period, Report
from submissions.my_work import incomplete, month_card, returned_row
from submissions.readings import Reading, read
from submissions.rules_narrative import FollowUp, open_follow_ups
from submissions.selectors import month_label
from submissions.tenures import new_posts
from wording.numbers import money
from workflow import route
from workflow.route import OPEN_STATES, RETURNED

MOST_NAMED = 6
MONTHS_SHOWN = 3

# What an officer types besides money.
WORDS = (
    "status", "increment", "volume", "physical_reason", "problems", "problem_text", "follow_up_text", "follow_up_pic",
    "follow_up_due", "follow_up_answer", "needs_leadership", "public_note",
)  # fmt: skip

# Who typed last into each report, when, and which of its lines and words that touched; acts on it are no typing.
LAST_TYPED = """
WITH last AS MATERIALIZED (SELECT w.id, h.at, h.person, h.how, h.now, p.before
  FROM unnest(%(ids)s::bigint[]) AS w(id)
    CROSS JOIN LATERAL (SELECT h.history_id, h.history_date AS at, h.history_user_id AS person, to_jsonb(h) AS now,
        coalesce(h.history_change_reason, '') AS how FROM submissions_historicalreport h
      WHERE h.id = w.id AND h.history_user_id IS NOT NULL AND coalesce(h.history_change_reason, '') <> ALL (%(acts)s::text[])
      ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1) h
    LEFT JOIN LATERAL (SELECT to_jsonb(p) AS before FROM submissions_historicalreport p
      WHERE p.id = w.id AND (p.history_date, p.history_id) < (h.at, h.history_id)
      ORDER BY p.history_date DESC, p.history_id DESC LIMIT 1) p ON true)
SELECT l.id, u.name, l.at, l.how,
  ARRAY(SELECT DISTINCT concat_ws(' ', b.account_code, b.account_name) || '|' || coalesce(h.realized::text, '')
    FROM submissions_reportline rl JOIN submissions_historicalreportline h ON h.id = rl.id AND h.history_date = l.at
      JOIN registry_budgetline b ON b.id = rl.line_id WHERE rl.report_id = l.id ORDER BY 1),
  ARRAY(SELECT f FROM unnest(%(words)s::text[]) f WHERE l.now -> f IS DISTINCT FROM l.before -> f)
FROM last l JOIN registry_user u ON u.id = l.person"""


def context(user: User) -> dict[str, Any]:
    """For templates/submissions/handover.html; `posts` is empty for somebody who holds no officer's post."""
    now = database_now()
    posts = new_posts(user, now)
    if not posts:
        return {"posts": []}
    mine = selectors.my_reports(user)
    readings = read(mine.values_list("pk", flat=True))
    judged = judging.judge(user, readings)
    returned = selectors.returns_of(readings)
    begun = [one for one in judged.values() if one.reading.started]
    return {
        "posts": posts,
        "new": posts[0],
        "drafts": _drafts(begun),
        "returned": [returned_row(one, returned.get(one.id)) for one in readings if one.state == RETURNED],
        "follow_ups": follow_ups(readings, now),
        "unexplained": [_waits(one, len(one.unexplained)) for one in begun if one.unexplained],
        "without_evidence": [_waits(one, 0) for one in begun if one.lacks_evidence],
        "glance": glance(readings),
        "months": _months(user, readings, judged, now),
        "work_url": reverse("submissions:work"),
        "catch_up_url": reverse("submissions:catch_up"),
    }


def _drafts(begun: Sequence[Judged]) -> list[dict[str, Any]]:
    """What is begun and not handed in, with who typed last what."""
    asked: dict[str, Any] = {
        "ids": [one.reading.id for one in begun],
        "acts": list(route.VERBS),
        "words": list(WORDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(LAST_TYPED, asked)
        typed = {row[0]: row[1:] for row in cursor.fetchall()}
    return [_draft(one, *typed.get(one.reading.id, ("", None, "", [], []))) for one in begun]


def _draft(
    one: Judged, person: str, at: datetime | None, how: str, lines: Sequence[str], words: Sequence[str]
) -> dict[str, Any]:
    cells = [_cell(line) for line in lines]
    said = [str(getattr(Report._meta.get_field(name), "verbose_name", name)) for name in words]
    return _waits(one, 0) | {
        "person": person,
        "at": at,
        "cells": cells[:MOST_NAMED],
        "more": max(len(cells) - MOST_NAMED, 0),
        "words": [_("evidence")] if how == "evidence" else said,
        "complete": not incomplete(one),
    }


def _cell(line: str) -> dict[str, str]:
    name, _bar, amount = line.rpartition("|")
    return {"name": name, "amount": money(Decimal(amount)) if amount else "–"}


def _waits(one: Judged, count: int) -> dict[str, Any]:
    reading = one.reading
    return {
        "code": reading.code,
        "name": reading.name,
        "month": month_label(reading.first_day),
        "url": entry_url(reading),
        "check_url": f"{reverse('submissions:check')}?reports={reading.id}",
        "state": reading.state,
        "count": count,
    }


def follow_ups(readings: Sequence[Reading], now: datetime) -> list[dict[str, Any]]:
    """Promises that are still open by the rules' own account (V-31), the overdue ones first; days are the government's."""
    of_item: dict[tuple[str, str], list[Reading]] = {}
    for one in sorted(readings, key=lambda one: one.first_day):
        of_item.setdefault((one.unit_path, one.code), []).append(one)
    newest = {months[-1].id: months for months in of_item.values()}
    with connection.cursor() as cursor:
        facts = figures.load(cursor, list(newest))
    today = timezone.localtime(now).date()
    found = [
        _promise(promise, months, today)
        for pk, months in newest.items()
        for promise in open_follow_ups(
            replace(facts[pk], earlier=(*facts[pk].earlier, _own_month(months[-1])))
        )
    ]
    return sorted(found, key=lambda one: (one["due"], one["code"]))


def _own_month(one: Reading) -> MonthFacts:
    """What the newest month itself says about follow-ups, as a later month will read it."""
    return MonthFacts(
        month=one.month,
        follow_up_text=one.follow_up_text,
        follow_up_due=one.follow_up_due,
        follow_up_answer=one.follow_up_answer,
        last_day=one.first_day.replace(day=monthrange(one.first_day.year, one.first_day.month)[1]),
    )


def _promise(promise: FollowUp, months: Sequence[Reading], today: date) -> dict[str, Any]:
    made = next((one for one in reversed(months) if one.month == promise.month), months[-1])
    return {
        "text": promise.text,
        "pic": made.follow_up_pic,
        "due": promise.due,
        "overdue": promise.due < today,
        "late": (today - promise.due).days,
        "month": month_label(made.first_day),
        "code": made.code,
        "name": made.name,
        "url": reverse("approvals:review", args=[made.token]),
    }


def glance(readings: Sequence[Reading]) -> dict[str, Any]:
    """The last three months that have figures: money and progress of each sub-activity."""
    begun = [one for one in readings if one.started]
    days = sorted({one.first_day for one in begun})[-MONTHS_SHOWN:]
    rows: dict[str, dict[str, Any]] = {}
    for one in begun:
        if one.first_day in days:
            row = rows.setdefault(f"{one.code} {one.unit}", {"code": one.code, "name": one.name, "cells": {}})
            row["cells"][one.first_day] = {
                "money": one.this_month,
                "physical": one.physical,
                "state": one.state,
                "url": reverse("approvals:review", args=[one.token]),
            }
    return {
        "months": [month_label(first) for first in days],
        "rows": [
            row | {"cells": [{"month": month_label(first), **row["cells"].get(first, {})} for first in days]}
            for _key, row in sorted(rows.items())
        ],
    }


def _months(
    user: User, readings: Sequence[Reading], judged: Mapping[int, Judged], now: datetime
) -> list[dict[str, Any]]:
    """The months that still have something to report, the oldest first."""
    owed = {one.period for one in readings if one.state in OPEN_STATES}
    ready = judging.proposed(judged)
    periods: list[Period] = [period for period in selectors.my_months(user) if period.pk in owed]
    return [
        month_card(period, [one for one in readings if one.period == period.pk], judged, ready, now)
        for period in sorted(periods, key=lambda one: (one.first_day, one.pk))
    ]
