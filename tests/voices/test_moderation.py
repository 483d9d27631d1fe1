"""Officials and citizens' messages: who may do what, that each act leaves its trace, and that nobody acts on an old page."""

import json
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from approvals import tasks
from approvals.models import Notice
from config.metrics import Figures
from ledger.recording import recorded
from portal import tasks as portal_tasks
from portal.models import Feedback, FeedbackAct
from portal.voices import moderation, posting, selectors
from portal.voices.moderation import Seen
from portal.voices.photos import read_photo
from portal.voices.senders import VoiceRefused
from registry.grants import OVERSEE, give
from registry.models import Government, Post, Unit, User
from tests.cast import assign
from tests.voices.test_posting import events
from tests.voices.town import MAIL, REPLY, WORDS, Town, fresh, photo, seen
from workflow.models import Outbox

ACTS = ("route", "refuse", "answer", "note", "show", "hide", "close", "erase", "look")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def do(town: Town, kind: str, one: Feedback, actor: User, at: Seen | None = None) -> Any:
    """Any act, with words that fit it."""
    words: dict[str, dict[str, Any]] = {
        "route": {"unit": town.cast.agency},
        "refuse": {"reason": "spam"},
        "answer": {"text": REPLY},
        "note": {"text": "Sudah dicek ke lapangan."},
        "erase": {"text": "Diminta oleh penulisnya."},
    }
    return getattr(moderation, kind)(actor=actor, seen=at or seen(one), **words.get(kind, {}))


def state_for(town: Town, kind: str) -> Feedback:
    """A message with which this act is possible."""
    if kind in ("route", "refuse", "show", "erase", "note"):
        return town.message(contact=MAIL)
    if kind == "hide":
        one = town.message(contact=MAIL)
        moderation.show(actor=town.hadi, seen=seen(one))
        return fresh(one)
    return town.answered(contact=MAIL) if kind == "close" else town.routed(contact=MAIL)


def actor_for(town: Town, kind: str) -> User:
    return town.cast.citra if kind == "answer" else town.hadi


@pytest.mark.parametrize("kind", ACTS)
def test_each_act_names_person_and_office_leaves_history_and_an_event_and_a_second_click_is_refused(
    town: Town, kind: str
) -> None:
    one, actor = state_for(town, kind), actor_for(town, kind)
    before, versions, page = len(events("portal_feedbackact")), one.history.count(), seen(one)
    do(town, kind, one, actor)
    act = FeedbackAct.objects.filter(feedback=one).latest("pk")
    office = (
        "Kepala Dinas Pekerjaan Umum, Dinas Pekerjaan Umum"
        if kind == "answer"
        else ("Kepala Bagian Organisasi, Kabupaten Mahakarsa Hulu")
    )
    assert (act.kind, act.person, act.person_name, act.office) == (kind, actor, actor.name, office)
    told = events("portal_feedbackact")
    assert len(told) == before + 1 and told[-1]["actor"] == str(actor.pk)
    assert told[-1]["new"]["kind"] == kind and actor.name not in json.dumps(told[-1]["new"])
    assert one.history.count() == versions + 1
    with pytest.raises(VoiceRefused, match="stale"):
        do(town, kind, one, actor, page)
    assert len(events("portal_feedbackact")) == before + 1


@pytest.mark.parametrize("kind", ACTS)
def test_the_wrong_office_does_nothing(town: Town, kind: str) -> None:
    answering = {"answer", "note", "look"}
    allowed = {"hadi": set(ACTS) - {"answer"}, "citra": answering, "budi": answering, "ani": {"note"}}
    give(OVERSEE, town.cast.gita, town.root)
    one = town.routed(contact=MAIL) if kind in ("note", "look") else state_for(town, kind)
    for who in ("hadi", "dewi", "gita", "root", "eko", "lintang", "budi", "ani", "citra"):
        if kind not in allowed.get(who, set()):
            with pytest.raises(VoiceRefused, match=r"voices\.office"):
                do(town, kind, one, town.cast.people[who])
    assert fresh(one).moved_at == one.moved_at


