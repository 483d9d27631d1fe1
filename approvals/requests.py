"""Requests and grants: one flow, whose process is the only state of a request. The only module that imports viewflow.

Request -> the bureau's review (reminder, then the superior is asked as well) -> in parallel a second opinion where the rule
asks for it -> granted or refused with a reason -> expired or revoked. Nothing is ever granted by silence. The process
holds no text and no name; who did what is kept in RequestAct rows of the same transaction. Timers fall due by the database's
clock, not the worker's, so `sweep()` is our own; it takes each process by a row lock that does not wait.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone
from viewflow.this_object import this
from viewflow.workflow import STATUS, Activation, Flow, context, lock, nodes
from viewflow.workflow.context import Context
from viewflow.workflow.exceptions import FlowLockFailed
from viewflow.workflow.models import Task
from viewflow.workflow.nodes.boundary import TimerBoundaryActivation
from viewflow.workflow.nodes.end import EndActivation

from approvals import asking_effects, asking_law, asking_notices
from approvals.asking_law import RequestRefused, Wish
from approvals.asking_models import Request, RequestAct
from approvals.asking_rules import PATIENCE, REVIEW, SECOND, morning_after, second_opinion
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Office, Unit, User
from submissions.calendar import CalendarRefused, policy_of
from workflow.granting import GrantRefused

log = logging.getLogger("jenjang.requests")
STEPS = (REVIEW, SECOND)


# --- Nodes that keep no personal data when they fail -----------------------------------------------------


class Quiet:
    """Keeps of a failure only its kind and place: viewflow would store the message and every local variable."""

    task: Any
    flow_task: Any

    @contextmanager
    def exception_guard(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if context.propagate_exception:
                raise
            place = error.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            line = place.tb_lineno if place else 0
            log.error("step %s of process %s failed: %s, line %s", self.flow_task.name, self.task.process_id,
                      type(error).__name__, line)  # fmt: skip
            self.task.data["_exception"] = {"title": type(error).__name__, "line": line}
            self.task.finished = timezone.now()
            self.task.status = STATUS.ERROR
            self.task.save()

    def prepare_revived_task(self, task: Any) -> None:
        """A step that is tried again begins with nothing of its failure."""
        task.data = {}


class _Function(Quiet, nodes.FunctionActivation):
    pass


class _If(Quiet, nodes.IfActivation):
    pass


class _End(Quiet, EndActivation):
    pass


class _Join(Quiet, nodes.JoinActivation):
    pass


class _Timer(Quiet, nodes.TimerActivation):
    @Activation.status.transition(source=[STATUS.NEW, STATUS.SCHEDULED, STATUS.ERROR], target=STATUS.CANCELED)
    def cancel(self) -> None:
        """A timer that failed must not stand in the way of an answer either."""
        self.task.finished = timezone.now()
        self.task.save()


class _Boundary(Quiet, TimerBoundaryActivation):
    pass


def _function(work: Any) -> Any:
    return nodes.Function(work, activation_class=_Function)


def _end() -> Any:
    return nodes.End(activation_class=_End)


def _boundary(host: Any, due: Any, *, interrupting: bool = False) -> Any:
    return nodes.TimerBoundary(host, due, interrupting=interrupting, activation_class=_Boundary)


# --- The flow --------------------------------------------------------------------------------------------


class RequestFlow(Flow):
    """Request for an exception"""

    # viewflow's default locks nothing: two sweeps would do everything twice. Not waiting, a sweep goes on to the next.
    lock_impl = lock.SelectForUpdateLock(nowait=True, attempts=1)

    start = nodes.StartHandle(this.begin).Next(this.fork)
    fork = nodes.Split().Next(this.review).Next(this.second, case=this.is_weighty)

    review = nodes.Handle().Next(this.answers)
    review_reminder = _boundary(this.review, this.reminder_due).Next(this.review_remind)
    review_remind = _function(this.remind).Next(this.review_reminded)
    review_reminded = _end()
    review_overdue = _boundary(this.review, this.escalation_due).Next(this.review_escalate)
    review_escalate = _function(this.escalate).Next(this.review_wait)
    review_wait = nodes.Timer(this.again_due, activation_class=_Timer).Next(this.review_open)
    review_open = (
        nodes.If(this.is_open, activation_class=_If).Then(this.review_escalate).Else(this.review_over)
    )
    review_over = _end()

    second = nodes.Handle().Next(this.answers)
    second_reminder = _boundary(this.second, this.reminder_due).Next(this.second_remind)
    second_remind = _function(this.remind).Next(this.second_reminded)
    second_reminded = _end()
    second_overdue = _boundary(this.second, this.escalation_due).Next(this.second_escalate)
    second_escalate = _function(this.escalate).Next(this.second_wait)
    second_wait = nodes.Timer(this.again_due, activation_class=_Timer).Next(this.second_open)
    second_open = (
        nodes.If(this.is_open, activation_class=_If).Then(this.second_escalate).Else(this.second_over)
    )
    second_over = _end()

    answers = nodes.Join(continue_on_condition=this.is_answered, activation_class=_Join).Next(this.verdict)
    verdict = nodes.If(this.all_agreed, activation_class=_If).Then(this.grant).Else(this.deny)
    deny = _function(this.do_deny).Next(this.denied)
    denied = _end()
    grant = _function(this.do_grant).Next(this.in_force)
    in_force = nodes.Handle().Next(this.revoke)
    revoke = _function(this.do_revoke).Next(this.revoked)
    revoked = _end()
    expiry = _boundary(this.in_force, this.expires_at, interrupting=True).Next(this.expire)
    expire = _function(this.do_expire).Next(this.expired)
    expired = _end()

    def begin(self, activation: Any, case: Request) -> Request:
        activation.process.save()
        case.process = activation.process
        case.save(force_insert=True)
        return case

    def is_weighty(self, activation: Any) -> bool:
        return bool(activation.process.request.weighty)

    def reminder_due(self, activation: Any) -> datetime:
        return _morning(activation, PATIENCE[activation.process.request.kind].remind)

    def escalation_due(self, activation: Any) -> datetime:
        return _morning(activation, PATIENCE[activation.process.request.kind].escalate)

    def again_due(self, activation: Any) -> datetime:
        return _morning(activation, PATIENCE[activation.process.request.kind].again)

    def expires_at(self, activation: Any) -> datetime:
        return asking_effects.grant_of(activation.process.request).expires_at

    def is_open(self, activation: Any) -> bool:
        step = getattr(RequestFlow, _step(activation))
        return activation.process.task_set.filter(flow_task=step, status=STATUS.NEW).exists()

    def is_answered(self, activation: Any, active: Any) -> bool:
        """Everybody answered, or somebody refused: then nobody else is waited for, and open timers end."""
        refused = activation.process.request.acts.filter(kind=RequestAct.Kind.REFUSED).exists()
        return refused or not active.filter(flow_task__in=_asked_of()).exists()

    def all_agreed(self, activation: Any) -> bool:
        case = activation.process.request
        agreed = set(case.acts.filter(kind=RequestAct.Kind.AGREED).values_list("step", flat=True))
        return agreed == ({REVIEW, SECOND} if case.weighty else {REVIEW})

    def remind(self, activation: Any) -> None:
        _note(activation.process.request, RequestAct.Kind.REMINDED, step=_step(activation))

    def escalate(self, activation: Any) -> None:
        _note(activation.process.request, RequestAct.Kind.ESCALATED, step=_step(activation))

    def do_deny(self, activation: Any) -> None:
        _note(activation.process.request, RequestAct.Kind.DENIED)

    def do_grant(self, activation: Any) -> None:
        case = activation.process.request
        asking_effects.give(case)
        _note(case, RequestAct.Kind.GRANTED)

    def do_revoke(self, activation: Any) -> None:
        """The act that asked for it has revoked the grant; this is the process going to its end."""

    def do_expire(self, activation: Any) -> None:
        _note(activation.process.request, RequestAct.Kind.EXPIRED)


def _morning(activation: Any, days: int) -> datetime:
    return morning_after(policy_of(activation.process.request.fiscal_year), now(), days)


def _asked_of() -> list[Any]:
    """The nodes that wait for a person's answer."""
    return [getattr(RequestFlow, step) for step in STEPS]


