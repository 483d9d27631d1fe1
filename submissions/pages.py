"""What the officer's pages show: plain dictionaries for the templates, shapes as each template says."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from submissions import figures, restating, rules
from submissions.evidence_rows import file_row as file_row
from submissions.evidence_rows import size_text as size_text
from submissions.facts import Finding
from submissions.holding import Where
from submissions.models import Evidence, Period, Report
from submissions.readings import Reading, Total
from submissions.rights import Right
from submissions.selectors import month_label
from workflow.cursor import prepared
from workflow.route import OPEN_STATES

STATEMENT_VERSION = "1"


def statement() -> dict[str, str]:
    """The declaration made at submission, with the version of its text."""
    text = _("The data are true and I answer for them. All values are of this month only, not cumulative.")
    return {"text": text, "version": STATEMENT_VERSION}


def deadline(due: datetime, lock: datetime, now: datetime) -> dict[str, Any]:
    """For templates/components/deadline.html."""
    left = due - now
    return {
        "due_at": lock if now >= lock else due,
        "days_left": max(left.days, 0),
        "hours_left": max(int(left.total_seconds() // 3600), 0),
        "overdue": now > due,
        "locked": now >= lock,
    }


def ends(period: Period) -> datetime:
    """When a month takes no more acts: locked by the calendar, or closed before."""
    return min(period.lock_at, period.closed_at or period.lock_at)


def open_until(period: Period, rights: Iterable[Right]) -> datetime:
    """The same for who may still enter something in it: a reopening or an amendment lasts longer."""
    return max([ends(period), *(right.ends_at for right in rights if right.editable)])


def report_row(one: Reading, where: Where | None) -> dict[str, Any]:
    """One report in a list."""
    return {
        "code": one.code,
        "name": one.name,
        "month": month_label(one.first_day),
        "url": reverse("approvals:review", args=[one.token]),
        "state": one.state,
        "revision": one.revision,
        "this_month": one.this_month,
        "cumulative": one.cumulative,
        "ceiling": one.ceiling,
        "absorption": one.absorption,
        "physical": one.physical,
        "plan": one.physical_planned,
        "where": where,
    }


def total_row(total: Total) -> dict[str, Any]:
    """The foot of a table."""
    names = (
        "ceiling",
        "before",
        "last_month",
        "this_month",
        "cumulative",
        "remaining",
        "absorption",
        "physical",
    )
    return {name: getattr(total, name) for name in names}


def choices() -> dict[str, Any]:
    """The lists to choose from."""
    return {
        "statuses": _options(Report.Status.choices),
        "problem_categories": _options(Report.Problem.choices),
        "evidence_kinds": _options(Evidence.Kind.choices),
        "answers": _options(Report.Answer.choices),
    }


def _options(pairs: Sequence[tuple[str, Any]]) -> list[dict[str, str]]:
    return [{"code": code, "label": str(label)} for code, label in pairs]


def restated(readings: Sequence[Reading]) -> dict[int, tuple[Finding, ...]]:
    """What open revisions would do to their own and later months (V-60); no statement without one."""
    open_ones = [one.id for one in readings if one.revision and one.state in OPEN_STATES]
    if not open_ones:
        return {}
    with transaction.atomic():
        return restating.check(prepared(), open_ones)


def stored_findings(ids: Sequence[int], cursor: Any) -> dict[int, tuple[Finding, ...]]:
    """What the rules say of reports as they are stored: the warnings beside them."""
    return {pk: rules.check(facts, figures.POLICY) for pk, facts in figures.load(cursor, ids).items()}
