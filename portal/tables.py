"""The columns of each table's CSV: the same as on the page, with the codes beside the names."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from portal.exports import Column, points
from portal.figures import Total
from portal.selectors import UnitTotal
from submissions.formulas import colour


def _of_total(name: str, value: Callable[[Total], Any]) -> Column:
    return Column(name, lambda row: value(row.total))


def _points(name: str, value: Callable[[Any], Decimal | None]) -> Column:
    return Column(name, lambda row: points(value(row)))


def _word(name: str, value: Callable[[Any], Decimal | None]) -> Column:
    return Column(name, lambda row: colour(value(row)))


UNITS: Sequence[Column] = (
    Column("unit_code", lambda row: row.unit_code),
    Column("unit_name", lambda row: row.unit_name),
    _of_total("ceiling", lambda total: total.ceiling),
    _of_total("reported_ceiling", lambda total: total.reported_ceiling),
    _of_total("realized_month", lambda total: total.this_month),
    _of_total("realized_to_date", lambda total: total.realised),
    _points("absorption_of_reported", lambda row: row.total.absorption),
    _points("absorption_of_total", lambda row: row.total.coverage.of_total),
    _points("planned_absorption", lambda row: row.total.planned_money),
    _points("deviation_money", lambda row: row.total.deviation_money),
    _word("deviation_money_colour", lambda row: row.total.deviation_money),
    _points("physical", lambda row: row.total.physical),
    _points("planned_physical", lambda row: row.total.planned_physical),
    _points("deviation_physical", lambda row: row.total.deviation_physical),
    _word("deviation_physical_colour", lambda row: row.total.deviation_physical),
    _points("physical_plan_covers", lambda row: row.total.plan_covered),
    _points("coverage", lambda row: row.total.coverage.covered),
    _of_total("reports_counted", lambda total: total.reported),
    _of_total("reports_published", lambda total: total.published),
    _of_total("reports_required", lambda total: total.required),
    _of_total("complete", lambda total: total.complete),
    _of_total("as_of", lambda total: total.as_of),
)


def with_total(total: Total, rows: Sequence[UnitTotal]) -> list[UnitTotal]:
    """The rows and, as on the page, the total below them; it has no code."""
    return [*rows, UnitTotal(0, "", "TOTAL", total)]


ITEMS: Sequence[Column] = (
    Column("unit_code", lambda row: row.unit_code),
    Column("unit_name", lambda row: row.unit_name),
    Column("sub_activity_code", lambda row: row.code),
    Column("sub_activity_name", lambda row: row.name),
    Column("published", lambda row: row.published),
    Column("revision", lambda row: row.revision if row.reported else None),
    Column("ceiling", lambda row: row.ceiling),
    Column("realized_month", lambda row: row.this_month),
    Column("realized_to_date", lambda row: row.realised),
    _points("absorption", lambda row: row.absorption),
    _points("planned_absorption", lambda row: row.planned_money),
    _points("deviation_money", lambda row: row.deviation_money),
    _word("deviation_money_colour", lambda row: row.deviation_money),
    _points("physical", lambda row: row.physical),
    _points("planned_physical", lambda row: row.planned_physical),
    _points("deviation_physical", lambda row: row.deviation_physical),
    _word("deviation_physical_colour", lambda row: row.deviation_physical),
    _points("weight", lambda row: row.weight),
    _points("weighted_physical", lambda row: row.weighted),
    Column("status", lambda row: row.status),
    Column("public_note", lambda row: row.public_note),
    Column("as_of", lambda row: row.as_of),
)


def item_months(slugs: dict[int, str]) -> Sequence[Column]:
    """The columns of one sub-activity's year; `slugs` names its months as addresses do."""
    return (
        Column("month", lambda row: slugs.get(row.month, str(row.month))),
        Column("revision", lambda row: row.revision),
        Column("ceiling", lambda row: row.ceiling),
        Column("realized_month", lambda row: row.this_month),
        Column("realized_to_date", lambda row: row.realised),
        Column("remaining", lambda row: row.remaining),
        _points("absorption", lambda row: row.absorption),
        _points("absorption_on_present_ceiling", lambda row: row.restated),
        _points("planned_absorption", lambda row: row.planned_money),
        _points("deviation_money", lambda row: row.deviation_money),
        _word("deviation_money_colour", lambda row: row.deviation_money),
        _points("physical_month", lambda row: row.increment),
        _points("physical", lambda row: row.physical),
        _points("planned_physical", lambda row: row.planned_physical),
        _points("deviation_physical", lambda row: row.deviation_physical),
        _word("deviation_physical_colour", lambda row: row.deviation_physical),
        Column("status", lambda row: row.status),
        Column("problems", lambda row: " ".join(row.problems)),
        Column("public_note", lambda row: row.public_note),
        Column("published_at", lambda row: row.published_at),
        Column("document_no", lambda row: row.document_no),
        Column("verification", lambda row: row.batch_token),
    )


STANDINGS: Sequence[Column] = (
    Column("agency_code", lambda row: row.agency_code),
    Column("agency_name", lambda row: row.agency_name),
    Column("in_entry", lambda row: row.in_entry),
    Column("returned", lambda row: row.returned),
    Column("submitted", lambda row: row.submitted),
    Column("verified", lambda row: row.verified),
    Column("published", lambda row: row.published),
    Column("required", lambda row: row.required),
    Column("late_working_days", lambda row: row.late),
)

HOLDERS: Sequence[Column] = (
    Column("agency_code", lambda row: row.agency_code),
    Column("agency_name", lambda row: row.agency_name),
    Column("state", lambda row: row.state),
    Column("office", lambda row: row.office),
    Column("office_unit", lambda row: row.post_unit),
    Column("person", lambda row: row.person),
    Column("reports", lambda row: row.reports),
    Column("since", lambda row: row.since),
    Column("due", lambda row: row.due),
    Column("late_working_days", lambda row: row.late),
)
