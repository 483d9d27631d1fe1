"""The pages of a correction: which values are asked to change, and what that would do to the months that follow."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from approvals import asking_law, correcting
from approvals.asking_forms import FIELDS, Draft
from approvals.asking_law import RequestRefused, Wish
from approvals.asking_models import Request
from approvals.asking_rules import AMENDMENT, USUAL_DAYS
from approvals.correcting import Cell, Sheet
from registry.models import FiscalYear, User
from submissions.forms import ids_of, whole_number
from submissions.granted import MONEY, PROGRESS, in_words
from submissions.models import Period, Report
from submissions.proposing import Effect
from submissions.selectors import month_label
from wording.sentences import say
from workflow.models import Grant
from workflow.route import PUBLISHED

FIELDS |= {
    "asking.no_change": "values", "asking.change_stale": "values", "asking.category": "category", "asking.evidence": "file",
}  # fmt: skip
TYPED = ("office", "days", "reason", "document_no", "category", "month", "item")
MOST_REPORTS = 40  # on one page; more than that is not one correction


@dataclass
class Correction(Draft):
    """A correction as it is being written: published reports, and what shall stand in which of their cells."""

    sheets: list[Sheet] = field(default_factory=list)
    adding: bool = False

    @property
    def agency(self) -> Any:
        return self.office.unit.agency or self.office.unit

    def wish(self, request: HttpRequest) -> Wish:
        """The wish that was typed; raises RequestRefused when a value cannot be read, with its sentence beside the cell."""
        changes = [change for sheet in self.sheets for change in sheet.changes()]
        for sheet in self.sheets:
            self.errors += [
                {"field": f"c{sheet.reading.id}-{name}", "sentence": sentence}
                for name, sentence in sheet.errors.items()
            ]
        if self.errors:
            raise RequestRefused("asking.values")
        periods = Period.objects.filter(pk__in={sheet.reading.period for sheet in self.sheets})
        years = list(FiscalYear.objects.filter(pk__in=periods.values("fiscal_year")))
        if len(years) > 1:
            raise RequestRefused("asking.one_year")
        return Wish(
            kind=AMENDMENT,
            office=self.office,
            fiscal_year=years[0] if years else self.year([]),
            reason=self.typed.get("reason", ""),
            months=sorted({change.month for change in changes} or {one.reading.month for one in self.sheets}),
            items=sorted({change.item for change in changes}),
            days=whole_number(self.typed.get("days", ""), 4),
            document_no=self.typed.get("document_no", ""),
            upload=request.FILES.get("file"),
            category=self.typed.get("category", ""),
            changes=changes,
        )

    def context(self) -> dict[str, Any]:
        """For templates/requests/correct.html."""
        published = Report.objects.filter(period__agency=self.agency, state=PUBLISHED)
        months = published.order_by("period__first_day").values_list("period", "period__first_day").distinct()
        items = published.order_by("item__sub_activity_code").values_list(
            "item", "item__sub_activity_code", "item__sub_activity_name"
        )
        chosen = self.typed.get("category", "")
        return {
            "kind": AMENDMENT,
            "label": Grant.Kind(AMENDMENT).label,
            "effect": say("effect.amendment"),
            "small": say("correction.small"),
            "agency": self.agency,
            "offices": [(one.post_id, asking_law.printed(one), one == self.office) for one in self.offices],
            "language": get_language(),
            "sheets": [_sheet(sheet) for sheet in self.sheets],
            "months": [(pk, month_label(day), str(pk) == self.typed.get("month")) for pk, day in months],
            "items": [(*row, str(row[0]) == self.typed.get("item")) for row in items.distinct()],
            "categories": [(code, label, code == chosen) for code, label in Request.Category.choices],
            "statuses": Report.Status.choices,
            "typed": {"days": str(USUAL_DAYS[AMENDMENT]), **self.typed},
            "errors": self.errors,
            "again": self.adding,
            "wrong": {one["field"]: one["sentence"] for one in self.errors if one["field"]},
        }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    one = sheet.reading
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "month": month_label(one.first_day),
        "revision": one.revision,
        "cells": [_cell(one.id, cell) for cell in sheet.cells()],
    }


def _cell(report: int, cell: Cell) -> dict[str, Any]:
    status = cell.field == "status"
    shown = in_words("status", cell.published) if status else cell.published or "–"
    number = cell.field == MONEY or cell.field in PROGRESS
    return {
        "name": f"c{report}-{cell.name}",
        "label": cell.label,
        "published": shown,
        "typed": cell.typed,
        "error": cell.error,
        "input": "status" if status else "number" if number else "text",
    }


def correction_of(request: HttpRequest, user: User) -> Correction | None:
    """The correction that a page shows or sends; None for who may not ask for one."""
    offices = asking_law.askers(user, AMENDMENT)
    if not offices:
        return None
    post = request.POST
    typed = {name: post[name].replace("\x00", "") for name in TYPED if name in post}
    draft = Correction(user, AMENDMENT, offices, typed, adding=post.get("act") == "add")
    wanted = dict.fromkeys(ids_of(post.getlist("report")))
    wanted |= dict.fromkeys(_asked_for(request, draft))
    language = post.get("number_language", "")
    language = language if language in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
    draft.sheets = correcting.sheets(list(wanted)[:MOST_REPORTS], draft.agency.pk, language)
    for sheet in draft.sheets:
        prefix = f"c{sheet.reading.id}-"
        sheet.typed = {
            name.removeprefix(prefix): post[name].replace("\x00", "")
            for name in post
            if name.startswith(prefix)
        }
    return draft


def _asked_for(request: HttpRequest, draft: Correction) -> list[int]:
    """The published report that the address names, or that is to be added to the page."""
    published = Report.objects.filter(period__agency=draft.agency, state=PUBLISHED)
    if draft.adding:
        month, item = (whole_number(draft.typed.get(name, "")) or 0 for name in ("month", "item"))
        found = list(published.filter(period=month, item=item).values_list("pk", flat=True))
        if not found:
            draft.refuse("asking.no_report", {})
        return found
    # Its own token, or that of a revision that took its place since the link was made.
    of = (
        Report.objects.filter(token=request.GET.get("report", "").replace("\x00", ""))
        .values("item", "period")
        .first()
    )
    return list(published.filter(**of).values_list("pk", flat=True)) if of else []


# --- One request -----------------------------------------------------------------------------------------


def correction_context(case: Request, *, open_yet: bool) -> dict[str, Any]:
    """What a request names, and while it waits for an answer what would come of it: for templates/requests/correction.html."""
    changes = correcting.changes_of(case.changes)
    if not changes:
        return {"reports": [], "effects": []}
    named = correcting.first_days(one.report for one in changes)
    shown = correcting.shown(changes)
    return {
        "category": Request.Category(case.category).label if case.category else "",
        "reports": [
            {
                "month": month_label(day),
                "code": code,
                "name": name,
                "url": reverse("approvals:review", args=[token]),
                "changes": [one for one in shown if one.report == report],
            }
            for report, (day, code, name, token) in sorted(named.items(), key=lambda one: one[1][:2])
        ],
        "effects": [_effect(one, changes) for one in correcting.effects_of(changes)] if open_yet else [],
        "stale": open_yet and correcting.stale(changes),
    }


def _effect(one: Effect, changes: list[correcting.Change]) -> dict[str, Any]:
    report = next(change.report for change in changes if change.item == one.item)
    _day, code, name, _token = correcting.first_days([report])[report]
    return {
        "code": code,
        "name": name,
        "months": one.months,
        "findings": [say(finding.code, finding.params) for finding in one.findings],
    }
