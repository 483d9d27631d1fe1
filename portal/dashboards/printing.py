"""The overview on paper: the figures, pictures and tables of the page, as a PDF made by typst."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language, get_language_bidi, pgettext
from django.utils.translation import gettext as _

from approvals.printing import compile_pdf
from ledger.clock import now
from portal import selectors
from portal.charts import Chart, percent
from portal.dashboards import heat, overview, rankings
from portal.dashboards.asked import Asked
from portal.dashboards.reading import Numbers
from portal.figures import Item, Total
from portal.selectors import SectionTotal, Sight, UnitTotal
from registry.models import Government
from submissions.formulas import colour
from wording import numbers as written
from wording.dates import moment
from wording.words import COLOURS

LONGEST = 400  # sub-activities on paper; the files have them all


def answer(question: Asked, read: Numbers, sight: Sight, here: Government) -> HttpResponse:
    """The document of a question, to be kept under the name of its files."""
    at = now()
    content = compile_pdf("dashboard", document(question, read, sight, here), at=at, extra={})
    name = overview.name(question)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def document(question: Asked, read: Numbers, sight: Sight, here: Government) -> dict[str, Any]:
    """Everything that is printed, in words of the active language."""
    where = question.unit.name if question.unit else _("Overview")
    return {
        "title": f"{where}, {question.month.label}",
        "government": here.name,
        "language": (get_language() or "id")[:2],
        "rtl": get_language_bidi(),
        "printed": _("printed %(at)s") % {"at": moment(now())},
        "page": _("page %(page)s of %(pages)s"),
        "headline": overview.headline(question, read),
        "notes": _notes(question, read),
        "tiles": tiles(read.total, here.currency),
        "charts": [_picture(one) for one in overview.charts(question, read)],
        "tables": _tables(question, read, sight),
        "words": {"year": _("The year")},
        "formulas": _(
            "Absorption is 100 × money realised to date ÷ ceiling. Physical progress and plan are weighted by ceiling; "
            "percentages are never averaged. Deviation is actual less plan, in points. Coverage is the ceiling of the reports "
            "counted ÷ the ceiling of all sub-activities. “–” means not known."
        ),
    }


def tiles(total: Total, currency: str) -> list[dict[str, Any]]:
    """The four figures of the page, with what they stand on."""
    cover, plan = total.coverage, _("Plan %(plan)s")
    shares = {
        "reported": written.points(cover.of_reported), "covered": written.points(cover.covered),
        "whole": written.points(cover.of_total),
    }  # fmt: skip
    counted = {"counted": total.reported, "required": total.required}
    basis = _(
        "%(reported)s %% of the ceiling that reported (%(covered)s %% of the ceiling) · %(whole)s %% of the total ceiling"
    )
    return [
        _tile(
            _("Absorption"), percent(cover.of_reported), basis % shares,
            plan % {"plan": percent(total.planned_money)}, _against(total.deviation_money),
        ),
        _tile(
            _("Physical progress"), percent(total.physical), plan % {"plan": percent(total.planned_physical)},
            _against(total.deviation_physical),
        ),
        _tile(
            _("Realised to date"), written.money(total.realised, currency=currency),
            _("of %(ceiling)s") % {"ceiling": written.money(total.ceiling, currency=currency)},
        ),
        _tile(
            _("Coverage"), percent(cover.covered), _("%(counted)s of %(required)s reports") % counted,
            "" if total.complete else _("Incomplete"),
            _("As of %(at)s") % {"at": moment(total.as_of)} if total.as_of else "",
        ),
    ]  # fmt: skip


def _tile(name: str, value: str, *under: str) -> dict[str, Any]:
    return {"name": name, "value": value, "under": [one for one in under if one]}


def _notes(question: Asked, read: Numbers) -> list[str]:
    notes = []
    if question.unsigned:
        notes.append(_("Not final: includes reports that are handed in and not yet signed."))
    if question.restated:
        said = {
            "then": written.points(read.total.coverage.of_total),
            "now": written.points(read.absorption(read.total, restated=True)),
        }
        notes.append(
            _("Restated on the budget in force: absorption %(now)s %%, as published %(then)s %%.") % said
        )
    return notes


def _picture(chart: Chart) -> dict[str, str]:
    return {"title": chart.title, "svg": chart.alone}


def _tables(question: Asked, read: Numbers, sight: Sight) -> list[dict[str, Any]]:
    view = question.view(sight)
    below = overview.below(read.rows, question)
    tables = []
    if below:
        tables.append(_heat(question, read))
    if question.unit is None:
        places = rankings.classes(question, read)
        tables += [
            _ranking(name, one) for name, one in zip(overview.class_names(len(places)), places, strict=True)
        ]
    if question.unit and question.post is None:
        sections = selectors.sections(view)
        tables += [_sections(sections)] if len(sections) > 1 else []
    if question.unit:
        tables.append(_items(selectors.items(view, limit=LONGEST), read.total.items))
    return tables


def _heat(question: Asked, read: Numbers) -> dict[str, Any]:
    lines = heat.table(question, read)
    legend = " · ".join(str(COLOURS[band]) for band, _shape, _word in heat.legend())
    return _table(
        _("Units by month") if question.unit else _("Agencies by month"),
        [_("Unit") if question.unit else _("Agency"), *heat.columns(question)],
        [[_cell(line.name), *(_heat_cell(cell) for cell in line.cells)] for line in lines],
        notes=[_("Done of each month in percent, and its deviation from the plan"), legend],
    )


def _heat_cell(cell: heat.Cell) -> dict[str, str]:
    return _cell(
        written.points(cell.value),
        cell.band or "",
        f"{written.points(cell.covered)} %" if cell.partial else "",
    )


def _ranking(name: str, places: Sequence[rankings.Place]) -> dict[str, Any]:
    head = [
        pgettext("in a ranking", "Place"), _("Agency"), _("Absorption, %"), _("Plan, %"), _("Deviation, points"),
        _("Physical, %"), _("Ceiling"), _("Coverage, %"),
    ]  # fmt: skip
    rows = [
        [
            _cell(f"{one.place or written.NOTHING}"), _cell(one.unit.unit_name), _cell(written.points(one.absorption)),
            _cell(written.points(one.plan)), _deviation(one.unit.total.deviation_money), *_standing(one.unit),
        ]
        for one in places
    ]  # fmt: skip
    below = [at for at, one in enumerate(places) if one.first_below and at]
    return _table(_("Ranking by absorption: %(name)s") % {"name": name}, head, rows, names=2, lines=below)


def _standing(unit: UnitTotal) -> Iterable[dict[str, str]]:
    total = unit.total
    return (
        _cell(written.points(total.physical)), _cell(written.money(total.ceiling)),
        _cell(written.points(total.coverage.covered)),
    )  # fmt: skip


def _sections(sections: Sequence[SectionTotal]) -> dict[str, Any]:
    head = [
        _("Office"), _("Absorption, %"), _("Deviation, points"), _("Physical, %"), _("Deviation, points"), _("Coverage, %"),
    ]  # fmt: skip
    rows = [
        [
            _cell(overview.section_name(one)), _cell(written.points(one.total.absorption)),
            _deviation(one.total.deviation_money), _cell(written.points(one.total.physical)),
            _deviation(one.total.deviation_physical), _cell(written.points(one.total.coverage.covered)),
        ]
        for one in sections
    ]  # fmt: skip
    return _table(_("By section"), head, rows)


def _items(items: Sequence[Item], count: int) -> dict[str, Any]:
    head = [
        _("Code"), _("Sub-activity"), _("Realised to date"), _("Absorption, %"), _("Deviation, points"), _("Physical, %"),
        _("Deviation, points"), _("Weighted, points"),
    ]  # fmt: skip
    rows = [
        [
            _cell(one.code), _cell(one.name), _cell(written.money(one.realised)), _cell(written.points(one.absorption)),
            _deviation(one.deviation_money), _cell(written.points(one.physical)), _deviation(one.deviation_physical),
            _cell(written.points(one.weighted)),
        ]
        for one in items
    ]  # fmt: skip
    left = count - len(items)
    notes = [_("%(count)s more are in the files of the page.") % {"count": left}] if left > 0 else []
    return _table(_("Sub-activities"), head, rows, names=2, notes=notes)


def _table(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[dict[str, str]]],
    *,
    names: int = 1,
    lines: Sequence[int] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """`names`: how many columns are words; `lines`: rows above which a strong line stands."""
    return {"title": title, "head": head, "rows": rows, "names": names, "lines": list(lines), "notes": notes}


def _cell(text: str, band: str = "", under: str = "") -> dict[str, str]:
    return {"text": text, "band": band, "under": under}


def _deviation(value: Decimal | None) -> dict[str, str]:
    band = colour(value)
    return _cell(written.points(value), band or "", str(COLOURS[band]) if band else "")


def _against(value: Decimal | None) -> str:
    band = colour(value)
    if value is None or band is None:
        return ""
    return _("deviation %(points)s, %(word)s") % {"points": written.points(value), "word": COLOURS[band]}
