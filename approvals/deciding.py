"""The deciders' acts as they come from a page: what was ticked, in which version, and what became of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from approvals import pages, selectors, services
from approvals.models import SigningBatch
from approvals.services import BatchRefused, SigningRefused
from ledger.clock import now as database_now
from registry.models import Office, Post, User
from submissions.entering import tell_outcomes
from submissions.models import Period, Report
from submissions.readings import read
from submissions.services import mark_opened, recall
from wording.sentences import say
from workflow import engine, route
from workflow.engine import Refused

PAGE_SIZE = 50
TABS = ("mine", "elsewhere", "missing")


@dataclass(frozen=True)
class Desk:
    """One decider's desk: what waits for him, what others hold, what is missing."""

    user: User
    verb: str
    offices: list[Office]
    tabs: Mapping[str, Callable[[User], QuerySet[Report]]]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """For templates/approvals/inbox.html."""
        now = database_now()
        asked = request.GET.get("tab", "")
        tab = asked if asked in TABS else TABS[0]
        chosen = self.tabs[tab](self.user).order_by(
            "period__first_day", "item__unit__path", "item__sub_activity_code"
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
            "currency": "Rp",
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
        reports = Report.objects.filter(period__in=periods)
        readings = read(list(reports.values_list("pk", flat=True)))
        return pages.sections(periods, readings)


def verifying(user: User) -> Desk:
    """The section head's desk."""
    tabs = dict(zip(TABS, (selectors.to_verify, selectors.passed_on, selectors.not_submitted), strict=True))
    return Desk(user, route.VERIFY, _held(user, Post.Role.SECTION_HEAD), tabs)


def signing(user: User) -> Desk:
    """The agency head's desk."""
    tabs = dict(zip(TABS, (selectors.to_sign, selectors.below_head, selectors.head_missing), strict=True))
    return Desk(user, route.SIGN, _held(user, Post.Role.AGENCY_HEAD), tabs)


def _held(user: User, role: str) -> list[Office]:
    return list(Office.objects.filter(person=user.pk, role=role))


def chosen(request: HttpRequest) -> dict[int, int | None]:
    """The ticked reports, each with the version that stood on the page."""
    ids = [int(part) for part in request.POST.getlist("report") if part.isdigit()]
    seen = {pk: request.POST.get(f"version-{pk}", "") for pk in ids}
    return {pk: int(version) if version.isdigit() else -1 for pk, version in seen.items()}


def verify_selected(request: HttpRequest, user: User) -> None:
    """Verify what was ticked and say honestly what became of each."""
    versions = chosen(request)
    if not versions:
        messages.error(request, say("decide.none_selected"))
        return
    outcomes = services.verify(actor=user, versions=versions, key=request.POST.get("key") or None)
    tell_outcomes(request, outcomes, _("Verified"))


def prepare_selected(request: HttpRequest, user: User) -> SigningBatch | None:
    """Have the document of the ticked reports prepared: one agency month at a time."""
    versions = chosen(request)
    periods = list(Period.objects.filter(pk__in=Report.objects.filter(pk__in=versions).values("period")))
    if not versions:
        messages.error(request, say("decide.none_selected"))
    elif len(periods) != 1:
        messages.error(request, say("batch.one_month", {"count": len(periods)}))
    else:
        try:
            return services.prepare(actor=user, period=periods[0], versions=versions)
        except Refused as refused:
            tell_outcomes(request, refused.outcomes, _("Prepared"))
    return None


def open_for(user: User, report: Report) -> None:
    """Remember that the tier that holds a report has looked at it: recall ends there (domain.md 2.6)."""
    verb = {route.SUBMITTED: route.VERIFY, route.VERIFIED: route.SIGN}.get(report.state)
    if verb and engine.available(user, [report])[report.pk][verb] is None:
        mark_opened(actor=user, report=report, at=database_now())


def act_on(request: HttpRequest, user: User, report: Report) -> HttpResponse:
    """verify, return or recall one report from its own page."""
    verb = request.POST.get("act", "")
    version = request.POST.get("version", "")
    versions: dict[int, int | None] = {report.pk: int(version) if version.isdigit() else -1}
    reason, marks = request.POST.get("reason", ""), request.POST.getlist("lines")[:500]
    if verb == route.VERIFY:
        (outcome,) = services.verify(actor=user, versions=versions)
    elif verb == route.RETURN:
        back = request.POST.get("target") == "previous"
        marks = [
            mark if mark in ("physical", "status", "problem", "evidence") else f"line-{mark}"
            for mark in marks
        ]
        (outcome,) = services.send_back(
            actor=user, versions=versions, reason=reason, marks=marks, to_previous_tier=back
        )
    elif verb == route.RECALL:
        (outcome,) = recall(actor=user, versions=versions)
    else:
        return redirect("approvals:review", report.token)
    if outcome.done:
        done = {route.VERIFY: _("Verified"), route.RETURN: _("Returned"), route.RECALL: _("Recalled")}[verb]
        tell_outcomes(request, [outcome], done)
        return redirect("approvals:inbox" if verb != route.RECALL else "submissions:work")
    return _refused(request, user, report, say(outcome.code, outcome.params), reason)


def _refused(request: HttpRequest, user: User, report: Report, sentence: str, reason: str) -> HttpResponse:
    """The page again with what was typed; nothing is lost."""
    report = Report.objects.select_related("period__agency__government").get(pk=report.pk)
    (reading,) = read([report.pk])
    field = "reason" if request.POST.get("act") == route.RETURN else ""
    context = pages.review_context(user, report, reading, database_now()) | {
        "reason": reason,
        # As the template compares them: a line by its number, other rows by their word.
        "ticked": [int(mark) if mark.isdecimal() else mark for mark in request.POST.getlist("lines")],
        "errors": [{"field": field, "sentence": sentence}],
        "reason_error": sentence if field else "",
    }
    return render(request, "approvals/review.html", context, status=422)


def sign_batch(request: HttpRequest, user: User, batch: SigningBatch) -> dict[str, str]:
    """Sign; returns the sentences to show by field, empty when it is signed and published."""
    password, passphrase = request.POST.get("password", ""), request.POST.get("passphrase", "")
    fields = {"statement": request.POST.get("statement"), "password": password, "passphrase": passphrase}
    missing = {name: say(f"sign.missing_{name}") for name, value in fields.items() if not value}
    if missing:
        return missing
    if request.POST.get("manifest_sha256") != pages.manifest_digest(batch):
        return {"": say("batch.altered", {"number": batch.document_no})}
    try:
        services.sign(actor=user, batch=batch, password=password, passphrase=passphrase, request=request)
    except BatchRefused as refused:
        return {"password" if refused.code == "batch.password" else "": say(refused.code, refused.params)}
    except SigningRefused as refused:
        return {"passphrase" if refused.code == "sign.passphrase" else "": say(refused.code, refused.params)}
    except Refused as refused:
        return {"": " ".join(say(one.code, one.params) for one in refused.outcomes[:5])}
    messages.success(request, _("Signed and published."))
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
