"""The stored plan of one unit and year: loaded whole in six statements, compared in memory, written in sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from registry.imports.plan_rows import LineKey
from registry.imports.writing import Writer
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    MonthlyPlan,
    Unit,
)
from registry.rules import account_key

ITEM_FIELDS = ("sub_activity_name", "output_indicator", "output_unit", "officer_post", "verifier_post")
MONTHS = range(1, 13)
Months = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class ItemState:
    """A sub-activity in one version: money in the government's currency, physical in points or output units."""

    ceiling: Decimal
    target: Decimal | None
    mode: str
    cash: Months | None
    physical: Months | None
    lines: Mapping[LineKey, Decimal]


VersionState = dict[str, ItemState]  # by sub-activity code


def total(state: VersionState) -> Decimal:
    """The sum of the ceilings of one version."""
    return sum((item.ceiling for item in state.values()), Decimal(0))


@dataclass(slots=True)
class Store:
    """Rows of the unit's plan by what identifies them in a file."""

    fiscal_year: FiscalYear
    unit: Unit
    items: dict[str, BudgetItem] = field(default_factory=dict)
    lines: dict[tuple[str, LineKey], BudgetLine] = field(default_factory=dict)
    versions: list[BudgetVersion] = field(default_factory=list)
    item_versions: dict[int, dict[str, BudgetItemVersion]] = field(default_factory=dict)
    line_versions: dict[int, dict[tuple[str, LineKey], BudgetLineVersion]] = field(default_factory=dict)
    plans: dict[int, dict[int, MonthlyPlan]] = field(default_factory=dict)

    @classmethod
    def load(cls, fiscal_year: FiscalYear, unit: Unit) -> "Store":
        """Read all versions of the unit's plan of that year."""
        store = cls(fiscal_year, unit)
        mine = {"fiscal_year": fiscal_year, "unit": unit}
        store.items = {item.sub_activity_code: item for item in BudgetItem.objects.filter(**mine)}
        codes = {item.pk: code for code, item in store.items.items()}
        of_line: dict[int, tuple[str, LineKey]] = {}
        for line in BudgetLine.objects.filter(item__fiscal_year=fiscal_year, item__unit=unit):
            of_line[line.pk] = (codes[line.item_id], (account_key(line.account_code), line.fund_source))
            store.lines[of_line[line.pk]] = line
        store.versions = list(BudgetVersion.objects.filter(**mine).order_by("sequence"))
        ours = {"version__fiscal_year": fiscal_year, "version__unit": unit}
        for each in BudgetItemVersion.objects.filter(**ours):
            store.item_versions.setdefault(each.version_id, {})[codes[each.item_id]] = each
        for one in BudgetLineVersion.objects.filter(**ours):
            store.line_versions.setdefault(one.version_id, {})[of_line[one.line_id]] = one
        months = MonthlyPlan.objects.filter(
            item_version__version__fiscal_year=fiscal_year, item_version__version__unit=unit
        )
        for month in months:
            store.plans.setdefault(month.item_version_id, {})[month.month] = month
        return store

    def state(self, version: BudgetVersion) -> VersionState:
        """What a stored version says, in the shape of what a file says."""
        lines: dict[str, dict[LineKey, Decimal]] = {}
        for (code, key), row in self.line_versions.get(version.pk, {}).items():
            lines.setdefault(code, {})[key] = row.ceiling
        return {
            code: ItemState(
                row.ceiling,
                row.output_target,
                row.physical_mode,
                self._months(row, "cash"),
                self._months(row, "physical"),
                lines.get(code, {}),
            )
            for code, row in self.item_versions.get(version.pk, {}).items()
            if row.active
        }

    def _months(self, row: BudgetItemVersion, name: str) -> Months | None:
        planned = [getattr(month, name) for month in self.plans.get(row.pk, {}).values()]
        if all(value is None for value in planned):
            return None
        months = self.plans[row.pk]
        return tuple(
            getattr(months[number], name) or Decimal(0) if number in months else Decimal(0)
            for number in MONTHS
        )

    def write_version(self, version: BudgetVersion, state: VersionState, writer: Writer) -> None:
        """Make the stored version say what `state` says; nothing is written where it does already."""
        self._write_lines(version, state, writer)
        stored = self.item_versions.get(version.pk, {})
        gone = [row for code, row in stored.items() if code not in state]
        months = [month for row in gone for month in self.plans.get(row.pk, {}).values()]
        fresh: list[BudgetItemVersion] = []
        changed: list[BudgetItemVersion] = []
        for code, item in state.items():
            row = stored.get(code) or BudgetItemVersion(item_id=self.items[code].pk, version_id=version.pk)
            said = (item.ceiling, item.target, item.mode, True)
            if (row.ceiling, row.output_target, row.physical_mode, row.active) != said:
                row.ceiling, row.output_target, row.physical_mode, row.active = said
                (changed if row.pk else fresh).append(row)
            stored[code] = row
        writer.delete(months)
        writer.delete(gone)
        writer.insert(fresh)
        writer.update(changed, ("ceiling", "output_target", "physical_mode", "active"))
        self._write_months(stored, state, writer)

    def _write_lines(self, version: BudgetVersion, state: VersionState, writer: Writer) -> None:
        stored = self.line_versions.get(version.pk, {})
        said = {(code, key): ceiling for code, item in state.items() for key, ceiling in item.lines.items()}
        writer.delete([row for key, row in stored.items() if key not in said])
        changed = [row for key, row in stored.items() if key in said and row.ceiling != said[key]]
        for key, row in stored.items():
            row.ceiling = said.get(key, row.ceiling)
        writer.update(changed, ("ceiling",))
        writer.insert(
            [
                BudgetLineVersion(line_id=self.lines[key].pk, version_id=version.pk, ceiling=ceiling)
                for key, ceiling in said.items()
                if key not in stored
            ]
        )

    def _write_months(
        self, rows: Mapping[str, BudgetItemVersion], state: VersionState, writer: Writer
    ) -> None:
        fresh, changed, gone = [], [], []
        for code, item in state.items():
            stored = self.plans.get(rows[code].pk, {})
            for number in MONTHS:
                cash = item.cash[number - 1] if item.cash else None
                physical = item.physical[number - 1] if item.physical else None
                month = stored.get(number)
                if not item.cash and not item.physical:
                    gone += [month] if month else []
                elif month is None:
                    fresh.append(
                        MonthlyPlan(item_version_id=rows[code].pk, month=number, cash=cash, physical=physical)
                    )
                elif (month.cash, month.physical) != (cash, physical):
                    month.cash, month.physical = cash, physical
                    changed.append(month)
        writer.delete(gone)
        writer.insert(fresh)
        writer.update(changed, ("cash", "physical"))
