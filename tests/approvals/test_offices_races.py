"""Two at once, and the stock administration beside: one of them is answered in words, nobody with an error page."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from approvals import offices_law, offices_services
from approvals.offices_law import OfficeRefused
from ledger.recording import recorded
from registry.models import Assignment, Post
from tests.approvals.bureau import settle
from tests.approvals.posts import TYPED, address, exchange, hidden, people_file
from tests.approvals.test_offices import wish
from tests.cast import World, assign
from tests.together import together
from workflow.models import Outbox


@pytest.fixture
def house(committed: Any, cast: World) -> World:
    bureau = settle(cast)
    cast.posts["bureau"] = bureau.posts["bureau"]
    cast.items(1)
    cast.open(1)
    return cast


def tell(act: Any) -> str:
    """ "done", or the code of the refusal."""
    try:
        act()
    except OfficeRefused as refused:
        return refused.code
    return "done"


def test_two_who_appoint_two_people_at_once_appoint_one(house: World) -> None:
    mark = offices_law.mark_of(house.posts["agency_head"])
    wishes = [(house.citra, wish(house)), (house.hadi, wish(house, "eko"))]

    def appoint() -> str:
        actor, asked = wishes.pop()
        return tell(lambda: offices_services.appoint(actor=actor, wish=asked, seen=mark))

    assert sorted(together(2, appoint)) == ["done", "office.overlap_acting.until"]
    assert Assignment.objects.filter(kind="plh").count() == 1


def test_four_clicks_at_once_appoint_once(house: World) -> None:
    mark = offices_law.mark_of(house.posts["agency_head"])
    made = together(4, lambda: offices_services.appoint(actor=house.citra, wish=wish(house), seen=mark).pk)
    assert len(set(made)) == 1
    assert Outbox.objects.filter(topic="office.changed").count() == 1


def test_whoever_writes_past_the_lock_is_answered_by_the_constraint_in_words(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(house.citra, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.post(address(house), TYPED | {"do": "preview"})
    # The administration's row is not seen by the check, only by the constraint.
    objections = offices_services._objections

    def blind(*args: Any) -> Any:
        found = objections(*args)
        if not Assignment.objects.filter(person=house.gita).exists():
            assign(house.gita, house.posts["agency_head"], "plh", "2026-02-04", "2026-02-06")
        return found

    monkeypatch.setattr(offices_services, "_objections", blind)
    monkeypatch.setattr(offices_services, "mark_of", lambda post: hidden(shown)["seen"])
    answer = client.post(address(house), hidden(shown) | {"do": "save"})
    assert answer.status_code == 422
    assert b"Somebody else changed the same post" in answer.content or b"acts in" in answer.content
    assert not Assignment.objects.filter(kind="plh", person=house.budi).exists()


def test_the_database_itself_lets_nobody_hold_a_post_beside_another(house: World) -> None:
    assign(house.budi, house.posts["agency_head"], "plh", "2026-02-04", "2026-02-06")
    with pytest.raises(IntegrityError), recorded(None):
        Assignment.objects.create(
            person=house.ani,
            post=house.posts["agency_head"],
            kind="plt",
            decree_no="1",
            valid_from=date(2026, 2, 6),
        )
    connection.rollback()


def test_a_rotation_and_an_appointment_at_once_leave_one_holder(house: World) -> None:
    content = people_file(*exchange(house)).read()
    told = {"actor": house.hadi, "government": house.government, "content": content, "name": "m.csv"}
    seen = offices_services.rotation_tried(**told).mark
    asked = wish(house, "gita", post="section_head", first="2026-02-09", last="2026-02-20")
    mark = offices_law.mark_of(asked.post)
    acts = [
        lambda: offices_services.rotate(**told, seen=seen),
        lambda: offices_services.appoint(actor=house.hadi, wish=asked, seen=mark),
    ]
    answers = together(2, lambda: tell(acts.pop()))
    # Who comes second sees what the first has done: the appointment is stale, or the rotation is another than was shown.
    assert sorted(answers) in (
        ["done", "office.stale"],
        ["done", "done"],
        ["done", "office.rotation_moved"],
    ), answers
    held = Assignment.objects.filter(
        post=Post.objects.get(pk=asked.post.pk), kind="definitive", valid_to=None
    )
    assert held.count() == 1
