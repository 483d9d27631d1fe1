"""What the pages of a document show: before its signature, after it, and to anybody who has it in hand."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import recap
from approvals.capacities import foreseen, printed_of
from approvals.keeping.gone import disposed_words
from approvals.models import SigningBatch, SigningEntry
from approvals.review_page import warnings_of
from ledger.clock import now as database_now
from submissions import formulas
from submissions.holding import Where, where
from submissions.models import Report
from submissions.pages import report_row, size_text, stored_findings
from submissions.readings import Reading, read, total
from submissions.selectors import month_label, revision_notes
from wording import words
from wording.dates import moment
from wording.sentences import say
from workflow import route
from workflow.record import law
from workflow.route import SIGN


def batch_context(batch: SigningBatch) -> dict[str, Any]:
    """For templates/approvals/sign.html and batch.html: everything about one document."""
    entries = {entry.report_id: entry for entry in batch.entries.all()}
    readings = read(list(entries))
    sums = total(readings)
    share, sentence = recap.coverage(batch, readings)
    unsigned = batch.state in (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED)
    return {
        "batch": _batch(batch),
        "signer": {"person": batch.signer_name, "office": batch.signer_title, "capacity": ""},
        "reports": [
            _signed_row(one)
            | {
                "version": one.version,
                "hash": one.content_hash,
                "superseded": one.state == route.SUPERSEDED,
            }
            for one in readings
        ],
        "total": sums,
        "coverage": {"share": share, "of": sentence},
        "missing": _missing(batch, set(entries)),
        "deviations": _deviations(readings),
        "warnings": _warnings(readings),
        "waivers": _waivers(batch, list(entries)),
        "waits": _waits(batch, readings),
        "replaced_by": (replaced := _replaced(batch)),
        "in_force": len(readings) - len(replaced),
        "then": _then(readings) if unsigned else [],
        "formula": _(
            "Absorption = Σ realised ÷ Σ ceiling × 100; physical = Σ (ceiling × progress) ÷ Σ ceiling."
        ),
        "list_url": reverse("approvals:to_sign"),
        "sign_url": reverse("approvals:batch", args=[batch.token]),
        "void_url": reverse("approvals:discard", args=[batch.token]),
        "ready": batch.state == SigningBatch.State.PREPARED,
        "crumbs": [
            {"label": _("To sign"), "url": reverse("approvals:to_sign")},
            {"label": batch.document_no, "url": ""},
        ],
        "errors": [],
    }


def _warnings(readings: Sequence[Reading]) -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        findings = stored_findings([one.id for one in readings], cursor)
    return [warning for one in readings for warning in warnings_of(one, findings[one.id])]


def _waivers(batch: SigningBatch, reports: list[int]) -> list[str]:
    """What is printed on the document that is out of the ordinary, the coming signature included."""
    printed = printed_of(reports)
    if batch.state not in (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED):
        return printed
    foreseen_notes = foreseen(batch.signer, list(Report.objects.filter(pk__in=reports)), SIGN).notes
    return list(dict.fromkeys([*printed, *foreseen_notes]))


def _waits(batch: SigningBatch, readings: Sequence[Reading]) -> list[Where]:
    """What a signed document waits for, each thing once."""
    if batch.state != SigningBatch.State.WAITING:
        return []
    holders = where(readings, now=database_now()).values()
    return list({(one.office, one.due): one for one in holders if one.kind != "published"}.values())


def _replaced(batch: SigningBatch) -> list[dict[str, Any]]:
    """What replaces reports of a published document; nothing before it is published."""
    if batch.state != SigningBatch.State.PUBLISHED:
        return []
    return list(replacements(batch).values())


def _then(readings: Sequence[Reading]) -> list[str]:
    """What still comes between this signature and publication; nothing when it is published at once."""
    routes = set(Report.objects.filter(pk__in=[one.id for one in readings]).values_list("route", flat=True))
    hours = max((law(pk).embargo_hours for pk in routes), default=0)
    publication, found = str(words.STEPS["publish"]), set()
    for one in where(readings, now=database_now()).values():
        missing = one.quorum - len(one.agreed) - 1
        if missing > 0:
            signatures = ngettext("%(n)s more signature", "%(n)s more signatures", missing)
            found.add(signatures % {"n": missing})
        elif one.then and one.then != publication:
            found.add(one.then)
    if hours:
        found.add(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    return sorted(found)


def _batch(batch: SigningBatch) -> dict[str, Any]:
    published = batch.state == SigningBatch.State.PUBLISHED
    at = recap.signed_at(batch)
    file = batch.signed_file if batch.signed_file else batch.prepared_file
    size = _size(file) if file else ""
    gone = disposed_words(batch) if file and not size else ""
    return {
        "id": batch.pk,
        "token": batch.token,
        "state": batch.state,
        "month": month_label(batch.period.first_day),
        "unit": batch.period.agency.name,
        "document_no": batch.document_no,
        "prepared_at": batch.created_at,
        "signed_at": at,
        "published_at": batch.moved_at if published else None,
        "void_reason": say(batch.void_code, batch.void_params) if batch.void_code else "",
        "pdf_url": reverse("approvals:document", args=[batch.token]) if file and not gone else "",
        "pdf_size": size,
        "gone": gone,
        "pdf_sha256": batch.signed_sha256 or batch.prepared_sha256,
        "level": batch.level,
        "manifest_sha256": manifest_digest(batch),
        "checkpoint": _checkpoint(batch),
        "verify_url": verify_url(batch),
        "qr_src": reverse("approvals:qr", args=[batch.token]),
    }


def _checkpoint(batch: SigningBatch) -> str:
    """The ledger's checkpoint as the document itself has it; nothing as long as nobody seals the ledger."""
    return str(json.loads(batch.manifest).get("checkpoint") or "") if batch.manifest else ""


