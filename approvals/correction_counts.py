"""How many corrections each agency asked for, and how long people and agencies took (domain.md 6.1: count and service level)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from approvals.asking_models import Request
from approvals.asking_rules import AMENDMENT, PATIENCE, working_days
from registry.models import FiscalYear
from submissions.calendar import policy_of
from submissions.moments import CalendarPolicy

# Until the superior is asked as well: what the bureau has promised.
PROMISED = PATIENCE[AMENDMENT].escalate

TIMES = """
SELECT u.code, u.name, q.fiscal_year_id, q.asked_at, o.kind, o.at,
  (SELECT min(n.published_at) FROM workflow_grant g JOIN workflow_decision d ON d.grant_id = g.id AND d.verb = 'amend'
     JOIN submissions_report r ON r.id = d.object_id
     JOIN submissions_report n ON n.item_id = r.item_id AND n.period_id = r.period_id AND n.revision > r.revision
       AND n.published_at > d.at WHERE g.key = 'request-' || q.id)
FROM approvals_request q JOIN registry_unit u ON u.id = q.agency_id
  LEFT JOIN approvals_requestact o ON o.request_id = q.id AND o.kind IN ('granted', 'denied')
WHERE q.id = ANY (%s) ORDER BY u.code, q.id"""


@dataclass(slots=True)
class Count:
    """Corrections of one agency; times in working days of the government."""

    code: str
    name: str
    asked: int = 0
    waiting: int = 0
    granted: int = 0
    refused: int = 0
    published: int = 0
    in_time: int = 0
    to_answer: list[int] = field(default_factory=list)
    to_publish: list[int] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return self.granted + self.refused

    @property
    def mean_answer(self) -> Decimal | None:
        """Working days from asking to the answer, on average."""
        return _mean(self.to_answer)

    @property
    def mean_publish(self) -> Decimal | None:
        """Working days from asking to the published revision, on average."""
        return _mean(self.to_publish)


def counts(cases: QuerySet[Request]) -> list[Count]:
    """One row for each agency among these requests that asked for a correction, by its code."""
    wanted = list(cases.filter(kind=AMENDMENT).values_list("pk", flat=True))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(TIMES, [wanted])
        rows = cursor.fetchall()
    years = FiscalYear.objects.select_related("government").in_bulk({row[2] for row in rows})
    policies = {pk: policy_of(year) for pk, year in years.items()}
    found: dict[str, Count] = {}
    for code, name, year, asked_at, outcome, answered_at, published_at in rows:
        one = found.setdefault(code, Count(code, name))
        one.asked += 1
        if outcome is None:
            one.waiting += 1
            continue
        took = working_days(policies[year], asked_at, answered_at)
        one.granted += outcome == "granted"
        one.refused += outcome == "denied"
        one.in_time += took <= PROMISED
        one.to_answer.append(took)
        _published(one, asked_at, published_at, policies[year])
    return list(found.values())


def _published(one: Count, asked_at: datetime, published_at: datetime | None, policy: CalendarPolicy) -> None:
    if published_at:
        one.published += 1
        one.to_publish.append(working_days(policy, asked_at, published_at))


def _mean(days: Iterable[int]) -> Decimal | None:
    taken = list(days)
    return Decimal(sum(taken)) / len(taken) if taken else None
