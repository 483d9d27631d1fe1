"""Requests and time: reminders, superiors, grants that end or are revoked; and what of it is on the record."""

import json
from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from approvals import asking_positions, requests
from approvals.models import Notice, Request, RequestAct
from approvals.tasks import drain
from ledger.recording import recorded
from registry.models import Assignment, Post
from tests.approvals.bureau import WHY, Bureau, bureau, locked, notices, quarter, refused
from tests.cast import World
from workflow.models import Grant, Outbox

__all__ = ["bureau"]


# --- Time ------------------------------------------------------------------------------------------------


def test_a_reviewer_who_never_answers_is_reminded_and_passed_by_and_nothing_is_granted(
    cast: World, bureau: Bureau
) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    days = (("2026-02-25 08:59", 0), ("2026-02-25 09:00", 1), ("2026-02-27 08:59", 0), ("2026-02-27 09:00", 1),
            ("2026-03-03 09:00", 1), ("2026-03-05 09:00", 1))  # fmt: skip
    for moment, fired in days:
        cast.at(moment)
        assert requests.sweep() == fired, moment
        assert requests.sweep() == 0, "a second sweep finds nothing to do"
    assert bureau.acts(case) == ["asked", "reminded review", *["escalated review"] * 3]
    assert (bureau.state(case), Grant.objects.exists()) == ("asked", False)
    assert notices(cast.hadi) == [
        "notice.request.asked",
        "notice.request.reminded",
        *["notice.request.escalated"] * 3,
    ]
    assert notices(cast.joko) == ["notice.request.escalated"] * 3
    bureau.answer(case, "joko", step="review")
    assert bureau.state(case) == "granted"
    assert not open_timers(case) - {"expiry"}


def open_timers(case: Request) -> set[str]:
    tasks = requests.RequestFlow.task_class.objects.filter(process=case.process_id, status="SCHEDULED")
    return {task.flow_task.name for task in tasks}


def test_after_days_of_downtime_each_timer_fires_once(cast: World, bureau: Bureau) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    cast.at("2026-03-20 14:00")
    assert requests.sweep() == 2
    assert requests.sweep() == 0
    assert bureau.acts(case) == ["asked", "reminded review", "escalated review"]


def test_a_second_opinion_refused_ends_it_and_nobody_is_reminded_any_more(
    cast: World, bureau: Bureau
) -> None:
    case = quarter(cast, bureau)
    assert case.weighty == ["closed_quarter", "months"]
    assert bureau.open(case) == {"review", "second"}
    bureau.answer(case, "indah", agree=False, reason="Triwulan I sudah diperiksa Inspektorat")
    assert (bureau.state(case), bureau.open(case), open_timers(case)) == ("denied", set(), set())
    assert refused(lambda: bureau.answer(case, "hadi")) == "asking.decided"
    drain()
    (told,) = Notice.objects.filter(person=cast.citra)
    assert (told.code, told.params["reason"]) == (
        "notice.request.denied",
        "Triwulan I sudah diperiksa Inspektorat",
    )
    cast.at("2026-06-01 09:00")
    assert requests.sweep() == 0
    assert not Grant.objects.exists()


def test_a_second_opinion_refused_after_the_bureau_agreed_ends_it_too(cast: World, bureau: Bureau) -> None:
    case = quarter(cast, bureau)
    bureau.answer(case, "hadi")
    bureau.answer(case, "indah", agree=False)
    assert (bureau.state(case), Grant.objects.exists()) == ("denied", False)
    assert bureau.acts(case) == ["asked", "agreed review", "refused second", "denied"]


def test_an_inspectorate_that_never_answers_holds_the_grant_back(cast: World, bureau: Bureau) -> None:
    case = quarter(cast, bureau)
    bureau.answer(case, "hadi")
    for day in ("2026-04-29", "2026-05-01", "2026-05-05"):
        cast.at(f"{day} 09:00")
        requests.sweep()
    assert bureau.acts(case)[2:] == ["reminded second", "escalated second", "escalated second"]
    assert not Grant.objects.exists()
    assert "notice.request.reminded" not in notices(cast.hadi)
    bureau.answer(case, "joko", step="second")
    assert bureau.state(case) == "granted"


def test_what_came_too_late_can_only_be_refused(cast: World, bureau: Bureau) -> None:
    extension, waiver = bureau.ask("extension"), bureau.ask("waiver", until=date(2026, 2, 12))
    cast.at("2026-02-21 09:00")
    assert refused(lambda: bureau.answer(extension, "hadi")) == "asking.locked"
    assert refused(lambda: bureau.answer(waiver, "hadi")) == "asking.over"
    bureau.answer(extension, "hadi", agree=False)
    bureau.answer(waiver, "hadi", agree=False)
    assert {bureau.state(extension), bureau.state(waiver)} == {"denied"}


