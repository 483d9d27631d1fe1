"""The deciders' acts on one report as they come from its page, and what became of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from approvals import review_page, revisions, selectors, services
from approvals.desk import PAGES, version_of
from ledger.clock import now as database_now
from registry.models import User
from submissions.entering import tell_outcomes
from submissions.forms import key_of
from submissions.models import Report
from submissions.readings import read
from submissions.selectors import FIELD_MARKS
from submissions.services import amend, give_up, mark_opened, recall
from wording import words
from wording.sentences import say
from workflow import engine, route
from workflow.engine import KeyReused, Outcome

LONGEST_REASON = 2000


def open_for(user: User, report: Report) -> None:
    """Remember that the tier that holds a report has looked at it: recall ends there (domain.md 2.6)."""
    verb = review_page.waiting_verb(report)
    climbing = report.state in (route.SUBMITTED, route.VERIFIED)
    if climbing and verb and engine.available(user, [report])[report.pk][verb] is None:
        mark_opened(actor=user, report=report, at=database_now())


DONE = {
    route.VERIFY: gettext_lazy("Verified"),
    route.RETURN: gettext_lazy("Returned"),
    route.RECALL: gettext_lazy("Recalled"),
    route.REVIEW: gettext_lazy("Accepted"),
    route.AMEND: gettext_lazy("Revision opened"),
    route.CANCEL: gettext_lazy("Revision given up"),
}


def act_on(request: HttpRequest, user: User, report: Report) -> HttpResponse:
    """Verify, return, recall, review, amend or give up one report from its own page."""
    verb, reason = request.POST.get("act", ""), _reason(request)
    if verb not in DONE:
        return redirect("approvals:review", report.token)
    if len(reason) > LONGEST_REASON:
        told = say("entry.too_long", {"length": len(reason), "longest": LONGEST_REASON})
        return _refused(request, user, report, told)
    if verb == route.RETURN and not _category(request):
        return _refused(request, user, report, say("decide.category"), field="category")
    try:
        outcome = _outcome(request, user, report, verb, reason)
    except KeyReused:
        return _refused(request, user, report, say("act.key"))
    if not outcome.done:
        field = "reason" if outcome.code == "route.reason" else ""
        return _refused(request, user, report, say(outcome.code, outcome.params), field=field)
    tell_outcomes(request, [outcome], str(DONE[verb]))
    return _onwards(user, report, verb)


def _reason(request: HttpRequest) -> str:
    """What was typed for the act; a published report may offer a review and an amendment on the same page."""
    name = "amend_reason" if request.POST.get("act") == route.AMEND else "reason"
    return request.POST.get(name, "").replace("\x00", "")


def _onwards(user: User, report: Report, verb: str) -> HttpResponse:
    if verb == route.AMEND:
        newest = revisions.family(report)[-1]
        return redirect("approvals:review", newest.token)
    if verb == route.CANCEL:
        return redirect("approvals:review", report.token)
    return redirect("submissions:work" if verb == route.RECALL else _desk_of(user, report))


def _outcome(request: HttpRequest, user: User, report: Report, verb: str, reason: str) -> Outcome:
    versions: dict[int, int | None] = {report.pk: version_of(request.POST.get("version", ""))}
    key = key_of(request.POST)
    if verb == route.RETURN:
        return services.send_back(
            actor=user,
            versions=versions,
            reason=reason,
            marks=[*_category(request), *_marks(request, report)],
            to_previous_tier=request.POST.get("target") == "previous",
            key=key,
        )[0]
    if verb in (route.VERIFY, route.RECALL):
        act = services.verify if verb == route.VERIFY else recall
        return act(actor=user, versions=versions, key=key)[0]
    if verb == route.REVIEW:
        return services.review(actor=user, versions=versions, note=reason, key=key)[0]
    change = amend if verb == route.AMEND else give_up
    return change(actor=user, versions=versions, reason=reason, key=key)[0]


def _desk_of(user: User, report: Report) -> str:
    """Where the decider came from: the desk of the tier that had the report, if he has one there."""
    verbs = selectors.verbs_of(user)
    verb = review_page.waiting_verb(report)
    if verb not in verbs:
        verb = next((one for one in PAGES if one in verbs), "")
    return PAGES.get(verb, "submissions:work")


def _category(request: HttpRequest) -> list[str]:
    """What a return is about, as the mark that is kept (domain.md 2.6)."""
    code = request.POST.get("category", "")
    return [f"category-{code}"] if code in words.CATEGORIES else []


def _marks(request: HttpRequest, report: Report) -> list[str]:
    """What a return is about: fields, and lines of this very report; they are kept for ever, so nothing else is."""
    lines = {str(pk): f"line-{pk}" for pk in report.lines.values_list("pk", flat=True)}
    names = lines | {name: name for name in FIELD_MARKS}
    return list(dict.fromkeys(names[mark] for mark in request.POST.getlist("lines") if mark in names))


def _refused(
    request: HttpRequest, user: User, report: Report, sentence: str, *, field: str = ""
) -> HttpResponse:
    """The page again with what was typed, and what changed since it was opened; nothing is lost."""
    report = Report.objects.select_related("period__agency__government", "item__unit").get(pk=report.pk)
    (reading,) = read([report.pk])
    seen = version_of(request.POST.get("version", ""))
    context = review_page.review_context(user, report, reading, database_now(), seen) | {
        "reason": _reason(request),
        "category": request.POST.get("category", ""),
        "typed_for": request.POST.get("act", ""),
        # As the template compares them: a line by its number, other rows by their word.
        "ticked": [int(mark) if mark.isdecimal() else mark for mark in request.POST.getlist("lines")],
        "errors": [{"field": field, "sentence": sentence}],
        "reason_error": sentence if field == "reason" else "",
        "category_error": sentence if field == "category" else "",
    }
    return render(request, "approvals/review.html", context, status=422)
