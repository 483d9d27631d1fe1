"""What waits for a leader's decision, what was decided, and how far it is carried out (domain.md 5.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.leading import WAITS, offices_of_leader, today_in
from portal.dashboards.card import Card
from portal.dashboards.leading_scope import (
    NAMED,
    PER_PAGE,
    SCOPE,
    Here,
    OfItem,
    Rows,
    behind,
    chosen,
    frame,
    here_of,
    of_view,
    query,
)
from portal.exports import Column
from portal.pages import Page, Table
from portal.selectors import View, build, rows_of
from registry.models import Government, User
from submissions.models import LeaderDecision, Report

WAITING, OPEN, ENDED = "waiting", "open", "ended"
TABS = {
    WAITING: gettext_lazy("Waiting for a decision"),
    OPEN: gettext_lazy("To be carried out"),
    ENDED: gettext_lazy("Carried out or withdrawn"),
}

ASKING = f"""
WITH {SCOPE}, asking AS (
  SELECT r.id, r.version, r.state, r.ceiling, r.problems, r.problem_text, r.follow_up_text, r.follow_up_pic, r.follow_up_due,
    r.submitted_at, p.first_day, s.id AS item, s.code, s.name, s.unit_code, s.unit_name, s.agency_name, s.agency_code
  FROM scope s JOIN submissions_report r ON r.item_id = s.id JOIN submissions_period p ON p.id = r.period_id WHERE {WAITS}
)"""  # noqa: S608 - constants
WAITING_LIST = f"""{ASKING}
SELECT a.*, earlier.text AS before, earlier.decided_at AS before_at FROM
  (SELECT * FROM asking ORDER BY submitted_at, id LIMIT %(limit)s OFFSET %(offset)s) a
  LEFT JOIN LATERAL (SELECT d.text, d.decided_at FROM submissions_leaderdecision d JOIN submissions_report e ON e.id = d.report_id
    WHERE e.item_id = a.item AND d.state <> 'withdrawn' ORDER BY d.id DESC LIMIT 1) earlier ON true
ORDER BY a.submitted_at, a.id"""  # noqa: S608
DECIDED = f"""
WITH {SCOPE}, decided AS (
  SELECT d.id, d.token, d.text, d.due, d.state, d.decided_name, d.decided_office, d.decided_at, d.ended_at, d.ended_note,
    z.name AS ended_name, q.title AS owner_title, w.name AS owner_unit, p.first_day, r.ceiling, r.problems,
    s.code, s.name, s.unit_code, s.unit_name, s.agency_name, s.agency_code,
    d.state = 'open' AND d.due < %(today)s::date AS overdue
  FROM scope s JOIN submissions_report r ON r.item_id = s.id JOIN submissions_period p ON p.id = r.period_id
    JOIN submissions_leaderdecision d ON d.report_id = r.id JOIN registry_post q ON q.id = d.owner_post_id
    JOIN registry_unit w ON w.id = q.unit_id LEFT JOIN registry_user z ON z.id = d.ended_by_id
)"""  # noqa: S608
DECIDED_LIST = f"""{DECIDED}
SELECT * FROM decided WHERE (state = 'open') = %(open)s
ORDER BY CASE WHEN state = 'open' THEN due END, ended_at DESC NULLS LAST, id LIMIT %(limit)s OFFSET %(offset)s"""  # noqa: S608
COUNTS = f"""{ASKING},
decided AS (SELECT d.state, d.due FROM scope s JOIN submissions_report r ON r.item_id = s.id
  JOIN submissions_leaderdecision d ON d.report_id = r.id)
SELECT (SELECT count(*) FROM asking) AS waiting, (SELECT min(submitted_at) FROM asking) AS oldest,
  count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state <> 'open') AS ended,
  count(*) FILTER (WHERE state = 'open' AND due < %(today)s::date) AS overdue FROM decided"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Waiting(OfItem):
    """A report whose newest handed-in month asks for a decision that nobody has made since."""

    id: int
    version: int
    state: str
    ceiling: Decimal
    problems: Sequence[str]
    problem_text: str
    follow_up_text: str
    follow_up_pic: str
    follow_up_due: date | None
    submitted_at: datetime
    first_day: date
    before: str | None = None  # what was decided before it asked again
    before_at: datetime | None = None
    days: int = 0
    picked: bool = False

    @property
    def categories(self) -> str:
        return ", ".join(str(Report.Problem(one).label) for one in self.problems)

    @property
    def signed(self) -> bool:
        return self.state == "published"


@dataclass(frozen=True, slots=True)
class Decided(OfItem):
    """A decision with whose office carries it out and how far that is."""

    token: str
    text: str
    due: date
    state: str
    overdue: bool
    decided_name: str
    decided_office: str
    decided_at: datetime
    ended_at: datetime | None
    ended_note: str
    ended_name: str | None
    owner_title: str
    owner_unit: str
    first_day: date
    ceiling: Decimal

    @property
    def owner(self) -> str:
        return f"{self.owner_title}, {self.owner_unit}"

    @property
    def state_label(self) -> str:
        return str(LeaderDecision.State(self.state).label)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reports wait for a decision, and how many decisions are to be carried out, overdue, ended."""

    waiting: int = 0
    open: int = 0
    overdue: int = 0
    ended: int = 0
    oldest: datetime | None = None  # since when the first has waited


def counts(parameters: Mapping[str, Any]) -> Counts:
    """One statement."""
    return next(build(Counts, row) for row in rows_of(COUNTS, parameters))


def waiting(here: Here, limit: int | None = None, offset: int = 0) -> list[Waiting]:
    """What waits, the longest first; one statement."""
    found = rows_of(WAITING_LIST, here.parameters(limit=limit, offset=offset))
    return [
        build(Waiting, row | {"days": _days(row["submitted_at"], here.today, here.government)})
        for row in found
    ]


def _days(since: datetime, today: date, government: Government) -> int:
    """Days in the government's zone: what came in early in the morning there came the day before in UTC."""
    return max((today - since.astimezone(ZoneInfo(government.time_zone)).date()).days, 0)


