"""Looking at files, saying what they show, taking them away. Strangers get 404."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from registry.models import User
from submissions import evidence as keeping
from submissions.evidence import FileRefused
from submissions.evidence_forms import Said, mark_of, read_said
from submissions.evidence_images import FORMATS, public_copy
from submissions.evidence_rows import (
    CLEAN,
    INFECTED,
    file_row,
    gone_words,
    scan_state,
    with_scans,
    written_moment,
)
from submissions.evidence_types import shown_name
from submissions.models import Evidence, Report
from submissions.rights import rights_of
from submissions.upload_views import counted, standing
from wording.sentences import say
from workflow.engine import Refused
from workflow.route import PUBLISHED

KEPT_FOR = 60  # seconds that a visitor's copy may be served from a cache
CLOSED = "default-src 'none'; sandbox"


def _visible(user: User, token: str) -> Evidence:
    """One file of a report that the person may see."""
    files = Evidence.objects.filter(token=token, report__in=Report.objects.visible_to(user))
    found = with_scans(files.select_related("report", "report__period", "report__item")).first()
    if found is None:
        raise Http404
    return found


@require_GET
def evidence(request: HttpRequest, token: str) -> HttpResponseBase:
    """One file, to those who may see its report; never shown inside the site, always downloaded."""
    user: User = request.user  # type: ignore[assignment]
    file = _visible(user, token)
    if gone := gone_words(file):
        return _closed(request, file, gone, 410)
    state = scan_state(file)
    mine = file.uploaded_by_id == user.pk
    if state == INFECTED or (state != CLEAN and not mine):
        params = {"name": file.original_name, "found": file.found or ""}  # type: ignore[attr-defined]
        sentence = say("evidence.infected" if state == INFECTED else "evidence.unscanned", params)
        return _closed(request, file, sentence, 403)
    return _download(file.file, file.original_name, file.mime)


def _closed(request: HttpRequest, file: Evidence, sentence: str, status: int) -> HttpResponse:
    context = {"sentence": sentence, "name": file.original_name}
    return render(request, "submissions/evidence_closed.html", context, status=status)


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A picture made smaller, for the page of whoever judges its report: nothing in it but the picture."""
    user: User = request.user  # type: ignore[assignment]
    file = _visible(user, token)
    if scan_state(file) != CLEAN or file.mime not in FORMATS:
        raise Http404
    try:
        with file.file.open("rb") as stored:
            content = public_copy(stored.read())
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/jpeg")
    response["Content-Security-Policy"] = CLOSED
    response["Cache-Control"] = f"private, max-age={KEPT_FOR}"
    return response


@login_not_required
@require_safe
def public(request: HttpRequest, token: str) -> HttpResponseBase:
    """What everybody may see of a published report: a photo without what its camera wrote, a document as it is."""
    files = Evidence.objects.filter(token=token, public=True, report__state=PUBLISHED)
    file = with_scans(files).first()
    if file is None or scan_state(file) != CLEAN:
        raise Http404
    if gone := gone_words(file):
        return _closed(request, file, gone, 410)
    if file.public_file:
        name = f"{file.original_name.rpartition('.')[0]}.jpg"
        response = _download(file.public_file, shown_name(name), "image/jpeg", inline=True)
    else:
        response = _download(file.file, file.original_name, file.mime)
    if not request.user.is_authenticated:
        response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return response


def _download(stored: FieldFile, name: str, mime: str, *, inline: bool = False) -> FileResponse:
    try:
        content = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=not inline, filename=name, content_type=mime)
    response["Content-Security-Policy"] = CLOSED
    return response


@require_http_methods(["GET", "POST"])
def about(request: HttpRequest, token: str) -> HttpResponse:
    """What is said about a file: caption, when, where, for whom. The script asks for it too and gets the row back."""
    user: User = request.user  # type: ignore[assignment]
    file = _visible(user, token)
    refusal = rights_of(user, [file.report_id])[file.report_id].refusal
    if request.method == "GET":
        closed = say(refusal.code, refusal.params) if refusal else ""
        return render(request, "submissions/evidence_about.html", _about(file, Said.of(file), closed=closed))
    said, errors = read_said(request.POST)
    sentence = ""
    if not errors:
        try:
            seen = request.POST.get("seen", "")[:40]
            kept = keeping.describe(actor=user, evidence=file, said=said, seen=seen)
            return _said(request, kept)
        except Refused as refused:
            sentence = say(refused.outcomes[0].code, refused.outcomes[0].params)
        except FileRefused as refused:
            sentence = say(refused.code, refused.params)
            file = _visible(user, token)
    context = _about(file, said, typed=request.POST, errors=errors, sentence=sentence)
    return render(request, "submissions/evidence_about.html", context, status=422)


def _said(request: HttpRequest, file: Evidence) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(standing(file))
    messages.success(request, _("Saved: what is said about “%(name)s”.") % {"name": file.original_name})
    return redirect(_back(file))


def _back(file: Evidence) -> str:
    month = f"{file.report.period.first_day:%Y-%m}"
    return f"{reverse('submissions:entry', args=[month])}#r{file.report_id}"


def _about(
    file: Evidence,
    said: Said,
    *,
    typed: Any = None,
    errors: dict[str, str] | None = None,
    sentence: str = "",
    closed: str = "",
) -> dict[str, Any]:
    """For templates/submissions/evidence_about.html; `typed` is what stood in the form that was refused."""
    stored = {
        "caption": file.caption,
        "taken_at": written_moment(file),
        "latitude": "" if file.latitude is None else str(file.latitude),
        "longitude": "" if file.longitude is None else str(file.longitude),
    }
    return {
        "file": file_row(file),
        "item": file.report.item,
        "values": {name: typed.get(name, "") for name in stored} if typed else stored,
        "public": said.public,
        "picture": file.mime.startswith("image/"),
        "errors": errors or {},
        "sentence": sentence,
        "closed": closed,
        "stored": stored if sentence else {},
        "seen": mark_of(file),
        "back": _back(file),
        "limit": settings.EVIDENCE_MAX_BYTES // 1024 // 1024,
    }


@require_POST
def remove(request: HttpRequest, token: str) -> HttpResponse:
    """Take a file away while its report is open; a second time there is nothing left to take away."""
    user: User = request.user  # type: ignore[assignment]
    file = _visible(user, token)
    try:
        keeping.remove(actor=user, evidence=file)
    except Refused as refused:
        sentence = say(refused.outcomes[0].code, refused.outcomes[0].params)
        return JsonResponse({"sentence": sentence}, status=409)
    return JsonResponse(counted(file.report_id))