def test_verifier_and_head_answer_and_the_officer_notes(town: Town) -> None:
    for who in ("budi", "citra"):
        moderation.answer(actor=town.cast.people[who], seen=seen(one := town.routed()), text=REPLY)
        assert fresh(one).state == "answered"
    moderation.note(actor=town.cast.ani, seen=seen(one := town.routed()), text="Tim berangkat besok.")
    assert "berangkat" not in Client().get(reverse("voices:ticket", args=[one.token])).content.decode()


def test_the_bureau_answers_only_what_is_with_nobody(town: Town) -> None:
    with pytest.raises(VoiceRefused, match=r"voices\.office"):
        moderation.answer(actor=town.hadi, seen=seen(one := town.routed()), text=REPLY)
    moderation.answer(actor=town.hadi, seen=seen(one := town.message(item=None, unit=None)), text=REPLY)
    assert fresh(one).state == "answered"


def test_another_governments_bureau_is_a_stranger(town: Town) -> None:
    with recorded(None):
        other = Government.objects.create(
            code="98.01", name="Kabupaten Tirtahening", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
        )  # fmt: skip
        root = Unit.objects.create(government=other, kind="GOVERNMENT", code="98.01", name="Tirtahening")
        away = Unit.objects.create(
            government=other, parent=root, kind="AGENCY", code="98.1", name="Dinas Air"
        )
        oemar = User.objects.create_user("oemar", name="Oemar")
        assign(oemar, Post.objects.create(unit=root, role="oversight", title="Kepala Bagian"))
    one = town.message()
    assert signed_in(oemar).get(reverse("voices:message", args=[one.pk])).status_code == 404
    with pytest.raises(VoiceRefused, match=r"voices\.office"):
        moderation.show(actor=oemar, seen=seen(one))
    for unit in (away, root, town.root, None):
        with pytest.raises(VoiceRefused, match=r"voices\.unit"):
            moderation.route(actor=town.hadi, seen=seen(one), unit=unit)


def test_who_is_of_two_bureaus_passes_a_message_on_within_its_own_government(town: Town) -> None:
    with recorded(None):
        other = Government.objects.create(
            code="98.01", name="Kabupaten Tirtahening", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
        )  # fmt: skip
        root = Unit.objects.create(government=other, kind="GOVERNMENT", code="98.01", name="Tirtahening")
        own, same = town.cast.agency, town.cast.agency.code
        twin, away = (
            Unit.objects.create(government=other, parent=root, kind="AGENCY", code=code, name=f"Dinas {code}")
            for code in (same, "98.1")
        )
        assign(town.hadi, Post.objects.create(unit=root, role="oversight", title="Kepala Bagian"))
    here, there = town.message(), town.message(government=other, item=None, unit=None)
    hadi, address = signed_in(town.hadi), reverse("voices:message", args=[here.pk])
    hadi.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert away.code not in dict(hadi.get(address).context["units"])
    refused = hadi.post(address, {"act": "route", "unit": away.code, "seen": seen(here).moved_at})
    assert refused.status_code == 409 and fresh(here).routed_to is None
    assert "“98.1” is no unit of the government" in refused.context["wrong"]["unit"]
    both = {"message": [here.pk, there.pk]} | {f"seen-{one.pk}": seen(one).moved_at for one in (here, there)}
    desk, route = reverse("voices:desk"), {"act": "route"} | both
    assert hadi.post(desk, route | {"unit": away.code}).status_code == 409  # not even the one that could be
    assert fresh(there).routed_to is None
    assert hadi.post(desk, route | {"unit": same}).status_code == 302
    assert (fresh(here).routed_to, fresh(there).routed_to) == (own, twin)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("answer", "answered"), ("answer", "refused"), ("route", "answered"), ("refuse", "answered"), ("refuse", "refused"),
        ("show", "refused"), ("close", "received"), ("close", "closed"), ("hide", "received"),
    ],
)  # fmt: skip
def test_the_wrong_state_is_told(town: Town, kind: str, state: str) -> None:
    one = {"answered": town.answered, "received": town.message}.get(state, town.routed)()
    if state == "refused":
        moderation.refuse(actor=town.hadi, seen=seen(one), reason="double")
    if state == "closed":
        moderation.answer(actor=town.cast.citra, seen=seen(one), text=REPLY)
        moderation.close(actor=town.hadi, seen=seen(one))
    with pytest.raises(VoiceRefused, match=r"voices\.(state|hidden)"):
        do(town, kind, one, actor_for(town, kind))


