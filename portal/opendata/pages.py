"""The pages of search and of the open data, gathered in a fixed number of statements."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.urls import reverse

from approvals.published import FIELDS, MONEY
from portal import selectors
from portal.opendata import feeds
from portal.opendata.files import Extent
from portal.opendata.package import files_of
from portal.opendata.search import LONGEST, SHORTEST, UNIT, Hit, Hits, Question
from portal.pages import Page, month_url
from portal.selectors import Month
from registry.models import FiscalYear, Government, Unit
from registry.selectors import government
from wording.sentences import say

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One line of an answer: what it is, and where it leads."""

    hit: Hit
    url: str


def search(request: HttpRequest) -> Page:
    """What a visitor's words find in a fiscal year, the newest one unless he names another."""
    here, question = government(), Question(request.GET.get("q", ""))
    years = selectors.years(here) if here else []
    month, opened = selectors.newest_month(years, published=True)
    asked = request.GET.get("year", "")
    year = next(
        (one for one in years if one.label == asked), month.year if month else next(iter(years), None)
    )
    if year and month and year != month.year:
        opened = selectors.months(year)
    context: dict[str, Any] = {
        "question": question.text,
        "notes": _notes(question, asked, years),
        "year": year,
        "years": [
            {
                "label": one.label,
                "url": f"?{urlencode({'q': question.text, 'year': one.label})}",
                "current": one == year,
            }
            for one in years
        ],
    }
    if year and question.enough:
        context |= _answer(request, question, year, opened)
    return Page("portal/search.html", context, "search")


def _notes(question: Question, asked: str, years: list[FiscalYear]) -> list[str]:
    notes = []
    if question.text and not question.enough:
        notes.append(say("find.short", {"value": question.text, "least": SHORTEST}))
    if question.cut:
        notes.append(say("find.long", {"value": question.text, "limit": LONGEST}))
    if asked and asked not in {one.label for one in years}:
        notes.append(say("find.year", {"value": asked}))
    return notes


def _answer(
    request: HttpRequest, question: Question, year: FiscalYear, opened: list[Month]
) -> dict[str, Any]:
    number = _number(request.GET.get("page", ""))
    hits = Hits(question, year, number, PER_PAGE)
    if number > 1 and not len(hits):
        raise Http404
    newest = next((each for each in reversed(opened) if each.agencies), opened[-1] if opened else None)
    return {
        "asked": True,
        "rows": Paginator(hits, PER_PAGE).get_page(number),
        "found": [Found(hit, _url(hit, year, newest)) for hit in hits],
        "alike": bool(hits) and hits[0].alike,
        "pager_base": f"{urlencode({'q': question.text, 'year': year.label})}&",
    }


def _number(text: str) -> int:
    return (
        int(text)
        if text.isascii() and text.isdigit() and 0 < int(text[:6]) < 100_000 and len(text) < 6
        else 1
    )


def _url(hit: Hit, year: FiscalYear, newest: Month | None) -> str:
    if hit.kind == UNIT:
        return month_url(newest, hit.code) if newest else ""
    return reverse("portal:item", args=[year.label, hit.of_code, hit.code])


def data(label: str = "") -> Page:
    """The files of a fiscal year (the newest one without `label`) with what their columns mean; 404 for an unknown year."""
    here = government()
    years = selectors.years(here) if here else []
    year = next((one for one in years if one.label == label or not label), None)
    if here is None or (year is None and label):
        raise Http404
    context: dict[str, Any] = {"years": [], "year": year, "canonical": reverse("opendata:data")}
    if year:
        context |= _year(here, years, year)
    return Page("portal/data.html", context, "data")


def _year(here: Government, years: list[FiscalYear], year: FiscalYear) -> dict[str, Any]:
    agencies = Unit.objects.filter(government=here, kind__in=Unit.AGENCY_KINDS).order_by("code")
    return {
        "canonical": reverse("opendata:year", args=[year.label]),
        "years": [
            {"label": one.label, "url": reverse("opendata:year", args=[one.label]), "current": one == year}
            for one in years
        ],
        "files": files_of(Extent(year)),
        "agencies": [{"unit": one, "files": files_of(Extent(year, one))} for one in agencies],
        "licence": {"name": settings.OPEN_DATA_LICENCE, "url": settings.OPEN_DATA_LICENCE_URL},
        "columns": [
            {
                "name": field.name,
                "type": field.kind,
                "unit": here.currency if field.unit == MONEY else field.unit,
                "meaning": say(f"column.{field.name}"),
            }
            for field in FIELDS
        ],
        "feeds": {"published": feeds.address("published"), "corrections": feeds.address("corrections")},
    }