def _level(signature: recap.Signature) -> str:
    """The level of a signature (PAdES, ETSI EN 319 142-1) and what it says of the time."""
    levels = {
        "B-B": _("PAdES B-B: without a timestamp of an authority; the moment is that of the record here."),
        "B-T": _("PAdES B-T: an authority's timestamp says it existed on %(at)s."),
        "B-LT": _(
            "PAdES B-LT: an authority's timestamp says it existed on %(at)s; what is needed to check the certificate "
            "years later is in the file."
        ),
    }
    sentence = levels.get(signature.level, "")
    return sentence % {"at": moment(signature.stamped_at)} if sentence else ""


def _size(file: FieldFile) -> str:
    try:
        return size_text(file.size)
    except FileNotFoundError:
        return ""


def verify_url(batch: SigningBatch) -> str:
    """The public address of a batch's verification page."""
    return f"{settings.PUBLIC_URL}{reverse('approvals:verification', args=[batch.token])}"


def _public_url(batch: SigningBatch, one: Reading) -> str:
    """Where the public reads this sub-activity through the year."""
    return reverse("portal:item", args=[batch.period.fiscal_year.label, one.unit_code, one.code])


def manifest_digest(batch: SigningBatch) -> str:
    """sha256 of the manifest: what a signer says he has seen."""
    return hashlib.sha256(batch.manifest.encode()).hexdigest() if batch.manifest else ""


def _signed_row(one: Reading) -> dict[str, Any]:
    return report_row(one, None) | {
        "unit": one.unit,
        "plan": one.planned_absorption,
        "physical_plan": one.physical_planned,
        "revision": one.revision,
    }


def _missing(batch: SigningBatch, included: set[int]) -> list[str]:
    """Sub-activities of the agency month that neither this document nor an earlier one covers."""
    covered = Report.objects.filter(pk__in=included).values("item")
    others = (
        Report.objects.current()
        .filter(period=batch.period, revision=0)
        .exclude(item__in=covered)
        .exclude(state=route.PUBLISHED)
    )
    return [
        f"{code} {name}".strip()
        for code, name in others.values_list("item__sub_activity_code", "item__sub_activity_name")
    ]


