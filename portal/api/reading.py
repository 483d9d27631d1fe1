"""Reading for one's own role: who I am, units, years, months, sub-activities, reports, what waits for me, sums."""

from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from ninja import Path, Query, Router

from approvals import selectors as desks
from portal import selectors
from portal.api import figures, paging, reports
from portal.api.door import person_of
from portal.api.problems import Problem
from portal.api.report_shapes import DecisionShape, ReportRow, ReportShape
from portal.api.role_shapes import (
    ItemShape,
    MeShape,
    PeriodShape,
    StatementShape,
    UnitShape,
    YearShape,
)
from portal.api.shapes import ItemFigures, MonthFigures, Part
from portal.api.versions import etag_of, unchanged
from portal.models import ApiToken
from registry.models import BudgetItem, Government, Office, Reach, Unit, User
from registry.selectors import government_of, offices_of, rights_of, within
from submissions.evidence_rows import CLEAN, INFECTED, gone_words, scan_state, with_scans
from submissions.models import Evidence, Period, Report
from submissions.pages import statement
from submissions.selectors import my_reports
from workflow.route import OPEN_STATES, REVIEW, SIGN, STATES, VERIFY

router = Router(tags=["reading"])
Cursor = Annotated[str, Query(max_length=200, description="where the part begins: `next` of the part before")]
Limit = Annotated[int, Query(ge=1, le=paging.MOST)]
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,24}$")]
Code = Annotated[str, Query(max_length=40)]
Label = Annotated[str, Query(max_length=9, examples=["2026"])]
Slug = Annotated[str, Query(pattern=r"^([1-9][0-9]{3}-(0[1-9]|1[0-3]))?$", examples=["2026-01"])]
ENTER = "enter"
BINARY = {"schema": {"type": "string", "format": "binary"}}
WAITING = {VERIFY: desks.to_verify, SIGN: desks.to_sign, REVIEW: desks.to_review}


def here(person: User) -> Government:
    """The government that a person works for."""
    found = government_of(person)
    if found is None:
        raise Http404
    return found


@router.get(
    "/me", response=MeShape, operation_id="me", summary="Who asks, in which offices, with which rights"
)
def me(request: HttpRequest) -> Any:
    person = person_of(request)
    caller = request.caller  # type: ignore[attr-defined]
    found = government_of(person)
    return {
        "username": person.username,
        "name": person.name,
        "language": person.language,
        "government": found.name if found else None,
        "time_zone": found.time_zone if found else None,
        "currency": found.currency if found else None,
        "offices": [
            {
                "role": one.role,
                "title": one.title,
                "unit": one.unit.code,
                "unit_name": one.unit_name,
                "capacity": one.capacity,
            }
            for one in offices_of(person)
        ],
        "rights": sorted(rights_of(person)),
        "verbs": sorted(desks.verbs_of(person)),
        "scope": ApiToken.Scope.ACT if caller.acts else ApiToken.Scope.READ,
    }


@router.get(
    "/statement", response=StatementShape, operation_id="statement", summary="The declaration of who submits"
)
def declaration(request: HttpRequest) -> Any:
    return statement()


@router.get(
    "/units", response=Part[UnitShape], operation_id="units", summary="The units of one's own government"
)
def units(request: HttpRequest, cursor: Cursor = "", limit: Limit = paging.USUAL) -> Any:
    return units_of(here(person_of(request)), cursor, limit)


def units_of(government: Government, cursor: str, limit: int) -> dict[str, Any]:
    """A part of the units of a government."""
    rows = Unit.objects.filter(government=government).select_related("parent", "agency")
    found, following = paging.by_number(rows, cursor, limit, {"list": "units", "of": government.pk})
    items = [
        {
            "code": one.code, "name": one.name, "kind": one.kind, "parent": one.parent.code if one.parent else None,
            "agency": one.agency.code if one.agency else None,
        }
        for one in found
    ]  # fmt: skip
    return {"items": items, "next": following}


@router.get(
    "/years", response=list[YearShape], operation_id="years", summary="The fiscal years, the newest first"
)
def years(request: HttpRequest) -> Any:
    return selectors.years(here(person_of(request)))


