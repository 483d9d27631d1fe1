"""The desk's tabs, filters, order and kept filters: what is shown is what was asked for, and it stands in the address."""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from approvals import services
from approvals.desk import TABS_OF
from approvals.desk_filters import Filter
from approvals.models import SavedFilter
from submissions.models import Report
from tests.approvals.deskwork import as_, plain, plain_text, second_officer, shown, ticked, unusual
from tests.cast import World


def send_back(cast: World, report: Report) -> None:
    posted = {
        "act": "return", "category": "payments", "version": cast.versions([report])[report.pk],
        "reason": "SP2D nomor 17 belum dihitung",
    }  # fmt: skip
    assert as_(cast.budi).post(f"/reports/{report.token}/", posted).status_code == 302


def test_each_report_stands_in_one_tab(cast: World) -> None:
    first, second, third = plain(cast, 3)
    cast.item("1.03.10.2.01.0777")
    cast.open()
    send_back(cast, second)
    budi = as_(cast.budi)
    budi.post("/inbox/", ticked(cast, [third]))
    page = budi.get("/inbox/")
    assert [(tab["label"], tab["count"]) for tab in page.context["tabs"]] == [
        ("To verify", 1), ("Returned by me", 1), ("Verified, and with others", 1), ("Not submitted", 1),
    ]  # fmt: skip
    assert [row["id"] for row in page.context["rows"]] == [first.pk]
    (back,) = budi.get("/inbox/?tab=returned").context["returned"]
    assert (back["code"], back["reason"]) == (second.item.sub_activity_code, "SP2D nomor 17 belum dihitung")
    assert back["category"] == "The figures do not match the payments"
    (held,) = budi.get("/inbox/?tab=elsewhere").context["held"]
    assert held["code"] == third.item.sub_activity_code
    (missing,) = budi.get("/inbox/?tab=missing").context["missing"]
    assert missing["code"].endswith("0777")


def test_what_another_sent_back_is_with_others(cast: World) -> None:
    (report,) = plain(cast, 1)
    budi = as_(cast.budi)
    budi.post("/inbox/", ticked(cast, [report]))
    posted = {
        "act": "return", "category": "other", "version": cast.versions([report])[report.pk],
        "reason": "Angka bulan ini keliru sekali",
    }  # fmt: skip
    citra = as_(cast.citra)
    citra.post(f"/reports/{report.token}/", posted)
    assert budi.get("/inbox/?tab=returned").context["returned"] == []
    assert len(budi.get("/inbox/?tab=elsewhere").context["held"]) == 1
    assert len(citra.get("/sign/?tab=returned").context["returned"]) == 1


def test_by_officer_and_month(cast: World) -> None:
    _joko, post = second_officer(cast)
    plain(cast, 2)
    cast.item("1.03.10.2.01.0500", ceilings=(1000,), officer="joko")
    cast.open()
    cast.submitted([Report.objects.get(item__sub_activity_code__endswith="0500")], 50, by="joko")
    budi = as_(cast.budi)
    page = budi.get(f"/inbox/?officer={post.pk}")
    assert shown(page) == ["0500"]
    assert page.context["totals"] == {"this_month": 50, "count": 1}
    labels = {
        one["label"]: one
        for field in page.context["fields"]
        if field["name"] == "officer"
        for one in field["options"]
    }
    assert set(labels) == {"Ani Lembayung, PPTK Bina Marga", "Joko Telaga, PPTK Jembatan"}
    assert labels["Joko Telaga, PPTK Jembatan"]["selected"]
    assert shown(budi.get("/inbox/?month=2026-01")) == ["0001", "0002", "0500"]
    assert shown(budi.get("/inbox/?month=2026-02")) == []
    assert shown(budi.get(f"/inbox/?unit={cast.agency.pk}")) == ["0001", "0002", "0500"]
    assert shown(budi.get(f"/inbox/?unit={cast.other_agency.pk}")) == []
    assert "No report fits this filter" in plain_text(budi.get("/inbox/?month=2026-02"))


