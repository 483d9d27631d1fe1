"""Ani at the entry page: what she types is kept, refused with a sentence, or submitted."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from approvals.services import send_back
from ledger.recording import recorded
from submissions.models import Evidence, Payment, PaymentImport, Report
from tests.cast import PNG, World
from wording.sentences import say


@pytest.fixture
def january(cast: World) -> list[Report]:
    cast.item("1.03.10.2.01.0051", ceilings=(100, 50))
    cast.item("1.03.10.2.01.0053", ceilings=(1_000_000_000,))
    return cast.open()


@pytest.fixture
def ani(cast: World) -> Client:
    client = Client()
    client.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(report: Report, *amounts: str, **said: str) -> dict[str, Any]:
    lines = report.lines.order_by("line__account_code")
    fields = {f"r{report.pk}-line-{line.pk}": amount for line, amount in zip(lines, amounts, strict=True)}
    fields |= {f"r{report.pk}-{name}": value for name, value in said.items()}
    return {
        f"r{report.pk}-version": str(Report.objects.get(pk=report.pk).version),
        "number_language": "id",
    } | fields


def paid(cast: World, report: Report, amount: int) -> None:
    """What the treasury paid for the report's only line in its month."""
    with recorded(None):
        source = PaymentImport.objects.create(
            agency=cast.agency, fiscal_year=cast.year, person=cast.root, at=cast.at("2026-02-03 10:00"), name="sp2d.csv",
            sha256="0" * 64, kind="SP2D", columns={}, rows=1,
        )  # fmt: skip
        Payment.objects.create(
            source=source,
            line=report.lines.get().line,
            month=report.period.month,
            kind="SP2D",
            number="1",
            amount=amount,
        )


def test_her_work_shows_the_month_and_its_due_date(ani: Client, january: list[Report]) -> None:
    page = ani.get("/entry/").content.decode()
    assert "2026" in page
    assert "WITA" in page


