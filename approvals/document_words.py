"""The fixed words of the printed document, in the active language. Column numbers are those of the official prints."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from wording.numbers import symbol


def words_of(currency: str, month: date, count: int) -> dict[str, str]:
    """All words of the recapitulation for `count` sub-activities."""
    unit = {"currency": symbol(currency)}
    told = {"month": date_format(month, "F Y")}
    return _headings(unit) | {
        "subject": gettext("Monthly realization report, %(month)s") % told,
        "agency_code": gettext("Agency code"),
        "number": gettext("Number"),
        "fiscal_year": gettext("Fiscal year"),
        "prepared": gettext("Prepared"),
        "count": ngettext("%(count)s sub-activity", "%(count)s sub-activities", count) % {"count": count},
        "ceiling_sum": gettext("Ceiling (%(currency)s)") % unit,
        "money_month": gettext("Realised this month (%(currency)s)") % unit,
        "money_to_date": gettext("Realised to date (%(currency)s)") % unit,
        "physical_to_date": gettext("Physical progress to date"),
        "note": gettext("Note:"),
        "total": gettext("Total, physical progress weighted by ceiling"),
        "formulas": "6 = 5 ÷ 4 × 100  ·  8 = 6 − 7  ·  10 = 4 × 9 ÷ 100",
        "formula_words": gettext(
            "Totals come from sums, never from percentages; 8 over what has a cash plan."
        ),
        "deciders": gettext("Decisions on these reports"),
        "check": gettext("Check this document"),
        "check_how": gettext(
            "This document is signed electronically. Scan the code or open the address: the page says whether it is "
            "genuine and still in force. Paper copies are proved by the file."
        ),
        "attached": gettext(
            "The file carries manifest.json: each report with its version and hash. SHA-256:"
        ),
        "checkpoint": gettext("Ledger checkpoint"),
        # The engine puts the numbers in: only it knows how many pages there are.
        "page": gettext("Page %(page)s of %(pages)s"),
    }


def _headings(unit: dict[str, str]) -> dict[str, str]:
    return {
        "place": gettext("No."),
        "code": gettext("Code"),
        "name": gettext("Sub-activity and unit"),
        "ceiling": gettext("Ceiling (%(currency)s)") % unit,
        "money": gettext("Financial realization (%(currency)s)") % unit,
        "physical": gettext("Physical progress (%%)") % {},
        "this_month": gettext("This month"),
        "to_date": gettext("To date"),
        "plan_to_date": gettext("Plan to date"),
        "absorption": gettext("Absorption (%%)") % {},
        "cash_plan": gettext("Cash plan (%%)") % {},
        "deviation": gettext("Deviation"),
        "physical_value": gettext("Value of the work (%(currency)s)") % unit,
        "updated": gettext("Last update"),
        "status": gettext("Status"),
    }


def annex_words(currency: str) -> dict[str, str]:
    """Headings of the second layout."""
    unit = {"currency": symbol(currency)}
    return {
        "title": gettext("By programme and activity: revision of the budget, progress, payments"),
        "place": gettext("No."),
        "code": gettext("Code"),
        "name": gettext("Programme, activity, sub-activity"),
        "ceiling": gettext("Ceiling (%(currency)s)") % unit,
        "before": gettext("Before revision"),
        "after": gettext("After revision"),
        "weight": gettext("Weight (%%)") % {},
        "contract": gettext("Contract or self-managed value"),
        "physical": gettext("Physical progress (%%)") % {},
        "planned": gettext("Plan"),
        "realised": pgettext("physical progress", "Realised"),
        "weighted": gettext("Weighted"),
        "treasury": gettext("Treasury (%(currency)s)") % unit,
        "spd": "SPD",
        "spm": "SPM",
        "sp2d": "SP2D",
        "spj": "SPJ",
        "absorption": gettext("Financial (%%)") % {},
        "total": gettext("Total"),
        "formulas": "6 = C ÷ ΣC × 100  ·  10 = 6 × 9 ÷ 100  ·  15 = R ÷ C × 100",
        "formula_words": gettext("C: ceiling in force; R: realised to date; ΣC: of this document."),
    }
