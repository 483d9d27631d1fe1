"""Many at once: exactly what was seen, what is unusual only once it was opened, one effect, and an honest result."""

import re
import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from approvals import desk, desk_acts, services
from approvals.desk_bulk import decide_many, result_of
from approvals.desk_pins import Pin, pinned, read_pin
from approvals.models import SigningBatch
from ledger.recording import recorded
from registry.models import Assignment
from submissions.models import Opening, Report
from submissions.services import recall
from tests.approvals.deskwork import as_, confirmed, pin_of, plain, plain_text, states, ticked, unusual
from tests.cast import World
from tests.roads import BUREAU, HEAD, SECTION, bureau, follows, planner
from workflow import engine, route
from workflow.engine import KeyReused
from workflow.models import Act, Decision


def skipped(page: Any) -> dict[str, str]:
    """Of the result on a page: the last digits of each skipped report, and why."""
    return {one["code"][-4:]: one["sentence"] for one in page.context["outcome"]["skipped"]}


def fresh(cast: World, report: Report) -> None:
    """Ani takes a report back, changes it and submits it again."""
    recall(actor=cast.ani, versions=cast.versions([report]))
    cast.submitted([report], 60)


def test_all_of_a_filter_with_two_skipped(cast: World) -> None:
    reports = [*plain(cast, 6), unusual(cast, 901), unusual(cast, 902)]
    budi = as_(cast.budi)
    page = budi.get("/inbox/?evidence=no")
    assert "All 8 in this filter…" in plain_text(page)
    asked = budi.post("/inbox/", pin_of(page))
    told = plain_text(asked)
    assert "Verify all 8 reports?" in told and "Evidence: has none" in told
    assert (
        "2 of them will be skipped, because you have not opened them" in told and "Verify 6 reports" in told
    )
    assert states(reports) == ["submitted"] * 8
    done = confirmed(budi, page)
    assert done.context["outcome"]["sentence"] == "Verified: 6. Skipped: 2."
    assert set(skipped(done)) == {"0901", "0902"}
    assert all("Open this report and look at them" in why for why in skipped(done).values())
    assert states(reports) == ["submitted"] * 2 + ["verified"] * 6
    assert done.context["filter"] == "tab=mine&evidence=no"


def test_the_result_stays_readable_for_who_acted_and_nobody_else(cast: World) -> None:
    planner(cast)
    unusual(cast)
    plain(cast, 1)
    budi = as_(cast.budi)
    done = confirmed(budi, budi.get("/inbox/"))
    address = done.redirect_chain[-1][0]
    assert re.fullmatch(r"/inbox/\?result=\d+", address)
    assert "Verified: 1. Skipped: 1." in plain_text(budi.get(address))
    number = int(address.rpartition("=")[2])
    assert result_of(cast.fitri, route.VERIFY, number) is None
    assert result_of(cast.budi, route.REVIEW, number) is None
    assert as_(cast.fitri).get(address).context["outcome"] is None
    for odd in ("x", "-1", "9" * 30, "0", ""):
        assert budi.get(f"/inbox/?result={odd}").context["outcome"] is None


def test_the_act_names_the_filter_and_what_was_seen(cast: World) -> None:
    reports = plain(cast, 2)
    budi = as_(cast.budi)
    confirmed(budi, budi.get("/inbox/?evidence=no"))
    act = Act.objects.get(verb="many.verify")
    assert act.actor == cast.budi
    assert act.answer and act.answer["query"] == "tab=mine&evidence=no"
    assert dict(act.answer["seen"]) == cast.versions(reports)
    for decision in Decision.objects.filter(verb="verify"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM ledger.event WHERE of_table = 'workflow_decision' AND of_row = %s",
                [decision.pk],
            )
            assert cursor.fetchone() == (1,)


