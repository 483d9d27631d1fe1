"""An officer's own reports by month (O5): sub-activities down, months across, each with its state and its address."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from registry.models import FiscalYear, User
from submissions import selectors
from submissions.forms import whole_number
from submissions.models import ReportLine
from submissions.selectors import month_label
from workflow.route import OPEN_STATES


def context(user: User, year: str) -> dict[str, Any]:
    """For templates/submissions/history.html; the newest fiscal year unless another of one's own is asked for."""
    mine = selectors.my_reports(user)
    years = list(
        FiscalYear.objects.filter(pk__in=mine.values("period__fiscal_year")).order_by("-start_date", "pk")
    )
    asked = whole_number(year)
    chosen = next((one for one in years if one.pk == asked), years[0] if years else None)
    typed = ReportLine.objects.filter(report=OuterRef("pk"), realized__isnull=False)
    reports = list(
        mine.filter(period__fiscal_year=chosen)
        .annotate(with_money=Exists(typed))
        .select_related("item__unit", "period")
        .order_by("item__unit__path", "item__sub_activity_code", "period__month")
    )
    months = {one.period.month: month_label(one.period.first_day) for one in reports}
    return {
        "years": [{"id": one.pk, "label": one.label, "current": one == chosen} for one in years],
        "year": chosen.label if chosen else "",
        "months": [months[month] for month in sorted(months)],
        "rows": [_row(list(found), months) for _item, found in groupby(reports, key=lambda one: one.item_id)],
        "work_url": reverse("submissions:work"),
    }


def _row(reports: Sequence[Any], months: Mapping[int, str]) -> dict[str, Any]:
    """One sub-activity; a month in which it has no report has only its label."""
    item, by_month = reports[0].item, {one.period.month: _cell(one) for one in reports}
    return {
        "code": item.sub_activity_code,
        "name": item.sub_activity_name,
        "unit": item.unit.name,
        "cells": [{"month": months[month], **by_month.get(month, {})} for month in sorted(months)],
    }


def _cell(one: Any) -> dict[str, Any]:
    open_one = one.state in OPEN_STATES
    begun = bool(one.status) or one.with_money or not open_one
    entry = reverse("submissions:entry", args=[f"{one.period.first_day:%Y-%m}"])
    return {
        "state": one.state if begun else "missing",
        "revision": one.revision,
        "url": f"{entry}#r{one.pk}" if open_one else reverse("approvals:review", args=[one.token]),
    }
