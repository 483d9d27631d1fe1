"""What is drawn: a route, the calendar of a month, the request flow; each with its rows, for who does not see the drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language_bidi, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from approvals import asking_drawing as asking
from registry.models import Unit
from submissions.moments import Moments
from wording import words
from wording.dates import moment
from wording.numbers import money
from wording.sentences import say
from workflow import bpmn, drawing, layout
from workflow.drawing import Moment
from workflow.layout import BACK, END, LIGHT, ON, START, TASK, WAIT, Edge, Node
from workflow.map import LONGEST_AMOUNT, Way, cases, walk, ways
from workflow.route import AMEND, RETURN, RETURNED, REVIEW, Condition, Route, Tier

NARROW = 168.0  # pixels for a box of the request flow, which is seven wide

SCOPES: Mapping[str, Promise] = {
    "item": _("named by the sub-activity"),
    "self": _("at its own unit"),
    "parent": _("at the unit above"),
    "agency": _("at its agency"),
    "government": _("at the government"),
    "unit": _("at a named unit"),
}
FACTS: Mapping[str, Promise] = {
    "ceiling": _("ceiling"),
    "fund_source": _("fund source"),
    "kind": _("kind of unit"),
}
OPERATORS: Mapping[str, Promise] = {
    ">=": _("at least"),
    "<": _("below"),
    "has": _("has"),
    "=": _("is"),
    "in": _("is one of"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing and the same in rows."""

    svg: str
    title: str
    rows: Sequence[Mapping[str, Any]]


# --- A route --------------------------------------------------------------------------------------------


def of_route(
    law: Route, *, name: str, title: str, currency: str, units: Mapping[str, str], sound: bool = True
) -> Drawn:
    """Tiers as boxes; returns and amendments as light lines. `units` gives the names of units by their codes.

    What is not sound leads nowhere for certain, so its boxes stand in their order and nothing is said of returns.
    """
    found = ways(law) if sound else []
    nodes = _nodes(law, currency, units)
    edges = _edges(law, found) if sound else _in_order(nodes)
    rows = [
        {"number": number, "name": title_of(number, tier), "notes": notes_of(tier, currency, units),
         "back": _returns_to(law, number, found)}
        for number, tier in enumerate(law.tiers)
    ]  # fmt: skip
    rtl = get_language_bidi()
    said = "; ".join(f"{row['number']}: {row['name']}" for row in rows)
    placed = layout.layout(nodes, edges, rtl=rtl)
    return Drawn(drawing.svg(placed, name=name, title=title, description=said, rtl=rtl), title, rows)


def bpmn_of_route(law: Route, *, code: str, title: str, currency: str, units: Mapping[str, str]) -> str:
    """The same as BPMN 2.0, valid against the schema of the OMG; for a sound route."""
    nodes, edges = _nodes(law, currency, units), _edges(law, ways(law))
    manner = bpmn.Manner(
        owners={f"t{number}": notes_of(tier, currency, units)[0] for number, tier in enumerate(law.tiers)},
        persons={f"t{number}": tier.quorum for number, tier in enumerate(law.tiers)},
        hours={"embargo": law.embargo_hours} if law.embargo_hours else {},
    )
    return bpmn.export(nodes, edges, manner, name=f"route-{code}", title=title)


def title_of(number: int, tier: Tier) -> str:
    """ "2. Verification: Kepala Bidang"; the label of the regulation, else the role."""
    step = capfirst(str(words.STEPS.get(tier.verb, tier.verb)))
    return f"{number}. {step}: {tier.label or words.ROLES.get(tier.role, tier.role)}"


def notes_of(tier: Tier, currency: str, units: Mapping[str, str]) -> tuple[str, ...]:
    """Who acts, how many, when at all, and by when: a line each."""
    where = SCOPES.get(tier.scope, tier.scope)
    if tier.scope == "unit":
        where = gettext("at %(unit)s") % {"unit": units.get(tier.unit) or tier.unit or "…"}
    lines = [f"{capfirst(str(words.ROLES.get(tier.role, tier.role)))}, {where}"]
    if tier.quorum != 1:
        lines.append(gettext("%(count)s different persons") % {"count": tier.quorum})
    lines += [
        gettext("only if: %(condition)s") % {"condition": condition_of(one, currency)} for one in tier.when
    ]
    if tier.due_days is not None:
        lines.append(
            ngettext("%(count)s working day to decide", "%(count)s working days to decide", tier.due_days)
            % {"count": tier.due_days}
        )
    if tier.escalate_days is not None:
        lines.append(
            ngettext(
                "vacant for %(count)s day: the superior acts",
                "vacant for %(count)s days: the superior acts",
                tier.escalate_days,
            )
            % {"count": tier.escalate_days}
        )
    if tier.blocks:
        lines.append(gettext("holds publication"))
    return tuple(lines)


def condition_of(one: Condition, currency: str) -> str:
    """A condition in words; one that makes no sense stays readable as it was typed."""
    value = ", ".join(map(str, one.value)) if isinstance(one.value, list) else str(one.value)
    amount = len(value) <= LONGEST_AMOUNT and value.isascii() and value.replace(".", "", 1).isdecimal()
    if one.fact == "ceiling" and amount:
        value = money(Decimal(value), currency=currency)
    if one.fact == "kind":
        kinds = dict(Unit.Kind.choices)
        value = ", ".join(str(kinds.get(kind, kind)) for kind in value.split(", "))
    return f"{FACTS.get(one.fact, one.fact)} {OPERATORS.get(one.op, one.op)} {value}"


