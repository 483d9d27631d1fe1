"""What time and people take away again: closing, forgetting, erasing; and what goes out to SP4N-LAPOR!."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.models import FeedbackAct
from portal.voices import moderation, retention
from portal.voices.photos import read_photo
from portal.voices.senders import VoiceRefused
from tests.voices.test_moderation import signed_in
from tests.voices.town import MAIL, REPLY, WORDS, Town, fresh, photo, seen


def test_what_a_person_wrote_is_erased_for_good_and_what_was_done_stays(town: Town) -> None:
    one = town.answered(contact=MAIL, place="Gang 4", photo=read_photo(photo()))
    moderation.show(actor=town.hadi, seen=seen(one))
    name = one.photo.name
    with pytest.raises(VoiceRefused, match="short"):
        moderation.erase(actor=town.hadi, seen=seen(one), text="ya")
    moderation.erase(actor=town.hadi, seen=seen(one), text="Diminta oleh penulisnya.")
    left = fresh(one)
    assert (left.text, left.place, left.contact_locked, left.photo.name, left.sender) == ("", "", "", "", "")
    assert left.latitude is None and not left.shown and left.erased_at and name
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(h)::text FROM portal_historicalfeedback h WHERE id = %s", [one.pk])
        assert WORDS[:20] not in str(cursor.fetchall())
    page = Client().get(reverse("voices:ticket", args=[one.token])).content.decode()
    assert REPLY in page and WORDS not in page and "Diminta oleh" not in page
    assert signed_in(town.hadi).get(reverse("voices:message", args=[one.pk])).status_code == 200


def test_time_closes_what_was_answered_and_forgets_contacts_after_two_years(town: Town) -> None:
    answered, waiting = town.answered(contact=MAIL), town.message(contact=MAIL)
    town.cast.at("2026-04-04 23:00")
    assert retention.tend() == 0
    town.cast.at("2026-04-05 01:00")
    assert (retention.tend(), retention.tend()) == (1, 0)
    assert (fresh(answered).state, fresh(waiting).state) == ("closed", "received")
    act = FeedbackAct.objects.filter(feedback=answered).latest("pk")
    assert (act.kind, act.person, act.office) == ("close", None, "Jenjang")
    town.cast.at("2028-02-04 09:00")
    assert (retention.tend(), retention.tend()) == (2, 0)
    assert [fresh(one).contact_locked for one in (answered, waiting)] == ["", ""]
    assert fresh(answered).text == WORDS


def test_the_file_for_sp4n_has_no_word_of_a_citizen(town: Town) -> None:
    one = town.answered(contact=MAIL, place="Gang Melati 4")
    moderation.refuse(actor=town.hadi, seen=seen(town.message(kind="praise")), reason="double")
    answer = signed_in(town.hadi).get(reverse("voices:export"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["sp4n_class"], row["state"], row["refused_because"]) for row in rows] == [
        ("pengaduan", "answered", ""), ("aspirasi", "refused", "double"),
    ]  # fmt: skip
    assert (
        rows[0]["answered_in_time"] == "yes" and rows[0]["sub_activity_code"] == town.road.sub_activity_code
    )
    for secret in (WORDS[:15], "Melati", MAIL, one.ticket, one.token, REPLY[:15]):
        assert secret not in answer.content.decode()
