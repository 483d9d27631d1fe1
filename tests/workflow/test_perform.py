"""The one door: what it does, what it refuses, and what it leaves behind."""

import pytest
from django.db import IntegrityError, connection, transaction

from approvals import services as approvals
from submissions import services
from submissions.models import Report
from tests.cast import World, assign
from workflow import engine, route
from workflow.models import Act, Decision


@pytest.fixture
def report(cast: World) -> Report:
    cast.item()
    (report,) = cast.open()
    return report


def events(table: str, row: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event WHERE of_table = %s AND of_row = %s", [table, row])
        return cursor.fetchone()[0]


def outcome_of(outcomes: list[engine.Outcome]) -> tuple[bool, str]:
    (outcome,) = outcomes
    return outcome.done, outcome.code


def test_ani_submits_and_the_act_leaves_decision_history_and_event(cast: World, report: Report) -> None:
    cast.entered([report], 10)
    before = events("submissions_report", report.pk)
    assert outcome_of(services.submit(actor=cast.ani, versions=cast.versions([report]))) == (True, "")
    report = Report.objects.get(pk=report.pk)
    decision = Decision.objects.get(object_id=report.pk)
    assert (report.state, report.tier, report.step, len(report.content_hash)) == ("submitted", 1, 1, 64)
    assert (decision.verb, decision.source, decision.target, decision.actor_name) == (
        "submit",
        "draft",
        "submitted",
        "Ani Lembayung",
    )
    assert (decision.post_title, decision.capacity, decision.content_hash) == (
        "PPTK Bina Marga",
        "definitive",
        report.content_hash,
    )
    assert report.history.first().state == "submitted"
    assert report.history.first().history_user_id == cast.ani.pk
    assert events("submissions_report", report.pk) == before + 1
    assert events("workflow_decision", decision.pk) == 1


@pytest.mark.parametrize("stranger", ["eko", "fitri", "gita", "dewi", "root", "budi", "citra"])
def test_nobody_else_may_submit_anis_report(cast: World, report: Report, stranger: str) -> None:
    cast.entered([report], 10)
    done = outcome_of(services.submit(actor=cast.people[stranger], versions=cast.versions([report])))
    assert done == (False, "route.office")
    assert not Decision.objects.exists()


@pytest.mark.parametrize("stranger", ["eko", "fitri", "gita", "dewi", "root", "citra", "ani"])
def test_nobody_but_budi_may_verify(cast: World, report: Report, stranger: str) -> None:
    versions = cast.submitted([report], 10)
    assert outcome_of(approvals.verify(actor=cast.people[stranger], versions=versions)) == (
        False,
        "route.office",
    )


def test_budi_verifies_and_it_waits_for_the_signature(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    assert outcome_of(approvals.verify(actor=cast.budi, versions=versions)) == (True, "")
    report = Report.objects.get(pk=report.pk)
    assert (report.state, report.tier) == ("verified", 2)


def test_a_second_click_with_the_same_key_gets_the_first_answer(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    first = approvals.verify(actor=cast.budi, versions=versions, key="k1")
    again = approvals.verify(actor=cast.budi, versions=versions, key="k1")
    assert first == again
    assert Decision.objects.filter(verb="verify").count() == 1
    with pytest.raises(engine.KeyReused):
        approvals.verify(actor=cast.budi, versions={report.pk: 77}, key="k1")


def test_a_second_click_without_a_key_is_refused_by_the_state(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    approvals.verify(actor=cast.budi, versions=versions)
    assert outcome_of(approvals.verify(actor=cast.budi, versions=versions)) == (False, "route.state")


def test_a_stale_version_is_refused(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    stale = {pk: version - 1 for pk, version in versions.items()}
    assert outcome_of(approvals.verify(actor=cast.budi, versions=stale)) == (False, "route.stale")


def test_an_unknown_report_is_named_and_the_others_go(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    outcomes = approvals.verify(actor=cast.budi, versions=versions | {999_999: 1})
    assert [(one.done, one.code) for one in outcomes] == [(True, ""), (False, "route.unknown")]


def test_whoever_entered_may_not_verify_even_as_acting_head(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    assign(cast.ani, cast.posts["section_head"], kind="plt", start="2026-02-01", end="2026-02-28")
    assert outcome_of(approvals.verify(actor=cast.ani, versions=versions)) == (False, "route.self")


def test_whoever_verified_may_not_sign_even_as_acting_head(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    approvals.verify(actor=cast.budi, versions=versions)
    assign(cast.budi, cast.posts["agency_head"], kind="plh", start="2026-02-01", end="2026-02-28")
    outcomes = engine.perform(route.SIGN, Report, versions, actor=cast.budi)
    assert outcome_of(outcomes) == (False, "route.twice")


def test_an_acting_head_replaces_the_definitive_one_in_his_dates_only(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    assign(cast.gita, cast.posts["section_head"], kind="plt", start="2026-02-04", end="2026-02-06")
    assert outcome_of(approvals.verify(actor=cast.gita, versions=versions)) == (False, "route.office")
    cast.at("2026-02-04 00:00")
    assert outcome_of(approvals.verify(actor=cast.budi, versions=versions)) == (False, "route.office")
    assert outcome_of(approvals.verify(actor=cast.gita, versions=versions)) == (True, "")
    assert Decision.objects.get(verb="verify").capacity == "plt"


def test_the_last_day_of_an_acting_head_ends_at_local_midnight(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    assign(cast.gita, cast.posts["section_head"], kind="plh", start="2026-02-03", end="2026-02-03")
    cast.at("2026-02-03 23:59:59")
    assert outcome_of(approvals.verify(actor=cast.budi, versions=versions)) == (False, "route.office")
    cast.at("2026-02-04 00:00:00")
    assert outcome_of(approvals.verify(actor=cast.gita, versions=versions)) == (False, "route.office")
    assert outcome_of(approvals.verify(actor=cast.budi, versions=versions)) == (True, "")


def test_a_return_needs_a_reason_of_ten_characters(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    short = approvals.send_back(actor=cast.budi, versions=versions, reason=" kurang  ")
    assert outcome_of(short) == (False, "route.reason")
    done = approvals.send_back(
        actor=cast.budi, versions=versions, reason="Bukti SP2D belum ada", marks=["evidence"]
    )
    assert outcome_of(done) == (True, "")
    assert Report.objects.get(pk=report.pk).state == "returned"
    assert Decision.objects.get(verb="return").marks == ["evidence"]


def test_ani_recalls_until_budi_has_looked(cast: World, report: Report) -> None:
    versions = cast.submitted([report], 10)
    assert outcome_of(services.recall(actor=cast.eko, versions=versions)) == (False, "route.office")
    assert outcome_of(services.recall(actor=cast.ani, versions=versions)) == (True, "")
    assert Report.objects.get(pk=report.pk).state == "draft"
    assert outcome_of(services.submit(actor=cast.ani, versions=versions)) == (True, "")
    fresh = Report.objects.get(pk=report.pk)
    services.mark_opened(actor=cast.budi, report=fresh, at=cast.at("2026-02-03 10:00"))
    assert outcome_of(services.recall(actor=cast.ani, versions=versions)) == (False, "route.opened")


def test_months_go_in_order(cast: World, report: Report) -> None:
    cast.at("2026-03-02 09:00")
    (february,) = cast.open(2)
    cast.entered([february], 1)
    assert outcome_of(services.submit(actor=cast.ani, versions=cast.versions([february]))) == (
        False,
        "route.order_submit",
    )
    cast.at("2026-02-04 09:00")
    cast.submitted([report], 1)
    cast.at("2026-03-02 09:00")
    both = services.submit(actor=cast.ani, versions=cast.versions([february]))
    assert outcome_of(both) == (True, "")


def test_nothing_moves_before_the_month_opens_or_after_it_locks(cast: World, report: Report) -> None:
    cast.entered([report], 10)
    cast.at("2026-01-31 23:59:59")
    assert outcome_of(services.submit(actor=cast.ani, versions=cast.versions([report]))) == (
        False,
        "route.window_not_open",
    )
    cast.at("2026-02-21 00:00:00")
    assert outcome_of(services.submit(actor=cast.ani, versions=cast.versions([report]))) == (
        False,
        "route.window_locked",
    )
    cast.at("2026-02-20 23:59:59")
    assert outcome_of(services.submit(actor=cast.ani, versions=cast.versions([report]))) == (True, "")


def test_an_empty_report_cannot_be_submitted(cast: World, report: Report) -> None:
    assert outcome_of(services.submit(actor=cast.ani, versions=cast.versions([report]))) == (
        False,
        "route.blocked",
    )


def test_buttons_and_the_door_say_the_same(cast: World, report: Report) -> None:
    cast.submitted([report], 10)
    fresh = Report.objects.get(pk=report.pk)
    for name, person in cast.people.items():
        buttons = engine.available(person, [fresh])[fresh.pk]
        for verb in route.VERBS:
            with transaction.atomic():
                (outcome,) = engine.perform(
                    verb, Report, {fresh.pk: None}, actor=person, reason="cukup panjang"
                )
                transaction.set_rollback(True)
            said = buttons[verb]
            assert outcome.done == (said is None), (name, verb, outcome, said)


@pytest.mark.parametrize("count", [1, 50, 500])
def test_a_set_costs_the_same_statements_whatever_its_size(cast: World, statements, count: int) -> None:
    cast.items(count)
    reports = cast.open()
    versions = cast.submitted(reports, 1)
    engine.available(cast.budi, reports[:1])  # content types are cached by now, as they are on a running site
    with statements() as seen:
        outcomes = approvals.verify(actor=cast.budi, versions=versions)
    assert all(one.done for one in outcomes)
    assert len([one for one in seen if "SAVEPOINT" not in one]) == 6, str(seen)


def test_a_whole_act_with_one_refusal_leaves_nothing(cast: World) -> None:
    cast.items(2)
    first, second = cast.open()
    versions = cast.submitted([first, second], 1)
    approvals.verify(actor=cast.budi, versions={first.pk: versions[first.pk]})
    acts = Act.objects.count()
    with pytest.raises(engine.Refused), transaction.atomic():
        engine.perform(route.SIGN, Report, versions, actor=cast.citra, whole=True)
    assert Report.objects.get(pk=first.pk).state == "verified"
    assert Act.objects.count() == acts


def test_a_state_cannot_move_without_its_decision(cast: World, report: Report) -> None:
    cast.entered([report], 10)
    with (
        pytest.raises(IntegrityError, match="no decision"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE submissions_report SET state = 'submitted', tier = 1, step = 1 WHERE id = %s", [report.pk]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_one_report_answers_or_raises_with_its_reason(cast: World, report: Report) -> None:
    version = cast.submitted([report], 10)[report.pk]
    with pytest.raises(engine.Refused) as refused:
        engine.perform_one(route.VERIFY, report, version=version, actor=cast.eko)
    assert refused.value.outcomes[0].code == "route.office"
    assert engine.perform_one(route.VERIFY, report, version=version, actor=cast.budi).state == "verified"
