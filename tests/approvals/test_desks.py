"""The desks on other routes: several tiers, quorums, reviews, stand-ins, months that moved, and what is no longer as seen."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from approvals import selectors, services
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Assignment, User
from submissions import holding
from submissions.models import Report
from submissions.services import recall, submit
from tests.cast import WHY, World
from tests.roads import BUREAU, HEAD, PLANNER, SECTION, bureau, follows, office, person, planner
from wording import words
from workflow import engine, granting, route
from workflow.models import Decision


def as_(who: Any) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
        who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def waiting(cast: World, *tiers: dict[str, Any], count: int = 1, embargo: int = 0) -> list[Report]:
    """Reports on a route of these tiers that Ani has submitted."""
    follows(cast, *tiers, embargo=embargo)
    cast.items(count)
    reports = cast.open()
    cast.submitted(reports, 10)
    return reports


def rows(client: Client, page: str) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in client.get(page).context["rows"]}


def ticked(cast: World, reports: list[Report]) -> dict[str, Any]:
    return {"report": [one.pk for one in reports]} | {
        f"version-{pk}": v for pk, v in cast.versions(reports).items()
    }


def state(report: Report) -> tuple[str, int]:
    return Report.objects.values_list("state", "tier").get(pk=report.pk)


def test_the_second_verifier_sees_it_only_when_the_first_has_passed_it_on(cast: World) -> None:
    indra = planner(cast)
    first, second = waiting(cast, SECTION, PLANNER, HEAD, count=2)
    assert set(rows(as_(cast.budi), "/inbox/")) == {first.pk, second.pk}
    assert rows(as_(indra), "/inbox/") == {}
    as_(cast.budi).post("/inbox/", ticked(cast, [first]))
    assert set(rows(as_(indra), "/inbox/")) == {first.pk}
    assert set(rows(as_(cast.budi), "/inbox/")) == {second.pk}
    elsewhere = as_(cast.budi).get("/inbox/?tab=elsewhere").context["held"]
    assert [row["code"] for row in elsewhere] == [first.item.sub_activity_code]
    assert rows(as_(cast.citra), "/sign/") == {}
    as_(indra).post("/inbox/", ticked(cast, [first]))
    assert set(rows(as_(cast.citra), "/sign/")) == {first.pk}


@pytest.mark.parametrize("who", ["ani", "dewi", "eko", "gita", "root"])
@pytest.mark.parametrize("address", ["/inbox/", "/sign/", "/reviews/"])
def test_who_has_no_tier_has_no_desk(cast: World, who: str, address: str) -> None:
    waiting(cast, SECTION, HEAD, BUREAU)
    assert as_(cast.people[who]).get(address).status_code == 404


def test_a_quorum_says_who_has_agreed_and_counts_nobody_twice(cast: World) -> None:
    other = person(cast, "joko", "Joko Telaga", office(cast, "section_head", "Kepala Bidang Cipta Karya"))
    (report,) = waiting(cast, SECTION | {"scope": "agency", "quorum": 2}, HEAD)
    budi = as_(cast.budi)
    budi.post("/inbox/", ticked(cast, [report]))
    assert state(report) == ("submitted", 1)
    (row,) = rows(budi, "/inbox/").values()
    assert row["agreed"] == "1 of 2 have agreed: Budi Wiratmaka."
    assert "different persons are needed" in row["blocked"]
    budi.post("/inbox/", ticked(cast, [report]))
    assert state(report) == ("submitted", 1)
    (row,) = rows(as_(other), "/inbox/").values()
    assert (row["agreed"], row["blocked"]) == ("1 of 2 have agreed: Budi Wiratmaka.", "")
    as_(other).post("/inbox/", ticked(cast, [report]))
    assert state(report) == ("verified", 2)
    steps = as_(cast.citra).get(f"/reports/{report.token}/").context["steps"]
    assert "Budi Wiratmaka; Joko Telaga" in [step["person"] for step in steps]


def test_a_superior_sees_what_waits_for_a_vacant_post_and_is_told_why(cast: World) -> None:
    (report,) = waiting(cast, SECTION | {"escalate_days": 3}, HEAD)
    with recorded(None):
        Assignment.objects.filter(person=cast.budi).update(valid_to="2026-02-02")
    citra = as_(cast.citra)
    assert rows(citra, "/inbox/") == {}
    cast.at("2026-02-08 09:00")
    (row,) = rows(citra, "/inbox/").values()
    assert "For the vacant post Kepala Bidang Bina Marga" in row["stands_in"]
    page = citra.get(f"/reports/{report.token}/").content.decode()
    assert "For the vacant post Kepala Bidang Bina Marga" in page
    citra.post("/inbox/", ticked(cast, [report]))
    decision = Decision.objects.get(object_id=report.pk, verb="verify")
    assert (decision.actor, decision.stands_in_for) == (cast.citra, cast.posts["section_head"].pk)
    context = citra.get(f"/reports/{report.token}/").context
    assert "For the vacant post" in context["steps"][1]["notes"][0]
    assert "For the vacant post" in context["history"][0]["notes"][0]


def test_a_waiver_is_printed_where_the_decision_is(cast: World) -> None:
    (report,) = waiting(cast, SECTION | {"escalate_days": 3}, HEAD)
    with recorded(None):
        Assignment.objects.filter(person=cast.budi).update(valid_to="2026-02-02")
    cast.at("2026-02-08 09:00")
    versions = cast.versions([report])
    services.verify(actor=cast.citra, versions=versions)
    citra = as_(cast.citra)
    (row,) = rows(citra, "/sign/").values()
    assert "already decided" in row["blocked"]
    granting.give(
        key="test-waiver", kind="waiver", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Jabatan kosong sampai Maret", expires_at=cast.at("2026-02-09 09:00").replace(month=3),
        person=cast.citra, document_no="800/17/2026",
    )  # fmt: skip
    (row,) = rows(citra, "/sign/").values()
    assert row["blocked"] == ""
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    steps = citra.get(f"/reports/{report.token}/").context["steps"]
    assert steps[2]["notes"] == [
        "Waiver: one person at two tiers, 800/17/2026, granted by Dewi Rimbawan, Bagian Adbang."
    ]


def test_a_blocking_review_is_queried_then_accepted(cast: World) -> None:
    hana = bureau(cast)
    (report,) = waiting(cast, SECTION, HEAD, BUREAU | {"blocks": True})
    versions = cast.versions([report])
    services.verify(actor=cast.budi, versions=versions)
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    client = as_(hana)
    assert client.get("/inbox/").status_code == 404
    assert set(rows(client, "/reviews/")) == {report.pk}
    page = client.get(f"/reports/{report.token}/").context
    assert (page["actions"]["review"], page["actions"]["return"], page["actions"]["verify"]) == (
        True,
        True,
        False,
    )
    posted = {
        "act": "return",
        "category": "payments",
        "reason": "SP2D nomor 17 belum dihitung",
        "target": "previous",
    }
    client.post(f"/reports/{report.token}/", posted | {"version": versions[report.pk]})
    assert state(report) == ("verified", 2)
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    client.post(
        f"/reports/{report.token}/", {"act": "review", "version": versions[report.pk], "reason": "Sesuai"}
    )
    assert state(report) == ("published", 4)
    history = client.get(f"/reports/{report.token}/").context["history"]
    returned = next(row for row in history if row["category"])
    assert returned["category"] == "The figures do not match the payments"
    assert Decision.objects.get(object_id=report.pk, verb="review").reason == "Sesuai"


def test_a_published_report_can_only_be_accepted_by_its_reviewer(cast: World) -> None:
    hana = bureau(cast)
    first, second = waiting(cast, SECTION, HEAD, BUREAU, count=2)
    versions = cast.versions([first, second])
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra)
    client = as_(hana)
    page = client.get(f"/reports/{first.token}/").context
    assert (page["actions"]["review"], page["actions"]["return"]) == (True, False)
    assert [step["label"] for step in page["steps"]] == [
        "Entered",
        "Verified",
        "Signed",
        "Published",
        "Reviewed",
    ]
    assert [step["state"] for step in page["steps"]][-2:] == ["done", "current"]
    client.post("/reviews/", ticked(cast, [first, second]))
    assert state(first) == state(second) == ("published", 4)
    assert rows(client, "/reviews/") == {}


def moved(cast: World) -> tuple[Report, Report]:
    """January was returned and submitted again after February was verified."""
    cast.item(ceilings=(100,))
    (january,) = cast.open()
    cast.submitted([january], 10)
    services.verify(actor=cast.budi, versions=cast.versions([january]))
    cast.open(2)
    (february,) = cast.reports(2)
    cast.at("2026-03-03 09:00")
    # The calendar locks January on 21 February; its agency had it reopened.
    granting.give(
        key="test-reopening", kind="reopening", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Dibuka kembali atas permohonan", expires_at=cast.at("2026-03-03 09:01").replace(month=4),
    )  # fmt: skip
    services_of_february(cast, february)
    services.send_back(
        actor=cast.citra,
        versions=cast.versions([january]),
        reason="SP2D nomor 17 belum dihitung",
        marks=["category-payments"],
    )
    cast.entered([january], 20)
    assert submit(actor=cast.ani, versions=cast.versions([january]))[0].done
    return january, february


def services_of_february(cast: World, february: Report) -> None:
    cast.submitted([february], 10)
    (outcome,) = services.verify(actor=cast.budi, versions=cast.versions([february]))
    assert outcome.done, outcome


def test_a_month_under_which_an_earlier_one_moved_comes_back_to_its_verifier(cast: World) -> None:
    january, february = moved(cast)
    budi = as_(cast.budi)
    found = rows(budi, "/inbox/")
    assert set(found) == {january.pk, february.pk}
    assert found[february.pk]["moved"].startswith("January 2026 was changed after this month was verified")
    assert found[january.pk]["moved"] == ""
    page = budi.get(f"/reports/{february.token}/")
    assert page.context["actions"]["verify"] and "Verify again" in page.content.decode()
    (row,) = rows(as_(cast.citra), "/sign/").values()
    assert "January 2026 changed" in row["blocked"]
    budi.get(f"/reports/{january.token}/")  # both have warnings: what is unusual is opened first
    budi.post("/inbox/", ticked(cast, [january, february]))
    assert rows(budi, "/inbox/") == {}
    assert state(february) == ("verified", 2)
    assert [step["state"] for step in budi.get(f"/reports/{february.token}/").context["steps"]] == [
        "done", "done", "current", "todo",
    ]  # fmt: skip


def test_a_return_needs_its_kind_and_keeps_what_was_typed(cast: World) -> None:
    (report,) = waiting(cast, SECTION, HEAD)
    budi = as_(cast.budi)
    posted = {
        "act": "return",
        "version": cast.versions([report])[report.pk],
        "reason": "Bukti belum dilampirkan",
    }
    for category in ({}, {"category": "anything"}):
        answer = budi.post(f"/reports/{report.token}/", posted | category)
        assert answer.status_code == 422
        assert "Bukti belum dilampirkan" in answer.content.decode()
        assert answer.context["category_error"]
    assert not Decision.objects.filter(verb="return").exists()
    answer = budi.post(f"/reports/{report.token}/", posted | {"category": "evidence", "lines": ["physical"]})
    assert answer.status_code == 302
    assert Decision.objects.get(verb="return").marks == ["category-evidence", "physical"]
    assert "Evidence is missing" in as_(cast.ani).get("/entry/2026-01/").content.decode()


def test_a_return_to_the_tier_before_goes_there(cast: World) -> None:
    indra = planner(cast)
    (report,) = waiting(cast, SECTION, PLANNER, HEAD)
    versions = cast.versions([report])
    services.verify(actor=cast.budi, versions=versions)
    posted = {
        "act": "return",
        "category": "other",
        "target": "previous",
        "reason": "Mohon diperiksa sekali lagi",
    }
    as_(indra).post(f"/reports/{report.token}/", posted | {"version": versions[report.pk]})
    assert state(report) == ("submitted", 1)
    assert as_(cast.budi).get(f"/reports/{report.token}/").context["times_returned"] == 1
    assert rows(as_(cast.budi), "/inbox/")[report.pk]["times_returned"] == 1


def test_what_changed_since_it_was_seen_is_shown_cell_by_cell(cast: World) -> None:
    (report,) = waiting(cast, SECTION, HEAD)
    seen = cast.versions([report])[report.pk]
    recall(actor=cast.ani, versions={report.pk: seen})
    cast.entered([report], 25, status="PENGADAAN", increment=7)
    submit(actor=cast.ani, versions=cast.versions([report]))
    budi = as_(cast.budi)
    posted = {"act": "return", "category": "other", "version": seen, "reason": "Angka bulan ini keliru"}
    answer = budi.post(f"/reports/{report.token}/", posted)
    assert answer.status_code == 422
    assert "Angka bulan ini keliru" in answer.content.decode()
    told = {one.field: (one.seen, one.stored) for one in answer.context["differences"]}
    assert told == {
        "5.1.02.01.001.00001 Belanja 1": ("10", "25"),
        "execution status": ("Under way", "In procurement"),
        "physical progress": ("5.00", "7.00"),
        "explanation of V-18": ("–", WHY),
    }
    assert not Decision.objects.filter(verb="return").exists()
    page = budi.get(f"/reports/{report.token}/?seen={seen}")
    assert len(page.context["differences"]) == 4
    for odd in ("0", "x", "99", "-1", "9" * 30):
        assert budi.get(f"/reports/{report.token}/?seen={odd}").context["differences"] == []


def test_the_desk_links_to_what_changed(cast: World) -> None:
    first, second = waiting(cast, SECTION, HEAD, count=2)
    page = ticked(cast, [first, second])
    seen = page[f"version-{first.pk}"]
    recall(actor=cast.ani, versions={first.pk: seen})
    cast.entered([first], 25)
    submit(actor=cast.ani, versions=cast.versions([first]))
    answer = as_(cast.budi).post("/inbox/", page, follow=True).content.decode()
    assert f'href="/reports/{first.token}/?seen={seen}"' in answer
    assert (state(first)[0], state(second)[0]) == ("submitted", "verified")


def test_missing_buttons_have_their_reasons_in_words(cast: World) -> None:
    (report,) = waiting(cast, SECTION, HEAD)
    context = as_(cast.ani).get(f"/reports/{report.token}/").context
    assert context["actions"]["recall"]
    as_(cast.budi).get(f"/reports/{report.token}/")
    context = as_(cast.ani).get(f"/reports/{report.token}/").context
    told = {row["verb"]: row["sentence"] for row in context["missing"]}
    assert "cannot be recalled any more" in told[str(words.VERBS["recall"])]


@pytest.mark.parametrize(
    "address", ["/inbox/", "/sign/", "/reviews/", "/inbox/?tab=elsewhere", "/reviews/?tab=missing"]
)
def test_the_desks_cost_the_same_on_any_route(cast: World, statements: Any, address: str) -> None:
    hana, indra = bureau(cast), planner(cast)
    follows(cast, SECTION, PLANNER, HEAD | {"quorum": 1}, BUREAU)
    client = as_({"/inbox": indra, "/sign/": cast.citra, "/revie": hana}.get(address[:6], indra))
    costs = []
    for first, last in ((1, 2), (2, 25)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}")
        fresh = [one for one in cast.open() if one.version == 1]
        cast.submitted(fresh, 10)
        versions = cast.versions(fresh)
        services.verify(actor=cast.budi, versions=versions)
        if address != "/inbox/":
            services.verify(actor=indra, versions=versions)
        if address == "/reviews/":
            for verb in (route.SIGN, route.PUBLISH):
                engine.perform(verb, Report, versions, actor=cast.citra)
        client.get(address)
        with statements() as seen:
            assert client.get(address).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_desks_look_reports_up_by_an_index(cast: World) -> None:
    """Forbidden to read the whole table, the database finds a way by an index for every step."""
    reports = waiting(cast, SECTION | {"escalate_days": 3}, HEAD, count=3)
    finders = (selectors.to_verify, selectors.passed_on, selectors.not_submitted)
    asked = [find(cast.budi).values("pk").query.sql_with_params() for find in finders]
    budi = cast.budi.pk
    asked += [
        (selectors.WAITING, (budi, budi, verb, verb, verb))
        for verb in (route.VERIFY, route.SIGN, route.REVIEW)
    ]
    ids = [one.pk for one in reports]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        held: tuple[str, Any] = (holding.WHERE, {"ids": ids, "now": now()})
        for sql, params in [*asked, held]:
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on submissions_report" not in plan, plan


@pytest.fixture
def signed(cast: World) -> Report:
    """A report that only the blocking review of Hana's bureau keeps from publication."""
    bureau(cast)
    (report,) = waiting(cast, SECTION, HEAD, BUREAU | {"blocks": True})
    versions = cast.versions([report])
    services.verify(actor=cast.budi, versions=versions)
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    return report


