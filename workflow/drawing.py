"""Drawings of what happens after what: boxes and arrows, or moments on a line, as SVG. Pure Python; text, no library.

The text carries attributes only, no style and no script, so that it may stand in a page under a strict policy, in a file
of its own and in a printed document. Classes let a page's own sheet replace the colours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from workflow.layout import (
    BACK,
    EDGE,
    END,
    GATE,
    LIGHT,
    LINE,
    NOTE,
    ON,
    PAD,
    START,
    TALL_LINE,
    TASK,
    TITLE,
    WAIT,
    Box,
    Layout,
    Path,
)

PLAIN, FINAL, WAITING = ("#ffffff", "#77827f"), ("#e3f3e7", "#17592f"), ("#fdf1d8", "#744700")
COLOURS = {START: PLAIN, TASK: PLAIN, GATE: PLAIN, WAIT: WAITING, END: FINAL}
LINES = {ON: ("#17211f", "1.5", ""), BACK: ("#9b1c1c", "1", "5 4"), LIGHT: ("#583a8f", "1", "2 4")}
INK, INK_2 = "#17211f", "#4b5754"


# --- As text --------------------------------------------------------------------------------------------


def svg(placed: Layout, *, name: str, title: str, description: str, rtl: bool = False) -> str:
    """The drawing as an SVG element. `name` makes its ids its own; `description` says in words what is drawn."""
    parts = [_arrow(name, kind) for kind in LINES]
    parts += [_line(path, name) for path in placed.paths]
    parts += [_shape(box) for box in placed.boxes]
    parts += [_text_of(box, rtl=rtl) for box in placed.boxes]
    parts += _labels(placed.paths, rtl=rtl)
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


def _labels(paths: Sequence[Path], *, rtl: bool) -> list[str]:
    """Labels of edges, once for those that share a lane."""
    seen: set[tuple[str, str, float]] = set()
    parts = []
    for path in paths:
        x, y = path.label_at
        key = path.edge.kind, path.edge.label, x if path.turned else y
        if not path.edge.label or key in seen:
            continue
        seen.add(key)
        if path.turned:
            turn = f' transform="rotate(-90 {_n(x)} {_n(y)})"'
            parts.append(_words(path.edge.label, x, y - 4, NOTE - 1, turn=turn))
        else:
            parts.append(_words(path.edge.label, x - 6 if rtl else x + 6, y + 12, NOTE - 1, anchor="start"))
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
