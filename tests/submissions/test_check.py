"""Ani checks her answers: what she sees is what is submitted, warnings are explained, and the truth is told of the rest."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from submissions.models import Explanation, Report
from submissions.services import save_entries
from tests.cast import World
from tests.ledger.test_events import events
from tests.submissions.test_nil import as_, reopened
from workflow.models import Act, Decision

WHY = "Uang muka sesuai kontrak dibayar bulan ini."
STATEMENT = {"statement": "1", "statement_version": "1"}


def page(reports: list[Report], months: str = "2026-01") -> str:
    return f"/entry/check/?months={months}&reports={','.join(str(one.pk) for one in reports)}"


def ticked(cast: World, reports: list[Report], **more: Any) -> dict[str, Any]:
    versions = {f"r{pk}-version": version for pk, version in cast.versions(reports).items()}
    return {"report": [one.pk for one in reports], "key": "one-page", **STATEMENT, **versions, **more}


def items(answer: Any) -> dict[int, dict[str, Any]]:
    return {item["report_id"]: item for month in answer.context["months"] for item in month["items"]}


def unexplained(cast: World, report: Report, amount: int, **said: Any) -> None:
    """Saved as typed; `cast.entered` would explain its warnings at once."""
    saved = save_entries(actor=cast.ani, entries=[cast.entry(report, amount, **said)])
    assert report.pk in saved.versions, saved


@pytest.fixture
def january(cast: World) -> list[Report]:
    cast.items(3, ceilings=(100, 200))
    return cast.open()


def test_she_sees_figures_totals_and_who_verifies(cast: World, january: list[Report]) -> None:
    cast.entered(january[:2], 10)
    answer = as_(cast.ani).get(page(january[:2]))
    told = answer.content.decode()
    assert answer.status_code == 200
    for part in ("Kepala Bidang Bina Marga", "Budi Wiratmaka", "WITA", "not cumulative", "2 of 3"):
        assert part in told
    (month,) = answer.context["months"]
    assert month["total"]["this_month"] == 40
    assert [one["code"] for one in month["left"]] == [january[2].item.sub_activity_code]


def test_both_go_in_one_act_and_get_a_number(cast: World, january: list[Report]) -> None:
    cast.entered(january[:2], 10)
    ani = as_(cast.ani)
    answer = ani.post(page(january[:2]), ticked(cast, january[:2]), follow=True)
    assert answer.redirect_chain[-1][0].startswith("/entry/2026-01/submitted/?acts=")
    (act,) = Act.objects.filter(verb="submit")
    assert f"2026-01/{act.pk}" in answer.content.decode()
    assert {one.act_id for one in Decision.objects.filter(verb="submit")} == {act.pk}
    assert [one.state for one in cast.reports()] == ["submitted", "submitted", "draft"]


# --- Warnings ------------------------------------------------------------------------------------------------


@pytest.fixture
def unusual(cast: World) -> Report:
    """More than half of the ceiling in one month."""
    cast.item(ceilings=(100,))
    (report,) = cast.open()
    unexplained(cast, report, 60, increment=55)
    return report


def warning_of(cast: World, report: Report) -> str:
    """The field of its one warning."""
    ((warning,),) = [item["warnings"] for item in items(as_(cast.ani).get(page([report]))).values()]
    return str(warning["field"])


def test_a_warning_needs_an_explanation_that_is_kept(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    ani, posted = as_(cast.ani), ticked(cast, [unusual])
    refused = ani.post(page([unusual]), posted | {field: "terlalu pendek"[:10]})
    assert refused.status_code == 422
    assert 'href="#' + field in refused.content.decode()
    assert "terlalu pe" in refused.content.decode()
    assert Report.objects.get(pk=unusual.pk).state == "draft"
    posted = ticked(cast, [unusual], key="second") | {
        field: WHY,
        f"r{unusual.pk}-was-V-15-line-{line_of(unusual)}": "terlalu pe",
    }
    assert ani.post(page([unusual]), posted).status_code == 302
    assert Report.objects.get(pk=unusual.pk).state == "submitted"
    (kept,) = Explanation.objects.all()
    assert (kept.rule, kept.text, kept.line_id) == ("V-15", WHY, line_of(unusual))
    assert WHY in as_(cast.budi).get(f"/reports/{unusual.token}/").content.decode()


def line_of(report: Report) -> int:
    return int(report.lines.get().pk)


def test_an_unexplained_warning_stays_and_the_clear_one_goes(cast: World) -> None:
    cast.items(2, ceilings=(100,))
    odd, clear = cast.open()
    unexplained(cast, odd, 60, increment=55)
    cast.entered([clear], 10)
    answer = as_(cast.ani).post(page([odd, clear]), ticked(cast, [odd, clear]))
    assert answer.status_code == 422
    assert [one.state for one in cast.reports()] == ["draft", "submitted"]
    (act,) = Act.objects.filter(verb="submit")
    assert answer.context["submitted"] == 1
    assert answer.context["submitted_url"].endswith(f"?acts={act.pk}")
    assert [pk for pk in items(answer)] == [odd.pk]


def test_what_she_typed_is_kept_although_the_statement_is_missing(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    answer = as_(cast.ani).post(page([unusual]), ticked(cast, [unusual], **{field: WHY, "statement": ""}))
    assert answer.status_code == 422
    assert WHY in answer.content.decode()
    assert Explanation.objects.get().text == WHY
    assert Report.objects.get(pk=unusual.pk).state == "draft"


def test_another_explanation_is_not_overwritten_unseen(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    posted = ticked(cast, [unusual], **{field: WHY})
    ani = as_(cast.ani)
    other = "Pembayaran termin pertama sesuai kontrak."
    ani.post(page([unusual]), posted | {field: other, "statement": "", "key": "elsewhere"})
    answer = ani.post(page([unusual]), posted)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert other in told and WHY in told
    assert Explanation.objects.get().text == other
    assert Report.objects.get(pk=unusual.pk).state == "draft"


def test_a_text_of_more_than_a_thousand_letters_is_refused_and_kept(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    answer = as_(cast.ani).post(page([unusual]), ticked(cast, [unusual], **{field: "a" * 1001}))
    assert answer.status_code == 422
    assert "a" * 1001 in answer.content.decode()
    assert Report.objects.get(pk=unusual.pk).state == "draft"


# --- What cannot go ------------------------------------------------------------------------------------------


def test_an_error_leads_to_its_input_in_the_table(cast: World, january: list[Report]) -> None:
    cast.entered(january[:1], 10, status="")
    answer = as_(cast.ani).get(page(january[:1]))
    assert f'href="/entry/2026-01/#r{january[0].pk}-status"' in answer.content.decode()
    item = items(answer)[january[0].pk]
    assert (item["tickable"], item["ticked"]) == (False, False)
    assert as_(cast.ani).post(page(january[:1]), ticked(cast, january[:1])).status_code == 422
    assert cast.reports()[0].state == "draft"


def test_a_version_that_was_not_on_the_page_is_refused_with_the_difference(
    cast: World, january: list[Report]
) -> None:
    cast.entered(january[:2], 10)
    posted = ticked(cast, january[:2])
    seen = posted[f"r{january[0].pk}-version"]
    cast.entered(january[:1], 20)
    answer = as_(cast.ani).post(page(january[:2]), posted)
    assert answer.status_code == 422
    assert f"/reports/{january[0].token}/?seen={seen}" in answer.content.decode()
    assert items(answer)[january[0].pk]["ticked"] is False
    assert [one.state for one in cast.reports()] == ["draft", "submitted", "draft"]
    for odd in ("", "x", "9" * 40):
        as_(cast.ani).post(
            page(january[:1]), posted | {f"r{january[0].pk}-version": odd, "key": f"k{len(odd)}"}
        )
    assert cast.reports()[0].state == "draft"


def test_an_explanation_does_not_hide_a_change_of_somebody_else(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    posted = ticked(cast, [unusual], **{field: WHY})
    unexplained(cast, unusual, 70, increment=60)
    answer = as_(cast.ani).post(page([unusual]), posted)
    assert answer.status_code == 422
    assert Report.objects.get(pk=unusual.pk).state == "draft"
    assert Explanation.objects.get().text == WHY  # nothing typed is lost


@pytest.mark.parametrize("missing", ["statement", "statement_version", "report"])
def test_without_statement_or_tick_nothing_goes(cast: World, january: list[Report], missing: str) -> None:
    cast.entered(january[:1], 10)
    posted = {name: value for name, value in ticked(cast, january[:1]).items() if name != missing}
    assert as_(cast.ani).post(page(january[:1]), posted).status_code == 422
    assert cast.reports()[0].state == "draft"
    assert not Act.objects.filter(verb="submit").exists()


def test_what_is_submitted_already_is_not_offered_again(cast: World, january: list[Report]) -> None:
    cast.submitted(january[:1], 10)
    answer = as_(cast.ani).get(page(january[:1]))
    assert (answer.status_code, items(answer)) == (200, {})
    posted = as_(cast.ani).post(page(january[:1]), ticked(cast, january[:1]))
    assert posted.status_code == 422
    assert Decision.objects.filter(verb="submit").count() == 1


def test_a_locked_month_says_so(cast: World, january: list[Report]) -> None:
    cast.entered(january[:1], 10)
    posted = ticked(cast, january[:1])
    cast.at("2026-03-01 09:00")
    ani = as_(cast.ani)
    assert "was locked on" in ani.get(page(january[:1])).content.decode()
    assert ani.post(page(january[:1]), posted).status_code == 422
    assert cast.reports()[0].state == "draft"


# --- Second tap, ledger, strangers ---------------------------------------------------------------------------


def test_a_second_tap_gets_the_first_answer(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    ani, posted = as_(cast.ani), ticked(cast, [unusual], **{field: WHY})
    first, second = (ani.post(page([unusual]), posted) for _tap in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Decision.objects.filter(verb="submit").count() == 1


def test_a_second_tap_on_a_partial_answer_says_the_same(cast: World) -> None:
    cast.items(2, ceilings=(100,))
    odd, clear = cast.open()
    unexplained(cast, odd, 60, increment=55)
    cast.entered([clear], 10)
    ani, posted = as_(cast.ani), ticked(cast, [odd, clear])
    first, second = (ani.post(page([odd, clear]), posted) for _tap in range(2))
    assert [answer.context["submitted_url"] for answer in (first, second)] == [
        first.context["submitted_url"]
    ] * 2
    assert second.status_code == 422
    assert Decision.objects.filter(verb="submit").count() == 1


def test_the_ledger_tells_of_explanation_and_submission(cast: World, unusual: Report) -> None:
    field = warning_of(cast, unusual)
    as_(cast.ani).post(page([unusual]), ticked(cast, [unusual], **{field: WHY}))
    decision = Decision.objects.get(verb="submit")
    assert (decision.actor, decision.marks) == (cast.ani, ["statement-1"])
    explained, moved = (events(table=f"submissions_{table}")[-1] for table in ("explanation", "report"))
    assert [event["actor"] for event in (explained, moved)] == [str(cast.ani.pk)] * 2
    assert explained["new"]["text_sha256"] == hashlib.sha256(WHY.encode()).hexdigest()
    assert (explained["new"]["rule"], moved["new"]["state"]) == ("V-15", "submitted")
    assert len(explained["request"]) == 36


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_strangers_find_nothing_to_check(cast: World, january: list[Report], who: str) -> None:
    cast.entered(january[:1], 10)
    client = as_(cast.people[who])
    assert client.get(page(january[:1])).status_code == 404
    assert client.post(page(january[:1]), ticked(cast, january[:1])).status_code == 404
    assert cast.reports()[0].state == "draft"


@pytest.mark.parametrize(
    "query", ["", "?months=2026-1", "?months=x", "?reports=x", "?reports=" + "9" * 40, "?months=2031-01", "?months=0000-01"]
)  # fmt: skip
def test_an_address_that_names_nothing_of_hers_is_not_found(
    cast: World, january: list[Report], query: str
) -> None:
    assert as_(cast.ani).get(f"/entry/check/{query}").status_code == 404


def test_a_visitor_is_asked_to_sign_in(january: list[Report]) -> None:
    assert Client().get(page(january)).status_code == 302


# --- Several months ------------------------------------------------------------------------------------------


@pytest.fixture
def quarter(cast: World) -> list[Report]:
    """January and February of two sub-activities, both open in early March."""
    cast.items(2, ceilings=(100,))
    cast.open(1)
    cast.open(2)
    reopened(cast)
    return [*cast.reports(1), *cast.reports(2)]


def test_two_months_go_in_order_in_one_sitting(cast: World, quarter: list[Report]) -> None:
    cast.entered(quarter, 10)
    both = page(quarter, "2026-01,2026-02")
    answer = as_(cast.ani).post(both, ticked(cast, quarter), follow=True)
    assert [one.state for one in quarter_of(cast)] == ["submitted"] * 4
    numbers = [one["number"] for one in answer.context["receipts"]]
    assert [number.partition("/")[0] for number in numbers] == ["2026-01", "2026-02"]
    assert all(number in answer.content.decode() for number in numbers)


def quarter_of(cast: World) -> list[Report]:
    return [*cast.reports(1), *cast.reports(2)]


def test_a_month_waits_for_the_one_before_it(cast: World, quarter: list[Report]) -> None:
    cast.entered(quarter, 10)
    cast.entered(quarter[:1], 10, status="")
    answer = as_(cast.ani).post(page(quarter, "2026-01,2026-02"), ticked(cast, quarter))
    assert answer.status_code == 422
    assert [one.state for one in quarter_of(cast)] == ["draft", "submitted", "draft", "submitted"]
    assert "January 2026 of this sub-activity is not submitted yet" in answer.content.decode()


def test_a_month_alone_is_refused_while_an_earlier_one_is_open(cast: World, quarter: list[Report]) -> None:
    cast.entered(quarter, 10)
    february = quarter[2:]
    answer = as_(cast.ani).post(page(february, "2026-02"), ticked(cast, february))
    assert answer.status_code == 422
    assert "January 2026 of this sub-activity is not submitted yet" in answer.content.decode()
    assert {one.state for one in quarter_of(cast)} == {"draft"}


# --- What it costs -------------------------------------------------------------------------------------------


def test_checking_and_submitting_many_cost_what_one_costs(cast: World, statements: Any) -> None:
    ani, costs = as_(cast.ani), []
    for first, last in ((1, 2), (2, 51)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100, 200))
        fresh = [one for one in cast.open() if one.version == 1]
        cast.entered(fresh, 10)
        ani.get(page(fresh))
        with statements() as seen:
            assert ani.get(page(fresh)).status_code == 200
        looking = len(seen)
        with statements() as seen:
            assert ani.post(page(fresh), ticked(cast, fresh, key=f"key-{last}")).status_code == 302
        costs.append((looking, len(seen)))
    assert costs[0] == costs[1]
