"""Entering: cells with what the rules say of them, evidence whole or in parts. The services of the pages do the work."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import Field

from ledger.recording import recorded
from portal.api import reports
from portal.api.door import person_of
from portal.api.problems import Problem, refused_part
from portal.api.reading import Token
from portal.api.report_shapes import (
    EntryAnswer,
    EntryWritten,
    EvidenceShape,
    ExplanationWritten,
    LineWritten,
    Written,
)
from portal.api.role_shapes import UploadShape
from portal.api.versions import etag_of, seen
from registry.models import User
from submissions import cells, evidence, uploads
from submissions.cells import Cell
from submissions.evidence_forms import Said, read_said
from submissions.evidence_rows import with_scans
from submissions.models import Evidence, Report, Upload
from submissions.pages import stored_findings
from submissions.readings import Reading, read

router = Router(tags=["entering"])
LANGUAGE = "en"  # of the numbers that programs write: digits and a point
REASON = "api"  # in the history: by what means it was entered
PLAIN = (
    "status", "increment", "volume", "physical_reason", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_answer",
    "public_note",
)  # fmt: skip
Kind = Annotated[str, Field(pattern="^(" + "|".join(Evidence.Kind.values) + ")$", examples=["OTHER"])]


@router.patch(
    "/reports/{token}/entry",
    response=EntryAnswer,
    operation_id="enter",
    summary="Enter some cells of a report",
)
def enter(
    request: HttpRequest, response: HttpResponse, token: Token, entry: EntryWritten, partial: bool = False
) -> Any:
    """What is left out stays as it is. All or nothing, unless `partial` is asked for."""
    return _entered(request, response, token, entry, whole=False, partial=partial)


@router.put(
    "/reports/{token}/entry",
    response=EntryAnswer,
    operation_id="enterAll",
    summary="Enter all cells of a report",
)
def enter_all(request: HttpRequest, response: HttpResponse, token: Token, entry: EntryWritten) -> Any:
    """What is left out is emptied."""
    return _entered(request, response, token, entry, whole=True, partial=False)


def _entered(
    request: HttpRequest,
    response: HttpResponse,
    token: str,
    entry: EntryWritten,
    *,
    whole: bool,
    partial: bool,
) -> Any:
    person = person_of(request)
    found = reports.one_of(person, token)
    with recorded(person):
        held = Report.objects.select_for_update().get(pk=found.pk)
        seen(request, held)
        (one,) = read([held.pk])
        typed = {name: Cell(text, None) for name, text in texts_of(one, entry, whole=whole).items()}
        answer = cells.save(
            actor=person, typed={held.pk: typed}, language=LANGUAGE, all_or_nothing=not partial, reason=REASON
        )[held.pk]
        held = Report.objects.get(pk=held.pk)
    if answer.closed:
        raise Problem(422, "api.closed", detail=answer.closed)
    refused = {reports.cell_of(one, name): sentence for name, sentence in answer.refused.items()}
    if refused and not partial:
        parts = [refused_part("cell", sentence, cell=cell) for cell, sentence in refused.items()]
        raise Problem(422, "api.refused", {"count": len(parts)}, parts)
    return _told(response, held, answer, refused)


def _told(
    response: HttpResponse, held: Report, answer: cells.Answer, refused: Mapping[str, str]
) -> dict[str, Any]:
    (one,) = read([held.pk])
    with connection.cursor() as cursor:
        findings = stored_findings([held.pk], cursor)[held.pk]
    response["ETag"] = etag_of(held)
    return {
        "id": held.token,
        "etag": etag_of(held),
        "version": held.version,
        "saved": sorted(reports.cell_of(one, name) for name in answer.saved),
        "refused": [{"cell": cell, "detail": sentence} for cell, sentence in refused.items()],
        "findings": reports.findings_of(one, findings),
    }


def texts_of(one: Reading, entry: EntryWritten, *, whole: bool) -> dict[str, str]:
    """The cells of an entry by our names; raises Problem for a line that the report does not have."""
    said = entry.model_dump(exclude_unset=True)
    texts: dict[str, str] = {}
    if whole:
        texts = {name: "" for name in cells.stored(one, LANGUAGE)}
    own = {"increment": one.by_volume, "volume": not one.by_volume}
    for name in PLAIN:
        # Where progress is counted the other way, an empty cell is none at all.
        if name in said and not (own.get(name) and said[name] is None):
            texts[name] = number(said[name]) if name in own else said[name] or ""
    if "problems" in said:
        texts["problems"] = ",".join(said["problems"] or ())
    if "follow_up_due" in said:
        texts["follow_up_due"] = entry.follow_up_due.isoformat() if entry.follow_up_due else ""
    if "needs_leadership" in said:
        texts["needs_leadership"] = "1" if entry.needs_leadership else ""
    return texts | _lines(one, entry.lines) | _explanations(one, entry.explanations)


def number(text: str | None) -> str:
    """An amount as the readers of typed numbers take it."""
    return "" if text is None else f"{Decimal(text):f}"


def _line(one: Reading, account: str, fund: str) -> int:
    for line in one.lines:
        if (line.account, line.fund) == (account, fund):
            return line.id
    raise Problem(422, "api.line", {"account": account[:40], "fund": fund[:40]})


def _lines(one: Reading, lines: list[LineWritten]) -> dict[str, str]:
    texts: dict[str, str] = {}
    named = set()
    for line in lines:
        pk = _line(one, line.account, line.fund)
        if pk in named:
            raise Problem(422, "api.twice", {"name": f"{line.account} {line.fund}".strip()})
        named.add(pk)
        said = line.model_fields_set
        if "realized" in said:
            texts[f"line-{pk}"] = number(line.realized)
        if "correction_reason" in said:
            texts[f"line-{pk}-reason"] = line.correction_reason or ""
        if "corrects_month" in said:
            texts[f"line-{pk}-corrects"] = str(line.corrects_month or "")
    return texts


def _explanations(one: Reading, said: list[ExplanationWritten]) -> dict[str, str]:
    texts = {}
    for each in said:
        line = "" if each.account is None else f"-line-{_line(one, each.account, each.fund)}"
        texts[f"why-{each.rule}{line}"] = each.text
    return texts


# --- Evidence ------------------------------------------------------------------------------------------------


class EvidenceAbout(Schema):
    """What is said about a file."""

    caption: str = Field(default="", max_length=300)
    taken_at: str = Field(default="", max_length=40, examples=["2026-01-31T14:30:00+08:00"])
    latitude: str = Field(default="", max_length=20, examples=["-0.502106"])
    longitude: str = Field(default="", max_length=20, examples=["117.153709"])
    public: bool = False


class EvidenceSaid(EvidenceAbout):
    """The same with the kind of a file that comes with it."""

    kind: Kind = Evidence.Kind.OTHER


def _said(about: EvidenceAbout) -> Said:
    said, wrong = read_said(about.model_dump() | {"public": "1" if about.public else ""})
    if wrong:
        parts = [refused_part("evidence", sentence, pointer=f"/{name}") for name, sentence in wrong.items()]
        raise Problem(422, "api.fields", errors=parts)
    return said


@router.get(
    "/reports/{token}/evidence",
    response=list[EvidenceShape],
    operation_id="reportEvidence",
    summary="The files of a report",
)
def files(request: HttpRequest, token: Token) -> Any:
    return reports.files_of([reports.one_of(person_of(request), token)])


@router.post(
    "/reports/{token}/evidence", response={201: EvidenceShape}, operation_id="attach", summary="Bring a file",
    openapi_extra={"x-by-steps": True},
)  # fmt: skip
def attach(request: HttpRequest, token: Token, about: Form[EvidenceSaid], file: File[UploadedFile]) -> Any:
    """The same file again is the same evidence."""
    person = person_of(request)
    found = reports.one_of(person, token)
    kept = evidence.attach(actor=person, report=found, upload=file, kind=about.kind, said=_said(about))
    return Status(201, _file(kept))


def _file(kept: Evidence) -> dict[str, Any]:
    return reports.file_of(with_scans(Evidence.objects.filter(pk=kept.pk).select_related("report")).get())


@router.delete(
    "/evidence/{token}", response={204: None}, operation_id="removeEvidence", summary="Take a file away again"
)
def remove(request: HttpRequest, token: Token) -> Any:
    """While its report is open."""
    person = person_of(request)
    evidence.remove(actor=person, evidence=_seen_file(person, token))
    return Status(204, None)


class EvidenceChanged(EvidenceAbout):
    """What is said about a file now, in place of what was. `seen`: as the file told it."""

    seen: str = Field(max_length=40)


@router.put(
    "/evidence/{token}", response=EvidenceShape, operation_id="describeEvidence", summary="Say something else about a file"
)  # fmt: skip
def describe(request: HttpRequest, token: Token, body: EvidenceChanged) -> Any:
    """Caption, moment, place, and whether everybody may see it; while its report is open."""
    person = person_of(request)
    found = _seen_file(person, token)
    try:
        kept = evidence.describe(actor=person, evidence=found, said=_said(body), seen=body.seen)
    except FileNotFoundError as error:
        raise Http404 from error
    return _file(kept)


def _seen_file(person: User, token: str) -> Evidence:
    found = Evidence.objects.filter(token=token, report__in=reports.seen_by(person)).first()
    if found is None:
        raise Http404
    return found


class UploadBegun(Written):
    """A file that is to come in parts. `key` is the program's own: asking again finds the same upload."""

    report: str = Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")
    name: str = Field(min_length=1, max_length=200)
    size: int = Field(ge=1, le=2**53)
    key: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    about: EvidenceSaid = EvidenceSaid()


