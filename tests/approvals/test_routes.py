"""Routes are composed by the central bureau: every button keeps what was typed, and a version is saved once and kept."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.utils import translation

from approvals import route_services
from approvals.composing import Draft
from approvals.route_services import RouteRefused
from registry.models import Post, Unit, User
from submissions.models import Report
from tests.approvals.composer import bureau, sent, typed
from tests.cast import World, assign
from workflow.models import RouteVersion

RICH = {"fact": "ceiling", "op": ">=", "value": "1000000000"}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def house(cast: World) -> World:
    """Agencies with three sub-activities, and a central bureau."""
    bureau(cast)
    cast.items(3)
    return cast


@pytest.fixture
def go(house: World) -> Callable[[str], Client]:
    """`go("hadi")` is his browser, signed in."""

    def signed_in(who: str) -> Client:
        client = Client()
        client.cookies["django_language"] = "en"
        client.force_login(house.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def page(client: Client, url: str = "/routes/compose/?route=DINAS") -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def draft_of(**changed: Any) -> Draft:
    """The next version of what the agencies follow, as it is typed."""
    version = RouteVersion.objects.filter(code="DINAS").latest("number")
    draft = Draft.from_version(version)
    return Draft(**{**{name: getattr(draft, name) for name in Draft.__slots__}, **changed})


def save(house: World, draft: Draft, who: str = "hadi") -> RouteVersion:
    return route_services.save_version(actor=house.people[who], government=house.government, draft=draft)


def test_strangers_find_no_page(house: World, go: Callable[[str], Client]) -> None:
    for who in ("ani", "budi", "citra", "dewi", "gita", "root"):
        client = go(who)
        for url in ("", "compose/", "drawings/", "DINAS/", "DINAS/units/"):
            assert client.get(f"/routes/{url}").status_code == 404, (who, url)
            if url in ("compose/", "DINAS/units/"):
                assert client.post(f"/routes/{url}", {"do": "save"}).status_code == 404, (who, url)
    assert Client().get("/routes/").status_code == 302


def test_who_oversees_sees_everything(house: World, go: Callable[[str], Client]) -> None:
    for who in ("hadi", "indra"):
        client = go(who)
        assert "PUSKESMAS" in page(client, "/routes/").upper()
        assert "<svg" in page(client, "/routes/DINAS/")
        assert page(client, "/routes/drawings/").count("<svg xmlns") == 2
        assert client.get("/routes/NOWHERE/").status_code == 404
        assert client.get("/routes/DINAS/?version=99").status_code == 404


def test_who_only_oversees_may_try_and_not_save(house: World, go: Callable[[str], Client]) -> None:
    client = go("indra")
    shown = page(client)
    assert "Save as a new version" not in shown
    fields = typed(shown)
    assert sent(client, fields, "try").status_code == 200
    refused = sent(client, fields, "save", name="Dinas baru")
    assert refused.status_code == 422
    assert "by the post of the central bureau" in refused.content.decode()
    assert RouteVersion.objects.filter(code="DINAS").count() == 1
    assert "Dinas baru" in refused.content.decode()


def test_every_button_keeps_what_was_typed(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    fields = typed(page(client)) | {
        "name": "Dinas & <bidang>",
        "quorum-1": "dua",
        "due_days-1": "3",
        "blocks-2": "1",
    }
    added = sent(client, fields, "add-1")
    again = typed(added.content.decode())
    assert again["tiers"] == "4"
    assert (again["name"], again["quorum-1"], again["due_days-1"]) == ("Dinas & <bidang>", "dua", "3")
    assert again["verb-3"] == "sign" and again["blocks-3"] == "1"
    moved = typed(sent(client, again, "up-3").content.decode())
    assert (moved["verb-2"], moved["verb-3"]) == ("sign", "verify")
    back = typed(sent(client, moved, "down-2").content.decode())
    assert back == again
    gone = typed(sent(client, back, "remove-2").content.decode())
    assert gone["tiers"] == "3"
    assert {**gone, "q": ""} == {
        **fields,
        "q": "",
        **{name: gone[name] for name in gone if name not in fields},
    }


def test_what_is_wrong_stands_at_its_tier(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    answer = sent(client, typed(page(client)), "try", **{"quorum-1": "dua", "scope-2": "unit"})
    shown = answer.content.decode()
    assert "dua persons are asked for; 1 to 9 are possible." in shown
    assert "A unit&#x27;s code belongs to the scope" in shown
    assert 'aria-describedby="faults-1"' in shown and 'aria-describedby="faults-0"' not in shown
    assert "Correct what stands at the tiers first" in shown


@pytest.mark.parametrize(
    "nonsense",
    [
        {"tiers": "x"}, {"tiers": "9999999"}, {"base": "-1"}, {"label-1": "a\0b"}, {"embargo": "1e9"}, {"tiers": "0"},
        {"test-1-0": "ceiling >=", "value-1-0": "seribu"}, {"test-1-0": "x y z", "value-1-0": ""}, {"verb-1": "<script>"},
        {"unit-1": "\u202e", "scope-1": "unit"}, {"quorum-1": "٣"}, {"test-1-0": "kind in", "value-1-0": ",,"},
        {"code": "'; DROP"}, {"q": "\0%"}, {"role-1": ""}, {"due_days-1": "99999"}, {"name": "x" * 5000},
    ],
)  # fmt: skip
def test_nonsense_is_answered_with_a_page(
    house: World, go: Callable[[str], Client], nonsense: dict[str, str]
) -> None:
    client = go("hadi")
    fields = typed(page(client))
    for do in ("try", "add-0", "save", "remove-99999999", "up-²"):
        answer = sent(client, fields | nonsense, do)
        assert answer.status_code in (200, 422, 302)
        assert b"<script>" not in answer.content


def test_a_version_is_saved_with_its_conditions(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    fields = typed(sent(client, typed(page(client)), "add-1").content.decode())
    fields |= {"role-2": "planner", "scope-2": "agency", "label-2": "Kasubag Perencanaan",
               "test-2-0": "ceiling >=", "value-2-0": "1,000,000,000"}  # fmt: skip
    tried = sent(client, fields, "try").content.decode()
    assert "ceiling at least Rp1,000,000,000" in tried
    answer = client.post("/routes/compose/", {**fields, "do": "save"}, follow=True)
    shown = answer.content.decode()
    assert "DINAS 2 is saved. Months that open from now on follow it" in shown
    version = RouteVersion.objects.get(code="DINAS", number=2)
    assert version.tiers[2] == {
        "verb": "verify", "role": "planner", "scope": "agency", "label": "Kasubag Perencanaan", "when": [RICH],
    }  # fmt: skip
    assert version.tiers[1] == {"verb": "verify", "role": "section_head", "scope": "item"}
    assert version.made_by == house.people["hadi"] and version.made_at


def test_a_second_click_makes_one_version(house: World) -> None:
    draft = draft_of(name="Dinas baru")
    first, second = save(house, draft), save(house, draft)
    assert first == second
    assert RouteVersion.objects.filter(code="DINAS").count() == 2


def test_a_draft_of_an_older_version_is_refused(house: World) -> None:
    """Somebody else saved meanwhile; he who comes second is told by whom."""
    old = draft_of(name="Dinas lama")
    second = User.objects.create(username="joko", name="Joko Tarum")
    assign(second, Post.objects.create(unit=Unit.objects.get(parent=None), role="oversight", title="Wakil"))
    house.people["joko"] = second
    save(house, draft_of(name="Dinas baru"))
    with pytest.raises(RouteRefused, match="compose.moved") as refused:
        save(house, old, "joko")
    assert refused.value.params == {"base": 1, "number": 2, "person": "Hadi Sastrowardoyo"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "compose.unchanged"),
        ({"code": "dinas", "base": 0}, "compose.code"),
        ({"base": 0}, "compose.taken"),
        ({"name": ""}, "compose.name"),
        ({"rows": ()}, "compose.faults"),
        ({"embargo": "besok"}, "compose.faults"),
    ],
)
def test_what_cannot_be_saved_is_refused(house: World, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(RouteRefused, match=code):
        save(house, draft_of(**changed))


def test_a_route_that_names_an_unknown_unit_is_not_saved(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    answer = sent(client, typed(page(client)), "save", **{"scope-2": "unit", "unit-2": "9.99"})
    assert answer.status_code == 422
    assert "names the unit “9.99”, which does not exist" in answer.content.decode()


def test_an_office_that_ended_saves_nothing(house: World) -> None:
    house.at("2027-06-01 09:00")
    house.people["hadi"].assignments.update(valid_to="2027-05-31")
    with pytest.raises(RouteRefused, match="compose.office"):
        save(house, draft_of(name="Dinas baru"))


def last_event(table: str, row: int) -> dict[str, Any]:
    """The newest event of a row in the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = %s AND of_row = %s ORDER BY id DESC LIMIT 1",
            [table, row],
        )
        return json.loads(cursor.fetchone()[0])


