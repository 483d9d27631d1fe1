"""Reports as answers, and as programs write them."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, field_validator

from portal.api.shapes import Day, Moment, Money, Points, Shape

STATUSES = Literal[
    "", "BELUM_MULAI", "PERSIAPAN", "PENGADAAN", "PELAKSANAAN", "TERHENTI", "SELESAI", "TIDAK_DILAKSANAKAN",
    "LANJUT_TAHUN_DEPAN",
]  # fmt: skip
PROBLEMS = Literal[
    "PROCUREMENT", "LAND", "TECH_GUIDELINE", "BUDGET_SHIFT", "EFFICIENCY_CUT", "CASH", "DESIGN_DOC", "PROVIDER", "MATERIAL",
    "WEATHER_FORCE_MAJEURE", "HR", "COORDINATION", "SYSTEM", "OTHER",
]  # fmt: skip
CATEGORIES = Literal["evidence", "payments", "cumulative", "status", "narrative", "other"]
ANSWERS = Literal["", "DONE", "EXTENDED"]
DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"


class ReportRow(Shape):
    """One report in a list."""

    id: str = Field(description="the report's public name")
    etag: str = Field(examples=['"0-3-draft-0-0"'])
    year: str
    month: str = Field(examples=["2026-01"])
    unit: str
    unit_name: str
    code: str
    name: str
    revision: int
    version: int
    state: str
    ceiling: Money
    realized_month: Money | None
    realized_to_date: Money
    absorption: Points | None
    physical: Points | None
    planned_physical: Points | None
    deviation_physical: Points | None
    evidence: int
    moved_at: Moment | None


class LineShape(Shape):
    """This month's money of one budget line; `account` and `fund` name it."""

    account: str
    account_name: str
    fund: str
    ceiling: Money
    realized: Money | None
    realized_before: Money
    correction_reason: str
    corrects_month: int | None


class ExplanationShape(Shape):
    """Why an unusual value is right: the officer's answer to a warning of a rule, of a line when it is about one."""

    rule: str = Field(examples=["V-15"])
    account: str | None
    fund: str | None
    text: str


class FindingShape(Shape):
    """What a rule says of a report. "block" stops the submission, "warn" asks for an explanation."""

    rule: str
    severity: Literal["block", "warn", "info"]
    code: str
    cell: str
    detail: str


class HolderShape(Shape):
    """Who holds a report: an office, since when, until when, and what comes after."""

    kind: str
    office: str
    person: str
    since: Moment | None
    due: Moment | None
    overdue: bool
    then: str


class EntryShape(Shape):
    """What the officer enters: this month's values only, never cumulative."""

    status: str
    increment: Points | None = Field(
        description="progress of this month in points; not where it is counted by volume"
    )
    volume: Points | None = Field(description="output of this month, where progress is counted by volume")
    physical_reason: str
    problems: list[str]
    problem_text: str
    follow_up_text: str
    follow_up_pic: str
    follow_up_due: Day | None
    follow_up_answer: str
    needs_leadership: bool
    public_note: str
    lines: list[LineShape]
    explanations: list[ExplanationShape]


class ReportShape(ReportRow):
    """One report: what was entered, what the rules say of it, who holds it, and what the asker may do with it now."""

    physical_mode: str
    output_target: Points | None
    budget_version: str
    content_hash: str
    entry: EntryShape
    findings: list[FindingShape]
    holder: HolderShape | None
    acts: list[str] = Field(description="what the asker may do now")
    editable: bool
    open_until: Moment


class DecisionShape(Shape):
    """One act on a report, with name and office as printed that day."""

    verb: str
    at: Moment
    person: str
    office: str
    capacity: str
    version: int
    source: str
    target: str
    reason: str
    marks: list[str]


class EvidenceShape(Shape):
    """A file that shows the work or the payment. `scan`: clean, waiting or infected; only clean ones are handed out."""

    id: str
    report: str
    kind: str
    name: str
    mime: str
    bytes: int
    sha256: str
    caption: str
    taken_at: Moment | None
    latitude: str | None
    longitude: str | None
    public: bool
    scan: str
    seen: str = Field(description="what is said about it now; to be sent with what is said instead")
    uploaded_at: Moment


class Written(Schema):
    """What a program writes: nothing that is not named here is taken."""

    model_config = ConfigDict(extra="forbid")