def test_the_bureau_revokes_with_a_reason_and_at_any_time(cast: World, bureau: Bureau) -> None:
    locked(cast)
    case = bureau.ask("reopening")
    assert refused(lambda: bureau.revoke(case)) == "asking.decided", "nothing is granted yet"
    bureau.answer(case, "hadi")
    for who in ("citra", "indah", "joko", "gita", "root"):
        assert refused(partial(bureau.revoke, case, who)) == "asking.office"
    assert refused(lambda: bureau.revoke(case, reason="cukup")) == "asking.reason"
    bureau.revoke(case)
    grant = Grant.objects.get()
    assert (grant.revoked_by, bureau.state(case), open_timers(case)) == (cast.hadi, "revoked", set())
    assert refused(lambda: bureau.revoke(case)) == "asking.decided"
    cast.at("2026-03-20 09:00")
    assert requests.sweep() == 0
    assert bureau.acts(case) == ["asked", "agreed review", "granted", "revoked"]


def test_a_deadline_that_moved_is_not_moved_back(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    bureau.answer(case, "hadi")
    assert refused(lambda: bureau.revoke(case)) == "asking.extension_stays"
    assert bureau.state(case) == "granted"


# --- On the record ---------------------------------------------------------------------------------------


def events(table: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM ledger.event WHERE of_table = %s ORDER BY id", [table])
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


def test_every_step_is_in_the_ledger_and_no_words_or_names_are(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    bureau.answer(case, "hadi")
    (asked,) = events("approvals_request")
    assert (asked["op"], asked["actor"], asked["new"]["kind"]) == ("I", str(cast.citra.pk), "extension")
    acts = events("approvals_requestact")
    assert [(one["new"]["kind"], one["actor"]) for one in acts] == [
        ("asked", str(cast.citra.pk)), ("agreed", str(cast.hadi.pk)), ("granted", str(cast.hadi.pk))]  # fmt: skip
    assert len(events("workflow_grant")) == 1
    steps = [
        one["new"]["flow_task"].rpartition(".")[2]
        for one in events("viewflow_task")
        if one["new"]["status"] == "DONE"
    ]
    assert {"review", "answers", "verdict", "grant"} <= set(steps)
    written = json.dumps(
        [asked, *acts, *events("viewflow_task"), *events("viewflow_process"), *events("workflow_grant")]
    )
    for secret in (WHY, "Citra Hastapura", "Hadi Wanareja", "Alasan dan bukti"):
        assert secret not in written


def test_the_process_holds_neither_words_nor_names(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    bureau.answer(case, "hadi")
    tasks = requests.RequestFlow.task_class.objects.all()
    kept = json.dumps([*tasks.values_list("data", flat=True), case.process.data])
    assert set(tasks.values_list("owner", flat=True)) == {None}
    assert kept == json.dumps([{}] * (tasks.count() + 1))


def test_a_request_stays_as_it_was_asked(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    for change in (
        lambda: Request.objects.filter(pk=case.pk).update(reason="lain"),
        lambda: RequestAct.objects.update(kind="agreed"),
        lambda: RequestAct.objects.all()._raw_delete("default"),
        lambda: requests.RequestFlow.process_class.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), recorded(None), transaction.atomic():
            change()
            connection.check_constraints()


def test_a_failure_anywhere_in_asking_leaves_nothing(
    cast: World, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(act: object) -> None:
        raise OSError

    monkeypatch.setattr("approvals.asking_notices.announce", fail)
    with pytest.raises(OSError):
        bureau.ask("extension")
    assert not Request.objects.exists()
    assert not requests.RequestFlow.process_class.objects.exists()


def test_a_failure_in_granting_leaves_the_answer_ungiven(
    cast: World, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = bureau.ask("extension")

    def fail(**_: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr("approvals.asking_effects.extend", fail)
        with pytest.raises(OSError):
            bureau.answer(case, "hadi")
    assert (bureau.acts(case), bureau.open(case), Grant.objects.exists()) == (["asked"], {"review"}, False)
    assert Outbox.objects.filter(topic__startswith="request.").count() == 1
    assert asking_positions.troubles() == []
    bureau.answer(case, "hadi")
    assert bureau.state(case) == "granted"


def test_a_post_that_nobody_made_is_said(cast: World, bureau: Bureau) -> None:
    with recorded(None):
        Assignment.objects.filter(post__in=[bureau.posts["bureau"], bureau.posts["secretary"]]).update(
            valid_to=date(2026, 2, 1)
        )
    case = bureau.ask("extension")
    drain()
    assert not Notice.objects.filter(code__startswith="notice.request").exists()
    assert Post.objects.filter(role="oversight").exists()
    cast.at("2026-02-10 09:00")
    assert requests.sweep() == 2
    assert bureau.state(case) == "asked"