@pytest.fixture
def mixed(cast: World) -> dict[str, Report]:
    """One far behind its plan, one with a warning, one with a photograph, one in order; all of them Budi's."""
    cast.item("1.03.10.2.01.0001", ceilings=(1000,), cash=[0] * 12, physical=[50, *[0] * 11])
    cast.item("1.03.10.2.01.0003", ceilings=(1000,))
    (behind, filed) = cast.open()
    cast.with_evidence([filed])
    cast.submitted([behind], 50, increment=5)
    cast.submitted([filed], 50)
    return {"0001": behind, "0900": unusual(cast), "0003": filed, "0004": plain(cast, 1, start=4)[0]}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("band=RED", ["0001"]),
        ("band=NONE", ["0003", "0004", "0900"]),
        ("warnings=no&band=NONE", ["0003", "0004"]),
        ("warnings=yes&band=NONE", ["0900"]),
        ("evidence=no&band=NONE", ["0004", "0900"]),
        ("evidence=yes", ["0003"]),
        ("changed=yes", ["0001", "0003", "0004", "0900"]),
        ("changed=no", []),
        ("overdue=yes", []),
        ("overdue=no", ["0001", "0003", "0004", "0900"]),
        ("revision=yes", []),
        ("revision=no", ["0001", "0003", "0004", "0900"]),
        ("sort=-money&band=NONE&evidence=no", ["0900", "0004"]),
        ("sort=money&band=NONE&evidence=no", ["0004", "0900"]),
        ("sort=deviation", ["0001", "0003", "0004", "0900"]),
        ("sort=-warnings&band=NONE", ["0900", "0003", "0004"]),
        ("band=PINK&officer=x&unit=-1&month=2026-13&overdue=maybe&sort=rm", ["0001", "0003", "0004", "0900"]),
    ],
)
def test_by_what_the_figures_say(cast: World, mixed: dict[str, Report], query: str, codes: list[str]) -> None:
    page = as_(cast.budi).get(f"/inbox/?{query}")
    assert shown(page) == codes
    assert page.context["totals"]["count"] == len(codes)
    assert page.context["totals"]["this_month"] == sum(row["this_month"] for row in page.context["rows"])


def test_overdue_is_by_the_deadline_of_the_tier(cast: World) -> None:
    plain(cast, 1)
    cast.at("2026-02-12 09:00")
    assert shown(as_(cast.budi).get("/inbox/?overdue=yes")) == ["0001"]


def test_the_same_figures_as_last_month_are_found(cast: World) -> None:
    (first,) = plain(cast, 1)
    as_(cast.budi).post("/inbox/", ticked(cast, [first]))
    cast.at("2026-03-03 09:00")
    cast.open(2)
    (february,) = cast.reports(2)
    cast.submitted([february], 50)
    assert shown(as_(cast.budi).get("/inbox/?changed=no")) == ["0001"]
    assert shown(as_(cast.budi).get("/inbox/?changed=yes")) == []


def test_totals_are_of_the_whole_filter_and_not_of_the_page(cast: World) -> None:
    plain(cast, 53)
    page = as_(cast.budi).get("/inbox/")
    assert len(page.context["rows"]) == 50
    assert page.context["totals"] == {"this_month": 53 * 50, "count": 53}
    assert "All 53, not only the 50 on this page" in plain_text(page)
    last = as_(cast.budi).get("/inbox/?page=2")
    assert len(last.context["rows"]) == 3 and last.context["totals"]["count"] == 53


def test_the_address_of_the_next_page_keeps_filter_and_order(cast: World) -> None:
    plain(cast, 51)
    page = as_(cast.budi).get("/inbox/?sort=-money&evidence=no").content.decode()
    assert "?tab=mine&amp;evidence=no&amp;sort=-money&amp;page=2" in page


def test_a_filter_that_finds_nothing_any_more_still_says_what_it_is(cast: World) -> None:
    (report,) = plain(cast, 1)
    budi = as_(cast.budi)
    address = f"/inbox/?officer={cast.posts['officer'].pk}&month=2026-01"
    budi.post("/inbox/", ticked(cast, [report]))
    fields = {field["name"]: field for field in budi.get(address).context["fields"]}
    assert [one["label"] for one in fields["officer"]["options"] if one["selected"]] == ["PPTK Bina Marga"]
    assert [one["label"] for one in fields["month"]["options"] if one["selected"]] == ["January 2026"]


def test_a_filter_is_kept_used_and_forgotten(cast: World) -> None:
    plain(cast, 2)
    budi = as_(cast.budi)
    kept = {"do": "keep", "name": "  Tanpa   bukti ", "filter": "tab=mine&evidence=no&page=7&sort=-money"}
    page = budi.post("/inbox/", kept, follow=True)
    assert page.redirect_chain == [("/inbox/?tab=mine&evidence=no&sort=-money", 302)]
    (saved,) = page.context["saved"]
    assert (saved["name"], saved["current"]) == ("Tanpa bukti", True)
    assert shown(budi.get(f"/inbox/{saved['url']}")) == ["0001", "0002"]
    budi.post("/inbox/", kept | {"filter": "tab=mine&evidence=yes"})
    assert SavedFilter.objects.get().query == "tab=mine&evidence=yes"
    assert budi.post("/inbox/", {"do": "forget", "saved": saved["id"]}).status_code == 302
    assert not SavedFilter.objects.exists()


