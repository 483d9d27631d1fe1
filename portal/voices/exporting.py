"""Messages as a file for SP4N-LAPOR!: what kind, about what, with whom and when. No words, place, contact or ticket."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Min, OuterRef, Q, Subquery
from django.http import HttpResponse

from portal.exports import Column, csv_answer
from portal.models import Feedback, FeedbackAct
from portal.voices.acting import number_of
from portal.voices.rights import Standing

# The three kinds that SP4N-LAPOR! knows.
CLASSES = {
    Feedback.Kind.COMPLAINT: "pengaduan", Feedback.Kind.QUESTION: "permintaan informasi",
    Feedback.Kind.SUGGESTION: "aspirasi", Feedback.Kind.PRAISE: "aspirasi",
}  # fmt: skip


def _of(name: str) -> Callable[[Feedback], Any]:
    def value(one: Feedback) -> Any:
        found: Any = one
        for part in name.split("."):
            found = getattr(found, part) if found is not None else None
        return found

    return value


def _in_time(one: Feedback) -> bool | None:
    at = one.answered_at  # type: ignore[attr-defined]
    return at <= one.answer_due if at else None


COLUMNS = (
    Column("number", number_of),
    Column("sp4n_class", lambda one: CLASSES[Feedback.Kind(one.kind)]),
    Column("kind", _of("kind")),
    Column("unit_code", _of("unit.code")),
    Column("unit_name", _of("unit.name")),
    Column("sub_activity_code", _of("item.sub_activity_code")),
    Column("fiscal_month", _of("month")),
    Column("passed_on_to_code", _of("routed_to.code")),
    Column("passed_on_to_name", _of("routed_to.name")),
    Column("state", _of("state")),
    Column("refused_because", _of("refused_because")),
    Column("public", _of("shown")),
    Column("received_at", _of("received_at")),
    Column("triage_due", _of("triage_due")),
    Column("passed_on_at", _of("passed_on_at")),
    Column("answer_due", _of("answer_due")),
    Column("answered_at", _of("answered_at")),
    Column("answered_in_time", _in_time),
    Column("close_due", _of("close_due")),
    Column("moved_at", _of("moved_at")),
)


def rows(held: Standing) -> Iterable[Feedback]:
    """The messages of the governments whose bureau somebody is, in the order in which they came. One statement."""
    refused = FeedbackAct.objects.filter(feedback=OuterRef("pk"), kind=FeedbackAct.Kind.REFUSE)
    first = {"passed_on_at": FeedbackAct.Kind.ROUTE, "answered_at": FeedbackAct.Kind.ANSWER}
    return (
        Feedback.objects.filter(government__in=[one.unit.government_id for one in held.bureaus])
        .select_related("unit", "item", "routed_to")
        .annotate(
            refused_because=Subquery(refused.order_by("-pk").values("reason")[:1]),
            **{name: Min("acts__at", filter=Q(acts__kind=kind)) for name, kind in first.items()},
        )
        .order_by("pk")
    )


def answer(held: Standing) -> HttpResponse:
    """The file."""
    return csv_answer("sp4n-lapor", COLUMNS, rows(held))
