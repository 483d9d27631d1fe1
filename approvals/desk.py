"""A decider's desk: what waits for him, and acts on many reports at once, as they come from its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from approvals import desk_rows, selectors, services
from approvals.models import SigningBatch
from ledger.clock import now as database_now
from registry.models import User
from submissions.entering import tell_outcomes
from submissions.forms import ids_of, key_of, whole_number
from submissions.models import Period, Report
from submissions.readings import read
from wording.sentences import say
from workflow import route
from workflow.engine import KeyReused, Refused

PAGE_SIZE = 50


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
        rows = desk_rows.inbox_rows(self.user, readings, self.verb, now) if tab == "mine" else []
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
            "held": desk_rows.held_rows(readings, now) if tab == "elsewhere" else [],
            "missing": desk_rows.missing_rows(readings, now) if tab == "missing" else [],
            "batches": desk_rows.batch_rows(batches, selectors.entries_of(batches)),
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
        return desk_rows.sections(periods, readings)


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
    return {pk: version_of(request.POST.get(f"version-{pk}", "")) for pk in seen}


def version_of(text: str) -> int:
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
