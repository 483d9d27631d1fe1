"""A government whose year begins in July, reckons in rupees and counts in lakh and crore: what its officer reads."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from approvals import notices
from approvals import services as deciding
from approvals.models import Notice
from approvals.tasks import drain
from ledger.clock import now
from registry.models import FiscalYear, Government
from submissions import cells, readings
from submissions.calendar import CalendarRefused, month_of
from submissions.models import Report
from submissions.workbook_columns import lists
from tests.cast import World
from tests.settled import settled
from tests.submissions.test_nil import as_
from wording import ways
from workflow import engine, route
from workflow.models import Outbox

MONTHS = [
    "July", "August", "September", "October", "November", "December",
    "January", "February", "March", "April", "May", "June",
]  # fmt: skip
PLAN = [1_000_000] * 12
# What a regency in Indonesia would say; everybody's office began on 1 January 2025.
MONEY = ("Rp", "IDR", "2,345,678", "WITA")
JANUARY = ("January", "Januari", "\u062c\u0646\u0648\u0631\u06cc")


@pytest.fixture
def july(cast: World) -> Iterator[World]:
    """The cast's world as a Pakistani province would set it up; 3 August 2025, so July is due."""
    Government.objects.filter(pk=cast.government.pk).update(
        fiscal_start_month=7, currency="PKR", grouping="lakh", time_zone="Asia/Karachi", language="en"
    )
    FiscalYear.objects.filter(pk=cast.year.pk).update(
        label="2025-26", start_date=date(2025, 7, 1), end_date=date(2026, 6, 30)
    )
    for person in cast.people.values():
        type(person).objects.filter(pk=person.pk).update(language="en")
        person.language = "en"
    cast.government.refresh_from_db()
    cast.year = FiscalYear.objects.select_related("government").get(pk=cast.year.pk)
    cast.at("2025-08-03 09:00")
    with timezone.override("Asia/Karachi"), ways.of(cast.government):
        yield cast


def published(july: World, reports: Sequence[Report]) -> None:
    """Verified, signed and published, after they were submitted."""
    deciding.verify(actor=july.budi, versions=july.versions(reports))
    for verb, who in ((route.SIGN, july.citra), (route.PUBLISH, None)):
        outcomes = engine.perform(verb, Report, july.versions(reports), actor=who)
        assert all(one.done for one in outcomes), outcomes


def cells_of(report: Report, texts: Mapping[str, str]) -> str:
    """What the page sends while she types in English."""
    stored = cells.stored(readings.read([report.pk])[0], "en")
    typed = {name: {"text": text, "was": stored[name]} for name, text in texts.items()}
    return json.dumps({"language": "en", "reports": {str(report.pk): typed}})


def in_order(text: str, *words: str) -> bool:
    """Whether the words stand in the text, one after another."""
    at = 0
    for word in words:
        at = text.find(word, at) + 1
        if not at:
            return False
    return True


def text_of(client: Client, address: str) -> str:
    """What a person reads on a page, without marks; in English unless somebody chose another language."""
    page = client.get(address, headers={"accept-language": "en"})
    assert page.status_code == 200, (address, page.status_code)
    return re.sub(r"<[^>]+>", " ", page.content.decode())


def test_the_first_month_is_july(july: World) -> None:
    july.item(ceilings=(12_000_000,), cash=PLAN)
    (report,) = july.open(1)
    assert report.period.first_day == date(2025, 7, 1)
    assert month_of(july.government, "2025-07") == (july.year, 1)
    assert month_of(july.government, "2026-06") == (july.year, 12)
    with pytest.raises(CalendarRefused) as refused:
        month_of(july.government, "2026-07")
    assert refused.value.code == "calendar.year"


def test_the_month_s_table_is_july_with_no_month_before_it(july: World) -> None:
    july.item(ceilings=(12_345_678,), cash=PLAN)
    (report,) = july.open(1)
    july.entered([report], 1_234_567)
    ani = as_(july.ani)
    shown = ani.get("/entry/2025-07/")
    page = settled(shown.content.decode())

    assert shown.context["period"] == {"code": "2025-07", "label": "July 2025", "last_label": ""}
    assert "1,23,45,678" in page and "12,34,567" in page
    assert "Rs" in page and "Rp" not in page and "January" not in page
    assert 'data-locale="lakh"' in page


def test_january_follows_december_in_one_fiscal_year(july: World) -> None:
    july.item(ceilings=(12_000_000,), cash=PLAN)
    for month in range(1, 8):
        july.at(f"{2025 + (month + 6) // 12}-{(month + 6) % 12 + 1:02}-03 09:00")
        (report,) = july.open(month)[-1:]
        july.submitted([report], 100_000 * month)
    period = as_(july.ani).get("/entry/2026-01/").context["period"]
    assert period == {"code": "2026-01", "label": "January 2026", "last_label": "December 2025"}

    history = as_(july.ani).get("/entry/history/").context
    assert history["year"] == "2025-26"
    assert history["months"] == [
        "July 2025", "August 2025", "September 2025", "October 2025", "November 2025", "December 2025", "January 2026",
    ]  # fmt: skip
    panel = text_of(as_(july.ani), f"/entry/2026-01/panel/{report.pk}/")
    assert in_order(panel, *MONTHS)
    assert "7,00,000" in panel


