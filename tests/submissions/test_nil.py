"""Nil for many: what had no activity is entered with zero and submitted in one act; rules and law decide as ever."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from approvals import services as deciding
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from submissions.models import Report
from tests.cast import World
from workflow import engine, granting, route
from workflow.models import Decision

PAGE = "/entry/2026-01/nil/"


HALTED: dict[str, Any] = {
    "problems": ["LAND"],
    "problem_text": "Lahan belum bebas sepenuhnya.",
    "follow_up_text": "Musyawarah dengan pemilik lahan.",
    "follow_up_due": date(2026, 4, 10),
    "needs_leadership": True,
}


def as_(who: Any) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
        who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ticked(cast: World, reports: list[Report], **more: Any) -> dict[str, Any]:
    versions = {f"version-{pk}": version for pk, version in cast.versions(reports).items()}
    return {"nil_report": [one.pk for one in reports], "nil_statement": "1", **versions, **more}


def told(answer: Any) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


def test_ani_reports_three_of_four_as_nil_in_one_act(cast: World) -> None:
    cast.items(4, ceilings=(100, 200))
    reports = cast.open()
    cast.entered(reports[3:], 10)
    ani = as_(cast.ani)
    offered = ani.get("/entry/2026-01/").context["nil"]
    assert [one["report_id"] for one in offered] == [one.pk for one in reports[:3]]
    answer = ani.post(PAGE, ticked(cast, reports[:3]), follow=True)
    assert answer.redirect_chain[-1][0].startswith("/entry/2026-01/submitted/")
    assert told(answer) == ["Reported as nil: 3."]
    for one in Report.objects.filter(pk__in=[one.pk for one in reports[:3]]):
        assert (one.state, one.status, one.increment) == ("submitted", "BELUM_MULAI", Decimal(0))
        assert [line.realized for line in one.lines.all()] == [0, 0]
    decisions = Decision.objects.filter(verb="submit")
    assert {tuple(one.marks) for one in decisions} == {("statement-1", "nil")}
    assert len({one.act_id for one in decisions}) == 1
    assert Report.objects.get(pk=reports[3].pk).state == "draft"
    page = as_(cast.budi).get(f"/reports/{reports[0].token}/").content.decode()
    assert "Nil: no activity this month." in page


def test_status_and_reason_are_carried_from_last_month(cast: World) -> None:
    cast.item()
    (january,) = cast.open()
    cast.submitted([january], 10, status="TERHENTI", **HALTED)
    deciding.verify(actor=cast.budi, versions=cast.versions([january]))
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, cast.versions([january]), actor=cast.citra)
    cast.open(2)
    cast.at("2026-03-03 09:00")
    (february,) = cast.reports(2)
    as_(cast.ani).post("/entry/2026-02/nil/", ticked(cast, [february]))
    february.refresh_from_db(fields=["status", *HALTED])
    assert february.status == "TERHENTI"
    assert {name: getattr(february, name) for name in HALTED} == HALTED
    assert Report.objects.get(pk=february.pk).state == "submitted"


def test_what_has_money_or_progress_is_not_nil_and_stays_as_it_is(cast: World) -> None:
    cast.items(3)
    reports = cast.open()
    cast.entered(reports[:1], 10, increment=Decimal(0), status="PELAKSANAAN")
    cast.entered(reports[1:2], 0, increment=Decimal(5))
    answer = as_(cast.ani).post(PAGE, ticked(cast, reports), follow=True)
    sentences = " ".join(told(answer))
    assert (
        "of progress is entered, so it is not nil" in sentences
        and "Rp10 is entered, so it is not nil" in sentences
    )
    assert "Reported as nil: 1." in sentences
    assert [one.state for one in cast.reports()] == ["draft", "draft", "submitted"]


def reopened(cast: World) -> None:
    """It is March, and January can still be entered."""
    cast.at("2026-03-03 09:00")
    granting.give(
        key="test-1", kind="reopening", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Dibuka kembali atas permohonan", expires_at=now() + timedelta(days=9),
    )  # fmt: skip


def test_a_rule_still_decides(cast: World) -> None:
    """February was begun as "not started" before January got its money."""
    cast.item()
    (january,) = cast.open()
    cast.entered([january], 0, increment=Decimal(0), status="BELUM_MULAI")
    cast.open(2)
    (february,) = cast.reports(2)
    reopened(cast)
    cast.entered([february], 0, increment=Decimal(0), status="BELUM_MULAI")
    cast.submitted([january], 10)
    answer = as_(cast.ani).post("/entry/2026-02/nil/", ticked(cast, [february]), follow=True)
    assert "is “not started” but Rp10 is realised" in " ".join(told(answer))
    assert Report.objects.get(pk=february.pk).state == "draft"


def test_a_promise_that_fell_due_has_to_be_answered_first(cast: World) -> None:
    """V-31: what was promised for February is neither done nor extended by saying nothing."""
    cast.item()
    (january,) = cast.open()
    cast.submitted([january], 10, status="TERHENTI", **HALTED | {"follow_up_due": date(2026, 2, 20)})
    cast.open(2)
    cast.at("2026-03-03 09:00")
    (february,) = cast.reports(2)
    answer = as_(cast.ani).post("/entry/2026-02/nil/", ticked(cast, [february]), follow=True)
    said = " ".join(told(answer))
    assert february.item.sub_activity_code in said and "it was not submitted" in said
    assert f'href="/entry/2026-02/#r{february.pk}"' in said
    assert Report.objects.get(pk=february.pk).state == "draft"


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_strangers_find_nothing_to_report(cast: World, who: str) -> None:
    cast.item()
    reports = cast.open()
    assert as_(cast.people[who]).post(PAGE, ticked(cast, reports)).status_code == 404
    assert [one.state for one in cast.reports()] == ["draft"]


def test_a_second_tap_gets_the_first_answer(cast: World) -> None:
    cast.items(2)
    reports = cast.open()
    ani = as_(cast.ani)
    posted = ticked(cast, reports, key=ani.get("/entry/2026-01/").context["nil_key"])
    first, second = (ani.post(PAGE, posted)["Location"] for _tap in range(2))
    assert first == second
    assert Decision.objects.filter(verb="submit").count() == 2


def test_a_version_that_was_not_seen_is_refused(cast: World) -> None:
    cast.item()
    reports = cast.open()
    posted = ticked(cast, reports)
    cast.entered(reports, 0, increment=Decimal(0), status="PERSIAPAN")
    answer = as_(cast.ani).post(PAGE, posted, follow=True)
    assert "The report changed since you opened it" in " ".join(told(answer))
    for odd in ("", "x", "9" * 40):
        as_(cast.ani).post(PAGE, posted | {f"version-{reports[0].pk}": odd})
    assert Report.objects.get(pk=reports[0].pk).state == "draft"


@pytest.mark.parametrize(
    ("more", "word"), [({"nil_statement": ""}, "statement is not ticked"), ({"nil_report": []}, "Tick those")]
)
def test_without_a_tick_nothing_happens(cast: World, more: dict[str, Any], word: str) -> None:
    cast.item()
    reports = cast.open()
    assert word in " ".join(told(as_(cast.ani).post(PAGE, ticked(cast, reports) | more, follow=True)))
    assert Report.objects.get(pk=reports[0].pk).state == "draft"


def test_a_locked_month_takes_no_nil(cast: World) -> None:
    cast.item()
    reports = cast.open()
    cast.at("2026-03-01 09:00")
    assert "was locked on" in " ".join(told(as_(cast.ani).post(PAGE, ticked(cast, reports), follow=True)))


def test_many_cost_what_one_costs(cast: World, statements: Any) -> None:
    ani, costs = as_(cast.ani), []
    for first, last in ((1, 2), (2, 31)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100, 200))
        fresh = [one for one in cast.open() if one.version == 1]
        ani.get("/entry/2026-01/")
        with statements() as seen:
            assert ani.post(PAGE, ticked(cast, fresh)).status_code == 302
        costs.append(len(seen))
    assert costs[0] == costs[1]
