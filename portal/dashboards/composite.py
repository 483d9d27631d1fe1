"""The agency index: timeliness, work, money and data quality in one figure, with its weights and its coverage beside it
(W-11, W-6). Who published nothing of the month has no index: by his timeliness alone he would be compared with nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal import selectors
from portal.board.selectors import Scope, published
from portal.dashboards.asked import Asked
from portal.exports import Column, points
from portal.figures import Total
from portal.pages import Page, Table
from portal.selectors import Sight, UnitTotal, rows_of
from registry.models import FiscalYear
from submissions.formulas import IndexWeights, achievement, agency_index, band, data_quality, half_up
from wording.dashboard_sentences import BANDS, INDEX_PARTS, INDEX_STANDINGS
from wording.sentences import say

COMPLETE, PARTIAL, UNPUBLISHED, UNKNOWN = "COMPLETE", "PARTIAL", "UNPUBLISHED", "UNKNOWN"
# How an agency stands in the index, and in which part of the table: in the last one there is neither index nor place.
STANDINGS = {COMPLETE: 0, PARTIAL: 1, UNPUBLISHED: 2, UNKNOWN: 2}
WHY = {UNPUBLISHED: "index.unpublished", UNKNOWN: "index.unknown"}

# How often reports of a year were sent back, and how many were corrected after they had been published, by the agency to which
# they belong now, as all other figures are, and as far as they are seen.
CORRECTED = """
SELECT u.agency_id AS agency, count(*) FILTER (WHERE r.revision > 0 AND r.state IN ('published', 'superseded')) AS amendments,
  coalesce(sum(back.count), 0)::int AS returns
FROM submissions_period p JOIN submissions_report r ON r.period_id = p.id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
  LEFT JOIN LATERAL (SELECT count(*) AS count FROM workflow_decision d
    WHERE d.content_type_id = (SELECT id FROM django_content_type WHERE app_label = 'submissions' AND model = 'report')
      AND d.object_id = r.id AND d.verb = 'return') back ON true
WHERE p.fiscal_year_id = %(year)s AND p.month <= %(month)s AND (%(paths)s::text[] IS NULL
  OR EXISTS (SELECT FROM unnest(%(paths)s::text[]) AS x(path) WHERE starts_with(u.path, x.path)))
GROUP BY u.agency_id"""


@dataclass(frozen=True, slots=True)
class Composite:
    """One agency: its four parts, each in percent, the index of them, and what they stand on; `place` is None for who has no
    index. The parts are timeliness, physical and financial achievement, and data quality."""

    code: str
    name: str
    url: str
    timeliness: Decimal | None
    physical: Decimal | None
    financial: Decimal | None
    quality: Decimal | None
    returns: int
    amendments: int
    parts: IndexWeights
    total: Total
    place: int | None = None

    @property
    def unknown(self) -> list[str]:
        """The parts that count in this year and are not known."""
        return [name for name in INDEX_PARTS if getattr(self.parts, name) and getattr(self, name) is None]

    @property
    def standing(self) -> str:
        """One of `STANDINGS`."""
        if not self.total.published:
            return UNPUBLISHED
        if self.unknown:
            return UNKNOWN
        return COMPLETE if self.total.complete else PARTIAL

    @property
    def why(self) -> str:
        """Why there is no index; empty where there is one."""
        code = WHY.get(self.standing)
        return say(code, {"parts": [str(INDEX_PARTS[name]) for name in self.unknown]}) if code else ""

    @property
    def index(self) -> Decimal | None:
        """W-11, by the weights of the year; None where a part that counts is not known: the mean of fewer parts is another
        figure than that of the others."""
        if self.standing in WHY:
            return None
        return agency_index(self.timeliness, self.physical, self.financial, self.quality, self.parts)

    @property
    def rank(self) -> tuple[int, Decimal]:
        """What places go by, to the two decimals that are shown; where it is equal, the place is too. As in W-9, who has not
        reported everything comes after all who have: else publishing only what goes well would lead."""
        return STANDINGS[self.standing], -half_up(self.index or Decimal(0), 2)

    @property
    def band(self) -> str | None:
        """W-7 of the physical achievement."""
        return band(self.physical)

    @property
    def band_word(self) -> str:
        """The same in the reader's words; empty where nothing was planned or reported."""
        return str(BANDS[self.band]) if self.band else ""


COLUMNS: Sequence[Column] = (
    Column("place", lambda row: row.place),
    Column("unit_code", lambda row: row.code),
    Column("unit_name", lambda row: row.name),
    Column("index", lambda row: points(row.index)),
    Column("timeliness", lambda row: points(row.timeliness)),
    Column("physical_achievement", lambda row: points(row.physical)),
    Column("physical_band", lambda row: row.band or ""),
    Column("financial_achievement", lambda row: points(row.financial)),
    Column("data_quality", lambda row: points(row.quality)),
    Column("returns", lambda row: row.returns),
    Column("amendments", lambda row: row.amendments),
    Column("standing", lambda row: row.standing),
    Column("coverage", lambda row: points(row.total.coverage.covered)),
    Column("reports_published", lambda row: row.total.published),
    Column("reports_required", lambda row: row.total.required),
    Column("as_of", lambda row: row.total.as_of),
)