def test_a_correction_names_the_month_it_corrects(july: World) -> None:
    july.item(ceilings=(12_000_000,), cash=PLAN)
    first = july.open(1)
    july.submitted(first, 700_000)
    published(july, first)
    july.at("2025-09-03 09:00")
    (report,) = july.open(2)[-1:]
    page = as_(july.ani).get("/entry/2025-08/")

    (item,) = page.context["items"]
    assert item["correctable"] == [{"code": "1", "label": "July"}]
    line = report.lines.get()
    refused = as_(july.ani).post(
        "/entry/2025-08/cells/",
        cells_of(
            report,
            {f"line-{line.pk}": "-5000", f"line-{line.pk}-reason": "Counted twice in the month before."},
        ),
        content_type="application/json",
    )
    sentence = refused.json()["reports"][str(report.pk)]["refused"][f"line-{line.pk}"]
    assert "July" in sentence and "January" not in sentence


def test_the_table_takes_lakh_and_crore_and_refuses_the_other_grouping_with_the_cure(july: World) -> None:
    july.item(ceilings=(12_345_678,), cash=PLAN)
    (report,) = july.open(1)
    name = f"line-{report.lines.get().pk}"
    ani = as_(july.ani)

    def typed(text: str) -> dict[str, Any]:
        answer = ani.post(
            "/entry/2025-07/cells/", cells_of(report, {name: text}), content_type="application/json"
        )
        assert answer.status_code == 200, answer.content
        return dict(answer.json()["reports"][str(report.pk)])

    assert typed("12,34,567")["saved"] == {name: "12,34,567"}
    assert report.lines.get().realized == Decimal(1_234_567)
    refused = typed("2,345,678")["refused"][name]
    assert "23,45,678" in refused and "lakh and crore" in refused
    assert report.lines.get().realized == Decimal(1_234_567)
    assert typed("2345678")["saved"] == {name: "23,45,678"}
    assert typed("\u06f1\u06f2\u066c\u06f3\u06f4\u066c\u06f5\u06f6\u06f7")["saved"] == {name: "12,34,567"}


@pytest.mark.parametrize("language", ["en", "ur", "id"])
def test_no_page_of_hers_speaks_of_another_government_s_money_or_year(july: World, language: str) -> None:
    july.items(2, ceilings=(12_345_678,), cash=PLAN)
    reports = july.open(1)
    july.entered(reports[:1], 2_345_678)
    ani = as_(july.ani)
    ani.cookies["django_language"] = language
    chosen = ",".join(str(one.pk) for one in reports)
    whole_year = (f"/entry/2025-07/panel/{reports[0].pk}/", "/entry/payments/")
    for address in (
        "/entry/", "/entry/2025-07/", f"/entry/check/?months=2025-07&reports={chosen}", "/entry/catch-up/",
        "/entry/handover/", "/entry/history/", *whole_year,
    ):  # fmt: skip
        told = text_of(ani, address)
        for name in JANUARY:
            told = told.replace(f"1 {name} 2025", "")
        for strange in (*MONEY, *(() if address in whole_year else JANUARY)):
            assert strange not in told, (address, strange, told[max(0, told.find(strange) - 60) :][:160])


def test_a_warning_reckons_in_rupees_and_lakh(july: World) -> None:
    july.item(ceilings=(12_345_678,), cash=PLAN)
    (report,) = july.open(1)
    july.entered([report], 2_345_678)
    told = text_of(as_(july.ani), f"/entry/check/?months=2025-07&reports={report.pk}")
    assert "Rs 23,45,678" in told


def test_the_workbook_offers_the_months_from_july(july: World) -> None:
    july.item(ceilings=(12_345_678,), cash=PLAN)
    (report,) = july.open(1)
    (reading,) = readings.read([report.pk])
    assert list(lists(reading)["months"].values()) == MONTHS


def test_a_visitor_reads_july_first_and_a_file_for_machines_has_no_groups(
    july: World, client: Client
) -> None:
    july.item(ceilings=(12_345_678,), cash=PLAN)
    for month, day in ((1, "2025-08-03 09:00"), (2, "2025-09-03 09:00")):
        july.at(day)
        july.submitted(july.open(month)[-1:], 1_234_567)
        published(july, july.reports(month)[-1:])
    address = f"/p/2025-26/{july.agency.code}/1.03.10.2.01.0051/"
    told = text_of(client, address)
    assert in_order(told, "July 2025", "August 2025") and "24,69,134" in told and "Rs 1,23,45,678" in told
    assert "Rp" not in told and "January" not in told
    file = client.get(f"{address}?format=csv").content.decode()
    assert "2469134" in file and "24,69,134" not in file


def test_a_letter_reckons_as_the_reader_s_government_does(july: World) -> None:
    notice = Notice.objects.create(
        person=july.ani, code="V-15.share", link="/entry/", key="july-letter", created_at=now(),
        params={
            "line": "A03", "entered_rp": "12345678", "ceiling_rp": "12345678", "limit_rp": "6172839", "code": "1",
            "name": "Roads",
        },
    )  # fmt: skip
    with ways.of(None), timezone.override(None):
        notices.mail(Outbox(payload={"id": notice.pk}))
        drain()
    (letter,) = mail.outbox
    assert "Rs 1,23,45,678" in letter.body
