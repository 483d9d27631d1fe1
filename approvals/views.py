"""The deciders' pages, and the public page that says whether a document is genuine."""

import io

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals import (
    batches,
    certificates,
    deciding,
    desk,
    desk_acts,
    desk_matrix,
    review_page,
    services,
    signing_page,
    signing_views,
)
from approvals.keeping.gone import disposed_words
from approvals.models import SigningBatch
from approvals.services import BatchRefused
from ledger.clock import now as database_now
from registry.models import User
from submissions.models import Report
from submissions.readings import read
from wording.sentences import say
from workflow import route

PDF = "application/pdf"


@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits to be verified: verify many, or open one."""
    user: User = request.user  # type: ignore[assignment]
    mine = desk.desk_of(user, route.VERIFY)
    if request.method == "POST":
        return desk_acts.answer(request, mine)
    return render(request, "approvals/inbox.html", mine.context(request))


@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """Sub-activity by month: where each report of his field stands; with `?format=csv` the same rows as a file."""
    user: User = request.user  # type: ignore[assignment]
    mine = desk_matrix.matrix_of(user, request)
    if request.GET.get("format") == "csv":
        return mine.csv()
    return render(request, "approvals/matrix.html", mine.context(request))


@require_http_methods(["GET", "POST"])
def to_sign(request: HttpRequest) -> HttpResponse:
    """What waits for a signature: choose reports, have their document prepared."""
    user: User = request.user  # type: ignore[assignment]
    mine = desk.desk_of(user, route.SIGN)
    if request.method == "POST":
        return desk_acts.answer(request, mine)
    context = mine.context(request) | {"certificate": certificates.shown(user)}
    return render(request, "approvals/inbox.html", context)


@require_http_methods(["GET", "POST"])
def to_review(request: HttpRequest) -> HttpResponse:
    """What was signed and waits for a review: accept many, or open one to return it."""
    user: User = request.user  # type: ignore[assignment]
    mine = desk.desk_of(user, route.REVIEW)
    if request.method == "POST":
        return desk_acts.answer(request, mine)
    return render(request, "approvals/inbox.html", mine.context(request))


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, token: str) -> HttpResponse:
    """One report as it will be judged. Looking at it ends its officer's chance to recall it."""
    user: User = request.user  # type: ignore[assignment]
    report = get_object_or_404(
        Report.objects.visible_to(user).select_related("period__agency__government", "item__unit"),
        token=token,
    )
    if request.method == "POST":
        return deciding.act_on(request, user, report)
    deciding.open_for(user, report)
    (reading,) = read([report.pk])
    look = review_page.Look.of(request.GET)
    context = review_page.review_context(user, report, reading, database_now(), look)
    return render(request, "approvals/review.html", context)


@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, token: str) -> HttpResponse:
    """One document: before its signature for its signer, afterwards for all who may see its reports."""
    user: User = request.user  # type: ignore[assignment]
    found = _seen_batch(user, token)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = signing_page.sign_batch(request, user, found)
        if not errors:
            return redirect("approvals:batch", token)
        found = _seen_batch(user, token)
    unsigned = (
        found.state in (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED)
        and found.signer_id == user.pk
    )
    context = (
        batches.batch_context(found) | signing_page.sign_words(errors) | signing_views.again(user, found)
    )
    if unsigned:
        context |= signing_page.sign_form(request, user)
    template = "approvals/sign.html" if unsigned else "approvals/batch.html"
    return render(request, template, context, status=422 if errors else 200)


@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Throw a prepared document away."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(SigningBatch, token=token, signer=user)
    try:
        services.discard(actor=user, batch=found)
        messages.success(request, _("The document was discarded. Its reports stay verified."))
    except BatchRefused as refused:
        messages.error(request, say(refused.code, refused.params))
    return redirect("approvals:to_sign")


@require_GET
def document(request: HttpRequest, token: str) -> HttpResponseBase:
    """The prepared or signed PDF, for those who may see the batch."""
    user: User = request.user  # type: ignore[assignment]
    found = _seen_batch(user, token)
    file = found.signed_file or found.prepared_file
    if not file:
        raise Http404
    return _sent(request, found, file)


def _sent(request: HttpRequest, found: SigningBatch, file: FieldFile) -> HttpResponseBase:
    try:
        return FileResponse(file.open("rb"), filename=_file_name(found), content_type=PDF)
    except FileNotFoundError as error:
        if not (sentence := disposed_words(found)):
            raise Http404 from error
    context = {"sentence": sentence, "name": found.document_no}
    return render(request, "submissions/evidence_closed.html", context, status=410)


def _seen_batch(user: User, token: str) -> SigningBatch:
    """A published document is for all who may see one of its reports; before, for its signer and who may see them all."""
    found = get_object_or_404(
        SigningBatch.objects.select_related("period__agency__government", "signer"), token=token
    )
    if found.signer_id == user.pk:
        return found
    covered = found.entries.count()
    seen = Report.objects.visible_to(user).filter(signings__batch=found).count()
    if not seen or (seen < covered and found.state != SigningBatch.State.PUBLISHED):
        raise Http404
    return found


def _file_name(found: SigningBatch) -> str:
    return f"{found.document_no.replace('/', '-')}.pdf"


@login_not_required
@require_GET
def verification(request: HttpRequest, token: str) -> HttpResponse:
    """Is this document genuine? For anybody who has it in hand."""
    found = get_object_or_404(
        SigningBatch.objects.select_related("period__agency__government", "signer"), token=token
    )
    return render(request, "approvals/verification.html", batches.verification_context(found))


@login_not_required
@require_GET
def public_document(request: HttpRequest, token: str) -> HttpResponseBase:
    """The signed PDF of a published batch."""
    found = get_object_or_404(SigningBatch, token=token, state=SigningBatch.State.PUBLISHED)
    return _sent(request, found, found.signed_file)


@login_not_required
@require_GET
def qr(request: HttpRequest, token: str) -> HttpResponse:
    """The QR code that leads to the verification page, as SVG."""
    found = get_object_or_404(SigningBatch, token=token)
    out = io.BytesIO()
    segno.make(batches.verify_url(found), error="m").save(out, kind="svg", scale=4, border=2)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
