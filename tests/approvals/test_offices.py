"""Posts change hands: who may appoint whom, what stands in the way, and what becomes of the open work."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import translation

from approvals import offices_law, offices_services, services
from approvals.models import Notice
from approvals.offices_law import OfficeRefused, Wish
from approvals.offices_notices import tell
from approvals.offices_services import Trial
from approvals.selectors import to_sign, to_verify
from ledger.recording import recorded
from registry.models import Assignment, Government, Office, Post, Unit, User
from submissions import selectors
from submissions.models import Report
from tests.approvals.bureau import Bureau, bureau  # noqa: F401 - a fixture
from tests.cast import World, assign
from workflow.models import Decision, Outbox


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def house(bureau: Bureau) -> World:  # noqa: F811
    """Hadi heads the central bureau; January of two sub-activities is open; it is 3 February 2026."""
    return bureau.cast


def wish(house: World, person: str = "budi", post: str = "agency_head", **said: Any) -> Wish:
    """Budi as Plh. of the agency's head for the week of the deadline, unless said."""
    usual: dict[str, Any] = {
        "kind": "plh",
        "decree_no": "800/17/2026",
        "decree_date": date(2026, 2, 2),
        "first": date(2026, 2, 4),
        "last": date(2026, 2, 10),
    }
    for name in ("first", "last"):
        if isinstance(said.get(name), str):
            said[name] = date.fromisoformat(said[name])
    found = Post.objects.select_related("unit__government").get(pk=house.posts[post].pk)
    return Wish(post=found, person=house.people[person], **{**usual, **said})


def appoint(house: World, asked: Wish, by: str = "citra", seen: str | None = None) -> Assignment:
    """As somebody does who has looked at what it does."""
    mark = offices_law.mark_of(asked.post) if seen is None else seen
    return offices_services.appoint(actor=house.people[by], wish=asked, seen=mark)


def refused(house: World, asked: Wish, by: str = "citra", seen: str | None = None) -> str:
    before = Assignment.objects.count(), Assignment.history.count(), Outbox.objects.count()
    with pytest.raises(OfficeRefused) as caught:
        appoint(house, asked, by, seen)
    assert (Assignment.objects.count(), Assignment.history.count(), Outbox.objects.count()) == before
    return caught.value.code


def trial(house: World, asked: Wish, by: str = "citra") -> Trial:
    before = Assignment.objects.count(), Assignment.history.count()
    found = offices_services.tried(actor=house.people[by], wish=asked)
    assert (Assignment.objects.count(), Assignment.history.count()) == before
    return found


def codes(found: Trial) -> list[str]:
    return [one.code for one in found.refused]


def test_the_head_appoints_who_acts_for_her_and_comes_back(house: World) -> None:
    made = appoint(house, wish(house))

    assert (made.person, made.kind, made.valid_to) == (house.budi, "plh", date(2026, 2, 10))
    assert [one.person_id for one in Office.objects.filter(post=made.post)] == [house.citra.pk]
    house.at("2026-02-04 00:00")
    assert [one.person_id for one in Office.objects.filter(post=made.post)] == [house.budi.pk]
    house.at("2026-02-11 00:00")
    assert [one.person_id for one in Office.objects.filter(post=made.post)] == [house.citra.pk]


def test_an_appointment_is_on_the_record(house: World) -> None:
    made = appoint(house, wish(house))

    (row,) = Assignment.history.filter(id=made.pk)
    assert (row.history_type, row.history_user_id) == ("+", house.citra.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = 'registry_assignment' ORDER BY id DESC LIMIT 1"
        )
        event = json.loads(cursor.fetchone()[0])
    assert event["actor"] == str(house.citra.pk)
    assert (event["new"]["id"], event["new"]["valid_to"]) == (made.pk, "2026-02-10"), event


@pytest.mark.parametrize("who", ["ani", "budi", "dewi", "eko", "fitri", "gita", "root", "indah", "joko"])
def test_who_holds_no_such_office_appoints_nobody(house: World, who: str) -> None:
    assert refused(house, wish(house, "ani" if who == "budi" else "budi"), who) in ("office.stranger",)


def test_the_head_of_another_agency_appoints_nobody_here(house: World) -> None:
    lina = User.objects.create(username="lina", name="Lina Wardhani")
    house.people["lina"] = lina
    assign(lina, house.posts["other_agency_head"])
    assert refused(house, wish(house), "lina") == "office.stranger"


