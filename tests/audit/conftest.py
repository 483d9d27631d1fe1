"""One report with a past: entered, submitted, returned with a reason, corrected, submitted again and verified."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from approvals import services as approvals
from submissions import services
from submissions.models import Report
from tests.cast import World

REASON = "Uang dan volume tidak cocok, mohon diperiksa kembali"


@pytest.fixture
def client() -> Client:
    """A browser of somebody who reads English; what the pages say in Indonesian is the catalogue's matter."""
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


@dataclass
class Past:
    cast: World
    report: Report
    url: str


@pytest.fixture
def past(cast: World) -> Past:
    """Version 1 as opened, 2 entered, 3 with evidence, 4 corrected."""
    item = cast.item(ceilings=(90_000_000, 30_000_000))
    (report,) = cast.open()
    assert report.item == item
    cast.entered([report], 4_000_000, 1_000_000)
    cast.with_evidence([report])
    assert services.submit(actor=cast.ani, versions=cast.versions([report]))[0].done
    cast.at("2026-02-04 08:30")
    line = report.lines.order_by("line__account_code").first()
    returned = approvals.send_back(
        actor=cast.budi,
        versions=cast.versions([report]),
        reason=REASON,
        marks=[f"line-{line.pk}", "physical"],
    )
    assert returned[0].done
    cast.at("2026-02-04 10:00")
    cast.entered(
        [report], 3_500_000, 1_000_000, increment=4, problems=["LAND"], problem_text="Lahan belum bebas di dua titik",
        follow_up_text="Musyawarah dengan pemilik lahan", follow_up_due=date(2026, 3, 20),
    )  # fmt: skip
    assert services.submit(actor=cast.ani, versions=cast.versions([report]))[0].done
    report = Report.objects.get(pk=report.pk)
    services.mark_opened(actor=cast.budi, report=report, at=cast.at("2026-02-05 09:00"))
    assert approvals.verify(actor=cast.budi, versions=cast.versions([report]))[0].done
    return Past(cast, Report.objects.get(pk=report.pk), f"/audit/reports/{report.token}/")