def test_what_arrived_after_the_page_is_never_verified_unseen(cast: World) -> None:
    first, second = plain(cast, 2)
    budi = as_(cast.budi)
    page = budi.get("/inbox/")
    (late,) = plain(cast, 1, start=3)
    fresh(cast, second)
    done = confirmed(budi, page)
    assert (states([first]), states([second]), states([late])) == (["verified"], ["submitted"], ["submitted"])
    assert set(skipped(done)) == {"0002"} and "changed" in skipped(done)["0002"]
    (row,) = done.context["outcome"]["skipped"]
    assert row["stale"] and row["url"] == f"/reports/{second.token}/?seen=2"


def test_between_the_question_and_its_answer_nothing_slips_in(cast: World) -> None:
    first, second = plain(cast, 2)
    budi = as_(cast.budi)
    asked = budi.post("/inbox/", pin_of(budi.get("/inbox/")))
    (late,) = plain(cast, 1, start=3)
    fresh(cast, second)
    sent = {name: asked.context[name] for name in ("pin", "key", "filter")}
    done = budi.post("/inbox/", {"do": "all", "confirmed": "1", **sent}, follow=True)
    assert (states([first]), states([second]), states([late])) == (["verified"], ["submitted"], ["submitted"])
    assert done.context["outcome"]["sentence"] == "Verified: 1. Skipped: 1."


def test_a_list_that_was_tampered_with_verifies_nothing(cast: World) -> None:
    reports = plain(cast, 2)
    page = as_(cast.budi).get("/inbox/")
    theirs = pinned(cast.fitri, route.VERIFY, Pin("tab=mine", cast.versions(reports)))
    other_desk = pinned(cast.budi, route.SIGN, Pin("tab=mine", cast.versions(reports)))
    for odd in ("", "x", "\x00", "x" * 5000, page.context["pin"][:-1], theirs, other_desk):
        posted = {"do": "all", "confirmed": "1", "pin": odd, "filter": "tab=mine"}
        answer = as_(cast.budi).post("/inbox/", posted, follow=True)
        assert "This page is too old" in plain_text(answer)
    assert states(reports) == ["submitted"] * 2
    assert read_pin(cast.budi, route.VERIFY, page.context["pin"]) == Pin("tab=mine", cast.versions(reports))


@pytest.mark.parametrize("way", ["ticked", "all"])
def test_what_is_unusual_is_opened_first(cast: World, way: str) -> None:
    flagged, calm = unusual(cast), plain(cast, 1)[0]
    budi = as_(cast.budi)

    def verify() -> Any:
        if way == "all":
            return confirmed(budi, budi.get("/inbox/"))
        return budi.post("/inbox/", ticked(cast, [flagged, calm]), follow=True)

    rows = {row["id"]: row for row in budi.get("/inbox/").context["rows"]}
    assert "Open this report" in rows[flagged.pk]["unopened"] and rows[calm.pk]["unopened"] == ""
    assert f'id="report-{flagged.pk}"' not in budi.get("/inbox/").content.decode()
    assert set(skipped(verify())) == {"0900"}
    assert (states([flagged]), states([calm])) == (["submitted"], ["verified"])
    # That somebody else looked at it, or he himself before it came back, is no look of his at what waits now.
    Opening.objects.create(
        report=flagged, step=flagged_step(flagged), person=cast.fitri, at=cast.at("2026-02-03 10:00")
    )
    Opening.objects.create(
        report=flagged, step=flagged_step(flagged) - 1, person=cast.budi, at=cast.at("2026-02-03 10:00")
    )
    verify()
    assert states([flagged]) == ["submitted"]
    budi.get(f"/reports/{flagged.token}/")
    assert budi.get("/inbox/").context["rows"][0]["unopened"] == ""
    assert "0900" not in skipped(verify())
    assert states([flagged]) == ["verified"]


def flagged_step(report: Report) -> int:
    return Report.objects.values_list("step", flat=True).get(pk=report.pk)


