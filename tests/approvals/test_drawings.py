"""What is drawn says the same as its rows, in three languages; a route leaves the house as BPMN 2.0."""

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from lxml import etree

from approvals.asking_drawing import drawing
from approvals.drawings import bpmn_of_route, of_month, of_requests, of_route
from ledger.recording import recorded
from submissions.moments import CalendarPolicy, due_moments
from workflow.models import RouteVersion
from workflow.route import Route

SVG = "{http://www.w3.org/2000/svg}"
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
RICH = [{"fact": "ceiling", "op": ">=", "value": "1000000000"}]
LARGE: list[dict[str, Any]] = [
    {"verb": "submit", "role": "officer", "scope": "item", "label": "PPTK"},
    {"verb": "verify", "role": "section_head", "scope": "item", "due_days": 1, "escalate_days": 3},
    {"verb": "verify", "role": "assistant", "scope": "agency", "when": RICH},
    {"verb": "sign", "role": "agency_head", "scope": "agency", "quorum": 2},
    {"verb": "review", "role": "oversight", "scope": "government", "blocks": True, "due_days": 10},
    {"verb": "review", "role": "inspector", "scope": "unit", "unit": "6.01"},
]


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of the OMG, as SpiffWorkflow carries it; nothing of it is imported."""
    found = importlib.util.find_spec("SpiffWorkflow")
    assert found and found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0])
    return etree.XMLSchema(etree.parse(folder / "bpmn" / "parser" / "schema" / "BPMN20.xsd"))


def large(language: str = "en") -> ElementTree.Element:
    with translation.override(language):
        drawn = of_route(
            Route.of(LARGE, 24), name="r", title="SETDA 2", currency="IDR", units={"6.01": "Inspektorat"}
        )
        return ElementTree.fromstring(drawn.svg)  # noqa: S314 - our own text


def words_of(tree: ElementTree.Element) -> str:
    return " ".join(one.text or "" for one in tree.iter(f"{SVG}text"))


def test_a_route_is_drawn_with_all_that_holds_at_its_tiers() -> None:
    said = words_of(large())
    for part in (
        "0. Entry: PPTK", "3. Signature: agency head", "2 different persons", "only if: ceiling at least Rp1,000,000,000",
        "1 working day to decide", "vacant for 3 days: the superior acts", "holds publication", "Embargo: 24 hours", "Published",
        "Inspectorate, at Inspektorat", "returned", "amended, by a grant",
    ):  # fmt: skip
        assert part in said.replace("  ", " "), part


def test_what_may_be_passed_over_is_dashed_and_has_a_way_round() -> None:
    tree = large()
    assert len([one for one in tree.iter(f"{SVG}rect") if one.get("stroke-dasharray")]) == 1
    # Entry to publication and two reviews are seven steps; one goes round the assistant.
    assert len([one for one in tree.iter(f"{SVG}path") if one.get("class") == "drawing-on"]) == 8


@pytest.mark.parametrize("language", ["id", "en", "ur"])
def test_the_rows_say_what_the_drawing_says(language: str) -> None:
    with translation.override(language):
        drawn = of_route(Route.of(LARGE, 24), name="r", title="SETDA 2", currency="IDR", units={})
    tree = ElementTree.fromstring(drawn.svg)  # noqa: S314 - our own text
    said = words_of(tree).replace(" ", "")
    for row in drawn.rows:
        assert row["name"].replace(" ", "") in said
        assert all(note.replace(" ", "") in said for note in row["notes"])
    assert tree.get("direction") == ("rtl" if language == "ur" else "ltr")
    assert [row["back"] for row in drawn.rows] == ["", "0", "0, 1", "0, 1, 2", "0, 3", ""]


def test_what_is_not_sound_is_drawn_without_promises() -> None:
    tiers = [
        {**LARGE[0], "verb": "nod"},
        {**LARGE[3], "when": [{"fact": "ceiling", "op": ">=", "value": "much"}]},
    ]
    drawn = of_route(Route.of(tiers), name="r", title="", currency="IDR", units={}, sound=False)
    assert 'class="drawing-back"' not in drawn.svg
    assert "much" in drawn.svg


@pytest.mark.parametrize("language", ["id", "en", "ur"])
def test_the_month_and_the_request_flow_are_drawn(language: str) -> None:
    with translation.override(language):
        month = of_month(due_moments(CalendarPolicy(), date(2026, 1, 1)), name="m", title="Januari")
        requests = of_requests(name="q")
    assert len(month.rows) == 6
    assert month.svg.count("<circle") == 6
    boxes, lines = drawing()
    assert len(requests.rows) == requests.svg.count("<rect") == sum(not box.host for box in boxes)
    for one in (month, requests):
        ElementTree.fromstring(one.svg)  # noqa: S314 - our own text
    assert sum(len(str(row["next"]).split("; ")) for row in requests.rows if row["next"]) <= len(lines)


# --- BPMN -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en", "ur"])
def test_every_template_is_valid_bpmn(
    schema: etree.XMLSchema, db: None, tmp_path: Path, language: str
) -> None:
    with recorded(None):
        RouteVersion.objects.create(
            code="LARGE", number=1, name="Besar & <lengkap>", tiers=LARGE, embargo_hours=24
        )
    for version in RouteVersion.objects.all():
        target = tmp_path / f"{version.code}.bpmn"
        call_command("export_bpmn", output=target, route=version.code, language=language)
        schema.assertValid(etree.parse(target))


def test_the_export_has_the_tiers_their_owners_and_the_quorum() -> None:
    with translation.override("en"):
        text = bpmn_of_route(Route.of(LARGE, 24), code="LARGE", title="Large", currency="IDR", units={})
    tree = etree.fromstring(text.encode())
    assert len(list(tree.iter(f"{MODEL}userTask"))) == 6
    assert [one.text for one in tree.iter(f"{MODEL}loopCardinality")] == ["2"]
    assert [one.text for one in tree.iter(f"{MODEL}timeDuration")] == ["PT24H"]
    owners = [one.text for one in tree.iter(f"{MODEL}formalExpression")]
    assert owners[1] == "Section head, named by the sub-activity"
    drawn = {one.get("bpmnElement") for one in tree.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    process = tree.find(f"{MODEL}process")
    assert drawn == {one.get("id") for one in process}


def test_a_route_that_is_none_is_said_with_those_there_are(db: None) -> None:
    with pytest.raises(CommandError, match="There is no route BULAN. These exist: DINAS, INSPEKTORAT"):
        call_command("export_bpmn", route="BULAN")
