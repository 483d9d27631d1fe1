"""Who is told what about a request: who has to answer, then who asked and whom it is about."""

from collections.abc import Iterable

from django.urls import reverse

from approvals import asking_law
from approvals.asking_models import Request, RequestAct
from approvals.asking_rules import REVIEW, SECOND
from approvals.notices import everyone
from approvals.notices import tell as tell_all
from registry.models import User
from workflow.models import Outbox
from workflow.outbox import nudge

# Answers are told by what came of them.
TOLD = ("asked", "reminded", "escalated", "granted", "denied", "expired", "revoked")
TO_ANSWERERS = ("asked", "reminded", "escalated")


def announce(act: RequestAct) -> None:
    """Have people told of an act, in its own transaction; the telling itself is the worker's."""
    if act.kind in TOLD:
        topic = f"request.{act.kind}"
        Outbox.objects.create(
            key=f"{topic}:{act.pk}", topic=topic, payload={"id": act.pk}, created_at=act.at, not_before=act.at
        )
        nudge()


def tell(row: Outbox) -> None:
    """One notice and one letter for each person concerned; a second time tells nobody anything new."""
    act = RequestAct.objects.select_related("request__agency").get(pk=row.payload["id"])
    case = act.request
    params = {
        "code": case.number,
        "name": case.agency.name,
        "grant_kind": case.kind,
        "person": act.actor_name or case.asked_name,
        "reason": _reason(act),
    }
    people = [person for person in _concerned(case, act) if person.pk != act.actor_id]
    tell_all(
        event=row.key,
        code=f"notice.{row.topic}",
        to=everyone(people, params, reverse("requests:request", args=[case.token])),
        urgent=act.kind in TO_ANSWERERS,
    )


def _reason(act: RequestAct) -> str:
    """The words that decided: of the refusal where it was refused, else of the act or the request itself."""
    if act.kind == RequestAct.Kind.DENIED:
        return act.request.acts.filter(kind=RequestAct.Kind.REFUSED).latest("id").reason
    return act.reason or act.request.reason


def _concerned(case: Request, act: RequestAct) -> Iterable[User]:
    if act.kind not in TO_ANSWERERS:
        people = {case.asked_by, case.person}
        return [person for person in people if person]
    steps = (REVIEW, SECOND) if case.weighty else (REVIEW,)
    if act.kind != RequestAct.Kind.ASKED:
        steps = (act.step,)
    government = case.agency.government_id
    # As it was at that act: a worker that comes late must not tell a superior what was not his yet.
    passed_on = asking_law.escalated_steps(list(case.acts.filter(pk__lte=act.pk)))
    offices = [one for step in steps for one in asking_law.holders(step, government, step in passed_on)]
    return {one.person for one in offices if one.person_id not in (case.asked_by_id, case.person_id)}
