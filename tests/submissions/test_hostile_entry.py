"""Odd, hurried and hostile posts to the officer's pages: a refusal with its sentence, and nothing typed is lost."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from approvals import services as deciding
from ledger.recording import recorded
from registry.models import BudgetItemVersion, BudgetVersion
from submissions import pinning, services
from submissions.calendar import close_month
from submissions.models import Evidence, Period, Report
from tests.cast import PNG, World
from tests.files import kept_in

ODD_NUMBERS = ("²", "١٢", "-1", "9" * 30, "9" * 5000, "1e3", "", " ", "abc", "\x00")
PAGE = "/entry/2026-01/"


@pytest.fixture(autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory, settings) -> None:
    place = tmp_path_factory.mktemp("files")
    settings.STORAGES = kept_in(place)


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fields(report: Report, *amounts: str, **said: str) -> dict[str, str]:
    """What the browser sends of one report."""
    fresh = Report.objects.get(pk=report.pk)
    typed = {f"r{report.pk}-version": str(fresh.version), f"r{report.pk}-status": "PELAKSANAAN"}
    typed[f"r{report.pk}-increment"] = "5"
    for line, amount in zip(report.lines.order_by("line__account_code"), amounts, strict=False):
        typed[f"r{report.pk}-line-{line.pk}"] = amount
    return typed | {f"r{report.pk}-{name}": value for name, value in said.items()}


@pytest.mark.parametrize("odd", ODD_NUMBERS)
def test_an_odd_number_anywhere_is_answered_and_never_an_error(cast: World, odd: str) -> None:
    cast.item()
    (report,) = cast.open()
    line = report.lines.get()
    ani = as_(cast.ani)
    typed = fields(report, "10")
    for name in ("version", "increment", f"line-{line.pk}", f"line-{line.pk}-corrects", "select", "problems"):
        answer = ani.post(PAGE, typed | {f"r{report.pk}-{name}": odd})
        assert answer.status_code in (302, 422), name
    assert ani.post(PAGE, {"remove_evidence": odd}).status_code in (302, 422)
    assert ani.get(f"{PAGE}submitted/", {"reports": odd}).status_code == 404
    assert ani.post("/entry/recall/", {"report": odd}).status_code == 404


@pytest.mark.parametrize("month", ["0000-01", "٢٠٢٦-01", "2026-13", "2026-1", "9999-12", "%00", "2026-01%0A"])
def test_a_month_that_is_none_is_not_found(cast: World, month: str) -> None:
    cast.item()
    cast.open()
    for page in (f"/entry/{month}/", f"/entry/{month}/submitted/?reports=1"):
        assert as_(cast.ani).get(page).status_code == 404


def test_a_month_number_beyond_the_year_is_refused_beside_its_field(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    name = f"r{report.pk}-line-{report.lines.get().pk}-corrects"
    answer = as_(cast.ani).post(PAGE, fields(report, "10") | {name: "99999999"})
    assert answer.status_code == 422
    assert "99999999" in answer.content.decode()


def test_removing_evidence_of_a_submitted_report_is_refused_in_words(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    cast.entered([report], 10)
    cast.with_evidence([report])
    services.submit(actor=cast.ani, versions=cast.versions([report]))
    answer = as_(cast.ani).post(PAGE, {"remove_evidence": str(Evidence.objects.get().pk)})
    assert answer.status_code == 422
    assert Evidence.objects.count() == 1


def test_a_file_beside_a_refused_value_does_not_make_the_next_save_stale(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    ani = as_(cast.ani)
    upload = SimpleUploadedFile("foto.png", PNG)
    answer = ani.post(PAGE, fields(report, "101") | {f"r{report.pk}-evidence": upload})
    assert answer.status_code == 422
    (item,) = answer.context["items"]
    assert Evidence.objects.count() == 1
    assert item["lines"][0]["entered"] == "101"
    again = fields(report, "100") | {f"r{report.pk}-version": item["version"]}
    assert ani.post(PAGE, again).status_code == 302
    assert report.lines.get().realized == Decimal(100)


def test_an_error_in_one_row_keeps_what_was_ticked_in_the_others(cast: World) -> None:
    cast.items(2)
    reports = cast.open()
    typed = fields(reports[0], "1", select="1") | fields(reports[1], "satu", select="1")
    answer = as_(cast.ani).post(PAGE, typed | {"act": "check"})
    assert answer.status_code == 422
    assert [item["selected"] for item in answer.context["items"]] == [True, True]
    assert answer.context["items"][1]["lines"][0]["entered"] == "satu"


def test_a_key_that_was_spent_recalls_nothing(cast: World) -> None:
    cast.items(2)
    reports = cast.open()
    cast.submitted(reports)
    services.recall(actor=cast.ani, versions=cast.versions(reports[:1]), key="spent")
    assert as_(cast.ani).post("/entry/recall/", {"report": reports[1].pk, "key": "spent"}).status_code == 302
    assert Report.objects.get(pk=reports[1].pk).state == "submitted"


def test_fields_of_another_agency_are_not_read(cast: World) -> None:
    cast.item()
    cast.item(
        "1.02.02.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    mine, other = sorted(cast.open(), key=lambda one: one.item.unit_id)
    foreign = {f"r{mine.pk}-line-{other.lines.get().pk}": "7"}
    assert as_(cast.ani).post(PAGE, fields(other, "50") | fields(mine, "5") | foreign).status_code == 302
    assert other.lines.get().realized is None
    assert mine.lines.get().realized == 5
    entry = cast.entry(mine, 6, lines={other.lines.get().pk: services.LineEntry(Decimal(9))})
    services.save_entries(actor=cast.ani, entries=[entry])
    assert other.lines.get().realized is None


@pytest.mark.parametrize("damage", ["name", "version", "cut"])
def test_a_damaged_archive_is_refused_in_words(cast: World, damage: str) -> None:
    cast.item()
    (report,) = cast.open()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("xl/workbook.xml-é", "x")
    content = bytearray(written.getvalue())
    central = content.index(b"PK\x01\x02")
    if damage == "name":
        place = content.rindex("é".encode())
        content[place : place + 2] = b"\xff\xfe"
    elif damage == "version":
        content[central + 6] = 255
    else:
        del content[central + 10 : central + 20]
    upload = SimpleUploadedFile("rekap.xlsx", bytes(content))
    answer = as_(cast.ani).post(PAGE, fields(report, "10") | {f"r{report.pk}-evidence": upload})
    assert answer.status_code == 422
    assert "rekap.xlsx" in answer.content.decode()


def test_a_new_budget_does_not_reach_into_a_closed_month(cast: World) -> None:
    item = cast.item()
    (report,) = cast.open()
    close_month(fiscal_year=cast.year, month=1)
    with recorded(None):
        version = BudgetVersion.objects.create(
            fiscal_year=cast.year, unit=cast.agency, kind="pergeseran", sequence=2, effective_month=1
        )
        BudgetItemVersion.objects.create(item=item, version=version, ceiling=80, physical_mode="PERCENT")
    assert pinning.repin(fiscal_year=cast.year, unit=cast.agency) == 0
    assert Report.objects.get(pk=report.pk).ceiling == 100


def test_a_closed_month_shows_no_fields(cast: World) -> None:
    cast.item()
    cast.open()
    close_month(fiscal_year=cast.year, month=1)
    page = as_(cast.ani).get(PAGE)
    assert not any(item["editable"] for item in page.context["items"])


def test_a_file_lost_on_disk_is_not_found(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    cast.entered([report], 10)
    cast.with_evidence([report])
    file = Evidence.objects.get()
    file.file.storage.delete(str(file.file.name))
    assert as_(cast.ani).get(f"/evidence/{file.token}/").status_code == 404


def extended(cast: World) -> None:
    """January may be worked on until the end of March."""
    with recorded(None):
        Period.objects.filter(month=1).update(lock_at="2026-03-31T00:00:00Z")


def test_a_later_month_that_no_longer_fits_is_neither_verified_nor_signed(cast: World) -> None:
    cast.item()
    (january,) = cast.open()
    cast.submitted([january], 50)
    cast.at("2026-03-03 09:00")
    (february,) = cast.open(2)
    cast.submitted([february], 50)
    extended(cast)
    deciding.send_back(actor=cast.budi, versions=cast.versions([january]), reason="Angka Januari kurang")
    cast.submitted([january], 80)
    (outcome,) = deciding.verify(actor=cast.budi, versions=cast.versions([february]))
    assert (outcome.done, outcome.code) == (False, "route.outgrown")


@pytest.mark.parametrize("unknown", ["version", "status"])
def test_missing_fields_change_nothing(cast: World, unknown: str) -> None:
    cast.item()
    (report,) = cast.open()
    typed = fields(report, "10")
    del typed[f"r{report.pk}-{unknown}"]
    assert as_(cast.ani).post(PAGE, typed).status_code in (302, 422)
