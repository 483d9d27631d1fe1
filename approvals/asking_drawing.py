"""The request flow as a drawing: its nodes, where they stand, and the lines between them, read from the flow itself."""

from dataclasses import dataclass
from typing import Any

from approvals.requests import RequestFlow
from wording.request_sentences import FLOW

START, END, PERSON, SYSTEM = "start", "end", "person", "system"
PARALLEL, JOIN, CHOICE, TIMER, BOUNDARY = "parallel", "join", "choice", "timer", "boundary"
KINDS = {
    "StartHandle": START, "End": END, "Handle": PERSON, "Function": SYSTEM, "Split": PARALLEL, "Join": JOIN, "If": CHOICE,
    "Timer": TIMER, "TimerBoundary": BOUNDARY,
}  # fmt: skip

# Column and row of each node. A timer at the border of a task stands where its task stands.
PLACES = {
    "start": (0, 3), "fork": (1, 3),
    "review": (2, 2), "review_reminder": (2, 2), "review_overdue": (2, 2),
    "review_remind": (3, 0), "review_reminded": (4, 0),
    "review_escalate": (3, 1), "review_wait": (4, 1), "review_open": (5, 1), "review_over": (6, 1),
    "second": (2, 4), "second_reminder": (2, 4), "second_overdue": (2, 4),
    "second_remind": (3, 6), "second_reminded": (4, 6),
    "second_escalate": (3, 5), "second_wait": (4, 5), "second_open": (5, 5), "second_over": (6, 5),
    "answers": (4, 3), "verdict": (5, 3),
    "deny": (6, 4), "denied": (7, 4),
    "grant": (6, 3), "in_force": (7, 3), "expiry": (7, 3),
    "revoke": (8, 3), "revoked": (9, 3),
    "expire": (8, 2), "expired": (9, 2),
}  # fmt: skip
# What a node means beyond its name, by code.
NOTES = {
    "review": "flow.why.review", "second": "flow.why.second", "answers": "flow.why.answers",
    "in_force": "flow.why.in_force", "expiry": "flow.why.expiry",
    **{f"{step}_{name}": f"flow.why.{name}" for step in ("review", "second") for name in ("reminder", "overdue", "wait")},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A node. `label` is a code for `named`, `note` one of the catalogue; a boundary has the task it sits on as `host`."""

    id: str
    kind: str
    label: str
    note: str
    column: int
    row: int
    host: str = ""
    interrupting: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A way from one node to the next; `condition` is a code for `named`, or empty."""

    source: str
    target: str
    condition: str = ""


def named(code: str) -> str:
    """The name of a node, a condition or the whole, in the active language; a node that is no more has none but its own."""
    return str(FLOW.get(code, code.removeprefix("flow.")))


def drawing() -> tuple[list[Box], list[Line]]:
    """The nodes and lines of the request flow."""
    nodes = sorted(RequestFlow.instance.nodes(), key=lambda node: list(PLACES).index(node.name))
    return [_box(node) for node in nodes], [_line(edge) for node in nodes for edge in node._outgoing()]


def _box(node: Any) -> Box:
    column, row = PLACES[node.name]
    kind = KINDS[type(node).__name__]
    host = node._attached_to.name if kind == BOUNDARY else ""
    cuts = bool(host) and node._interrupting
    return Box(node.name, kind, f"flow.{node.name}", NOTES.get(node.name, ""), column, row, host, cuts)


def _line(edge: Any) -> Line:
    condition = ""
    if KINDS[type(edge.src).__name__] == CHOICE:
        condition = "flow.yes" if edge.edge_class == "cond_true" else "flow.no"
    elif edge.edge_class == "cond_true":
        condition = "flow.weighty"
    return Line(edge.src.name, edge.dst.name, condition)
