"""Writing the budget: items, lines, versions and monthly plans, table by table in sets."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from config.demo.agencies import Place
from config.demo.offices import officer_of, verifier_of
from config.demo.plan import Item, Version
from registry.imports.writing import Writer
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    MonthlyPlan,
    Post,
    Unit,
)

# Items at once: while a million rows are thought of in one go, the server takes the session for forgotten.
AT_ONCE = 1_000


def write(
    writer: Writer,
    year: FiscalYear,
    placed: Mapping[str, Unit],
    seats: Mapping[tuple[str, str], Post],
    agencies: Sequence[Place],
    items: Sequence[Item],
    versions: Mapping[str, Sequence[Version]],
) -> None:
    """All items of the profile with every version of theirs."""
    owner = {place.code: agency for agency in agencies for place in (agency, *agency.children)}
    rows = [_item(item, year, placed, seats, owner[item.place.code]) for item in items]
    writer.insert(rows)
    stored = {
        (code, version.sequence): BudgetVersion(
            fiscal_year=year, unit=placed[code], kind=version.kind, sequence=version.sequence,
            effective_month=version.effective_month, legal_basis=version.legal_basis,
        )
        for code, own in versions.items()
        for version in own
    }  # fmt: skip
    writer.insert(list(stored.values()))
    for start in range(0, len(items), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        _stands(writer, items[part], rows[part], _lines(writer, items[part], rows[part]), stored)


def _lines(writer: Writer, items: Sequence[Item], rows: Sequence[BudgetItem]) -> list[list[BudgetLine]]:
    lines = [
        [
            BudgetLine(item=row, account_code=line.account, account_name=line.name, fund_source=line.fund)
            for line in item.lines
        ]
        for item, row in zip(items, rows, strict=True)
    ]
    writer.insert([line for own in lines for line in own])
    return lines


def _item(
    item: Item,
    year: FiscalYear,
    placed: Mapping[str, Unit],
    seats: Mapping[tuple[str, str], Post],
    agency: Place,
) -> BudgetItem:
    asked = (item.place, agency, item.common, item.sub.code)
    return BudgetItem(
        fiscal_year=year,
        unit=placed[item.place.code],
        sub_activity_code=item.sub.code,
        sub_activity_name=item.sub.name,
        output_indicator=f"Jumlah {item.sub.output_unit} {item.sub.name}",
        output_unit=item.sub.output_unit,
        officer_post=seats[officer_of(*asked)],
        verifier_post=seats[verifier_of(*asked)],
    )


def _stands(
    writer: Writer,
    items: Sequence[Item],
    rows: Sequence[BudgetItem],
    lines: Sequence[Sequence[BudgetLine]],
    stored: Mapping[tuple[str, int], BudgetVersion],
) -> None:
    ceilings, by_line, plans = [], [], []
    for item, row, own in zip(items, rows, lines, strict=True):
        for sequence, stand in item.stands.items():
            version = stored[item.place.code, sequence]
            ceiling = BudgetItemVersion(
                item=row,
                version=version,
                ceiling=stand.ceiling,
                output_target=item.target,
                physical_mode=item.mode,
            )
            ceilings.append(ceiling)
            by_line += [
                BudgetLineVersion(line=line, version=version, ceiling=amount)
                for line, amount in zip(own, stand.lines, strict=True)
            ]
            plans += [
                _month(ceiling, *month)
                for month in enumerate(zip(stand.cash, stand.physical, strict=True), 1)
            ]
    for each in (ceilings, by_line, plans):
        writer.insert(each)


def _month(ceiling: BudgetItemVersion, month: int, planned: tuple[Decimal, Decimal]) -> MonthlyPlan:
    cash, physical = planned
    return MonthlyPlan(item_version=ceiling, month=month, cash=cash, physical=physical)
