"""All open problems: what the newest counted report of each sub-activity says stands in its way (domain.md 5.3).

A problem is one category of one sub-activity. Its age counts from the first month in which the sub-activity reported the
category without interruption. Texts are internal: these pages are for insiders only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.leading import today_in
from portal.dashboards.card import Card
from portal.dashboards.leading_scope import (
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
    select,
    switch,
)
from portal.exports import Column
from portal.pages import Page, Table
from portal.selectors import View, build, rows_of
from submissions.models import Report
from submissions.problem_owners import LEVELS, OWNERS, categories_of, owner_of

KEPT = ("all", "year", "unit", "post")  # what the filter keeps
YES = {"yes": gettext_lazy("yes")}
SORTS = {
    "": gettext_lazy("oldest first"),
    "ceiling": gettext_lazy("largest ceiling first"),
    "due": gettext_lazy("due first"),
    "agency": gettext_lazy("by agency"),
}
ORDER = {
    "": "since, agency_code, code, category",
    "ceiling": "ceiling DESC, code, category",
    "due": "follow_up_due NULLS LAST, since, code, category",
    "agency": "agency_code, unit_code, code, category",
}

# Of each sub-activity and month one report counts, and of each sub-activity the newest month tells what is open. Who never
# reported a problem is not looked at: the few reports that have one have an index.
OPEN = f"""
WITH {SCOPE},
ailing AS MATERIALIZED (
  SELECT DISTINCT r.item_id FROM submissions_report r WHERE r.problems <> '{{}}' AND r.state = ANY (%(states)s)
),
troubled AS MATERIALIZED (SELECT s.* FROM ailing a JOIN scope s ON s.id = a.item_id),
counted AS MATERIALIZED (
  SELECT q.* FROM troubled s CROSS JOIN LATERAL (
    SELECT DISTINCT ON (p.month) r.id, r.item_id, p.month, p.first_day, r.problems
    FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
    WHERE r.item_id = s.id AND r.state = ANY (%(states)s) ORDER BY p.month, r.state = 'published' DESC, r.revision DESC
  ) q
),
newest AS (SELECT DISTINCT ON (item_id) * FROM counted ORDER BY item_id, month DESC),
named AS (SELECT n.id, n.item_id, n.month, unnest(n.problems) AS category FROM newest n),
stretch AS (
  SELECT n.item_id, n.category, max(q.month) FILTER (WHERE NOT n.category = ANY (q.problems)) AS broken
  FROM named n JOIN counted q ON q.item_id = n.item_id GROUP BY n.item_id, n.category
),
begun AS (
  SELECT t.item_id, t.category, min(q.first_day) AS since FROM stretch t
    JOIN counted q ON q.item_id = t.item_id AND q.month > coalesce(t.broken, 0) GROUP BY t.item_id, t.category
),
open AS (
  SELECT n.id AS report, n.category, b.since, p.first_day, r.state, r.ceiling, r.problem_text, r.follow_up_text,
    r.follow_up_pic, r.follow_up_due, r.needs_leadership, coalesce(r.follow_up_due < %(today)s::date, false) AS overdue,
    s.id AS item, s.code, s.name, s.unit_code, s.unit_name, s.agency_code, s.agency_name,
    row_number() OVER (PARTITION BY s.id ORDER BY n.category) = 1 AS first_of_item
  FROM named n JOIN begun b ON b.item_id = n.item_id AND b.category = n.category
    JOIN submissions_report r ON r.id = n.id JOIN submissions_period p ON p.id = r.period_id JOIN troubled s ON s.id = n.item_id
  WHERE (%(owned)s::text[] IS NULL OR n.category = ANY (%(owned)s)) AND (NOT %(leader)s OR r.needs_leadership)
    AND (NOT %(late)s OR r.follow_up_due < %(today)s::date)
)"""  # noqa: S608 - only SCOPE is put in

SUMMARY = f"""{OPEN}
SELECT coalesce(category, '') AS category, count(*) AS number, sum(ceiling) AS ceiling, min(since) AS oldest,
  count(*) FILTER (WHERE overdue) AS overdue, count(*) FILTER (WHERE needs_leadership) AS asking,
  sum(ceiling) FILTER (WHERE first_of_item) AS once, count(*) FILTER (WHERE first_of_item) AS items
