"""Contracts against the plan of their work: which are critical and what follows (W-5), what has no contract yet (W-13), and
where procurement has not come to an end while money is planned (domain.md 5.3). Published figures only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.dashboards.card import Card
from portal.dashboards.contracts_bringing import may_bring
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
    select,
)
from portal.dashboards.problems import AGENCIES
from portal.exports import Column, points
from portal.pages import Page, Table
from portal.selectors import View, build, rows_of
from submissions import formulas
from submissions.models import Report
from wording.sentences import say

CRITICAL, ALL, UNCONTRACTED, NOT_STARTED = "critical", "all", "uncontracted", "not_started"
TABS = {
    CRITICAL: gettext_lazy("Critical"),
    ALL: gettext_lazy("All contracts"),
    UNCONTRACTED: gettext_lazy("No contract yet"),
    NOT_STARTED: gettext_lazy("Procurement not concluded"),
}
# What a contract is, when it is not critical.
TERMINATED, FINISHED, SILENT, PLANLESS, SOUND = "TERMINATED", "FINISHED", "SILENT", "PLANLESS", "SOUND"
STANDINGS = {
    "I": gettext_lazy("critical, period I"),
    "II": gettext_lazy("critical, period II"),
    "YEAR_END": gettext_lazy("critical at the year's end"),
    SOUND: gettext_lazy("not critical"),
    FINISHED: gettext_lazy("finished"),
    TERMINATED: gettext_lazy("terminated"),
    SILENT: gettext_lazy("nothing published yet"),
    PLANLESS: gettext_lazy("no physical plan"),
}
PERIODS = ("I", "II", "YEAR_END")
# Lines that are bought from a provider as a rule: capital expenditure in Indonesia, assets and civil works in Pakistan. The
# index line_bought is made of these very words, and so the statement has them in it.
BOUGHT = r"^(5\.2\.|A09|A12)"
BEFORE_WORK = ("BELUM_MULAI", "PERSIAPAN", "PENGADAAN")

# Of each sub-activity the newest published month tells plan, progress and money.
LIST = f"""
WITH {SCOPE}
SELECT c.id, c.number, c.name AS work, c.provider, c.value, c.signed_on, c.starts_on, c.ends_on, c.ended_on, c.package_code,
  s.code, s.name, s.unit_code, s.unit_name, s.agency_code, s.agency_name, t.month, t.physical, t.planned_physical, t.status,
  y.end_date AS year_end
FROM scope s JOIN registry_contract c ON c.item_id = s.id JOIN registry_fiscalyear y ON y.id = %(year)s
  LEFT JOIN LATERAL (SELECT * FROM submissions_itemmonth x WHERE x.item_id = s.id AND x.reported ORDER BY x.month DESC LIMIT 1) t
    ON true
