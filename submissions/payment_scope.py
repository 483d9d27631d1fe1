"""For which sub-activities a person may bring payments in, and the lines of the plan that they may belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from registry.models import BudgetItem, FiscalYear, Office, Post, Unit, User
from registry.rules import account_key
from registry.selectors import within
from submissions.models import PaymentImport
from submissions.selectors import my_reports

# Officers bring in what they enter; these, what lies below their unit.
ABOVE = (Post.Role.AGENCY_HEAD, Post.Role.PLANNER, Post.Role.OVERSIGHT)
Key = tuple[int | str, ...]

LINES = """
SELECT b.id, i.id, i.sub_activity_code, i.sub_activity_name, u.code, u.name, b.account_code, b.account_name, b.fund_source
FROM registry_budgetline b JOIN registry_budgetitem i ON i.id = b.item_id JOIN registry_unit u ON u.id = i.unit_id
WHERE u.agency_id = %s AND i.fiscal_year_id = %s ORDER BY u.path, i.sub_activity_code, b.account_code, b.fund_source"""


@dataclass(frozen=True, slots=True)
class Scope:
    """An agency's year, as far as somebody may bring payments into it: `items` are the sub-activities."""

    agency: Unit
    year: FiscalYear
    items: frozenset[int]


@dataclass(frozen=True, slots=True)
class Line:
    """One budget line and what it is called."""

    id: int
    item: int
    code: str
    name: str
    unit: str
    unit_name: str
    account: str
    account_name: str
    fund: str


@dataclass(slots=True)
class Book:
    """The lines of an agency's year: by id, by sub-activity, and by what a file may call them."""

    scope: Scope
    lines: dict[int, Line] = field(default_factory=dict)
    of_item: dict[int, list[Line]] = field(default_factory=dict)
    items: dict[Key, dict[int, Line]] = field(default_factory=dict)  # code -> item -> any line of it
    units: set[Key] = field(default_factory=set)

    @classmethod
    def load(cls, scope: Scope) -> "Book":
        """All lines of the agency, also of units below it and of sub-activities that are not the person's."""
        book = cls(scope)
        with connection.cursor() as cursor:
            cursor.execute(LINES, [scope.agency.pk, scope.year.pk])
            for row in cursor.fetchall():
                book._add(Line(*row))
        units = Unit.objects.filter(agency=scope.agency).values_list("code", flat=True)
        book.units = {account_key(code) for code in units}
        return book

    def _add(self, line: Line) -> None:
        self.lines[line.id] = line
        self.of_item.setdefault(line.item, []).append(line)
        self.items.setdefault(account_key(line.code), {})[line.item] = line

    def mine(self) -> list[int]:
        """The lines that the person may bring payments to."""
        return [line.id for line in self.lines.values() if line.item in self.scope.items]


def _items(user: User) -> Q:
    """The sub-activities for which a person may bring payments in: entered by him, or below his unit."""
    held = Office.objects.filter(person=user.pk)
    officers = held.filter(role=Post.Role.OFFICER).values("post")
    paths = list(held.filter(role__in=ABOVE).values_list("unit_path", flat=True))
    assisted = my_reports(user).values("item")
    return Q(officer_post__in=officers) | Q(pk__in=assisted) | within(paths, "unit__path")


def above(user: User) -> bool:
    """Whether a person brings payments in for others, so that the page is his even before there is a plan."""
    return Office.objects.filter(person=user.pk, role__in=ABOVE).exists()


def scopes(user: User) -> list[tuple[Unit, FiscalYear]]:
    """Agencies and years, the newest year first, in which a person may bring payments in."""
    pairs = (
        BudgetItem.objects.filter(_items(user))
        .order_by()
        .values_list("unit__agency", "fiscal_year")
        .distinct()
    )
    found = [(agency, year) for agency, year in pairs if agency]
    units = Unit.objects.select_related("government").in_bulk({agency for agency, _ in found})
    years = FiscalYear.objects.select_related("government").in_bulk({year for _, year in found})
    both = [(units[agency], years[year]) for agency, year in found]
    return sorted(both, key=lambda pair: (-pair[1].start_date.toordinal(), pair[0].code))


def scope_of(user: User, agency: str, year: str) -> Scope | None:
    """What a person may bring in at the agency with this code; None when that is nothing."""
    pair = next((one for one in scopes(user) if (one[0].code, one[1].label) == (agency, year)), None)
    if pair is None:
        return None
    mine = BudgetItem.objects.filter(_items(user), unit__agency=pair[0], fiscal_year=pair[1])
    return Scope(*pair, frozenset(mine.values_list("pk", flat=True)))


def whole(unit: Unit, year: FiscalYear) -> Scope | None:
    """All that a unit and those below it spend; None for a unit that belongs to no agency."""
    if unit.agency is None:
        return None
    items = BudgetItem.objects.filter(unit__path__startswith=unit.path, fiscal_year=year)
    return Scope(unit.agency, year, frozenset(items.values_list("pk", flat=True)))


def imports_at(pairs: Sequence[tuple[Unit, FiscalYear]], most: int = 20) -> list[PaymentImport]:
    """The newest imports of these agencies."""
    agencies = {unit.pk for unit, _ in pairs}
    found = PaymentImport.objects.filter(agency__in=agencies).select_related(
        "agency", "person", "fiscal_year"
    )
    return list(found.order_by("-at", "-pk")[:most])
