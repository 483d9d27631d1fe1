"""What the overview shows, as answers: heat table, ranking, curves, index, year-end risk, work without a contract."""

from typing import Literal

from pydantic import Field

from portal.api.shapes import FigureShape, Moment, Money, Points, Shape


class HeatCell(Shape):
    """One unit in one month; without a value nothing was published. `colour` is one of W-4, null without a plan."""

    month: str
    value: Points | None
    deviation: Points | None
    colour: str | None
    coverage: Points | None = Field(description="W-6: below 100 something has not reported")


class HeatLine(Shape):
    """One unit through the opened months."""

    unit: str
    name: str
    cells: list[HeatCell]


class HeatShape(Shape):
    """Units by months. `measure`: physical or money; restated: on the ceilings in force now (T-2)."""

    year: str
    unit: str | None
    measure: str
    restated: bool
    units: list[HeatLine]


class PlaceShape(Shape):
    """A unit in its size class; `place` is null below the line, where something has not reported."""

    place: int | None
    unit: str
    name: str
    absorption: Points | None = Field(description="W-6: of the whole ceiling")
    planned_absorption: Points | None
    physical: Points | None
    ceiling: Money
    coverage: Points | None


class RankingShape(Shape):
    """The ranking by absorption within classes of ceilings (W-9), the largest class first."""

    year: str
    month: str
    unit: str | None
    restated: bool
    includes_unsigned: bool
    classes: list[list[PlaceShape]]


class CurvePoint(Shape):
    """One month: percent of the whole ceiling; `forecast` (W-8) only after the last month that is known."""

    month: str
    plan: Points | None
    actual: Points | None
    forecast: Points | None
    complete: bool = Field(description="all that should have reported did")


class CurveShape(Shape):
    """The S-curves of a year: work, and money."""

    year: str
    unit: str | None
    restated: bool
    physical: list[CurvePoint]
    money: list[CurvePoint]


class SectionFigures(Shape):
    """The sum of what one office verifies; the office is empty where nobody is named for it."""

    office: str
    office_unit: str
    figures: FigureShape


class SectionsShape(Shape):
    """A unit in one month by the offices that verify."""

    year: str
    month: str
    unit: str
    includes_unsigned: bool
    formula: str
    sections: list[SectionFigures]


class WeightsShape(Shape):
    """Of 100; a part without a weight does not count."""

    timeliness: Points
    physical: Points
    financial: Points
    quality: Points


class IndexRow(Shape):
    """One agency: its index and the four parts of it, each in percent, what data quality counts, and what they stand on."""

    place: int | None = Field(
        description="among the agencies told; equal indexes share one; null without an index"
    )
    unit: str
    name: str
    index: Points | None = Field(
        description="W-11; null where nothing is published or a part that counts is null"
    )
    timeliness: Points | None
    physical_achievement: Points | None
    physical_band: str | None = Field(description="W-7")
    financial_achievement: Points | None
    data_quality: Points | None
    returns: int
    amendments: int
    standing: Literal["COMPLETE", "PARTIAL", "UNPUBLISHED", "UNKNOWN"] = Field(
        description="of the month: all reports published; a part of them, placed after all who are complete; none, or a part of "
        "the index not known, without index and place"
    )
    coverage: Points | None = Field(description="W-6: share of the ceiling that is published")
    reports_published: int
    reports_required: int
    as_of: Moment | None


class IndexShape(Shape):
    """The agency index up to a month, by places. The rows of an agency are those of `/totals/items` with its `unit`."""

    year: str
    month: str
    formula: str
    weights: WeightsShape
    agencies: list[IndexRow]


class OutlookShape(Shape):
    """Money until now and at the year's end. `expected`: still spent at the pace of three months (W-8); `risk`: W-13."""

    ceiling: Money
    realized: Money
    expected: Money
    risk: Money
    risk_percent: Points | None
    coverage: Points | None


class RiskRow(Shape):
    """An agency and its outlook."""

    unit: str
    name: str
    outlook: OutlookShape


class ItemRisk(Shape):
    """One of the largest sub-activities and its outlook."""

    agency: str
    unit: str
    code: str
    name: str
    outlook: OutlookShape


class RiskShape(Shape):
    """What is likely to remain unspent by the published figures of a month, the largest risk first."""

    year: str
    month: str
    months_left: int
    total: OutlookShape
    agencies: list[RiskRow]
    items: list[ItemRisk]


class WorkRow(Shape):
    """A sub-activity with work of providers and no contract yet, or with money planned and procurement not concluded."""

    agency: str
    unit: str
    code: str
    name: str
    ceiling: Money
    capital_lines: Money
    status: str
    month: int | None
    cash_planned: Money | None
    realized: Money | None