def test_the_ledger_names_who_saved_which_version(house: World) -> None:
    version = save(house, draft_of(name="Dinas baru"))
    event = last_event("workflow_routeversion", version.pk)
    assert (event["op"], event["actor"]) == ("I", str(house.people["hadi"].pk))
    assert (event["new"]["code"], event["new"]["number"]) == ("DINAS", 2)


def test_a_saved_version_cannot_be_changed(house: World) -> None:
    version = save(house, draft_of(name="Dinas baru"))
    with pytest.raises(Exception, match="workflow_routeversion"):
        RouteVersion.objects.filter(pk=version.pk).update(name="Lain")


def test_reports_in_flight_keep_their_version(house: World) -> None:
    before = {report.route_id for report in house.open(1)}
    save(house, draft_of(name="Dinas baru"))
    assert {report.route_id for report in Report.objects.all()} == before
    assert {report.route.number for report in house.open(2)} == {2}


def test_the_dry_run_says_who_would_hold_what(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    shown = page(client)
    assert "1 unit would use it" in shown and "with 3 sub-activities" in shown
    assert "Budi Wiratmaka (Kepala Bidang Bina Marga)" in shown
    assert "Every tier is held on each of these days." in shown
    fields = typed(sent(client, typed(shown), "add-1").content.decode())
    vacant = sent(client, fields, "try", **{"role-2": "planner"}).content.decode()
    assert "Dinas Pekerjaan Umum has no post of the" in vacant
    assert "What differs from DINAS 1" in vacant and "Verification: completeness check" in vacant
    elsewhere = sent(client, fields, "try", q="kesehatan").content.decode()
    assert "Budi Wiratmaka (" not in elsewhere


def test_a_new_route_begins_with_a_template(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    fields = typed(page(client, "/routes/compose/?from=SETDA"))
    assert fields["code"] == "" and fields["value-2-0"] == "1,000,000,000"
    saved = sent(client, fields, "save", code="SETDA2", name="Sekretariat")
    assert saved.status_code == 302, saved.content.decode()
    made, template = RouteVersion.objects.get(code="SETDA2"), RouteVersion.objects.get(code="SETDA")
    assert (made.number, made.tiers) == (1, template.tiers)


@pytest.mark.parametrize("code", list(range(12)))
def test_each_template_survives_the_form(house: World, go: Callable[[str], Client], code: int) -> None:
    """What the form shows of a stored route, sent back as it is, is that route."""
    version = RouteVersion.objects.order_by("code")[code]
    shown = page(go("hadi"), f"/routes/compose/?route={version.code}")
    assert Draft.sent(typed(shown)).tiers() == version.tiers


def test_units_are_given_a_route_and_history_remembers(house: World, go: Callable[[str], Client]) -> None:
    client, agency = go("hadi"), house.agency
    url, tick = "/routes/SMALL/units/", {"unit": str(agency.pk), f"seen-{agency.pk}": "DINAS"}
    assert agency.name in page(client, f"{url}?q=pekerjaan")
    tried = client.post(url, {**tick, "do": "try"}).content.decode()
    assert "1 unit would use it" in tried
    assert "Dry run" in tried and "checked" in tried
    assert Unit.objects.get(pk=agency.pk).route_code == "DINAS"
    for _ in range(2):
        assert client.post(url, {**tick, "do": "give"}).status_code == 302
    assert Unit.objects.get(pk=agency.pk).route_code == "SMALL"
    (changed,) = agency.history.filter(history_change_reason="route SMALL")
    assert (changed.history_user_id, changed.route_code) == (house.people["hadi"].pk, "SMALL")
    event = last_event("registry_unit", agency.pk)
    assert (event["actor"], event["new"]["route_code"]) == (str(house.people["hadi"].pk), "SMALL")


def test_a_unit_that_somebody_moved_meanwhile_stays(house: World) -> None:
    units = {house.agency.pk: "SETWAN", house.other_agency.pk: "DINAS"}
    changed = route_services.give_route(
        actor=house.people["hadi"], government=house.government, code="SMALL", units=units
    )
    assert changed == 1
    assert Unit.objects.get(pk=house.agency.pk).route_code == "DINAS"


def test_who_only_oversees_gives_nothing(house: World, go: Callable[[str], Client]) -> None:
    tick = {"unit": str(house.agency.pk), f"seen-{house.agency.pk}": "DINAS", "do": "give"}
    answer = go("indra").post("/routes/SMALL/units/", tick)
    assert answer.status_code == 422
    assert "by the post of the central bureau" in answer.content.decode()
    assert Unit.objects.get(pk=house.agency.pk).route_code == "DINAS"


def test_nothing_ticked_is_said(house: World, go: Callable[[str], Client]) -> None:
    answer = go("hadi").post("/routes/SMALL/units/", {"do": "give"})
    assert answer.status_code == 422
    assert "No unit is ticked" in answer.content.decode()


@pytest.mark.parametrize("unit", ["x", "²", "-1", "9" * 15, ""])
def test_units_that_are_none_are_passed_over(house: World, go: Callable[[str], Client], unit: str) -> None:
    answer = go("hadi").post("/routes/SMALL/units/", {"unit": unit, f"seen-{unit}": "\0", "do": "give"})
    assert answer.status_code in (302, 422)


def test_the_composer_asks_the_same_for_many_units_as_for_one(
    house: World, go: Callable[[str], Client], statements: Callable[[], Any]
) -> None:
    client = go("hadi")
    page(client)
    with statements() as few:
        page(client)
    house.items(30, unit=house.other_agency, officer="other_officer", verifier="other_section_head")
    with statements() as many:
        page(client)
    assert len(many) == len(few) <= 28, str(many)


@pytest.mark.parametrize(
    ("names", "answers", "kept"),
    [(("Satu", "Dua"), ["DINAS 2", "compose.moved"], 2), (("Satu", "Satu"), ["DINAS 2", "DINAS 2"], 2)],
    ids=["two people", "a double click"],
)
def test_of_two_saves_at_once_one_waits_for_the_other(
    committed: dict[str, str], cast: World, monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, str], answers: list[str], kept: int,
) -> None:  # fmt: skip
    """Both began with version 1. Two people who typed different things: the second is told. A double click: one version."""
    bureau(cast)
    second = User.objects.create(username="joko", name="Joko Tarum")
    assign(second, Post.objects.create(unit=Unit.objects.get(parent=None), role="oversight", title="Wakil"))
    actors = [cast.people["hadi"], second if names[0] != names[1] else cast.people["hadi"]]
    drafts = [draft_of(name=name) for name in names]
    together, found, compare = threading.Barrier(2), [], route_services._same

    def slowly(version: RouteVersion, draft: Draft) -> bool:
        time.sleep(0.3)  # long enough that the other one would look too, were he not made to wait
        return compare(version, draft)

    monkeypatch.setattr(route_services, "_same", slowly)

    def saving(actor: User, draft: Draft) -> None:
        together.wait()
        try:
            version = route_services.save_version(actor=actor, government=cast.government, draft=draft)
            found.append(str(version))
        except (RouteRefused, DatabaseError) as error:
            found.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=saving, args=pair) for pair in zip(actors, drafts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == answers
    assert RouteVersion.objects.filter(code="DINAS").count() == kept
