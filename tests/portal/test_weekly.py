"""The weekly summary: who gets it, when, once, and what it says."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from approvals.models import Letter, Preference
from approvals.unsubscribing import WEEKLY, address
from portal.dashboards import weekly
from registry.grants import OVERSEE, SEE, give
from registry.models import Assignment, Post, User
from tests.portal.world import Agency, World
from workflow.models import Outbox
from workflow.outbox import Dropped, Postponed

MONDAY = datetime(2026, 4, 6, 1, tzinfo=UTC)  # 09:00 WITA


@pytest.fixture
def march(world: World, works: Agency) -> World:
    """Public works has published one of two; another agency nothing."""
    silent = world.agency("1.05", "Satpol PP")
    world.item(silent, "1.05.01", Decimal(120))
    item = world.item(works, "1.03.01", Decimal(880), plan={3: (Decimal(600), Decimal(60))})
    world.item(works, "1.03.02", Decimal(100))
    world.open(3)
    world.done(works, item, 3, Decimal(572), increment=Decimal(40))
    world.clock(MONDAY)
    return world


@pytest.fixture
def regent(march: World) -> User:
    return leading(march, "regent")


def leading(world: World, name: str) -> User:
    """A person in the office of a leader at the root."""
    person = world.person(name)
    person.email = f"{name}@example.org"
    person.save()
    post = Post.objects.create(unit=world.root, role=Post.Role.LEADER, title=name.title())
    Assignment.objects.create(
        person=person, post=post, decree_no="SK 9", valid_from=datetime(2025, 1, 1, tzinfo=UTC).date()
    )
    return person


def sent() -> Any:
    """Deliver what waits; the last mail."""
    for row in Outbox.objects.filter(topic=weekly.TOPIC, done_at=None):
        weekly.post(row)
    return mail.outbox[-1]


def test_it_says_the_headline_the_changes_the_worst_and_who_is_missing(regent: User) -> None:
    assert weekly.make() == 1
    letter = sent()
    assert letter.to == ["regent@example.org"]
    assert letter.subject == "Jenjang: the week in figures, March 2026"
    for words in (
        "March 2026: 0 of 2 agencies signed; absorption 52.00 %, plan 68.18 %.",
        "Absorption: 65.00 % of the ceiling that reported (80.00 % of the ceiling), 52.00 % of the total ceiling",
        "Physical progress: 40.00 %, plan 60.00 %, far behind plan",
        "In the last seven days 1 report of 1 agencies was published, with Rp572.",
        "Dinas PUPR: physical 40.00 % (-20.00 points), absorption 65.00 % (-3.18 points)",
        "Satpol PP: 0 of 1 reports",
        "Dinas PUPR: 1 of 2 reports",
        "No problem waits for a decision.",
        "/board/?month=2026-03",
    ):
        assert words in letter.body, words
    html = letter.alternatives[0][0]
    assert "65.00 % of the ceiling that reported" in html
    assert "<svg" not in html  # no mail program draws it; the numbers stand in a table, the picture is a file
    names = [name for name, _content, _kind in letter.attachments]
    assert names == ["2026-03-physical.svg", "2026-03-money.svg", "2026-03-behind.svg"]
    assert all(
        content.startswith("<svg") and "class=" not in content for _name, content, _kind in letter.attachments
    )


def test_it_comes_once_a_week_whatever_is_retried(march: World, regent: User) -> None:
    assert [weekly.make(), weekly.make()] == [1, 0]
    sent()
    march.clock(datetime(2026, 4, 7, 1, tzinfo=UTC))
    assert weekly.make() == 0  # Tuesday
    (row,) = Outbox.objects.filter(topic=weekly.TOPIC)
    weekly.post(row)  # again, as after a crash
    assert len(mail.outbox) == 1
    march.clock(datetime(2026, 4, 13, 1, tzinfo=UTC))
    assert weekly.make() == 1


@pytest.mark.parametrize(
    "moment", [datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 4, 5, 20, tzinfo=UTC)]
)
def test_neither_on_a_sunday_nor_in_the_night(march: World, regent: User, moment: datetime) -> None:
    march.clock(moment)
    assert weekly.make() == 0


def test_whom_it_is_for(march: World, works: Agency, regent: User) -> None:
    people = {name: march.person(name) for name in ("overseer", "seer", "narrow", "no-mail", "off")}
    for name, person in people.items():
        person.email = "" if name == "no-mail" else f"{name}@example.org"
        person.save()
    give(OVERSEE, people["overseer"], march.root)
    for name in ("seer", "no-mail", "off"):
        give(SEE, people[name], march.root)
    give(SEE, people["narrow"], works.unit)
    Preference.objects.create(person=people["off"], weekly=False)
    assert set(weekly.readers(march.government)) == {regent, people["overseer"], people["seer"]}


def test_who_left_office_meanwhile_gets_none(march: World, regent: User) -> None:
    weekly.make()
    Assignment.objects.filter(person=regent).update(valid_to=datetime(2026, 4, 5, tzinfo=UTC).date())
    with pytest.raises(Dropped):
        sent()


def test_a_night_in_between_lets_it_wait_for_the_morning(march: World, regent: User) -> None:
    weekly.make()
    march.clock(datetime(2026, 4, 6, 15, tzinfo=UTC))  # 23:00 WITA
    with pytest.raises(Postponed):
        sent()


def test_one_click_ends_it_and_nothing_else(regent: User, client: Client) -> None:
    weekly.make()
    letter = sent()
    assert letter.extra_headers["List-Unsubscribe"] == f"<{address(regent, WEEKLY)}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = address(regent, WEEKLY).partition("/notices")[2]
    assert "The weekly summary for leaders ends." in client.get(f"/notices{link}").content.decode()
    for _again in range(2):
        assert client.post(f"/notices{link}").status_code == 200
    wish = Preference.objects.get(person=regent)
    assert (wish.weekly, wish.rhythm) == (False, Preference.Rhythm.AT_ONCE)
    assert Letter.objects.get(person=regent).digest
    assert weekly.readers(regent.assignments.get().post.unit.government).count() == 0


def test_a_leader_switches_it_off_and_on_where_he_says_how_he_is_told(
    regent: User, works: Agency, client: Client
) -> None:
    typed = {"rhythm": "at_once", "language": "en", "quiet_from": "", "quiet_to": ""}
    client.force_login(regent)
    assert 'name="weekly" value="1" checked' in client.get("/notices/settings/").content.decode()
    for chosen in ({}, {"weekly": "1"}):
        assert client.post("/notices/settings/", typed | chosen).status_code == 302
        assert Preference.objects.get(person=regent).weekly == bool(chosen)
    client.force_login(works.people["officer"])
    assert 'name="weekly"' not in client.get("/notices/settings/").content.decode()
    client.post("/notices/settings/", typed)
    assert Preference.objects.get(person=works.people["officer"]).weekly


def test_making_them_costs_the_same_for_one_and_for_many(march: World, regent: User, statements: Any) -> None:
    with statements() as seen:
        weekly.make()
    few = len(seen)
    for n in range(6):
        leading(march, f"deputy-{n}")
    with statements() as seen:
        assert weekly.make() == 6
    assert len(seen) == few