def _nodes(law: Route, currency: str, units: Mapping[str, str]) -> list[Node]:
    """Entry, the tiers, the embargo, publication, and the reviews that come after it."""
    tiers = [
        Node(
            f"t{number}",
            title_of(number, tier),
            notes_of(tier, currency, units),
            TASK if number else START,
            optional=bool(tier.when),
        )
        for number, tier in enumerate(law.tiers)
    ]
    before = _published_after(law) + 1
    embargo = ngettext("Embargo: %(count)s hour", "Embargo: %(count)s hours", law.embargo_hours)
    waits = [Node("embargo", embargo % {"count": law.embargo_hours}, (), WAIT)] if law.embargo_hours else []
    return [*tiers[:before], *waits, Node("published", gettext("Published"), (), END), *tiers[before:]]


def _published_after(law: Route) -> int:
    """The last tier before publication."""
    return max((n for n, tier in enumerate(law.tiers) if tier.verb != REVIEW or tier.blocks), default=0)


def _edges(law: Route, found: Sequence[Way]) -> list[Edge]:
    before = _published_after(law)
    end = ["embargo", "published"] if law.embargo_hours else ["published"]
    edges: dict[Edge, None] = {}
    for tiers in dict.fromkeys(walk(law, about) for about in cases(law)):
        stops = [f"t{n}" for n in tiers if n <= before] + end + [f"t{n}" for n in tiers if n > before]
        edges |= dict.fromkeys(Edge(one, other) for one, other in zip(stops, stops[1:], strict=False))
    back = gettext("returned")
    for way in found:
        source = _resting(law, way)
        if way.verb == RETURN and source and way.target.tier <= before:
            officer = way.target.state == RETURNED
            edges[Edge(source, f"t{way.target.tier}", back if officer else "", BACK)] = None
        elif way.verb == AMEND:
            edges[Edge("published", "t0", gettext("amended, by a grant"), LIGHT)] = None
    return list(edges)


def _in_order(nodes: Sequence[Node]) -> list[Edge]:
    return [Edge(one.id, other.id) for one, other in zip(nodes, nodes[1:], strict=False)]


def _resting(law: Route, way: Way) -> str:
    """Where a document is in the drawing that is at the source of a way."""
    if way.source.tier <= _published_after(law):
        return f"t{way.source.tier}"
    return "embargo" if law.embargo_hours else ""


def _returns_to(law: Route, number: int, found: Sequence[Way]) -> str:
    targets = {
        way.target.tier
        for way in found
        if way.verb == RETURN and way.source.tier == number and number <= _published_after(law)
    }
    return ", ".join(str(target) for target in sorted(targets))


# --- The calendar of a month ------------------------------------------------------------------------------


def of_month(times: Moments, *, name: str, title: str) -> Drawn:
    """The moments of a month on a line."""
    labels = [
        (times.opens_at, gettext("The month opens: drafts"), START),
        (times.submit_from, gettext("Submission from"), TASK),
        (times.entry_due, gettext("Entry due"), WAIT),
        (times.verify_due, gettext("Verification due"), WAIT),
        (times.sign_due, gettext("Signature due: the official deadline"), END),
        (times.lock_at, gettext("Locked: only by extension or reopening"), TASK),
    ]
    points = [Moment(at, label, moment(at), kind) for at, label, kind in labels]
    rows = [{"name": one.title, "at": one.at} for one in points]
    said = "; ".join(f"{one.title}: {one.note}" for one in points)
    text = drawing.timeline(points, name=name, title=title, description=said, rtl=get_language_bidi())
    return Drawn(text, title, rows)


# --- The request flow --------------------------------------------------------------------------------------

_KINDS = {asking.START: START, asking.END: END, asking.TIMER: WAIT, asking.CHOICE: layout.GATE,
          asking.PARALLEL: layout.GATE, asking.JOIN: layout.GATE}  # fmt: skip


def of_requests(*, name: str) -> Drawn:
    """Extension, reopening, permission to amend, waiver, mandate: one flow. Timers are told where their task stands."""
    boxes, lines = asking.drawing()
    hosts = {box.id: box.host for box in boxes if box.host}
    nodes = [
        Node(
            box.id,
            asking.named(box.label),
            _said(box, boxes),
            _KINDS.get(box.kind, TASK),
            place=(box.column, box.row),
        )
        for box in boxes
        if not box.host
    ]
    rows_of = {node.id: node.place[0] for node in nodes if node.place}
    edges = []
    for line in lines:
        source = hosts.get(line.source, line.source)
        onwards = rows_of[line.target] > rows_of[source]
        edges.append(
            Edge(
                source,
                line.target,
                asking.named(line.condition) if line.condition else "",
                ON if onwards else BACK,
            )
        )
    after: dict[str, list[str]] = {}
    titles = {node.id: node.title for node in nodes}
    for edge in edges:
        after.setdefault(edge.source, []).append(
            f"{titles[edge.target]} ({edge.label})" if edge.label else titles[edge.target]
        )
    rows = [
        {"name": node.title, "notes": node.notes, "next": "; ".join(after.get(node.id, []))} for node in nodes
    ]
    rtl, title = get_language_bidi(), asking.named("flow.title")
    placed = layout.layout(nodes, list(dict.fromkeys(edges)), rtl=rtl, box=NARROW)
    said = "; ".join(str(row["name"]) for row in rows)
    return Drawn(drawing.svg(placed, name=name, title=title, description=said, rtl=rtl), title, rows)


def _said(box: asking.Box, boxes: Sequence[asking.Box]) -> tuple[str, ...]:
    timers = [say(one.note) for one in boxes if one.host == box.id and one.note]
    return (*([say(box.note)] if box.note else []), *timers)
