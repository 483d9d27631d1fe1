"""Every rule of the list passes its one example and catches its other; the table in docs/ is as the code has it."""

from datetime import date
from decimal import Decimal as D
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from approvals import services as approvals
from registry.rules import INDONESIA, check_plan
from submissions import rule_list
from submissions.amendment import check_amendment
from submissions.evidence_faults import FileRefused
from submissions.evidence_types import kind_of
from submissions.facts import MonthFacts
from submissions.models import Report
from submissions.rule_list import RULES, Rule
from submissions.rules import check_submission
from tests.cast import PNG, World
from tests.registry import test_rules as plans
from tests.submissions.facts import POLICY, item, line
from tests.submissions.test_amendment import amended
from tests.workflow.test_law import HEAD, OFFICER, STRANGER, facts, office
from workflow import engine, route
from workflow.route import Refusal, decide

UNDER_WAY = {"status": "PELAKSANAAN", "increment": D(0)}
NOT_STARTED = {"status": "BELUM_MULAI", "increment": D(0), "points_before": D(0)}
CORRECTION = {
    "correction_reason": "SP2D withdrawn",
    "corrects_month": 2,
    "published_months": frozenset({1, 2}),
}
PROMISE = MonthFacts(
    2, "PELAKSANAAN", D(5), follow_up_text="Ask for the land", follow_up_due=date(2026, 3, 20), last_day=date(2026, 2, 28)
)  # fmt: skip
MARCH = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31), "earlier": (PROMISE,)}
LARGE = {"ceiling": D(1_000_000_000), "increment": D(0)}
GIVEN = frozenset({HEAD})