def page(request: HttpRequest, question: Asked, sight: Sight) -> Page:
    """All agencies that somebody oversees, the best first; published figures only, and so in what the links lead to."""
    question = replace(question, unsigned=False, restated=False)
    rows = composites(question, sight)
    context = {
        "month": question.month,
        "months": question.tabs()["months"],
        "rows": rows,
        "groups": grouped(rows),
        "as_of": max((one.total.as_of for one in rows if one.total.as_of), default=None),
        "words": printed(weights(question.year)),
        "rule": say("index.places"),
        "overview_query": question.query(),
        "base": f"?{question.query()}&",
        "crumbs": [{"label": _("Overview"), "url": f"../?{question.query()}"}, {"label": _("Agency index")}],
    }
    table = Table(COLUMNS, lambda: rows)
    return Page("portal/dashboards/index.html", context, f"{question.month.slug}-index", {"index": table})


def composites(question: Asked, sight: Sight) -> list[Composite]:
    """The index of each agency that is seen, up to the month, by places among them; a fixed number of statements."""
    rows = selectors.units(question.view(sight))[1]
    scope = Scope(question.year.government, question.year, None, sight.paths)
    times = {unit: one.graded for unit, one in published(scope, question.month.number).items()}
    corrected = _corrected(question.year, question.month.number, sight)
    return placed(
        [_of(one, question, times.get(one.unit_id), *corrected.get(one.unit_id, (0, 0))) for one in rows]
    )


def placed(made: Sequence[Composite]) -> list[Composite]:
    """In order, each with its place: equal ones share it and the next one counts them all."""
    done: list[Composite] = []
    for number, one in enumerate(sorted(made, key=lambda one: (one.rank, one.code)), 1):
        before = done[-1] if done else None
        place = before.place if before and before.rank == one.rank else number
        done.append(replace(one, place=None if one.standing in WHY else place))
    return done


def grouped(rows: Sequence[Composite]) -> list[tuple[str, list[Composite]]]:
    """What the rows have in common, in words, and the rows: all published, a part, without an index."""
    return [
        (str(INDEX_STANDINGS[group]), list(them))
        for group, them in groupby(rows, key=lambda one: one.rank[0])
    ]


def weights(year: FiscalYear) -> IndexWeights:
    """What each part counts in a year, of 100."""
    return IndexWeights(*map(Decimal, year.index_parts))


def printed(parts: IndexWeights) -> str:
    """The weights as they are printed."""
    return _(
        "Index: timeliness %(timeliness)s, physical achievement %(physical)s, financial achievement %(financial)s, data quality "
        "%(quality)s of 100. Each part counts at most 100; data quality is 100 less 5 for each return and 10 for each correction "
        "after publication. Timeliness is of the months of the year until this one whose deadline is over."
    ) % {
        "timeliness": parts.timeliness, "physical": parts.physical, "financial": parts.financial, "quality": parts.quality,
    }  # fmt: skip


def _of(row: UnitTotal, question: Asked, on_time: Decimal | None, returns: int, amendments: int) -> Composite:
    total = row.total
    return Composite(
        code=row.unit_code,
        name=row.unit_name,
        url=f"../?{question.query(unit=row.unit_code)}",
        timeliness=on_time,
        physical=_share(_of_planned_work(total), total.planned_physical),
        financial=_share(*_money(total)),
        quality=data_quality(returns, amendments) if total.reported else None,
        returns=returns,
        amendments=amendments,
        parts=weights(question.year),
        total=total,
    )


def _of_planned_work(total: Total) -> Decimal | None:
    """How far the work is that has a plan, of which W-4 is: work without one would make up for what lags."""
    deviation, plan = total.deviation_physical, total.planned_physical
    return None if deviation is None or plan is None else plan + deviation


def _money(total: Total) -> tuple[Decimal | None, Decimal | None]:
    """What was realised and planned of those that have a cash plan."""
    return total.cash_realised, total.cash_planned


def _share(actual: Decimal | None, plan: Decimal | None) -> Decimal | None:
    """W-4: K = 100 * actual / plan; None where nothing was planned or reported."""
    return None if actual is None or plan is None else achievement(actual, plan)


def _corrected(year: FiscalYear, month: int, sight: Sight) -> dict[int, tuple[int, int]]:
    """Agency -> (returns, corrections after publication)."""
    found: dict[int, Any] = {}
    for row in rows_of(
        CORRECTED,
        {"year": year.pk, "month": month, "paths": None if sight.paths is None else list(sight.paths)},
    ):
        found[row["agency"]] = (row["returns"], row["amendments"])
    return found
