"""What is said of search, open data and feeds; what each column of the open data means."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OPEN: dict[str, Promise] = {
    "find.short": _("“%(value)s” is too short to search for. Type at least %(least)s letters or digits."),
    "find.long": _("Only the first %(limit)s characters were searched for: “%(value)s”."),
    "find.year": _("There is no fiscal year %(value)s here. The newest one was searched."),
    "subject.open_data": _("Budget realization %(year)s, %(name)s"),
    "open.about": _(
        "Every published month of every sub-activity: ceiling, money realised, physical progress, status and problems, as "
        "agency heads signed them. Corrected months stand in their latest revision."
    ),
    "subject.open_source": _("Signed monthly reports of %(name)s"),
    "open.file.csv": _("All lines as CSV (RFC 4180, UTF-8, comma, header line)."),
    "open.file.json": _("All lines as JSON: one array, one object a line; money and percentages as strings."),
    "open.file.xlsx": _("All lines as a worksheet; numbers of more than 15 digits as text."),
    "subject.feed_published": _("Published reports, %(name)s"),
    "subject.feed_corrections": _("Corrections of published reports, %(name)s"),
    "subject.feed_document": _("%(agency)s, %(month)s: document %(number)s"),
    "feed.reports": _("Signed and published: %(count)s reports. Read it and check that it is genuine."),
    "subject.feed_correction": _("%(agency)s, %(month)s: %(code)s %(item)s, revision %(revision)s"),
    "feed.corrected": _(
        "This month: %(before_rp)s before, %(after_rp)s now. What was signed before stays readable."
    ),
    "column.fiscal_year": _("Fiscal year."),
    "column.month": _("Month of the fiscal year: 1 to 12; 13 is the adjustment after the year's end."),
    "column.first_day": _("First calendar day of the month."),
    "column.agency_code": _("Code of the agency."),
    "column.agency_name": _("Name of the agency."),
    "column.unit_code": _("Code of the unit that has the budget: the agency itself or a unit below it."),
    "column.unit_name": _("Name of that unit."),
    "column.sub_activity_code": _(
        "Code of the sub-activity. Several units carry the same code; with the unit and the year it is a key."
    ),
    "column.sub_activity_name": _("Name of the sub-activity."),
    "column.officer_post": _("Office that enters the report; never a person's name."),
    "column.revision": _("0 for the first report of a month; a correction counts 1 more."),
    "column.budget_version": _(
        "Budget version in force when the month was reported: kind and sequence, for example “murni 1”."
    ),
    "column.ceiling": _("Ceiling of the sub-activity in that budget version."),
    "column.realized_month": _(
        "Money realised in this month alone, not cumulative; below zero where it corrects an earlier month."
    ),
    "column.realized_to_date": _("Money realised from the first month of the year up to this one."),
    "column.cash_plan_to_date": _("Cash plan from the first month up to this one; empty without a plan."),
    "column.absorption": _("100 × realized_to_date ÷ ceiling; empty without a ceiling."),
    "column.physical_mode": _(
        "How progress is counted: PERCENT points, VOLUME of output, MILESTONE or TIME."
    ),
    "column.output_unit": _("What the output is counted in."),
    "column.output_target": _("Output planned for the year."),
    "column.physical_month": _("Physical progress of this month alone, in points of the whole."),
    "column.physical_to_date": _("Physical progress up to this month, in points of the whole."),
    "column.physical_plan_to_date": _("Physical plan up to this month; empty without a plan."),
    "column.status": _(
        "Execution status: BELUM_MULAI not started, PERSIAPAN preparation, PENGADAAN procurement, PELAKSANAAN under way, "
        "TERHENTI halted, SELESAI completed, TIDAK_DILAKSANAKAN will not be carried out, LANJUT_TAHUN_DEPAN carried over."
    ),
    "column.problems": _("Categories of problems, separated by a space; empty without a problem."),
    "column.public_note": _("The agency's note for the public."),
    "column.submitted_at": _("When the officer submitted the report."),
    "column.verified_at": _("When the section head verified it."),
    "column.signed_at": _("When the agency head signed it."),
    "column.published_at": _("When it was published."),
    "column.document_no": _("Number of the signed document."),
    "column.verification": _("Last part of the address /v/…/ where the document is checked."),
}
