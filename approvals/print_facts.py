"""What the print needs beyond a reading: the original ceiling, what the treasury paid, the names of programmes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from approvals import annex
from approvals.annex import Entry
from registry.models import BudgetItemVersion, BudgetVersion, Nomenclature
from submissions import formulas
from submissions.models import Payment, Period
from submissions.models.payments import PaymentKind
from submissions.readings import Reading
from wording.dates import moment


@dataclass(frozen=True, slots=True)
class Money:
    """The cash plan to date beside what was realised, in percent of the ceiling; None without a cash plan."""

    planned: Decimal | None
    deviation: Decimal | None
    physical_value: Decimal | None  # W-3, in the government's currency


def money_of(readings: Sequence[Reading]) -> Money:
    """T_f, D_f (W-1, W-4) over those that have a cash plan, so that like is compared with like, and the value of the work."""
    planned = [one for one in readings if one.cash_plan is not None]
    ceiling = sum((one.ceiling for one in planned), formulas.ZERO)
    plan = sum((one.cash_plan or formulas.ZERO for one in planned), formulas.ZERO)
    spent = sum((one.cumulative for one in planned), formulas.ZERO)
    share = formulas.planned_financial(plan, ceiling) if planned else None
    known = [formulas.Weighed(one.ceiling, one.physical) for one in readings if one.physical is not None]
    return Money(
        planned=share,
        deviation=formulas.deviation(formulas.absorption(spent, ceiling), share),
        physical_value=formulas.physical_value(known) if known else None,
    )


def annex_of(readings: Sequence[Reading], items: Mapping[int, int], period: Period) -> list[Entry]:
    """The sub-activities of a document for the second layout; `items` leads from a report to its sub-activity."""
    before = _original(items.values())
    paid = _paid(items.values(), period.month)
    return [
        Entry(
            place=place,
            code=one.code,
            name=one.name or one.code,
            unit=one.unit,
            ceiling=one.ceiling,
            before=before.get(items[one.id]),
            revised=None if one.version_kind == BudgetVersion.Kind.MURNI else one.ceiling,
            realised=one.cumulative,
            planned=one.physical_planned,
            physical=one.physical,
            sp2d=paid.get((items[one.id], PaymentKind.SP2D)),
            spj=paid.get((items[one.id], PaymentKind.SPJ)),
        )
        for place, one in enumerate(readings, start=1)
    ]


def _original(items: Iterable[int]) -> dict[int, Decimal]:
    rows = BudgetItemVersion.objects.filter(item__in=items, version__kind=BudgetVersion.Kind.MURNI)
    return dict(rows.values_list("item", "ceiling"))


def _paid(items: Iterable[int], month: int) -> dict[tuple[int, str], Decimal]:
    """(sub-activity, kind) -> what was paid to date; nothing where no payment was brought in."""
    rows = Payment.objects.filter(line__item__in=items, month__lte=month)
    sums = rows.values_list("line__item", "kind").annotate(total=Sum("amount"))
    return {(item, kind): total for item, kind, total in sums}


def names_of(entries: Sequence[Entry], period: Period) -> dict[str, str]:
    """Names of programmes and activities, as the nomenclature of the year has them (domain.md 1.2)."""
    rows = Nomenclature.objects.filter(
        government=period.agency.government_id,
        year=period.fiscal_year.start_date.year,
        code__in=annex.codes_above(entries),
    )
    return dict(rows.values_list("code", "name"))


def footnotes(entries: Sequence[Entry], at: datetime) -> list[str]:
    """What a dash stands for: nothing is left to be taken for zero."""
    told = [
        _("7, 11, 12: contract values, fund provisions (SPD) and payment orders (SPM) are not kept here.")
    ]
    paid = sum(1 for one in entries if one.sp2d is not None or one.spj is not None)
    if not paid:
        told.append(_("13, 14: no payments of the treasury were brought in for these sub-activities."))
    else:
        told.append(
            _(
                "13, 14: the treasury's payments up to this month, as brought in until %(at)s: there are some for "
                "%(count)s of %(all)s sub-activities."
            )
            % {"at": moment(at), "count": paid, "all": len(entries)}
        )
    if not any(one.revised is not None for one in entries):
        told.append(_("5: the original budget is in force."))
    elif any(one.before is None for one in entries):
        told.append(_("4: sub-activities that came with a revision have no original ceiling."))
    return told
