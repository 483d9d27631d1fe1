"""The two curves of one sub-activity (W-1, W-8): published months beside the plan they were signed with, later ones beside the
plan in force."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from portal.charts import Chart, Point, s_curve
from portal.dashboards.curves import (
    ALL_MONTHS,
    MONEY,
    PHYSICAL,
    forecasts,
    month_names,
    on_newest_ceiling,
    sentence,
)
from portal.figures import ItemMonth
from registry.models import BudgetItem, BudgetItemVersion, FiscalYear
from submissions.formulas import WHOLE, ZERO, percent


def item_charts(item: BudgetItem, year: FiscalYear, rows: Sequence[ItemMonth], newest: int) -> list[Chart]:
    """Work and money of a sub-activity; none before anything is published. `newest`: the newest opened month. Two statements."""
    if not rows:
        return []
    cash, work = _plan(item, newest)
    spent = {row.month: row.absorption for row in rows}
    done = {row.month: row.physical for row in rows}
    paid = on_newest_ceiling(spent, {row.month: row for row in rows})
    money = _points(year, spent, {row.month: row.planned_money for row in rows}, cash, forecasts(paid))
    physical = _points(year, done, {row.month: row.planned_physical for row in rows}, work, forecasts(done))
    return [s_curve(sentence(physical, PHYSICAL), physical), s_curve(sentence(money, MONEY), money)]


def _plan(item: BudgetItem, newest: int) -> tuple[dict[int, Decimal | None], dict[int, Decimal | None]]:
    """T_f and T_p (W-1) of each month by the version in force in the newest opened month; two statements."""
    version = (
        BudgetItemVersion.objects.filter(item=item, active=True, version__effective_month__lte=newest)
        .order_by("-version__effective_month", "-version__sequence")
        .first()
    )
    if version is None:
        return {}, {}
    rows = {each.month: each for each in version.plan.all()}
    whole = version.output_target if version.physical_mode == BudgetItemVersion.Mode.VOLUME else WHOLE
    cash = _to_date({month: each.cash for month, each in rows.items()}, version.ceiling)
    return cash, _to_date({month: each.physical for month, each in rows.items()}, whole or ZERO)


def _to_date(months: Mapping[int, Decimal | None], whole: Decimal) -> dict[int, Decimal | None]:
    """Running sums in percent of the whole; None as long as nothing is planned."""
    sums: dict[int, Decimal | None] = {}
    total: Decimal | None = None
    for month in ALL_MONTHS:
        planned = months.get(month)
        total = total if planned is None else (total or ZERO) + planned
        sums[month] = None if total is None else percent(total, whole)
    return sums


def _points(
    year: FiscalYear,
    actual: Mapping[int, Decimal | None],
    planned: Mapping[int, Decimal | None],
    plan: Mapping[int, Decimal | None],
    ahead: Mapping[int, Decimal],
) -> list[Point]:
    """Published months stand beside the plan they were signed with, later ones beside the plan in force."""
    return [
        Point(name, planned.get(month, plan.get(month)), actual.get(month), ahead.get(month))
        for month, name in month_names(year).items()
    ]
