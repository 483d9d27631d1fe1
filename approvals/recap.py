"""From reports to the printed document: who signs as what, and all that stands on the page."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from approvals.document import Decider, Figures, Item, ManifestEntry, Recap, SignerBlock
from approvals.models import SigningBatch
from approvals.signing import verify
from ledger.clock import now
from registry.models import Government, Office, Post, User
from submissions import formulas, readings
from submissions.holding import CAPACITIES
from submissions.models import Report
from wording import words
from wording.numbers import money, points
from wording.sentences import say
from workflow.models import Decision
from workflow.route import PUBLISHED, VERIFY


def trusted() -> list[bytes]:
    """Certificates (PEM) of the authorities whose signatures count; empty when none was installed."""
    return [path.read_bytes() for path in sorted(Path(settings.SIGNING_KEYS).glob("authority*.pem"))]


def signer_of(actor: User, report: Report) -> tuple[str, str]:
    """(title as printed, name): "Plt. Kepala Dinas Kesehatan" for who acts in somebody's place."""
    office = Office.objects.filter(
        person=actor.pk, role=Post.Role.AGENCY_HEAD, unit=report.period.agency_id
    ).first()
    if office is None:
        return "", actor.name
    return f"{CAPACITIES.get(office.capacity, '')}{office.title}", actor.name


def recap_of(batch: SigningBatch) -> tuple[Recap, list[ManifestEntry]]:
    """All that is printed for one batch, and its manifest in order."""
    entries = list(batch.entries.order_by("position").select_related("report"))
    period = batch.period
    government: Government = period.agency.government
    by_id = {reading.id: reading for reading in readings.read([entry.report_id for entry in entries])}
    read = [by_id[entry.report_id] for entry in entries]
    with override(government.language):
        recap = Recap(
            language=government.language,
            zone=ZoneInfo(government.time_zone),
            currency=government.currency,
            government=government.name,
            agency=period.agency.name,
            agency_code=period.agency.code,
            fiscal_year=period.fiscal_year.label,
            month=period.first_day,
            number=batch.document_no,
            prepared_at=now(),
            items=[_item(reading) for reading in read],
            totals=_totals(readings.total(read)),
            signer=_signer(batch),
            verify_url=f"{settings.PUBLIC_URL}{reverse('approvals:verification', args=[batch.token])}",
            coverage=coverage(batch, read)[1],
            deciders=_deciders(entries),
        )
    manifest = [
        ManifestEntry(
            report=by_id[entry.report_id].code,
            token=entry.report.token,
            revision=entry.report.revision,
            version=entry.version,
            content_sha256=entry.content_hash,
        )
        for entry in entries
    ]
    return recap, manifest


def coverage(batch: SigningBatch, read: list[readings.Reading]) -> tuple[object, str]:
    """W-6 for a document: percent of the agency-month's ceiling that it and earlier documents cover, and in words."""
    of_period = Report.objects.filter(period=batch.period)
    total = sum((one.ceiling for one in of_period), formulas.ZERO)
    mine = {one.id for one in read}
    covered = sum(
        (one.ceiling for one in of_period if one.pk in mine or one.state == PUBLISHED), formulas.ZERO
    )
    share = formulas.percent(covered, total)
    sentence = _(
        "%(count)s of %(all)s sub-activities; with what is published, %(share)s %% of the ceiling of %(total)s"
    ) % {
        "count": len(read),
        "all": of_period.count(),
        "share": points(share),
        "total": money(total, currency=batch.period.agency.government.currency),
    }
    return share, sentence


def _item(reading: readings.Reading) -> Item:
    return Item(
        code=reading.code,
        name=reading.name or reading.code,
        unit=reading.unit,
        ceiling_version=reading.version_name,
        figures=_figures(
            Figures(
                ceiling=reading.ceiling,
                money_month=reading.this_month or formulas.ZERO,
                money_to_date=reading.cumulative,
                absorption=reading.absorption,
                physical_plan=reading.physical_planned,
                physical_month=reading.physical_month,
                physical_to_date=reading.physical,
                deviation=reading.deviation,
            )
        ),
        status=reading.status_label,
        note=reading.public_note,
        revision=reading.revision,
    )


def _totals(total: readings.Total) -> Figures:
    return _figures(
        Figures(
            ceiling=total.ceiling,
            money_month=total.this_month,
            money_to_date=total.cumulative,
            absorption=total.absorption,
            physical_plan=total.physical_planned,
            physical_month=total.physical_month,
            physical_to_date=total.physical,
            deviation=total.deviation,
        )
    )


def _figures(figures: Figures) -> Figures:
    band = formulas.colour(figures.deviation)
    if not band:
        return figures
    return Figures(
        **{
            name: getattr(figures, name)
            for name in figures.__dataclass_fields__
            if not name.startswith("band")
        },
        band=band,
        band_word=str(words.COLOURS[band]),
    )


def _signer(batch: SigningBatch) -> SignerBlock:
    person = batch.signer
    return SignerBlock(title=batch.signer_title, name=person.name, rank=person.rank, number=person.nip or "")


def _deciders(entries: list) -> list[Decider]:
    """The last verification by each person, in the order of the acts."""
    decisions = Decision.objects.filter(
        content_type__app_label="submissions",
        content_type__model="report",
        object_id__in=[entry.report_id for entry in entries],
        verb=VERIFY,
    )
    latest = {decision.actor_id: decision for decision in decisions}
    return [
        Decider(
            act=_("Verified by"),
            name=one.actor_name,
            post=f"{CAPACITIES.get(one.capacity, '')}{one.post_title}, {one.unit_name}",
            at=one.at,
        )
        for one in latest.values()
    ]


@dataclass(frozen=True, slots=True)
class Signature:
    """What the verification of a batch's signed file says, in words."""

    holds: bool
    sentence: str
    certificate: str


def signature_of(batch: SigningBatch) -> Signature:
    """Check the stored file now: the bytes that were signed, the certificate, the manifest."""
    if not batch.signed_file:
        return Signature(batch.state != SigningBatch.State.PUBLISHED, "", "")
    try:
        with batch.signed_file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        return Signature(False, say("verify.unreadable"), "")
    # At the moment of the signature: a certificate that expired since then was good when it counted.
    verdict = verify(content, trusted(), at=batch.moved_at)
    same = hashlib.sha256(content).hexdigest() == batch.signed_sha256
    certificate = f"{verdict.signer_name} · {verdict.issuer}" if verdict.signer_name else ""
    return Signature(verdict.valid and same, say(verdict.code if same else "verify.altered"), certificate)
