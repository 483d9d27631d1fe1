"""What the tiers do: verify, send back, prepare a document, sign it. Every change of a report goes through the engine."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import authenticate
from django.core.files.base import ContentFile
from django.http import HttpRequest

from approvals import recap
from approvals.document import manifest_bytes, stamp
from approvals.document import render as render_document
from approvals.models import SigningBatch, SigningEntry
from approvals.signing import Pkcs12Signer, SigningRefused
from approvals.signing import verify as verify_signature
from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import User
from submissions.models import Period, Report
from workflow import engine, route
from workflow.cursor import prepared
from workflow.engine import Outcome
from workflow.models import Outbox
from workflow.outbox import nudge

# What a signature does not end: a further signature, a review that comes first, or an embargo.
HELD_BACK = ("route.state", "route.review_open", "route.embargo")
ABANDONED_AFTER = timedelta(minutes=10)  # a signature takes seconds: what is older was cut off


class BatchRefused(Exception):
    """A document cannot be prepared or signed: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


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


def prepare(*, actor: User, period: Period, versions: Mapping[int, int | None]) -> SigningBatch:
    """Fix what a signature will cover, and have the worker render it. Raises engine.Refused when one cannot be signed."""
    if not versions:
        raise BatchRefused("batch.empty")
    reports = list(Report.objects.filter(pk__in=versions, period=period).order_by("pk"))
    refused = _unsignable(actor, reports, versions)
    if refused:
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


def _unsignable(actor: User, reports: Sequence[Report], versions: Mapping[int, int | None]) -> list[Outcome]:
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
    """ "RFK/4.01.0.00/2026-01/7QK2": agency, month, and four characters that tell partial documents apart."""
    mark = "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(6))
    return f"RFK/{period.agency.code}/{period.first_day:%Y-%m}/{mark}"


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
        _moved(batch, SigningBatch.State.PREPARED, batch.signer)


def discard(*, actor: User, batch: SigningBatch) -> None:
    """Throw a prepared document away; its reports stay verified."""
    with recorded(actor):
        held = SigningBatch.objects.select_for_update().get(pk=batch.pk, signer=actor)
        if held.state not in (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED):
            raise BatchRefused(
                "batch.state", {"number": held.document_no, "batch_state": str(held.get_state_display())}
            )
        _void(held, "batch.discarded", {}, actor)


def sign(
    *, actor: User, batch: SigningBatch, password: str, passphrase: str, request: HttpRequest | None = None
) -> SigningBatch:
    """Sign the prepared document and publish its reports, all or none (design.md 6).

    prepared -> signing -> signed -> published, each committed. Any failure after `signing` makes the batch void with its
    reason and leaves the reports verified. Raises BatchRefused (state, password), SigningRefused (key), engine.Refused.
    """
    # axes counts wrong passwords here as at the door; a call without a page has an empty request.
    if authenticate(request or HttpRequest(), username=actor.username, password=password) != actor:
        raise BatchRefused("batch.password")
    signer = Pkcs12Signer(settings.SIGNING_KEYS / f"signer-{actor.pk}.p12", passphrase)
    if signer.holder_serial != actor.nip:
        raise SigningRefused("sign.not_yours")
    batch = _begin(batch, actor)
    try:
        pdf = _signature(batch, signer)
        batch = _keep(batch, actor, pdf)
        return _publish(batch, actor)
    except Exception as error:
        code = getattr(error, "code", None) or "batch.failed"
        params = getattr(error, "params", None) or {"kind": type(error).__name__}
        if isinstance(error, engine.Refused):
            code, params = error.outcomes[0].code, error.outcomes[0].params
        with recorded(actor):
            held = SigningBatch.objects.select_for_update().get(pk=batch.pk)
            if held.state in (
                SigningBatch.State.PUBLISHED,
                SigningBatch.State.WAITING,
            ):  # the answer to the commit was lost, not the commit
                return held
            if held.state != SigningBatch.State.VOID:
                _void(held, code, params, actor)
        raise


def _begin(batch: SigningBatch, actor: User) -> SigningBatch:
    """prepared -> signing, by one of several clicks only."""
    with recorded(actor):
        held = _held(batch, SigningBatch.State.PREPARED, signer=actor)
        _moved(held, SigningBatch.State.SIGNING, actor)
    return held


def _held(batch: SigningBatch, state: str, signer: User) -> SigningBatch:
    """The batch, locked, if it still stands where this act left it: another may have given it up meanwhile."""
    held = SigningBatch.objects.select_for_update().get(pk=batch.pk)
    if held.signer_id != signer.pk:
        raise BatchRefused("batch.signer", {"name": held.signer_name})
    if held.state != state:
        raise BatchRefused(
            "batch.state", {"number": held.document_no, "batch_state": str(held.get_state_display())}
        )
    return held


def _signature(batch: SigningBatch, signer: Pkcs12Signer) -> bytes:
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
    pdf = signer.sign(
        prepared, reason=batch.document_no, location=government.name, name=batch.signer_name, face=face
    )
    verdict = verify_signature(pdf, recap.trusted())
    if not verdict.valid or verdict.manifest != json.loads(batch.manifest):
        raise BatchRefused("batch.unverified", {"number": batch.document_no})
    return pdf


def _keep(batch: SigningBatch, actor: User, pdf: bytes) -> SigningBatch:
    """signing -> signed: the signature has its record before anything is published on it."""
    with recorded(actor):
        held = _held(batch, SigningBatch.State.SIGNING, signer=actor)
        held.signed_sha256 = hashlib.sha256(pdf).hexdigest()
        held.signed_file.save(f"{held.token}-signed.pdf", ContentFile(pdf), save=False)
        _moved(held, SigningBatch.State.SIGNED, actor)
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
        _moved(held, SigningBatch.State.PUBLISHED if published else SigningBatch.State.WAITING, actor)
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
                _void(batch, "batch.returned", {}, None)
            elif states <= {route.PUBLISHED, route.SUPERSEDED}:
                _moved(batch, SigningBatch.State.PUBLISHED, None)
            else:
                continue
            settled += 1
    return settled


def give_up(batch_id: int, kind: str) -> None:
    """A document that cannot be printed becomes void with its reason, so that its signer does not wait for ever."""
    with recorded(None):
        batch = SigningBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state == SigningBatch.State.PREPARING:
            _void(batch, "batch.unprinted", {"kind": kind}, None)


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
            _void(batch, "batch.abandoned", {}, None)
    return len(batches)


def _moved(batch: SigningBatch, state: str, actor: User | None) -> None:
    batch.state, batch.moved_at = state, database_now()
    _saved(batch, actor)


def _void(batch: SigningBatch, code: str, params: dict[str, Any], actor: User | None) -> None:
    batch.void_code, batch.void_params = code, json.loads(json.dumps(params, default=str))
    _moved(batch, SigningBatch.State.VOID, actor)


def _saved(batch: SigningBatch, actor: User | None) -> None:
    # simple-history's way of naming person and moment; both come from the act, not from the web server.
    batch._history_user, batch._history_date = actor, batch.moved_at  # type: ignore[attr-defined]
    batch.save()


__all__ = [
    "BatchRefused",
    "SigningRefused",
    "discard",
    "prepare",
    "render",
    "review",
    "send_back",
    "settle_waiting",
    "sign",
    "verify",
    "void_abandoned",
]
