"""What everybody may read, as answers."""

from pydantic import Field

from portal.api.shapes import Day, ItemMonthShape, Moment, Shape


class GovernmentShape(Shape):
    """The government whose figures these are."""

    code: str
    name: str
    currency: str
    time_zone: str
    years: list[str]
    newest: str | None = Field(description="the newest month with published figures")


class MonthShape(Shape):
    """An opened month; `agencies`: how many published something in it."""

    month: str
    agencies: int


class PublicUnitShape(Shape):
    """A unit, by the code that its address has."""

    code: str
    name: str
    kind: str
    parent: str | None
    agency: str | None


class ItemYearShape(Shape):
    """One sub-activity through the year: its published months, the oldest first."""

    year: str
    unit: str
    unit_name: str
    code: str
    name: str
    output: str
    output_unit: str
    months: list[ItemMonthShape]


class DocumentShape(Shape):
    """A published document that anybody can check at `verify_url`."""

    id: str
    document_no: str
    agency: str
    month: str
    signer: str
    signer_title: str
    signed_sha256: str
    level: str
    published_at: Moment
    reports: int
    verify_url: str
    pdf_url: str


class ContractShape(Shape):
    """A contract under which a sub-activity's work is done; what it is worth is for insiders, as on the pages."""

    unit: str
    code: str
    number: str
    name: str
    provider: str
    signed_on: Day
    starts_on: Day
    ends_on: Day
    ended_on: Day | None
