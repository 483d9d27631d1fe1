"""What is published is put right by a new revision: granted, through the same tiers, the old one still to be read."""

from datetime import timedelta
from typing import Any

import pytest

from approvals import services as deciding
from ledger.clock import now
from registry.models import User
from submissions import services
from submissions.figures import load
from submissions.models import Report
from tests.cast import World
from workflow import engine, granting, route
from workflow.cursor import prepared
from workflow.models import Decision

REASON = "Salah ketik, SP2D nomor 17 belum masuk"


def published(cast: World, month: int, *amounts: int, **said: Any) -> Report:
    (report,) = cast.reports(month)
    versions = cast.submitted([report], *amounts, **said)
    deciding.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra, whole=True)
    return Report.objects.get(pk=report.pk)


def permitted(cast: World, month: int = 1, days: int = 3) -> Any:
    return granting.give(
        key=f"test-{month}-{days}",
        kind="amendment",
        actor=cast.dewi,
        office="Bagian Adbang",
        scope_path=cast.agency.path,
        subjects=[f"2026-{month:02}"],
        reason="Disetujui atas nota dinas 17",
        expires_at=now() + timedelta(days=days),
    )


@pytest.fixture
def january(cast: World) -> Report:
    cast.item(ceilings=(100,))
    cast.open()
    return published(cast, 1, 10)


def amended(cast: World, report: Report, by: User | None = None) -> Report:
    (outcome,) = services.amend(actor=by or cast.citra, versions={report.pk: report.version}, reason=REASON)
    assert outcome.done, outcome
    return Report.objects.get(item=report.item, revision=report.revision + 1)


def test_nobody_amends_without_a_grant(cast: World, january: Report) -> None:
    (outcome,) = services.amend(actor=cast.citra, versions={january.pk: january.version}, reason=REASON)
    assert outcome.code == "route.no_grant"


@pytest.mark.parametrize("who", ["budi", "dewi", "eko", "fitri", "gita", "root"])
def test_only_who_enters_or_signs_opens_a_revision(cast: World, january: Report, who: str) -> None:
    permitted(cast)
    (outcome,) = services.amend(actor=cast.people[who], versions={january.pk: january.version}, reason=REASON)
    assert outcome.code == "route.office"


def test_a_grant_of_another_month_or_one_that_ran_out_helps_nobody(cast: World, january: Report) -> None:
    permitted(cast, month=2)
    permitted(cast, month=1, days=1)
    cast.at("2026-02-05 09:00")
    (outcome,) = services.amend(actor=cast.citra, versions={january.pk: january.version}, reason=REASON)
    assert outcome.code == "route.no_grant"


def test_a_revision_goes_through_the_same_tiers_and_takes_the_place_of_the_old_one(
    cast: World, january: Report
) -> None:
    grant = permitted(cast)
    draft = amended(cast, january)
    assert (draft.state, draft.revision, draft.route_id) == ("draft", 1, january.route_id)
    assert [line.realized for line in draft.lines.all()] == [10]
    assert draft.evidence.count() == january.evidence.count()
    assert Report.objects.get(pk=january.pk).state == "published"
    assert Decision.objects.get(object_id=january.pk, verb="amend").grant == grant

    cast.entered([draft], 30)
    versions = cast.versions([draft])
    services.submit(actor=cast.ani, versions=versions)
    deciding.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra, whole=True)

    old, new = Report.objects.order_by("revision")
    assert (old.state, new.state) == ("superseded", "published")
    assert [line.realized for line in old.lines.all()] == [10]
    assert Decision.objects.get(object_id=old.pk, verb="supersede").actor == cast.citra


def test_a_second_click_opens_no_second_revision(cast: World, january: Report) -> None:
    permitted(cast)
    amended(cast, january)
    fresh = Report.objects.get(pk=january.pk)
    (outcome,) = services.amend(actor=cast.citra, versions={january.pk: fresh.version}, reason=REASON)
    assert (outcome.code, outcome.params) == ("route.revised", {"revision": 1})
    assert Report.objects.filter(item=january.item).count() == 2