def test_a_filter_is_its_owners_and_its_desks(cast: World) -> None:
    plain(cast, 1)
    budi, citra = as_(cast.budi), as_(cast.citra)
    budi.post("/inbox/", {"do": "keep", "name": "Punya Budi", "filter": "tab=mine&evidence=no"})
    saved = SavedFilter.objects.get()
    assert citra.get("/sign/").context["saved"] == []
    assert citra.post("/sign/", {"do": "forget", "saved": saved.pk}).status_code == 404
    assert citra.post("/inbox/", {"do": "forget", "saved": saved.pk}).status_code == 404
    for odd in ("", "x", "9" * 30, "-1"):
        assert budi.post("/inbox/", {"do": "forget", "saved": odd}).status_code == 404
    assert SavedFilter.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "said"), [(" ", "has no name"), ("\x00", "has no name"), ("x" * 61, "has 61 letters")]
)
def test_a_name_that_cannot_be_kept_is_said(cast: World, name: str, said: str) -> None:
    plain(cast, 1)
    posted = {"do": "keep", "name": name, "filter": "tab=mine&evidence=no"}
    assert said in plain_text(as_(cast.budi).post("/inbox/", posted, follow=True))
    assert not SavedFilter.objects.exists()


def test_thirty_filters_are_enough(cast: World) -> None:
    plain(cast, 1)
    budi = as_(cast.budi)
    for number in range(31):
        page = budi.post(
            "/inbox/", {"do": "keep", "name": f"Saringan {number}", "filter": "tab=mine"}, follow=True
        )
    assert SavedFilter.objects.count() == 30
    assert "Delete one first" in plain_text(page)


def test_a_filter_names_itself_always_alike() -> None:
    one = Filter.of(QueryDict("sort=-money&band=RED&tab=mine&officer=7"), ("mine",))
    other = Filter.of(QueryDict("officer=7&band=RED&sort=-money&page=3&x=y"), ("mine",))
    assert one.query == other.query == "tab=mine&officer=7&band=RED&sort=-money"


ADDRESSES = [
    "/inbox/", "/inbox/?warnings=no&overdue=no&band=NONE&changed=yes&sort=-change", "/inbox/?sort=-warnings",
    "/inbox/?evidence=no", "/inbox/?tab=missing", "/inbox/?tab=returned", "/inbox/?tab=elsewhere&overdue=no", "/inbox/matrix/",
]  # fmt: skip


def test_one_fifty_and_five_hundred_reports_cost_the_same_statements(cast: World, statements: Any) -> None:
    """Every address of the desk; in each tab there are as many."""
    costs: dict[str, list[int]] = {address: [] for address in ADDRESSES}
    done = 0
    budi = as_(cast.budi)
    for total in (4, 50, 500):
        many(cast, done, total)
        done = total
        for address in ADDRESSES:
            budi.get(address)
            with statements() as seen:
                assert budi.get(address).status_code == 200
            costs[address].append(len(seen))
    assert all(len(set(found)) == 1 for found in costs.values()), costs


def many(cast: World, done: int, total: int) -> None:
    """Of `total` reports a quarter each waits, is back with its officer, is verified, and is not submitted."""
    cast.plan([f"1.03.10.2.01.{number:04}" for number in range(done + 1, total + 1)], ceilings=(1000,))
    fresh = [one for one in cast.open() if one.state == "draft" and one.version == 1][-(total - done) :]
    quarter = (total - done) // 4
    waiting = fresh[: 3 * quarter]
    cast.submitted(waiting, 50)
    services.verify(actor=cast.budi, versions=cast.versions(waiting[:quarter]))
    services.send_back(
        actor=cast.budi, versions=cast.versions(waiting[quarter : 2 * quarter]), reason="Bukti belum dilampirkan",
        marks=["category-evidence"],
    )  # fmt: skip


def test_the_filtered_desk_finds_reports_by_an_index(cast: World) -> None:
    plain(cast, 3)
    found = [
        Filter("mine", {"evidence": "no", "month": "2026-01"}).narrowed(find(cast.budi))
        for find in TABS_OF["verify"]
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for reports in found:
            sql, params = reports.values("pk").query.sql_with_params()
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on submissions_report" not in plan, plan


def test_a_filter_by_somebody_elses_post_or_unit_tells_no_names(cast: World) -> None:
    """Numbers tried one after the other name nothing of the other agency; what is in his own field keeps its name."""
    plain(cast, 1)
    cast.item("1.03.10.2.01.0777")
    cast.open()
    other, own = cast.posts["other_officer"], cast.posts["officer"]
    budi = as_(cast.budi)
    text = plain_text(budi.get(f"/inbox/?officer={other.pk}&unit={other.unit_id}"))
    assert other.title not in text and other.unit.name not in text
    assert own.title in plain_text(budi.get(f"/inbox/?tab=returned&officer={own.pk}"))