ORDER BY s.agency_code, s.unit_code, s.code, c.number"""  # noqa: S608 - only SCOPE is put in

# The version in force in the newest opened month of each unit of the scope, so that no other unit's lines are read; and the
# newest published month of each sub-activity.
STANDING = f"""
WITH {SCOPE},
in_force AS (
  SELECT DISTINCT ON (v.unit_id) v.id FROM registry_budgetversion v WHERE v.fiscal_year_id = %(year)s
    AND v.unit_id IN (SELECT s.unit_id FROM scope s)
    AND v.effective_month <= (SELECT max(p.month) FROM submissions_period p WHERE p.fiscal_year_id = %(year)s)
  ORDER BY v.unit_id, v.effective_month DESC, v.sequence DESC
),
bought AS (
  SELECT l.item_id, sum(lv.ceiling) AS money FROM registry_budgetlineversion lv JOIN in_force f ON f.id = lv.version_id
    JOIN registry_budgetline l ON l.id = lv.line_id WHERE l.account_code ~ '{BOUGHT}' GROUP BY l.item_id
),
standing AS (
  SELECT s.*, iv.ceiling, coalesce(t.status, '') AS status, t.month, t.realised, t.cash_planned,
    coalesce(b.money, 0) AS bought
  FROM scope s JOIN registry_budgetitemversion iv ON iv.item_id = s.id AND iv.active JOIN in_force f ON f.id = iv.version_id
    LEFT JOIN bought b ON b.item_id = s.id
    LEFT JOIN LATERAL (SELECT * FROM submissions_itemmonth x WHERE x.item_id = s.id AND x.reported
      ORDER BY x.month DESC LIMIT 1) t ON true
)"""  # noqa: S608
CHOSEN = {
    UNCONTRACTED: """bought > 0 AND status NOT IN ('SELESAI', 'TIDAK_DILAKSANAKAN') AND NOT EXISTS (
      SELECT 1 FROM registry_contract c WHERE c.item_id = standing.id AND c.ended_on IS NULL)""",
    NOT_STARTED: "status = ANY (%(before)s) AND cash_planned > 0",
}
ORDER = {UNCONTRACTED: "ceiling DESC, code, unit_code", NOT_STARTED: "cash_planned DESC, code, unit_code"}
WORK_LIST = (
    "{standing} SELECT * FROM standing WHERE {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s"
)
WORK_COUNTS = f"""{STANDING}
SELECT count(*) FILTER (WHERE {CHOSEN[UNCONTRACTED]}) AS uncontracted,
  sum(ceiling) FILTER (WHERE {CHOSEN[UNCONTRACTED]}) AS uncontracted_ceiling,
  count(*) FILTER (WHERE {CHOSEN[NOT_STARTED]}) AS not_started,
  sum(cash_planned) FILTER (WHERE {CHOSEN[NOT_STARTED]}) AS not_started_planned FROM standing"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Contract(OfItem):
    """A contract and how its sub-activity stands: plan and progress in percent, of the newest published month."""

    number: str
    work: str
    provider: str
    value: Decimal
    signed_on: date
    starts_on: date
    ends_on: date
    ended_on: date | None
    package_code: str
    month: int | None
    physical: Decimal | None
    planned_physical: Decimal | None
    status: str | None
    year_end: date

    @property
    def lag(self) -> Decimal | None:
        """T - P in points; positive is behind."""
        deviation = formulas.deviation(self.physical, self.planned_physical)
        return None if deviation is None else -deviation

    @property
    def standing(self) -> str:
        """W-5: "I", "II" or "YEAR_END"; else why it is not critical."""
        if self.ended_on:
            return TERMINATED
        if self.month is None or self.physical is None:
            return SILENT
        if self.status == Report.Status.COMPLETED or self.physical >= formulas.WHOLE:
            return FINISHED
        if self.planned_physical is None:
            return PLANLESS
        late = self.ends_on > self.year_end
        return formulas.critical_contract(self.planned_physical, self.physical, late) or SOUND

    @property
    def critical(self) -> bool:
        return self.standing in PERIODS

    @property
    def standing_label(self) -> str:
        return str(STANDINGS[self.standing])

    @property
    def follows(self) -> str:
        """What follows from a critical contract."""
        return say(f"critical.{self.standing}") if self.critical else ""


