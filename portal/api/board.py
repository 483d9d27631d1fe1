"""The compliance board and what is done from it: reminding who holds something, and moving a month's deadline."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import uuid4

from django.http import Http404, HttpRequest
from ninja import Router
from pydantic import Field

from portal import selectors
from portal.api import figures
from portal.api.door import key_of, person_of
from portal.api.leading_shapes import BoardShape
from portal.api.reading import Code, Label, Slug, here
from portal.api.report_shapes import Written
from portal.api.shapes import Day, Shape
from portal.board import extending, reminding
from portal.board import selectors as boards
from portal.board.acting import Target, result_of, standing, targets
from portal.board.figures import Cell, Row
from registry.models import FiscalYear, Unit, User
from wording.sentences import say

router = Router(tags=["board"])
Units = Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=500)]
Month = Annotated[str, Field(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-3])$", examples=["2026-01"])]


@router.get("/board", response=BoardShape, operation_id="board", summary="The compliance board of a month")
def board(request: HttpRequest, year: Label, month: Slug, unit: Code = "") -> Any:
    """The agencies, or the units below one, as far as one oversees them."""
    person = person_of(request)
    paths = boards.sees(person)
    if not paths:
        raise Http404
    government = here(person)
    fiscal = figures.year_of(government, year)
    chosen = figures.month_of(fiscal, month)
    place = figures.unit_of(government, unit) if unit else None
    if place and (place.parent_id is None or not any(place.path.startswith(path) for path in paths)):
        raise Http404
    told = boards.board(boards.Scope(government, fiscal, place, paths))
    rows = [_row(one, one.cell(chosen.number)) for one in told.rows]
    return {"year": year, "month": chosen.number, "at": told.at, "rows": rows}


def _row(one: Row, cell: Cell) -> dict[str, Any]:
    return {
        "unit": one.code, "name": one.name, "state": cell.state, "required": cell.counts.required, "begun": cell.counts.begun,
        "submitted": cell.counts.submitted, "verified": cell.counts.verified, "published": cell.counts.published,
        "late_working_days": cell.late, "updated_at": cell.updated_at,
        "holders": [held for held in one.holders if held.month == cell.month],
        "tiers": [one.published, *one.tiers],
    }  # fmt: skip


class BoardLine(Shape):
    """What became of one unit in one month, or of one person who was told."""

    name: str
    month: str
    done: bool
    code: str
    detail: str


class BoardAnswer(Shape):
    """What an act on several units came to."""

    code: str
    detail: str
    lines: list[BoardLine]


class Reminding(Written):
    """Of what is reminded: all that waits in these units in these months, as far as the offices of who reminds reach."""

    year: str = Field(max_length=9)
    months: Annotated[list[Month], Field(min_length=1, max_length=13)]
    units: Units


class Extending(Written):
    """Until when a month is open for these agencies, why, and the number of the note that says so."""

    year: str = Field(max_length=9)
    month: Month
    agencies: Units
    until: Day
    reason: str = Field(max_length=2000)
    document_no: str = Field(max_length=200)


@router.post(
    "/board/remind", response=BoardAnswer, operation_id="boardRemind", summary="Remind whoever holds what is missing"
)  # fmt: skip
def remind(request: HttpRequest, body: Reminding) -> Any:
    """Once a day for each report; one notice a person."""
    person = person_of(request)
    place = standing(person)
    if not place.acts:
        raise Http404
    fiscal, ticked = _ticked(
        person, body.year, body.months, body.units, (*place.reminds, *place.reminds_officers)
    )
    number = reminding.remind_ticked(
        actor=person, place=place, year=fiscal, targets=ticked, key=_key(request)
    )
    return _told(person, number)


@router.post(
    "/board/extend", response=BoardAnswer, operation_id="boardExtend", summary="Move the deadline of a month, as the bureau"
)  # fmt: skip
def extend(request: HttpRequest, body: Extending) -> Any:
    """One grant for each agency; its head is told. Heads ask by POST /requests."""
    person = person_of(request)
    office = standing(person).bureau
    if office is None:
        raise Http404
    fiscal, ticked = _ticked(person, body.year, [body.month], body.agencies, [office.unit_path])
    if any(one.unit.agency_id != one.unit.pk for one in ticked):
        raise Http404
    later = extending.Later(body.until, body.reason, body.document_no)
    number = extending.extend_ticked(
        actor=person, office=office, year=fiscal, targets=ticked, later=later, key=_key(request)
    )
    return _told(person, number)


def _ticked(
    person: User, label: str, slugs: Sequence[str], codes: Sequence[str], reach: Sequence[str]
) -> tuple[FiscalYear, list[Target]]:
    """The units in these months; Http404 when one is not there, or out of reach."""
    government = here(person)
    fiscal = figures.year_of(government, label)
    opened = {one.slug: one.number for one in selectors.months(fiscal)}
    if set(slugs) - opened.keys():
        raise Http404
    months = [(opened[slug], slug) for slug in dict.fromkeys(slugs)]
    found = Unit.objects.filter(government=government, code__in=set(codes)).order_by("code")
    units = [one for one in found if any(one.path.startswith(path) for path in reach)]
    if len(units) < len(set(codes)):
        raise Http404
    return fiscal, targets(fiscal, units, months)


def _key(request: HttpRequest) -> str:
    return key_of(request) or uuid4().hex


def _told(person: User, number: int) -> dict[str, Any]:
    found = result_of(person, number)
    if found is None:
        raise Http404
    lines = [
        {
            "name": one.name,
            "month": one.month,
            "done": one.done,
            "code": one.code,
            "detail": say(one.code, one.params),
        }
        for one in found.lines
    ]
    return {"code": found.code, "detail": say(found.code, found.params), "lines": lines}
