"""For everybody, without a key: published figures as the pages show them, cached, each with its as-of, coverage and formula."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Path, Router

from approvals.batches import verify_url
from approvals.models import SigningBatch
from portal import selectors
from portal.api import figures, paging
from portal.api.leading_shapes import YearFigures
from portal.api.public_shapes import (
    ContractShape,
    DocumentShape,
    GovernmentShape,
    ItemYearShape,
    MonthShape,
    PublicUnitShape,
)
from portal.api.reading import Code, Cursor, Limit, units_of
from portal.api.shapes import ItemFigures, MonthFigures, Part
from portal.api.versions import unchanged
from registry.models import Contract, Government
from registry.selectors import government

router = Router(tags=["public"])
KEPT_FOR = 60  # seconds that an answer may be served from a cache
Year = Annotated[str, Path(max_length=9, examples=["2026"])]
Month = Annotated[str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-3])$", examples=["2026-01"])]
UnitCode = Annotated[str, Path(max_length=40)]


def cached(response: HttpResponse) -> HttpResponse:
    """An answer for everybody: kept for a minute, and not sent again to who has it."""
    response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    response["Access-Control-Allow-Origin"] = (
        "*"  # pages of others may show open data, without any of our cookies
    )
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return response


def here() -> Government:
    """The government that this installation serves."""
    found = government()
    if found is None:
        raise Http404
    return found


@router.get(
    "", response=GovernmentShape, operation_id="publicGovernment", summary="The government and its years"
)
def root(request: HttpRequest) -> Any:
    found = here()
    years = selectors.years(found)
    newest, _opened = selectors.newest_month(years, published=True)
    return {
        "code": found.code, "name": found.name, "currency": found.currency, "time_zone": found.time_zone,
        "years": [one.label for one in years], "newest": newest.slug if newest else None,
    }  # fmt: skip


@router.get("/units", response=Part[PublicUnitShape], operation_id="publicUnits", summary="All units")
def units(request: HttpRequest, cursor: Cursor = "", limit: Limit = paging.USUAL) -> Any:
    return units_of(here(), cursor, limit)


@router.get(
    "/{year}/months",
    response=list[MonthShape],
    operation_id="publicMonths",
    summary="The opened months of a year",
)
def months(request: HttpRequest, year: Year) -> Any:
    return [
        {"month": one.slug, "agencies": one.agencies}
        for one in selectors.months(figures.year_of(here(), year))
    ]


def _view(year: str, month: str, unit: str = "") -> selectors.View:
    government = here()
    chosen = figures.month_of(figures.year_of(government, year), month)
    return figures.view_of(chosen, figures.unit_of(government, unit) if unit else None)


@router.get(
    "/{year}/{month}/totals",
    response=MonthFigures,
    operation_id="publicTotals",
    summary="Sums of a month, by agency or by unit",
)
def totals(request: HttpRequest, year: Year, month: Month, unit: Code = "") -> Any:
    return figures.month_figures(_view(year, month, unit))


@router.get(
    "/{year}/totals",
    response=YearFigures,
    operation_id="publicYear",
    summary="The months of a year, of all or of one unit",
)
def year_totals(request: HttpRequest, year: Year, unit: Code = "") -> Any:
    government = here()
    fiscal = figures.year_of(government, year)
    return figures.year_figures(fiscal, figures.unit_of(government, unit) if unit else None)


@router.get(
    "/{year}/{month}/items",
    response=Part[ItemFigures],
    operation_id="publicItems",
    summary="Sub-activities of a month",
)
def items(
    request: HttpRequest,
    year: Year,
    month: Month,
    unit: Code = "",
    cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:
    view = _view(year, month, unit)
    question = {"list": "public items", "year": year, "month": month, "unit": unit}
    found, following = paging.by_place(
        lambda size, place: selectors.items(view, limit=size, offset=place), cursor, limit, question
    )
    return {"items": [figures.item_of(one) for one in found], "next": following}


@router.get(
    "/{year}/units/{unit}/items/{code}", response=ItemYearShape, operation_id="publicItem",
    summary="One sub-activity through the year",
)  # fmt: skip
def item(request: HttpRequest, year: Year, unit: UnitCode, code: UnitCode) -> Any:
    government = here()
    fiscal, place = figures.year_of(government, year), figures.unit_of(government, unit)
    found = selectors.item(fiscal, place, code)
    if found is None:
        raise Http404
    slugs = {one.number: one.slug for one in selectors.months(fiscal)}
    return {
        "year": year, "unit": place.code, "unit_name": place.name, "code": code, "name": found.sub_activity_name,
        "output": found.output_indicator, "output_unit": found.output_unit,
        "months": [figures.item_month_of(one, slugs) for one in selectors.item_year(found)],
    }  # fmt: skip


@router.get(
    "/{year}/documents",
    response=Part[DocumentShape],
    operation_id="publicDocuments",
    summary="Published documents, newest first",
)
def documents(
    request: HttpRequest, year: Year, unit: Code = "", cursor: Cursor = "", limit: Limit = paging.USUAL
) -> Any:
    fiscal = figures.year_of(here(), year)
    rows = SigningBatch.objects.filter(period__fiscal_year=fiscal, state=SigningBatch.State.PUBLISHED)
    if unit:
        rows = rows.filter(period__agency__code=unit)
    rows = rows.select_related("period__agency").annotate(covered=Count("entries"))
    question = {"list": "documents", "year": year, "unit": unit}
    found, following = paging.newest_first(rows, cursor, limit, question)
    return {"items": [_document(one) for one in found], "next": following}


def _document(one: SigningBatch) -> dict[str, Any]:
    pdf = reverse("approvals:public_document", args=[one.token])
    return {
        "id": one.token, "document_no": one.document_no, "agency": one.period.agency.code,
        "month": str(one.period), "signer": one.signer_name, "signer_title": one.signer_title,
        "signed_sha256": one.signed_sha256, "level": one.level, "published_at": one.moved_at,
        "reports": one.covered,  # type: ignore[attr-defined]
        "verify_url": verify_url(one), "pdf_url": f"{settings.PUBLIC_URL}{pdf}",
    }  # fmt: skip


@router.get(
    "/{year}/contracts", response=Part[ContractShape], operation_id="publicContracts", summary="Contracts"
)
def contracts(
    request: HttpRequest, year: Year, unit: Code = "", cursor: Cursor = "", limit: Limit = paging.USUAL
) -> Any:
    rows = Contract.objects.filter(item__fiscal_year=figures.year_of(here(), year)).select_related(
        "item__unit"
    )
    if unit:
        rows = rows.filter(item__unit__code=unit)
    found, following = paging.by_number(
        rows, cursor, limit, {"list": "contracts", "year": year, "unit": unit}
    )
    told = [
        {
            "unit": one.item.unit.code, "code": one.item.sub_activity_code, "number": one.number, "name": one.name,
            "provider": one.provider, "signed_on": one.signed_on, "starts_on": one.starts_on,
            "ends_on": one.ends_on, "ended_on": one.ended_on,
        }
        for one in found
    ]  # fmt: skip
    return {"items": told, "next": following}


def kept(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Around the operations of this router: an ETag, a minute in caches, and nothing to who has it already."""

    @wraps(run)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = run(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        cached(response)
        if unchanged(request, response["ETag"]):
            told = {name: response[name] for name in ("ETag", "Cache-Control")}
            return HttpResponse(status=304, headers=told)
        return response

    return answer
