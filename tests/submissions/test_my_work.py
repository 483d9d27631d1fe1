"""My work, the handover, months that are caught up on, and one's own history: what each shows, to whom, at what cost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from approvals import services as deciding
from ledger.recording import recorded
from registry.models import Assignment
from submissions.models import Report
from tests.cast import World, assign
from tests.submissions.test_nil import as_, reopened, told

WORK, HANDOVER, CATCH_UP, HISTORY = "/entry/", "/entry/handover/", "/entry/catch-up/", "/entry/history/"
REASON = "Nilai tidak sama dengan SP2D nomor 000123."


def returned(cast: World, report: Report, *marks: str) -> None:
    """Budi sends a submitted report back."""
    deciding.send_back(
        actor=cast.budi, versions=cast.versions([report]), reason=REASON, marks=["category-payments", *marks]
    )


# --- My work (O1) --------------------------------------------------------------------------------------------


def test_each_report_is_where_it_belongs(cast: World) -> None:
    cast.items(5, ceilings=(100, 200))
    back, empty, half, ready, gone = cast.open()
    cast.submitted([back, gone], 10)
    returned(cast, back)
    cast.entered([half], 10, status="")
    cast.entered([ready], 10)
    shown = as_(cast.ani).get(WORK).context
    codes = {
        name: [one["code"][-4:] for one in shown[name]]
        for name in ("returned", "to_enter", "ready", "submitted")
    }
    assert codes == {
        "returned": ["0001"],
        "to_enter": ["0002", "0003"],
        "ready": ["0004"],
        "submitted": ["0005"],
    }
    (month,) = shown["months"]
    assert [month[name] for name in ("items", "filled", "ready", "submitted", "returned")] == [5, 3, 1, 1, 1]


def test_the_named_cells_of_a_return_are_links_to_them(cast: World) -> None:
    cast.item(ceilings=(100, 200))
    (report,) = cast.open()
    cast.submitted([report], 10)
    line = report.lines.order_by("line__account_code").first()
    assert line is not None
    returned(cast, report, f"line-{line.pk}", "physical", "status")
    page = as_(cast.ani).get(WORK).content.decode()
    for part in (
        REASON,
        "Budi Wiratmaka",
        "Kepala Bidang Bina Marga",
        "The figures do not match the payments",
    ):
        assert part in page
    for cell in (f"line-{line.pk}", "increment", "status"):
        assert f'href="/entry/2026-01/#r{report.pk}-{cell}"' in page


def test_what_came_back_is_ready_only_after_it_was_touched(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    cast.submitted([report], 10)
    returned(cast, report)
    ani = as_(cast.ani)
    assert ani.get(WORK).context["ready_url"] == ""
    cast.entered([report], 11)
    assert str(report.pk) in ani.get(WORK).context["ready_url"]


def test_the_deadline_names_day_zone_and_what_is_left(cast: World) -> None:
    cast.item()
    cast.open()
    page = as_(cast.ani).get(WORK).content.decode()
    assert "Closes Thu 5 February 2026 23:59 WITA" in page
    assert "2 days left" in page


def test_progress_is_told_item_by_item(cast: World) -> None:
    cast.item(ceilings=(10_000_000_000, 100))
    (report,) = cast.open()
    cast.entered([report], 600_000_000, 1, status="")
    (item,) = as_(cast.ani).get(WORK).context["to_enter"]
    assert [(part["text"], part["done"]) for part in item["parts"]] == [
        ("2 of 2 lines", True), ("5.00", True), ("–", False), ("missing", False),
    ]  # fmt: skip


def test_a_stranger_to_entry_finds_an_empty_page(cast: World) -> None:
    cast.item()
    cast.open()
    shown = as_(cast.gita).get(WORK).context
    assert (shown["months"], shown["to_enter"], shown["handover"]) == ([], [], [])


@pytest.mark.parametrize("address", [WORK, HANDOVER, CATCH_UP, HISTORY])
def test_fifty_cost_what_one_costs(cast: World, statements: Any, address: str) -> None:
    ani, costs = as_(cast.ani), []
    for first, last in ((1, 4), (4, 51)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100, 200))
        back, gone, *rest = [one for one in cast.open() if one.version == 1]
        cast.submitted([back, gone], 10)
        returned(cast, back)
        cast.entered(rest, 10, status="")
        ani.get(address)
        with statements() as seen:
            assert ani.get(address).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


# --- Handover ------------------------------------------------------------------------------------------------


@pytest.fixture
def taken_over(cast: World) -> list[Report]:
    """Ani left at the end of January; Gita holds the post since 1 February, and Eko will from June."""
    cast.items(3, ceilings=(100, 200))
    reports = cast.open()
    cast.submitted(
        reports[:1],
        10,
        problems=["LAND"],
        problem_text="Lahan belum bebas sepenuhnya.",
        follow_up_text="Musyawarah dengan pemilik lahan.",
        follow_up_pic="Kepala Seksi",
        follow_up_due=date(2026, 2, 2),
    )
    returned(cast, reports[0])
    cast.entered(reports[1:2], 17)
    with recorded(None):
        Assignment.objects.filter(person=cast.ani).update(valid_to=date(2026, 1, 31))
    assign(cast.gita, cast.posts["officer"], start="2026-02-01", end="2026-05-31")
    assign(cast.eko, cast.posts["officer"], start="2026-06-01")
    return reports


def test_a_new_holder_is_told_what_she_takes_over(cast: World, taken_over: list[Report]) -> None:
    cast.at("2026-02-04 09:00")
    gita = as_(cast.gita)
    assert HANDOVER in gita.get(WORK).content.decode().partition("<section")[0]
    answer = gita.get(HANDOVER)
    page, shown = answer.content.decode(), answer.context
    for part in ("since 1 February 2026", "Ani Lembayung", "31 January 2026", "Eko Pelangiwan", REASON):
        assert part in page
    (draft,) = [one for one in shown["drafts"] if one["state"] == "draft"]
    assert draft["person"] == "Ani Lembayung"
    assert [cell["amount"] for cell in draft["cells"]] == ["17", "17"]
    (promise,) = shown["follow_ups"]
    assert (promise["pic"], promise["overdue"], promise["late"]) == ("Kepala Seksi", True, 2)
    assert [month["code"] for month in shown["months"]] == ["2026-01"]
    assert len(shown["glance"]["rows"]) == 2


def test_after_thirty_days_the_page_is_there_but_not_in_front(cast: World, taken_over: list[Report]) -> None:
    cast.at("2026-03-10 09:00")
    page = as_(cast.gita).get(WORK).content.decode()
    assert HANDOVER in page and HANDOVER not in page.partition("<section")[0]


@pytest.mark.parametrize("who", ["ani", "budi", "citra", "dewi", "root"])
def test_who_holds_no_officers_post_takes_nothing_over(
    cast: World, taken_over: list[Report], who: str
) -> None:
    assert as_(cast.people[who]).get(HANDOVER).status_code == 404


def test_a_promise_that_was_kept_is_not_shown(cast: World) -> None:
    cast.item()
    (january,) = cast.open()
    cast.open(2)
    reopened(cast)
    promised: dict[str, Any] = {
        "problems": ["LAND"],
        "problem_text": "Lahan belum bebas sepenuhnya.",
        "follow_up_text": "Musyawarah.",
    }
    cast.entered([january], 10, **promised, follow_up_due=date(2026, 2, 20))
    (february,) = cast.reports(2)
    ani = as_(cast.ani)
    assert len(ani.get(HANDOVER).context["follow_ups"]) == 1
    cast.entered([february], 10, follow_up_answer="DONE")
    assert ani.get(HANDOVER).context["follow_ups"] == []


# --- Catching up ---------------------------------------------------------------------------------------------


@pytest.fixture
def quarter(cast: World) -> list[list[Report]]:
    """January and February of three sub-activities; March has begun."""
    cast.items(3)
    cast.open(1)
    cast.open(2)
    reopened(cast)
    return [cast.reports(1), cast.reports(2)]


def test_months_are_in_order_and_the_next_is_named(cast: World, quarter: list[list[Report]]) -> None:
    cast.entered(quarter[0], 10)
    answer = as_(cast.ani).get(CATCH_UP)
    assert [month["code"] for month in answer.context["months"]] == ["2026-01", "2026-02"]
    assert answer.context["next"]["code"] == "2026-02"
    assert "Next: February 2026" in answer.content.decode()
    cast.entered(quarter[1], 10)
    assert "months=2026-01,2026-02" in as_(cast.ani).get(CATCH_UP).context["check_url"]


def test_only_what_is_in_order_is_offered_for_submission(cast: World, quarter: list[list[Report]]) -> None:
    cast.entered(quarter[1], 10)
    assert as_(cast.ani).get(CATCH_UP).context["check_url"] == ""


def nil_post(cast: World, rows: list[list[Report]], **more: Any) -> dict[str, Any]:
    every = [one for month in rows for one in month]
    values = [",".join(str(month[number].pk) for month in rows) for number in range(len(rows[0]))]
    versions = {f"version-{pk}": version for pk, version in cast.versions(every).items()}
    return {"nil_item": values, "nil_statement": "1", "key": "one-page", **versions, **more}


def test_nil_goes_month_by_month_in_one_tap(cast: World, quarter: list[list[Report]]) -> None:
    ani = as_(cast.ani)
    offered = ani.get(CATCH_UP).context["nil"]
    assert [one["months"] for one in offered] == [["January 2026", "February 2026"]] * 3
    posted = nil_post(cast, quarter)
    answers = [ani.post(f"{CATCH_UP}nil/", posted) for _tap in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert {one.state for month in (1, 2) for one in cast.reports(month)} == {"submitted"}
    assert {one.status for one in cast.reports(2)} == {"BELUM_MULAI"}
    receipts = ani.get(answers[0]["Location"]).context["receipts"]
    assert [one["label"] for one in receipts] == ["January 2026", "February 2026"]


def test_what_a_rule_wants_explained_is_refused_by_name(cast: World) -> None:
    """A plan, and two months without anything: a problem and a follow-up are owed (V-30)."""
    cast.item(ceilings=(1200,), cash=[100] * 12, physical=[8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 10, 10])
    cast.open(1)
    cast.open(2)
    reopened(cast)
    months = [cast.reports(1), cast.reports(2)]
    answer = as_(cast.ani).post(f"{CATCH_UP}nil/", nil_post(cast, months), follow=True)
    code = months[0][0].item.sub_activity_code
    said = [one for one in told(answer) if code in one and "it was not submitted" in one]
    assert said and all("/entry/2026-0" in one for one in said)
    assert {one.state for one in cast.reports(2)} == {"draft"}


@pytest.mark.parametrize("who", ["budi", "citra", "dewi", "eko", "gita", "root"])
def test_strangers_report_nothing_as_nil(cast: World, quarter: list[list[Report]], who: str) -> None:
    client = as_(cast.people[who])
    assert client.post(f"{CATCH_UP}nil/", nil_post(cast, quarter)).status_code == 302
    assert client.get(CATCH_UP).context["months"] == []
    assert {one.state for month in (1, 2) for one in cast.reports(month)} == {"draft"}


@pytest.mark.parametrize("gone", [{"nil_statement": ""}, {"nil_item": []}])
def test_without_a_tick_nothing_is_nil(
    cast: World, quarter: list[list[Report]], gone: dict[str, Any]
) -> None:
    as_(cast.ani).post(f"{CATCH_UP}nil/", nil_post(cast, quarter, **gone))
    assert {one.state for month in (1, 2) for one in cast.reports(month)} == {"draft"}


def test_a_version_that_was_not_seen_is_not_made_nil(cast: World, quarter: list[list[Report]]) -> None:
    posted = nil_post(cast, quarter)
    first = quarter[0][0]
    cast.entered([first], 0, increment=Decimal(0), status="PERSIAPAN")
    answer = as_(cast.ani).post(f"{CATCH_UP}nil/", posted, follow=True)
    assert "The report changed since you opened it" in " ".join(told(answer))
    assert [one.state for one in cast.reports(1)] == ["draft", "submitted", "submitted"]
    assert [one.state for one in cast.reports(2)] == ["draft", "submitted", "submitted"]


def test_last_months_texts_are_copied_where_there_are_none(cast: World, quarter: list[list[Report]]) -> None:
    texts: dict[str, Any] = {
        "problems": ["LAND"],
        "problem_text": "Lahan belum bebas sepenuhnya.",
        "public_note": "Menunggu lahan.",
    }
    cast.entered(quarter[0][:2], 10, **texts)
    own = "Hujan deras selama dua minggu penuh."
    cast.entered(quarter[1][1:2], 5, problem_text=own, problems=["WEATHER_FORCE_MAJEURE"])
    ani = as_(cast.ani)
    offered = [one["id"] for one in ani.get(CATCH_UP).context["narratives"]]
    assert offered == [quarter[1][0].pk]
    ani.post(f"{CATCH_UP}narrative/", {"report": [one.pk for one in quarter[1]]})
    copied, kept, other = cast.reports(2)
    assert (copied.problem_text, copied.public_note, copied.problems) == tuple(
        texts[name] for name in ("problem_text", "public_note", "problems")
    )
    assert (kept.problem_text, other.problem_text) == (own, "")


def test_strangers_copy_nothing(cast: World, quarter: list[list[Report]]) -> None:
    cast.entered(quarter[0], 10, problem_text="Lahan belum bebas sepenuhnya.", problems=["LAND"])
    as_(cast.eko).post(f"{CATCH_UP}narrative/", {"report": [one.pk for one in quarter[1]]})
    assert {one.problem_text for one in cast.reports(2)} == {""}


# --- History (O5) --------------------------------------------------------------------------------------------


def test_history_has_months_across_and_states(cast: World, quarter: list[list[Report]]) -> None:
    cast.submitted(quarter[0][:1], 10)
    shown = as_(cast.ani).get(HISTORY).context
    assert shown["months"] == ["January 2026", "February 2026"]
    assert [[cell["state"] for cell in row["cells"]] for row in shown["rows"]] == [
        ["submitted", "missing"], ["missing", "missing"], ["missing", "missing"],
    ]  # fmt: skip
    assert shown["rows"][0]["cells"][0]["url"] == f"/reports/{quarter[0][0].token}/"


@pytest.mark.parametrize("who", ["budi", "gita", "eko"])
def test_others_have_their_own_history(cast: World, quarter: list[list[Report]], who: str) -> None:
    for year in ("", "x", "9" * 30):
        assert as_(cast.people[who]).get(f"{HISTORY}?year={year}").context["rows"] == []


@pytest.mark.parametrize("address", [HANDOVER, CATCH_UP, HISTORY, WORK])
def test_a_visitor_is_asked_to_sign_in(cast: World, address: str) -> None:
    assert Client().get(address).status_code == 302
