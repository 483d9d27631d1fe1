"""What leaders and the bureau see, as answers."""

from typing import Annotated

from pydantic import Field

from portal.api.report_shapes import Seen, Written
from portal.api.shapes import Day, FigureShape, Moment, Money, Points, Shape


class YearMonth(Shape):
    """One month of a year; one that is not open yet has ceilings and plans only."""

    month: str
    figures: FigureShape


class YearFigures(Shape):
    """The months of a year, in order. `formula` says what the figures are."""

    year: str
    unit: str | None
    formula: str
    months: list[YearMonth]


class TierShape(Shape):
    """Timeliness of one tier (W-10), 0 to 100; null where nothing was due yet. `hours`: working hours held, on average."""

    tier: str
    reports: int
    graded: Points | None
    binary: Points | None
    hours: Points | None


class WaitsShape(Shape):
    """A post that has something of a unit now; the person is empty while it is vacant."""

    office: str
    unit: str
    person: str
    step: str
    reports: int
    since: Moment
    days: int


class BoardRow(Shape):
    """One unit in one month: its state (domain.md 5.1), how many reports stand where, who has them, how timely it is."""

    unit: str
    name: str
    state: str
    required: int
    begun: int
    submitted: int
    verified: int
    published: int
    late_working_days: int
    updated_at: Moment | None
    holders: list[WaitsShape]
    tiers: list[TierShape]


class BoardShape(Shape):
    """The compliance board of one month as it stands at `at`."""

    year: str
    month: int
    at: Moment
    rows: list[BoardRow]


class ProblemRow(Shape):
    """One open problem of a sub-activity, with its age and the level that owns it."""

    agency: str
    unit: str
    code: str
    name: str
    month: str
    category: str
    owner: str
    ceiling: Money
    since: Day
    age_days: int
    problem: str
    follow_up: str
    person_in_charge: str
    due: Day | None
    overdue: bool
    needs_leadership: bool


class WaitingRow(Shape):
    """A report that asks for a leader's decision."""

    report: str
    version: int
    agency: str
    unit: str
    code: str
    name: str
    month: str
    ceiling: Money
    categories: list[str]
    problem: str
    follow_up: str
    asked_at: Moment
    days: int


class DecisionRow(Shape):
    """What a leader decided, whose office carries it out, and how far that is."""

    id: str
    agency: str
    unit: str
    code: str
    name: str
    text: str
    due: Day
    state: str
    overdue: bool
    owner: str
    decided_by: str
    decided_office: str
    decided_at: Moment
    ended_at: Moment | None
    note: str


class Decided(Written):
    """A decision on reports that ask for one, each in the version that was seen."""

    reports: Annotated[list[Seen], Field(min_length=1, max_length=200)]
    text: str = Field(min_length=1, max_length=2000)
    owner_unit: str = Field(max_length=40, description="code of the unit whose office carries it out")
    owner_title: str = Field(max_length=200, description="title of that office")
    due: Day


class Ended(Written):
    """That a decision was carried out, or is withdrawn, and what there is to say of it."""

    note: str = Field(min_length=1, max_length=2000)


class CriticalContract(Shape):
    """A contract and how its work stands against its plan (W-5). `follows`: what follows from a critical one."""

    agency: str
    agency_name: str
    unit: str
    code: str
    name: str
    number: str
    work: str
    provider: str
    value: Money
    package_code: str
    signed_on: Day
    starts_on: Day
    ends_on: Day
    ended_on: Day | None
    month: int | None
    physical: Points | None
    planned_physical: Points | None
    lag: Points | None
    standing: str
    critical: bool
    follows: str