@pytest.mark.parametrize(("by", "person"), [("citra", "citra"), ("hadi", "hadi")])
def test_nobody_appoints_himself(house: World, by: str, person: str) -> None:
    assert refused(house, wish(house, person), by) == "office.self"


def test_who_runs_the_system_holds_no_post(house: World) -> None:
    assert refused(house, wish(house, "root"), "hadi") == "office.staff"


def test_a_head_appoints_a_plh_only_and_only_people_of_the_agency(house: World) -> None:
    assert refused(house, wish(house, kind="plt")) == "office.only_plh"
    assert refused(house, wish(house, "eko")) == "office.outside"
    assert appoint(house, wish(house, "eko"), "hadi").person == house.eko


def test_people_of_another_government_are_nobodys_to_appoint(house: World) -> None:
    with recorded(None):
        other = Government.objects.create(code="75.02", name="Kabupaten Lain", time_zone="Asia/Jayapura")
        root = Unit.objects.create(government=other, kind="GOVERNMENT", code="75.02", name="Lain")
        house.people["mira"] = User.objects.create(username="mira", name="Mira Sentosa")
        assign(house.people["mira"], Post.objects.create(unit=root, role="oversight", title="Biro"))
    assert refused(house, wish(house, "mira"), "hadi") == "office.outside"
    assert refused(house, wish(house), "mira") == "office.stranger"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "plt"}, "office.plt_held"),
        ({"kind": "definitive"}, "office.overlap"),
        ({"last": None}, "office.no_end"),
        ({"last": "2026-02-03"}, "office.order"),
        ({"decree_no": ""}, "office.decree_no"),
        ({"kind": "king"}, "office.kind"),
        ({"post": "section_head"}, "office.holds"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(house: World, said: dict[str, Any], code: str) -> None:
    found = trial(house, wish(house, **said), "hadi")
    assert codes(found)[0] == code
    assert refused(house, wish(house, **said), "hadi") == code


def test_the_other_person_and_the_days_are_named(house: World) -> None:
    appoint(house, wish(house))
    (one,) = trial(house, wish(house, "ani", first="2026-02-10", last="2026-02-12"), "hadi").refused
    assert one.code == "office.overlap_acting.until"
    assert (one.params["name"], one.params["to_on"]) == ("Budi Wiratmaka", "2026-02-10")


def test_a_plt_is_for_a_vacant_post_and_a_plh_is_not(house: World) -> None:
    citra = Assignment.objects.get(post=house.posts["agency_head"])
    ending = wish(
        house, "citra", kind="definitive", first=citra.valid_from, last="2026-02-08", decree_no=citra.decree_no,
        decree_date=None, assignment=citra, note="SK pensiun 12/2026",
    )  # fmt: skip
    appoint(house, ending, "hadi")

    assert refused(house, wish(house, first="2026-02-05", last="2026-02-20"), "hadi") == "office.plh_vacant"
    assert (
        refused(house, wish(house, kind="plt", first="2026-02-05", last="2026-02-20"), "hadi")
        == "office.plt_held.until"
    )
    made = appoint(house, wish(house, kind="plt", first="2026-02-09", last="2026-04-20"), "hadi")
    assert (
        refused(house, wish(house, "ani", kind="definitive", first="2026-03-01", last=None), "hadi")
        == "office.plt_acts.until"
    )
    house.at("2026-02-09 08:00")
    assert Office.objects.get(post=made.post).capacity == "plt"


def test_who_acts_does_not_pass_the_post_on(house: World) -> None:
    appoint(house, wish(house))
    house.at("2026-02-05 09:00")
    assert refused(house, wish(house, "ani", first="2026-02-11", last="2026-02-12"), "budi") == "office.chain"
    assert (
        refused(house, wish(house, "ani", first="2026-02-06", last="2026-02-07"), "budi")
        == "office.overlap_acting.until"
    )


def test_days_before_today_are_the_bureaus_and_it_is_warned(house: World) -> None:
    early = wish(house, first="2026-02-01")
    assert refused(house, early) == "office.past"
    found = trial(house, early, "hadi")
    assert (codes(found), "office.past_warning" in [one.code for one in found.warnings]) == ([], True)


def test_a_second_click_appoints_once(house: World) -> None:
    asked = wish(house)
    mark = offices_law.mark_of(asked.post)
    first, second = appoint(house, asked, seen=mark), appoint(house, asked, seen=mark)
    assert first.pk == second.pk
    assert Assignment.history.filter(id=first.pk).count() == 1
    assert Outbox.objects.filter(topic="office.changed").count() == 1


def test_a_page_that_is_old_saves_nothing(house: World) -> None:
    mark = offices_law.mark_of(house.posts["agency_head"])
    appoint(house, wish(house))
    later = wish(house, "ani", first="2026-02-15", last="2026-02-16")
    assert refused(house, later, seen=mark) == "office.stale"


def test_an_assignment_is_ended_prolonged_and_corrected_but_never_deleted(house: World) -> None:
    made = appoint(house, wish(house))

    def changed(by: str = "hadi", **said: Any) -> Assignment:
        stored = Assignment.objects.get(pk=made.pk)
        return appoint(house, wish(house, **{"note": "SK perbaikan", **said}, assignment=stored), by)

    assert changed(first="2026-02-05").valid_from == date(2026, 2, 5)
    house.at("2026-02-06 09:00")
    assert (
        refused(
            house,
            wish(
                house,
                "ani",
                first="2026-02-05",
                assignment=Assignment.objects.get(pk=made.pk),
                note="SK lain",
            ),
            "hadi",
        )
        == "office.begun"
    )
    assert changed(first="2026-02-05", last="2026-02-12").valid_to == date(2026, 2, 12)
    # Citra is back: she may end it, and not prolong it.
    stored = Assignment.objects.get(pk=made.pk)
    longer = wish(house, first="2026-02-05", last="2026-02-13", assignment=stored, note="masih sakit")
    assert refused(house, longer) == "office.absent"
    assert changed("citra", first="2026-02-05", last="2026-02-05").valid_to == date(2026, 2, 5)
    assert Office.objects.get(post=made.post).person_id == house.citra.pk
    assert [row.history_type for row in Assignment.history.filter(id=made.pk)] == ["~", "~", "~", "+"]
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_historicalassignment SET decree_no = 'x' WHERE id = %s", [made.pk])


def test_nobody_prolongs_his_own_assignment(house: World) -> None:
    made = appoint(house, wish(house, "ani", post="section_head"))
    house.at("2026-02-05 09:00")
    assign(house.people["ani"], house.posts["other_agency_head"])
    mine = wish(house, "ani", post="section_head", last="2026-02-20", assignment=made, note="masih perlu")
    assert refused(house, mine, "ani") == "office.stranger"
    assign(house.budi, Post.objects.get(role="oversight"), "plh")
    own = Assignment.objects.get(person=house.budi, post__role="oversight")
    prolonged = Wish(
        post=own.post, person=house.budi, kind="plh", first=own.valid_from, last=date(2026, 3, 1), decree_no=own.decree_no,
        assignment=own, note="masih perlu",
    )  # fmt: skip
    assert refused(house, prolonged, "budi") == "office.self"


# --- What becomes of the open work -----------------------------------------------------------------------


def test_before_it_is_saved_it_says_what_then_waits_for_whom(house: World) -> None:
    first, second = house.reports()
    house.submitted([first])
    services.verify(actor=house.budi, versions=house.versions([first]))
    effects = trial(house, wish(house)).effects

    (begins, ends) = effects.turns
    assert (begins.day, begins.was and begins.was.name, begins.now and begins.now.name) == (
        date(2026, 2, 4), "Citra Hastapura", "Budi Wiratmaka",
    )  # fmt: skip
    assert (ends.day, ends.now and ends.now.name) == (date(2026, 2, 11), "Citra Hastapura")
    lines = {(one.report.pk, one.here): one.refusal for one in effects.lines}
    # Budi verified the first, and would verify the second: both are signed by him only by a waiver.
    assert lines == {(first.pk, True): "route.twice", (second.pk, False): "route.twice"}


def test_what_the_new_holder_entered_himself_is_named(house: World) -> None:
    first, second = house.reports()
    house.submitted([first])
    effects = trial(house, wish(house, "ani", post="section_head")).effects
    assert {(one.report.pk, one.here, one.refusal) for one in effects.lines} == {
        (first.pk, True, "route.self"),
        (second.pk, False, "route.self"),
    }


def test_what_it_does_is_asked_in_as_many_statements_for_twenty_reports_as_for_two(
    house: World, statements: Any
) -> None:
    soon = wish(house)
    trial(house, soon)
    with statements() as few:
        trial(house, soon)
    for number in range(20):
        house.item(f"1.03.10.2.02.{number:04}")
    house.open(2)
    house.at("2026-03-02 09:00")
    later = wish(house, first="2026-03-04", last="2026-03-10")
    trial(house, later)
    with statements() as many:
        found = trial(house, later)
    assert len(found.effects.lines) >= 22
    assert len(many) == len(few) < 50, str(many)


def test_what_is_said_before_is_what_the_law_says_after(house: World) -> None:
    first, _second = house.reports()
    house.submitted([first])
    told = trial(house, wish(house, "ani", post="section_head")).effects.lines
    appoint(house, wish(house, "ani", post="section_head"))
    house.at("2026-02-04 09:00")
    (outcome,) = services.verify(actor=house.ani, versions=house.versions([first]))
    assert outcome.code == next(one.refusal for one in told if one.here) == "route.self"


def test_a_prepared_document_of_who_leaves_is_named(house: World) -> None:
    first, _second = house.reports()
    house.submitted([first])
    services.verify(actor=house.budi, versions=house.versions([first]))
    batch = services.prepare(actor=house.citra, period=house.period(), versions=house.versions([first]))
    (paper,) = trial(house, wish(house)).effects.papers
    assert (paper.batch, paper.turn.day) == (batch, date(2026, 2, 4))


def test_requests_that_wait_for_the_post_are_counted(bureau: Bureau) -> None:  # noqa: F811
    bureau.ask("extension")
    house = bureau.cast
    house.posts["bureau"] = bureau.posts["bureau"]
    house.people["lina"] = User.objects.create(username="lina", name="Lina Wardhani")
    assign(
        house.people["lina"],
        Post.objects.create(unit=bureau.posts["bureau"].unit, role="oversight", title="Wakil"),
    )
    assert trial(house, wish(house, "kiran", post="bureau"), "lina").effects.requests == {"review": 1}


def test_items_follow_the_post_on_the_day_and_history_keeps_the_person(house: World) -> None:
    first, second = house.reports()
    house.submitted([first])
    house.entered([second])
    gita = house.gita
    appoint(house, wish(house, "gita", post="officer", last="2026-02-20"), "hadi")
    appoint(house, wish(house, "gita", post="section_head", first="2026-02-21", last="2026-02-25"), "hadi")

    assert {one.pk for one in selectors.my_reports(house.ani)} == {first.pk, second.pk}
    house.at("2026-02-04 00:00")
    assert {one.pk for one in selectors.my_reports(gita)} == {first.pk, second.pk}
    assert not selectors.my_reports(house.ani).exists()
    assert list(to_verify(house.budi)) == [first]
    house.at("2026-02-21 00:00")
    assert list(to_verify(gita)) == [first] and not to_verify(house.budi).exists()
    assert Decision.objects.get(object_id=first.pk, verb="submit").actor_name == "Ani Lembayung"


def test_a_decision_prints_in_which_capacity_it_was_made(house: World) -> None:
    first, _second = house.reports()
    house.submitted([first])
    services.verify(actor=house.budi, versions=house.versions([first]))
    appoint(house, wish(house, "ani", post="section_head"), "hadi")
    appoint(house, wish(house, "gita"), "hadi")
    house.at("2026-02-04 09:00")
    assert (
        list(to_sign(house.gita)) == [Report.objects.get(pk=first.pk)] and not to_sign(house.citra).exists()
    )
    batch = services.prepare(actor=house.gita, period=house.period(), versions=house.versions([first]))
    assert batch.signer_title.startswith("Plh. Kepala Dinas Pekerjaan Umum")


def test_the_appointed_and_the_relieved_are_told_once(house: World) -> None:
    appoint(house, wish(house))
    row = Outbox.objects.get(topic="office.changed")
    for _ in range(2):
        tell(row)
    told = {(one.person_id, one.code) for one in Notice.objects.all()}
    assert told == {
        (house.budi.pk, "notice.office.appointed"),
        (house.citra.pk, "notice.office.beside"),
    }
    assert Notice.objects.count() == 2
