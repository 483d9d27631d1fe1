"""From the totals of a year's months to the points of an S-curve, and the sentence that it proves (W-8). No database."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.charts import Chart, Point, percent, s_curve
from portal.figures import ItemMonth, Total
from registry.models import FiscalYear
from submissions import formulas
from wording.order import kept

PHYSICAL, MONEY = "physical", "money"
ALL_MONTHS = range(1, 13)


def month_names(year: FiscalYear) -> dict[int, str]:
    """The short names of a year's twelve months, also of those that are not open yet."""
    first = year.start_date.month
    return {number: date_format(date(2000, (first + number - 2) % 12 + 1, 1), "M") for number in ALL_MONTHS}


def points_of(
    months: Mapping[int, Total], labels: Mapping[int, str], measure: str, latest: Total | None = None
) -> list[Point]:
    """Twelve months of plan, actual and forecast in percent. The forecast goes on from the last month that is known (W-8).

    Both stand on the whole ceiling, where who did not report a month adds nothing to it (W-6).
    `labels`: month -> its short name. `latest`: money is restated on the ceilings in force in that month, and work weighed
    by them (T-2).
    """
    plan = {month: _plan(total, measure) for month, total in months.items()}
    actual = {month: _actual(total, measure, latest) for month, total in months.items()}
    # Restated money stands on one ceiling as it is.
    ahead = forecasts(actual if measure == PHYSICAL or latest else on_newest_ceiling(actual, months))
    return [
        Point(
            labels.get(month, f"{month}"),
            plan.get(month),
            actual.get(month),
            ahead.get(month),
            month not in months or months[month].complete,
        )
        for month in ALL_MONTHS
    ]


def curve(
    months: Mapping[int, Total], labels: Mapping[int, str], measure: str, latest: Total | None = None
) -> Chart:
    """The chart of a year under its own sentence."""
    of_year = points_of(months, labels, measure, latest)
    return s_curve(sentence(of_year, measure), of_year)


def sentence(of_year: Sequence[Point], measure: str) -> str:
    """What the curve proves: where it stands beside the plan, and where it leads to."""
    last = next((point for point in reversed(of_year) if point.actual is not None), None)
    what = _("Physical progress") if measure == PHYSICAL else _("Absorption")
    if last is None:
        return _("%(what)s: nothing is published yet") % {"what": what}
    words = {"what": what, "month": last.label, "actual": percent(last.actual), "plan": percent(last.plan)}
    end = of_year[-1].forecast
    if end is None:
        return kept(_("%(what)s in %(month)s: %(actual)s, plan %(plan)s") % words)
    words["end"] = percent(end)
    return kept(
        _("%(what)s in %(month)s: %(actual)s, plan %(plan)s; at this pace %(end)s at the end of the year")
        % words
    )


def _plan(total: Total, measure: str) -> Decimal | None:
    return total.plan_physical if measure == PHYSICAL else total.plan_money


def _actual(total: Total, measure: str, latest: Total | None) -> Decimal | None:
    """Nothing for a month in which nobody has published: the money of earlier months alone is no figure of this one."""
    if not total.reported:
        return None
    if measure == PHYSICAL:
        return total.restated_work(latest) if latest else total.physical_of_total
    return total.restated(latest) if latest else total.coverage.of_total


def on_newest_ceiling(
    actual: Mapping[int, Decimal | None], months: Mapping[int, Total] | Mapping[int, ItemMonth]
) -> dict[int, Decimal | None]:
    """The known months' money in percent of the ceiling of the newest of them: its steps are money alone, where the steps of
    shares of several ceilings would take a changed ceiling for spending, or for money that came back."""
    known = [month for month in ALL_MONTHS if actual.get(month) is not None]
    whole = months[known[-1]].ceiling if known else formulas.ZERO
    return {month: formulas.percent(months[month].realised or formulas.ZERO, whole) for month in known}


def forecasts(actual: Mapping[int, Decimal | None]) -> dict[int, Decimal]:
    """W-8 for the months after the last one that is known. A month that is not known added nothing so far."""
    known = [month for month in ALL_MONTHS if actual.get(month) is not None]
    if not known:
        return {}
    steps, before = [], formulas.ZERO
    for month in range(1, known[-1] + 1):
        value = actual.get(month)
        stands = before if value is None else value
        steps.append(stands - before)
        before = stands
    forecasts = {
        month: formulas.forecast(steps, month - known[-1]) for month in ALL_MONTHS if month > known[-1]
    }
    return {month: value for month, value in forecasts.items() if value is not None}
