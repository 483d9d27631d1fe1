"""What stands behind the doors beside reports: one of each kind for each relation, written as rows."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile

from approvals.models import Disposal, Hold, YearBundle
from ledger.clock import now
from ledger.recording import recorded
from portal.models import ApiToken, Feedback, Health, ReminderLetter, Webhook
from registry.models import Post, Unit, User
from submissions.models import LeaderDecision, Report, Upload

RELATIONS = ("own", "section", "agency", "published", "foreign", "unknown")
PDF = b"%PDF-1.7"
NOWHERE = "AAAAAAAAAAAAAAAAAAAAAAAA"  # looks like any token


def kept(hadi: User, reports: Mapping[str, Report]) -> dict[str, dict[str, Any]]:
    """A legal hold, a list of what may go and a yearly bundle that is still being made, for the unit of each report."""
    found: dict[str, dict[str, Any]] = {"hold": {}, "disposal": {}, "bundle": {}}
    at = now()
    with recorded(hadi):
        for relation, report in reports.items():
            unit = report.item.unit
            hold = Hold.objects.create(
                unit=unit,
                reason="Pemeriksaan atas belanja jalan",
                reference="700/1/IRT",
                placed_by=hadi,
                placed_at=at,
            )
            disposal = Disposal.objects.create(
                kind=Disposal.Kind.PAPERS, unit=unit, before=date(2020, 12, 31), things=0, size=0, digest="0" * 64,
                listed_by=hadi, listed_at=at,
            )  # fmt: skip
            bundle = YearBundle.objects.create(
                fiscal_year=report.item.fiscal_year, unit=unit, asked_by=hadi, asked_at=at
            )
            for kind, one in (("hold", hold), ("disposal", disposal), ("bundle", bundle)):
                found[kind][relation] = (one.token,)
    return {kind: things | {"unknown": (NOWHERE,)} for kind, things in found.items()}


def seen(hadi: User, reports: Mapping[str, Report]) -> dict[str, dict[str, Any]]:
    """A leader's decision, a reminder letter, a citizen's message and a program's key, about each report."""
    found: dict[str, dict[str, Any]] = {"decision": {}, "letter": {}, "voice": {}, "ticket": {}, "key": {}}
    at = now()
    letters: dict[int, str] = {}
    for number, (relation, report) in enumerate(reports.items(), 1):
        unit, officer = report.item.unit, report.editors.earliest("pk").person
        with recorded(hadi):
            decision = LeaderDecision.objects.create(
                report=report, text="Dilanjutkan", owner_post=_post(report), due=date(2026, 6, 1),
                decided_by=hadi, decided_name=hadi.name, decided_office="Bupati", decided_at=at,
            )  # fmt: skip
            if report.period_id not in letters:
                letters[report.period_id] = _letter(report, number, hadi).token
            voice = Feedback.objects.create(
                ticket=f"T{number}", government=unit.government, unit=unit, item=report.item, text="Jalan rusak", language="id",
                state="routed", routed_to=report.period.agency, received_at=at, triage_due=at, answer_due=at, close_due=at,
                moved_at=at,
            )  # fmt: skip
            key = ApiToken.objects.create(
                person=officer, name="Program", digest=f"{number:064}", hint="jjg_AAAA", created_at=at,
                expires_at=at + timedelta(days=9),
            )  # fmt: skip
        numbered = (
            ("voice", voice.pk),
            ("ticket", voice.token),
            ("key", key.pk),
            ("decision", decision.token),
        )
        for kind, name in (*numbered, ("letter", letters[report.period_id])):
            found[kind][relation] = (name,)
    missing = {"voice": (999_999,), "key": (999_999,)}
    return {kind: things | {"unknown": missing.get(kind, (NOWHERE,))} for kind, things in found.items()}


def _post(report: Report) -> Post:
    post = report.item.officer_post
    assert post is not None
    return post


def _letter(report: Report, number: int, by: User) -> ReminderLetter:
    letter = ReminderLetter(
        period=report.period, level=1, number=number, document_no=f"ST/{number}", required=2, missing=1,
        answer_until=date(2026, 3, 20), signer_title="Sekretaris Daerah", sha256=sha256(PDF).hexdigest(),
        made_by=by, made_at=now(),
    )  # fmt: skip
    letter.file.save(f"{number}.pdf", ContentFile(PDF), save=False)
    letter.save()
    return letter


def upload(report: Report) -> Upload:
    """A file that is still on its way to a report."""
    submitter = report.editors.earliest("pk").person
    said = {"key": f"k{report.pk}", "name": "a.png", "kind": "OTHER", "size": 10}
    return Upload.objects.create(report=report, person=submitter, started_at=now(), **said)


def webhooks(hadi: User, reports: Mapping[str, Report]) -> dict[str, tuple[str]]:
    """One about the whole government, one about each agency; the bureau of another government keeps its own."""
    at = now()
    scopes = {
        "own": reports["own"].period.agency,
        "section": Unit.objects.get(parent=None, government=reports["own"].period.agency.government_id),
        "agency": reports["agency"].period.agency,
        "foreign": reports["foreign"].period.agency,
    }
    with recorded(None):
        made = {
            relation: Webhook.objects.create(
                name=relation, url=f"https://{relation}.example/", topics=["report.published"], scope=scope,
                secret_locked="", secret_at=at, owner=hadi, created_at=at,
            ).token
            for relation, scope in scopes.items()
        }  # fmt: skip
        for webhook in Webhook.objects.all():
            Health.objects.create(webhook=webhook)
    made["published"] = made["own"]
    return {relation: (made.get(relation, NOWHERE),) for relation in RELATIONS}
