"""Who asks and what surrounds him, as answers."""

from pydantic import Field

from portal.api.shapes import Day, Moment, Shape


class OfficeShape(Shape):
    """An office held today. `capacity`: definitive, plt or plh."""

    role: str
    title: str
    unit: str
    unit_name: str
    capacity: str


class MeShape(Shape):
    """Who asks. `scope`: what the key may do; `verbs`: what his offices do at tiers."""

    username: str
    name: str
    language: str
    government: str | None
    time_zone: str | None
    currency: str | None
    offices: list[OfficeShape]
    rights: list[str]
    verbs: list[str]
    scope: str


class StatementShape(Shape):
    """The declaration that is made with every submission, and the version of its text."""

    version: str
    text: str


class UnitShape(Shape):
    """A unit; `parent` and `agency` by their codes."""

    code: str
    name: str
    kind: str
    parent: str | None
    agency: str | None


class YearShape(Shape):
    """A fiscal year."""

    label: str = Field(examples=["2026"])
    start_date: Day
    end_date: Day


class PeriodShape(Shape):
    """A month of an agency with its moments."""

    year: str
    month: str
    agency: str
    opens_at: Moment
    submit_from: Moment
    entry_due: Moment
    verify_due: Moment
    sign_due: Moment
    lock_at: Moment
    closed_at: Moment | None


class ItemShape(Shape):
    """A sub-activity at a unit in a year."""

    year: str
    unit: str
    code: str
    name: str
    output: str
    output_unit: str


class NoticeShape(Shape):
    """What I was told. `link`: the page it leads to."""

    id: int
    code: str
    sentence: str
    link: str
    at: Moment
    read_at: Moment | None


class BatchEntryShape(Shape):
    """A report of a document, in the version and with the hash that are signed."""

    report: str
    version: int
    content_hash: str


class BatchShape(Shape):
    """One document of many reports, from its preparation to its publication."""

    id: str
    state: str
    document_no: str
    year: str
    month: str
    agency: str
    signer: str
    signer_title: str
    manifest_sha256: str = Field(description="what a signer says he has seen; empty while it is prepared")
    prepared_sha256: str
    signed_sha256: str
    created_at: Moment
    moved_at: Moment
    refusal: str | None = Field(description="why it is void, or why the last try failed")
    verify_url: str
    reports: list[BatchEntryShape]


class RequestActShape(Shape):
    """One thing done about a request."""

    kind: str
    step: str
    person: str
    office: str
    reason: str
    at: Moment


class RequestShape(Shape):
    """A request for an exception, where it stands, and what was done about it."""

    id: str
    number: str
    kind: str
    state: str
    open_steps: list[str]
    year: str
    agency: str
    months: list[int]
    reason: str
    until: Moment | None
    days: int | None
    asked_by: str
    asked_office: str
    asked_at: Moment
    seen: int = Field(description="to be sent with an answer: how many acts of people there were")
    acts: list[RequestActShape]


class UploadShape(Shape):
    """A file on its way, as far as it is there; when it is whole, the name of its evidence."""

    id: str
    offset: int
    size: int
    evidence: str | None


class RemindedShape(Shape):
    """What became of a reminder: reports by what was done."""

    told: list[str]
    today: list[str] = Field(description="reminded today already")
    nobody: list[str] = Field(description="the post is vacant, or the account closed")
    locked: list[str] = Field(description="the month takes no entry any more")