def test_two_moderators_at_once_the_second_sees_what_the_first_did(town: Town) -> None:
    one = town.message()
    address, page = reverse("voices:message", args=[one.pk]), seen(one).moved_at
    hadi = signed_in(town.hadi)
    form = {"act": "route", "unit": town.cast.agency.code, "seen": page}
    assert hadi.post(address, form).status_code == 302
    late = hadi.post(address, {"act": "refuse", "reason": "spam", "text": "Iklan.", "seen": page})
    assert late.status_code == 409 and "Kepala Bagian Organisasi" in late.content.decode()
    assert "Iklan." in late.content.decode() and fresh(one).state == "routed"


def test_what_went_elsewhere_while_somebody_answered_keeps_his_words(town: Town) -> None:
    one = town.routed()
    budi, address = signed_in(town.cast.budi), reverse("voices:message", args=[one.pk])
    page, rightful = seen(one).moved_at, moderation.answer

    def meanwhile(**said: Any) -> FeedbackAct:
        moderation.route(actor=town.hadi, seen=seen(one), unit=town.cast.other_agency)
        return rightful(**said)

    with patch.dict("portal.voices.desk_views.ONE", {"answer": meanwhile}):
        late = budi.post(address, {"act": "answer", "text": REPLY, "seen": page})
    assert late.status_code == 409 and REPLY in late.content.decode()
    assert budi.get(address).status_code == 404 and fresh(one).state == "routed"


def test_officer_verifier_and_head_are_told_once_and_without_the_words(town: Town) -> None:
    town.routed()
    told = Notice.objects.filter(code="notice.voices.route")
    assert {one.person.username for one in told} == {"ani", "budi", "citra"}
    assert WORDS[:20] not in json.dumps(list(told.values("params", "link")))
    for person in (town.cast.ani, town.cast.budi, town.cast.citra):
        link = told.get(person=person).link
        assert signed_in(person).get(link).status_code == 200


def test_who_answered_hears_that_the_citizen_asks_again(town: Town) -> None:
    one = town.answered()
    posting.ask_again(feedback=one, text="Sudah berlubang lagi.")
    told = Notice.objects.filter(code="notice.voices.reopen")
    assert {notice.person.username for notice in told} == {"ani", "budi", "citra"}
    # Its clock is the one it came with: due with its close, and last before what is younger.
    (row,) = signed_in(town.hadi).get(reverse("voices:desk")).context["rows"]
    assert row["due"] == one.close_due and not row["late"]


def test_what_is_passed_on_elsewhere_is_not_the_first_agencys_any_more(town: Town) -> None:
    one = town.routed()
    moderation.route(actor=town.hadi, seen=seen(one), unit=town.cast.other_agency)
    address = reverse("voices:message", args=[one.pk])
    codes = {
        who: signed_in(town.cast.people[who]).get(address).status_code
        for who in ("ani", "budi", "citra", "lintang")
    }
    assert codes == {"ani": 404, "budi": 404, "citra": 404, "lintang": 200}


# --- The citizen hears of it -----------------------------------------------------------------------------


def test_the_citizen_has_one_letter_for_each_step_and_no_queue_holds_his_address(town: Town) -> None:
    one = town.answered(contact=MAIL, language="en")
    rows = Outbox.objects.filter(topic="voices.mail")
    assert MAIL not in json.dumps(list(rows.values_list("payload", flat=True))) and rows.count() == 2
    for _ in range(2):
        tasks.drain()
    assert portal_tasks.tend_voices() == 0
    letters = [letter for letter in mail.outbox if letter.to == [MAIL]]
    assert len(letters) == 2 and one.ticket in letters[0].subject
    assert REPLY in letters[1].body and reverse("voices:ticket", args=[one.token]) in letters[1].body
    assert "passed on to Dinas Pekerjaan Umum" in letters[0].body
    assert not any(WORDS[:20] in str(letter.body) for letter in letters)