@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 422), ("budi", 422), ("citra", 422), ("dewi", 422), ("eko", 404), ("gita", 404), ("root", 404)],
)
def test_nobody_else_reviews(cast: World, signed: Report, who: str, status: int) -> None:
    posted = {"act": "review", "version": cast.versions([signed])[signed.pk]}
    assert as_(cast.people[who]).post(f"/reports/{signed.token}/", posted).status_code == status
    assert state(signed) == ("signed", 3)


def test_a_review_of_another_version_or_state_is_refused(cast: World, signed: Report) -> None:
    hana = as_(cast.hana)
    seen = cast.versions([signed])[signed.pk]
    answer = hana.post(
        f"/reports/{signed.token}/", {"act": "review", "version": seen - 1, "reason": "Sesuai"}
    )
    assert answer.status_code == 422 and "Sesuai" in answer.content.decode()
    assert hana.post(f"/reports/{signed.token}/", {"act": "verify", "version": seen}).status_code == 422
    assert hana.post(f"/reports/{signed.token}/", {"act": "publish", "version": seen}).status_code == 302
    assert state(signed) == ("signed", 3)


def test_a_second_tap_on_accept_gets_the_first_answer_and_the_ledger_knows_once(
    cast: World, signed: Report
) -> None:
    hana = as_(cast.hana)
    seen = cast.versions([signed])[signed.pk]
    posted = {"act": "review", "version": seen, "key": hana.get(f"/reports/{signed.token}/").context["key"]}
    for _tap in range(2):
        assert hana.post(f"/reports/{signed.token}/", posted).status_code == 302
    decision = Decision.objects.get(object_id=signed.pk, verb="review")
    assert Decision.objects.filter(object_id=signed.pk, verb="publish").count() == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger.event WHERE of_table = 'workflow_decision' AND of_row = %s",
            [decision.pk],
        )
        assert cursor.fetchone() == (1,)


def test_ids_of_strangers_say_nothing_on_the_desk_of_reviews(cast: World, signed: Report) -> None:
    cast.item(
        "1.02.10.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    (foreign,) = [one for one in cast.open() if one.pk != signed.pk]
    hana = as_(cast.hana)
    hana.post("/reviews/", {"report": foreign.pk, f"version-{foreign.pk}": 1})
    assert state(foreign) == ("draft", 0)
    assert hana.post("/reviews/", {"report": 999999}).status_code == 404