class LineWritten(Written):
    """One line's money of this month; what is left out stays as it is."""

    account: str = Field(max_length=40, examples=["5.1.02.01.01.0024"])
    fund: str = Field("", max_length=40, examples=["DAU"])
    realized: str | None = Field(None, pattern=DECIMAL, examples=["12500000.00"])
    correction_reason: str | None = Field(None, max_length=500)
    corrects_month: int | None = Field(None, ge=1, le=12)


class ExplanationWritten(Written):
    """An answer to a warning; an empty text takes it back."""

    rule: str = Field(pattern=r"^V-[0-9]{2}$", examples=["V-15"])
    account: str | None = Field(None, max_length=40)
    fund: str = Field("", max_length=40)
    text: str = Field(max_length=1000)


class EntryWritten(Written):
    """What is entered. PATCH: what is left out stays as it is; null empties. Amounts are decimal strings."""

    status: STATUSES | None = Field(None, examples=["PELAKSANAAN"])
    increment: str | None = Field(None, pattern=DECIMAL, examples=["12.5"])
    volume: str | None = Field(None, pattern=DECIMAL, examples=["3"])
    physical_reason: str | None = Field(None, max_length=500)
    problems: list[PROBLEMS] | None = Field(None, max_length=14)
    problem_text: str | None = Field(None, max_length=2000)
    follow_up_text: str | None = Field(None, max_length=2000)
    follow_up_pic: str | None = Field(None, max_length=200)
    follow_up_due: Day | None = None
    follow_up_answer: ANSWERS | None = None
    needs_leadership: bool | None = None
    public_note: str | None = Field(None, max_length=2000)
    lines: list[LineWritten] = Field([], max_length=500)
    explanations: list[ExplanationWritten] = Field([], max_length=500)


class CellRefused(Shape):
    """A cell that was not taken, and why."""

    cell: str
    detail: str


class EntryAnswer(Shape):
    """What became of an entry. `refused` is empty unless `partial` was asked for."""

    id: str
    etag: str
    version: int
    saved: list[str] = Field(description="the cells that stand now as they were sent")
    refused: list[CellRefused]
    findings: list[FindingShape]


class Seen(Written):
    """A report and the version of it that was seen."""

    id: str = Field(max_length=24, pattern=r"^[A-Za-z0-9_-]{1,24}$")
    version: int = Field(ge=0, le=2_147_483_647)


class Submission(Written):
    """The declaration that the officer makes: its version, as GET /statement gives it."""

    statement: str = Field(max_length=10, examples=["1"])


class Return(Written):
    """Why a report goes back: at least 10 characters. `cells` names what it is about; `previous_tier`: to who had it before,
    not to the officer."""

    reason: str = Field(
        min_length=1, max_length=2000, examples=["Realisasi berbeda dengan SP2D nomor 000123."]
    )
    category: CATEGORIES = "other"
    cells: list[str] = Field([], max_length=100)
    previous_tier: bool = False

    @field_validator("cells")
    @classmethod
    def _short(cls, cells: list[str]) -> list[str]:
        return [one[:120] for one in cells]


class Amendment(Written):
    """Why a published report is opened again."""

    reason: str = Field(min_length=1, max_length=2000)


NO_USE: dict[str, Any] = {"deprecated": True}  # taken as ever, and of no use to this act


class Many(Written):
    """Reports, each in the version that was seen. What is deprecated belongs to other acts."""

    reports: list[Seen] = Field(min_length=1, max_length=500)
    statement: str | None = Field(None, max_length=10, json_schema_extra=NO_USE)
    reason: str | None = Field(None, max_length=2000, json_schema_extra=NO_USE)
    category: CATEGORIES = Field("other", json_schema_extra=NO_USE)


class ManySubmitted(Many):
    """The same with the declaration that the officer makes: its version, as GET /statement gives it."""

    statement: str = Field(max_length=10, examples=["1"])


class ManyReturned(Many):
    """The same with why they go back: at least 10 characters."""

    reason: str = Field(
        min_length=1, max_length=2000, examples=["Realisasi berbeda dengan SP2D nomor 000123."]
    )
    category: CATEGORIES = "other"


class ManyAmended(Many):
    """The same with why they are opened again."""

    reason: str = Field(min_length=1, max_length=2000)


class OutcomeShape(Shape):
    """What became of one report: done, or refused with a code and a sentence."""

    id: str
    done: bool
    state: str | None
    etag: str | None
    code: str | None
    detail: str | None


class ActAnswer(Shape):
    """A report after an act."""

    id: str
    done: bool
    state: str
    etag: str


class ManyAnswer(Shape):
    """The honest result of an act on many."""

    done: int
    refused: int
    outcomes: list[OutcomeShape]
