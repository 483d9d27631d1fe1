"""The deciders' acts as they come from a page: what was ticked, in which version, and what became of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import batches, pages, revisions, selectors, services
from approvals.models import SigningBatch
from approvals.services import BatchRefused, SigningRefused
from ledger.clock import now as database_now
from registry.models import User
from submissions.entering import tell_outcomes
from submissions.forms import ids_of, key_of, whole_number
from submissions.models import Period, Report
from submissions.readings import read
from submissions.selectors import FIELD_MARKS
from submissions.services import amend, give_up, mark_opened, recall
from wording import words
from wording.sentences import say
from workflow import engine, route
from workflow.engine import KeyReused, Outcome, Refused

PAGE_SIZE = 50
LONGEST_REASON = 2000
TABS = ("mine", "elsewhere", "missing")
Finder = Callable[[User], QuerySet[Report]]
Tabs = tuple[Finder, Finder, Finder]


TABS_OF: Mapping[str, Tabs] = {
    route.VERIFY: (selectors.to_verify, selectors.passed_on, selectors.not_submitted),
    route.SIGN: (selectors.to_sign, selectors.below_head, selectors.head_missing),
    route.REVIEW: (selectors.to_review, selectors.not_reviewed_yet, selectors.review_missing),
}
PAGES = {
    route.VERIFY: "approvals:inbox",
    route.SIGN: "approvals:to_sign",
    route.REVIEW: "approvals:to_review",
}


@dataclass(frozen=True)
class Desk:
    """One decider's desk: what waits for him, what others hold, what is missing."""

    user: User
    verb: str

    @property
    def tabs(self) -> Mapping[str, Finder]:
        return dict(zip(TABS, TABS_OF[self.verb], strict=True))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """For templates/approvals/inbox.html."""
        now = database_now()
        asked = request.GET.get("tab", "")
        tab = asked if asked in TABS else TABS[0]
        chosen = self.tabs[tab](self.user).order_by(
            "period__first_day", "item__unit__path", "item__sub_activity_code", "revision"
        )
        page = Paginator(chosen.values_list("pk", flat=True), PAGE_SIZE).get_page(request.GET.get("page"))
        readings = read(list(page))
        rows = pages.inbox_rows(self.user, readings, self.verb, now) if tab == "mine" else []
        batches = selectors.batches_of(self.user) if self.verb == route.SIGN else []
        return {
            "verb": self.verb,
            "tab": tab,
            "tabs": self._tabs(tab),
            "post_url": request.path,
            "key": str(uuid4()),  # sent twice, the same page gets the same answer
            "errors": [],
            "outcome": None,
            "rows": rows,
            "totals": {"this_month": sum(row["this_month"] or 0 for row in rows), "count": chosen.count()},
            "held": pages.held_rows(readings, now) if tab == "elsewhere" else [],
            "missing": pages.missing_rows(readings, now) if tab == "missing" else [],
            "batches": pages.batch_rows(batches, selectors.entries_of(batches)),
            "sections": self._sections() if self.verb == route.SIGN else [],
            "page": page,
            "base": f"tab={tab}&",
            "as_of": now,
        }

    def _tabs(self, current: str) -> list[dict[str, Any]]:
        labels = {"mine": _("Waiting for me"), "elsewhere": _("With others"), "missing": _("Not submitted")}
        return [
            {
                "label": labels[tab],
                "url": f"?tab={tab}",
                "count": find(self.user).count(),
                "current": tab == current,
            }
            for tab, find in self.tabs.items()
        ]

    def _sections(self) -> list[dict[str, Any]]:
        periods = selectors.periods_to_sign(self.user)
        reports = selectors.of_periods(self.user, periods)
        readings = read(list(reports.values_list("pk", flat=True)))
        return pages.sections(periods, readings)


def desk_of(user: User, verb: str) -> Desk:
    """The desk of who has a tier that does `verb`; to others it does not exist."""
    if verb not in selectors.verbs_of(user):
        raise Http404
    return Desk(user, verb)


