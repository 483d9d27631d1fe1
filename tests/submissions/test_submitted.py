"""After submitting (O4): a number to quote, who has it now, and taking it back while nobody has looked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from approvals import services as deciding
from ledger.clock import now
from submissions import services
from submissions.models import Report
from tests.cast import World
from tests.ledger.test_events import events
from tests.submissions.test_check import items, page, ticked, unexplained
from tests.submissions.test_nil import as_, told
from workflow import granting
from workflow.models import Act, Decision

RECALL = "/entry/recall/"


@pytest.fixture
def done(cast: World) -> list[Report]:
    """Three of January, of which Ani has just submitted two."""
    cast.items(3, ceilings=(100, 200))
    reports = cast.open()
    cast.submitted(reports[:2], 10)
    return reports


def address() -> str:
    return f"/entry/2026-01/submitted/?acts={Act.objects.get(verb='submit').pk}"


def recalled(cast: World, reports: list[Report], **more: Any) -> dict[str, Any]:
    versions = {f"version-{pk}": version for pk, version in cast.versions(reports).items()}
    return {"report": [one.pk for one in reports], "key": "one-page", **versions, **more}


def test_she_can_quote_a_number_and_knows_who_has_it(cast: World, done: list[Report]) -> None:
    ani, number = as_(cast.ani), f"2026-01/{Act.objects.get(verb='submit').pk}"
    for _reload in range(2):
        answer = ani.get(address())
        written = answer.content.decode()
        for part in (
            number,
            "2 reports submitted",
            "Budi Wiratmaka",
            "Kepala Bidang Bina Marga",
            "9 February 2026",
            "40",
        ):
            assert part in written
    assert [one["code"] for one in answer.context["left"]] == [done[2].item.sub_activity_code]


def test_the_number_stays_when_the_report_comes_back_and_goes_again(cast: World, done: list[Report]) -> None:
    first = address()
    services.recall(actor=cast.ani, versions=cast.versions(done[:1]))
    cast.submitted(done[:1], 11)
    number = as_(cast.ani).get(first).context["receipts"][0]["number"]
    assert number == f"2026-01/{first.rpartition('=')[2]}"


def test_what_was_refused_in_the_act_is_told_there(cast: World, done: list[Report]) -> None:
    versions = cast.versions(done)
    services.submit(
        actor=cast.ani, versions={done[2].pk: versions[done[2].pk] + 5, done[0].pk: versions[done[0].pk]}
    )
    act = Act.objects.filter(verb="submit").order_by("pk").last()
    assert act is not None
    answer = as_(cast.ani).get(f"/entry/2026-01/submitted/?acts={act.pk}")
    assert [row["code"] for row in answer.context["receipts"][0]["refused"]] == [
        done[0].item.sub_activity_code, done[2].item.sub_activity_code,
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_others_do_not_see_her_confirmation(cast: World, done: list[Report], who: str) -> None:
    assert as_(cast.people[who]).get(address()).status_code == 404


@pytest.mark.parametrize("odd", ["", "x", "9" * 40, "-1", "1,,2", "٣"])
def test_an_odd_number_is_not_found(cast: World, done: list[Report], odd: str) -> None:
    answer = as_(cast.ani).get("/entry/2026-01/submitted/", {"acts": odd})
    assert answer.status_code == 404 or answer.context["receipts"]
    assert as_(cast.ani).get("/entry/x/submitted/", {"acts": address().rpartition("=")[2]}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(done: list[Report]) -> None:
    assert Client().get(address()).status_code == 302


# --- Taking back ---------------------------------------------------------------------------------------------


def test_she_takes_them_back_while_nobody_has_looked(cast: World, done: list[Report]) -> None:
    ani = as_(cast.ani)
    shown = ani.get(address()).context
    assert [one["id"] for one in shown["recall_rows"]] == [one.pk for one in done[:2]]
    assert "until Kepala Bidang Bina Marga" in shown["recall_until"]
    posted = recalled(cast, done[:2])
    assert told(ani.post(RECALL, posted, follow=True)) == ["Recalled: 2."]
    assert {one.state for one in cast.reports()} == {"draft"}
    assert [one["code"] for one in ani.get(address()).context["back"]] == [
        one.item.sub_activity_code for one in done[:2]
    ]
    assert events(table="submissions_report")[-1]["new"]["state"] == "draft"


def test_a_second_tap_takes_nothing_back_twice(cast: World, done: list[Report]) -> None:
    ani, posted = as_(cast.ani), recalled(cast, done[:2])
    assert [told(ani.post(RECALL, posted, follow=True)) for _tap in range(2)] == [["Recalled: 2."]] * 2
    assert Decision.objects.filter(verb="recall").count() == 2


def test_what_budi_has_opened_stays_with_him(cast: World, done: list[Report]) -> None:
    ani, posted = as_(cast.ani), recalled(cast, done[:2])
    as_(cast.budi).get(f"/reports/{done[0].token}/")
    shown = ani.get(address()).context
    assert [one["id"] for one in shown["recall_rows"]] == [done[1].pk]
    said = told(ani.post(RECALL, posted, follow=True))
    assert said[0] == "Recalled: 1." and done[0].item.sub_activity_code in said[1]
    as_(cast.budi).get(f"/reports/{done[1].token}/")
    deciding.verify(actor=cast.budi, versions=cast.versions(done[:1]))
    assert ani.get(address()).context["recall_rows"] == []


@pytest.mark.parametrize("odd", ["", "x", "1", "9" * 40])
def test_a_version_that_was_not_seen_is_not_taken_back(cast: World, done: list[Report], odd: str) -> None:
    as_(cast.ani).post(RECALL, recalled(cast, done[:1], **{f"version-{done[0].pk}": odd}))
    assert cast.reports()[0].state == "submitted"


def test_a_draft_cannot_be_taken_back(cast: World, done: list[Report]) -> None:
    said = told(as_(cast.ani).post(RECALL, recalled(cast, done[2:]), follow=True))
    assert "can be recalled only until" in said[0]


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_others_take_nothing_back(cast: World, done: list[Report], who: str) -> None:
    assert as_(cast.people[who]).post(RECALL, recalled(cast, done[:1])).status_code == 404
    assert cast.reports()[0].state == "submitted"


# --- By a mandate --------------------------------------------------------------------------------------------


def test_who_assists_may_check_but_not_submit_and_is_told_who_may(cast: World, done: list[Report]) -> None:
    cast.entered(done[2:], 10)
    granting.give(
        key="assist-1", kind="assistance", actor=cast.dewi, office="Biro Organisasi", person=cast.gita,
        scope_path=cast.agency.path, reason="Pendampingan pengisian laporan", expires_at=now() + timedelta(days=9),
    )  # fmt: skip
    gita = as_(cast.gita)
    answer = gita.get(page(done[2:]))
    assert "PPTK Bina Marga, Dinas Pekerjaan Umum (Ani Lembayung) submits it" in answer.content.decode()
    assert not answer.context["can_submit"] and not items(answer)[done[2].pk]["tickable"]
    assert gita.post(page(done[2:]), ticked(cast, done[2:])).status_code == 422
    assert cast.reports()[2].state == "draft"


def test_an_explanation_by_mandate_is_kept_in_her_name(cast: World) -> None:
    cast.item(ceilings=(100,))
    (report,) = cast.open()
    unexplained(cast, report, 60, increment=55)
    granting.give(
        key="assist-1", kind="assistance", actor=cast.dewi, office="Biro Organisasi", person=cast.gita,
        scope_path=cast.agency.path, reason="Pendampingan pengisian laporan", expires_at=now() + timedelta(days=9),
    )  # fmt: skip
    why = f"r{report.pk}-why-V-15-line-{report.lines.get().pk}"
    as_(cast.gita).post(page([report]), ticked(cast, [report], **{why: "Uang muka sesuai kontrak."}))
    assert events(table="submissions_explanation")[-1]["actor"] == str(cast.gita.pk)
    assert Report.objects.get(pk=report.pk).state == "draft"
