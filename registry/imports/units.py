"""Importing the tree of units of a government: all or nothing, and nothing changes the second time."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from registry.imports.columns import Column, Record, check_columns, choice, take, text
from registry.imports.patterns import patterns_of
from registry.imports.problems import Problem, Problems, Result, refused
from registry.imports.writing import Writer
from registry.models import Government, Unit, User
from registry.reading import FileRefused, Table, read_table
from registry.rules import check_code, normalise

ROOT = Unit.Kind.GOVERNMENT.value
FIELDS = ("name", "kind", "parent", "route_code")
COLUMNS = (
    Column("code", text(40), needed=True, filled=True),
    Column("name", text(200), needed=True, filled=True),
    Column("kind", choice(Unit.Kind.values), needed=True, filled=True),
    Column("parent_code", text(40), needed=True),
    Column("route_code", text(20)),
)


@dataclass(slots=True)
class Tree:
    """Units by code: stored ones with what the file makes of them. `rows`: where the file says it."""

    government: Government
    problems: Problems
    units: dict[str, Unit] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    before: dict[str, tuple[object, ...]] = field(default_factory=dict)


def import_units(
    *,
    source: str | Path | BinaryIO,
    name: str,
    government: Government,
    locale: str,
    actor: User | None = None,
) -> Result:
    """Import units inside the caller's `recorded()` transaction; writes nothing when there is an error."""
    problems = Problems()
    try:
        table = read_table(source, name)
    except FileRefused as error:
        return refused(error)
    notes = check_columns(table, COLUMNS, problems)
    notes += [Problem(note.code, note.params) for note in table.notes]
    if problems:
        return Result(problems.listed(), notes=notes)
    tree = Tree(government, problems)
    # One import at a time: two could place the same units at different places.
    Government.objects.select_for_update().get(pk=government.pk)
    tree.units = {unit.code: unit for unit in Unit.objects.filter(government=government)}
    _place(tree, _said(tree, table, locale))
    if problems:
        return Result(problems.listed(), notes=notes)
    writer = Writer(actor_id=actor.pk if actor else None, reason=f"import_units {Path(name).name}")
    counts = _write(tree, writer)
    return Result(notes=notes, summary={"changed": bool(writer.touched), "units": counts})


def _said(tree: Tree, table: Table, locale: str) -> list[Record]:
    """The rows that name a unit, each once, with codes of the right format."""
    patterns, records = patterns_of(tree.government), []
    for record in take(table, COLUMNS, locale, tree.problems):
        code = record["code"]
        if code is None:
            continue
        if code in tree.rows:
            tree.problems.add(
                "import.unit_twice", record.row, "code", code, value=code, other_row=tree.rows[code]
            )
            continue
        tree.rows[code] = record.row
        records.append(record)
        finding = check_code("unit", code, patterns) if record["kind"] != ROOT else None
        if finding:
            tree.problems.add(finding.code, record.row, "code", code, **finding.params)
    return records


def _place(tree: Tree, records: list[Record]) -> None:
    """Put what the rows say onto the units, then look at the tree that this makes."""
    for record in records:
        code = record["code"]
        unit = tree.units.get(code)
        if unit is None:
            unit = tree.units[code] = Unit(government=tree.government, code=code)
        else:
            tree.before[code] = _figures(unit)
        unit.name = record["name"] or unit.name
        unit.kind = record["kind"] or unit.kind
        unit.route_code = record["route_code"] or unit.route_code
    for record in records:
        _put_below(tree, record)
    if not tree.problems:
        _no_circles(tree)


def _put_below(tree: Tree, record: Record) -> None:
    unit, above = tree.units[record["code"]], record["parent_code"]
    if record["kind"] == ROOT:
        others = [other.code for other in tree.units.values() if other.kind == ROOT and other is not unit]
        if above:
            tree.problems.add("import.root_with_parent", record.row, "parent_code", above, value=above)
        elif others:
            tree.problems.add("import.root_twice", record.row, "kind", ROOT, other=others[0])
        unit.parent = None
    elif above is None:
        tree.problems.add("import.parent_missing", record.row, "parent_code", kind=record["kind"] or "unit")
    elif (parent := tree.units.get(normalise(above))) is None:
        near = get_close_matches(above, list(tree.units), n=1, cutoff=0.9)
        if near:
            tree.problems.add(
                "import.unit_suggest", record.row, "parent_code", above, value=above, suggestion=near[0]
            )
        else:
            tree.problems.add("import.parent_unknown", record.row, "parent_code", above, value=above)
    else:
        unit.parent = parent


def _no_circles(tree: Tree) -> None:
    codes = {unit.pk: code for code, unit in tree.units.items() if unit.pk}
    above = {code: _parent_code(unit, codes) for code, unit in tree.units.items()}
    for code in tree.rows:
        seen = [code]
        while (upper := above[seen[-1]]) is not None and upper not in seen:
            seen.append(upper)
        if upper == code:
            circle = " → ".join([*seen, code])
            tree.problems.add(
                "import.parent_circle", tree.rows[code], "parent_code", above[code], value=code, circle=circle
            )


def _parent_code(unit: Unit, codes: dict[int, str]) -> str | None:
    if "parent" in unit._state.fields_cache:
        return unit.parent.code if unit.parent else None
    return codes[unit.parent_id] if unit.parent_id else None


def _figures(unit: Unit) -> tuple[object, ...]:
    return unit.name, unit.kind, unit.parent_id, unit.route_code


def _write(tree: Tree, writer: Writer) -> dict[str, int]:
    """Upper units first: the database makes the path of a unit from the one above."""
    waiting = [unit for code, unit in tree.units.items() if unit.pk is None]
    new = len(waiting)
    while waiting:
        ready = [unit for unit in waiting if unit.parent is None or unit.parent.pk]
        for unit in ready:
            unit.parent = unit.parent  # takes the key that the unit above has got
        writer.insert(ready)
        waiting = [unit for unit in waiting if unit.pk is None]
    for code in tree.before:
        tree.units[code].parent = tree.units[code].parent
    changed = [
        tree.units[code] for code, before in tree.before.items() if _figures(tree.units[code]) != before
    ]
    if changed:
        places = _places(tree)
        writer.update(changed, FIELDS)
        # Units below a moved one move with it, by the database's trigger; they get their history too.
        moved = {pk for pk, place in _places(tree).items() if place != places[pk]}
        writer.remember(Unit, sorted(moved - {unit.pk for unit in changed}))
    return {"new": new, "changed": len(changed), "unchanged": len(tree.rows) - new - len(changed)}


def _places(tree: Tree) -> dict[int, tuple[str, int | None]]:
    rows = Unit.objects.filter(government=tree.government).values_list("pk", "path", "agency_id")
    return {pk: (path, agency) for pk, path, agency in rows}