def decided(here: Here, *, open_: bool, limit: int | None = None, offset: int = 0) -> list[Decided]:
    """Decisions, of the open ones the overdue first; one statement."""
    rows = rows_of(DECIDED_LIST, here.parameters(open=open_, limit=limit, offset=offset))
    return [build(Decided, row) for row in rows]


# Which report it is about.
ABOUT: Sequence[Column] = (
    *NAMED,
    Column("month", lambda one: f"{one.first_day:%Y-%m}"),
)
WAITING_COLUMNS: Sequence[Column] = (
    *ABOUT,
    Column("state", lambda one: one.state),
    Column("ceiling", lambda one: one.ceiling),
    Column("categories", lambda one: " ".join(one.problems)),
    Column("problem", lambda one: one.problem_text),
    Column("follow_up", lambda one: one.follow_up_text),
    Column("asked_at", lambda one: one.submitted_at),
    Column("days", lambda one: one.days),
)
DECIDED_COLUMNS: Sequence[Column] = (
    *ABOUT,
    Column("decision", lambda one: one.text),
    Column("decided_by", lambda one: one.decided_name),
    Column("decided_office", lambda one: one.decided_office),
    Column("decided_at", lambda one: one.decided_at),
    Column("carried_out_by", lambda one: one.owner),
    Column("due", lambda one: one.due),
    Column("overdue", lambda one: one.overdue),
    Column("state", lambda one: one.state),
    Column("ended_by", lambda one: one.ended_name),
    Column("ended_at", lambda one: one.ended_at),
    Column("note", lambda one: one.ended_note),
)


def page(request: HttpRequest, more: Mapping[str, Any] | None = None) -> Page:
    """The queue of decisions; `more`: the form as it came back, with the reports that were picked."""
    here = here_of(request)
    tab = WAITING if more else chosen(request, "tab", TABS, WAITING)
    asked = {"tab": tab if tab != WAITING else "", "year": request.GET.get("year", ""), **here.place}
    number = counts(here.parameters())
    context = {
        **frame(here, "decisions", _("Decisions"), asked),
        "tab": tab,
        "counts": number,
        "inner": [
            {"label": label, "url": query(asked, tab=name if name != WAITING else ""), "current": name == tab,
             "count": getattr(number, name)}
            for name, label in TABS.items()
        ],
        "rows": _rows(here, tab, number, request, set(more["picked"]) if more else set()),
        "decides": any(one.unit.government_id == here.government.pk for one in offices_of_leader(_user(request))),
        **(more or {}),
    }  # fmt: skip
    tables = {
        WAITING: Table(WAITING_COLUMNS, lambda: waiting(here)),
        OPEN: Table(DECIDED_COLUMNS, lambda: decided(here, open_=True)),
        ENDED: Table(DECIDED_COLUMNS, lambda: decided(here, open_=False)),
    }
    first = {tab: tables.pop(tab)}
    return Page("portal/leading/decisions.html", context, f"decisions-{tab}", first | tables)


def _user(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def _rows(here: Here, tab: str, number: Counts, request: HttpRequest, picked: set[int]) -> Any:
    def read(limit: int, start: int) -> list[Any]:
        if tab != WAITING:
            return decided(here, open_=tab == OPEN, limit=limit, offset=start)
        return [replace(one, picked=one.id in picked) for one in waiting(here, limit, start)]

    return Paginator(Rows(getattr(number, tab), read), PER_PAGE).get_page(request.GET.get("page"))


def cards(view: View) -> list[Card]:
    """For the overview: what waits for a decision, and what was decided and is overdue; one statement."""
    today = today_in(view.month.year.government)
    found = counts(of_view(view, today=today))
    late = _("%(n)s overdue") % {"n": found.overdue} if found.overdue else ""
    waits = (
        _("the oldest since %(days)s days") % {"days": _days(found.oldest, today, view.month.year.government)}
        if found.oldest
        else ""
    )
    return [
        Card(
            _("Waiting for a leader's decision"),
            str(found.waiting),
            behind("decisions", view),
            waits,
            "amber" if found.waiting else "",
        ),
        Card(
            _("Decisions to be carried out"),
            str(found.open),
            behind("decisions", view, tab=OPEN),
            "",
            "red" if late else "",
            late,
        ),
    ]


def weekly(view: View) -> list[tuple[str, str]]:
    """For the weekly letter: (sentence, address) of each report that waits for a decision, the longest first; at most ten."""
    parameters = of_view(view, today=today_in(view.month.year.government), limit=10, offset=0)
    rows = [build(Waiting, row) for row in rows_of(WAITING_LIST, parameters)]
    said = _("%(code)s %(name)s, %(agency)s: %(problem)s")
    url = reverse("dashboards:decisions")
    return [
        (
            said
            % {
                "code": one.code,
                "name": one.name,
                "agency": one.agency_name,
                "problem": one.problem_text[:160],
            },
            url,
        )
        for one in rows
    ]