def _step(activation: Any) -> str:
    return str(activation.flow_task.name).partition("_")[0]


def _note(
    case: Request,
    kind: str,
    *,
    step: str = "",
    actor: User | None = None,
    office: Office | None = None,
    reason: str = "",
) -> RequestAct:
    """Keep what was done, and have those told whom it concerns; in the transaction of the act itself."""
    act = RequestAct.objects.create(
        request=case,
        kind=kind,
        step=step,
        actor=actor,
        actor_name=actor.name if actor else "",
        post_id=office.post_id if office else None,
        office=asking_law.printed(office) if office else "",
        reason=reason.strip(),
        at=now(),
    )
    asking_notices.announce(act)
    return act


# --- Acts of people --------------------------------------------------------------------------------------


def ask(*, actor: User, wish: Wish) -> Request:
    """Ask for an exception; the same wish again while it is open is refused. Raises RequestRefused, FileRefused."""
    with recorded(actor, wish.reason):
        Unit.objects.select_for_update().get(pk=wish.agency.pk)  # two clicks come one after the other
        moment = now()
        held = [one.post_id for one in asking_law.askers(actor, wish.kind)]
        if wish.office.post_id not in held:
            raise RequestRefused("asking.asker", {"grant_kind": wish.kind})
        for refused in asking_law.objections(wish, moment):
            raise refused
        weight = asking_law.weight_of(wish, moment)
        case = asking_effects.as_asked(wish, actor, weight.amount, second_opinion(weight), moment)
        try:
            _not_twice(case)
            RequestFlow.start.run(case=case)
            _note(case, RequestAct.Kind.ASKED, actor=actor, office=wish.office, reason=wish.reason)
        except Exception:
            asking_effects.forget_file(case)
            raise
    return case