REPORTS = {
    "no ceiling and nothing entered": item(line(ceiling="0"), ceiling=D(0)),
    "no ceiling and money taken back": item(line("-5", before="5", ceiling="0", **CORRECTION), ceiling=D(0)),
    "a line that reaches its ceiling exactly": item(line("10", before="90")),
    "a line one cent over its ceiling": item(line("10.01", before="90")),
    "lines that make the ceiling of the item": item(line("60"), line("40"), ceiling=D(100)),
    "lines that pass the ceiling of the item": item(line("60"), line("41"), ceiling=D(100)),
    "a correction of a published month with its reason": item(line("-20", before="90", **CORRECTION)),
    "money taken back without a word": item(line("-20", before="90")),
    "all that was realised is taken back": item(line("-90", before="90", **CORRECTION)),
    "one more than was realised is taken back": item(line("-91", before="90", **CORRECTION)),
    "a month of the plan and a tenth": item(line("11", plan_to_date=D(10))),
    "a month above the plan and a tenth": item(line("11.01", plan_to_date=D(10))),
    "half of the ceiling in a month": item(line("50")),
    "three zeros too many": item(line("51", ceiling="100")),
    "an amount as the treasury paid it": item(line("10", paid=D("10.00"))),
    "an amount that the treasury did not pay": item(line("10", paid=D(9))),
    "not started and nothing paid": item(**NOT_STARTED),
    "an advance before the work has started": item(line("5"), **NOT_STARTED),
    "money just 10 points ahead of the work": item(line("35"), ceiling=D(100)),
    "money more than 10 points ahead of the work": item(line("35.01"), ceiling=D(100)),
    "an amount in whole rupiah": item(line("10.00")),
    "an amount with cents": item(line("10.50")),
    "100.05 points of completed work": item(increment=D("30.05"), points_before=D(70), status="SELESAI"),
    "100.06 points": item(increment=D("30.06"), points_before=D(70), status="SELESAI"),
    "5 points taken back with a reason": item(increment=D(-5), physical_reason="measured again"),
    "5 points taken back without a reason": item(increment=D(-5)),
    "a month less than all before": item(line("19", before="20"), increment=D("19.99")),
    "a month as much as all before": item(line("20", before="20")),
    "three thirds of completed work": item(increment=D("33.33"), points_before=D("66.66"), status="SELESAI"),
    "completed at 25 points": item(status="SELESAI"),
    "not started and nothing in it": item(**NOT_STARTED),
    "not started with money in it": item(line("5"), **NOT_STARTED),
    "from procurement to execution": item(earlier=(MonthFacts(2, "PENGADAAN"),)),
    "from execution back to preparation": item(status="PERSIAPAN", earlier=(MonthFacts(2, "PELAKSANAAN"),)),
    "two months without progress": item(**UNDER_WAY, earlier=(MonthFacts(2, "PELAKSANAAN", D(0)),)),
    "three months without progress": item(
        **UNDER_WAY, earlier=(MonthFacts(1, "PELAKSANAAN", D(0)), MonthFacts(2, "PELAKSANAAN", D(0)))
    ),
    "just 5 points behind the plan": item(planned_points=D(30)),
    "more than 5 points behind the plan": item(planned_points=D("30.01")),
    "a follow-up that fell due and is done": item(follow_up_answer="DONE", **MARCH),
    "a follow-up that fell due unanswered": item(**MARCH),
    "five million with a photograph": item(line("5000000", ceiling="1000000000"), evidence_count=1, **LARGE),
    "five million without evidence": item(line("5000000", ceiling="1000000000"), **LARGE),
    "a photograph of this month": item(evidence_count=1),
    "a photograph of January again": item(evidence_count=1, reused_files=(("foto.jpg", 1),)),
    "an officer is appointed": item(officer_assigned=True),
    "nobody is appointed": item(officer_assigned=False),
}  # fmt: skip
PLANS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "a sub-activity code of both widths": ([plans.item(), plans.item(code="1.02.01.2.02.02")], {}),
    "a fourth segment of two digits": ([plans.item(code="1.01.01.02.02.0001")], {}),
    "lines of 60 and 40 of a ceiling of 100": (
        [plans.item(plans.line("60"), plans.line("40", fund="DAK"), ceiling=D(100))], {},
    ),
    "lines of 60 and 39 of a ceiling of 100": (
        [plans.item(plans.line("60"), plans.line("39", fund="DAK"), ceiling=D(100))], {},
    ),
    "twelve months that make the ceiling": ([plans.item(cash=plans.months(*[5] * 12))], {}),
    "twelve months that miss the ceiling by one": ([plans.item(cash=plans.months(*[5] * 11, 4))], {}),
    "a plan of 100 points": ([plans.item(physical=plans.months(*[0] * 11, 100))], {}),
    "a plan of 99.9999 points": ([plans.item(physical=plans.months(*[0] * 11, "99.9999"))], {}),
    "a new ceiling that is just what was realised": ([plans.item()], {"realised": 60}),
    "a new ceiling one below what was realised": ([plans.item()], {"realised": 61}),
}  # fmt: skip
ACTS: dict[str, tuple[Any, str, str]] = {
    "February after January was submitted": (facts(OFFICER, "draft", 0), "submit", ""),
    "February while January is a draft": (facts(OFFICER, "draft", 0, earlier_open="2026-01"), "submit", "route.order_submit"),
    "an act in the open month": (facts(HEAD, "submitted", 1), "verify", ""),
    "an act after the month was locked": (
        facts(HEAD, "submitted", 1, locks_at=facts(HEAD, "submitted", 1).now), "verify", "route.window_locked",
    ),
    "the head of section verifies": (facts(HEAD, "submitted", 1), "verify", ""),
    "the head of another section verifies": (
        facts(STRANGER, "submitted", 1, offices=(office(STRANGER),)), "verify", "route.office",
    ),
    "one who did not enter it verifies": (facts(HEAD, "submitted", 1), "verify", ""),
    "one who entered it verifies": (facts(HEAD, "submitted", 1, editors=GIVEN), "verify", "route.self"),
    "the version that was seen": (facts(OFFICER, "draft", 0), "submit", ""),
    "an older version than there is": (facts(OFFICER, "draft", 0, seen_version=6), "submit", "route.stale"),
}  # fmt: skip
AMENDMENTS = {
    "March amended to what later months leave": amended("10", "15", (3, "30", "100"), (8, "95", "100")),
    "March amended beyond what later months leave": amended("10", "16", (3, "30", "100"), (8, "95", "100")),
}
STORED = {
    "a draft is changed": "UPDATE submissions_report SET increment = 6 WHERE state = 'draft'",
    "a published report is changed": "UPDATE submissions_report SET increment = 6 WHERE state = 'published'",
}