FROM open GROUP BY GROUPING SETS ((category), ()) ORDER BY category IS NULL, count(*) DESC, category"""  # noqa: S608

LIST = """{open}
SELECT o.*, d.token AS decision, d.state AS decision_state FROM (SELECT * FROM open
    WHERE %(category)s::text = '' OR category = %(category)s ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) o
  LEFT JOIN LATERAL (SELECT x.token, x.state FROM submissions_leaderdecision x JOIN submissions_report e ON e.id = x.report_id
    WHERE e.item_id = o.item AND x.state <> 'withdrawn' ORDER BY x.id DESC LIMIT 1) d ON true ORDER BY {order}"""

AGENCIES = """
SELECT DISTINCT g.code, g.name FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  JOIN registry_unit g ON g.id = coalesce(u.agency_id, u.id)
WHERE i.fiscal_year_id = %(year)s AND (%(paths)s::text[] IS NULL OR i.verifier_post_id = ANY (%(posts)s::bigint[])
  OR i.officer_post_id = ANY (%(posts)s::bigint[])
  OR EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS x(path) WHERE starts_with(u.path, x.path))) ORDER BY g.name, g.code"""


@dataclass(frozen=True, slots=True)
class Problem(OfItem):
    """One open problem: a category of a sub-activity, in the words of its newest counted report."""

    report: int
    category: str
    since: date
    first_day: date
    state: str
    ceiling: Decimal
    problem_text: str
    follow_up_text: str
    follow_up_pic: str
    follow_up_due: date | None
    needs_leadership: bool
    overdue: bool
    decision: str | None = None
    decision_state: str | None = None
    age: int = 0  # days

    @property
    def label(self) -> str:
        return str(Report.Problem(self.category).label)

    @property
    def owner(self) -> str:
        return owner_of(self.category)

    @property
    def owner_label(self) -> str:
        return str(LEVELS[self.owner])


@dataclass(frozen=True, slots=True)
class Kind:
    """The problems of one category; "" is all of them, where a ceiling counts once for each sub-activity."""

    category: str
    number: int
    ceiling: Decimal
    overdue: int
    asking: int
    days: int
    url: str = ""
    current: bool = False

    @property
    def label(self) -> str:
        return str(Report.Problem(self.category).label) if self.category else _("All")

    @property
    def owner_label(self) -> str:
        return str(LEVELS[owner_of(self.category)]) if self.category else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the board."""

    category: str = ""
    owner: str = ""
    agency: str = ""
    overdue: str = ""
    leader: str = ""
    sort: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """What is not known is left out."""
        return cls(
            chosen(request, "category", OWNERS), chosen(request, "owner", LEVELS), request.GET.get("agency", "")[:40],
            chosen(request, "overdue", YES), chosen(request, "leader", YES), chosen(request, "sort", SORTS),
        )  # fmt: skip

    def parameters(self) -> dict[str, Any]:
        return {
            "owned": categories_of(self.owner) if self.owner else None,
            "leader": bool(self.leader),
            "late": bool(self.overdue),
            "agency": self.agency.replace("\x00", ""),
            "category": self.category,
        }

    def query(self) -> dict[str, str]:
        names = ("category", "owner", "agency", "overdue", "leader", "sort")
        return {name: getattr(self, name) for name in names}


def kinds(parameters: Mapping[str, Any], today: date) -> tuple[Kind, list[Kind]]:
    """All open problems together, and by category, the most frequent first; one statement."""
    found = []
    for row in rows_of(SUMMARY, parameters):
        whole = not row["category"]
        days = (today - row["oldest"]).days if row["oldest"] else 0
        ceiling = (row["once"] if whole else row["ceiling"]) or Decimal(0)
        found.append(Kind(row["category"], row["number"], ceiling, row["overdue"], row["asking"], days))
    return found[-1], found[:-1]


def problems(
    parameters: Mapping[str, Any], today: date, sort: str = "", limit: int | None = None, offset: int = 0
) -> list[Problem]:
    """The open problems in an order; one statement."""
    statement = LIST.format(open=OPEN, order=ORDER[sort])
    rows = rows_of(statement, {**parameters, "limit": limit, "offset": offset})
    return [build(Problem, row | {"age": (today - row["since"]).days}) for row in rows]


