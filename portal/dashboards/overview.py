"""The overview for those who oversee: from the headline to the agency, the section and the sub-activity (domain.md 5.3).

Published figures only, unless what is handed in and not signed yet is asked for; drafts and returned reports are never shown.
"""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.correction_counts import PROMISED, counts
from approvals.models import Request
from portal import restated, selectors, tables
from portal.board import holders
from portal.charts import Chart, percent
from portal.dashboards import heat, rankings
from portal.dashboards.asked import Asked
from portal.dashboards.cards import cards
from portal.dashboards.columns import CURVE, HEAT, RANKING, SECTIONS
from portal.dashboards.curves import MONEY, PHYSICAL, curve, points_of
from portal.dashboards.reading import Numbers
from portal.pages import PER_PAGE, ItemRows, Page, Table
from portal.selectors import Month, SectionTotal, Sight, UnitTotal
from registry.selectors import within
from wording.sentences import say


def nothing() -> Page:
    """Before any month is open."""
    return Page("portal/overview.html", {"months": []}, "overview")


def page(request: HttpRequest, question: Asked, read: Numbers, sight: Sight) -> Page:
    """The overview, an agency, or one of its sections."""
    sections = selectors.sections(question.view(sight)) if question.unit else []
    context = question.tabs() | _shared(question, read, sections) | _lists(request, question, read, sight)
    return Page("portal/overview.html", context, name(question), files(question, read, sight))


def only_files(question: Asked, read: Numbers, sight: Sight) -> Page:
    """The tables without the page: nothing is read that they do not need."""
    return Page("portal/overview.html", {}, name(question), files(question, read, sight))


def headline(question: Asked, read: Numbers) -> str:
    """The sentence on top: who has signed, and absorption on the whole ceiling beside its plan (W-6)."""
    total = read.total
    said = {
        "month": question.month.label,
        "absorption": percent(read.absorption(total, restated=question.restated)),
        "plan": percent(total.plan_money),
    }
    if question.unit:
        return say("overview.unit", said | {"done": total.published, "all": total.required})
    done = sum(row.total.complete and row.total.published >= row.total.required for row in read.rows)
    return say(
        "overview.headline", said | {"done": done, "all": sum(row.total.required > 0 for row in read.rows)}
    )


def charts(question: Asked, read: Numbers) -> list[Chart]:
    """The curves of work and money; none for a section, which has no months of its own."""
    if question.post is not None:
        return []
    latest = read.latest() if question.restated else None
    return [curve(read.months, question.labels, measure, latest) for measure in (PHYSICAL, MONEY)]


def class_names(count: int) -> list[str]:
    """The names of the size classes, the largest first."""
    return [
        _("Largest ceilings"), _("Second quarter by ceiling"), _("Third quarter by ceiling"), _("Smallest ceilings"),
    ][:count]  # fmt: skip


def name(question: Asked) -> str:
    """The name of its files."""
    parts = [question.month.slug, question.unit.code if question.unit else "overview"]
    marks = {
        f"section-{question.post}": question.post is not None,
        "unsigned": question.unsigned,
        "restated": question.restated,
    }
    return "-".join([*parts, *(mark for mark, wanted in marks.items() if wanted)])


def files(question: Asked, read: Numbers, sight: Sight) -> dict[str, Table]:
    """The tables of the page as files; the first is the one that is meant without a name."""
    view = question.view(sight)
    year = {
        "curve": Table(CURVE, lambda: _year(question, read)),
        "heat": Table(HEAT, lambda: [cell for line in heat.table(question, read) for cell in _flat(line)]),
        "ranking": Table(RANKING, lambda: _ranked(question, read)),
    }
    return {
        "units": Table(tables.UNITS, lambda: tables.with_total(read.total, read.rows)),
        "items": Table(tables.ITEMS, lambda: selectors.items(view)),
        **(
            year if question.post is None else {}
        ),  # a section has no months of its own, nor a place among units
        "sections": Table(SECTIONS, lambda: selectors.sections(view)),
        "states": Table(tables.STANDINGS, lambda: holders.standings(view)[0]),
        "holders": Table(tables.HOLDERS, lambda: holders.standings(view)[1]),
    }


def _shared(question: Asked, read: Numbers, sections: Sequence[SectionTotal]) -> dict[str, Any]:
    """What stands on every level."""
    code = question.unit.code if question.unit else ""
    section = section_name(sections[0]) if sections and question.post is not None else ""
    board = reverse("board:unit", args=[code]) if code else reverse("board:board")
    return {
        "asked": question,
        "month": question.month,
        "unit": question.unit,
        "section": section,
        "sections": sections if question.post is None and len(sections) > 1 else [],
        "crumbs": question.crumbs(section),
        "total": read.total,
        "unsigned": question.unsigned,
        "restated": question.restated,
        "absorption_restated": read.absorption(read.total, restated=True),
        "work_restated": read.work(read.total),
        "headline": headline(question, read),
        "charts": charts(question, read),
        "behind": sum(not row.total.complete for row in read.rows if row.total.required),
        "board_url": f"{board}?month={question.month.slug}",
        "query": question.query(unit=None, post=None),
        "base": f"?{question.query()}&",
        "pager_base": f"{question.query()}&",
        "latest": read.newest == question.month.number,
    }


def section_name(section: SectionTotal) -> str:
    """The post that verifies, with its unit."""
    if not section.post_id:
        return _("No office verifies")
    return f"{section.title}, {section.unit_name}"


def _lists(request: HttpRequest, question: Asked, read: Numbers, sight: Sight) -> dict[str, Any]:
    """The tables below: units, months, ranking, sections, sub-activities."""
    view = question.view(sight)
    units = below(read.rows, question)
    page_number = request.GET.get("page")
    places = rankings.classes(question, read) if not question.unit else []
    pages_of_items = Paginator(ItemRows(view, read.total.items), PER_PAGE) if question.unit else None
    return {
        "moved": None if question.unsigned else restated.both(view, read.total),
        "units": units,
        "heat": heat.table(question, read) if units else [],
        "heat_columns": heat.columns(question),
        "legend": heat.legend(),
        "ranking": list(zip(class_names(len(places)), places, strict=True)),
        "items": pages_of_items.get_page(page_number) if pages_of_items else None,
        "cards": cards(view),
        "counts": [] if question.unit else counts(_corrections(question.month, sight)),
        "promised": PROMISED,
    }


def below(rows: Sequence[UnitTotal], question: Asked) -> list[UnitTotal]:
    """Nothing for a section, and for a unit without units below it: its one row would repeat the total."""
    unit = question.unit
    if question.post is not None or (unit and [row.unit_id for row in rows] == [unit.pk]):
        return []
    return list(rows)


def _corrections(month: Month, sight: Sight) -> QuerySet[Request]:
    """The requests of a year that somebody oversees."""
    return Request.objects.filter(within(sight.paths or (), "agency__path"), fiscal_year=month.year)


def _year(question: Asked, read: Numbers) -> list[tuple[str, Any, Any]]:
    """Each month with its point of both curves."""
    latest = read.latest() if question.restated else None
    both = [points_of(read.months, question.labels, measure, latest) for measure in (PHYSICAL, MONEY)]
    return [(one.label, one, other) for one, other in zip(*both, strict=True)]


def _flat(line: heat.Line) -> list[tuple[heat.Line, heat.Cell]]:
    return [(line, cell) for cell in line.cells]


def _ranked(question: Asked, read: Numbers) -> list[tuple[str, rankings.Place]]:
    places = rankings.classes(question, read)
    return [(name, one) for name, each in zip(class_names(len(places)), places, strict=True) for one in each]