def test_she_saves_and_finds_it_again(ani: Client, january: list[Report]) -> None:
    report = january[0]
    answer = ani.post(
        "/entry/2026-01/",
        typed(report, "40", "5,50", status="PELAKSANAAN", increment="12,5") | {"act": "save"},
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert set(report.lines.values_list("realized", flat=True)) == {Decimal("5.50"), Decimal("40.00")}
    assert Report.objects.get(pk=report.pk).increment == Decimal("12.5")
    page = ani.get("/entry/2026-01/").content.decode()
    assert 'value="5,50"' in page
    assert 'value="12,5"' in page


def test_she_is_refused_over_the_ceiling_with_number_limit_and_cure(
    ani: Client, january: list[Report]
) -> None:
    report = january[0]
    answer = ani.post(
        "/entry/2026-01/", typed(report, "115", "1", status="PELAKSANAAN", increment="1") | {"act": "save"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for part in ("115", "100", "15"):
        assert part in page
    assert 'value="115"' in page  # what she typed is still there
    assert report.lines.filter(realized__isnull=False).count() == 0


def test_a_good_report_is_saved_beside_a_refused_one(ani: Client, january: list[Report]) -> None:
    bad, good = january
    fields = typed(bad, "115", "1", status="PELAKSANAAN", increment="1") | typed(
        good, "1.000.000", status="PELAKSANAAN", increment="1"
    )
    assert ani.post("/entry/2026-01/", fields | {"act": "save"}).status_code == 422
    assert good.lines.get().realized == Decimal(1_000_000)
    assert bad.lines.filter(realized__isnull=False).count() == 0


def test_a_number_of_the_other_language_is_refused_and_kept(ani: Client, january: list[Report]) -> None:
    answer = ani.post(
        "/entry/2026-01/", typed(january[0], "1,234.50", "", status="PELAKSANAAN") | {"act": "save"}
    )
    assert answer.status_code == 422
    assert 'value="1,234.50"' in answer.content.decode()


def test_a_stale_tab_overwrites_nothing(ani: Client, january: list[Report]) -> None:
    report = january[0]
    old = typed(report, "40", "5", status="PELAKSANAAN", increment="1")
    ani.post(
        "/entry/2026-01/", typed(report, "30", "5", status="PELAKSANAAN", increment="1") | {"act": "save"}
    )
    answer = ani.post("/entry/2026-01/", old | {"act": "save"})
    assert answer.status_code == 422
    assert report.lines.filter(realized=30).exists()
    page = answer.content.decode()
    assert 'value="40"' in page
    assert "30" in page


def test_a_file_is_kept_beside_what_she_typed(ani: Client, january: list[Report]) -> None:
    report = january[1]
    fields = typed(report, "10.000.000", status="PELAKSANAAN", increment="1") | {"act": "save"}
    fields[f"r{report.pk}-evidence"] = SimpleUploadedFile("foto.png", PNG)
    fields[f"r{report.pk}-evidence_kind"] = "PHOTO_PROGRESS"
    assert ani.post("/entry/2026-01/", fields).status_code == 302
    assert Evidence.objects.get().mime == "image/png"


def test_checking_saves_first_and_takes_the_ticked_ones_along(ani: Client, january: list[Report]) -> None:
    first, second = january
    fields = typed(first, "40", "5", status="PELAKSANAAN", increment="1") | typed(
        second, "1.000.000", status="PELAKSANAAN", increment="1", select="1"
    )
    answer = ani.post("/entry/2026-01/", fields | {"act": "check"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/entry/check/?months=2026-01&reports={second.pk}"
    assert second.lines.get().realized == Decimal(1_000_000)
    assert first.lines.filter(realized=40).exists()


def test_checking_without_ticks_takes_what_is_begun(ani: Client, january: list[Report]) -> None:
    fields = typed(january[1], "1.000.000", status="PELAKSANAAN", increment="1") | {"act": "check"}
    answer = ani.post("/entry/2026-01/", fields)
    assert answer["Location"] == f"/entry/check/?months=2026-01&reports={january[1].pk}"


def test_with_nothing_begun_there_is_nothing_to_check(ani: Client, january: list[Report]) -> None:
    answer = ani.post("/entry/2026-01/", {"act": "check"}, follow=True)
    assert answer.redirect_chain == [("/entry/2026-01/", 302)]
    assert say("entry.none_begun") in unescape(answer.content.decode())


def test_this_page_submits_nothing(ani: Client, january: list[Report]) -> None:
    fields = typed(january[1], "1.000.000", status="PELAKSANAAN", increment="0,1", select="1")
    ani.post("/entry/2026-01/", fields | {"act": "submit", "statement": "1"})
    assert Report.objects.get(pk=january[1].pk).state == "draft"


def test_a_second_tap_changes_nothing_and_is_no_conflict(ani: Client, january: list[Report]) -> None:
    fields = typed(january[1], "1.000.000", status="PELAKSANAAN", increment="0,1") | {"act": "save"}
    first, second = (ani.post("/entry/2026-01/", fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Report.objects.get(pk=january[1].pk).version == int(fields[f"r{january[1].pk}-version"]) + 1


def test_what_was_typed_into_a_report_that_went_its_way_can_be_copied(
    cast: World, ani: Client, january: list[Report]
) -> None:
    report = january[1]
    fields = typed(report, "2.000.000", status="PELAKSANAAN", increment="3", problem_text="Hujan <lebat>")
    cast.submitted([report], 1_000_000, increment=Decimal("0.1"))
    answer = ani.post("/entry/2026-01/", fields | {"act": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    copied = re.search(rf'<textarea id="r{report.pk}-unsaved"[^>]*>(.*?)</textarea>', page, re.S)
    assert copied is not None
    assert "2.000.000" in copied[1]
    assert "Hujan &lt;lebat&gt;" in copied[1]
    assert report.lines.get().realized == Decimal(1_000_000)


def test_a_locked_month_gives_back_what_was_typed_with_the_reason(
    cast: World, ani: Client, january: list[Report]
) -> None:
    fields = typed(january[1], "2.000.000", status="PELAKSANAAN", increment="3") | {"act": "save"}
    cast.at("2026-06-01 09:00")
    answer = ani.post("/entry/2026-01/", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="r{january[1].pk}-unsaved"' in page
    assert "2.000.000" in page


def test_a_conflict_is_shown_cell_by_cell_in_words_too(
    cast: World, ani: Client, january: list[Report]
) -> None:
    report = january[1]
    old = typed(report, "2.000.000", status="PELAKSANAAN", increment="5", problem_text="Hujan")
    cast.entered([report], 1_000_000, problem_text="Longsor")
    page = ani.post("/entry/2026-01/", old | {"act": "save"}).content.decode()
    notes = re.findall(r'<div class="note amber">.*?</div></div>', page, re.S)
    told = [note for note in notes if "2.000.000" in note or "Hujan" in note]
    assert len(told) == 2, notes  # the amount and the words; status and progress are the same


# --- New fields --------------------------------------------------------------------------------------------


def test_the_leadership_and_the_reason_of_a_warning_are_kept(ani: Client, january: list[Report]) -> None:
    report = january[1]
    line = report.lines.get()
    mark = f"V-15-line-{line.pk}"
    fields = typed(report, "600.000.000", status="PELAKSANAAN", increment="60", needs_leadership="1") | {
        f"r{report.pk}-why-{mark}": "Uang muka sesuai kontrak",
        "act": "save",
    }
    assert ani.post("/entry/2026-01/", fields).status_code == 302
    assert Report.objects.get(pk=report.pk).needs_leadership
    page = ani.get("/entry/2026-01/").content.decode()
    assert f'data-mark="{mark}"' in page
    shown = re.search(rf'<textarea name="r{report.pk}-why-{mark}"[^>]*>(.*?)</textarea>', page, re.S)
    assert shown is not None
    assert shown[1] == "Uang muka sesuai kontrak"
    assert re.search(rf'name="r{report.pk}-needs_leadership"[^>]* checked', page)


def test_the_follow_up_that_was_left_open_stands_there_to_be_answered(
    cast: World, ani: Client, january: list[Report]
) -> None:
    cast.entered(
        [january[1]], 1_000_000, problems=["LAND"], problem_text="Tanah belum bebas sepenuhnya",
        follow_up_text="Rapat dengan pemilik lahan", follow_up_pic="Ani", follow_up_due=date(2026, 2, 20),
    )  # fmt: skip
    february = cast.open(2)[-1]
    cast.at("2026-03-02 09:00")
    page = ani.get("/entry/2026-02/").content.decode()
    assert "Rapat dengan pemilik lahan" in page
    assert f'name="r{february.pk}-follow_up_answer"' in page
    fields = typed(february, "1.000.000", status="PELAKSANAAN", increment="1", follow_up_answer="DONE")
    assert ani.post("/entry/2026-02/", fields | {"act": "save"}).status_code == 302
    assert Report.objects.get(pk=february.pk).follow_up_answer == "DONE"


def test_the_treasury_s_figure_stands_beside_hers(cast: World, ani: Client, january: list[Report]) -> None:
    cast.entered([january[1]], 1_000_000)
    paid(cast, january[1], 1_250_000)
    page = ani.get("/entry/2026-01/").content.decode()
    assert 'data-paid="1250000.00"' in page
    assert "1.250.000" in page
    assert "-250.000" in page


def test_a_large_amount_is_said_in_words_without_a_script(
    cast: World, ani: Client, january: list[Report]
) -> None:
    cast.entered([january[1]], 1_250_000)
    assert "1 juta 250 ribu" in ani.get("/entry/2026-01/").content.decode()


# --- A returned report ---------------------------------------------------------------------------------------


def test_a_return_is_on_top_at_the_cells_and_linked(cast: World, ani: Client, january: list[Report]) -> None:
    report = january[1]
    cast.submitted([report], 1_000_000, increment=Decimal("0.1"))
    line = report.lines.get().pk
    outcomes = send_back(
        actor=cast.budi, versions=cast.versions([report]), reason="Kuitansi tidak cocok",
        marks=[f"line-{line}", "physical"],
    )  # fmt: skip
    assert all(one.done for one in outcomes)
    page = ani.get("/entry/2026-01/").content.decode()
    assert f'href="#r{report.pk}-line-{line}"' in page
    assert f'href="#r{report.pk}-increment"' in page
    assert len(re.findall(r'class="back">[^<]*Kuitansi tidak cocok', page)) == 2
    assert f'id="r{report.pk}" data-open data-returned' in page


# --- Filters -------------------------------------------------------------------------------------------------


def hidden(page: str) -> set[int]:
    return {int(pk) for pk in re.findall(r'<tbody role="rowgroup" id="r([0-9]+)" hidden', page)}


def test_a_filter_hides_rows_and_keeps_their_fields(cast: World, ani: Client, january: list[Report]) -> None:
    first, second = january
    cast.entered([second], 600_000_000, increment=Decimal(60))
    every = ani.get("/entry/2026-01/").content.decode()
    empty = ani.get("/entry/2026-01/?show=empty").content.decode()
    warned = ani.get("/entry/2026-01/?show=warnings").content.decode()
    named = ani.get("/entry/2026-01/?q=0053").content.decode()
    strange = ani.get("/entry/2026-01/?show=%00x&q=%27").content.decode()
    assert hidden(every) == set()
    assert (hidden(empty), hidden(warned), hidden(named)) == ({second.pk}, {first.pk}, {first.pk})
    assert hidden(strange) == {first.pk, second.pk}  # nothing is called '
    for page in (empty, warned, named):
        assert f'name="r{first.pk}-version"' in page
        assert f'name="r{second.pk}-version"' in page


def test_a_filter_without_a_script_saves_what_was_typed(ani: Client, january: list[Report]) -> None:
    fields = typed(january[1], "1.000.000", status="PELAKSANAAN", increment="1")
    answer = ani.post("/entry/2026-01/", fields | {"show": ["all", "empty"], "q": "jalan"})
    assert answer["Location"] == "/entry/2026-01/?show=empty&q=jalan"
    assert january[1].lines.get().realized == Decimal(1_000_000)


def test_what_has_an_error_is_shown_whatever_the_filter_says(ani: Client, january: list[Report]) -> None:
    fields = typed(january[0], "115", "1", status="PELAKSANAAN", increment="1")
    page = ani.post("/entry/2026-01/", fields | {"show": "returned"}).content.decode()
    assert hidden(page) == {january[1].pk}


# --- The panel -----------------------------------------------------------------------------------------------


def test_the_panel_tells_the_year_the_life_and_last_month(cast: World, ani: Client) -> None:
    cast.item(ceilings=(1_200_000_000,), cash=[100_000_000] * 12, physical=[5] * 12)
    (january,) = cast.open()
    said: dict[str, Any] = {
        "problems": ["WEATHER_FORCE_MAJEURE"], "problem_text": "Hujan lebat sepanjang bulan", "public_note": "Berjalan",
        "follow_up_text": "Menambah alat", "follow_up_pic": "Ani", "follow_up_due": date(2026, 3, 20),
    }  # fmt: skip
    cast.entered([january], 90_000_000, **said)
    cast.with_evidence([january])
    cast.submitted([january], 95_000_000, **said)
    send_back(actor=cast.budi, versions=cast.versions([january]), reason="Mohon diperiksa lagi")
    (february,) = cast.open(2)
    page = ani.get(f"/entry/2026-01/panel/{january.pk}/").content.decode()
    for part in ("<svg", "90.000.000", "95.000.000", "100.000.000", "Mohon diperiksa lagi", "Ani Lembayung"):
        assert part in page
    later = ani.get(f"/entry/2026-02/panel/{february.pk}/?part=1").content.decode()
    assert 'data-problem_text="Hujan lebat sepanjang bulan"' in later
    assert "<html" not in later


@pytest.mark.parametrize("stranger", ["eko", "budi", "citra", "dewi", "gita", "root"])
def test_others_do_not_find_the_panel(cast: World, january: list[Report], stranger: str) -> None:
    client = Client()
    client.force_login(cast.people[stranger], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/entry/2026-01/panel/{january[0].pk}/").status_code == 404


def test_the_panel_of_another_month_or_of_none_is_not_found(ani: Client, january: list[Report]) -> None:
    for address in ("2026-02/panel/%s", "2026-13/panel/%s", "2026-1/panel/%s"):
        assert ani.get(f"/entry/{address % january[0].pk}/").status_code == 404
    assert ani.get("/entry/2026-01/panel/999999999/").status_code == 404


# --- Its cost ------------------------------------------------------------------------------------------------


def test_the_table_asks_the_database_as_often_for_fifty_as_for_one(
    cast: World, ani: Client, statements: Callable[[], Any]
) -> None:
    cast.item("1.03.10.2.01.9999", ceilings=(1_000_000_000,))
    cast.entered(cast.open(), 600_000_000, increment=Decimal(60))
    ani.get("/entry/2026-01/")
    with statements() as one:
        assert ani.get("/entry/2026-01/").status_code == 200
    cast.items(49, ceilings=(1_000_000_000, 500))
    reports = cast.open()
    cast.entered(
        [report for report in reports if report.lines.count() == 2], 600_000_000, 1, increment=Decimal(60)
    )
    with statements() as fifty:
        assert ani.get("/entry/2026-01/").status_code == 200
    assert len(cast.reports()) == 50
    assert len(fifty) == len(one), str(fifty)


@pytest.mark.parametrize("stranger", ["eko", "budi", "citra", "dewi", "gita", "root"])
def test_others_do_not_find_her_table(cast: World, january: list[Report], stranger: str) -> None:
    client = Client()
    client.force_login(cast.people[stranger], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/entry/2026-01/").status_code == 404


def test_a_visitor_is_asked_to_sign_in(january: list[Report]) -> None:
    assert Client().get("/entry/").status_code == 302