@router.get(
    "/periods",
    response=Part[PeriodShape],
    operation_id="periods",
    summary="Months of agencies with their due moments",
)
def periods(
    request: HttpRequest, year: Label = "", month: Slug = "", cursor: Cursor = "", limit: Limit = paging.USUAL
) -> Any:
    person = person_of(request)
    rows = Period.objects.filter(_own_agencies(person)).select_related("agency", "fiscal_year")
    if year:
        rows = rows.filter(fiscal_year__label=year)
    if month:
        rows = rows.filter(_of_month(month, ""))
    question = {"list": "periods", "year": year, "month": month}
    found, following = paging.by_number(rows, cursor, limit, question)
    return {"items": [_period(one) for one in found], "next": following}


def _period(one: Period) -> dict[str, Any]:
    slug = f"{one.first_day:%Y}-13" if one.month == selectors.ADJUSTMENT else f"{one.first_day:%Y-%m}"
    names = ("opens_at", "submit_from", "entry_due", "verify_due", "sign_due", "lock_at", "closed_at")
    moments = {name: getattr(one, name) for name in names}
    return {"year": one.fiscal_year.label, "month": slug, "agency": one.agency.code, **moments}


def _own_agencies(person: User) -> Q:
    """Agencies of one's offices, and those below what one oversees."""
    held = Office.objects.filter(person=person.pk).values("unit__agency")
    return Q(agency__in=held) | within(_paths(person), "agency__path")


def _paths(person: User) -> list[str]:
    return list(Reach.objects.filter(person=person.pk).values_list("path", flat=True).distinct())


def _of_month(slug: str, place: str) -> Q:
    """The month of that name; month 13 is the adjustment of the year that ends then."""
    year, _, number = slug.partition("-")
    if int(number) == selectors.ADJUSTMENT:
        return Q(**{f"{place}month": selectors.ADJUSTMENT, f"{place}fiscal_year__end_date__year": int(year)})
    first = {f"{place}first_day__year": int(year), f"{place}first_day__month": int(number)}
    return Q(**first) & ~Q(**{f"{place}month": selectors.ADJUSTMENT})


@router.get(
    "/items", response=Part[ItemShape], operation_id="items", summary="Sub-activities of one's own sight"
)
def items(
    request: HttpRequest, year: Label = "", unit: Code = "", cursor: Cursor = "", limit: Limit = paging.USUAL
) -> Any:
    person = person_of(request)
    held = Office.objects.filter(person=person.pk).values("post")
    sight = Q(officer_post__in=held) | Q(verifier_post__in=held) | within(_paths(person), "unit__path")
    rows = BudgetItem.objects.filter(sight).select_related("unit", "fiscal_year")
    if year:
        rows = rows.filter(fiscal_year__label=year)
    if unit:
        rows = rows.filter(unit__code=unit)
    found, following = paging.by_number(rows, cursor, limit, {"list": "items", "year": year, "unit": unit})
    told = [
        {
            "year": one.fiscal_year.label, "unit": one.unit.code, "code": one.sub_activity_code,
            "name": one.sub_activity_name, "output": one.output_indicator, "output_unit": one.output_unit,
        }
        for one in found
    ]  # fmt: skip
    return {"items": told, "next": following}


@router.get(
    "/reports", response=Part[ReportRow], operation_id="reports", summary="Reports of one's own sight"
)
def report_list(
    request: HttpRequest,
    year: Label = "",
    month: Slug = "",
    unit: Code = "",
    item: Code = "",
    state: Literal["", *STATES] = "",  # type: ignore[valid-type]
    mine: bool = False,
    cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:
    person = person_of(request)
    rows = my_reports(person) if mine else reports.seen_by(person)
    narrowed = {
        "period__fiscal_year__label": year, "item__unit__code": unit, "item__sub_activity_code": item, "state": state,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in narrowed.items() if value})
    if month:
        rows = rows.filter(_of_month(month, "period__"))
    question = {"list": "reports", "month": month, "mine": mine, **narrowed}
    found, following = paging.by_number(rows, cursor, limit, question)
    return {"items": reports.rows_of(found), "next": following}


