"""Revisions under a changed budget, months closed for good, and what the calendar may not publish."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals import services as deciding
from ledger.clock import now
from ledger.recording import recorded
from registry.models import BudgetItemVersion, BudgetLineVersion, BudgetVersion, Post, Unit
from submissions import pinning, services
from submissions.calendar import close_month
from submissions.heartbeat import beat
from submissions.models import Report
from submissions.ticking import tick
from tests.cast import World, assign
from tests.roads import BUREAU, HEAD, SECTION, bureau, follows, office, person
from tests.submissions.test_revisions import amended, permitted
from workflow import engine, granting, route

RICH = {"verb": "sign", "role": "planner", "scope": "agency"}


def stands(report: Report) -> str:
    return str(Report.objects.values_list("state", flat=True).get(pk=report.pk))


def verified(cast: World, *tiers: dict[str, Any]) -> Report:
    follows(cast, *tiers)
    cast.items(1)
    (report,) = cast.open()
    deciding.verify(actor=cast.budi, versions=cast.submitted([report], 10))
    return report


def raised(cast: World, report: Report, ceiling: int) -> None:
    """A later budget version gives the sub-activity more, from January on; open reports are pinned to it."""
    with recorded(None):
        version = BudgetVersion.objects.create(
            fiscal_year=cast.year, unit=cast.agency, kind="pergeseran", sequence=2, effective_month=1
        )
        BudgetItemVersion.objects.create(
            item=report.item, version=version, ceiling=ceiling, physical_mode="PERCENT"
        )
        for line in report.item.lines.all():
            BudgetLineVersion.objects.create(line=line, version=version, ceiling=ceiling)
    pinning.repin(fiscal_year=cast.year, unit=cast.agency)


def test_a_revision_is_held_to_its_own_ceiling_and_published_by_who_has_to_sign_it(cast: World) -> None:
    joko = person(cast, "joko", "Joko Telaga", office(cast, "planner", "Sekretaris"))
    rich = RICH | {"when": [{"fact": "ceiling", "op": ">=", "value": "150"}]}
    report = verified(cast, SECTION, HEAD, rich)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, cast.versions([report]), actor=cast.citra, whole=True)
    permitted(cast)
    new = amended(cast, Report.objects.get(pk=report.pk))
    raised(cast, report, 200)
    deciding.verify(actor=cast.budi, versions=cast.submitted([new], 120))  # more than the old ceiling of 100
    for verb, who in ((route.SIGN, cast.citra), (route.SIGN, joko), (route.PUBLISH, joko)):
        engine.perform(verb, Report, cast.versions([new]), actor=who, whole=True)
    assert (stands(new), stands(report)) == ("published", "superseded")


def test_the_calendar_does_not_try_to_publish_what_a_later_review_holds(cast: World) -> None:
    bureau(cast)
    person(cast, "ida", "Ida Telaga", office(cast, "inspector", "Inspektur"))
    last = {"verb": "review", "role": "inspector", "scope": "agency", "blocks": True}
    report = verified(cast, SECTION, HEAD, BUREAU, last)
    engine.perform(route.SIGN, Report, cast.versions([report]), actor=cast.citra, whole=True)
    assert stands(report) == "signed"
    assert not any(year.ready for year in beat())
    assert tick().published == 0


def test_a_month_closed_for_good_is_not_opened_by_an_older_grant(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    cast.at("2026-02-23 09:00")
    granting.give(
        key="test-1", kind="reopening", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Disetujui atas nota dinas 17", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    assert report.pk in services.save_entries(actor=cast.ani, entries=[cast.entry(report, 10)]).versions
    close_month(fiscal_year=cast.year, month=1)
    saved = services.save_entries(actor=cast.ani, entries=[cast.entry(report, 20)])
    assert saved.refusals[report.pk].code == "route.window_locked"


@pytest.mark.parametrize("key", ["a-b", "", "-", "outage-1", "\x00-"])
def test_an_odd_proposal_extends_nothing(cast: World, key: str) -> None:
    with recorded(None):
        post = Post.objects.create(
            unit=Unit.objects.get(parent=None), role="oversight", title="Kepala Biro Organisasi"
        )
    assign(cast.gita, post)
    client = Client()
    client.force_login(cast.gita, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("calendar:outage"), {"key": key}).status_code == 302
