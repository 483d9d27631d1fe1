"""Nine questions: what is taken, what is shown of it, and that few answers betray nobody."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.models import SurveyAnswer
from portal.voices import survey
from portal.voices.forms import new_stamp
from portal.voices.ikm import ELEMENTS
from registry.models import Unit
from tests.voices.test_moderation import signed_in
from tests.voices.test_posting import events, said
from tests.voices.town import Town

GOOD = [4, 3, 3, 4, 3, 4, 4, 3, 3]


def url(town: Town, name: str = "survey", unit: Unit | None = None) -> str:
    return reverse(f"voices:{name}", args=[(unit or town.cast.agency).code])


def send(town: Town, client: Client, scores: Sequence[Any] = GOOD, **more: str) -> Any:
    stamp = more.pop("stamp", None) or new_stamp()
    town.later(0.01)
    form = {f"e{number}": score for number, score in enumerate(scores, 1)} | {"stamp": stamp} | more
    return client.post(url(town), form)


def answers(
    town: Town, number: int, scores: Sequence[int] = GOOD, district: Unit | None = None, comment: str = ""
) -> None:
    """So many people of one district."""
    for _ in range(number):
        town.written += 1
        survey.answer(
            unit=town.cast.agency,
            scores=scores,
            district=district,
            comment=comment,
            sender=f"s{town.written:04}",
        )


def test_a_citizen_answers_and_is_thanked(town: Town) -> None:
    client = Client(REMOTE_ADDR="203.0.113.77")
    page = client.get(url(town)).content.decode()
    assert page.count('type="radio"') == 36 and "Kecamatan Bukit Sari" in page
    answer = send(town, client, district=town.districts[1].code, comment="Petugasnya ramah.\x00")
    assert answer["Location"] == url(town, "thanks") and client.get(answer["Location"]).status_code == 200
    one = SurveyAnswer.objects.get()
    assert (one.scores, one.district, one.comment, str(one.day)) == (
        GOOD, town.districts[1], "Petugasnya ramah.", "2026-02-03",
    )  # fmt: skip
    (event,) = events("portal_surveyanswer")
    assert (
        "ramah" not in str(event) and "203.0.113.77" not in str(event) and one.sender not in str(event["new"])
    )


def test_the_same_form_twice_is_one_answer(town: Town) -> None:
    stamp = new_stamp()
    for _ in range(2):
        assert send(town, Client(), stamp=stamp).status_code == 302
    assert SurveyAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("scores", "more", "field"),
    [
        ([*GOOD[:8], ""], {}, "e9"), ([0, *GOOD[1:]], {}, "e1"), ([5, *GOOD[1:]], {}, "e1"), (["x", *GOOD[1:]], {}, "e1"),
        (["²", *GOOD[1:]], {}, "e1"), (GOOD, {"district": "1.03.1.04.0.00.01.0000"}, "district"),
        (GOOD, {"district": "\x00"}, ""), (GOOD, {"comment": "k" * 1001}, "comment"), (GOOD, {"website": "x"}, ""),
        (GOOD, {"stamp": "x"}, ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_and_the_rest_stays(
    town: Town, scores: Any, more: dict[str, str], field: str
) -> None:
    if more.get("district") == "\x00":  # no sign at all is no district
        assert send(town, Client(), scores, **more).status_code == 302
        return
    answer = send(town, Client(), scores, **{"comment": "Ramah."} | more)
    page = answer.content.decode()
    assert answer.status_code == 422 and SurveyAnswer.objects.count() == 0 and said(answer)
    assert (not field or f'href="#{field}"' in page) and page.count(" checked") >= 8
    assert more.get("comment", "Ramah.") in page


def test_six_in_an_hour_from_one_connection_are_one_too_many(town: Town) -> None:
    client = Client(REMOTE_ADDR="203.0.113.5")
    for _ in range(5):
        assert send(town, client).status_code == 302
    answer = send(town, client)
    assert answer.status_code == 422 and "5" in said(answer) and SurveyAnswer.objects.count() == 5


def test_the_database_itself_knows_nine_scores_from_one_to_four(town: Town) -> None:
    for scores in ([1] * 8, [0] * ELEMENTS, [5] * ELEMENTS):
        with pytest.raises(IntegrityError), transaction.atomic():
            answers(town, 1, scores)


def test_four_answers_are_not_shown_and_the_fifth_shows_them(town: Town) -> None:
    address, client = url(town, "results"), Client()
    assert client.get(address).status_code == 200
    answers(town, 4)
    page = client.get(address).content.decode()
    assert "86,11" not in page and "A" not in [
        row["index"] for row in client.get(address).context["quarters"]
    ]
    assert client.get(address).context["index"] is None
    answers(town, 1)
    shown = client.get(address)
    # 31 of 36 points: 31 / 9 x 25.
    assert shown.context["index"]["band"] == "B" and "86,11" in shown.content.decode()
    assert shown["Cache-Control"] == "public, max-age=60"


def test_districts_of_few_take_the_smallest_shown_one_with_them(town: Town, statements: Any) -> None:
    first, second = town.districts
    answers(town, 9, district=first)
    answers(town, 6, [4] * 9, district=second)
    answers(town, 2, [1] * 9)
    with statements() as sent:
        context = Client().get(url(town, "results")).context
    places = {one["name"]: one["index"] and one["index"]["answers"] for one in context["places"]}
    assert places[first.name] == 9 and places[second.name] is None and list(places.values()).count(None) == 2
    answers(town, 20, district=first)
    with statements() as more:
        Client().get(url(town, "results"))
    assert len(sent) == len(more)


def test_quarters_stand_apart_and_are_chosen_by_address(town: Town) -> None:
    answers(town, 5)
    town.cast.at("2026-04-01 00:30")
    answers(town, 5, [1] * 9)
    client, address = Client(), url(town, "results")
    assert client.get(address).context["index"]["band"] == "D"
    assert client.get(f"{address}?quarter=2026-1").context["index"]["band"] == "B"
    for wrong in ("2025-1", "x", "2026-9", "\x00"):
        assert client.get(address, {"quarter": wrong}).status_code == 404


def test_comments_are_read_by_the_bureau_and_the_head_alone(town: Town) -> None:
    answers(town, 6, comment="Antre terlalu lama.")
    address = url(town, "results")
    readers = {
        who: signed_in(town.cast.people[who]).get(address)
        for who in ("hadi", "citra", "budi", "lintang", "root")
    }
    shown = {who: "Antre terlalu lama." in page.content.decode() for who, page in readers.items()}
    assert shown == {"hadi": True, "citra": True, "budi": False, "lintang": False, "root": False}
    assert "Antre" not in Client().get(address).content.decode()


def test_the_bureau_erases_the_words_of_a_comment_and_the_scores_stay(town: Town) -> None:
    answers(town, 6, comment="Pak Slamet Contoh di loket dua kasar.")
    address, where = url(town, "erase_comment"), url(town, "results")
    index = Client().get(where).context["index"]
    one = SurveyAnswer.objects.latest("pk")
    hadi = signed_in(town.hadi)
    hadi.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert hadi.get(where).content.decode().count("Slamet") == 6
    answer = hadi.post(address, {"answer": one.pk}, follow=True)
    page = answer.content.decode()
    assert "The comment was erased" in page and page.count("Slamet") == 5
    one.refresh_from_db()
    assert (one.comment, one.scores, Client().get(where).context["index"]) == ("", GOOD, index)
    told = events("portal_surveyanswer")[-1]
    assert (told["op"], told["actor"], told["id"]) == ("U", str(town.hadi.pk), one.pk)
    assert "Slamet" not in str(told) and told["old"]["comment_sha256"] != told["new"]["comment_sha256"]
    for again in (one.pk, 10**17, "x", ""):
        answer = hadi.post(address, {"answer": again}, follow=True)
        assert "Nothing was changed" in answer.content.decode()
    assert len(events("portal_surveyanswer")) == 7


def test_nobody_else_erases_a_comment_and_nothing_else_of_an_answer_ever_changes(town: Town) -> None:
    """Proven by taking away the condition of the trigger, and the question for the office."""
    answers(town, 1, comment="Antre terlalu lama.")
    one, address = SurveyAnswer.objects.get(), url(town, "erase_comment")
    for who in ("citra", "budi", "lintang", "root", "ani"):
        assert signed_in(town.cast.people[who]).post(address, {"answer": one.pk}).status_code == 404
    assert Client().post(address, {"answer": one.pk}).status_code == 401
    elsewhere = reverse("voices:erase_comment", args=[town.districts[0].code])
    signed_in(town.hadi).post(elsewhere, {"answer": one.pk})
    mine = SurveyAnswer.objects.filter(pk=one.pk)
    for change in ({"comment": "Bagus."}, {"scores": [1] * 9}, {"comment": "", "day": "2026-01-01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.delete()
    assert mine.get().comment == "Antre terlalu lama."


def test_there_is_no_survey_of_what_serves_nobody_or_is_elsewhere(town: Town) -> None:
    for code in (town.root.code, "9.99", "x" * 300):
        for name in ("survey", "thanks", "results"):
            assert Client().get(reverse(f"voices:{name}", args=[code])).status_code == 404
