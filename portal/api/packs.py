"""KPI packs of public entities: entering, handing in, judging, signing with a fresh code. The pages' services do the work."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables
from ninja import File, Router
from ninja.files import UploadedFile
from ninja.responses import Status

from approvals.factors import Factor
from indicators import files, labels, pages, selectors, services
from indicators.answers import findings_of
from indicators.deciding import open_for
from indicators.definitions import MONEY, YES_NO, Field
from indicators.entering import STATEMENT_VERSION, context, sheet_of
from indicators.models import Pack, PackFile
from indicators.readings import Reading
from indicators.rules import Reported
from indicators.services import Entry
from ledger.clock import now
from portal.api import paging, reports
from portal.api.door import key_of, person_of
from portal.api.pack_shapes import (
    PackFileShape,
    PackReturn,
    PackShape,
    PackSignature,
    PackWhole,
    PackWritten,
)
from portal.api.problems import Problem, error, of_outcome, refused_part
from portal.api.reading import BINARY, Cursor, Limit, Token, sent
from portal.api.report_shapes import ActAnswer, Amendment, Submission
from portal.api.shapes import Part
from portal.api.versions import etag_of, seen, unchanged
from registry.models import User
from submissions.facts import Finding
from workflow import engine, route
from workflow.engine import Outcome, Refused

router = Router(tags=["packs"])
ANSWERS = (Decimal(0), Decimal(1))  # no and yes
Versions = Mapping[int, int | None]
Deciding = Callable[[User, Versions, str | None], Sequence[Outcome]]


def one_of(person: User, token: str) -> Pack:
    """A pack by its public name; Http404 for one that the person may not see."""
    found: Pack | None = Pack.objects.visible_to(person).filter(token=token).first()
    if found is None:
        raise Http404
    return found


@router.get(
    "/packs", response=Part[PackShape], operation_id="packs", summary="KPI packs of public entities in one's own sight"
)  # fmt: skip
def pack_list(
    request: HttpRequest, waiting: bool = False, cursor: Cursor = "", limit: Limit = paging.USUAL
) -> Any:
    person = person_of(request)
    rows = selectors.waiting_for(person) if waiting else Pack.objects.visible_to(person)
    found, following = paging.by_number(rows, cursor, limit, {"list": "packs", "waiting": waiting})
    told = {one.id: one for one in selectors.read([one.pk for one in found])}
    return {"items": [_row(told[one.pk]) for one in found], "next": following}


def _row(one: Reading) -> dict[str, Any]:
    return {
        "id": one.token, "etag": etag_of(one), "year": one.year, "quarter": one.quarter, "entity": one.unit,
        "revision": one.revision, "version": one.version, "state": one.state, "due": one.due_at,
        "figures": [{"code": code, "value": said.value, "note": said.note} for code, said in one.reported.items()],
        "indicators": [
            {"code": each.indicator.code, "value": each.value, "band": each.band} for each in one.measured()
        ],
    }  # fmt: skip


@router.get(
    "/packs/{token}", response=PackWhole, operation_id="pack", summary="One pack with all that is entered"
)
def pack(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    person = person_of(request)
    found = one_of(person, token)
    if unchanged(request, etag_of(found)):
        return HttpResponse(status=304, headers={"ETag": etag_of(found)})
    return _whole(response, person, found)


def _whole(response: HttpResponse, person: User, found: Pack) -> dict[str, Any]:
    """A fixed number of statements."""
    sheet = sheet_of(person, found, now())
    one = sheet.reading
    buttons = engine.available(person, [found])[found.pk]
    response["ETag"] = etag_of(one)
    return _row(one) | {
        "department": one.department, "currency": one.currency, "remarks": one.remarks,
        "fields": [
            {"code": asked.code, "name": labels.field_name(asked.code, asked.name), "group": asked.group, "kind": asked.kind}
            for asked in one.form.fields
        ],
        "findings": [_finding(each, one) for each in findings_of(one)],
        "files": [_file(each) for each in selectors.files_of(found.pk)],
        "decisions": [reports.decision_of(each) for each in selectors.decisions_on([found.pk])],
        "holder": selectors.where([one], now=sheet.now)[found.pk],
        "acts": sorted(verb for verb, refusal in buttons.items() if refusal is None),
        "statement": context(sheet)["statement"],
    }  # fmt: skip


def _file(one: PackFile) -> dict[str, Any]:
    return {
        "id": one.token, "name": one.original_name, "mime": one.mime, "bytes": one.bytes, "sha256": one.sha256,
        "uploaded_at": one.uploaded_at,
    }  # fmt: skip


def _finding(one: Finding, reading: Reading) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "code": one.code,
        "cell": _cell(one),
        "detail": pages.finding_sentence(one, reading),
    }


def _cell(one: Finding) -> str:
    return one.field if one.field in ("remarks", "evidence") else f"figures/{one.field}"


# --- Entering -----------------------------------------------------------------------------------------------


@router.patch(
    "/packs/{token}/entry", response=PackWhole, operation_id="packEnter", summary="Enter figures of a pack"
)
def enter(request: HttpRequest, response: HttpResponse, token: Token, entry: PackWritten) -> Any:
    """What is left out stays as it is. All or nothing."""
    person = person_of(request)
    found = one_of(person, token)
    version = seen(request, found)
    (one,) = selectors.read([found.pk])
    remarks = one.remarks if entry.remarks is None else entry.remarks
    saved = services.save(actor=person, entries=[Entry(found.pk, version, remarks, _figures(one, entry))])
    for refusal in saved.refusals.values():
        raise refused(Outcome(found.pk, False, "", refusal.code, refusal.params))
    if found.pk not in saved.versions:
        raise _unsaved([each for each in saved.findings[found.pk] if each.blocks], one)
    return _whole(response, person, one_of(person, token))


def _unsaved(findings: Sequence[Finding], one: Reading) -> Problem:
    parts = [
        refused_part(each.rule, pages.finding_sentence(each, one), cell=_cell(each)) for each in findings
    ]
    return Problem(422, "api.refused", {"count": len(parts)}, parts)


def _figures(one: Reading, entry: PackWritten) -> dict[str, Reported]:
    """What is written, beside what stays; raises Problem for a figure that the form does not ask, or a value it does not take."""
    figures: dict[str, Reported] = {}
    wrong: list[dict[str, str]] = []
    for said in entry.figures:
        asked = one.form.by_code.get(said.code)
        if asked is None:
            raise Problem(422, "cell.unknown", {"name": said.code[:60]})
        if said.code in figures:
            raise Problem(422, "api.twice", {"name": said.code})
        stood = one.reported.get(said.code, Reported(None))
        sent = said.model_fields_set
        value = stood.value if "value" not in sent else None if said.value is None else Decimal(said.value)
        wrong += _unfit(asked, value)
        figures[said.code] = Reported(value, stood.note if "note" not in sent else said.note or "")
    if wrong:
        raise Problem(422, "api.refused", {"count": len(wrong)}, wrong)
    return figures


def _unfit(asked: Field, value: Decimal | None) -> list[dict[str, str]]:
    """Why a value is none that the field takes: yes and no are 1 and 0, and only money has cents."""
    if value is None or asked.kind == MONEY:
        return []
    cell = f"figures/{asked.code}"
    if asked.kind == YES_NO:
        return [] if value in ANSWERS else [error("api.yes_no", {"value": f"{value}"}, cell=cell)]
    return (
        [] if value == value.to_integral_value() else [error("pack.whole", {"value": f"{value}"}, cell=cell)]
    )


@router.post(
    "/packs/{token}/files", response={201: PackFileShape}, operation_id="packAttach", summary="Bring a file of a pack",
    openapi_extra={"x-by-steps": True},
)  # fmt: skip
def attach(request: HttpRequest, token: Token, file: File[UploadedFile]) -> Any:
    """The same file again is the same one."""
    person = person_of(request)
    found = one_of(person, token)
    try:
        return Status(201, _file(files.attach(actor=person, pack=found, upload=file)))
    except Refused as unkept:
        raise refused(unkept.outcomes[0]) from unkept


@router.get(
    "/pack-files/{token}", response=None, operation_id="packFile", summary="One file of a pack, as it was brought",
    openapi_extra={"x-file": True, "responses": {200: {"description": "OK", "content": {"application/octet-stream": BINARY}}}},
)  # fmt: skip
def file_(request: HttpRequest, token: Token) -> Any:
    found = _own_file(request, token)
    return sent(found.file, found.original_name)


@router.delete(
    "/pack-files/{token}", response={204: None}, operation_id="packRemove", summary="Take a file of a pack away again"
)  # fmt: skip
def remove(request: HttpRequest, token: Token) -> Any:
    """While its pack is open."""
    try:
        files.remove(actor=person_of(request), file=_own_file(request, token))
    except Refused as unmoved:
        raise refused(unmoved.outcomes[0]) from unmoved
    return Status(204, None)


def _own_file(request: HttpRequest, token: str) -> PackFile:
    seen_by = Pack.objects.visible_to(person_of(request))
    found = PackFile.objects.filter(token=token, pack__in=seen_by).first()
    if found is None:
        raise Http404
    return found


# --- Acting -------------------------------------------------------------------------------------------------


def refused(outcome: Outcome) -> Problem:
    """Why the law refuses, in words about packs."""
    told = of_outcome(outcome)
    told.detail = pages.refusal_sentence(outcome.code, outcome.params)
    return told


def _acted(request: HttpRequest, response: HttpResponse, token: str, act: Deciding) -> dict[str, Any]:
    """One pack, in the version of If-Match; the engine says whether it is done."""
    person = person_of(request)
    found = one_of(person, token)
    (outcome,) = act(person, {found.pk: seen(request, found)}, key_of(request))
    if not outcome.done:
        told = refused(outcome)
        if outcome.code == "route.blocked":
            (one,) = selectors.read([found.pk])
            told.errors = _unsaved([each for each in findings_of(one) if each.blocks], one).errors
        raise told
    same = Pack.objects.filter(unit=found.unit_id, fiscal_year=found.fiscal_year_id, quarter=found.quarter)
    # After an amendment the revision that it opened; after that was given up the one before.
    newest = same.exclude(state=route.CANCELLED).order_by("-revision")[0]
    response["ETag"] = etag_of(newest)
    return {"id": newest.token, "done": True, "state": newest.state, "etag": etag_of(newest)}


@router.post("/packs/{token}/submit", response=ActAnswer, operation_id="packSubmit", summary="Hand a pack in")
def submit(request: HttpRequest, response: HttpResponse, token: Token, body: Submission) -> Any:
    """The declaration stands in GET /packs/{id}."""
    if body.statement != STATEMENT_VERSION:
        raise Problem(422, "api.statement", {"version": STATEMENT_VERSION})
    return _acted(
        request, response, token,
        lambda person, versions, key: services.submit(actor=person, versions=versions, statement=STATEMENT_VERSION, key=key),
    )  # fmt: skip


@router.post(
    "/packs/{token}/recall", response=ActAnswer, operation_id="packRecall", summary="Take back a pack nobody looked at"
)  # fmt: skip
def recall(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    return _acted(
        request, response, token,
        lambda person, versions, key: services.recall(actor=person, versions=versions, key=key),
    )  # fmt: skip


@router.post("/packs/{token}/verify", response=ActAnswer, operation_id="packVerify", summary="Pass a pack on")
def verify(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    return _acted(
        request, response, token,
        lambda person, versions, key: services.verify(actor=person, versions=versions, key=key),
    )  # fmt: skip


@router.post(
    "/packs/{token}/review", response=ActAnswer, operation_id="packReview", summary="Accept a signed pack"
)
def review(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    """What waited for nothing else is published by the same act."""
    return _acted(
        request, response, token,
        lambda person, versions, key: services.review(actor=person, versions=versions, key=key),
    )  # fmt: skip


@router.post(
    "/packs/{token}/sign", response=ActAnswer, operation_id="packSign", summary="Sign a pack with a fresh code",
    openapi_extra={"x-by-steps": True},
)  # fmt: skip
@sensitive_variables("body", "factor")
def sign(request: HttpRequest, response: HttpResponse, token: Token, body: PackSignature) -> Any:
    factor = Factor(body.code.get_secret_value().strip())
    return _acted(
        request, response, token,
        lambda person, versions, key: services.sign(actor=person, versions=versions, factor=factor, key=key),
    )  # fmt: skip


@router.post(
    "/packs/{token}/return", response=ActAnswer, operation_id="packReturn", summary="Send a pack back with a reason"
)  # fmt: skip
def send_back(request: HttpRequest, response: HttpResponse, token: Token, body: PackReturn) -> Any:
    found = one_of(person_of(request), token)
    known = set(found.figures.values_list("code", flat=True))
    for code in body.figures:
        if code not in known:
            raise Problem(422, "cell.unknown", {"name": code[:60]})
    marks = [f"figure-{code}" for code in dict.fromkeys(body.figures)]
    return _acted(
        request, response, token,
        lambda person, versions, key: services.send_back(
            actor=person, versions=versions, reason=body.reason, marks=marks, to_previous_tier=body.previous_tier, key=key,
        ),
    )  # fmt: skip


@router.post(
    "/packs/{token}/amend", response=ActAnswer, operation_id="packAmend", summary="Open a revision of a published pack"
)  # fmt: skip
def amend(request: HttpRequest, response: HttpResponse, token: Token, body: Amendment) -> Any:
    """Needs a grant; the answer names the revision."""
    return _acted(
        request, response, token,
        lambda person, versions, key: services.amend(actor=person, versions=versions, reason=body.reason, key=key),
    )  # fmt: skip


@router.post(
    "/packs/{token}/cancel",
    response=ActAnswer,
    operation_id="packCancel",
    summary="Give up a revision of a pack",
)
def cancel(request: HttpRequest, response: HttpResponse, token: Token, body: Amendment) -> Any:
    """What was published stays; the answer names it."""
    return _acted(
        request, response, token,
        lambda person, versions, key: services.cancel(actor=person, versions=versions, reason=body.reason, key=key),
    )  # fmt: skip


@router.post(
    "/packs/{token}/open", response={204: None}, operation_id="packOpen", summary="Say that a pack was looked at"
)  # fmt: skip
def open_(request: HttpRequest, token: Token) -> Any:
    """From then on its officer cannot recall it."""
    person = person_of(request)
    open_for(person, one_of(person, token))
    return Status(204, None)
