"""The request flow as a picture and as BPMN 2.0, and viewflow kept to its tables and its nodes."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.urls import get_resolver
from django.utils import translation
from lxml import etree

from approvals.asking_drawing import BOUNDARY, CHOICE, NOTES, PLACES, TIMER, drawing
from approvals.asking_rules import REVIEW, SECOND
from approvals.bpmn import export
from approvals.requests import RequestFlow
from tests import databases
from wording.catalogue import CATALOGUE
from wording.request_sentences import FLOW

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of the OMG, as SpiffWorkflow carries it; nothing of it is imported."""
    found = importlib.util.find_spec("SpiffWorkflow")
    folder = (
        Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else Path()
    )
    return etree.XMLSchema(etree.parse(folder / "bpmn" / "parser" / "schema" / "BPMN20.xsd"))


@pytest.mark.parametrize("language", ["id", "en", "ur"])
def test_the_export_is_valid_bpmn(schema: etree.XMLSchema, tmp_path: Path, language: str) -> None:
    target = tmp_path / "request.bpmn"
    call_command("export_bpmn", output=target, language=language)
    schema.assertValid(etree.parse(target))


def test_a_broken_file_is_told_from_a_valid_one(schema: etree.XMLSchema) -> None:
    broken = export().replace("<userTask", "<officeTask").replace("</userTask>", "</officeTask>")
    assert not schema.validate(etree.fromstring(broken.encode()))


def test_every_node_and_line_of_the_flow_is_drawn_once_and_says_what_it_means() -> None:
    with translation.override("en"):
        tree = etree.fromstring(export().encode())
    boxes, lines = drawing()
    assert {box.id for box in boxes} == {node.name for node in RequestFlow.instance.nodes()} == set(PLACES)
    shapes = [one.get("bpmnElement") for one in tree.iter(f"{DI}BPMNShape")]
    edges = [one.get("bpmnElement") for one in tree.iter(f"{DI}BPMNEdge")]
    assert sorted(shapes) == sorted(box.id for box in boxes)
    assert sorted(edges) == sorted(f"{line.source}__{line.target}" for line in lines)
    for timer in tree.iter(f"{MODEL}timerEventDefinition"):
        assert len(timer[0].text) > 20, "no timer is empty"
    assert sum(1 for _ in tree.iter(f"{MODEL}timerEventDefinition")) == 7
    assert [one.text for one in tree.iter(f"{MODEL}conditionExpression")].count("yes") == 3


def test_no_two_shapes_lie_on_each_other() -> None:
    tree = etree.fromstring(export().encode())
    boxes = {box.id: box for box in drawing()[0]}
    bounds = {
        one.get("bpmnElement"): [
            int(next(one.iter(f"{DC}Bounds")).get(name)) for name in ("x", "y", "width", "height")
        ]
        for one in tree.iter(f"{DI}BPMNShape")
    }
    free = [name for name in bounds if boxes[name].kind != BOUNDARY]
    for first in free:
        for second in free:
            if first < second:
                (x, y, w, h), (u, v, s, t) = bounds[first], bounds[second]
                assert x + w <= u or u + s <= x or y + h <= v or v + t <= y, (first, second)


def test_every_box_and_every_condition_has_words() -> None:
    boxes, lines = drawing()
    named = {box.label for box in boxes} | {line.condition for line in lines if line.condition}
    assert named | {"flow.title"} == set(FLOW)
    assert {box.note for box in boxes if box.note} <= set(CATALOGUE)
    assert set(NOTES) <= {box.id for box in boxes}
    assert all(box.note for box in boxes if box.kind in (TIMER, BOUNDARY))


def test_from_the_request_every_box_can_be_reached_and_every_way_ends() -> None:
    boxes, lines = drawing()
    ways: dict[str, set[str]] = {box.id: set() for box in boxes}
    for line in lines:
        ways[line.source].add(line.target)
    for box in boxes:
        if box.host:
            ways[box.host].add(box.id)
    reached, waiting = set(), ["start"]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += ways[node]
    assert reached == set(ways)
    assert {name for name, onward in ways.items() if not onward} == {
        "denied", "expired", "revoked", *(f"{step}_{end}" for step in (REVIEW, SECOND) for end in ("reminded", "over"))
    }  # fmt: skip
    assert all(len(ways[box.id]) == 2 for box in boxes if box.kind == CHOICE)


# --- The library stays in its place ----------------------------------------------------------------------


def test_none_of_viewflows_static_files_is_collected() -> None:
    found = [path for finder in get_finders() for path, _storage in finder.list([])]
    assert found
    assert [path for path in found if "viewflow" in path] == []


def test_collecting_them_all_takes_few_megabytes(tmp_path: Path, settings) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 8_000_000


def test_viewflow_brings_no_pages_and_no_middleware() -> None:
    assert not [name for name in settings.MIDDLEWARE if "viewflow" in name]
    assert "viewflow" not in settings.INSTALLED_APPS
    assert not [str(one) for one in get_resolver().url_patterns if "viewflow" in str(one)]


def test_the_site_never_loads_the_screens() -> None:
    script = (
        "import django, sys; django.setup(); import config.urls; "
        "print([name for name in sys.modules if name.startswith(('viewflow.workflow.flow', 'viewflow.workflow.chart'))])"
    )
    told = {**databases.environment(databases.current()), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=databases.CHECKOUT, env=told, capture_output=True, text=True
    )
    assert answer.stdout.strip() == "[]", answer.stderr


def test_the_flow_locks_and_does_not_wait() -> None:
    lock = RequestFlow.lock_impl
    assert (type(lock).__name__, lock.nowait, lock.attempts) == ("SelectForUpdateLock", True, 1)
