"""A drawing as BPMN 2.0 with its diagram, for the annex of a regulation: to be read, not to be run. Pure Python.

Tiers are user tasks with their owners, a quorum is a task for several persons at once, an embargo a timer, publication a
service task. What a way depends on is said in words. Valid against the schema of the OMG.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as Xml

from workflow.layout import END, ON, START, TASK, WAIT, Box, Edge, Node, Path, layout

MODEL, DI = "http://www.omg.org/spec/BPMN/20100524/MODEL", "http://www.omg.org/spec/BPMN/20100524/DI"
DC, DD = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PREFIXES = {"": MODEL, "bpmndi": DI, "dc": DC, "di": DD, "xsi": XSI}
IN_WORDS = {f"{{{XSI}}}type": "tFormalExpression", "language": "urn:words"}
BEGIN, FINISH, EVENT = "begin", "finish", 36.0
ELEMENTS = {START: "userTask", TASK: "userTask", WAIT: "intermediateCatchEvent", END: "serviceTask"}


@dataclass(frozen=True, slots=True)
class Manner:
    """How the steps of a drawing are done: who owns a task, by how many persons, how many hours a timer has."""

    owners: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, int] = field(default_factory=dict)


def export(nodes: Sequence[Node], edges: Sequence[Edge], manner: Manner, *, name: str, title: str) -> str:
    """The drawing as an XML document. `name` is an XML name of the process; titles are in the reader's language."""
    for prefix, space in PREFIXES.items():
        Xml.register_namespace(prefix, space)
    events, flows = _ended(nodes, edges)
    root = Xml.Element(f"{{{MODEL}}}definitions", {
        "id": f"definitions-{name}", "targetNamespace": f"urn:jenjang:{name}", "exporter": "Jenjang",
    })  # fmt: skip
    process = _sub(root, MODEL, "process", id=name, name=title, isExecutable="false")
    ids = {edge: f"flow-{number}" for number, edge in enumerate(flows)}
    for node in events:
        _step(process, node, ids, manner)
    for edge, flow in ids.items():
        _flow(process, edge, flow)
    _diagram(root, events, ids, name)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _ended(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[list[Node], list[Edge]]:
    """With the events that a process begins and ends with."""
    sources = {edge.source for edge in edges if edge.kind == ON}
    last = [node.id for node in nodes if node.id not in sources]
    flows = [Edge(BEGIN, nodes[0].id), *edges, *(Edge(node, FINISH) for node in last)]
    return [Node(BEGIN, ""), *nodes, Node(FINISH, "")], flows


def _step(process: Xml.Element, node: Node, ids: Mapping[Edge, str], manner: Manner) -> None:
    events = {BEGIN: "startEvent", FINISH: "endEvent"}
    said = {"name": node.title} if node.title else {}
    step = _sub(process, MODEL, events.get(node.id) or ELEMENTS[node.kind], id=node.id, **said)
    if node.notes:
        _sub(step, MODEL, "documentation").text = "; ".join(node.notes)
    for edge, flow in ids.items():
        if edge.target == node.id:
            _sub(step, MODEL, "incoming").text = flow
    for edge, flow in ids.items():
        if edge.source == node.id:
            _sub(step, MODEL, "outgoing").text = flow
    if node.id in manner.owners:
        owner = _sub(_sub(step, MODEL, "potentialOwner"), MODEL, "resourceAssignmentExpression")
        _sub(owner, MODEL, "formalExpression", language="urn:words").text = manner.owners[node.id]
    if manner.persons.get(node.id, 1) > 1:
        many = _sub(step, MODEL, "multiInstanceLoopCharacteristics", isSequential="false")
        count = _sub(many, MODEL, "loopCardinality", **{f"{{{XSI}}}type": "tFormalExpression"})
        count.text = str(manner.persons[node.id])
    if node.id in manner.hours:
        timer = _sub(step, MODEL, "timerEventDefinition", id=f"{node.id}-timer")
        lasts = _sub(timer, MODEL, "timeDuration", **{f"{{{XSI}}}type": "tFormalExpression"})
        lasts.text = f"PT{manner.hours[node.id]}H"


def _flow(process: Xml.Element, edge: Edge, flow: str) -> None:
    said = {"name": edge.label} if edge.label else {}
    ends = {"sourceRef": edge.source, "targetRef": edge.target}
    made = _sub(process, MODEL, "sequenceFlow", id=flow, **ends, **said)
    if edge.label:
        _sub(made, MODEL, "conditionExpression", **IN_WORDS).text = edge.label


def _sub(parent: Xml.Element, space: str, tag: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{space}}}{tag}", attributes)


# --- Where things stand ----------------------------------------------------------------------------------


def _diagram(root: Xml.Element, nodes: Sequence[Node], ids: Mapping[Edge, str], name: str) -> None:
    placed = layout(nodes, list(ids))
    diagram = _sub(root, DI, "BPMNDiagram", id=f"diagram-{name}")
    plane = _sub(diagram, DI, "BPMNPlane", id=f"plane-{name}", bpmnElement=name)
    bounds = {box.node.id: _bounds(box) for box in placed.boxes}
    for node, (left, top, width, height) in bounds.items():
        shape = _sub(plane, DI, "BPMNShape", id=f"shape-{node}", bpmnElement=node)
        _sub(
            shape, DC, "Bounds", x=f"{left:.1f}", y=f"{top:.1f}", width=f"{width:.1f}", height=f"{height:.1f}"
        )
    for path in placed.paths:
        line = _sub(plane, DI, "BPMNEdge", id=f"edge-{ids[path.edge]}", bpmnElement=ids[path.edge])
        for x, y in _corners(path, bounds):
            _sub(line, DD, "waypoint", x=f"{x:.1f}", y=f"{y:.1f}")


def _bounds(box: Box) -> tuple[float, float, float, float]:
    """Events are circles, in the middle of the box that a drawing gives them."""
    if box.node.id in (BEGIN, FINISH) or box.node.kind == WAIT:
        return box.middle - EVENT / 2, box.top + box.height / 2 - EVENT / 2, EVENT, EVENT
    return box.left, box.top, box.width, box.height


def _corners(
    path: Path, bounds: Mapping[str, tuple[float, float, float, float]]
) -> list[tuple[float, float]]:
    """The corners of a line, which ends at the shapes themselves."""
    found = list(path.corners)
    found[0] = _edge_of(bounds[path.edge.source], found[0])
    found[-1] = _edge_of(bounds[path.edge.target], found[-1])
    return found


def _edge_of(shape: tuple[float, float, float, float], point: tuple[float, float]) -> tuple[float, float]:
    left, top, width, height = shape
    return min(max(point[0], left), left + width), min(max(point[1], top), top + height)
