"""What the tiers do: verify, send back, prepare a document, sign it. Every change of a report goes through the engine."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from approvals import recap
from approvals.document import stamp
from approvals.factors import Factor, check
from approvals.models import SigningBatch
from approvals.preparing import (
    BatchRefused,
    discard,
    give_up,
    moved,
    prepare,
    prepare_again,
    refused_in,
    render,
    unsignable,
    void,
)
from approvals.signing import SigningRefused
from approvals.signing import verify as verify_signature
from approvals.signing_backends import Backend, Signed, Words, backend_of
from approvals.signing_trust import authorities
from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import Office, User
from submissions.holding import CAPACITIES
from submissions.models import Report
from workflow import engine, route
from workflow.cursor import prepared
from workflow.engine import Outcome
from workflow.outbox import nudge

# What a signature does not end: a further signature, a review that comes first, or an embargo.
HELD_BACK = ("route.state", "route.review_open", "route.embargo")
ABANDONED_AFTER = timedelta(minutes=10)  # a signature takes seconds: what is older was cut off


def verify(*, actor: User, versions: Mapping[int, int | None], key: str | None = None) -> list[Outcome]:
    """Pass reports on to the next tier, each in the version that was seen."""
    return engine.perform(route.VERIFY, Report, versions, actor=actor, key=key)


def send_back(
    *,
    actor: User,
    versions: Mapping[int, int | None],
    reason: str,
    marks: Sequence[str] = (),
    to_previous_tier: bool = False,
    key: str | None = None,
) -> list[Outcome]:
    """Return reports with a reason of at least 10 characters; `marks` names lines and fields ("line-17", "physical")."""
    outcomes = engine.perform(
        route.RETURN,
        Report,
        versions,
        actor=actor,
        reason=reason,
        marks=marks,
        to_previous_tier=to_previous_tier,
        key=key,
    )
    nudge()
    return outcomes


def review(
    *, actor: User, versions: Mapping[int, int | None], note: str = "", key: str | None = None
) -> list[Outcome]:
    """Accept signed or published reports as the tier after the signature; what only this held up is published."""
    with recorded(actor):
        outcomes = engine.perform(route.REVIEW, Report, versions, actor=actor, reason=note, key=key)
        passed = {one.id: versions[one.id] for one in outcomes if one.done and one.state == route.SIGNED}
        _publish_if_due(passed, actor, key and engine.derived(key, "publish"))
    nudge()
    return outcomes


def _publish_if_due(versions: Mapping[int, int | None], actor: User, key: str | None) -> bool:
    """Publish what neither a further tier nor an embargo holds; whether all of it was. Raises engine.Refused otherwise."""
    if not versions:
        return True
    outcomes = engine.perform(route.PUBLISH, Report, versions, actor=actor, key=key)
    refused = [one for one in outcomes if not one.done and one.code not in HELD_BACK]
    if refused:
        raise engine.Refused(refused)
    return all(one.done for one in outcomes)


def sign(
    *, actor: User, batch: SigningBatch, factor: Factor, passphrase: str, request: HttpRequest | None = None
) -> SigningBatch:
    """Sign the prepared document and publish its reports, all or none (design.md 6).

    prepared -> signing -> signed -> published, each committed. Where surely nothing was signed (a wrong passphrase) the
    batch is prepared again, for another try; any other failure after `signing` makes it void with its reason. Either way
    the reports stay verified. Raises FactorRefused, BatchRefused (state), SigningRefused (key), engine.Refused.
    """
    check(actor, factor, request)
    backend = backend_of(actor)
    batch = _begin(batch, actor, backend.kind)
    try:
        _lawful(batch, actor)
        signed = _signature(batch, backend, passphrase)
        batch = _keep(batch, actor, signed)
        return _publish(batch, actor)
    except Exception as error:
        held = _given_up(batch, actor, error)
        if isinstance(error, engine.Refused):
            versions = dict(batch.entries.values_list("report", "version"))
            engine.attempted(route.SIGN, Report, versions, actor=actor, refused=error.outcomes)
        if held.state in (SigningBatch.State.PUBLISHED, SigningBatch.State.WAITING):
            return held  # the answer to the commit was lost, not the commit
        raise


def _given_up(batch: SigningBatch, actor: User, error: Exception) -> SigningBatch:
    """What becomes of a batch whose signing failed: prepared again where surely nothing was signed, else void."""
    code, params = _reason(error)
    with recorded(actor):
        held = SigningBatch.objects.select_for_update().get(pk=batch.pk)
        if held.state == SigningBatch.State.SIGNING and isinstance(error, SigningRefused) and not error.final:
            held.last_refusal = code
            moved(held, SigningBatch.State.PREPARED, actor)
        elif held.state in (SigningBatch.State.SIGNING, SigningBatch.State.SIGNED):
            void(held, code, params, actor)
    return held


def _reason(error: Exception) -> tuple[str, dict[str, Any]]:
    if isinstance(error, engine.Refused):
        return error.outcomes[0].code, error.outcomes[0].params
    if isinstance(error, BatchRefused | SigningRefused):
        return error.code, error.params
    return "batch.failed", {"kind": type(error).__name__}


def _begin(batch: SigningBatch, actor: User, backend: str) -> SigningBatch:
    """prepared -> signing, by one of several clicks only."""
    with recorded(actor):
        held = _held(batch, SigningBatch.State.PREPARED, signer=actor)
        _same_capacity(held, actor)
        held.backend, held.attempts, held.last_refusal = backend, held.attempts + 1, ""
        moved(held, SigningBatch.State.SIGNING, actor)
    return held


def _same_capacity(batch: SigningBatch, actor: User) -> None:
    """Refuse a document that names its signer as what he no longer is, before the key is used. Who may not sign at all
    hears that from the law. Raises BatchRefused."""
    offices = Office.objects.filter(person=actor)
    if any(f"{CAPACITIES.get(one.capacity, '')}{one.title}" == batch.signer_title for one in offices):
        return
    title, _name = recap.signer_of(actor, batch.entries.select_related("report")[0].report)
    if title and title != batch.signer_title:
        raise BatchRefused(
            "batch.capacity", {"number": batch.document_no, "before": batch.signer_title, "now": title}
        )


def _lawful(batch: SigningBatch, actor: User) -> None:
    """Refuse before the key is used what the law would refuse after it: who holds the office no more gets no signed
    document. Raises engine.Refused."""
    versions: dict[int, int | None] = dict(batch.entries.values_list("report", "version"))
    refused = unsignable(actor, list(Report.objects.filter(pk__in=versions).order_by("pk")), versions)
    if refused:
        raise engine.Refused(refused)


def _held(batch: SigningBatch, state: str, signer: User) -> SigningBatch:
    """The batch, locked, if it still stands where this act left it: another may have given it up meanwhile."""
    held = SigningBatch.objects.select_for_update().get(pk=batch.pk)
    if held.signer_id != signer.pk:
        raise BatchRefused("batch.signer", {"name": held.signer_name})
    if held.state != state:
        raise refused_in(held)
    return held


@sensitive_variables("passphrase")
def _signature(batch: SigningBatch, backend: Backend, passphrase: str) -> Signed:
    """The signed document, which must verify against the authority and carry the very manifest."""
    try:
        with batch.prepared_file.open("rb") as file:
            prepared = file.read()
    except FileNotFoundError as error:
        raise BatchRefused("batch.altered", {"number": batch.document_no}) from error
    if hashlib.sha256(prepared).hexdigest() != batch.prepared_sha256:
        raise BatchRefused("batch.altered", {"number": batch.document_no})
    government = batch.period.agency.government
    face = stamp(
        name=batch.signer_name,
        title=batch.signer_title,
        at=database_now(),
        zone=ZoneInfo(government.time_zone),
        language=government.language,
    )
    words = Words(batch.document_no, government.name, batch.signer_name, face)
    signed = backend.sign(prepared, passphrase=passphrase, words=words)
    verdict = verify_signature(signed.pdf, authorities())
    if not verdict.valid or verdict.manifest != json.loads(batch.manifest):
        raise BatchRefused("batch.unverified", {"number": batch.document_no})
    return signed


def _keep(batch: SigningBatch, actor: User, signed: Signed) -> SigningBatch:
    """signing -> signed: the signature has its record before anything is published on it."""
    with recorded(actor):
        held = _held(batch, SigningBatch.State.SIGNING, signer=actor)
        held.signed_sha256 = hashlib.sha256(signed.pdf).hexdigest()
        held.level, held.external_id = signed.level, signed.external_id
        held.signed_file.save(f"{held.token}-signed.pdf", ContentFile(signed.pdf), save=False)
        moved(held, SigningBatch.State.SIGNED, actor)
    return held


def _publish(batch: SigningBatch, actor: User) -> SigningBatch:
    """signed -> published: one transaction signs and publishes every report of the manifest, or nothing.

    Where a route asks for more than this signature, the batch waits and `settle_waiting` ends it.
    """
    entries = {entry.report_id: entry for entry in batch.entries.all()}
    versions = {pk: entry.version for pk, entry in entries.items()}
    with recorded(actor):
        held = _held(batch, SigningBatch.State.SIGNED, signer=actor)
        engine.perform(route.SIGN, Report, versions, actor=actor, whole=True, key=f"sign:{batch.pk}")
        published = _publish_if_due(versions, actor, f"publish:{batch.pk}")
        # Computed anew: what a report is keyed by (codes of accounts and units) stands outside its own frozen rows.
        texts = Report.content(prepared(), list(entries))
        hashes = {pk: hashlib.sha256(text.encode()).hexdigest() for pk, text in texts.items()}
        if any(entry.content_hash != hashes.get(pk) for pk, entry in entries.items()):
            raise BatchRefused("batch.altered", {"number": held.document_no})
        moved(held, SigningBatch.State.PUBLISHED if published else SigningBatch.State.WAITING, actor)
        nudge()
    return held


def settle_waiting() -> int:
    """Batches whose reports no longer wait for anybody are published; how many.

    A report that was sent back after the signature is no longer part of what the document attests (`recap.sent_back`); with
    none left the batch is void.
    """
    waiting = SigningBatch.objects.filter(state=SigningBatch.State.WAITING)
    if not waiting.exists():
        return 0
    settled = 0
    with recorded(None):
        for batch in waiting.select_for_update(skip_locked=True):
            # Asked of the decisions: what came back may have been signed anew, on another document, before we look.
            standing = batch.entries.exclude(report__in=recap.sent_back(batch))
            states = set(standing.values_list("report__state", flat=True))
            if not states:
                void(batch, "batch.returned", {}, None)
            elif states <= {route.PUBLISHED, route.SUPERSEDED}:
                moved(batch, SigningBatch.State.PUBLISHED, None)
            else:
                continue
            settled += 1
    return settled


def void_abandoned() -> int:
    """Batches whose signing was cut off become void; nothing was published by them. Returns how many."""
    at = database_now()
    cut_off = SigningBatch.objects.filter(
        state__in=(SigningBatch.State.SIGNING, SigningBatch.State.SIGNED), moved_at__lt=at - ABANDONED_AFTER
    )
    if not cut_off.exists():
        return 0
    with recorded(None):
        batches = list(cut_off.select_for_update(skip_locked=True))
        for batch in batches:
            void(batch, "batch.abandoned", {}, None)
    return len(batches)


__all__ = [
    "BatchRefused",
    "SigningRefused",
    "discard",
    "give_up",
    "prepare",
    "prepare_again",
    "render",
    "review",
    "send_back",
    "settle_waiting",
    "sign",
    "verify",
    "void_abandoned",
]
