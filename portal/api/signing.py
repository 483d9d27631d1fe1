"""Documents for a signature: prepared, read, signed with a fresh code and the key's passphrase, or thrown away."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables
from ninja import Router
from ninja.responses import Status
from pydantic import Field, SecretStr

from approvals import services
from approvals.batches import manifest_digest, verify_url
from approvals.factors import Factor
from approvals.models import SigningBatch
from approvals.selectors import batches_of
from portal.api.door import person_of
from portal.api.problems import Problem
from portal.api.reading import BINARY, Token, sent
from portal.api.report_shapes import Written
from portal.api.role_shapes import BatchShape
from registry.models import User
from submissions.models import Report
from wording.sentences import say

router = Router(tags=["signing"])
STATE = SigningBatch.State


class Signature(Written):
    """What a signature takes. Neither the code nor the passphrase is kept, logged or passed on."""

    manifest_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the very document that was read")
    accepted: bool = Field(
        description="I have read this document. The figures are those of my agency, and I answer for them."
    )
    code: SecretStr = Field(max_length=20, description="of the authenticator app, fresh")
    passphrase: SecretStr = Field(max_length=200, description="of the signer's key")


def seen_batch(person: User, token: str) -> SigningBatch:
    """A document of one's own, or one whose reports one may see: published any of them, before all of them. Http404 else."""
    known = SigningBatch.objects.select_related("period__fiscal_year", "period__agency__government", "signer")
    found = known.filter(token=token).first()
    if found is None:
        raise Http404
    if found.signer_id != person.pk:
        covered = found.entries.count()
        visible = Report.objects.visible_to(person).filter(signings__batch=found).count()
        if not visible or (visible < covered and found.state != STATE.PUBLISHED):
            raise Http404
    return found


def batch_of(one: SigningBatch) -> dict[str, Any]:
    """A document as an answer has it."""
    period = one.period
    code = one.void_code or one.last_refusal
    return {
        "id": one.token, "state": one.state, "document_no": one.document_no, "year": period.fiscal_year.label,
        "month": str(period), "agency": period.agency.code, "signer": one.signer_name,
        "signer_title": one.signer_title, "manifest_sha256": manifest_digest(one), "prepared_sha256": one.prepared_sha256,
        "signed_sha256": one.signed_sha256, "created_at": one.created_at, "moved_at": one.moved_at,
        "refusal": say(one.void_code, one.void_params) if one.void_code else code or None, "verify_url": verify_url(one),
        "reports": [
            {"report": entry.report.token, "version": entry.version, "content_hash": entry.content_hash}
            for entry in one.entries.select_related("report").order_by("position")
        ],
    }  # fmt: skip


@router.get(
    "/batches",
    response=list[BatchShape],
    operation_id="batches",
    summary="My documents that are on their way",
)
def batch_list(request: HttpRequest) -> Any:
    mine = [one.pk for one in batches_of(person_of(request))]
    rows = SigningBatch.objects.filter(pk__in=mine).select_related("period__fiscal_year", "period__agency")
    return [batch_of(one) for one in rows.order_by("-pk")]


@router.get("/batches/{token}", response=BatchShape, operation_id="batch", summary="One document")
def batch(request: HttpRequest, token: Token) -> Any:
    return batch_of(seen_batch(person_of(request), token))


@router.get(
    "/batches/{token}/document", response=None, operation_id="batchDocument", summary="The prepared or signed PDF",
    openapi_extra={"x-file": True, "responses": {200: {"description": "OK", "content": {"application/pdf": BINARY}}}},
)  # fmt: skip
def document(request: HttpRequest, token: Token) -> Any:
    found = seen_batch(person_of(request), token)
    file = found.signed_file or found.prepared_file
    if not file:
        raise Http404
    return sent(file, f"{found.document_no.replace('/', '-')}.pdf", "application/pdf")


@router.post(
    "/batches/{token}/sign", response=BatchShape, operation_id="signBatch", summary="Sign a document and publish its reports",
    openapi_extra={"x-by-steps": True},
)  # fmt: skip
@sensitive_variables("body", "factor")
def sign(request: HttpRequest, token: Token, body: Signature) -> Any:
    """All or none. Where a route asks for more than this signature, the document waits."""
    person = person_of(request)
    found = seen_batch(person, token)
    if not body.accepted:
        raise Problem(422, "sign.missing_statement")
    if body.manifest_sha256 != manifest_digest(found):
        raise Problem(412, "api.manifest")
    factor = Factor(body.code.get_secret_value().strip())
    services.sign(actor=person, batch=found, factor=factor, passphrase=body.passphrase.get_secret_value())
    return batch_of(seen_batch(person, token))


@router.delete(
    "/batches/{token}",
    response={204: None},
    operation_id="discardBatch",
    summary="Throw a prepared document away",
)
def discard(request: HttpRequest, token: Token) -> Any:
    """Its reports stay verified."""
    person = person_of(request)
    found = seen_batch(person, token)
    if found.signer_id != person.pk:
        raise Http404
    services.discard(actor=person, batch=found)
    return Status(204, None)


@router.post(
    "/batches/{token}/again", response={202: BatchShape}, operation_id="prepareAgain",
    summary="Have the reports of a void document prepared on a new one",
)  # fmt: skip
def again(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    """As they stand now."""
    person = person_of(request)
    found = seen_batch(person, token)
    if found.signer_id != person.pk:
        raise Http404
    made = services.prepare_again(actor=person, batch=found)
    response["Location"] = f"/api/v1/batches/{made.token}"
    return Status(202, batch_of(seen_batch(person, made.token)))
