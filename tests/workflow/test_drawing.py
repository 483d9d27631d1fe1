"""Drawings are text: boxes that do not overlap, lines that meet them, words that are escaped, mirrored for Urdu."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.drawing import Moment, svg, timeline
from workflow.layout import BACK, END, LIGHT, ON, START, TASK, Box, Edge, Layout, Node, layout

SVG = "{http://www.w3.org/2000/svg}"
NODES = [
    Node("a", "Entry", kind=START),
    Node("b", "Check", ("Kepala Bidang",)),
    Node("c", "Sign"),
    Node("d", "Done", kind=END),
]
EDGES = [
    Edge("a", "b"), Edge("b", "c"), Edge("c", "d"), Edge("a", "c"), Edge("b", "a", "returned", BACK),
    Edge("c", "a", "returned", BACK), Edge("c", "b", "", BACK), Edge("d", "a", "amended", LIGHT),
]  # fmt: skip


def drawn(nodes: list[Node], edges: list[Edge], rtl: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(  # noqa: S314 - our own text
        svg(layout(nodes, edges, rtl=rtl), name="x", title="T", description="D", rtl=rtl)
    )


def apart(one: Box, other: Box) -> bool:
    return (
        one.left + one.width <= other.left or other.left + other.width <= one.left
        or one.bottom <= other.top or other.bottom <= one.top
    )  # fmt: skip


def check(placed: Layout) -> None:
    """No two boxes overlap, everything is on the paper, every line begins and ends at its boxes."""
    boxes = {box.node.id: box for box in placed.boxes}
    for one in placed.boxes:
        assert (
            0 <= one.left
            and one.left + one.width <= placed.width
            and 0 <= one.top
            and one.bottom <= placed.height
        )
        assert all(apart(one, other) for other in placed.boxes if other is not one)
    for path in placed.paths:
        for (x, y), node in ((path.corners[0], path.edge.source), (path.corners[-1], path.edge.target)):
            box = boxes[node]
            assert (
                box.left - 0.01 <= x <= box.left + box.width + 0.01
                and box.top - 0.01 <= y <= box.bottom + 0.01
            )
        assert all(0 <= x <= placed.width and 0 <= y <= placed.height for x, y in path.corners)


def test_every_box_and_line_is_drawn_with_its_words() -> None:
    tree = drawn(NODES, EDGES)
    assert len(tree.findall(f"{SVG}rect")) == 4
    assert len([one for one in tree.findall(f"{SVG}path")]) == 8
    words = [one.text for one in tree.iter(f"{SVG}text")]
    assert {"Entry", "Kepala Bidang", "returned", "amended"} <= set(words)
    assert words.count("returned") == 1


def test_it_has_a_name_and_a_description() -> None:
    tree = drawn(NODES, EDGES)
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == "x-title x-desc"
    assert [tree.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["T", "D"]


def test_it_needs_no_style_and_no_script() -> None:
    text = svg(layout(NODES, EDGES), name="x", title="T", description="D")
    assert not re.search(r"style|script|\son\w+=|href|<foreignObject|<image", text)


def test_for_urdu_it_is_mirrored() -> None:
    plain, mirrored = layout(NODES, EDGES), layout(NODES, EDGES, rtl=True)
    assert plain.width == mirrored.width
    lefts = {box.node.id: plain.width - box.left - box.width for box in plain.boxes}
    assert lefts == {box.node.id: box.left for box in mirrored.boxes}
    assert drawn(NODES, EDGES, rtl=True).get("direction") == "rtl"


def test_words_are_escaped_and_long_ones_broken() -> None:
    nodes = [Node("a", "<script>&\"'" + "x" * 90, ("بہت " * 20,)), Node("b", "B")]
    tree = drawn(nodes, [Edge("a", "b", "<b>")])
    words = [one.text or "" for one in tree.iter(f"{SVG}text")]
    assert "".join(words[:-1]).startswith("<script>&\"'x")
    assert max(len(word) for word in words) < 50


GRAPHS = st.integers(1, 8).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(
            st.tuples(
                st.integers(0, count - 1), st.integers(0, count - 1), st.sampled_from((ON, BACK, LIGHT))
            ),
            max_size=14,
        ),
    )
)


@given(GRAPHS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_leads_to_what_nothing_overlaps(
    graph: tuple[int, list[tuple[int, int, str]]], rtl: bool
) -> None:
    """Onwards goes to a later box, the rest anywhere, also in a circle."""
    count, lines = graph
    nodes = [Node(str(number), f"Box {number}", ("note",) * number) for number in range(count)]
    edges = [
        Edge(str(min(one, other)), str(max(one, other)), kind=kind)
        if kind == ON
        else Edge(str(one), str(other), kind=kind)
        for one, other, kind in lines
        if one != other
    ]
    check(layout(nodes, list(dict.fromkeys(edges)), rtl=rtl))


def test_boxes_of_given_places_stand_there() -> None:
    nodes = [Node("a", "A", place=(0, 1)), Node("b", "B", place=(1, 0)), Node("c", "C", place=(1, 2))]
    placed = layout(nodes, [Edge("a", "b"), Edge("a", "c"), Edge("c", "a", kind=BACK)], box=100)
    check(placed)
    a, b, c = placed.boxes
    assert b.left < a.left < c.left and b.top == c.top > a.bottom


def test_moments_stand_in_order_and_as_far_apart_as_they_are() -> None:
    start = datetime(2026, 1, 25, tzinfo=UTC)
    moments = [Moment(start + timedelta(days=days), f"M{days}", "note", TASK) for days in (30, 0, 1)]
    tree = ElementTree.fromstring(timeline(moments, name="t", title="T", description="D"))  # noqa: S314 - our own text
    places = [float(one.get("cy", "")) for one in tree.iter(f"{SVG}circle")]
    assert places == sorted(places)
    assert places[2] - places[1] == 29 * 6 > places[1] - places[0] == 46
    mirrored = ElementTree.fromstring(timeline(moments, name="t", title="T", description="D", rtl=True))  # noqa: S314
    assert float(next(mirrored.iter(f"{SVG}circle")).get("cx", "")) > 300
