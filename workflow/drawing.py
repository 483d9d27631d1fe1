"""Drawings of what happens after what: boxes and arrows, or moments on a line, as SVG. Pure Python; text, no library.

The text carries attributes only, no style and no script, so that it may stand in a page under a strict policy, in a file
of its own and in a printed document. Classes let a page's own sheet replace the colours. What comes first stands on top;
steps that pass over others run along the side where reading begins, steps back along the other one. For scripts that are
written from right to left the whole drawing is mirrored. Lengths are in pixels.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

ON, BACK, LIGHT = (
    "on",
    "back",
    "light",
)  # onwards; back to an earlier one; what seldom happens, such as an amendment
START, TASK, GATE, WAIT, END = "start", "task", "gate", "wait", "end"

BOX, GAP, LANE, EDGE, PAD = 224.0, 32.0, 20.0, 14.0, 10.0
TITLE, NOTE = 14.0, 12.0  # sizes of letters
# How wide a letter is, and how tall a line, in sizes of letters: Nastaliq is narrow and tall.
WIDE, NARROW = 0.56, 0.44
LINE, TALL_LINE = 1.35, 1.95
PLAIN, FINAL, WAITING = ("#ffffff", "#77827f"), ("#e3f3e7", "#17592f"), ("#fdf1d8", "#744700")
COLOURS = {START: PLAIN, TASK: PLAIN, GATE: PLAIN, WAIT: WAITING, END: FINAL}
LINES = {ON: ("#17211f", "1.5", ""), BACK: ("#9b1c1c", "1", "5 4"), LIGHT: ("#583a8f", "1", "2 4")}
INK, INK_2 = "#17211f", "#4b5754"


@dataclass(frozen=True, slots=True)
class Node:
    """Something that happens: its title, and what more is said about it, a line each. `optional` ones may be passed over."""

    id: str
    title: str
    notes: tuple[str, ...] = ()
    kind: str = TASK
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """From one node to another."""

    source: str
    target: str
    label: str = ""
    kind: str = ON


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands, and its text as it is broken into lines."""

    node: Node
    left: float
    top: float
    width: float
    height: float
    title: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Path:
    """How an edge runs: its corners, and where its label stands (turned by a quarter beside a side)."""

    edge: Edge
    corners: tuple[tuple[float, float], ...]
    label_at: tuple[float, float]
    turned: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything in its place; for drawing, and for the diagram part of an export."""

    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]
    width: float
    height: float


def layout(nodes: Sequence[Node], edges: Sequence[Edge], *, rtl: bool = False) -> Layout:
    """Where each node and edge goes; edges to unknown nodes raise KeyError."""
    ranks = _ranks(nodes, edges)
    rows = [[node for node in nodes if ranks[node.id] == rank] for rank in range(max(ranks.values()) + 1)]
    passing, back = _lanes(edges, ranks, onwards=True), _lanes(edges, ranks, onwards=False)
    before, after = EDGE + LANE * _count(passing), EDGE + LANE * _count(back)
    widest = max(len(row) for row in rows)
    inner = widest * BOX + (widest - 1) * GAP
    boxes: dict[str, Box] = {}
    top = EDGE
    for row in rows:
        left = before + (inner - len(row) * BOX - (len(row) - 1) * GAP) / 2
        made = [_box(node, left + at * (BOX + GAP), top, rtl=rtl) for at, node in enumerate(row)]
        boxes |= {box.node.id: box for box in made}
        top = max(box.bottom for box in made) + GAP
    width, height = before + inner + after, top - GAP + EDGE
    paths = [
        _path(edge, boxes, ranks, passing.get(edge), back.get(edge), before, before + inner) for edge in edges
    ]
    placed = Layout(tuple(boxes.values()), tuple(paths), width, height)
    return _mirrored(placed) if rtl else placed


def _ranks(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, int]:
    """How many steps lead to each node at most, steps back left aside."""
    ranks = {node.id: 0 for node in nodes}
    onwards = [edge for edge in edges if edge.kind == ON]
    for _ in nodes:
        for edge in onwards:
            ranks[edge.target] = min(max(ranks[edge.target], ranks[edge.source] + 1), len(nodes))
    return ranks


def _lanes(edges: Sequence[Edge], ranks: Mapping[str, int], *, onwards: bool) -> dict[Edge, int]:
    """Edges that run along a side, each with its lane; those that mean the same share one."""
    aside = [edge for edge in edges if _aside(edge, ranks) and (edge.kind == ON) == onwards]
    shared: dict[tuple[str, str, str], int] = {}
    for edge in aside:
        shared.setdefault((edge.source if onwards else edge.target, edge.kind, edge.label), len(shared))
    return {edge: shared[edge.source if onwards else edge.target, edge.kind, edge.label] for edge in aside}


def _aside(edge: Edge, ranks: Mapping[str, int]) -> bool:
    return edge.kind != ON or ranks[edge.target] - ranks[edge.source] != 1


def _count(lanes: Mapping[Edge, int]) -> int:
    return max(lanes.values(), default=-1) + 1


def _box(node: Node, left: float, top: float, *, rtl: bool) -> Box:
    title = _broken(node.title, TITLE, rtl=rtl)
    notes = tuple(line for note in node.notes for line in _broken(note, NOTE, rtl=rtl))
    line = TALL_LINE if rtl else LINE
    height = 2 * PAD + line * (TITLE * len(title) + NOTE * len(notes))
    return Box(node, left, top, BOX, height, title, notes)


def _broken(text: str, size: float, *, rtl: bool) -> tuple[str, ...]:
    """A text in lines that fit a box; a word that is too long is cut."""
    most = int((BOX - 2 * PAD) / (size * (NARROW if rtl else WIDE)))
    lines: list[str] = []
    for word in text.split():
        parts = [word[at : at + most] for at in range(0, len(word), most)]
        for part in parts:
            if lines and len(lines[-1]) + 1 + len(part) <= most:
                lines[-1] += f" {part}"
            else:
                lines.append(part)
    return tuple(lines)


def _path(
    edge: Edge, boxes: Mapping[str, Box], ranks: Mapping[str, int],
    passing: int | None, back: int | None, start: float, end: float,
) -> Path:  # fmt: skip
    source, target = boxes[edge.source], boxes[edge.target]
    if passing is None and back is None:
        half = (source.bottom + target.top) / 2
        corners = (
            (source.middle, source.bottom),
            (source.middle, half),
            (target.middle, half),
            (target.middle, target.top),
        )
        return Path(edge, corners, ((source.middle + target.middle) / 2, half), False)
    if passing is not None:
        rail, leave, arrive = start - LANE * (passing + 0.6), source.left, target.left
    else:
        rail, leave, arrive = end + LANE * ((back or 0) + 0.6), source.left + BOX, target.left + BOX
    # Leaving below and arriving above the middle, so that the two ends of a box are told apart.
    below, above = source.top + source.height * 0.66, target.top + target.height * 0.33
    corners = ((leave, below), (rail, below), (rail, above), (arrive, above))
    return Path(edge, corners, (rail, (below + above) / 2), True)


def _mirrored(placed: Layout) -> Layout:
    width = placed.width
    boxes = [
        Box(one.node, width - one.left - one.width, one.top, one.width, one.height, one.title, one.notes)
        for one in placed.boxes
    ]
    paths = [
        Path(one.edge, tuple((width - x, y) for x, y in one.corners), (width - one.label_at[0], one.label_at[1]), one.turned)
        for one in placed.paths
    ]  # fmt: skip
    return Layout(tuple(boxes), tuple(paths), width, placed.height)


# --- As text --------------------------------------------------------------------------------------------


def svg(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    name: str,
    title: str,
    description: str,
    rtl: bool = False,
) -> str:
    """The drawing as an SVG element. `name` makes its ids its own; `description` says in words what is drawn."""
    placed = layout(nodes, edges, rtl=rtl)
    parts = [_arrow(name, kind) for kind in LINES]
    parts += [_line(path, name) for path in placed.paths]
    parts += [_shape(box) for box in placed.boxes]
    parts += [_text_of(box, rtl=rtl) for box in placed.boxes]
    parts += _labels(placed.paths)
    return _whole(parts, placed.width, placed.height, name, title, description, rtl=rtl)


def _whole(
    parts: Iterable[str], width: float, height: float, name: str, title: str, description: str, *, rtl: bool
) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" viewBox="0 0 {_n(width)} {_n(height)}"'
        f' width="{_n(width)}" height="{_n(height)}" aria-labelledby="{name}-title {name}-desc"'
        f' font-family="system-ui, sans-serif" direction="{"rtl" if rtl else "ltr"}">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _arrow(name: str, kind: str) -> str:
    colour = LINES[kind][0]
    return (
        f'<marker id="{name}-{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path class="drawing-{kind}-head" d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
    )


def _line(path: Path, name: str) -> str:
    colour, width, dashes = LINES[path.edge.kind]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    way = " ".join(f"{'L' if at else 'M'}{_n(x)} {_n(y)}" for at, (x, y) in enumerate(path.corners))
    return (
        f'<path class="drawing-{path.edge.kind}" d="{way}" fill="none" stroke="{colour}" stroke-width="{width}"'
        f'{dashed} marker-end="url(#{name}-{path.edge.kind})"/>'
    )


def _shape(box: Box) -> str:
    fill, stroke = COLOURS[box.node.kind]
    dashed = ' stroke-dasharray="6 4"' if box.node.optional else ""
    radius = box.height / 2 if box.node.kind in (START, END) else 4
    return (
        f'<rect class="drawing-{box.node.kind}" x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.width)}"'
        f' height="{_n(box.height)}" rx="{_n(min(radius, 24))}" fill="{fill}" stroke="{stroke}"{dashed}/>'
    )


def _text_of(box: Box, *, rtl: bool) -> str:
    line = TALL_LINE if rtl else LINE
    y, parts = box.top + PAD, []
    for text, size, bold in [(one, TITLE, True) for one in box.title] + [
        (one, NOTE, False) for one in box.notes
    ]:
        y += size * line
        # Letters stand on their line, which is about a third of their size above its lower edge.
        parts.append(_words(text, box.middle, y - size * (line - 1) / 2 - size * 0.15, size, bold=bold))
    return "".join(parts)


def _words(
    text: str, x: float, y: float, size: float, *, bold: bool = False, anchor: str = "middle", turn: str = ""
) -> str:
    weight = ' font-weight="600"' if bold else ""
    kind, colour = ("drawing-title", INK) if bold else ("drawing-note", INK_2)
    return (
        f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}"'
        f' fill="{colour}"{weight}{turn}>{escape(text)}</text>'
    )


def _labels(paths: Sequence[Path]) -> list[str]:
    """Labels of edges, once for those that share a lane."""
    seen: set[tuple[str, str, float]] = set()
    parts = []
    for path in paths:
        x, y = path.label_at
        key = path.edge.kind, path.edge.label, x if path.turned else y
        if not path.edge.label or key in seen:
            continue
        seen.add(key)
        turn = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if path.turned else ""
        parts.append(_words(path.edge.label, x, y - 4, NOTE - 1, turn=turn))
    return parts


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


# --- Moments on a line ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with its name and how it is written; `kind` is one of the kinds of nodes."""

    at: datetime
    title: str
    note: str
    kind: str = TASK


