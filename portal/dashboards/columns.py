"""The columns of the overview's own files: names in English whatever the reader's language (see `portal.exports`)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from portal.exports import Column, points
from portal.tables import UNITS


def _points(name: str, value: Callable[[Any], Decimal | None]) -> Column:
    return Column(name, lambda row: points(value(row)))


# A row is a month's short name, its point of the work's curve, and of the money's.
CURVE: Sequence[Column] = (
    Column("month", lambda row: row[0]),
    _points("physical_plan", lambda row: row[1].plan),
    _points("physical_actual", lambda row: row[1].actual),
    _points("physical_forecast", lambda row: row[1].forecast),
    _points("absorption_plan", lambda row: row[2].plan),
    _points("absorption_actual", lambda row: row[2].actual),
    _points("absorption_forecast", lambda row: row[2].forecast),
    Column("complete", lambda row: row[1].complete),
)

# A row is a line of the heat table and one of its cells.
HEAT: Sequence[Column] = (
    Column("unit_code", lambda row: row[0].code),
    Column("unit_name", lambda row: row[0].name),
    Column("month", lambda row: row[1].slug),
    _points("value", lambda row: row[1].value),
    _points("deviation", lambda row: row[1].deviation),
    Column("colour", lambda row: row[1].band or None),
    _points("coverage", lambda row: row[1].covered),
)

# A row is the name of a size class and a place in it.
RANKING: Sequence[Column] = (
    Column("size_class", lambda row: row[0]),
    Column("place", lambda row: row[1].place),
    Column("unit_code", lambda row: row[1].unit.unit_code),
    Column("unit_name", lambda row: row[1].unit.unit_name),
    _points("absorption", lambda row: row[1].absorption),
    _points("planned_absorption", lambda row: row[1].plan),
    _points("physical", lambda row: row[1].unit.total.physical),
    Column("ceiling", lambda row: row[1].unit.total.ceiling),
    _points("coverage", lambda row: row[1].unit.total.coverage.covered),
)

SECTIONS: Sequence[Column] = (
    Column("office", lambda row: row.title),
    Column("office_unit", lambda row: row.unit_name),
    *(column for column in UNITS if column.name not in ("unit_code", "unit_name")),
)
