"""Dewi's way: from a figure that everybody reads to the person, the office, the moment, and a proof that holds without us."""

import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils.translation import override
from playwright.sync_api import Page, expect
from pyhanko.pdf_utils.reader import PdfFileReader

from approvals import services
from approvals.models import SigningBatch
from ledger.notes import sealer_of
from ledger.sealing import seal
from registry.models import MonthlyPlan
from submissions import evidence
from submissions.models import Report
from submissions.pages import month_label
from tests import databases
from tests.browser.conftest import Site, Visits
from tests.browser.looks import DESKTOP, PHONE, Looks
from tests.browser.section import Section
from tests.browser.steps import at_rest, follow
from tests.browser.test_tiers import handed_in, sign
from tests.cast import png
from tests.files import kept_in
from tests.registry.files import SECTION

REASON = "Mohon dicocokkan dengan SP2D nomor 000123"


def before_opening(section: Section) -> None:
    MonthlyPlan.objects.all().delete()  # what lags behind a plan owes a problem (V-30)


def sealed(data: Path) -> None:
    """What waits is sealed, as the sealer's own process does it every few seconds."""
    with psycopg.connect(databases.current()["sealer"], autocommit=True) as connection:
        while seal(connection, sealer_of(data / "ledger")):
            pass


@pytest.fixture(scope="module", autouse=True)
def january(site: Site, site_data: Path) -> Report:
    """One report with a photograph, returned once, corrected and verified; the ledger is sealed."""
    (report,) = reports = site.section.reports[:1]
    with override_settings(STORAGES=kept_in(site_data / "files")):
        photo = SimpleUploadedFile("foto.png", png("januari"))
        evidence.attach_to_all(actor=site.people["ani"], reports=reports, upload=photo, kind="PHOTO_PROGRESS")
    handed_in(site, list(Report.objects.filter(pk=report.pk)))
    returned = services.send_back(
        actor=site.people["budi"], versions=versions(report), reason=REASON, marks=["physical"]
    )
    assert returned[0].done
    handed_in(site, list(Report.objects.filter(pk=report.pk)))
    assert services.verify(actor=site.people["budi"], versions=versions(report))[0].done
    sealed(site_data)
    return report


def versions(report: Report) -> dict[int, int | None]:
    return {report.pk: Report.objects.get(pk=report.pk).version}


def test_from_a_public_figure_to_a_proof_that_plain_python_verifies(
    site: Site, visit: Visits, axe: Callable[[Page], None], january: Report, site_data: Path, tmp_path: Path
) -> None:
    looks = Looks(axe)
    sign(visit("sari"), site.people["sari"])
    at_rest()
    sealed(site_data)
    page = visit("dewi", language="en")
    page.goto(f"/p/2026/{SECTION}/{january.item.sub_activity_code}/")
    follow(page, "button[name=language][value=en]:visible")
    follow(page, "main tbody a:has-text('Dossier for auditors')", f"**/audit/reports/{january.token}/")
    told = page.locator("ol.history")
    for words in ("Ani Lembayung", "Budi Wiratmaka", "Sari Hastapura", "3 February 2026", REASON):
        expect(told).to_contain_text(words)
    verified = told.locator("li", has_text="Verified").first
    expect(verified).to_contain_text(site.section.people["budi"].name)
    expect(verified).to_contain_text("sealed at checkpoint")
    looks.weigh(page, "auditor-dossier")
    looks.at(page, "auditor-dossier")
    follow(page, "main a:has-text('Check now')", re.compile("check=1"))
    expect(page.locator("#proof [role=status]")).to_contain_text("Verified up to event")
    follow(page, "main a:has-text('Check the stored files')", re.compile("files=1"))
    expect(page.locator("main")).to_contain_text("The stored file has this hash.")
    follow(page, "main a:has-text('Check now')", re.compile("check=1"))
    looks.at(page, "auditor-proof")
    with page.expect_download() as coming:
        page.click("main a:has-text('Download the proof')")
    folder = tmp_path / "proof"
    with ZipFile(coming.value.path()) as archive:
        archive.extractall(folder)
    (folder / "checkpoint.txt").write_bytes(printed(january, site_data))
    assert alone(folder)[0] == 0, alone(folder)
    events = (folder / "events.log").read_bytes()
    assert b"1000.00" in events
    (folder / "events.log").write_bytes(events.replace(b"1000.00", b"1001.00", 1))
    status, told_of = alone(folder)
    assert status == 1 and "is not proved to be in" in told_of, told_of


def test_two_versions_are_chosen_with_the_keyboard_and_on_a_phone(
    visit: Visits, axe: Callable[[Page], None], january: Report
) -> None:
    page = visit("dewi", language="en")
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"/audit/reports/{january.token}/")
        page.focus("#a")
        page.keyboard.press("Home")
        page.keyboard.press("Tab")
        page.keyboard.press("End")
        page.keyboard.press("Tab")
        with page.expect_navigation(url=re.compile(r"a=1&b=\d")):
            page.keyboard.press("Enter")
        heads = page.locator("#versions ~ .scroll thead th")
        expect(heads).to_have_count(3)
        expect(page.locator("#versions ~ .scroll tbody .tag.amber").first).to_be_visible()
    axe(page)


def test_she_reads_it_in_urdu_from_right_to_left(
    visit: Visits, axe: Callable[[Page], None], january: Report
) -> None:
    page = visit("dewi", language="ur")
    page.goto(f"/audit/reports/{january.token}/?check=1&files=1")
    follow(page, "button[name=language][value=ur]:visible")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    with override("ur"):
        expect(page.locator("main .lede")).to_contain_text(month_label(january.period.first_day))
    Looks(axe).at(page, "auditor-dossier-ur")


def printed(report: Report, data: Path) -> bytes:
    """The checkpoint that is attached to the signed document."""
    batch = SigningBatch.objects.get(entries__report=report)
    pdf = PdfFileReader(BytesIO((data / "files" / str(batch.signed_file)).read_bytes()))
    files = [one.get_object() for one in pdf.root["/AF"]]
    return next(bytes(one["/EF"]["/F"].data) for one in files if str(one["/UF"]) == "checkpoint.txt")


def alone(folder: Path) -> tuple[int, str]:
    """Plain Python, in that folder and without any library."""
    command = [
        sys.executable,
        "-I",
        "-S",
        "verify.py",
        ".",
        "--key",
        "sealer.pub",
        "--anchor",
        "checkpoint.txt",
    ]
    told = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    return told.returncode, told.stdout + told.stderr
