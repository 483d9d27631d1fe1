"""What a desk shows: a filter and an order as they stand in the address of its page.

What the database can tell from a row alone is asked there. What follows from figures and rules (deviation, warnings, change,
lateness) is computed for the whole list, in a fixed number of statements.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from approvals.desk_flags import warnings_among
from registry.models import Office
from submissions import formulas
from submissions.facts import Finding
from submissions.holding import where_of
from submissions.models import Evidence, Report
from submissions.pages import stored_findings
from submissions.readings import Reading, read
from submissions.selectors import month_label
from wording.words import COLOURS

LONGEST = 500  # of a filter that is saved
NO_PLAN = "NONE"
ORDER = ("period__first_day", "item__unit__path", "item__sub_activity_code", "revision")
NUMBER, MONTH = re.compile(r"[1-9][0-9]{0,17}"), re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")

LABELS: Mapping[str, Promise] = {
    "officer": _("Officer"),
    "unit": _("Unit"),
    "month": _("Month"),
    "band": _("Deviation"),
    "warnings": _("Warnings"),
    "evidence": _("Evidence"),
    "changed": _("Against last month"),
    "overdue": _("Deadline"),
    "revision": _("Revision"),
}
CHOICES: Mapping[str, Mapping[str, Promise]] = {
    "band": {**COLOURS, NO_PLAN: _("no plan to compare with")},
    "warnings": {"yes": _("has warnings"), "no": _("has none")},
    "evidence": {"no": _("has none"), "yes": _("has files")},
    "changed": {"yes": _("other figures"), "no": _("the same figures")},
    "overdue": {"yes": _("overdue"), "no": _("in time")},
    "revision": {"yes": _("revisions only"), "no": _("first reports only")},
}
# Of a report that nobody has submitted there are no figures to choose by.
UNFINISHED = ("officer", "unit", "month", "overdue")
COMPUTED = ("band", "warnings", "changed", "overdue")
SORTS: Mapping[str, Promise] = {
    "since": _("waiting longest first"),
    "-money": _("most money first"),
    "money": _("least money first"),
    "-change": _("largest change first"),
    "deviation": _("furthest behind plan first"),
    "-warnings": _("most warnings first"),
    "evidence": _("fewest files first"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """One report as a filter sees it."""

    reading: Reading
    findings: Sequence[Finding]
    overdue: bool

    @property
    def change(self) -> Decimal:
        """This month's money less last month's."""
        return (self.reading.this_month or Decimal(0)) - self.reading.last_month

    @property
    def changed(self) -> bool:
        """Whether money or progress is another than last month's."""
        return bool(self.change) or (self.reading.physical_now or 0) != (self.reading.physical_last or 0)