def test_far_behind_the_plan_is_opened_first(cast: World) -> None:
    cast.item(ceilings=(1000,), cash=[50, *[0] * 11], physical=[50, *[0] * 11])
    (report,) = cast.open()
    cast.submitted([report], 50, increment=10)
    budi = as_(cast.budi)
    (row,) = budi.get("/inbox/").context["rows"]
    assert row["band"] == "far behind plan" and row["unopened"]
    assert "points behind the plan" in "".join(skipped(confirmed(budi, budi.get("/inbox/"))).values())
    assert states([report]) == ["submitted"]


def test_one_from_its_own_page_needs_no_second_look(cast: World) -> None:
    report = unusual(cast)
    budi = as_(cast.budi)
    posted = {"act": "verify", "version": cast.versions([report])[report.pk]}
    assert budi.get(f"/reports/{report.token}/").status_code == 200
    assert budi.post(f"/reports/{report.token}/", posted).status_code == 302
    assert states([report]) == ["verified"]


@pytest.mark.parametrize("who", ["ani", "citra", "dewi", "eko", "gita", "root"])
def test_strangers_and_other_offices_have_no_such_desk(cast: World, who: str) -> None:
    reports = plain(cast, 2)
    page = as_(cast.budi).get("/inbox/")
    client = as_(cast.people[who])
    for posted in (pin_of(page) | {"confirmed": "1"}, pin_of(page), ticked(cast, reports), {"do": "remind"}):
        assert client.post("/inbox/", posted).status_code == 404
    assert states(reports) == ["submitted"] * 2
    assert Client().post("/inbox/", pin_of(page)).status_code in (302, 401)  # to sign in


def test_the_section_head_of_another_agency_does_nothing_with_it(cast: World) -> None:
    reports = plain(cast, 2)
    fitri = as_(cast.fitri)
    assert fitri.post("/inbox/", ticked(cast, reports)).status_code == 404
    seen = cast.versions(reports)
    number = decide_many(actor=cast.fitri, verb=route.VERIFY, seen=seen, query="", key=None)
    result = result_of(cast.fitri, route.VERIFY, number)
    assert result and result.done == 0
    assert states(reports) == ["submitted"] * 2


def test_what_is_no_longer_there_is_told_by_its_state(cast: World) -> None:
    first, second = plain(cast, 2)
    flagged = unusual(cast)
    budi = as_(cast.budi)
    page = budi.get("/inbox/")
    for report in (first, flagged):
        budi.get(f"/reports/{report.token}/")
    services.verify(actor=cast.budi, versions=cast.versions([first, flagged]))
    done = confirmed(budi, page)
    assert done.context["outcome"]["sentence"] == "Verified: 1. Skipped: 2."
    assert all("can be verified only after it was submitted" in why for why in skipped(done).values())
    assert states([first, second, flagged]) == ["verified"] * 3


def test_who_lost_his_office_between_page_and_act_verifies_nothing(cast: World) -> None:
    reports = plain(cast, 2)
    budi = as_(cast.budi)
    page = budi.get("/inbox/")
    with recorded(None):
        Assignment.objects.filter(person=cast.budi).update(valid_to="2026-02-02")
    assert budi.post("/inbox/", pin_of(page) | {"confirmed": "1"}).status_code == 404
    assert states(reports) == ["submitted"] * 2


def test_sent_twice_it_is_done_once_and_answered_twice(cast: World) -> None:
    reports = [*plain(cast, 2), unusual(cast)]
    budi = as_(cast.budi)
    posted = pin_of(budi.get("/inbox/")) | {"confirmed": "1"}
    first = budi.post("/inbox/", posted)
    again = budi.post("/inbox/", posted)
    assert first["Location"] == again["Location"]
    assert Decision.objects.filter(verb="verify").count() == 2
    assert Act.objects.filter(verb="many.verify").count() == 1
    other = ticked(cast, reports[:1]) | {"key": posted["key"], "filter": posted["filter"]}
    assert "sent before with something else" in plain_text(budi.post("/inbox/", other, follow=True))