def told_by(name: str, rule: Rule) -> bool:
    """Whether the rule says something about the example."""
    if name in REPORTS:
        return any(one.rule == rule.id for one in check_submission(REPORTS[name], POLICY))
    if name in PLANS:
        items, more = PLANS[name]
        if "realised" in more:
            more = {"realised": {plans.line_key(items[0], items[0].lines[0]): D(more["realised"])}}
        return any(one.rule == rule.id for one in check_plan(items, INDONESIA, **more))
    if name in AMENDMENTS:
        return any(one.rule == rule.id for one in check_amendment([AMENDMENTS[name]], None, POLICY))
    asked, verb, reason = ACTS[name]
    answer = decide(asked, verb)
    assert (answer.code if isinstance(answer, Refusal) else "") == reason
    return isinstance(answer, Refusal)


BY_DATABASE = "V-55"
JUDGED = [rule for rule in RULES if rule.id != BY_DATABASE]


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: f"{rule.id} {rule.passes}")
def test_a_rule_lets_pass(rule: Rule) -> None:
    assert not told_by(rule.passes, rule)


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: f"{rule.id} {rule.fails}")
def test_a_rule_catches(rule: Rule) -> None:
    assert told_by(rule.fails, rule)


@pytest.fixture
def half_published(cast: World) -> None:
    """January is published, February a draft."""
    cast.item()
    (january,) = cast.open()
    versions = cast.submitted([january], 10)
    approvals.verify(actor=cast.budi, versions=versions)
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    engine.perform(route.PUBLISH, Report, versions, actor=cast.citra)
    cast.at("2026-03-02 09:00")
    cast.open(2)
    assert sorted(Report.objects.values_list("state", flat=True)) == ["draft", "published"]


def test_V55_the_database_lets_pass_a_draft_and_keeps_what_is_published(half_published: None) -> None:
    (rule,) = (rule for rule in RULES if rule.id == BY_DATABASE)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STORED[rule.passes])
        assert cursor.rowcount == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STORED[rule.fails])


def test_V41_a_file_is_what_its_content_says() -> None:
    assert kind_of(PNG, "foto.png").mime == "image/png"
    with pytest.raises(FileRefused):
        kind_of(b"MZ\x90\x00" + PNG, "foto.png")


# --- The list, and its page ------------------------------------------------------------------------------


def test_every_rule_has_both_examples_and_no_example_is_left_over() -> None:
    named = [name for rule in RULES for name in (rule.passes, rule.fails)]

    assert sorted(named) == sorted({**REPORTS, **PLANS, **ACTS, **AMENDMENTS, **STORED})


def test_the_list_has_every_rule_once_and_in_order() -> None:
    wanted = [*range(1, 7), *range(10, 27), 30, 31, 40, 41, *range(50, 56), 60, 61]

    assert [rule.id for rule in RULES] == [f"V-{number:02}" for number in wanted]


def test_a_finding_has_the_severity_that_the_list_says() -> None:
    listed = {rule.id: rule.severity for rule in RULES}
    for name, report in REPORTS.items():
        for found in check_submission(report, POLICY):
            if found.rule.startswith("V-") and found.code != "explain.needed":
                assert found.severity in listed[found.rule], (name, found)


def test_the_page_in_docs_is_as_the_code_has_it() -> None:
    told = StringIO()
    call_command("rules_table", check=True, stdout=told)

    assert told.getvalue() == f"{len(RULES)} rules.\n"


def test_a_page_that_is_not_up_to_date_is_told_and_written_anew(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    written = tmp_path / "docs" / "rules.md"

    with pytest.raises(CommandError, match=r"rules\.md"):
        call_command("rules_table", check=True)
    call_command("rules_table", stdout=StringIO())
    call_command("rules_table", check=True, stdout=StringIO())
    written.write_text(written.read_text().replace("V-10", "V-99"))

    with pytest.raises(CommandError, match=r"rules\.md"):
        call_command("rules_table", check=True)


def test_the_table_has_a_row_for_each_rule_and_a_cell_for_each_heading() -> None:
    rows = [row for row in rule_list.page().splitlines() if row.startswith("|")]

    assert len(rows) == len(RULES) + 2
    assert {row.count("|") for row in rows} == {len(rule_list.TITLES) + 1}
