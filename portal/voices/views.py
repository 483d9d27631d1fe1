"""Pages for every citizen: write, follow a ticket, look one up. No account, no script, nothing kept by caches."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ledger.clock import now
from portal.models import Feedback
from portal.voices import pages, photos, posting
from portal.voices.acting import number_of
from portal.voices.forms import MessageForm, clean
from portal.voices.senders import VoiceRefused, guessed_wrong, may_guess, sender_of
from portal.voices.tickets import read_ticket
from submissions.evidence import FileRefused
from wording.sentences import say

CLOSED = "default-src 'none'; sandbox"
KEPT_FOR = 60  # seconds that a public photo may be served from a cache
REFUSED, TOO_OFTEN = 422, 429


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Find a ticket by its number; guessing is limited."""
    if request.method != "POST":
        return render(request, "portal/voices/lookup.html", {})
    typed, sender = clean(request.POST.get("ticket", "")), sender_of(request, now())
    try:
        may_guess(sender)
        return redirect("voices:ticket", _found(typed, sender).token)
    except VoiceRefused as refused:
        errors = [{"field": "ticket", "sentence": say(refused.code, refused.params)}]
        status = TOO_OFTEN if refused.code == "voices.guessed" else REFUSED
        context = {"typed": typed[:100], "errors": errors, "wrong": errors[0]["sentence"]}
        return render(request, "portal/voices/lookup.html", context, status=status)


def _found(typed: str, sender: str) -> Feedback:
    ticket = read_ticket(typed)
    if ticket is None:
        raise VoiceRefused("voices.no_ticket")
    feedback = Feedback.objects.filter(ticket=ticket, government=pages.here()).first()
    if feedback is None:
        guessed_wrong(sender)
        raise VoiceRefused("voices.unknown_ticket")
    return feedback


@never_cache
@login_not_required
@sensitive_post_parameters("text", "contact", "place")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form, and what becomes of what was typed into it."""
    about = pages.subject(request.GET)
    form = None
    if request.method == "POST":
        form = MessageForm.read(request.POST)
        received = _received(request, about, form)
        if received:
            return redirect("voices:ticket", received.token)
    context = pages.form_context(about, form, request.GET) | {"limit": settings.EVIDENCE_MAX_BYTES >> 20}
    return render(request, "portal/voices/new.html", context, status=REFUSED if form else 200)


def _received(request: HttpRequest, about: pages.Subject, form: MessageForm) -> Feedback | None:
    """The message, or None with the reasons in the form."""
    if form.errors:
        return None
    sender, upload, photo = sender_of(request, now()), request.FILES.get("photo"), None
    try:
        # To unpack a picture is work: for a form that is good and new, of who has not sent enough.
        if upload and posting.may_write(sender=sender, token=form.name, text=form.values["text"]):
            photo = photos.read_photo(upload)
        message = pages.message_of(about, form, photo, get_language() or "id")
        return posting.receive(message=message, sender=sender, token=form.name)
    except VoiceRefused as refused:
        form.wrong("", refused.code, **refused.params)
    except FileRefused as refused:
        form.wrong("photo", refused.code, **refused.params)
    return None


@never_cache
@login_not_required
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a message, for whoever holds its address; and whether it is solved."""
    feedback = get_object_or_404(Feedback.objects.select_related(*RELATED), token=token)
    errors: list[dict[str, str]] = []
    typed = clean(request.POST.get("text", ""))
    if request.method == "POST":
        try:
            _judged(request.POST.get("act", ""), feedback, typed)
            return redirect("voices:ticket", token)
        except VoiceRefused as refused:
            field = "text" if refused.code == "voices.more_long" else ""
            errors = [{"field": field, "sentence": say(refused.code, refused.params)}]
            feedback.refresh_from_db()
    context = pages.ticket_context(feedback, errors, typed)
    response = render(request, "portal/voices/ticket.html", context, status=REFUSED if errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


RELATED = ("government", "unit", "item", "item__unit", "item__fiscal_year", "routed_to")


def _judged(act: str, feedback: Feedback, text: str) -> None:
    if act == "solved":
        posting.solved(feedback=feedback)
    elif act == "again":
        posting.ask_again(feedback=feedback, text=text)
    else:
        raise VoiceRefused("voices.no_act")


@never_cache
@login_not_required
@require_safe
def photo(request: HttpRequest, token: str) -> HttpResponseBase:
    """The photo of a message, for whoever holds its address."""
    return picture(get_object_or_404(Feedback, token=token))


@login_not_required
@require_safe
def public_photo(request: HttpRequest, number: int) -> HttpResponseBase:
    """The photo of a message that everybody may read."""
    response = picture(get_object_or_404(Feedback, pk=number, shown=True))
    if not request.user.is_authenticated:
        response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return response


def picture(feedback: Feedback) -> HttpResponseBase:
    """The stored picture; 404 without one, and for one that the scanner has not found clean."""
    if not photos.may_be_seen(feedback):
        raise Http404
    try:
        content: Any = feedback.photo.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    # The stored name is the message's token: who only sees the picture must not have the ticket.
    response = FileResponse(content, filename=f"{number_of(feedback)}.jpg", content_type="image/jpeg")
    response["Content-Security-Policy"] = CLOSED
    return response