def test_the_key_of_somebody_elses_act_is_no_answer(cast: World) -> None:
    reports = plain(cast, 1)
    seen = cast.versions(reports)
    decide_many(actor=cast.budi, verb=route.VERIFY, seen=seen, query="", key="same-key")
    with pytest.raises(KeyReused):
        decide_many(actor=cast.fitri, verb=route.VERIFY, seen=seen, query="", key="same-key")


def test_two_tabs_at_once_decide_each_report_once(committed: Any, cast: World) -> None:
    """Two pages of the same list, confirmed at the same moment: every report is verified once, and both are told the truth."""
    reports = [*plain(cast, 3), unusual(cast)]
    seen = cast.versions(reports)
    numbers: dict[str, int] = {}
    gate = threading.Barrier(2)

    def act(key: str) -> None:
        try:
            gate.wait(60)
            numbers[key] = decide_many(
                actor=cast.budi, verb=route.VERIFY, seen=seen, query="tab=mine", key=key
            )
        finally:
            connections.close_all()

    for keys in (("one", "one-more"), ("same", "same")):
        threads = [threading.Thread(target=act, args=(key,)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert Decision.objects.filter(verb="verify").count() == 3
    results = [result_of(cast.budi, route.VERIFY, numbers[key]) for key in ("one", "one-more", "same")]
    assert sorted(one.done for one in results if one) == [0, 0, 3]
    assert Act.objects.filter(verb="many.verify").count() == 3


def test_accepting_many_keeps_its_result_too(cast: World) -> None:
    hana = bureau(cast)
    follows(cast, SECTION, HEAD, BUREAU)
    reports = plain(cast, 2)
    versions = cast.versions(reports)
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra)
    client = as_(hana)
    done = confirmed(client, client.get("/reviews/"), "/reviews/")
    assert done.context["outcome"]["sentence"] == "Accepted: 2. None was skipped."
    assert Decision.objects.filter(verb="review").count() == 2


def test_all_that_waits_for_a_signature_is_prepared(cast: World) -> None:
    reports = plain(cast, 2)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    citra = as_(cast.citra)
    page = citra.get("/sign/")
    asked = citra.post("/sign/", pin_of(page))
    assert "Prepare all 2 reports for signing?" in plain_text(asked)
    sent = {name: asked.context[name] for name in ("pin", "key", "filter")}
    answer = citra.post("/sign/", {"do": "all", "confirmed": "1", **sent})
    batch = SigningBatch.objects.get()
    assert answer["Location"] == f"/batches/{batch.token}/"
    assert batch.entries.count() == 2


def test_nothing_ticked_is_said(cast: World) -> None:
    plain(cast, 1)
    page = as_(cast.budi).post("/inbox/", {"filter": "tab=mine&evidence=no"}, follow=True)
    assert "No report is ticked" in plain_text(page)
    assert page.redirect_chain == [("/inbox/?tab=mine&evidence=no", 302)]


def test_one_act_takes_five_hundred_and_says_so(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST", 2)
    monkeypatch.setattr(desk_acts, "MOST", 2)
    reports = plain(cast, 3)
    budi = as_(cast.budi)
    page = budi.get("/inbox/")
    assert "The first 2 of 3…" in plain_text(page)
    assert "at most 2" in plain_text(budi.post("/inbox/", ticked(cast, reports), follow=True))
    done = confirmed(budi, page)
    assert done.context["outcome"]["sentence"] == "Verified: 2. None was skipped."


def test_an_act_on_one_fifty_and_five_hundred_costs_the_same_statements(cast: World, statements: Any) -> None:
    costs = []
    done = 0
    for total in (2, 50, 500):
        reports = [*plain(cast, total - 1, start=done + 1), unusual(cast, 5000 + total)]
        done += total - 1
        seen = cast.versions(reports)
        with statements() as counted:
            number = decide_many(actor=cast.budi, verb=route.VERIFY, seen=seen, query="", key=None)
        result = result_of(cast.budi, route.VERIFY, number)
        assert result and (result.done, len(result.skipped)) == (total - 1, 1)
        costs.append(len(counted))
    assert len(set(costs)) == 1, costs
