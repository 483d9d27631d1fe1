"""The survey for everybody: nine questions, thanks, and what the answers add up to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger.clock import now
from portal.voices import pages, survey_pages
from portal.voices import survey as keeping
from portal.voices.senders import VoiceRefused, sender_of
from portal.voices.survey_pages import SurveyForm
from portal.voices.views import KEPT_FOR, REFUSED
from registry.models import Unit, User
from submissions.forms import whole_number
from wording.sentences import say


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, code: str) -> HttpResponse:
    """The questions, and taking the answers in."""
    unit, form = _unit(code), None
    if request.method == "POST":
        form = SurveyForm.read(request.POST, unit)
        if not form.errors and _kept(request, unit, form):
            return redirect("voices:thanks", code)
    context = survey_pages.form_context(unit, form)
    return render(request, "portal/voices/survey.html", context, status=REFUSED if form else 200)


def _kept(request: HttpRequest, unit: Unit, form: SurveyForm) -> bool:
    try:
        keeping.answer(
            unit=unit, scores=form.scores, district=form.district, comment=form.values["comment"],
            sender=sender_of(request, now()), token=form.name,
        )  # fmt: skip
    except VoiceRefused as refused:
        form.wrong("", refused.code, **refused.params)
        return False
    return True


@login_not_required
@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """After the survey."""
    return render(request, "portal/voices/thanks.html", {"unit": _unit(code)})


@login_not_required
@require_safe
def results(request: HttpRequest, code: str) -> HttpResponse:
    """What the answers for a unit add up to; the same for everybody, but for comments, which its head and the bureau read."""
    context = survey_pages.results_context(request.user, _unit(code), request.GET.get("quarter", ""))
    response = render(request, "portal/voices/results.html", context)
    if not request.user.is_authenticated:
        response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return response


@require_POST
def erase_comment(request: HttpRequest, code: str) -> HttpResponse:
    """Delete a comment's words for good; 404 for who is not of the bureau."""
    user: User = request.user  # type: ignore[assignment]
    unit = _unit(code)
    try:
        keeping.erase_comment(actor=user, unit=unit, answer=whole_number(request.POST.get("answer", "")) or 0)
        messages.success(request, say("survey.erased"))
    except VoiceRefused as refused:
        if refused.code == "voices.office":
            raise Http404 from refused
        messages.warning(request, say(refused.code, refused.params))
    return redirect("voices:results", code)


def _unit(code: str) -> Unit:
    """A unit that serves people; 404 for the government as a whole and for others."""
    unit = pages.unit_of(pages.here(), code)
    if unit.parent_id is None:
        raise Http404
    return unit
