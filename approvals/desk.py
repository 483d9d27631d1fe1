"""A decider's desk: what waits for him, what he returned, what others hold, what is missing; as its page shows it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import desk_filters, desk_rows, desk_saved, selectors
from approvals.desk_bulk import MANY, result_of
from approvals.desk_filters import Filter
from approvals.desk_pins import MOST, Pin, pinned
from approvals.desk_reminding import reminded_today
from ledger.clock import now as database_now
from registry.models import User
from submissions.forms import whole_number
from submissions.models import Report, ReportLine
from submissions.readings import Reading, read
from workflow import route

PAGE_SIZE = 50


TABS = ("mine", "returned", "elsewhere", "missing")


Finder = Callable[[User], QuerySet[Report]]


Tabs = tuple[Finder, Finder, Finder, Finder]


TABS_OF: Mapping[str, Tabs] = {
    route.VERIFY: (
        selectors.to_verify,
        selectors.returned_by_verifier,
        selectors.passed_on,
        selectors.not_submitted,
    ),
    route.SIGN: (
        selectors.to_sign,
        selectors.returned_by_signer,
        selectors.below_head,
        selectors.head_missing,
    ),
    route.REVIEW: (
        selectors.to_review,
        selectors.returned_by_reviewer,
        selectors.not_reviewed_yet,
        selectors.review_missing,
    ),
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

    @property
    def url(self) -> str:
        return reverse(PAGES[self.verb])

    def all_of(self, tab: str) -> QuerySet[Report]:
        """Every report of a tab."""
        return self.tabs[tab](self.user)

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """For templates/approvals/inbox.html."""
        now = database_now()
        chosen = Filter.of(request.GET, TABS)
        lists = {tab: find(self.user) for tab, find in self.tabs.items()}
        reports = lists[chosen.tab]
        found = chosen.found(reports, now)
        page = Paginator(list(found), PAGE_SIZE).get_page(request.GET.get("page"))
        readings = _in_order(read(list(page)), list(page))
        batches = selectors.batches_of(self.user) if self.verb == route.SIGN else []
        return {
            "verb": self.verb,
            "tab": chosen.tab,
            "tabs": self._tabs(chosen.tab, lists),
            "post_url": self.url,
            "key": str(uuid4()),  # sent twice, the same page gets the same answer
            "errors": [],
            "outcome": self._outcome(request),
            "totals": {"this_month": sum_of(found), "count": len(found)},
            "batches": desk_rows.batch_rows(batches, selectors.entries_of(batches)),
            "sections": self._sections() if self.verb == route.SIGN and chosen.tab == "mine" else [],
            "page": page,
            "base": f"{chosen.query}&",
            "as_of": now,
            "matrix_url": f"{reverse('approvals:matrix')}?desk={self.verb}",
            **self._rows(chosen.tab, readings, list(found), now),
            **self._choosing(chosen, reports),
            **self._pinned(chosen, found),
        }

    def _rows(self, tab: str, readings: list[Reading], found: list[int], now: datetime) -> dict[str, Any]:
        """The rows of the tab, under the name that the template has for them; officers are of all that was found."""
        rows: dict[str, Any] = {"rows": [], "returned": [], "held": [], "missing": []}
        if tab == "mine":
            rows["rows"] = desk_rows.inbox_rows(self.user, readings, self.verb, now)
        elif tab == "returned":
            rows["returned"] = desk_rows.returned_rows(self.user, readings, now)
        elif tab == "elsewhere":
            rows["held"] = desk_rows.held_rows(readings, now)
        else:
            reminded = reminded_today(found, now)
            rows["missing"] = desk_rows.missing_rows(readings, now, reminded)
            rows["officers"] = desk_rows.officers_of(found, reminded)
        return rows

    def _choosing(self, chosen: Filter, reports: QuerySet[Report]) -> dict[str, Any]:
        """The form of the filter, and the filters that were kept."""
        fields = desk_filters.fields(chosen, reports, selectors.field_of(self.user, self.verb))
        sorting = desk_filters.sort_field(chosen) if chosen.tab != "missing" else None
        return {
            "filter": chosen.query,
            "filtered": bool(chosen.values),
            "fields": fields,
            "sorting": sorting,
            "words": desk_filters.in_words([*fields, *([sorting] if sorting else [])]),
            "clear_url": f"?tab={chosen.tab}",
            "saved": [
                {"id": one.pk, "name": one.name, "url": f"?{one.query}", "current": one.query == chosen.query}
                for one in desk_saved.kept_by(self.user, self.verb)
            ],
        }

    def _pinned(self, chosen: Filter, found: Mapping[int, int]) -> dict[str, Any]:
        """What an act on all of the filter may take: what the page counted, no more than one act can."""
        if chosen.tab != "mine" or not found:
            return {"pin": "", "most": 0}
        seen = dict(list(found.items())[:MOST])
        return {"pin": pinned(self.user, self.verb, Pin(chosen.query, seen)), "most": len(seen)}

    def _outcome(self, request: HttpRequest) -> dict[str, Any] | None:
        """What an act on many came to, as long as somebody wants to read it."""
        number = whole_number(request.GET.get("result", ""))
        if number is None or self.verb not in MANY:
            return None
        result = result_of(self.user, self.verb, number)
        return desk_rows.outcome(result) if result else None

    def _tabs(self, current: str, lists: Mapping[str, QuerySet[Report]]) -> list[dict[str, Any]]:
        labels = {"mine": _("Waiting for me"), "elsewhere": _("With others")}
        if self.verb == route.VERIFY:
            labels = {"mine": _("To verify"), "elsewhere": _("Verified, and with others")}
        labels |= {"returned": _("Returned by me"), "missing": _("Not submitted")}
        return [
            {
                "label": labels[tab],
                "url": f"?tab={tab}",
                "count": reports.count(),
                "current": tab == current,
            }
            for tab, reports in lists.items()
        ]

    def _sections(self) -> list[dict[str, Any]]:
        periods = selectors.periods_to_sign(self.user)
        reports = selectors.of_periods(self.user, periods)
        readings = read(list(reports.values_list("pk", flat=True)))
        return desk_rows.sections(periods, readings)

    def confirming(self, pin: Pin, key: str | None) -> dict[str, Any]:
        """For templates/approvals/inbox_all.html: what an act on all of a filter would take, counted from what was shown."""
        chosen = Filter.of(QueryDict(pin.query), TABS)
        ids = list(pin.seen)
        left_out = desk_rows.flagged_of(self.user, ids) if self.verb == route.VERIFY else []
        return {
            "verb": self.verb,
            "post_url": self.url,
            "back_url": f"{self.url}?{pin.query}",
            "key": key or str(uuid4()),
            "pin": pinned(self.user, self.verb, pin),
            "filter": pin.query,
            "words": desk_filters.described(chosen, Report.objects.filter(pk__in=ids)),
            "count": len(ids),
            "this_month": sum_of(ids),
            "page_size": PAGE_SIZE,
            "unopened": left_out,
            "rest": len(ids) - len(left_out),
            "crumbs": [{"label": _("Inbox"), "url": f"{self.url}?{pin.query}"}, {"label": _("All of them"), "url": ""}],
        }  # fmt: skip


def _in_order(readings: Iterable[Reading], ids: list[int]) -> list[Reading]:
    by_id = {one.id: one for one in readings}
    return [by_id[pk] for pk in ids if pk in by_id]


def sum_of(reports: Iterable[int]) -> Any:
    """This month's money of reports, all of them together."""
    lines = ReportLine.objects.filter(report__in=list(reports))
    return lines.aggregate(money=Sum("realized"))["money"] or 0


def desk_of(user: User, verb: str) -> Desk:
    """The desk of who has a tier that does `verb`; to others it does not exist."""
    if verb not in selectors.verbs_of(user):
        raise Http404
    return Desk(user, verb)


def version_of(text: str) -> int:
    """The version that stood on a page; a page without one has seen none."""
    number = whole_number(text, 9)
    return 0 if number is None else number
