"""Where the boxes and arrows of a drawing go. Pure Python.

What comes first stands on top; steps that pass over others run along the side where reading begins, steps back along the
other one. For scripts that are written from right to left the whole drawing is mirrored. Lengths are in pixels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ON, BACK, LIGHT = (
    "on",
    "back",
    "light",
)  # onwards; back to an earlier one; what seldom happens, such as an amendment
START, TASK, GATE, WAIT, END = "start", "task", "gate", "wait", "end"

BOX, GAP, LANE, EDGE, PAD = 224.0, 32.0, 20.0, 14.0, 10.0
TITLE, NOTE = 14.0, 12.0  # sizes of letters
# How wide a letter is, and how tall a line, in sizes of letters: Nastaliq is narrow and tall.
WIDE, BOLD, NARROW = 0.56, 0.6, 0.45
LINE, TALL_LINE = 1.35, 1.95


@dataclass(frozen=True, slots=True)
class Node:
    """Something that happens: its title, and what more is said about it, a line each. `optional` ones may be passed over."""

    id: str
    title: str
    notes: tuple[str, ...] = ()
    kind: str = TASK
    optional: bool = False
    place: tuple[int, int] | None = None  # row and column, where whoever drew it knows better


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


def layout(nodes: Sequence[Node], edges: Sequence[Edge], *, rtl: bool = False, box: float = BOX) -> Layout:
    """Where each node and edge goes, in boxes of a width; edges to unknown nodes raise KeyError."""
    ranks = _ranks(nodes, edges)
    rows = [[node for node in nodes if ranks[node.id] == rank] for rank in range(max(ranks.values()) + 1)]
    free = [] if all(node.place for node in nodes) else edges
    passing, back = _lanes(free, ranks, onwards=True), _lanes(free, ranks, onwards=False)
    before, after = EDGE + LANE * _count(passing), EDGE + LANE * _count(back)
    columns = _columns(rows)
    inner = (max(columns.values()) + 1) * (box + GAP) - GAP
    boxes: dict[str, Box] = {}
    top = EDGE
    for row in filter(None, rows):
        made = [_box(node, before + columns[node.id] * (box + GAP), top, box, rtl=rtl) for node in row]
        boxes |= {one.node.id: one for one in made}
        top = max(one.bottom for one in made) + GAP
    width, height = before + inner + after, top - GAP + EDGE
    paths = [_path(edge, boxes, passing.get(edge), back.get(edge), before, before + inner) for edge in edges]
    placed = Layout(tuple(boxes.values()), tuple(paths), width, height)
    return _mirrored(placed) if rtl else placed


def _columns(rows: Sequence[Sequence[Node]]) -> dict[str, float]:
    """The column of each node: its own, or the middle of the drawing shared with the others of its row."""
    widest = max(len(row) for row in rows)
    return {
        node.id: node.place[1] if node.place else (widest - len(row)) / 2 + number
        for row in rows
        for number, node in enumerate(row)
    }


def _ranks(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, int]:
    """The row of each node: its own, or how many steps lead there at most, steps back left aside."""
    if all(node.place for node in nodes):
        return {node.id: node.place[0] for node in nodes if node.place}
    ranks = {node.id: 0 for node in nodes}
    onwards = [edge for edge in edges if edge.kind == ON]
    for _ in nodes:
        for edge in onwards:
            ranks[edge.target] = min(max(ranks[edge.target], ranks[edge.source] + 1), len(nodes))
    return ranks


def _lanes(edges: Sequence[Edge], ranks: Mapping[str, int], *, onwards: bool) -> dict[Edge, int]:
    """Edges that run along a side, each with its lane: what means the same shares one, and what leaves room for others."""
    groups: dict[tuple[str, str, str], list[Edge]] = {}
    for edge in edges:
        if _aside(edge, ranks) and (edge.kind == ON) == onwards:
            groups.setdefault((edge.source if onwards else edge.target, edge.kind, edge.label), []).append(
                edge
            )
    lanes: dict[Edge, int] = {}
    taken: list[list[tuple[int, int]]] = []
    spans = {key: _stretch(group, ranks) for key, group in groups.items()}
    for key in sorted(groups, key=lambda key: (spans[key][1] - spans[key][0], spans[key])):
        first, last = spans[key]
        fits = (
            n for n, lane in enumerate(taken) if all(last <= one or other <= first for one, other in lane)
        )
        number = next(fits, len(taken))
        if number == len(taken):
            taken.append([])
        taken[number].append(spans[key])
        lanes |= dict.fromkeys(groups[key], number)
    return lanes


def _stretch(group: Sequence[Edge], ranks: Mapping[str, int]) -> tuple[int, int]:
    ends = [ranks[end] for edge in group for end in (edge.source, edge.target)]
    return min(ends), max(ends)


def _aside(edge: Edge, ranks: Mapping[str, int]) -> bool:
    return edge.kind != ON or ranks[edge.target] - ranks[edge.source] != 1


def _count(lanes: Mapping[Edge, int]) -> int:
    return max(lanes.values(), default=-1) + 1


def _box(node: Node, left: float, top: float, width: float, *, rtl: bool) -> Box:
    title = _broken(node.title, TITLE, width)
    notes = tuple(line for note in node.notes for line in _broken(note, NOTE, width))
    line = TALL_LINE if rtl else LINE
    height = 2 * PAD + line * (TITLE * len(title) + NOTE * len(notes))
    return Box(node, left, top, width, height, title, notes)


def _broken(text: str, size: float, width: float) -> tuple[str, ...]:
    """A text in lines that fit a box; a word that is too long is cut."""
    most = width - 2 * PAD
    lines: list[str] = []
    for word in text.split():
        for part in _cut(word, size, most):
            if lines and _long(f"{lines[-1]} {part}", size) <= most:
                lines[-1] += f" {part}"
            else:
                lines.append(part)
    return tuple(lines)


def _cut(word: str, size: float, most: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and _long(parts[-1] + letter, size) > most:
            parts.append("")
        parts[-1] += letter
    return parts


def _long(text: str, size: float) -> float:
    """About how long a text is; letters of Arabic scripts join and are narrow."""
    joined = sum("\u0600" <= letter <= "\u08ff" for letter in text)
    return size * (joined * NARROW + (len(text) - joined) * (BOLD if size == TITLE else WIDE))


def _path(
    edge: Edge, boxes: Mapping[str, Box],
    passing: int | None, back: int | None, start: float, end: float,
) -> Path:  # fmt: skip
    source, target = boxes[edge.source], boxes[edge.target]
    if source.node.place and edge.kind != ON:
        return _beside(edge, source, target)
    if passing is None and back is None:
        half = source.bottom + GAP / 2 if source.node.place else (source.bottom + target.top) / 2
        corners = (
            (source.middle, source.bottom),
            (source.middle, half),
            (target.middle, half),
            (target.middle, target.top),
        )
        return Path(edge, corners, (target.middle, half), False)
    if passing is not None:
        rail, leave, arrive = start - LANE * (passing + 0.6), source.left, target.left
    else:
        rail, leave, arrive = (
            end + LANE * ((back or 0) + 0.6),
            source.left + source.width,
            target.left + target.width,
        )
    # Leaving below and arriving above the middle, so that the two ends of a box are told apart.
    below, above = source.top + source.height * 0.66, target.top + target.height * 0.33
    corners = ((leave, below), (rail, below), (rail, above), (arrive, above))
    return Path(edge, corners, (rail, (below + above) / 2), True)


def _beside(edge: Edge, source: Box, target: Box) -> Path:
    """Back to a box of a given place: close along its side."""
    rail = max(source.left + source.width, target.left + target.width) + GAP / 3
    below, above = source.top + source.height * 0.66, target.top + target.height * 0.33
    corners = (
        (source.left + source.width, below),
        (rail, below),
        (rail, above),
        (target.left + target.width, above),
    )
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
