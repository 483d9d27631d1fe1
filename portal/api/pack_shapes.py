"""KPI packs of public entities as answers, and as programs write them."""

from pydantic import Field, SecretStr

from portal.api.report_shapes import DecisionShape, HolderShape, Written
from portal.api.role_shapes import StatementShape
from portal.api.shapes import Moment, Points, Shape

AMOUNT = r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$"


class PackFigureShape(Shape):
    """One figure as reported; without a value it says why."""

    code: str
    value: Points | None
    note: str


class IndicatorShape(Shape):
    """One computed indicator and its band."""

    code: str
    value: Points | None
    band: str


class PackShape(Shape):
    """What one public entity reports of one quarter."""

    id: str
    etag: str
    year: str
    quarter: int
    entity: str
    revision: int
    version: int
    state: str
    due: Moment
    figures: list[PackFigureShape]
    indicators: list[IndicatorShape]


class PackFieldShape(Shape):
    """What the form asks: `kind` is money, count, days or yes_no (1 is yes, 0 is no)."""

    code: str
    name: str
    group: str
    kind: str


class PackFindingShape(Shape):
    """What stands in the way of submission. `cell`: figures/<code>, remarks or evidence."""

    rule: str
    code: str
    cell: str
    detail: str


class PackFileShape(Shape):
    """A file behind the figures."""

    id: str
    name: str
    mime: str
    bytes: int
    sha256: str
    uploaded_at: Moment


class PackWhole(PackShape):
    """One pack: what was entered, what the rules say of it, who holds it, and what the asker may do with it now."""

    department: str
    currency: str
    remarks: str
    fields: list[PackFieldShape]
    findings: list[PackFindingShape]
    files: list[PackFileShape]
    decisions: list[DecisionShape]
    holder: HolderShape | None
    acts: list[str] = Field(description="what the asker may do now")
    statement: StatementShape = Field(description="the declaration of who submits it")


class PackFigureWritten(Written):
    """One figure; what is left out stays, null empties the value, and then a note says why."""

    code: str = Field(max_length=40, examples=["revenue"])
    value: str | None = Field(None, pattern=AMOUNT, examples=["125000000.00"])
    note: str | None = Field(None, max_length=500)


class PackWritten(Written):
    """What is entered; what is left out stays as it is."""

    figures: list[PackFigureWritten] = Field([], max_length=200)
    remarks: str | None = Field(
        None, max_length=4000, description="cause and action where an indicator is red"
    )


class PackReturn(Written):
    """Why a pack goes back: at least 10 characters. `figures`: codes of those it is about."""

    reason: str = Field(min_length=1, max_length=2000)
    figures: list[str] = Field([], max_length=200)
    previous_tier: bool = False


class PackSignature(Written):
    """What a signature of a pack takes. The code is not kept, logged or passed on."""

    code: SecretStr = Field(max_length=20, description="of the authenticator app, fresh")