def test_nothing_is_mailed_before_an_official_has_looked_nor_to_a_telephone_nor_to_what_was_erased(
    town: Town,
) -> None:
    town.message(contact=MAIL)
    town.routed(contact="+6281200000000")
    erased = town.routed(contact=MAIL)
    moderation.erase(actor=town.hadi, seen=seen(erased), text="Diminta penulis.")
    tasks.drain()
    assert [letter for letter in mail.outbox if MAIL in letter.to] == []
    dropped = Outbox.objects.filter(topic="voices.mail").values_list("payload__dropped", flat=True)
    assert set(dropped) == {"telephone", "erased"}


# --- For everybody ---------------------------------------------------------------------------------------


def test_a_message_is_public_only_when_it_was_moderated(town: Town, statements: Any) -> None:
    one = town.answered(photo=None, place="Depan SD 3", contact=MAIL)
    assert selectors.shown_about(item=town.road) == []
    moderation.show(actor=town.hadi, seen=seen(one))
    (shown,) = selectors.about_item(town.road, "2026-01").shown
    assert (shown.text, shown.place) == (WORDS, "Depan SD 3")
    assert [(answer.text, answer.office) for answer in shown.answers] == [
        (REPLY, "Kepala Dinas Pekerjaan Umum, Dinas Pekerjaan Umum")
    ]
    assert one.ticket not in repr(shown) and one.token not in repr(shown) and "Citra" not in repr(shown)
    assert len(selectors.shown_about(unit=town.cast.agency)) == 1
    assert selectors.shown_about(unit=town.cast.other_agency) == []
    with statements() as few:
        selectors.shown_about(unit=town.root)
    for _ in range(3):
        moderation.show(actor=town.hadi, seen=seen(town.message()))
    with statements() as many:
        assert len(selectors.shown_about(unit=town.root)) == 4
    assert len(few) == len(many) == 2
    moderation.hide(actor=town.hadi, seen=seen(one))
    assert one.received_at not in {row.received_at for row in selectors.shown_about(item=town.road)}


def test_what_a_citizen_adds_to_a_public_message_is_read_by_nobody_before_it_is_moderated(town: Town) -> None:
    one = town.answered()
    moderation.show(actor=town.hadi, seen=seen(one))
    address = reverse("voices:ticket", args=[one.token])
    assert Client().post(address, {"act": "again", "text": "Nomor telepon Pak X 0812."}).status_code == 302
    assert selectors.shown_about(item=town.road) == []
    moderation.show(actor=town.hadi, seen=seen(one))
    assert len(selectors.shown_about(item=town.road)) == 1


def test_a_public_photo_is_not_the_way_to_the_ticket(town: Town) -> None:
    one = town.message(photo=read_photo(photo()))
    moderation.show(actor=town.hadi, seen=seen(one))
    (shown,) = selectors.shown_about(item=town.road)
    assert one.token not in shown.photo_url
    answer = Client().get(shown.photo_url)
    assert answer.status_code == 200 and one.token not in repr(answer.headers)
    moderation.refuse(actor=town.hadi, seen=seen(one), reason="personal")
    assert Client().get(shown.photo_url).status_code == 404


def test_counts_are_of_the_unit_that_has_the_message_in_one_statement(town: Town, statements: Any) -> None:
    town.message(item=None, unit=None)
    town.answered()
    overdue = town.routed()
    moderation.refuse(actor=town.hadi, seen=seen(town.message()), reason="spam")
    with statements() as sent:
        whole = selectors.counts([town.root.path])
    assert len(sent) == 1 and (whole.open, whole.overdue, whole.answered, whole.in_time) == (2, 0, 1, 1)
    own = selectors.counts([town.cast.agency.path, town.cast.agency.path])
    assert (own.open, own.answered, own.share) == (1, 1, Decimal(100))
    assert selectors.counts([]).open == 0 and selectors.counts([town.cast.other_agency.path]).share is None
    town.cast.at("2026-02-18 09:00")
    assert selectors.counts([town.root.path]).overdue == 2
    moderation.answer(actor=town.cast.budi, seen=seen(overdue), text=REPLY)
    late = selectors.counts([town.root.path])
    assert (late.overdue, late.answered, late.in_time) == (1, 2, 1)


