"""Requests for exceptions: what was asked and where it stands, asking, answering, taking a grant back."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from approvals import asking_law, requests
from approvals.asking_law import RequestRefused, Wish
from approvals.asking_positions import Position, positions
from approvals.asking_rules import BY_DAY
from approvals.models import Request
from ledger.clock import now
from portal.api import paging
from portal.api.door import person_of
from portal.api.problems import Problem, error
from portal.api.reading import Cursor, Limit, Token
from portal.api.report_shapes import Written
from portal.api.role_shapes import RequestShape
from portal.api.shapes import Part
from registry.models import FiscalYear, Office, User

router = Router(tags=["requests"])
Reason = Annotated[str, Field(min_length=1, max_length=2000)]


class Asked(Written):
    """What is asked for. An amendment is asked for on the page of corrections, which shows each value beside its proposal."""

    kind: Literal["extension", "reopening", "waiver", "assistance"]
    year: str = Field(max_length=9)
    months: list[int] = Field([], max_length=13)
    items: list[str] = Field(
        [], max_length=500, description="codes of sub-activities; none: the whole agency"
    )
    person: str | None = Field(None, max_length=60, description="user name, for a waiver or assistance")
    until: date | None = Field(None, description="the last day, for extension, waiver and assistance")
    days: int | None = Field(None, ge=1, le=9999, description="working days, for a reopening")
    document_no: str = Field("", max_length=80)
    reason: Reason


class Answered(Written):
    """The review or the second opinion. `seen`: as the request told it."""

    step: Literal["review", "second"]
    agree: bool
    reason: Reason
    seen: int = Field(ge=0, le=1000)


class Revoked(Written):
    """Why a grant ends before its time."""

    reason: Reason
    seen: int = Field(ge=0, le=1000)


def _told(cases: Sequence[Request]) -> list[dict[str, Any]]:
    found = positions(cases)
    return [_case(one, found[one.pk]) for one in cases]


def _case(one: Request, place: Position) -> dict[str, Any]:
    acts = list(one.acts.all())
    return {
        "id": one.token, "number": one.number, "kind": one.kind, "state": place.state, "open_steps": sorted(place.open),
        "year": one.fiscal_year.label, "agency": one.agency.code, "months": one.months, "reason": one.reason,
        "until": one.until, "days": one.days, "asked_by": one.asked_name, "asked_office": one.asked_office,
        "asked_at": one.asked_at, "seen": requests.people_acts(acts),
        "acts": [
            {
                "kind": act.kind, "step": act.step, "person": act.actor_name, "office": act.office, "reason": act.reason,
                "at": act.at,
            }
            for act in acts
        ],
    }  # fmt: skip


def _visible(person: User) -> Any:
    return asking_law.visible_to(person).select_related("agency", "fiscal_year").prefetch_related("acts")


def _one(person: User, token: str) -> Request:
    found: Request | None = _visible(person).filter(token=token).first()
    if found is None:
        raise Http404
    return found


@router.get(
    "/requests",
    response=Part[RequestShape],
    operation_id="requests",
    summary="Requests of one's own sight, newest first",
)
def request_list(request: HttpRequest, cursor: Cursor = "", limit: Limit = paging.USUAL) -> Any:
    found, following = paging.newest_first(_visible(person_of(request)), cursor, limit, {"list": "requests"})
    return {"items": _told(found), "next": following}


@router.get("/requests/{token}", response=RequestShape, operation_id="request", summary="One request")
def one(request: HttpRequest, token: Token) -> Any:
    return _told([_one(person_of(request), token)])[0]


@router.post("/requests", response={201: RequestShape}, operation_id="ask", summary="Ask for an exception")
def ask(request: HttpRequest, response: HttpResponse, body: Asked) -> Any:
    person, wish = person_of(request), None
    try:
        wish = _wish(person, body)
        case = requests.ask(actor=person, wish=wish)
    except RequestRefused as refused:
        # Everything that has to be corrected is said at once.
        parts = [
            error(each.code, each.params) for each in (asking_law.objections(wish, now()) if wish else ())
        ]
        raise Problem(422, refused.code, refused.params, parts) from refused
    response["Location"] = f"/api/v1/requests/{case.token}"
    return Status(201, _told([_one(person, case.token)])[0])


def _wish(person: User, body: Asked) -> Wish:
    """What is asked for, in the first office in which the person may ask for it. Raises RequestRefused."""
    offices: list[Office] = asking_law.askers(person, body.kind)
    if not offices:
        raise RequestRefused("asking.asker", {"grant_kind": body.kind})
    agency = offices[0].unit.agency or offices[0].unit
    year = FiscalYear.objects.filter(government=agency.government, label=body.year).first()
    if year is None:
        raise Http404
    codes = dict(asking_law.items_for(agency, year).values_list("sub_activity_code", "pk"))
    if set(body.items) - codes.keys():
        raise RequestRefused("asking.item")
    by_day = body.kind in BY_DAY
    return Wish(
        kind=body.kind, office=offices[0], fiscal_year=year, reason=body.reason, months=sorted(set(body.months)),
        items=[codes[code] for code in dict.fromkeys(body.items)],
        person=User.objects.filter(username=body.person).first() if body.person else None,
        until=body.until if by_day else None, days=None if by_day else body.days, document_no=body.document_no,
    )  # fmt: skip


@router.post(
    "/requests/{token}/answer",
    response=RequestShape,
    operation_id="answer",
    summary="Agree with a request, or not",
)
def answer(request: HttpRequest, token: Token, body: Answered) -> Any:
    person = person_of(request)
    case = _one(person, token)
    requests.answer(
        actor=person, case=case, step=body.step, agree=body.agree, reason=body.reason, seen=body.seen
    )
    return _told([_one(person, token)])[0]


@router.post(
    "/requests/{token}/revoke",
    response=RequestShape,
    operation_id="revoke",
    summary="End a grant before its time",
)
def revoke(request: HttpRequest, token: Token, body: Revoked) -> Any:
    person = person_of(request)
    requests.revoke(actor=person, case=_one(person, token), reason=body.reason, seen=body.seen)
    return _told([_one(person, token)])[0]