@dataclass(frozen=True, slots=True)
class Work(OfItem):
    """A sub-activity whose work is not contracted, or whose procurement has not come to an end."""

    ceiling: Decimal
    bought: Decimal
    status: str
    month: int | None
    realised: Decimal | None
    cash_planned: Decimal | None

    @property
    def status_label(self) -> str:
        return str(Report.Status(self.status).label) if self.status else _("nothing published yet")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much work has no contract, or no procurement, and what it is about in money."""

    uncontracted: int = 0
    uncontracted_ceiling: Decimal | None = None
    not_started: int = 0
    not_started_planned: Decimal | None = None


def contracts(parameters: Mapping[str, Any]) -> list[Contract]:
    """All contracts of a scope, the critical ones first, the furthest behind before; one statement."""
    found = [build(Contract, row) for row in rows_of(LIST, parameters)]
    return sorted(
        found, key=lambda one: (not one.critical, -(one.lag or Decimal(-1000)) if one.critical else 0)
    )


def works(parameters: Mapping[str, Any], tab: str, limit: int | None = None, offset: int = 0) -> list[Work]:
    """Sub-activities of one list; one statement."""
    statement = WORK_LIST.format(standing=STANDING, where=CHOSEN[tab], order=ORDER[tab])
    asked = {**parameters, "before": list(BEFORE_WORK), "limit": limit, "offset": offset}
    return [build(Work, row) for row in rows_of(statement, asked)]


def counts(parameters: Mapping[str, Any]) -> Counts:
    """One statement."""
    asked = {**parameters, "before": list(BEFORE_WORK)}
    return next(build(Counts, row) for row in rows_of(WORK_COUNTS, asked))


CONTRACTS: Sequence[Column] = (
    *NAMED,
    Column("number", lambda one: one.number),
    Column("work", lambda one: one.work),
    Column("provider", lambda one: one.provider),
    Column("value", lambda one: one.value),
    Column("signed_on", lambda one: one.signed_on),
    Column("starts_on", lambda one: one.starts_on),
    Column("ends_on", lambda one: one.ends_on),
    Column("ended_on", lambda one: one.ended_on),
    Column("package_code", lambda one: one.package_code),
    Column("month", lambda one: one.month),
    Column("planned_physical", lambda one: points(one.planned_physical)),
    Column("physical", lambda one: points(one.physical)),
    Column("lag", lambda one: points(one.lag)),
    Column("standing", lambda one: one.standing),
)
WORKS: Sequence[Column] = (
    *NAMED,
    Column("ceiling", lambda one: one.ceiling),
    Column("capital_lines", lambda one: one.bought),
    Column("status", lambda one: one.status),
    Column("month", lambda one: one.month),
    Column("cash_planned_to_date", lambda one: one.cash_planned),
    Column("realized_to_date", lambda one: one.realised),
)


def page(request: HttpRequest) -> Page:
    """The page of contracts, for insiders."""
    here, tab = here_of(request), chosen(request, "tab", TABS, CRITICAL)
    agency, standing = (
        request.GET.get("agency", "")[:40].replace("\x00", ""),
        chosen(request, "standing", STANDINGS),
    )
    asked = {
        "tab": tab if tab != CRITICAL else "", "agency": agency, "standing": standing if tab == ALL else "",
        "year": request.GET.get("year", ""), **here.place,
    }  # fmt: skip
    parameters = here.parameters(agency=agency)
    every, number = contracts(parameters), counts(parameters)
    shown = {CRITICAL: [one for one in every if one.critical], ALL: _standing(every, asked["standing"])}
    numbers = {
        CRITICAL: len(shown[CRITICAL]), ALL: len(every), UNCONTRACTED: number.uncontracted, NOT_STARTED: number.not_started,
    }  # fmt: skip
    rows: Sequence[Any] = (
        shown.get(tab)
        if tab in shown
        else Rows(  # type: ignore[assignment]
            numbers[tab], lambda limit, start: works(parameters, tab, limit, start)
        )
    )
    context = {
        **frame(here, "contracts", _("Contracts"), asked),
        "tab": tab,
        "inner": [
            {"label": label, "url": query(asked, tab=name if name != CRITICAL else "", standing=""),
             "current": name == tab, "count": numbers[name]}
            for name, label in TABS.items()
        ],
        "fields": _fields(here, asked, tab),
        "filtered": bool(agency or asked["standing"]),
        "hidden": [(name, asked[name]) for name in ("tab", "year", "unit", "post") if asked[name]],
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "value": sum((one.value for one in shown.get(tab, ())), Decimal(0)),
        "counts": number,
        "months": {one.number: one.short for one in here.months},
        "brings": may_bring(request.user),  # type: ignore[arg-type]
    }  # fmt: skip
    tables = {
        CRITICAL: Table(CONTRACTS, lambda: shown[CRITICAL]),
        ALL: Table(CONTRACTS, lambda: shown[ALL]),
        UNCONTRACTED: Table(WORKS, lambda: works(parameters, UNCONTRACTED)),
        NOT_STARTED: Table(WORKS, lambda: works(parameters, NOT_STARTED)),
    }
    first = {tab: tables.pop(tab)}
    return Page(
        "portal/leading/contracts.html", context, f"contracts-{tab.replace('_', '-')}", first | tables
    )


def _standing(every: Iterable[Contract], standing: str) -> list[Contract]:
    return [one for one in every if not standing or one.standing == standing]


def _fields(here: Here, asked: Mapping[str, str], tab: str) -> list[dict[str, Any]]:
    agencies = {row["code"]: row["name"] for row in rows_of(AGENCIES, here.parameters())}
    found = [] if here.unit else [select("agency", _("Agency"), agencies, asked["agency"])]
    return (
        [*found, select("standing", _("How it stands"), STANDINGS, asked["standing"])]
        if tab == ALL
        else found
    )


def cards(view: View) -> list[Card]:
    """For the overview: critical contracts, and work without a contract; two statements."""
    parameters = of_view(view)
    every, number = contracts(parameters), counts(parameters)
    critical = sum(one.critical for one in every)
    url = behind("contracts", view)
    of_all = _("of %(n)s contracts") % {"n": len(every)}
    return [
        Card(_("Critical contracts"), str(critical), url, of_all, "red" if critical else ""),
        Card(
            _("No contract yet"),
            str(number.uncontracted),
            behind("contracts", view, tab=UNCONTRACTED),
            _("sub-activities with provider work"),
            "amber" if number.uncontracted else "",
        ),
    ]