def test_what_is_overdue_is_so_for_who_watches_the_site_too(town: Town) -> None:
    """What was answered and is asked again is due with its close, not with the answer that it had."""
    posting.ask_again(feedback=town.answered(), text="Sudah berlubang lagi.")
    town.routed()

    def watched() -> float:
        (told,) = [one for one in Figures().collect() if one.name == "jenjang_feedback_overdue"]
        return told.samples[0].value

    for day, overdue in (("2026-02-03", 0), ("2026-02-18", 1), ("2026-06-01", 2)):
        town.cast.at(f"{day} 09:00")
        assert watched() == selectors.counts([town.root.path]).overdue == overdue, day


def test_the_inbox_has_what_is_overdue_first_and_asks_the_same_number_of_statements(
    town: Town, statements: Any
) -> None:
    first = town.routed()
    town.later(24)
    second = town.message()
    hadi = signed_in(town.hadi)
    page = hadi.get(reverse("voices:desk"))
    # Looked at by the 9th, answered by the 17th.
    assert [row["id"] for row in page.context["rows"]] == [second.pk, first.pk]
    with statements() as few:
        hadi.get(reverse("voices:desk"))
    for _ in range(12):
        town.message()
    with statements() as many:
        assert len(hadi.get(reverse("voices:desk")).context["rows"]) == 14
    assert len(few) == len(many)
    found = hadi.get(reverse("voices:desk"), {"q": first.ticket, "tab": "over"})
    assert [row["id"] for row in found.context["rows"]] == [first.pk]
    assert first.ticket not in page.content.decode() and first.token not in page.content.decode()
    for hostile in ("\x00", "9" * 400, "%", "٣٤"):
        assert hadi.get(reverse("voices:desk"), {"q": hostile, "tab": "x", "page": "9x"}).status_code == 200


def test_many_at_once_one_letter_each_and_what_cannot_be_is_told(town: Town) -> None:
    ones = [town.message() for _ in range(3)]
    stale = town.message()
    old = seen(stale).moved_at
    moderation.note(actor=town.hadi, seen=seen(stale), text="Sebentar.")
    form: dict[str, Any] = {
        "act": "route",
        "unit": town.cast.agency.code,
        "message": [one.pk for one in (*ones, stale)],
    }
    form |= {f"seen-{one.pk}": seen(one).moved_at for one in ones} | {f"seen-{stale.pk}": old}
    hadi = signed_in(town.hadi)
    answer = hadi.post(reverse("voices:desk"), form, follow=True)
    assert [fresh(one).state for one in (*ones, stale)] == ["routed"] * 3 + ["received"]
    page = answer.content.decode()
    assert "3" in page and f"{stale.pk:06d}" in page
    letters = set(Notice.objects.filter(person=town.cast.citra).values_list("letter", flat=True))
    assert len(letters) == 1
    for wrong in (
        {"act": "route"},
        {"act": "route", "unit": "9.99"},
        {"act": "refuse", "reason": "x"},
        {"act": "erase"},
        {},
    ):
        assert hadi.post(reverse("voices:desk"), form | {"unit": "", "act": ""} | wrong).status_code == 409
    assert (
        hadi.post(reverse("voices:desk"), {"act": "show", "message": ["9" * 30, "x", "\x00"]}).status_code
        == 409
    )
    assert signed_in(town.cast.citra).post(reverse("voices:desk"), form).status_code == 404


def test_strangers_find_no_desk(town: Town) -> None:
    one = town.message()
    for person in (town.cast.dewi, town.cast.gita, town.cast.root):
        client = signed_in(person)
        for address in (
            reverse("voices:desk"), reverse("voices:export"), reverse("voices:message", args=[one.pk]),
            reverse("voices:desk_photo", args=[one.pk]),
        ):  # fmt: skip
            assert client.get(address).status_code == 404, (person, address)
    assert signed_in(town.cast.citra).get(reverse("voices:export")).status_code == 404
    assert Client().get(reverse("voices:desk")).status_code == 302


def test_whoever_looks_at_a_contact_is_written_down(town: Town) -> None:
    one = town.routed(contact=MAIL)
    citra = signed_in(town.cast.citra)
    address = reverse("voices:message", args=[one.pk])
    assert MAIL not in citra.get(address).content.decode()
    page = citra.post(address, {"act": "look", "seen": seen(one).moved_at})
    assert MAIL in page.content.decode() and page["Cache-Control"].startswith("max-age=0")
    assert FeedbackAct.objects.filter(feedback=one).latest("pk").kind == "look"
    assert MAIL not in citra.get(address).content.decode()
