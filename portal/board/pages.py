"""What the board's pages show: the board itself, its rows alone, what is about to be done, letters, and the public variant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.board import figures, selectors, shown, states
from portal.board.acting import BoardRefused, Result, Standing, Target, result_of, standing, targets
from portal.board.figures import Row
from portal.board.filters import HOLDERS, Asked, asked
from portal.board.selectors import Board, Scope
from portal.selectors import Month, months, years
from registry.models import FiscalYear, Government, Unit, User
from registry.selectors import government
from submissions.forms import whole_number
from wording.board_sentences import HOLDER_WORDS, STATE_WORDS
from wording.numbers import points
from wording.sentences import say

PER_PAGE = 50
COLUMNS = ("code", "coverage", "timeliness", "held", "updated")


@dataclass(frozen=True, slots=True)
class Look:
    """A reader before the board: who, what he asked for, what he may do."""

    user: User
    scope: Scope
    asked: Asked
    place: Standing

    @property
    def url(self) -> str:
        unit = self.scope.unit
        return reverse("board:unit", args=[unit.code]) if unit else reverse("board:board")


def look_of(request: HttpRequest, code: str = "") -> Look | None:
    """What the address asks for, as far as its reader sees; None before a month was ever opened. 404 for strangers, for units
    out of sight and for what is none of the year's months."""
    user: User = request.user  # type: ignore[assignment]
    paths = selectors.sees(user)
    here = selectors.home_of(user)
    if not paths or here is None:
        raise Http404
    unit = _unit(here, code, paths) if code else None
    given = request.GET if request.method in ("GET", "HEAD") else request.POST
    year, opened = _year(here, given.get("year", ""))
    if year is None:
        return None
    found = asked(given, year, opened)
    if given.get("month") and request.method == "GET" and found.month is None:
        raise Http404
    whole = Unit.objects.filter(government=here, parent=None).values_list("path", flat=True).first()
    seen = None if whole in paths else paths
    return Look(user, Scope(here, year, unit, seen), found, standing(user))


def board_page(request: HttpRequest, look: Look) -> dict[str, Any]:
    """For templates/portal/board/board.html."""
    number = whole_number(request.GET.get("result", ""))
    result = result_of(look.user, number) if number else None
    scope = look.scope
    return rows_part(look) | {
        "ticked": set(),
        "ticked_months": {look.asked.looked_at.slug},
        "acts": look.place.acts,
        "bureau": look.place.bureau is not None and scope.unit is None,
        "asks": bool(look.place.heads) and look.place.bureau is None,
        "ticks": [one for one in look.asked.months if one.agencies >= 0],
        "key": uuid4().hex,
        "result": _result(result) if result else None,
        "legend": shown.legend(),
        "filter": _filter(look),
        "years": _years(look),
        "crumbs": _crumbs(look),
    }


def rows_part(look: Look) -> dict[str, Any]:
    """For templates/portal/board/rows.html: what is looked at again every few seconds."""
    version = selectors.version()  # before the rows: what changes meanwhile is seen the next time
    board = selectors.board(look.scope)
    found = look.asked.found(board.rows)
    page = Paginator(found, PER_PAGE).get_page(look.asked.page)
    return {
        "look": look.asked,
        "unit": look.scope.unit,
        "url": look.url,
        "live": f"{look.url}rows/?{look.asked.query()}",
        "version": version,
        "months": [_head(look, month) for month in look.asked.months],
        "rows": [_row(look, row) for row in page],
        "total": _total(look, found),
        "page": page,
        "all_rows": len(board.rows),
        "heads": {name: _sorted(look, name) for name in COLUMNS},
        "pick": look.place.acts,
        "at": board.at,
        "files": look.asked.query(page="") + "&" if look.asked.query(page="") else "",
        "base": f"{look.asked.query(page='')}&",
    }


def found_rows(look: Look) -> tuple[Board, list[Row]]:
    """All rows that are asked for, for the files."""
    board = selectors.board(look.scope)
    return board, look.asked.found(board.rows)


def ticked(request: HttpRequest, look: Look, reach: Sequence[str]) -> list[Target]:
    """The units and months that were ticked, as far as `reach` goes; raises BoardRefused when there are too few or too many."""
    codes = {code for code in request.POST.getlist("unit") if "\0" not in code}
    found = Unit.objects.filter(government=look.scope.government, code__in=codes)
    units = [one for one in found.order_by("code") if any(one.path.startswith(path) for path in reach)]
    slugs = set(request.POST.getlist("months"))
    months = [(one.number, one.slug) for one in look.asked.months if one.slug in slugs and one.agencies >= 0]
    return targets(look.scope.year, units, months)


def one_month(found: Sequence[Target]) -> None:
    """Raises BoardRefused for more than one month: each deadline is moved by itself."""
    count = len({one.month for one in found})
    if count > 1:
        raise BoardRefused("board.one_month", {"count": count})


# --- The parts of a page ---------------------------------------------------------------------------------


def _row(look: Look, row: Row) -> dict[str, Any]:
    month = look.asked.looked_at
    cells = [shown.cell(row.cell(one.number), one.label) for one in look.asked.months]
    published = row.published
    return {
        "unit": row,
        "url": reverse("board:unit", args=[row.code]) if row.divided and look.scope.unit is None else "",
        "cells": cells,
        "coverage": points(figures.covered([row.cell(month.number)])),
        "graded": points(published.graded),
        "binary": points(published.binary),
        "tiers": [shown.tier(one) for one in row.tiers],
        "holder": row.holder,
        "step": HOLDER_WORDS.get(row.holder.step, "") if row.holder else "",
        "mine": any(
            row.path.startswith(path) for path in (*look.place.reminds, *look.place.reminds_officers)
        ),
    }


