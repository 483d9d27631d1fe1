"""The page of payments: who may use it, what a preview says, that a second click is harmless, and what became of V-16."""

import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from ledger.clock import now
from ledger.recording import recorded
from registry.models import Assignment, BudgetItem, Post, Unit, User
from submissions.models import Payment, PaymentImport, PaymentMapping, ReportLine
from submissions.payment_uploads import keep, kept
from submissions.payments import File
from submissions.shelf import KEPT, MOST_KEPT
from tests.cast import World, assign
from tests.ledger.test_events import events
from tests.registry.test_import_broken_files import repacked
from tests.submissions.treasury import FIRST, HEADING, ROAD, SECOND, csv, paid, stored, xlsx
from wording.sentences import say
from workflow import granting
from workflow.models import Grant

START = "/entry/payments/"
MILLION = 1_000_000


@pytest.fixture
def road(cast: World) -> BudgetItem:
    return cast.item(ceilings=(100 * MILLION, 100 * MILLION))


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ani(cast: World) -> Client:
    return client_of(cast.ani)


def choose(client: Client, cast: World, file: File, **said: str) -> Any:
    """Somebody chooses a file; the page that follows."""
    upload = SimpleUploadedFile(file.name, file.content)
    form = {"agency": cast.agency.code, "year": "2026", "kind": "SP2D", "file": upload, **said}
    return client.post(START, form, follow=True)


def hidden(page: Any) -> dict[str, str]:
    """What the preview's own form would send."""
    text = page.content.decode()
    form = text[text.rindex('<form method="post"') :]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    ticked = {"fill": "1"} if 'name="fill"' in form else {}
    return {name: unescape(value) for name, value in found.items()} | ticked


def address(page: Any) -> str:
    return str(page.request["PATH_INFO"])


