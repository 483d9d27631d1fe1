"""Where requests stand, told by their processes alone, and which of them are stuck. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from approvals.asking_models import Request
from approvals.asking_rules import REVIEW, SECOND
from approvals.requests import STATUS, RequestFlow, timers_due
from ledger.clock import now

OVERDUE = timedelta(minutes=10)  # a timer that nobody fired for so long is an alarm
ASKED, GRANTED, DENIED, EXPIRED, REVOKED = "asked", "granted", "denied", "expired", "revoked"
TASKS = RequestFlow.task_class.objects


@dataclass(slots=True)
class Position:
    """Where a process stands: its state, the steps that wait for people and until when, and whether a step failed."""

    state: str = ASKED
    open: set[str] = field(default_factory=set)
    due: dict[str, datetime] = field(default_factory=dict)
    failed: bool = False


def positions(cases: Iterable[Request]) -> dict[int, Position]:
    """The position of each request by id, from its process alone, in one statement."""
    of_process = {case.process_id: case.pk for case in cases}
    found = {pk: Position() for pk in of_process.values()}
    rows = TASKS.filter(process__in=list(of_process)).order_by("pk")
    for process, node, status, scheduled in rows.values_list("process", "flow_task", "status", "scheduled"):
        _take(found[of_process[process]], str(node.name), status, scheduled)
    return found


def _take(place: Position, node: str, status: str, scheduled: datetime | None) -> None:
    if status == STATUS.ERROR:
        place.failed = True
    elif node in (DENIED, EXPIRED, REVOKED) and status == STATUS.DONE:
        place.state = node
    elif node == "in_force":
        # Between the end of the grant and the end of its process something may fail; the grant is over all the same.
        place.state = {STATUS.NEW: GRANTED, STATUS.DONE: REVOKED}.get(STATUS(status), EXPIRED)
    elif node in (REVIEW, SECOND) and status == STATUS.NEW:
        place.open.add(node)
    elif node.endswith("_overdue") and scheduled:
        place.due[node.partition("_")[0]] = scheduled


def waiting(step: str) -> list[int]:
    """Ids of the requests that wait for an answer at `step`."""
    tasks = TASKS.filter(flow_task=getattr(RequestFlow, step), status=STATUS.NEW)
    return list(Request.objects.filter(process__in=tasks.values("process")).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that failed, or a timer that nobody fired."""

    task: int
    request: Request
    node: str
    failed: bool
    what: str
    due: datetime | None


def troubles() -> list[Trouble]:
    """Failed steps and timers that are overdue, the oldest first."""
    failed = TASKS.filter(process__flow_class=RequestFlow, status=STATUS.ERROR)
    late = timers_due(now() - OVERDUE)
    tasks = sorted([*failed, *late], key=lambda task: task.pk)
    cases = {one.process_id: one for one in Request.objects.filter(process__in={t.process_id for t in tasks})}
    return [
        Trouble(
            task.pk,
            cases[task.process_id],
            str(task.flow_task.name),
            task.status == STATUS.ERROR,
            task.data.get("_exception", {}).get("title", ""),
            task.scheduled,
        )
        for task in tasks
    ]
