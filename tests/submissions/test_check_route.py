"""A route is proved before it is used: it can be walked to its end, and each of its tiers finds somebody on every day."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from ledger.recording import recorded
from registry.models import BudgetItem, Post, Unit, User
from tests.cast import World, assign
from tests.submissions.offices import ends as assignment_ends
from tests.submissions.offices import furnished, item, person
from workflow.models import RouteVersion

ENTRY = {"verb": "submit", "role": "officer", "scope": "item"}
VERIFY = {"verb": "verify", "role": "section_head", "scope": "item"}
SIGN = {"verb": "sign", "role": "agency_head", "scope": "agency"}
REVIEW = {"verb": "review", "role": "oversight", "scope": "government"}


def rich(**more: Any) -> dict[str, Any]:
    return {"fact": "ceiling", "op": ">=", "value": "1000", **more}


# What is wrong -> tiers, and a piece of the sentence that says so.
BROKEN: dict[str, tuple[list[Any], str]] = {
    "fault.form": ([ENTRY, {"verb": "sign"}], "Tier 1 cannot be read"),
    "fault.first": ([VERIFY, SIGN], "A route begins with entry"),
    "fault.length": ([ENTRY, *[VERIFY] * 12, SIGN], "has 14 tiers"),
    "fault.unsigned": ([ENTRY, VERIFY], "No tier signs"),
    "fault.order": ([ENTRY, SIGN, VERIFY, SIGN], "not in order"),
    "fault.conditions": ([ENTRY, {**VERIFY, "when": [rich()] * 13}, SIGN], "13 conditions"),
    "fault.verb": ([ENTRY, {**VERIFY, "verb": "nod"}, SIGN], "“nod” is nothing that a tier does"),
    "fault.role": ([ENTRY, {**SIGN, "role": "king"}], "“king” is no role"),
    "fault.scope": ([ENTRY, {**SIGN, "scope": "moon"}], "“moon” is no place"),
    "fault.unit": ([ENTRY, {**SIGN, "unit": "1.01"}], "A unit's code belongs"),
    "fault.quorum": ([ENTRY, {**SIGN, "quorum": 0}], "0 persons are asked for"),
    "fault.entry": ([{**ENTRY, "when": [rich()]}, SIGN], "Entry has no condition"),
    "fault.blocks": ([ENTRY, {**SIGN, "blocks": True}], "Only a review can hold publication"),
    "fault.late_block": (
        [ENTRY, SIGN, {**SIGN, "verb": "review"}, {**SIGN, "verb": "review", "blocks": True}],
        "comes after one that does not",
    ),
    "fault.days": ([ENTRY, {**SIGN, "due_days": 91}], "91 days are given"),
    "fault.condition": ([ENTRY, {**VERIFY, "when": [rich(value="much")]}, SIGN], "“ceiling >= much”"),
    "fault.passed_over": ([ENTRY, {**SIGN, "when": [rich()]}], "nobody would sign it"),
    "fault.never": (
        [ENTRY, {**VERIFY, "when": [rich(), rich(op="<", value="500")]}, SIGN],
        "never be asked",
    ),
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def route(cast: World) -> Callable[..., RouteVersion]:
    """`route(tiers)` is the newest version of what the agencies follow."""

    def make(tiers: Any, code: str = "DINAS", embargo_hours: int = 0) -> RouteVersion:
        number = RouteVersion.objects.filter(code=code).count() + 1
        with recorded(None):
            return RouteVersion.objects.create(
                code=code, number=number, name="Dinas", tiers=tiers, embargo_hours=embargo_hours
            )

    return make


def refused(*options: str) -> str:
    with pytest.raises(CommandError) as told:
        call_command("check_route", *options)
    return str(told.value)


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """What --json says, whatever the exit."""
    try:
        call_command("check_route", "--json", *options)
    except CommandError:
        pass
    return json.loads(capsys.readouterr().out)


def test_the_route_that_ships_holds(cast: World, capsys: pytest.CaptureFixture[str]) -> None:
    cast.items(3)
    call_command("check_route")
    assert "leads to a signature" in capsys.readouterr().out


def test_all_twelve_templates_hold_where_their_posts_are(
    cast: World, capsys: pytest.CaptureFixture[str]
) -> None:
    furnished(cast)
    told = listed(capsys, "--all")
    assert told["faults"] == []
    assert told["warnings"] == []
    assert told["ok"]
    assert len(told["checked"]) == 12


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_route_is_refused_with_a_sentence(
    cast: World, route: Callable[..., RouteVersion], capsys: pytest.CaptureFixture[str], code: str
) -> None:
    tiers, sentence = BROKEN[code]
    route(tiers)
    assert "DINAS 2: " in refused()
    told = listed(capsys)
    assert [one["code"] for one in told["faults"] if one["route"] == "DINAS 2"] == [code]
    assert sentence in told["faults"][0]["sentence"]


def test_an_embargo_that_is_too_long_is_refused(cast: World, route: Callable[..., RouteVersion]) -> None:
    route([ENTRY, SIGN], embargo_hours=721)
    assert "721 hours" in refused()


def test_a_version_that_is_not_the_newest_may_be_broken_unless_reports_follow_it(
    cast: World, route: Callable[..., RouteVersion]
) -> None:
    """Documents in flight keep their version, so with --all it is looked at too."""
    cast.item()
    post = Post.objects.create(unit=Unit.objects.get(parent=None), role="oversight", title="Adbang")
    assign(cast.gita, post)
    route([ENTRY, VERIFY, SIGN, REVIEW])
    cast.open()
    route([ENTRY, VERIFY, SIGN])
    assignment_ends(post, "2026-02-04")
    call_command("check_route")
    assert "DINAS 2: Tier 3: nobody holds Adbang" in refused("--all")


def test_a_unit_on_a_route_that_does_not_exist_is_named(cast: World) -> None:
    Unit.objects.filter(pk=cast.agency.pk).update(route_code="BULAN")
    assert refused() == (
        "Dinas Pekerjaan Umum follows the route “BULAN”, which does not exist (units that do: 1). Give it another route."
    )


def test_an_item_nobody_enters_is_named(cast: World) -> None:
    cast.item("1.03.10.2.01.0077", officer="")
    assert refused() == (
        "DINAS 1: Tier 0: 1.03.10.2.01.0077 of Dinas Pekerjaan Umum names no post (sub-activities that name none there: 1). "
        "Name the post of its technical officer."
    )


def test_an_item_that_names_a_post_of_another_role_is_named(cast: World) -> None:
    cast.item(verifier="agency_head")
    assert "names Kepala Dinas Pekerjaan Umum, which is no post of the section head" in refused()


def test_a_unit_without_a_post_is_named(cast: World, route: Callable[..., RouteVersion]) -> None:
    cast.item()
    route([ENTRY, VERIFY, {"verb": "verify", "role": "planner", "scope": "agency"}, SIGN])
    assert "Tier 2: Dinas Pekerjaan Umum has no post of the" in refused()


def test_an_unknown_unit_is_named(cast: World, route: Callable[..., RouteVersion]) -> None:
    cast.item()
    route([ENTRY, VERIFY, {**SIGN, "scope": "unit", "unit": "9.99"}])
    assert "names the unit “9.99”, which does not exist" in refused()


def test_a_quorum_larger_than_the_posts_is_named(cast: World, route: Callable[..., RouteVersion]) -> None:
    cast.item()
    route([ENTRY, VERIFY, {**SIGN, "quorum": 2}])
    assert "2 persons are asked for and Dinas Pekerjaan Umum has 1 posts of the agency head" in refused()


def test_one_person_in_two_posts_counts_once_for_a_quorum(
    cast: World, route: Callable[..., RouteVersion]
) -> None:
    cast.item()
    second = Post.objects.create(unit=cast.agency, role="agency_head", title="Wakil Kepala Dinas")
    assign(cast.citra, second)
    route([ENTRY, VERIFY, {**SIGN, "quorum": 2}])
    assert "Dinas Pekerjaan Umum has 1 of the agency head from 3 February 2026" in refused()


def test_a_vacant_tier_is_named(cast: World) -> None:
    cast.item()
    assignment_ends(cast.posts["section_head"], "2026-01-31")
    assert "nobody holds Kepala Bidang Bina Marga, Dinas Pekerjaan Umum, from 3 February 2026 to" in refused()


@pytest.mark.parametrize("said", [{"is_active": False}, {"is_staff": True}, {"is_superuser": True}])
def test_a_holder_who_can_hold_no_office_does_not_count(cast: World, said: dict[str, bool]) -> None:
    """An account that is closed, or that runs the system."""
    cast.item()
    with recorded(None):
        User.objects.filter(pk=cast.citra.pk).update(**said)
    assert "nobody holds Kepala Dinas Pekerjaan Umum" in refused()


def test_an_assignment_that_ends_within_the_period_is_named_with_its_days(cast: World) -> None:
    cast.item()
    cast.open()
    assignment_ends(cast.posts["agency_head"], "2026-02-08")
    assert (
        "nobody holds Kepala Dinas Pekerjaan Umum, Dinas Pekerjaan Umum, from 9 February 2026 to" in refused()
    )


def test_who_acts_for_a_holder_fills_the_gap_in_his_dates_only(cast: World) -> None:
    cast.item()
    cast.open()
    assignment_ends(cast.posts["agency_head"], "2026-02-08")
    assign(cast.gita, cast.posts["agency_head"], "plt", "2026-02-09", "2026-02-15")
    assert "from 16 February 2026 to" in refused()


def test_who_follows_on_the_next_day_leaves_no_gap(cast: World) -> None:
    cast.item()
    assignment_ends(cast.posts["agency_head"], "2026-02-08")
    assign(cast.gita, cast.posts["agency_head"], start="2026-02-09")
    call_command("check_route")


def test_a_superior_who_stands_in_is_a_warning(
    cast: World, route: Callable[..., RouteVersion], capsys: pytest.CaptureFixture[str]
) -> None:
    cast.item()
    chief = Post.objects.create(unit=cast.agency, role="planner", title="Sekretaris")
    assign(cast.gita, chief)
    Post.objects.filter(pk=cast.posts["section_head"].pk).update(superior=chief)
    assignment_ends(cast.posts["section_head"], "2026-02-08")
    route([ENTRY, {**VERIFY, "escalate_days": 3}, SIGN])
    told = listed(capsys)
    assert told["ok"]
    assert [one["code"] for one in told["warnings"]] == ["resolve.stand_in"]
    assert "after 3 days Gita Karangjati acts in its place" in told["warnings"][0]["sentence"]


def test_a_superior_for_whom_another_acts_does_not_stand_in(
    cast: World, route: Callable[..., RouteVersion]
) -> None:
    """Acting never chains: while somebody acts for the head, the vacant post below stays vacant."""
    cast.item()
    assignment_ends(cast.posts["section_head"], "2026-02-01")
    assign(cast.gita, cast.posts["agency_head"], "plh", "2026-02-10", "2026-02-12")
    route([ENTRY, {**VERIFY, "escalate_days": 3}, SIGN])
    assert (
        "nobody holds Kepala Bidang Bina Marga, Dinas Pekerjaan Umum, from 10 February 2026 to 12 February"
        in refused()
    )


def test_who_would_decide_on_his_own_entries_is_named(cast: World) -> None:
    cast.item()
    assign(cast.ani, cast.posts["section_head"], "plt", "2026-02-05", "2026-02-20")
    assert "only Ani Lembayung could verify what he enters himself" in refused()


def test_one_person_at_two_tiers_is_a_warning(cast: World, capsys: pytest.CaptureFixture[str]) -> None:
    cast.item()
    assign(cast.budi, cast.posts["agency_head"], "plt", "2026-02-05", "2026-02-20")
    told = listed(capsys)
    assert told["ok"]
    assert [one["code"] for one in told["warnings"]] == ["resolve.twice"]


def test_a_tier_that_no_sub_activity_comes_by_needs_no_holder(
    cast: World, route: Callable[..., RouteVersion]
) -> None:
    cast.item(ceilings=(100,))
    asks = [{"fact": "ceiling", "op": ">=", "value": "101"}]
    route([ENTRY, VERIFY, {"verb": "verify", "role": "planner", "scope": "agency", "when": asks}, SIGN])
    call_command("check_route")
    cast.item("1.03.10.2.01.0052", ceilings=(60, 41))
    assert "has no post of the" in refused()


@pytest.mark.parametrize(("fund", "holds"), [("PAD", False), ("DAK_FISIK", True)])
def test_a_tier_for_a_fund_source_is_asked_where_it_is_drawn_on(
    cast: World, route: Callable[..., RouteVersion], fund: str, holds: bool
) -> None:
    cast.item()
    asks = [{"fact": "fund_source", "op": "has", "value": fund}]
    route([ENTRY, VERIFY, {"verb": "verify", "role": "planner", "scope": "agency", "when": asks}, SIGN])
    if holds:
        call_command("check_route")
    else:
        assert "Tier 2" in refused()


def test_it_takes_as_many_statements_for_many_units_as_for_one(
    cast: World, statements: Callable[[], Any]
) -> None:
    cast.item()
    with statements() as few:
        call_command("check_route", "--all", "--json", stdout=open("/dev/null", "w"))  # noqa: SIM115
    people = [person(f"kepala-{number}") for number in range(6)]
    with recorded(None):
        for number, one in enumerate(people):
            unit = Unit.objects.create(
                government=cast.government, parent=cast.agency, kind="SECTION", code=f"1.03.{number}", name=f"Bidang {number}"
            )  # fmt: skip
            officer = Post.objects.create(unit=unit, role="officer", title="PPTK")
            assign(one, officer)
            item(cast, unit, officer, cast.posts["section_head"])
    with statements() as many:
        call_command("check_route", "--all", "--json", stdout=open("/dev/null", "w"))  # noqa: SIM115
    assert BudgetItem.objects.count() == 7
    assert len(many) == len(few) <= 14, str(many)
