"""Codes become sentences, in the reader's language and zone."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from wording.dates import day, moment
from wording.sentences import CATALOGUE, month_name, placeholders, say

PARAMS = {
    "_rp": "1250000.5",
    "_pt": "33.3400",
    "_qty": "12.5",
    "_at": "2026-01-12T15:59:59+00:00",
    "_on": "2026-01-12",
    "_months": [1, 2],
    "month": 3,
    "earlier": "2026-01",
    "state": "draft",
    "verb": "sign",
    "role": "agency_head",
}


def filled(code):
    return (
        {
            name: next((PARAMS[end] for end in PARAMS if name.endswith(end)), "x")
            for name in placeholders(code)
        }
        | ({"corrects_month": 2} if "corrects_month" in placeholders(code) else {})
        | {"verb": "sign"}
    )


@pytest.fixture(autouse=True)
def _makassar():
    with timezone.override(ZoneInfo("Asia/Makassar")), translation.override("en"):
        yield


@pytest.mark.parametrize("code", sorted(CATALOGUE))
@pytest.mark.parametrize("language", ["en", "id", "ur"])
def test_every_code_is_a_whole_sentence_in_every_language(code, language):
    with translation.override(language):
        sentence = say(code, filled(code))

    assert "%" not in sentence
    if code.startswith("subject."):  # of a letter: one line, as a title
        assert sentence.strip() == sentence and "\n" not in sentence and not sentence.endswith((".", "۔"))
    else:
        assert sentence.rstrip("x").endswith((".", "?", " ", "۔", "؟")), sentence


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_no_sentence_says_invalid(code):
    assert not re.search(r"\b(invalid|illegal|error)\b", str(CATALOGUE[code]), re.IGNORECASE)


def test_a_sentence_over_the_ceiling_names_the_number_the_limit_and_the_cure():
    params = {
        "line": "5.1.02",
        "entered_rp": "1250000000",
        "before_rp": "20000000",
        "ceiling_rp": "1000000000",
        "remaining_rp": "980000000",
        "reduce_by_rp": "270000000",
        "version": "DPPA 2",
    }

    sentence = say("V-10", params)

    for part in ("Rp1,250,000,000", "Rp980,000,000", "DPPA 2", "Reduce it by Rp270,000,000"):
        assert part in sentence


def test_the_currency_is_the_governments():
    params = {"line": "A011", "entered_rp": "10.50"}

    assert "Rs 10.50" in say("V-19", params, "PKR")
    assert "Rs 10.50" in say("V-19", params | {"currency": "PKR"})


def test_states_verbs_and_roles_are_words():
    assert say("route.state", {"state": "returned", "verb": "sign"}) == (
        "This report is returned for correction, so you cannot sign it now: "
        "a report can be signed only after every verification."
    )
    assert "it is for the section head" in say("route.office", {"verb": "verify", "role": "section_head"})


def test_moments_are_said_in_the_governments_zone():
    assert "12 January 2026 23:59 WITA" in say("route.window_not_open", {"opens_at": "2026-01-12T15:59:59Z"})
    with translation.override("id"):
        assert moment(datetime(2026, 1, 12, 15, 59, 59, tzinfo=UTC)) == "12 Januari 2026 23.59 WITA"
    with timezone.override(ZoneInfo("Asia/Karachi")):
        assert moment(datetime(2026, 6, 15, 7, 0, tzinfo=UTC)) == "15 June 2026 12:00 PKT"


def test_days_have_the_name_of_their_month():
    assert day(date(2026, 6, 15)) == "15 June 2026"
    with translation.override("id"):
        assert day(date(2026, 6, 15)) == "15 Juni 2026"


def test_the_day_of_a_moment_is_the_day_in_the_zone():
    assert day(datetime(2026, 1, 12, 20, 0, tzinfo=UTC)) == "13 January 2026"


def test_fiscal_months_have_names():
    assert month_name(1) == "January"
    assert month_name(1, start_month=7) == "July"
    assert month_name(12, start_month=7) == "June"
    assert month_name(13) == "month 13 (adjustment)"
    assert month_name("2026-01") == "January 2026"
    assert month_name(None) == "–"


def test_a_list_of_months_is_read_as_names():
    params = {"line": "L", "entered_rp": "-5", "published_months": [1, 2], "corrects_month": 4}

    assert "corrects April" in say("V-12.unpublished", params)
    assert "one of these: January, February" in say("V-12.unpublished", params)
    assert "one of these: –" in say("V-12.unpublished", params | {"published_months": []})


def test_the_caller_may_name_the_month():
    params = {"code": "1", "name": "n", "person": "p", "month": 1, "month_name": "Julai 2026"}
    assert "Julai 2026" in say("notice.report.published", params)


def test_an_unknown_code_or_a_missing_parameter_is_a_fault():
    with pytest.raises(KeyError):
        say("V-99", {})
    with pytest.raises(KeyError):
        say("V-19", {"line": "L"})


def rendered(source, **context):
    return Template("{% load wording %}" + source).render(Context(context))


def test_templates_show_sums_points_days_and_sentences():
    at = datetime(2026, 1, 12, 15, 59, 59, tzinfo=UTC)

    assert rendered('{{ sum|money:"IDR" }} {{ sum|money }}', sum=1500) == "Rp1,500 1,500"
    assert rendered("{{ value|points }} {{ none|points }}", value=40, none=None) == "40.00 –"
    assert rendered("{{ at|moment }} {{ at|day }}", at=at) == "12 January 2026 23:59 WITA 12 January 2026"
    assert rendered("{{ 1|fiscal_month:7 }}") == "July"
    assert rendered("{% say 'route.self' %}").startswith("You entered")


def test_a_sentence_in_a_template_is_escaped():
    html = rendered("{% say 'evidence.empty' params %}", params={"name": "<b>.pdf"})

    assert "&lt;b&gt;" in html


def test_a_missing_value_in_a_template_is_a_dash_and_not_zero():
    assert rendered("{{ a|money }}{{ a|points }}{{ a|moment }}{{ a|day }}{{ a|quantity }}") == "–––––"
