"""The deciders' acts on one report as they come from its page, and what became of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import review_page, revisions, selectors, services
from approvals.desk import PAGES, version_of
from ledger.clock import now as database_now
from registry.models import User
from submissions import comments, marks
from submissions.comments import CommentRefused
from submissions.entering import tell_outcomes
from submissions.forms import key_of
from submissions.models import Comment, Report
from submissions.readings import read
from submissions.services import amend, give_up, mark_opened, recall
from wording import words
from wording.sentences import say
from workflow import engine, route
from workflow.engine import KeyReused, Outcome

LONGEST_REASON = 2000
LONGEST_MARK = 60
SAID_WITH = (route.VERIFY, route.RETURN, route.REVIEW)


def open_for(user: User, report: Report) -> None:
    """Remember that who can decide on a report has looked at it: recall ends there (domain.md 2.6)."""
    if report.state not in (route.SUBMITTED, route.VERIFIED):
        return
    buttons = engine.available(user, [report])[report.pk]
    # Sending it back is possible where the rules forbid to pass it on; verifying again, while it waits for the next tier.
    if any(buttons[verb] is None for verb in (route.RETURN, route.VERIFY, route.SIGN)):
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
    """Verify, return, recall, review, amend or give up one report from its own page, or say something about a cell of it."""
    verb, reason = request.POST.get("act", ""), _reason(request)
    if verb == comments.VERB:
        return _commented(request, user, report)
    if verb not in DONE:
        return redirect("approvals:review", report.token)
    if len(reason) > LONGEST_REASON:
        told = say("entry.too_long", {"length": len(reason), "longest": LONGEST_REASON})
        return _refused(request, user, report, told)
    if verb == route.RETURN and not _category(request):
        return _refused(request, user, report, say("decide.category"), field="category")
    try:
        # What was typed and not kept yet goes with the decision; after it the report may be somebody else's.
        if verb in SAID_WITH and _words(request):
            _say(request, user, report)
        outcome = _outcome(request, user, report, verb, reason)
    except CommentRefused as refused:
        return _refused(request, user, report, say(refused.code, refused.params), field="comment")
    except KeyReused:
        return _refused(request, user, report, say("act.key"))
    if not outcome.done:
        field = "reason" if outcome.code == "route.reason" else ""
        return _refused(request, user, report, say(outcome.code, outcome.params), field=field)
    tell_outcomes(request, [outcome], str(DONE[verb]))
    return _onwards(user, report, verb)


def _commented(request: HttpRequest, user: User, report: Report) -> HttpResponse:
    """A comment on a cell: kept at once, and the page again with all else that was typed."""
    try:
        said = _say(request, user, report)
    except CommentRefused as refused:
        return _refused(request, user, report, say(refused.code, refused.params), field="comment")
    except KeyReused:
        return _refused(request, user, report, say("act.key"), field="comment")
    messages.success(request, _("Your comment is kept."))
    ticked = (*request.POST.getlist("lines"), *([said.mark] if said.mark else []))
    context = _again(request, user, report, ticked) | {"comment": "", "about": ""}
    return render(request, "approvals/review.html", context)


def _say(request: HttpRequest, user: User, report: Report) -> Comment:
    return comments.say(
        actor=user,
        report=report,
        version=version_of(request.POST.get("version", "")),
        mark=request.POST.get("about", "")[:LONGEST_MARK],
        text=_words(request),
        key=key_of(request.POST),
    )


def _words(request: HttpRequest) -> str:
    return request.POST.get("comment", "").strip()


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
    """The cells that a return is about, of this very report; they are kept for ever, so nothing else is. A comment that was
    typed with it names its cell too."""
    (reading,) = read([report.pk])
    about = [request.POST.get("about", "")] if _words(request) else []
    return marks.pointed_at(reading, [*request.POST.getlist("lines"), *about])


def _refused(
    request: HttpRequest, user: User, report: Report, sentence: str, *, field: str = ""
) -> HttpResponse:
    """The page again with what was typed, and what changed since it was opened; nothing is lost."""
    errors = [{"field": "comment-text" if field == "comment" else field, "sentence": sentence}]
    context = _again(request, user, report, tuple(request.POST.getlist("lines"))) | {"errors": errors}
    if field:
        context[f"{field}_error"] = sentence
    return render(request, "approvals/review.html", context, status=422)


def _again(request: HttpRequest, user: User, report: Report, ticked: tuple[str, ...]) -> dict[str, Any]:
    """What the page shows with everything that was typed on it; a comment that is kept already is not typed any more."""
    report = Report.objects.select_related("period__agency__government", "item__unit").get(pk=report.pk)
    open_for(user, report)  # it may be another version that stands before him now
    (reading,) = read([report.pk])
    seen = version_of(request.POST.get("version", ""))
    look = review_page.Look(seen, request.POST.get("show", ""), request.POST.get("about", ""), ticked)
    typed = _words(request)
    said = comments.comments_on([report.pk]).filter(person=user, version=report.version)
    kept = any(one.text == typed for one in said)
    return review_page.review_context(user, report, reading, database_now(), look) | {
        "reason": _reason(request),
        "category": request.POST.get("category", ""),
        "target": request.POST.get("target", ""),
        "typed_for": request.POST.get("act", ""),
        "comment": "" if kept else typed,
    }