def chosen(request: HttpRequest, user: User) -> dict[int, int | None]:
    """The ticked reports, each with the version that stood on the page; of those he may not see, nothing is said."""
    ids = ids_of(request.POST.getlist("report"))
    seen = list(
        Report.objects.visible_to(user).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    )
    if ids and not seen:
        raise Http404
    return {pk: _version(request.POST.get(f"version-{pk}", "")) for pk in seen}


def _version(text: str) -> int:
    """The version that stood on a page; a page without one has seen none."""
    number = whole_number(text, 9)
    return 0 if number is None else number


def verify_selected(request: HttpRequest, user: User) -> None:
    """Verify what was ticked and say honestly what became of each."""
    versions = chosen(request, user)
    if not versions:
        messages.error(request, say("decide.none_selected"))
        return
    try:
        outcomes = services.verify(actor=user, versions=versions, key=key_of(request.POST))
        tell_outcomes(request, outcomes, _("Verified"), versions)
    except KeyReused:
        messages.error(request, say("act.key"))


def prepare_selected(request: HttpRequest, user: User) -> SigningBatch | None:
    """Have the document of the ticked reports prepared: one agency month at a time."""
    versions = chosen(request, user)
    periods = list(Period.objects.filter(pk__in=Report.objects.filter(pk__in=versions).values("period")))
    if not versions:
        messages.error(request, say("decide.none_selected"))
    elif len(periods) != 1:
        messages.error(request, say("batch.one_month", {"count": len(periods)}))
    else:
        try:
            return services.prepare(actor=user, period=periods[0], versions=versions)
        except Refused as refused:
            tell_outcomes(request, refused.outcomes, _("Prepared"), versions)
    return None


def review_selected(request: HttpRequest, user: User) -> None:
    """Accept what was ticked, as the tier after the signature."""
    versions = chosen(request, user)
    if not versions:
        messages.error(request, say("decide.none_selected"))
        return
    try:
        outcomes = services.review(actor=user, versions=versions, key=key_of(request.POST))
        tell_outcomes(request, outcomes, _("Accepted"), versions)
    except KeyReused:
        messages.error(request, say("act.key"))


def open_for(user: User, report: Report) -> None:
    """Remember that the tier that holds a report has looked at it: recall ends there (domain.md 2.6)."""
    verb = pages.waiting_verb(report)
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
    versions: dict[int, int | None] = {report.pk: _version(request.POST.get("version", ""))}
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
    verb = pages.waiting_verb(report)
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
    seen = _version(request.POST.get("version", ""))
    context = pages.review_context(user, report, reading, database_now(), seen) | {
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


def sign_batch(request: HttpRequest, user: User, batch: SigningBatch) -> dict[str, str]:
    """Sign; returns the sentences to show by field, empty when it is signed and published."""
    password, passphrase = request.POST.get("password", ""), request.POST.get("passphrase", "")
    fields = {"statement": request.POST.get("statement"), "password": password, "passphrase": passphrase}
    missing = {name: say(f"sign.missing_{name}") for name, value in fields.items() if not value}
    if missing:
        return missing
    if request.POST.get("manifest_sha256") != batches.manifest_digest(batch):
        return {"": say("batch.altered", {"number": batch.document_no})}
    try:
        done = services.sign(
            actor=user, batch=batch, password=password, passphrase=passphrase, request=request
        )
    except BatchRefused as refused:
        return {"password" if refused.code == "batch.password" else "": say(refused.code, refused.params)}
    except SigningRefused as refused:
        return {"passphrase" if refused.code == "sign.passphrase" else "": say(refused.code, refused.params)}
    except Refused as refused:
        return {"": " ".join(say(one.code, one.params) for one in refused.outcomes[:5])}
    told = _("Signed and published.") if done.state == SigningBatch.State.PUBLISHED else _("Signed.")
    messages.success(request, told)
    return {}


def sign_words(errors: dict[str, str]) -> dict[str, Any]:
    """The declaration and the errors, for templates/approvals/sign.html."""
    return {
        "statement": _(
            "I have read this document. The figures are those of my agency, and I answer for them."
        ),
        "errors": [{"field": field, "sentence": sentence} for field, sentence in errors.items()],
        "statement_error": errors.get("statement", ""),
        "password_error": errors.get("password", ""),
        "passphrase_error": errors.get("passphrase", ""),
    }
