"""What must be there before an officer may submit, and all the rules together."""

import time
from dataclasses import replace
from decimal import Decimal as D

from submissions.rules import Finding, Policy, check, check_submission
from tests.submissions.facts import POLICY, codes, findings, item, line
from wording.sentences import say


def test_what_is_missing_is_told_when_submitting():
    facts = item(line(None), line("1"), status="", increment=None)

    assert codes(facts, judge=check_submission) == ["complete.status", "complete.physical", "complete.line"]
    missing = findings(facts, judge=check_submission)
    assert [finding.field for finding in missing] == ["status", "increment", "entered"]
    assert codes(item(mode="VOLUME", target=D(3)), judge=check_submission) == ["complete.volume"]


def test_a_line_without_a_ceiling_needs_no_entry():
    assert codes(item(line(None, ceiling="0")), judge=check_submission) == []


def test_a_written_zero_is_an_entry():
    assert codes(item(line("0"), increment=D(0)), judge=check_submission) == []


def test_a_nil_report_needs_only_its_status():
    nil = item(line(None), increment=None, nil=True)

    assert codes(nil, judge=check_submission) == []
    assert codes(replace(nil, mode="TIME", planned_increment=D(8)), judge=check_submission) == []
    assert codes(replace(nil, mode="VOLUME", target=D(3)), judge=check_submission) == []
    assert codes(replace(nil, status=""), judge=check_submission) == ["complete.status"]
    assert codes(replace(nil, lines=(line("1"),)), judge=check_submission) == ["complete.nil"]
    assert codes(replace(nil, increment=D(1)), judge=check_submission) == ["complete.nil"]


def large(money="0", increment="0", **more):
    return item(
        line(money, ceiling="1000000000"),
        ceiling=D(1_000_000_000),
        increment=D(increment),
        month=1,
        points_before=D(20),
        **more,
    )


def test_money_and_work_need_evidence_from_the_threshold():
    assert codes(large("5000000"), judge=check_submission) == ["V-40"]
    assert codes(large("4999999"), judge=check_submission) == []
    assert codes(large("5000000", evidence_count=1), judge=check_submission) == []


def test_work_without_money_needs_evidence_by_its_value():
    assert codes(large(increment="0.5"), judge=check_submission) == ["V-40"]
    assert codes(large(increment="0.49"), judge=check_submission) == []


def test_the_passing_of_time_needs_no_evidence():
    assert codes(large("80000000", "8", mode="TIME"), judge=check_submission) == []


def test_a_government_may_ask_for_evidence_from_the_first_rupiah():
    strict = Policy(evidence_from=D(0), evidence_exempt_modes=frozenset())

    assert codes(item(line("1"), increment=D(0)), policy=strict, judge=check_submission) == ["V-40"]
    assert codes(item(line("0"), increment=D(0)), policy=strict, judge=check_submission) == []
    assert codes(item(line("1"), mode="TIME"), policy=strict, judge=check_submission) == ["V-40"]


def test_saving_asks_for_no_evidence():
    assert codes(large("5000000")) == []


BROKEN = (
    item(line("15.5", before="90", plan_to_date=D(1))),
    item(line("15", before="190", history=(D(1), D(1)))),
    item(line("60"), line("50"), ceiling=D(100)),
    item(line("1", before="101"), ceiling=D(100)),
    item(line("-95", before="90", published_months=frozenset({1})), increment=D(-30)),
    item(line("-5", before="90", correction_reason="r", corrects_month=9)),
    item(increment=D(90), ceiling=D(300_000_000)),
    item(mode="VOLUME", volume=D(6), volume_before=D(5), target=D(10)),
    item(line("5"), status="BELUM_MULAI"),
    item(line("5"), status="TIDAK_DILAKSANAKAN", increment=None),
    item(line(None), status="", increment=None),
    item(line("5"), nil=True),
    item(status="SELESAI"),
    item(increment=D(80)),
    large("50000000", "50"),
)


def test_every_finding_can_be_said():
    found: list[Finding] = [finding for facts in BROKEN for finding in check_submission(facts, POLICY)]

    for finding in found:
        assert say(finding.code, finding.params)
    assert len({finding.code for finding in found}) >= 20


def test_five_hundred_reports_of_forty_lines_are_judged_in_well_under_a_second():
    lines = tuple(
        line("10", before="20", ceiling="1000", line_id=n, history=(D(10), D(10))) for n in range(40)
    )
    reports = [item(*lines, ceiling=D(40_000)) for _ in range(500)]

    start = time.process_time()  # of this process, whatever else the machine does
    found = [check(facts, POLICY) for facts in reports]
    seconds = time.process_time() - start

    assert not any(found)
    assert seconds < 1
