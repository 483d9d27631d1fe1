"""How values look in answers: money and points as decimal strings, moments in UTC, nothing known as null."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field, PlainSerializer, WithJsonSchema

from submissions.formulas import half_up

Row = TypeVar("Row")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(kind: str, pattern: str, example: str) -> Any:
    return WithJsonSchema({"type": "string", "title": kind, "pattern": pattern, "examples": [example]})


Money = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    _text("Money", r"^-?[0-9]{1,18}\.[0-9]{2}$", "125000000.00"),
]
Points = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{half_up(value, 4):.4f}", return_type=str),
    _text("Points", r"^-?[0-9]{1,16}\.[0-9]{4}$", "36.2500"),
]
Moment = Annotated[
    datetime,
    PlainSerializer(_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-02-05T15:59:59Z"]}),
]
Day = Annotated[date, WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-02-13"]})]


class Shape(Schema):
    """What every answer is made of: an object with these members and no others."""

    model_config = ConfigDict(from_attributes=True)


class ProblemPart(Schema):
    """One part of a refusal: the cell it is about (as `cells` names it), or a pointer into the request."""

    code: str = Field(examples=["V-10"])
    detail: str
    cell: str | None = Field(None, examples=["lines/5.1.02.01.01.0024/DAU/realized"])
    pointer: str | None = Field(None, examples=["/body/reports/0"])


class ProblemShape(Schema):
    """A refusal (RFC 9457). `code` never changes its meaning; `detail` is for people, in the language asked for."""

    type: str = Field(examples=["urn:jenjang:problem:route.state"])
    title: str
    status: int
    code: str = Field(examples=["route.state"])
    detail: str
    instance: str
    errors: list[ProblemPart] | None = None


class Part(Shape, Generic[Row]):
    """A part of a list. `next`: the cursor of the next part; null at the end."""

    items: list[Row]
    next: str | None = None


class FigureShape(Shape):
    """A sum of many sub-activities in one month (W-1..W-6). Percentages stand on the reported ceiling unless they say so."""

    ceiling: Money
    reported_ceiling: Money
    realized_month: Money | None
    realized_to_date: Money | None
    absorption: Points | None = Field(description="W-1, W-3: of the ceiling of those who reported")
    absorption_of_total: Points | None = Field(description="W-6: of the whole ceiling")
    planned_absorption: Points | None
    deviation_money: Points | None
    deviation_money_colour: str | None
    physical: Points | None = Field(description="W-3: weighted by ceiling")
    planned_physical: Points | None
    deviation_physical: Points | None
    deviation_physical_colour: str | None
    coverage: Points | None = Field(description="W-6: share of the ceiling that reported")
    reports_required: int
    reports_counted: int
    reports_published: int
    complete: bool
    as_of: Moment | None


class UnitFigures(Shape):
    """The sum of one unit and all below it."""

    unit: str = Field(examples=["1.03.1.04.0.00.01.0000"])
    name: str
    figures: FigureShape


class MonthFigures(Shape):
    """One month's sum, and one for each unit right below. `formula` says what the figures are."""

    year: str
    month: str = Field(examples=["2026-01"])
    unit: str | None
    includes_unsigned: bool
    formula: str
    figures: FigureShape
    units: list[UnitFigures]


class ItemFigures(Shape):
    """One sub-activity in one month. `reported` is false where no report of the month counts."""

    unit: str
    code: str
    name: str
    required: bool
    reported: bool
    published: bool
    state: str | None
    revision: int
    ceiling: Money | None
    realized_month: Money | None
    realized_to_date: Money | None
    absorption: Points | None
    planned_absorption: Points | None
    deviation_money: Points | None
    physical: Points | None
    planned_physical: Points | None
    deviation_physical: Points | None
    deviation_physical_colour: str | None
    weight: Points | None
    weighted_physical: Points | None
    status: str
    public_note: str
    as_of: Moment | None


class ItemMonthShape(Shape):
    """One published month of one sub-activity: as published, and restated on the ceiling in force now."""

    month: str
    revision: int
    ceiling: Money
    ceiling_now: Money | None
    realized_month: Money | None
    realized_to_date: Money | None
    remaining: Money | None
    absorption: Points | None
    absorption_restated: Points | None
    planned_absorption: Points | None
    deviation_money: Points | None
    physical_month: Points | None
    physical: Points | None
    planned_physical: Points | None
    deviation_physical: Points | None
    deviation_physical_colour: str | None
    status: str
    problems: list[str]
    public_note: str
    published_at: Moment | None
    document: str | None = Field(description="name of the signed document")
    document_no: str | None
    evidence: list[str] = Field(description="names of files that everybody may see")
