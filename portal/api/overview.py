"""The overview by program: the heat table, the ranking, the curves, the index and the year-end risk. The questions, the sight
and every figure are those of the pages (`portal.dashboards`)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Router

from portal import selectors
from portal.api import figures
from portal.api.door import person_of
from portal.api.overview_shapes import (
    CurveShape,
    HeatShape,
    IndexShape,
    RankingShape,
    RiskShape,
    SectionsShape,
)
from portal.api.reading import Code, Label, Slug, here
from portal.charts import Point
from portal.dashboards import composite, heat, rankings, risk
from portal.dashboards.asked import RESTATED, Asked, asked
from portal.dashboards.curves import ALL_MONTHS, MONEY, PHYSICAL, points_of
from portal.dashboards.leading_scope import stand
from portal.dashboards.reading import Numbers, numbers
from portal.selectors import Sight

router = Router(tags=["overview"])
INDEX_FORMULA = (
    "index = sum(weight * min(part, 100)) / sum(weight), null unless every part with a weight is known; "
    "coverage = 100 * sum(ceiling of published) / sum(ceiling)"
)


def _question(
    request: HttpRequest, month: str, unit: str = "", *, unsigned: bool = False, restated: bool = False,
    measure: str = PHYSICAL,
) -> tuple[Asked, Sight]:  # fmt: skip
    """What is asked, as the page reads it from its address; who oversees nothing finds nothing."""
    person = person_of(request)
    sight = selectors.sight_of(person)
    said = {
        "month": month, "unit": unit, "all": "1" if unsigned else "", "basis": RESTATED if restated else "", "by": measure,
    }  # fmt: skip
    question = asked(said, here(person)) if sight.anything else None
    if question is None:
        raise Http404
    return question, sight


def _read(question: Asked, sight: Sight) -> Numbers:
    """The figures; nothing outside of what one oversees."""
    read = numbers(question, sight)
    if question.unit and not read.total.items:
        raise Http404
    return read


def _about(question: Asked) -> dict[str, Any]:
    return {
        "year": question.year.label, "month": question.month.slug, "unit": question.unit.code if question.unit else None,
        "measure": question.measure, "restated": question.restated, "includes_unsigned": question.unsigned,
    }  # fmt: skip


@router.get(
    "/overview/heat",
    response=HeatShape,
    operation_id="heat",
    summary="Units by months, each against its plan",
)
def heat_table(
    request: HttpRequest, month: Slug = "", unit: Code = "", measure: Literal["physical", "money"] = "physical",
    restated: bool = False,
) -> Any:  # fmt: skip
    """The opened months of the year of `month`, by default of the newest one; published figures."""
    question, sight = _question(request, month, unit, restated=restated, measure=measure)
    lines = heat.table(question, _read(question, sight))
    return _about(question) | {"units": [_line(one) for one in lines]}


def _line(one: heat.Line) -> dict[str, Any]:
    cells = [
        {
            "month": cell.slug, "value": cell.value, "deviation": cell.deviation, "colour": cell.band or None,
            "coverage": cell.covered,
        }
        for cell in one.cells
    ]  # fmt: skip
    return {"unit": one.code, "name": one.name, "cells": cells}


@router.get(
    "/overview/ranking", response=RankingShape, operation_id="ranking", summary="Units by absorption within size classes"
)  # fmt: skip
def ranking(
    request: HttpRequest, month: Slug = "", unit: Code = "", restated: bool = False, unsigned: bool = False
) -> Any:
    question, sight = _question(request, month, unit, restated=restated, unsigned=unsigned)
    classes = rankings.classes(question, _read(question, sight))
    return _about(question) | {"classes": [[_place(one) for one in each] for each in classes]}


def _place(one: rankings.Place) -> dict[str, Any]:
    total = one.unit.total
    return {
        "place": one.place, "unit": one.unit.unit_code, "name": one.unit.unit_name, "absorption": one.absorption,
        "planned_absorption": one.plan, "physical": total.physical, "ceiling": total.ceiling, "coverage": total.coverage.covered,
    }  # fmt: skip


@router.get(
    "/overview/curve", response=CurveShape, operation_id="curve", summary="The S-curves of a year with their forecast"
)  # fmt: skip
def curve(request: HttpRequest, month: Slug = "", unit: Code = "", restated: bool = False) -> Any:
    """Of the year of `month`, by default of the newest opened one; published figures."""
    question, sight = _question(request, month, unit, restated=restated)
    read = _read(question, sight)
    latest = read.latest() if restated else None
    return _about(question) | {
        name: _points(question, points_of(read.months, question.labels, measure, latest))
        for name, measure in (("physical", PHYSICAL), ("money", MONEY))
    }


def _points(question: Asked, points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {
            "month": figures.slug_of(question.year, number), "plan": one.plan, "actual": one.actual, "forecast": one.forecast,
            "complete": one.complete,
        }
        for number, one in zip(ALL_MONTHS, points, strict=True)
    ]  # fmt: skip


@router.get(
    "/overview/sections", response=SectionsShape, operation_id="sections", summary="A unit by the offices that verify"
)  # fmt: skip
def sections(request: HttpRequest, unit: Code, month: Slug = "", unsigned: bool = False) -> Any:
    question, sight = _question(request, month, unit, unsigned=unsigned)
    found = selectors.sections(question.view(sight))
    if not question.unit or not found:
        raise Http404
    told = [
        {"office": one.title, "office_unit": one.unit_name, "figures": figures.total_of(one.total)} for one in found
    ]  # fmt: skip
    return _about(question) | {"formula": figures.FORMULA, "sections": told}


@router.get(
    "/overview/index", response=IndexShape, operation_id="agencyIndex", summary="The agency index up to a month"
)  # fmt: skip
def index(request: HttpRequest, month: Slug = "") -> Any:
    question, sight = _question(request, month)
    rows = [
        {
            "place": one.place, "unit": one.code, "name": one.name, "index": one.index, "timeliness": one.timeliness,
            "physical_achievement": one.physical, "physical_band": one.band, "financial_achievement": one.financial,
            "data_quality": one.quality, "returns": one.returns, "amendments": one.amendments,
            "standing": one.standing, "coverage": one.total.coverage.covered, "reports_published": one.total.published,
            "reports_required": one.total.required, "as_of": one.total.as_of,
        }
        for one in composite.composites(question, sight)
    ]  # fmt: skip
    return _about(question) | {
        "formula": INDEX_FORMULA, "weights": composite.weights(question.year), "agencies": rows,
    }  # fmt: skip


@router.get(
    "/overview/risk", response=RiskShape, operation_id="risk", summary="What is likely to remain unspent"
)
def year_end(request: HttpRequest, year: Label, month: Slug, unit: Code = "") -> Any:
    """By the figures of a month in which something was published."""
    place = stand(person_of(request), year)
    chosen = (
        next((one for one in place.months if one.slug == month and one.agencies), None) if place else None
    )
    if place is None or chosen is None:
        raise Http404
    place = replace(place, unit=figures.unit_of(place.government, unit) if unit else None)
    total, agencies = risk.agencies(risk.months_of(place), chosen.number)
    largest = risk.items(place.parameters(), chosen.number)
    return {
        "year": chosen.year.label, "month": chosen.slug, "months_left": max(risk.YEAR - chosen.number, 0),
        "total": _outlook(total),
        "agencies": [{"unit": one.code, "name": one.name, "outlook": _outlook(one.outlook)} for one in agencies],
        "items": [
            {
                "agency": one.agency_name, "unit": one.unit_code, "code": one.code, "name": one.name,
                "outlook": _outlook(one.outlook),
            }
            for one in largest
        ],
    }  # fmt: skip


def _outlook(one: risk.Outlook | risk.Together) -> dict[str, Any]:
    return {
        "ceiling": one.ceiling, "realized": one.realised, "expected": one.expected, "risk": one.risk, "risk_percent": one.share,
        "coverage": one.covered,
    }  # fmt: skip
