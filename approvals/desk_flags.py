"""What is unusual about a report, and who has looked at it: the unusual is opened before it is verified among many."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import F

from registry.models import User
from submissions import formulas
from submissions.facts import WARN, Finding
from submissions.models import Opening
from submissions.pages import stored_findings
from submissions.readings import Reading, read
from wording.sentences import say

Reason = tuple[str, dict[str, Any]]  # a code and its parameters


def warnings_among(findings: Iterable[Finding]) -> int:
    """How many of the findings ask somebody to look."""
    return sum(one.severity == WARN for one in findings)


def opened_by(user: User, reports: Iterable[int]) -> set[int]:
    """Which of the reports this person has opened since they came to where they are now."""
    mine = Opening.objects.filter(person=user, report__in=list(reports), step=F("report__step"))
    return set(mine.values_list("report", flat=True))


def unopened(
    user: User, readings: Sequence[Reading], findings: Mapping[int, Sequence[Finding]]
) -> dict[int, Reason]:
    """Of these, the flagged ones that he has not opened at this step, each with the reason why he must."""
    flagged = {one.id: reason for one in readings if (reason := _flag(one, findings.get(one.id, ())))}
    seen = opened_by(user, flagged)
    return {pk: reason for pk, reason in flagged.items() if pk not in seen}


def unopened_among(user: User, reports: Iterable[int]) -> dict[int, Reason]:
    """The same by ids: what the rules say of them is asked now, whatever a page said."""
    readings = read(reports)
    with connection.cursor() as cursor:
        return unopened(user, readings, stored_findings([one.id for one in readings], cursor))


def _flag(one: Reading, findings: Sequence[Finding]) -> Reason | None:
    warnings = warnings_among(findings)
    if warnings:
        return "desk.unopened_warnings", {"count": warnings}
    if one.deviation is not None and formulas.colour(one.deviation) == formulas.RED:
        return "desk.unopened_behind", {"behind_pt": str(formulas.half_up(-one.deviation))}
    return None


def told(reasons: Mapping[int, Reason]) -> dict[int, str]:
    """The reasons as sentences."""
    return {pk: say(code, params) for pk, (code, params) in reasons.items()}