COLUMNS: Sequence[Column] = (
    Column("agency_code", lambda one: one.agency_code),
    Column("agency_name", lambda one: one.agency_name),
    Column("unit_code", lambda one: one.unit_code),
    Column("unit_name", lambda one: one.unit_name),
    Column("sub_activity_code", lambda one: one.code),
    Column("sub_activity_name", lambda one: one.name),
    Column("month", lambda one: f"{one.first_day:%Y-%m}"),
    Column("state", lambda one: one.state),
    Column("category", lambda one: one.category),
    Column("owner_level", lambda one: one.owner),
    Column("ceiling", lambda one: one.ceiling),
    Column("since", lambda one: one.since),
    Column("age_days", lambda one: one.age),
    Column("problem", lambda one: one.problem_text),
    Column("follow_up", lambda one: one.follow_up_text),
    Column("person_in_charge", lambda one: one.follow_up_pic),
    Column("due", lambda one: one.follow_up_due),
    Column("overdue", lambda one: one.overdue),
    Column("needs_leadership", lambda one: one.needs_leadership),
)
KINDS: Sequence[Column] = (
    Column("category", lambda one: one.category),
    Column("owner_level", lambda one: owner_of(one.category)),
    Column("problems", lambda one: one.number),
    Column("ceiling", lambda one: one.ceiling),
    Column("oldest_days", lambda one: one.days),
    Column("overdue", lambda one: one.overdue),
    Column("needs_leadership", lambda one: one.asking),
)


def page(request: HttpRequest) -> Page:
    """The board of problems, for insiders."""
    here, asked = here_of(request), Asked.of(request)
    parameters = here.parameters(**asked.parameters())
    whole, found = kinds(parameters, here.today)
    query_ = (
        asked.query()
        | here.place
        | {"all": "1" if here.unsigned else "", "year": request.GET.get("year", "")}
    )
    number = next((one.number for one in found if one.category == asked.category), 0)
    number = number if asked.category else whole.number
    rows = Rows(number, lambda limit, start: problems(parameters, here.today, asked.sort, limit, start))
    context = {
        **frame(here, "problems", _("Problems"), query_),
        "switch": switch(here, query_),
        "whole": whole,
        "kinds": [
            Kind(
                one.category, one.number, one.ceiling, one.overdue, one.asking, one.days,
                query(query_, category=one.category), one.category == asked.category,
            )
            for one in found
        ],
        "all_url": query(query_, category=""),
        "fields": _fields(here, asked),
        "hidden": [(name, query_[name]) for name in KEPT if query_[name]],
        "filtered": any(value for name, value in asked.query().items() if name != "sort"),
        "clear_url": query({name: query_[name] for name in KEPT}),
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    tables = {
        "problems": Table(COLUMNS, lambda: problems(parameters, here.today, asked.sort)),
        "kinds": Table(KINDS, lambda: found),
    }
    return Page("portal/leading/problems.html", context, "problems", tables)


def _fields(here: Here, asked: Asked) -> list[dict[str, Any]]:
    agencies = {row["code"]: row["name"] for row in rows_of(AGENCIES, here.parameters())}
    categories = {str(code): label for code, label in Report.Problem.choices}
    return [
        select("category", _("Category"), categories, asked.category),
        select("owner", _("Who can solve it"), LEVELS, asked.owner),
        *([] if here.unit else [select("agency", _("Agency"), agencies, asked.agency)]),
        select("overdue", _("Follow-up overdue"), YES, asked.overdue),
        select("leader", _("Needs a leader"), YES, asked.leader),
        select("sort", _("Order"), {key: label for key, label in SORTS.items() if key}, asked.sort),
    ]


def cards(view: View) -> list[Card]:
    """For the overview: how many problems of published reports are open; one statement."""
    today = today_in(view.month.year.government)
    parameters = of_view(view, today=today, **Asked().parameters())
    whole, found = kinds(parameters, today)
    words = ", ".join(f"{one.label} {one.number}" for one in found[:2])
    tag = _("%(n)s overdue") % {"n": whole.overdue} if whole.overdue else ""
    url = behind("problems", view)
    return [Card(_("Open problems"), str(whole.number), url, words, "red" if whole.overdue else "", tag)]