@router.get(
    "/reports/{token}",
    response=ReportShape,
    operation_id="report",
    summary="One report with all that is entered",
)
def report(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    person = person_of(request)
    found = reports.one_of(person, token)
    if unchanged(request, etag_of(found)):
        return HttpResponse(status=304, headers={"ETag": etag_of(found)})
    response["ETag"] = etag_of(found)
    return reports.whole(person, found)


@router.get(
    "/reports/{token}/decisions", response=list[DecisionShape], operation_id="reportDecisions",
    summary="What was decided on a report, the oldest first",
)  # fmt: skip
def decisions(request: HttpRequest, token: Token) -> Any:
    return reports.history_of(reports.one_of(person_of(request), token))


@router.get(
    "/evidence/{token}/file", response=None, operation_id="evidenceFile", summary="One file, as it was brought",
    openapi_extra={"x-file": True, "responses": {200: {"description": "OK", "content": {"application/octet-stream": BINARY}}}},
)  # fmt: skip
def evidence_file(request: HttpRequest, token: Token) -> Any:
    person = person_of(request)
    files = Evidence.objects.filter(token=token, report__in=reports.seen_by(person))
    found = with_scans(files.select_related("report")).first()
    if found is None:
        raise Http404
    if gone := gone_words(found):
        raise Problem(410, "api.gone", detail=gone)
    state = scan_state(found)
    if state == INFECTED or (state != CLEAN and found.uploaded_by_id != person.pk):
        params = {"name": found.original_name, "found": getattr(found, "found", "") or ""}
        raise Problem(403, "evidence.infected" if state == INFECTED else "evidence.unscanned", params)
    return sent(found.file, found.original_name)


def sent(stored: Any, name: str, kind: str = "application/octet-stream") -> FileResponse:
    """A file to be kept, never to be shown inside the site."""
    try:
        content = stored.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@router.get("/inbox", response=Part[ReportRow], operation_id="inbox", summary="What waits for me")
def inbox(
    request: HttpRequest,
    verb: Literal["enter", "verify", "sign", "review"] = "verify",
    cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:
    found, following = paging.by_number(
        _waiting(person_of(request), verb), cursor, limit, {"list": "inbox", "verb": verb}
    )
    return {"items": reports.rows_of(found), "next": following}


def _waiting(person: User, verb: str) -> QuerySet[Report]:
    if verb == ENTER:
        return my_reports(person).filter(state__in=OPEN_STATES)
    return WAITING[verb](person)


@router.get(
    "/totals", response=MonthFigures, operation_id="totals", summary="Sums of a month over what I oversee"
)
def totals(request: HttpRequest, year: Label, month: Slug, unit: Code = "", unsigned: bool = False) -> Any:
    return figures.month_figures(_view(request, year, month, unit, unsigned))


@router.get(
    "/totals/items",
    response=Part[ItemFigures],
    operation_id="totalItems",
    summary="Sub-activities of a month that I oversee",
)
def total_items(
    request: HttpRequest,
    year: Label,
    month: Slug,
    unit: Code = "",
    unsigned: bool = False,
    cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:
    view = _view(request, year, month, unit, unsigned)
    question = {"list": "items", "year": year, "month": month, "unit": unit, "unsigned": unsigned}
    found, following = paging.by_place(
        lambda size, place: selectors.items(view, limit=size, offset=place), cursor, limit, question
    )
    if view.unit and not found and not cursor:
        raise Http404
    return {"items": [figures.item_of(one) for one in found], "next": following}


def _view(request: HttpRequest, year: str, month: str, unit: str, unsigned: bool) -> selectors.View:
    """What an insider looks at; who oversees nothing finds nothing."""
    person = person_of(request)
    sight = selectors.sight_of(person)
    if not sight.anything:
        raise Http404
    government = here(person)
    chosen = figures.month_of(figures.year_of(government, year), month)
    place = figures.unit_of(government, unit) if unit else None
    return figures.view_of(chosen, place, unsigned=unsigned, sight=sight)