@router.post(
    "/uploads",
    response={201: UploadShape},
    operation_id="beginUpload",
    summary="Announce a file that comes in parts",
)
def begin(request: HttpRequest, body: UploadBegun) -> Any:
    person = person_of(request)
    found = reports.one_of(person, body.report)
    begun = uploads.begin(
        actor=person,
        report=found,
        name=body.name,
        size=body.size,
        kind=body.about.kind,
        said=_said(body.about),
        key=body.key,
    )
    return Status(201, _far(begun))


@router.get("/uploads/{token}", response=UploadShape, operation_id="upload", summary="How far a file is")
def far(request: HttpRequest, token: Token) -> Any:
    return _far(_own(lambda: uploads.reached(actor=person_of(request), token=token)))


@router.patch(
    "/uploads/{token}", response=UploadShape, operation_id="appendUpload", summary="Bring the next part of a file",
    openapi_extra={
        "x-raw": True, "x-by-steps": True,
        "requestBody": {"required": True, "content": {"application/octet-stream": {
            "schema": {"type": "string", "format": "binary", "maxLength": uploads.LONGEST_PART}}}},
    },
)  # fmt: skip
def append(request: HttpRequest, token: Token, offset: Annotated[int, Query(ge=0, le=2**53)]) -> Any:
    """With the last part the file becomes evidence."""
    person, part = person_of(request), request.body
    if len(part) > uploads.LONGEST_PART:
        raise Problem(413, "api.large", {"limit": uploads.LONGEST_PART})
    reached = _own(lambda: uploads.append(actor=person, token=token, offset=offset, part=part))
    if reached.received == reached.size and not reached.evidence_id:
        uploads.finish(actor=person, token=token)
        reached = uploads.reached(actor=person, token=token)
    return _far(reached)


def _own(reach: Any) -> Upload:
    try:
        found: Upload = reach()
    except Upload.DoesNotExist as error:
        raise Http404 from error
    return found


def _far(one: Upload) -> dict[str, Any]:
    kept = one.evidence
    return {
        "id": one.token,
        "offset": one.received,
        "size": one.size,
        "evidence": kept.token if kept else None,
    }
