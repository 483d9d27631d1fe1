"""From reports to the printed document: who signs as what, and all that stands on the page."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from approvals import print_facts
from approvals.capacities import foreseen, printed_of
from approvals.document import Decider, Figures, Item, ManifestEntry, Recap, SignerBlock
from approvals.keeping.gone import disposed_words
from approvals.models import SigningBatch, SigningEntry
from approvals.signing_trust import authorities as trusted
from approvals.verdicts import verdict_of
from ledger.checkpoints import latest
from ledger.clock import now
from registry.models import Government, User
from submissions import formulas, readings
from submissions.holding import CAPACITIES
from submissions.models import Report
from submissions.selectors import decisions_on
from wording import ways, words
from wording.numbers import money, points
from wording.sentences import say
from workflow.models import Act
from workflow.record import returned_since
from workflow.route import PUBLISHED, REVIEW, SIGN, VERIFY


def signer_of(actor: User, report: Report) -> tuple[str, str]:
    """(title as printed, name): "Plt. Kepala Dinas Kesehatan" for who acts in somebody's place."""
    office = foreseen(actor, [report], SIGN).office
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
    zone = ZoneInfo(government.time_zone)
    with override(government.language), timezone.override(zone), ways.of(government):
        recap = Recap(
            language=government.language,
            zone=zone,
            ways=ways.like(government),
            government=government.name,
            agency=period.agency.name,
            agency_code=period.agency.code,
            fiscal_year=period.fiscal_year.label,
            month=period.first_day,
            number=batch.document_no,
            prepared_at=now(),
            items=[_item(reading) for reading in read],
            totals=_totals(readings.total(read), print_facts.money_of(read)),
            signer=_signer(batch),
            verify_url=f"{settings.PUBLIC_URL}{reverse('approvals:verification', args=[batch.token])}",
            coverage=coverage(batch, read)[1],
            notes=_notes(batch, entries),
            deciders=_deciders(entries),
            checkpoint=latest(),
            **_second_layout(batch, entries, read),
        )
    return recap, _manifest(entries, by_id)


def _second_layout(
    batch: SigningBatch, entries: list[SigningEntry], read: list[readings.Reading]
) -> dict[str, Any]:
    items = {entry.report_id: entry.report.item_id for entry in entries}
    facts = print_facts.annex_of(read, items, batch.period)
    return {
        "annex": facts,
        "names": print_facts.names_of(facts, batch.period),
        "footnotes": print_facts.footnotes(facts, now()),
    }


def _manifest(entries: list[SigningEntry], by_id: dict[int, readings.Reading]) -> list[ManifestEntry]:
    return [
        ManifestEntry(
            report=by_id[entry.report_id].code,
            token=entry.report.token,
            revision=entry.report.revision,
            version=entry.version,
            content_sha256=entry.content_hash,
        )
        for entry in entries
    ]


def coverage(batch: SigningBatch, read: list[readings.Reading]) -> tuple[object, str]:
    """W-6 for a document: percent of the agency-month's ceiling that it and earlier documents cover, and in words."""
    of_period = list(Report.objects.current().filter(period=batch.period))
    total = sum((one.ceiling for one in of_period), formulas.ZERO)
    mine = set(batch.entries.values_list("report__item", flat=True))
    covered = sum(
        (one.ceiling for one in of_period if one.item_id in mine or one.state == PUBLISHED), formulas.ZERO
    )
    share = formulas.percent(covered, total)
    sentence = _(
        "%(count)s of %(all)s sub-activities; with what is published, %(share)s %% of the ceiling of %(total)s"
    ) % {
        "count": len(read),
        "all": len(of_period),
        "share": points(share),
        "total": money(total, currency=batch.period.agency.government.currency),
    }
    return share, sentence


def _item(reading: readings.Reading) -> Item:
    spent = print_facts.money_of([reading])
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
                cash_plan=spent.planned,
                money_deviation=spent.deviation,
                physical_value=spent.physical_value,
            )
        ),
        status=reading.status_label,
        note=reading.public_note,
        revision=reading.revision,
        updated_at=reading.submitted_at or reading.moved_at,
    )


def _totals(total: readings.Total, spent: print_facts.Money) -> Figures:
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
            cash_plan=spent.planned,
            money_deviation=spent.deviation,
            physical_value=spent.physical_value,
        )
    )


def _figures(figures: Figures) -> Figures:
    band = formulas.colour(figures.deviation)
    return replace(figures, band=band, band_word=str(words.COLOURS[band])) if band else figures


def _signer(batch: SigningBatch) -> SignerBlock:
    person = batch.signer
    return SignerBlock(title=batch.signer_title, name=person.name, rank=person.rank, number=person.nip or "")


def _notes(batch: SigningBatch, entries: list) -> list[str]:
    """Waivers, vacant posts, mandates and revisions: nothing that was out of the ordinary stays unprinted."""
    reports = [entry.report for entry in entries]
    notes = foreseen(batch.signer, reports, SIGN).notes
    return list(dict.fromkeys([*printed_of(one.pk for one in reports), *notes]))


ACTS = {
    VERIFY: gettext_lazy("Verified by"),
    SIGN: gettext_lazy("Signed by"),
    REVIEW: gettext_lazy("Reviewed by"),
}


def _deciders(entries: list) -> list[Decider]:
    """The last decision of each kind by each person, in the order of the acts."""
    decisions = decisions_on(entry.report_id for entry in entries).filter(verb__in=ACTS).order_by("id")
    latest = {(decision.actor_id, decision.verb): decision for decision in decisions}
    return [
        Decider(
            act=str(ACTS[one.verb]),
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
    level: str = ""  # of PAdES: B-B, B-T, B-LT
    stamped_at: datetime | None = None  # by an authority for timestamps


def signed_at(batch: SigningBatch) -> datetime | None:
    """When the batch's signature was made, whatever it waited for afterwards."""
    return Act.objects.filter(key=f"sign:{batch.pk}").values_list("at", flat=True).first()


def signature_of(batch: SigningBatch) -> Signature:
    """Check the stored file: the bytes that were signed, the certificate, the manifest; what held a few minutes ago holds. Of a
    file that was disposed of by an approved list, the record counts."""
    if not batch.signed_file:
        return Signature(batch.state != SigningBatch.State.PUBLISHED, "", "")
    try:
        with batch.signed_file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        gone = disposed_words(batch)
        return Signature(bool(gone), gone or say("verify.unreadable"), "")
    # At the moment of the signature: a certificate that expired since then was good when it counted.
    verdict = verdict_of(content, trusted(), at=signed_at(batch) or batch.moved_at)
    same = hashlib.sha256(content).hexdigest() == batch.signed_sha256
    certificate = f"{verdict.signer_name} · {verdict.issuer}" if verdict.signer_name else ""
    return Signature(
        holds=verdict.valid and same,
        sentence=say(verdict.code if same else "verify.altered"),
        certificate=certificate,
        level=verdict.level,
        stamped_at=verdict.stamped_at,
    )


def sent_back(batch: SigningBatch) -> set[int]:
    """Reports of a signed document that came back after the signature: what it says of them is not in force."""
    at = signed_at(batch)
    return returned_since(Report, batch.entries.values("report"), at) if at else set()