def _not_twice(case: Request) -> None:
    """The same may be asked again once it was answered: a deadline may have to move a second time."""
    waiting = Task.objects.filter(flow_task__in=_asked_of(), status=STATUS.NEW)
    same = Request.objects.filter(
        kind=case.kind, agency=case.agency, months=case.months, items=case.items, person=case.person,
        process__in=waiting.values("process"),
    ).first()  # fmt: skip
    if same:
        raise RequestRefused("asking.twice", {"number": same.number})


def answer(*, actor: User, case: Request, step: str, agree: bool, reason: str, seen: int) -> None:
    """The bureau's review or the second opinion; `seen` counts the people's acts the actor saw. Raises RequestRefused."""
    with _held(actor, case, reason):
        acts = list(case.acts.all())
        task = _open_task(case, step)
        _fresh(acts, seen)
        office = asking_law.answering_office(
            actor, case, step, acts, asking_law.standing(actor, case.agency.government_id)
        )
        asking_law.check_reason(reason)
        if agree:
            asking_effects.check_still_possible(case)
        kind = RequestAct.Kind.AGREED if agree else RequestAct.Kind.REFUSED
        _note(case, kind, step=step, actor=actor, office=office, reason=reason)
        task.flow_task.run(task)


def revoke(*, actor: User, case: Request, reason: str, seen: int) -> None:
    """End a grant before its time; only the bureau may. Raises RequestRefused."""
    with _held(actor, case, reason):
        task = _open_task(case, "in_force")
        _fresh(list(case.acts.all()), seen)
        office = asking_law.revoking_office(asking_law.standing(actor, case.agency.government_id))
        asking_law.check_reason(reason)
        asking_effects.revoke(case, actor, reason)
        _note(case, RequestAct.Kind.REVOKED, actor=actor, office=office, reason=reason)
        task.flow_task.run(task)


@contextmanager
def _held(actor: User, case: Request, reason: str = "") -> Iterator[None]:
    """The process locked for this act alone; whoever comes at the same moment is told so."""
    try:
        with recorded(actor, reason), RequestFlow.lock(case.process_id):
            yield
    except FlowLockFailed as error:
        raise RequestRefused("asking.busy") from error
    except (CalendarRefused, GrantRefused) as refused:
        raise RequestRefused(refused.code, refused.params) from refused


def _open_task(case: Request, step: str) -> Any:
    task = Task.objects.filter(
        process=case.process_id, flow_task=getattr(RequestFlow, step), status=STATUS.NEW
    ).first()
    if task is None:
        raise RequestRefused("asking.decided", {"number": case.number})
    return task


def _fresh(acts: Iterable[RequestAct], seen: int) -> None:
    if people_acts(acts) != seen:
        raise RequestRefused("asking.stale")


def people_acts(acts: Iterable[RequestAct]) -> int:
    """How many acts of people a page shows; a reminder makes no page stale."""
    return sum(act.actor_id is not None and act.kind != RequestAct.Kind.RETRIED for act in acts)


# --- Time ------------------------------------------------------------------------------------------------


def sweep() -> int:
    """Fire every timer that is due by the database's clock; returns how many. Several sweeps at once act once."""
    due = timers_due(now()).order_by("scheduled", "pk").values_list("pk", flat=True)
    return sum(_fire(pk, None) for pk in list(due))


def timers_due(until: datetime) -> Any:
    """Timers of requests that are due by `until` and were not fired."""
    return Task.objects.filter(
        process__flow_class=RequestFlow, flow_task_type="TIMER", status=STATUS.SCHEDULED, scheduled__lte=until
    )


def _fire(pk: int, actor: User | None) -> int:
    """One timer in a transaction of its own: one that fails or is held by another sweep stops none of the others."""
    try:
        with recorded(actor), Task.objects.get(pk=pk).activation() as activation:
            # Looked at again under the lock: another sweep may have been here.
            if activation.task.status != STATUS.SCHEDULED or activation.task.scheduled > now():
                return 0
            activation.start()
            activation.execute()
            return 1
    except FlowLockFailed:
        log.info("timer %s is held by another; the next sweep comes back to it", pk)
    except Exception as error:  # noqa: BLE001 - whatever one timer meets must not stop the others
        log.error("timer %s failed: %s", pk, type(error).__name__)
    return 0


def retry(*, actor: User, task: int) -> bool:
    """Try a failed step or an overdue timer again; whether it went through. Who may is for the caller to judge.

    It decides nothing: a step that waits for a person is none that can be tried again.
    """
    found = Task.objects.filter(pk=task, process__flow_class=RequestFlow).first()
    if found is None:
        raise RequestRefused("asking.no_trouble")
    if found.status == STATUS.SCHEDULED and found.scheduled <= now():
        return bool(_fire(task, actor))
    case = Request.objects.get(process=found.process_id)
    with _held(actor, case):
        found.refresh_from_db()
        if found.status != STATUS.ERROR:
            raise RequestRefused("asking.no_trouble")
        _note(case, RequestAct.Kind.RETRIED, actor=actor, reason=str(found.flow_task.name))
        with Context(propagate_exception=False):
            revived = found.flow_task.activation_class(found).revive()
        revived.refresh_from_db()
        return bool(revived.status != STATUS.ERROR)
