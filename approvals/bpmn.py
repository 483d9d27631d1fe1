"""The request flow as BPMN 2.0, for the annex of a regulation: a picture to read, not a program to run.

viewflow's own export leaves out what its timers wait for and what its ways depend on; here both are said in words.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from approvals.asking_drawing import (
    BOUNDARY,
    CHOICE,
    END,
    JOIN,
    PARALLEL,
    PERSON,
    START,
    SYSTEM,
    TIMER,
    Box,
    Line,
    drawing,
    named,
)
from wording.sentences import say

ELEMENTS = {
    START: "startEvent", END: "endEvent", PERSON: "userTask", SYSTEM: "serviceTask", PARALLEL: "inclusiveGateway",
    JOIN: "complexGateway", CHOICE: "exclusiveGateway", TIMER: "intermediateCatchEvent", BOUNDARY: "boundaryEvent",
}  # fmt: skip
SIZES = {
    START: (36, 36),
    END: (36, 36),
    TIMER: (36, 36),
    BOUNDARY: (36, 36),
    PERSON: (120, 80),
    SYSTEM: (120, 80),
}
DIAMOND = (50, 50)
STEP_X, STEP_Y, MARGIN = 190, 130, 60
DEFINITIONS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="jenjang" targetNamespace="urn:jenjang:request"
  exporter="Jenjang">
  <process id="request" name={title} isExecutable="false">
{process}
  </process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="request">
{plane}
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</definitions>
"""


def export() -> str:
    """The request flow as BPMN 2.0 XML, in the active language; valid against the schema of the OMG."""
    boxes, lines = drawing()
    by_id = {box.id: box for box in boxes}
    process = [*(_element(box, lines) for box in boxes), *map(_flow, lines)]
    plane = [*(_shape(box, boxes) for box in boxes), *(_edge(line, by_id, boxes) for line in lines)]
    return DEFINITIONS.format(
        title=quoteattr(named("flow.title")), process="\n".join(process), plane="\n".join(plane)
    )


def _element(box: Box, lines: list[Line]) -> str:
    name = ELEMENTS[box.kind]
    inside = [f"<documentation>{escape(say(box.note))}</documentation>"] if box.note else []
    inside += [f"<incoming>{_id(line)}</incoming>" for line in lines if line.target == box.id]
    inside += [f"<outgoing>{_id(line)}</outgoing>" for line in lines if line.source == box.id]
    if box.kind in (TIMER, BOUNDARY):
        inside.append(_timer(box))
    host = f' attachedToRef="{box.host}" cancelActivity="{str(box.interrupting).lower()}"' if box.host else ""
    return f'    <{name} id="{box.id}" name={quoteattr(named(box.label))}{host}>{"".join(inside)}</{name}>'


def _timer(box: Box) -> str:
    """A day that somebody named, or working days that no duration of ISO 8601 can say: the words say it."""
    element = "timeDate" if box.interrupting else "timeDuration"
    said = escape(say(box.note))
    return (
        f'<timerEventDefinition id="{box.id}_timer"><{element} xsi:type="tFormalExpression" language="urn:words">{said}'
        f"</{element}></timerEventDefinition>"
    )


def _id(line: Line) -> str:
    return f"{line.source}__{line.target}"


def _flow(line: Line) -> str:
    start = f'    <sequenceFlow id="{_id(line)}" sourceRef="{line.source}" targetRef="{line.target}"'
    if not line.condition:
        return f"{start}/>"
    said = named(line.condition)
    expression = f'<conditionExpression xsi:type="tFormalExpression" language="urn:words">{escape(said)}</conditionExpression>'
    return f"{start} name={quoteattr(said)}>{expression}</sequenceFlow>"


# --- Where things stand ----------------------------------------------------------------------------------


def _bounds(box: Box, boxes: list[Box]) -> tuple[int, int, int, int]:
    """x, y, width, height; timers at a border sit on the lower edge of their task, or the upper one above it."""
    width, height = SIZES.get(box.kind, DIAMOND)
    x, y = MARGIN + box.column * STEP_X, MARGIN + box.row * STEP_Y
    if not box.host:
        return x - width // 2, y - height // 2, width, height
    beside = [other.id for other in boxes if other.host == box.host]
    host_width, host_height = SIZES[PERSON]
    left = x - host_width // 2 + 30 + beside.index(box.id) * 60
    upper = box.host != "second"
    edge = y - host_height // 2 if upper else y + host_height // 2
    return left - width // 2, edge - height // 2, width, height


def _shape(box: Box, boxes: list[Box]) -> str:
    x, y, width, height = _bounds(box, boxes)
    return (
        f'      <bpmndi:BPMNShape id="{box.id}_shape" bpmnElement="{box.id}">'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    )


def _edge(line: Line, by_id: Mapping[str, Box], boxes: list[Box]) -> str:
    source, target = _bounds(by_id[line.source], boxes), _bounds(by_id[line.target], boxes)
    points = _way(by_id[line.source], source, target)
    way = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'      <bpmndi:BPMNEdge id="{_id(line)}_edge" bpmnElement="{_id(line)}">{way}</bpmndi:BPMNEdge>'


def _way(box: Box, source: tuple[int, ...], target: tuple[int, ...]) -> list[tuple[int, int]]:
    """Straight where they stand in one row, else up or down first and then across; back along the outer side."""
    sx, sy = source[0] + source[2] // 2, source[1] + source[3] // 2
    tx, ty = target[0] + target[2] // 2, target[1] + target[3] // 2
    if tx < sx:  # back to the task that asks again
        outside = max(sy, ty) + 65 if box.id.startswith("second") else min(sy, ty) - 65
        return [(sx, sy), (sx, outside), (tx, outside), (tx, ty)]
    if sy == ty:
        return [(source[0] + source[2], sy), (target[0], ty)]
    if box.kind in (BOUNDARY, PARALLEL, CHOICE):
        return [(sx, sy), (sx, ty), (target[0], ty)]
    return [(source[0] + source[2], sy), (tx, sy), (tx, ty)]
