"""Who may write to which report now, and until when: the law's own answer, for the pages that show fields or words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from registry.models import User
from submissions.models import Report
from workflow import route
from workflow.cursor import moment, prepared
from workflow.engine import Question
from workflow.route import Refusal


@dataclass(frozen=True, slots=True)
class Right:
    """Whether a person may enter a report: why not, until when it is open, and the mandate on which he does it."""

    refusal: Refusal | None
    ends_at: datetime
    mandate: int | None = None

    @property
    def editable(self) -> bool:
        return self.refusal is None


def rights_of(user: User, reports: Iterable[int]) -> dict[int, Right]:
    """The right of `user` on each report; a fixed number of statements, and none without reports."""
    documents = list(Report.objects.filter(pk__in=list(reports)).order_by("pk"))
    if not documents:
        return {}
    with transaction.atomic():
        cursor = prepared()
        question = Question(None, user.pk, moment(cursor), {})
        facts = Report.facts(cursor, documents, question)
    return {
        pk: Right(route.may_enter(fact), fact.locks_at, route.mandate(fact)) for pk, fact in facts.items()
    }