KEYS: Mapping[str, Callable[[Facts], Any]] = {
    "since": lambda one: one.reading.moved_at.timestamp() if one.reading.moved_at else 0,
    "money": lambda one: one.reading.this_month or Decimal(0),
    "change": lambda one: abs(one.change),
    "deviation": lambda one: Decimal(10_000) if one.reading.deviation is None else one.reading.deviation,
    "warnings": lambda one: warnings_among(one.findings),
    "evidence": lambda one: one.reading.evidence_count,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the reports of a tab, and their order; what is not understood is left out."""

    tab: str
    values: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""

    @classmethod
    def of(cls, asked: QueryDict, tabs: Iterable[str]) -> "Filter":
        """As an address or a form says it."""
        known = tuple(tabs)
        tab = asked.get("tab", "")
        tab = tab if tab in known else known[0]
        names = UNFINISHED if tab == "missing" else LABELS
        values = {name: asked.get(name, "") for name in names if _understood(name, asked.get(name, ""))}
        sort = asked.get("sort", "")
        return cls(tab, values, sort if sort in SORTS and tab != "missing" else "")

    @property
    def query(self) -> str:
        """As it stands in an address, always in the same order and without the number of a page."""
        parts = {"tab": self.tab, **{name: self.values[name] for name in LABELS if name in self.values}}
        return urlencode(parts | ({"sort": self.sort} if self.sort else {}))

    def narrowed(self, reports: QuerySet[Report]) -> QuerySet[Report]:
        """What the rows themselves tell."""
        chosen = self.values
        for name, column in (("officer", "item__officer_post"), ("unit", "item__unit")):
            if name in chosen:
                reports = reports.filter(**{column: int(chosen[name])})
        if "month" in chosen:
            reports = reports.filter(period__first_day=date.fromisoformat(f"{chosen['month']}-01"))
        if "revision" in chosen:
            reports = reports.filter(Q(revision__gt=0) if chosen["revision"] == "yes" else Q(revision=0))
        if "evidence" in chosen:
            files = Exists(Evidence.objects.filter(report=OuterRef("pk")))
            reports = reports.filter(files if chosen["evidence"] == "yes" else ~files)
        return reports

    def found(self, reports: QuerySet[Report], now: datetime) -> dict[int, int]:
        """The reports of the filter in its order, each with its version."""
        rows = dict(self.narrowed(reports).order_by(*ORDER, "pk").values_list("pk", "version"))
        if not self.sort and not any(name in self.values for name in COMPUTED):
            return rows
        facts = [one for one in self._facts(list(rows), now) if self._fits(one)]
        if self.sort:
            facts.sort(key=KEYS[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))
        return {one.reading.id: rows[one.reading.id] for one in facts}

    def _facts(self, ids: list[int], now: datetime) -> list[Facts]:
        judged = "warnings" in self.values or self.sort == "-warnings"
        with connection.cursor() as cursor:
            findings = stored_findings(ids, cursor) if judged else {}
        holders = where_of(ids, now=now) if "overdue" in self.values else {}
        late = {pk for pk, holder in holders.items() if holder.overdue}
        by_id = {one.id: one for one in read(ids)}
        return [Facts(by_id[pk], findings.get(pk, ()), pk in late) for pk in ids if pk in by_id]

    def _fits(self, one: Facts) -> bool:
        told = {
            "band": formulas.colour(one.reading.deviation) or NO_PLAN,
            "warnings": _yes(warnings_among(one.findings)),
            "changed": _yes(one.changed),
            "overdue": _yes(one.overdue),
        }
        return all(self.values[name] == told[name] for name in COMPUTED if name in self.values)


def _yes(truth: object) -> str:
    return "yes" if truth else "no"


def _understood(name: str, value: str) -> bool:
    if name in CHOICES:
        return value in CHOICES[name]
    return bool((MONTH if name == "month" else NUMBER).fullmatch(value))


def fields(chosen: Filter, reports: QuerySet[Report], field: QuerySet[Report]) -> list[dict[str, Any]]:
    """The selects of the form: what there is to choose among the reports of a tab, by name of the field. What was chosen and
    is not among them is named only if it occurs in the desk's whole `field`."""
    options = _in_use(reports)
    names = UNFINISHED if chosen.tab == "missing" else tuple(LABELS)
    found: dict[str, Mapping[str, Any]] = {name: options.get(name) or CHOICES.get(name, {}) for name in names}
    for name in names:
        value = chosen.values.get(name, "")
        if value and value not in found[name]:  # chosen, but none is left in the list
            found[name] = {**found[name], value: _named(name, value, field)}
    return [_field(name, str(LABELS[name]), found[name], chosen.values.get(name, "")) for name in names]


def sort_field(chosen: Filter) -> dict[str, Any]:
    """The select of the order."""
    return _field("sort", str(_("Order")), SORTS, chosen.sort)


def in_words(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """What was chosen, as the form says it: "Officer: Ani Lembayung, PPTK"; empty without a choice."""
    return [
        f"{field['label']}: {option['label']}"
        for field in fields
        for option in field["options"]
        if option["selected"]
    ]


def _field(name: str, label: str, options: Mapping[str, Any], value: str) -> dict[str, Any]:
    rows = [{"value": code, "label": str(told), "selected": code == value} for code, told in options.items()]
    return {"name": name, "label": label, "options": rows, "value": value}


def _in_use(reports: QuerySet[Report]) -> dict[str, dict[str, str]]:
    """Officers, units and months that occur, in one statement and one more for who holds the posts."""
    rows = list(
        reports.order_by()
        .values_list("item__officer_post", "item__officer_post__title", "item__unit", "item__unit__name", "period__first_day")
        .annotate(n=Count("pk"))
    )  # fmt: skip
    titles = {post: title for post, title, *_rest in rows if post}
    units = {str(unit): name for _post, _title, unit, name, *_rest in rows}
    months = sorted({row[4] for row in rows})
    people = dict(Office.objects.filter(post__in=titles).values_list("post", "person__name"))
    officers = {str(post): officer_label(people.get(post, ""), title) for post, title in titles.items()}
    return {
        "officer": dict(sorted(officers.items(), key=lambda pair: pair[1])),
        "unit": dict(sorted(units.items(), key=lambda pair: pair[1])),
        "month": {f"{first:%Y-%m}": month_label(first) for first in months},
    }


def officer_label(person: str, title: str) -> str:
    """Who holds an officer's post, with the post; the post alone while it is vacant."""
    return f"{person}, {title}" if person else title


def _named(name: str, value: str, reports: QuerySet[Report]) -> str:
    """The name of what a filter chose, as far as these reports have it: no other agency's posts and units are told."""
    if name == "month":
        return month_label(date.fromisoformat(f"{value}-01"))
    column, told = ("officer_post", "title") if name == "officer" else ("unit", "name")
    found = reports.filter(**{f"item__{column}": int(value)}).values_list(
        f"item__{column}__{told}", flat=True
    )
    return found.first() or "–"


def described(chosen: Filter, reports: QuerySet[Report]) -> list[str]:
    """The filter of these reports in words: "Officer: Ani Lembayung, PPTK", one for each part; empty without a filter."""
    words = []
    for name, value in chosen.values.items():
        told = CHOICES[name][value] if name in CHOICES else _described(name, value, reports)
        words.append(f"{LABELS[name]}: {told}")
    return words


def _described(name: str, value: str, reports: QuerySet[Report]) -> str:
    if name != "officer":
        return _named(name, value, reports)
    person = Office.objects.filter(post=int(value)).values_list("person__name", flat=True).first()
    return officer_label(person or "", _named(name, value, reports))
