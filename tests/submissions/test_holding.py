"""Where is it? One statement that names post and person, since when, until when, and what comes next."""

from datetime import datetime
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from approvals import services
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Assignment
from submissions.holding import Where, where_of
from submissions.models import Holiday, Report
from tests.cast import WITA, World, assign
from tests.roads import BUREAU, HEAD, PLANNER, SECTION, bureau, follows, office, person, planner
from workflow import engine, route


@pytest.fixture(autouse=True)
def _english() -> Any:
    with timezone.override(WITA), translation.override("en"):
        yield


@pytest.fixture
def report(cast: World) -> Report:
    cast.item()
    (report,) = cast.open()
    return report


def where(report: Report) -> Where:
    return where_of([report.pk], now=now())[report.pk]


def said(report: Report) -> str:
    return " ".join(render_to_string("components/where.html", {"where": where(report)}).split())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def test_a_draft_is_with_its_officer_until_entry_is_due(cast: World, report: Report) -> None:
    one = where(report)
    assert (one.kind, one.office, one.person) == (
        "draft",
        "PPTK Bina Marga, Dinas Pekerjaan Umum",
        "Ani Lembayung",
    )
    assert (one.due, one.overdue) == (cast.period().entry_due, False)
    assert one.then == "verification (section head)"


def test_submitted_waits_for_budi_and_then_for_the_signature(cast: World, report: Report) -> None:
    cast.submitted([report], 10)
    one = where(report)
    assert (one.kind, one.person, one.due) == ("waiting", "Budi Wiratmaka", cast.period().verify_due)
    assert one.then == "signature (agency head)"
    assert "Budi Wiratmaka" in said(report) and "Then: signature (agency head)." in said(report)


def test_any_set_costs_one_statement(cast: World, statements: Any) -> None:
    cast.items(20)
    reports = cast.open()
    cast.submitted(reports[:10], 10)
    where_of([reports[0].pk], now=now())
    for count in (1, 20):
        ids = [one.pk for one in reports[:count]]
        at = now()
        with statements() as seen:
            assert len(where_of(ids, now=at)) == count
        assert len(seen) == 1


def test_a_tier_with_working_days_of_its_own_counts_them_without_weekend_and_holidays(cast: World) -> None:
    follows(cast, SECTION | {"due_days": 3}, HEAD)
    with recorded(None):
        Holiday.objects.create(government=cast.government, day="2026-02-09", name="Libur")
    cast.item()
    (report,) = cast.open()
    cast.at("2026-02-05 10:00")  # a Thursday: Friday, Tuesday and Wednesday count
    cast.submitted([report], 10)
    assert where(report).due == local("2026-02-11 23:59:59")


def test_a_quorum_names_all_who_may_sign_and_who_has_agreed(cast: World) -> None:
    follows(cast, SECTION, HEAD | {"quorum": 2})
    second = person(cast, "joko", "Joko Telaga", office(cast, "agency_head", "Wakil Kepala Dinas"))
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.verify(actor=cast.budi, versions=versions)
    came = where(report).since
    assert {holder.person for holder in where(report).holders} == {"Citra Hastapura", "Joko Telaga"}
    cast.at("2026-02-04 09:00")
    engine.perform(route.SIGN, Report, versions, actor=second)
    one = where(report)
    assert (one.kind, one.quorum, one.agreed, one.since) == ("waiting", 2, ("Joko Telaga",), came)
    assert [holder.person for holder in one.holders] == ["Citra Hastapura"]
    assert "1 of 2 have agreed: Joko Telaga." in said(report)
    assert one.then == "publication"


def test_a_vacant_post_says_who_acts_in_its_place_only_when_its_days_are_over(cast: World) -> None:
    follows(cast, SECTION | {"escalate_days": 3}, HEAD)
    cast.item()
    (report,) = cast.open()
    cast.submitted([report], 10)
    with recorded(None):
        Assignment.objects.filter(person=cast.budi).update(valid_to="2026-02-02")
    assert where(report).holders[0].in_place == ""
    cast.at("2026-02-07 10:00")
    assert "Citra Hastapura" in where(report).holders[0].in_place
    assert "is vacant; in its place acts Citra Hastapura" in said(report)


def test_a_post_that_nobody_ever_made_is_named_by_its_role(cast: World) -> None:
    follows(cast, SECTION, PLANNER, HEAD)
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.verify(actor=cast.budi, versions=versions)
    assert (where(report).office, where(report).person) == ("completeness check", "")


def test_two_tiers_of_verification_come_one_after_the_other(cast: World) -> None:
    follows(cast, SECTION, PLANNER, HEAD)
    planner(cast)
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    assert where(report).then == "verification (Sekretariat)"
    services.verify(actor=cast.budi, versions=versions)
    assert (where(report).person, where(report).then) == ("Indra Gunung", "signature (agency head)")


def test_a_tier_whose_condition_does_not_hold_is_not_announced(cast: World) -> None:
    large = PLANNER | {"when": [{"fact": "ceiling", "op": ">=", "value": "1000"}]}
    follows(cast, SECTION, large, HEAD)
    cast.item()
    (report,) = cast.open()
    cast.submitted([report], 10)
    assert where(report).then == "signature (agency head)"


def test_a_blocking_review_and_an_embargo_are_told(cast: World) -> None:
    follows(cast, SECTION, HEAD, BUREAU | {"blocks": True}, embargo=24)
    hana = bureau(cast)
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.verify(actor=cast.budi, versions=versions)
    assert where(report).then == "review (Bagian Adbang)"
    engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    assert (where(report).kind, where(report).person) == ("waiting", "Hana Serayu")
    services.review(actor=hana, versions=versions)
    one = where(report)
    assert one.kind == "embargo" and one.due and one.since and (one.due - one.since).days == 1
    assert "published by itself" in said(report)


def test_a_published_report_names_the_review_that_is_still_open(cast: World) -> None:
    follows(cast, SECTION, HEAD, BUREAU)
    bureau(cast)
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra)
    one = where(report)
    assert (one.kind, one.person) == ("published", "Hana Serayu")
    assert "has not reviewed it yet" in said(report)


def test_an_acting_holder_is_printed_as_such(cast: World, report: Report) -> None:
    assign(cast.gita, cast.posts["section_head"], kind="plt", start="2026-01-01", end="2026-03-01")
    cast.submitted([report], 10)
    assert where(report).office.startswith("Plt. Kepala Bidang Bina Marga")