def test_an_open_revision_counts_nothing_until_it_is_published(cast: World, january: Report) -> None:
    cast.open(2)
    permitted(cast)
    draft = amended(cast, january)
    cast.entered([draft], 70)
    (february,) = cast.reports(2)
    (line,) = load(prepared(), [february.pk])[february.pk].lines
    assert line.before == 10


def test_a_revision_that_breaks_a_later_month_is_refused(cast: World, january: Report) -> None:
    """V-60, T-14: amend January from 10 to 60 while February brings the year to 95 of 100."""
    cast.open(2)
    cast.at("2026-03-03 09:00")
    published(cast, 2, 85)
    permitted(cast)
    draft = amended(cast, january)
    cast.entered([draft], 60)
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions([draft]))
    assert (outcome.done, outcome.code) == (False, "route.blocked")
    cast.entered([draft], 15)
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions([draft]))
    assert outcome.done, outcome


def test_a_locked_month_is_open_to_the_revision_and_to_nothing_else(cast: World, january: Report) -> None:
    cast.at("2026-05-04 09:00")
    permitted(cast)
    draft = amended(cast, january)
    cast.entered([draft], 12)
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions([draft]))
    assert outcome.done, outcome


def test_a_revision_can_be_given_up_and_the_published_one_stands(cast: World, january: Report) -> None:
    permitted(cast)
    draft = amended(cast, january)
    (outcome,) = services.give_up(actor=cast.ani, versions={draft.pk: draft.version}, reason=REASON)
    assert (outcome.done, outcome.state) == (True, "cancelled")
    assert Report.objects.get(pk=january.pk).state == "published"
    (outcome,) = services.amend(actor=cast.citra, versions={january.pk: january.version}, reason=REASON)
    assert outcome.done
    revisions = Report.objects.order_by("revision").values_list("revision", "state")
    assert list(revisions) == [(0, "published"), (1, "cancelled"), (2, "draft")]


def test_the_report_of_a_month_is_owed_and_cannot_be_given_up(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    (outcome,) = services.give_up(actor=cast.ani, versions={report.pk: report.version}, reason=REASON)
    assert outcome.code == "route.owed"


def test_the_calendar_gives_up_what_its_grant_no_longer_covers(cast: World, january: Report) -> None:
    cast.at("2026-05-04 09:00")
    permitted(cast, days=2)
    draft = amended(cast, january)
    assert services.cancel_expired() == 0
    cast.at("2026-05-07 09:00")
    assert services.cancel_expired() == 1
    assert services.cancel_expired() == 0
    decision = Decision.objects.get(object_id=draft.pk, verb="cancel")
    assert (decision.actor, decision.post_id) == (None, None)


def test_later_months_wait_while_a_revision_is_open(cast: World, january: Report) -> None:
    cast.open(2)
    cast.at("2026-03-03 09:00")
    (february,) = cast.reports(2)
    versions = cast.submitted([february], 5)
    deciding.verify(actor=cast.budi, versions=versions)
    permitted(cast)
    amended(cast, january)
    (outcome,) = engine.perform(route.SIGN, Report, versions, actor=cast.citra)
    assert (outcome.code, outcome.params) == ("route.order_sign", {"earlier": "2026-01"})


@pytest.mark.parametrize("reaches", ["submitted", "verified"])
def test_the_calendar_gives_up_a_revision_wherever_it_is_when_its_time_is_over(
    cast: World, january: Report, reaches: str
) -> None:
    """It would hold up every later month for ever; the published one stands."""
    cast.at("2026-05-04 09:00")
    permitted(cast, days=2)
    draft = amended(cast, january)
    cast.entered([draft], 12)
    versions = cast.versions([draft])
    services.submit(actor=cast.ani, versions=versions)
    if reaches == "verified":
        deciding.verify(actor=cast.budi, versions=versions)
    assert services.cancel_expired() == 0
    (early,) = services.give_up(actor=cast.ani, versions=versions, reason=REASON)
    assert early.code == "route.state"
    cast.at("2026-05-07 09:00")
    assert services.cancel_expired() == 1
    assert Report.objects.get(pk=draft.pk).state == "cancelled"
    assert Report.objects.get(pk=january.pk).state == "published"