def text_of(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def test_the_sp2d_comes_in_through_the_page(cast: World, ani: Client, road: BudgetItem) -> None:
    cast.open(1)
    file = csv(paid("1", "15/01/2026", "1.250.000,50"), paid("2", "15/01/2026", "7", SECOND))

    page = choose(ani, cast, file)

    assert page.status_code == 200
    assert "1.250.000,50" in text_of(page)
    assert stored() == []
    done = ani.post(address(page), hidden(page), follow=True)
    assert [number for _, _, number, _ in stored()] == ["1", "2"]
    assert set(ReportLine.objects.values_list("realized", flat=True)) == {stored()[0][3], stored()[1][3]}
    assert "sp2d.csv" in text_of(done)
    assert PaymentImport.objects.get().person == cast.ani


def test_a_second_click_changes_nothing(cast: World, ani: Client, road: BudgetItem) -> None:
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5")))
    form = hidden(page)
    ani.post(address(page), form)

    again = ani.post(address(page), form, follow=True)

    assert (PaymentImport.objects.count(), Payment.objects.count()) == (1, 1)
    with override("id"):
        assert say("payments.same") in text_of(again)


def test_without_the_tick_no_cell_is_filled(cast: World, ani: Client, road: BudgetItem) -> None:
    cast.open(1)
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5")))
    form = hidden(page)
    assert form.pop("fill") == "1"

    ani.post(address(page), form)

    assert set(ReportLine.objects.values_list("realized", flat=True)) == {None}


def test_months_that_open_later_are_filled_by_the_same_file(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    file = csv(paid("1", "15/01/2026", "5"))
    page = choose(ani, cast, file)
    ani.post(address(page), hidden(page))
    cast.open(1)

    again = choose(ani, cast, file)
    ani.post(address(again), hidden(again))

    assert PaymentImport.objects.count() == 1
    assert 5 in ReportLine.objects.values_list("realized", flat=True)


def test_what_somebody_imported_meanwhile_is_shown_before_it_counts(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5"), paid("2", "15/01/2026", "9")))
    citra = client_of(cast.citra)
    other = choose(citra, cast, csv(paid("1", "15/01/2026", "4")))
    citra.post(address(other), hidden(other))

    answer = ani.post(address(page), hidden(page), follow=True)

    with override("id"):
        assert say("payments.moved") in text_of(answer)
    assert [amount for *_, amount in stored()] == [4]
    ani.post(address(page), hidden(answer))
    assert [amount for *_, amount in stored()] == [5, 9]


def test_headings_that_nobody_knows_are_mapped_by_hand_and_remembered(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    heading = "Dok;Hari;Kode A;Kode B;Keluar"
    file = csv(f"1;15/01/2026;{ROAD};{FIRST};5", heading=heading, name="kas.csv")
    page = choose(ani, cast, file)
    assert page.status_code == 422
    assert "Kode A" in text_of(page)
    mapped = {
        "chosen": "1", "agency": cast.agency.code, "year": "2026", "kind": "SP2D", "numbers": "id", "cumulative": "",
        "of_month": "", "f-number": "dok", "f-date": "hari", "f-sub_activity": "kode_a", "f-account": "kode_b",
        "f-amount": "keluar",
    }  # fmt: skip

    preview = ani.get(address(page), mapped)
    ani.post(address(page), hidden(preview) | {"save_as": "Kas daerah"})

    assert [number for _, _, number, _ in stored()] == ["1"]
    assert PaymentMapping.objects.get().name == "Kas daerah"
    again = choose(ani, cast, csv(f"2;16/01/2026;{ROAD};{FIRST};7", heading=heading, name="kas2.csv"))
    assert again.status_code == 200
    assert "Kas daerah" in text_of(again)
    ani.post(address(again), hidden(again))
    assert [number for _, _, number, _ in stored()] == ["1", "2"]


def test_rows_that_cannot_be_placed_are_listed_and_nothing_can_be_imported(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    page = choose(
        ani, cast, csv(paid("1", "15/01/2026", "5"), paid("2", "15/01/2026", "5", "5.2.02.01.001.00001"))
    )

    assert page.status_code == 422
    assert "kode_rekening" in text_of(page)
    assert 'name="mark"' not in page.content.decode()
    same = {"agency": cast.agency.code, "year": "2026", "kind": "SP2D", "mark": ""}
    assert ani.post(address(page), same, follow=True).status_code == 422
    assert stored() == []


def test_the_preview_can_be_reloaded_and_read_in_every_language(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5")))
    query = page.request["QUERY_STRING"]

    for language in ("id", "en", "ur"):
        again = ani.get(f"{address(page)}?{query}", headers={"accept-language": language})
        assert again.status_code == 200
        assert ROAD in text_of(again)


# --- Who --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["gita", "dewi", "budi", "root"])
def test_strangers_are_not_told_that_there_is_such_a_page(cast: World, road: BudgetItem, who: str) -> None:
    client = client_of(cast.people[who])

    assert client.get(START).status_code == 404
    assert client.post(START, {"agency": cast.agency.code, "year": "2026"}).status_code == 404
    assert client.get(f"{START}{'x' * 20}/?agency={cast.agency.code}&year=2026").status_code == 404


def test_a_visitor_is_asked_to_sign_in(road: BudgetItem) -> None:
    assert Client().get(START).status_code == 302


def test_nobody_brings_payments_into_another_agency(cast: World, ani: Client, road: BudgetItem) -> None:
    cast.item(unit=cast.other_agency, officer="other_officer", verifier="other_section_head")
    upload = SimpleUploadedFile("a.csv", csv(paid("1", "15/01/2026", "5")).content)

    form = {"agency": cast.other_agency.code, "year": "2026", "kind": "SP2D", "file": upload}
    assert ani.post(START, form).status_code == 404
    page = choose(client_of(cast.eko), cast, csv(paid("1", "15/01/2026", "5")), agency=cast.other_agency.code)
    assert page.status_code == 200
    query = f"agency={cast.agency.code}&year=2026"
    # Ani may import at her agency, but Eko's file is not hers to look at.
    answer = ani.get(f"{address(page)}?{query}", follow=True)
    with override("id"):
        assert say("payments.gone") in text_of(answer)
    assert ani.post(address(page), {"agency": cast.agency.code, "year": "2026"}).status_code == 302
    assert stored() == []


def test_an_officer_cannot_be_made_to_take_a_colleague_s_rows(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    cast.item("1.03.10.2.01.0099", officer="")
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5", item="1.03.10.2.01.0099")))

    assert page.status_code == 422
    ani.post(address(page), {"agency": cast.agency.code, "year": "2026", "kind": "SP2D"})
    assert stored() == []


@pytest.mark.parametrize("role", ["planner", "oversight"])
def test_the_planner_and_the_bureau_bring_in_what_lies_below_them(
    cast: World, road: BudgetItem, role: str
) -> None:
    root = Unit.objects.get(parent=None)
    with recorded(None):
        unit = cast.agency if role == "planner" else root
        post = Post.objects.create(unit=unit, role=role, title="Perencana")
    assign(cast.gita, post)
    client = client_of(cast.gita)

    page = choose(client, cast, csv(paid("1", "15/01/2026", "5")))
    client.post(address(page), hidden(page))

    assert len(stored()) == 1
    assert PaymentImport.objects.get().person == cast.gita


def test_a_mandate_to_assist_brings_in_and_fills_as_long_as_it_lasts(cast: World, road: BudgetItem) -> None:
    cast.open(1)
    granting.give(
        key="test-7", kind="assistance", actor=cast.dewi, office="Biro Organisasi", scope_path=cast.agency.path,
        reason="Pendampingan sesuai surat tugas", expires_at=now() + timedelta(days=9), person=cast.gita,
        document_no="090/7/2026",
    )  # fmt: skip
    gita = client_of(cast.gita)
    page = choose(gita, cast, csv(paid("1", "15/01/2026", "5")))
    gita.post(address(page), hidden(page))
    assert ReportLine.objects.get(line__account_code=FIRST).realized == 5
    later = choose(gita, cast, csv(paid("2", "15/01/2026", "7")))

    granting.revoke(grant=Grant.objects.get(), actor=cast.dewi, reason="Tugas sudah selesai")

    assert gita.get(START).status_code == 404
    assert gita.post(address(later), hidden(later)).status_code == 404
    assert len(stored()) == 1


def test_who_left_office_after_the_preview_imports_nothing(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5")))
    with recorded(None):
        Assignment.objects.filter(person=cast.ani).update(valid_to="2026-02-02")

    assert ani.post(address(page), hidden(page)).status_code == 404
    assert stored() == []


def test_what_was_imported_stands_in_the_ledger_and_in_the_history(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5")))
    ani.post(address(page), hidden(page))

    (event,) = events(table="submissions_payment")
    assert (event["actor"], event["op"], event["new"]["number"]) == (str(cast.ani.pk), "I", "1")
    (event,) = events(table="submissions_paymentimport")
    assert event["new"]["sha256"] == PaymentImport.objects.get().sha256
    history = Payment.objects.get().history.get()
    assert (history.history_type, history.history_user_id) == ("+", cast.ani.pk)


# --- Files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("sp2d.csv", b"", "import.empty"),
        ("sp2d.csv", HEADING.encode(), "import.no_rows"),
        ("sp2d.csv", b"\xff\xfea\x00", "import.encoding"),
        ("sp2d.csv", "Tanggal;Nilai;Café\n1;2;3".encode("cp1252"), "import.encoding"),
        ("sp2d.xlsx", b"PK\x03\x04 cut off", "import.damaged"),
        ("sp2d.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "import.protected"),
        ("sp2d.csv", b"PK\x03\x04 cut off", "import.kind"),
        ("sp2d.xlsx", b"%PDF-1.7", "import.kind"),
        ("sp2d.csv", b"<html><table><tr><td>SP2D</td></tr></table></html>", "import.kind"),
        ("sp2d.csv", b'a;b\n"1;2', "import.quotes"),
        ("sp2d.exe", b"a;b\n1;2", "import.kind"),
        ("../../sp2d.csv", b"a;a\n1;2", "import.twice_column"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_sentence(
    cast: World, ani: Client, road: BudgetItem, name: str, content: bytes, code: str
) -> None:
    answer = choose(ani, cast, File(content, name))

    assert answer.status_code == 422
    assert answer.context["refused"].code == code
    assert 'aria-invalid="true"' in answer.content.decode()


def test_no_file_at_all_is_told(cast: World, ani: Client, road: BudgetItem) -> None:
    answer = ani.post(START, {"agency": cast.agency.code, "year": "2026", "kind": "SP2D"})

    assert (answer.status_code, answer.context["refused"].code) == (422, "payments.no_file")


@pytest.mark.parametrize(
    "query",
    [
        "chosen=1&f-amount=__class__&f-date=x&of_month=99&kind=%00&cumulative=2&numbers=xx&page=-1",
        "chosen=1&f-amount=nilai_sp2d&f-account=nilai_sp2d&f-sub_activity=nilai_sp2d&of_month=1",
        "kind=SPJ&page=abc",
        "chosen=1",
    ],
)
def test_an_address_that_was_tampered_with_is_answered_with_a_page(
    cast: World, ani: Client, road: BudgetItem, query: str
) -> None:
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "5")))

    answer = ani.get(f"{address(page)}?agency={cast.agency.code}&year=2026&{query}")

    assert answer.status_code in (200, 422)


def test_a_formula_in_a_text_stays_a_text(cast: World, ani: Client, road: BudgetItem) -> None:
    page = choose(ani, cast, csv(paid("=1+1", "15/01/2026", "5"), paid("<b>2</b>", "15/01/2026", "6")))
    ani.post(address(page), hidden(page))

    assert {number for _, _, number, _ in stored()} == {"=1+1", "<b>2</b>"}


def test_only_the_newest_files_wait(cast: World, road: BudgetItem) -> None:
    tokens = [
        keep(cast.ani, SimpleUploadedFile(f"{n}.csv", csv(paid("1", "15/01/2026", "5")).content))
        for n in range(MOST_KEPT + 3)
    ]

    waiting = [token for token in tokens if kept(cast.ani, token)]
    assert len(waiting) <= MOST_KEPT
    assert tokens[-1] in waiting
    assert kept(cast.budi, tokens[-1]) is None
    assert kept(cast.ani, tokens[-1][:5]) is None


def test_a_bomb_and_a_file_too_large_are_refused_and_not_kept(
    cast: World, ani: Client, road: BudgetItem, tmp_path: Path
) -> None:
    bomb = repacked(tmp_path, "bom.xlsx", {"xl/worksheets/sheet1.xml": b"0" * (100 << 20)}).read_bytes()
    for content, name, code in (
        (bomb, "bom.xlsx", "import.packed"),
        (b"a;b\n" * (6 << 20), "a.csv", "import.size"),
    ):
        before = listed(cast.ani)
        answer = choose(ani, cast, File(content, name))
        assert (answer.status_code, answer.context["refused"].code) == (422, code)
        assert listed(cast.ani) == before


def listed(person: User) -> list[str]:
    folder = Path(default_storage.path(f"payments/{person.pk}"))
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_a_file_waits_for_a_day_and_no_longer(cast: World, road: BudgetItem) -> None:
    upload = SimpleUploadedFile("a.csv", csv(paid("1", "15/01/2026", "5")).content)
    old = keep(cast.ani, upload)
    (name,) = [one for one in listed(cast.ani) if one.startswith(old)]
    before = time.time() - KEPT.total_seconds() - 60
    os.utime(default_storage.path(f"payments/{cast.ani.pk}/{name}"), (before, before))

    upload.seek(0)
    keep(cast.ani, upload)

    assert kept(cast.ani, old) is None


@pytest.mark.parametrize(("language", "grouping"), [("id", "thousands"), ("en", "lakh"), ("ur", "lakh")])
def test_cells_are_filled_exactly_in_every_language_and_way_of_writing(
    cast: World, ani: Client, road: BudgetItem, language: str, grouping: str
) -> None:
    cast.government.grouping = grouping
    with recorded(None):
        cast.government.save()
    cast.open(1)
    ani.cookies["django_language"] = language
    page = choose(ani, cast, csv(paid("1", "15/01/2026", "12.345.678,90")))

    ani.post(address(page), hidden(page))

    assert f"{ReportLine.objects.get(line__account_code=FIRST).realized}" == "12345678.90"


def test_a_workbook_of_the_page_is_read_with_its_numbers(cast: World, ani: Client, road: BudgetItem) -> None:
    heading = HEADING.split(";")
    page = choose(ani, cast, xlsx([heading, ["1", "15/01/2026", ROAD, FIRST, "PAD", 5.5]]))
    ani.post(address(page), hidden(page))

    assert [f"{amount}" for *_, amount in stored()] == ["5.50"]


# --- V-16 -------------------------------------------------------------------------------------------------


def test_a_difference_to_what_was_entered_is_asked_about_on_the_check_page(
    cast: World, ani: Client, road: BudgetItem
) -> None:
    (report,) = cast.open(1)
    cast.entered([report], 9, 0)
    cast.with_evidence([report])
    params = {"line": f"{FIRST} PAD", "entered_rp": "9", "paid_rp": "5", "difference_rp": "4"}
    with override("id"):
        sentence = say("V-16", params)
    check = f"/entry/check/?months=2026-01&reports={report.pk}"
    assert sentence not in text_of(ani.get(check))

    for amount, told in (("5", True), ("9", False)):
        page = choose(ani, cast, csv(paid("1", "15/01/2026", amount)))
        ani.post(address(page), hidden(page))
        assert (sentence in text_of(ani.get(check))) is told

    assert ReportLine.objects.get(line__account_code=FIRST).realized == 9


def test_a_preview_takes_as_many_statements_for_many_lines_as_for_one(
    cast: World, ani: Client, statements: Callable[[], Any]
) -> None:
    cast.items(12, ceilings=(MILLION, MILLION))
    cast.open(1)
    rows = [paid(str(n), "15/01/2026", "5", item=f"1.03.10.2.01.{n:04}") for n in range(1, 13)]
    counts = []
    for file in (csv(rows[0]), csv(*rows)):
        page = choose(ani, cast, file)
        with statements() as seen:
            ani.get(f"{address(page)}?{page.request['QUERY_STRING']}")
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 40, counts