SCALE, LEAST, LONGEST_LINE = 6.0, 46.0, 320.0  # pixels a day, between two moments, and for the texts


def timeline(moments: Sequence[Moment], *, name: str, title: str, description: str, rtl: bool = False) -> str:
    """Moments on a line from top to bottom, as far apart as they are in time where their texts leave room."""
    ordered = sorted(moments, key=lambda one: one.at)
    y, last, places = EDGE + TITLE, None, []
    for one in ordered:
        if last is not None:
            y += max(
                LEAST * (TALL_LINE / LINE if rtl else 1), (one.at - last).total_seconds() / 86400 * SCALE
            )
        places.append(y)
        last = one.at
    width = LONGEST_LINE + 3 * EDGE
    x = width - 2 * EDGE if rtl else 2 * EDGE
    parts = [
        f'<path class="drawing-on" d="M{_n(x)} {_n(places[0])} L{_n(x)} {_n(places[-1])}" fill="none" stroke="{INK}"/>'
    ]
    text_x = x - EDGE if rtl else x + EDGE
    for one, place in zip(ordered, places, strict=True):
        fill, stroke = COLOURS[one.kind]
        parts.append(
            f'<circle class="drawing-{one.kind}" cx="{_n(x)}" cy="{_n(place)}" r="6" fill="{fill}" stroke="{stroke}"'
            ' stroke-width="2"/>'
        )
        below = NOTE * (TALL_LINE if rtl else LINE)
        parts.append(_words(one.title, text_x, place + 5, TITLE, bold=True, anchor="start"))
        parts.append(_words(one.note, text_x, place + 5 + below, NOTE, anchor="start"))
    height = places[-1] + LEAST
    return _whole(parts, width, height, name, title, description, rtl=rtl)