def _total(look: Look, rows: Sequence[Row]) -> dict[str, Any]:
    month = look.asked.looked_at
    times = [one for row in rows for one in row.times]
    whole = figures.summed(rows, month.number)
    published = figures.timeliness(figures.PUBLISH, times)
    return {
        "months": [figures.summed(rows, one.number) for one in look.asked.months],
        "whole": whole,
        "month": month,
        "coverage": points(whole.covered),
        "counted": points(whole.counted),
        "graded": points(published.graded),
        "binary": points(published.binary),
        "tiers": [shown.tier(figures.timeliness(name, times)) for name in figures.TIERS],
        "overdue": sum(bool(row.overdue) for row in rows),
    }


def _head(look: Look, month: Month) -> dict[str, Any]:
    current = month == look.asked.month
    return {
        "month": month,
        "url": f"?{look.asked.query(month='' if current else month.slug, page='')}",
        "current": current,
        "opened": month.agencies >= 0,
    }


def _sorted(look: Look, name: str) -> dict[str, str]:
    """The address that puts rows in this order, and which order they are in; a second click turns it round."""
    now = look.asked.sort
    first = name if name == "code" else f"-{name}"
    other = f"-{name}" if first == name else name
    return {
        "url": f"?{look.asked.query(sort=other if now == first else first, page='')}",
        "aria": {name: "ascending", f"-{name}": "descending"}.get(now, ""),
    }


def _filter(look: Look) -> dict[str, Any]:
    one = look.asked
    return {
        "states": [(name, STATE_WORDS[name], name == one.state) for name in states.STATES],
        "holders": [(name, HOLDER_WORDS[name], name == one.holder) for name in HOLDERS],
        "months": [(month.slug, month.label, month == one.month) for month in one.months],
        "overdue_url": f"?{one.query(late='1', page='')}",
        "clear": look.url,
    }


def _years(look: Look) -> list[dict[str, Any]]:
    all_years = years(look.scope.government)
    if len(all_years) < 2:
        return []
    return [
        {"label": one.label, "url": f"{look.url}?year={one.label}", "current": one == look.scope.year}
        for one in all_years
    ]


def _crumbs(look: Look) -> list[dict[str, str]]:
    unit = look.scope.unit
    if unit is None:
        return []
    top = {"label": _("Compliance board"), "url": f"{reverse('board:board')}?{look.asked.query(page='')}"}
    return [top, {"label": unit.name, "url": ""}]


def crumbs_of_act(look: Look) -> list[dict[str, str]]:
    """The way back from a page of an act."""
    return [{"label": _("Compliance board"), "url": f"{look.url}?{look.asked.query()}"}]


def crumbs_of_letters() -> list[dict[str, str]]:
    """The way back from the letters."""
    return [
        {"label": _("Compliance board"), "url": reverse("board:board")},
        {"label": _("Reminder letters"), "url": ""},
    ]


def _result(result: Result) -> dict[str, Any]:
    lines = [
        {
            "name": line.name,
            "month": line.month,
            "sentence": say(line.code, line.params),
            "done": line.done,
            "url": reverse("board:letter", args=[line.params["token"]]) if "token" in line.params else "",
        }
        for line in result.lines
    ]
    return {
        "sentence": say(result.code, result.params),
        "clean": result.clean,
        "told": [line for line in lines if line["done"]],
        "left_out": [line for line in lines if not line["done"]],
    }


def _year(here: Government, label: str) -> tuple[FiscalYear | None, list[Month]]:
    """The fiscal year of that label with its opened months; the newest one in which a month was opened. 404 for no year."""
    known = years(here)
    if label:
        year = next((one for one in known if one.label == label), None)
        if year is None:
            raise Http404
        return year, months(year)
    for year in known:
        if opened := months(year):
            return year, opened
    return None, []


def _unit(here: Government, code: str, paths: Sequence[str]) -> Unit:
    """A unit that lies below what its reader sees; 404 for any other, and for the government itself."""
    known = Unit.objects.filter(government=here, code=code.replace("\0", "")).exclude(parent=None)
    unit = known.first()
    if unit is None or not any(unit.path.startswith(path) for path in paths):
        raise Http404
    return unit


# --- For everybody ---------------------------------------------------------------------------------------


def public_page(request: HttpRequest) -> dict[str, Any]:
    """For templates/portal/board/public.html: published or not yet, and nothing else. The first government's."""
    here = government()
    year, opened = _year(here, request.GET.get("year", "")) if here else (None, [])
    if here is None or year is None:
        return {"months": []}
    board = selectors.board(Scope(here, year))
    look = asked(request.GET, year, opened)
    shown_months = [month for month in look.months if month.agencies >= 0]
    return {
        "year": year,
        "years": [one for one in years(here) if one != year],
        "months": shown_months,
        "rows": [
            {"unit": row, "cells": [_public(row, month) for month in shown_months]} for row in board.rows
        ],
        "complete": [figures.summed(board.rows, month.number) for month in shown_months],
        "at": board.at,
        "canonical": reverse("board:public"),
    }


def _public(row: Row, month: Month) -> dict[str, str]:
    """Whether all of a month is published; nothing is said before its deadline."""
    cell = row.cell(month.number)
    if cell.counts.complete:
        return {"word": "published", "label": month.label}
    due: Mapping[bool, str] = {True: "not_yet", False: ""}
    return {"word": due[cell.overdue], "label": month.label}
