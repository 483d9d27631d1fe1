"""The document of a signature before it is signed: prepared, printed, shown, thrown away."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile

from approvals import recap
from approvals.document import manifest_bytes
from approvals.document import render as render_document
from approvals.models import SigningBatch, SigningEntry
from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import User
from submissions.models import Period, Report
from workflow import engine, route
from workflow.engine import Outcome
from workflow.models import Outbox
from workflow.outbox import nudge


class BatchRefused(Exception):
    """A document cannot be prepared or signed: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def prepare(*, actor: User, period: Period, versions: Mapping[int, int | None]) -> SigningBatch:
    """Fix what a signature will cover, and have the worker render it. Raises engine.Refused when one cannot be signed."""
    if not versions:
        raise BatchRefused("batch.empty")
    reports = list(Report.objects.filter(pk__in=versions, period=period).order_by("pk"))
    refused = unsignable(actor, reports, versions)
    if refused:
        engine.attempted(route.SIGN, Report, versions, actor=actor, refused=refused)
        raise engine.Refused(refused)
    with recorded(actor):
        Period.objects.select_for_update().get(pk=period.pk)  # two clicks come one after the other
        title, name = recap.signer_of(actor, reports[0])
        return _prepared_before(actor, period, reports, title) or _new_batch(
            actor, period, reports, title, name
        )


def _prepared_before(
    actor: User, period: Period, reports: Sequence[Report], title: str
) -> SigningBatch | None:
    """The document of the very same reports that waits for the same signature already: a second click makes no second."""
    waiting = SigningBatch.objects.filter(
        period=period,
        signer=actor,
        signer_title=title,
        state__in=(SigningBatch.State.PREPARING, SigningBatch.State.PREPARED),
    )
    covered: dict[int, set[tuple[int, int, str]]] = {}
    for entry in SigningEntry.objects.filter(batch__in=waiting):
        seen = (entry.report_id, entry.version, entry.content_hash)
        covered.setdefault(entry.batch_id, set()).add(seen)
    wanted = {(one.pk, one.version, one.content_hash) for one in reports}
    same = [pk for pk, entries in covered.items() if entries == wanted]
    return SigningBatch.objects.get(pk=max(same)) if same else None


def _new_batch(actor: User, period: Period, reports: Sequence[Report], title: str, name: str) -> SigningBatch:
    at = database_now()
    batch = SigningBatch(
        period=period,
        document_no=_document_number(period),
        signer=actor,
        signer_name=name,
        signer_title=title,
        created_at=at,
        moved_at=at,
    )
    _saved(batch, actor)
    SigningEntry.objects.bulk_create(
        SigningEntry(
            batch=batch, report=one, position=place, version=one.version, content_hash=one.content_hash
        )
        for place, one in enumerate(reports, 1)
    )
    payload = {"id": batch.pk}
    Outbox.objects.create(
        key=f"batch.prepare:{batch.pk}",
        topic="batch.prepare",
        payload=payload,
        created_at=at,
        not_before=at,
    )
    nudge()
    return batch


def unsignable(actor: User, reports: Sequence[Report], versions: Mapping[int, int | None]) -> list[Outcome]:
    """Refusals by the same law that will judge the signature; month order is left to it, batches may follow each other."""
    found = {report.pk for report in reports}
    refused = [Outcome(pk, False, code="route.unknown") for pk in versions if pk not in found]
    for report in reports:
        seen = versions[report.pk]
        if seen is not None and seen != report.version:
            refused.append(
                Outcome(
                    report.pk, False, report.state, "route.stale", {"seen": seen, "version": report.version}
                )
            )
    for pk, verbs in engine.available(actor, reports).items():
        answer = verbs[route.SIGN]
        if answer and answer.code != "route.order_sign":
            refused.append(Outcome(pk, False, "", answer.code, answer.params))
    return refused


def _document_number(period: Period) -> str:
    """ "RFK/4.01.0.00/2026-01/7QK2MT": agency, month, and six characters that tell partial documents apart."""
    mark = "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(6))
    return f"RFK/{period.agency.code}/{period}/{mark}"


def prepare_again(*, actor: User, batch: SigningBatch) -> SigningBatch:
    """The same reports on a new document, as they stand now, after the earlier one became void. Raises as `prepare` does."""
    if batch.signer_id != actor.pk:
        raise BatchRefused("batch.signer", {"name": batch.signer_name})
    if batch.state != SigningBatch.State.VOID:
        raise refused_in(batch)
    versions = dict(Report.objects.filter(signings__batch=batch).values_list("pk", "version"))
    return prepare(actor=actor, period=batch.period, versions=versions)


def refused_in(batch: SigningBatch) -> BatchRefused:
    """The refusal of an act that the batch's state does not allow."""
    return BatchRefused(
        "batch.state", {"number": batch.document_no, "batch_state": str(batch.get_state_display())}
    )


def render(batch_id: int) -> None:
    """The worker's part: print the document of a batch. A second time does nothing."""
    with recorded(None):
        batch = SigningBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state != SigningBatch.State.PREPARING:
            return
        told, entries = recap.recap_of(batch)
        manifest = manifest_bytes(told, entries)
        pdf = render_document(told, manifest)
        batch.manifest = manifest.decode()
        batch.prepared_sha256 = hashlib.sha256(pdf).hexdigest()
        batch.prepared_file.save(f"{batch.token}.pdf", ContentFile(pdf), save=False)
        moved(batch, SigningBatch.State.PREPARED, batch.signer)


def discard(*, actor: User, batch: SigningBatch) -> None:
    """Throw a prepared document away; its reports stay verified."""
    with recorded(actor):
        held = SigningBatch.objects.select_for_update().get(pk=batch.pk, signer=actor)
        if held.state not in (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED):
            raise refused_in(held)
        void(held, "batch.discarded", {}, actor)


def give_up(batch_id: int, kind: str) -> None:
    """A document that cannot be printed becomes void with its reason, so that its signer does not wait for ever."""
    with recorded(None):
        batch = SigningBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state == SigningBatch.State.PREPARING:
            void(batch, "batch.unprinted", {"kind": kind}, None)


def moved(batch: SigningBatch, state: str, actor: User | None) -> None:
    """Put a locked batch into another state, with its history."""
    batch.state, batch.moved_at = state, database_now()
    _saved(batch, actor)


def void(batch: SigningBatch, code: str, params: dict[str, Any], actor: User | None) -> None:
    """Give a locked batch up, with the reason as a code for `say`."""
    batch.void_code, batch.void_params = code, json.loads(json.dumps(params, default=str))
    moved(batch, SigningBatch.State.VOID, actor)


def _saved(batch: SigningBatch, actor: User | None) -> None:
    # simple-history's way of naming person and moment; both come from the act, not from the web server.
    batch._history_user, batch._history_date = actor, batch.moved_at  # type: ignore[attr-defined]
    batch.save()