def _deviations(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    behind = sorted(
        (one for one in readings if one.deviation is not None and one.deviation < 0),
        key=lambda one: one.deviation or 0,
    )
    return [
        {
            "code": one.code,
            "name": one.name,
            "url": reverse("approvals:review", args=[one.token]),
            "physical": one.physical,
            "plan": one.physical_planned,
            "sentence": str(words.COLOURS[formulas.colour(one.deviation) or "GREEN"]),
        }
        for one in behind[:3]
    ]


def _standing(batch: SigningBatch) -> list[Reading]:
    """The reports that a document attests: not those that were sent back after it was signed."""
    reports = batch.entries.exclude(report__in=recap.sent_back(batch)).values_list("report", flat=True)
    return read(list(reports))


def _sent_back(batch: SigningBatch) -> list[str]:
    codes = Report.objects.filter(pk__in=recap.sent_back(batch)).values_list(
        "item__sub_activity_code", flat=True
    )
    return [say("batch.sent_back", {"code": code}) for code in codes]


def verification_context(batch: SigningBatch) -> dict[str, Any]:
    """For templates/approvals/verification.html: public, no login."""
    readings = _standing(batch) if batch.state == SigningBatch.State.PUBLISHED else []
    later = replacements(batch) if readings else {}
    known = "superseded" if later else "genuine"
    verdicts = {SigningBatch.State.PUBLISHED: known, SigningBatch.State.VOID: "void"}
    about = _batch(batch)
    signature = recap.signature_of(batch)
    share, sentence = recap.coverage(batch, readings) if readings else (None, "")
    return {
        "document": about
        | {
            "verdict": verdicts.get(SigningBatch.State(batch.state), "pending")
            if signature.holds
            else "void",
            "pdf_url": reverse("approvals:public_document", args=[batch.token])
            if readings and not about["gone"]
            else "",
            "signature": signature.sentence,
            "certificate": signature.certificate,
            "level": _level(signature) if signature.holds else "",
            "blocks_url": reverse("approvals:blocks", args=[batch.token]),
            "find_url": reverse("approvals:find"),
        },
        "signer": {"person": batch.signer_name, "office": batch.signer_title, "capacity": ""},
        "reports": [
            _signed_row(one)
            | {"url": _public_url(batch, one), "superseded": one.id in later, "later": later.get(one.id)}
            for one in readings
        ],
        "total": total(readings),
        "coverage": {"share": share, "of": sentence} if readings else None,
        "replaced_by": list(later.values()),
        "in_force": len(readings) - len(later),
        "notes": [*_sent_back(batch), *printed_of(one.id for one in readings)] if readings else [],
        "as_of": batch.moved_at,
    }


def replacements(batch: SigningBatch) -> dict[int, dict[str, Any]]:
    """For each report of a document that a later revision replaced: that revision, its reason and its document."""
    rows = list(
        Report.objects.filter(signings__batch=batch, state=route.SUPERSEDED).values_list(
            "pk", "item", "period", "revision", "item__sub_activity_code"
        )
    )
    later = Report.objects.filter(
        item__in=[row[1] for row in rows], period=batch.period_id, state=route.PUBLISHED
    )
    newest = {one.item_id: one for one in later}
    notes = revision_notes(one.pk for one in newest.values())
    documents = dict(
        SigningEntry.objects.filter(
            report__in=list(newest.values()), batch__state=SigningBatch.State.PUBLISHED
        ).values_list("report", "batch__token")
    )
    return {
        pk: {
            "code": code,
            "url": reverse("approvals:verification", args=[documents[one.pk]]) if one.pk in documents else "",
            "at": one.published_at,
            "note": notes.get(one.pk, ""),
        }
        for pk, item, _period, _revision, code in rows
        if (one := newest.get(item))
    }
