"""What is said about a treasury's payments, by code: the value, the limit and the cure."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PAYMENTS: dict[str, Promise] = {
    # Columns
    "payments.column_twice": _("The column “%(column)s” is chosen for two things. Choose it once."),
    "payments.needs_amount": _(
        "It is not certain which column holds the amount. Choose it. The file has these columns: %(found)s."
    ),
    "payments.needs_sub_activity": _(
        "It is not certain which column holds the code of the sub-activity. Choose it, or the account when it begins with "
        "that code. The file has these columns: %(found)s."
    ),
    "payments.needs_date": _(
        "It is not certain to which month the rows belong. Choose the column of the date or of the month, or say that all "
        "rows are of one month. The file has these columns: %(found)s."
    ),
    # One row
    "payments.month": _("“%(value)s” is not a month. Write 1 to 12, its name, or 2026-01."),
    "payments.month_outside": _(
        "The month “%(value)s” is not in the fiscal year %(year)s, which runs from %(from_on)s to %(to_on)s. Correct it, or "
        "choose another year."
    ),
    "payments.day_outside": _(
        "%(paid_on)s is not in the fiscal year %(year)s, which runs from %(from_on)s to %(to_on)s. Correct the date, or "
        "choose another year."
    ),
    "payments.twice": _(
        "The row says the same as row %(other_row)s: the same line, number, date and amount. Delete one of them."
    ),
    # Where it belongs
    "payments.unit_unknown": _("There is no unit with the code “%(value)s”. Correct the code in the file."),
    "payments.item_unknown": _(
        "There is no sub-activity “%(value)s” in the plan of %(agency)s for %(year)s. Correct the code, or import the plan "
        "that has it first."
    ),
    "payments.item_suggest": _(
        "There is no sub-activity “%(value)s” in the plan. Did you mean %(suggestion)s? Correct the code in the file."
    ),
    "payments.no_item": _(
        "“%(value)s” does not begin with the code of a sub-activity of the plan. Write the code in front of the account, or "
        "add a column for it."
    ),
    "payments.not_at_unit": _(
        "The unit %(unit)s has no sub-activity “%(value)s” in the plan; these have: %(units)s. Correct the code of the unit."
    ),
    "payments.several_units": _(
        "The sub-activity “%(value)s” is in the plan of %(count)s units (%(units)s). Choose the column with the code of the "
        "unit."
    ),
    "payments.account_unknown": _(
        "The account “%(value)s” is not in the plan of %(item)s, which has: %(known)s. Correct the account, or import the "
        "plan that has it first."
    ),
    "payments.fund_unknown": _(
        "The fund source “%(value)s” does not pay for this account in the plan of %(item)s, which has: %(known)s. Correct "
        "it."
    ),
    "payments.several_funds": _(
        "The account %(value)s of %(item)s is paid from several fund sources: %(known)s. Choose the column with the fund "
        "source, or write it in one."
    ),
    "payments.several_accounts": _(
        "%(item)s has several lines: %(known)s. Choose the column with the account, or write it in one."
    ),
    # The file as a whole
    "payments.gap": _(
        "These amounts are to date, to %(month)s, but neither the file nor an earlier import has %(missing_months)s: what "
        "was paid then would count as paid in %(month)s. Import the months before first, with 0 where nothing was paid."
    ),
    "payments.nothing": _(
        "No row of this file is about your sub-activities. Check that the agency, the year and the columns are the right "
        "ones."
    ),
    # Left out, each with how many rows and their sum
    "payments.totals": _("Rows of sums below the table that were not read: %(count)s."),
    "payments.advances": _(
        "Rows of advances (UP, GU, TU) that do not count yet: %(count)s, together %(total_rp)s. They count when they are "
        "accounted for: import the SPJ."
    ),
    "payments.direct": _(
        "Rows of direct payments (LS) that do not count here: %(count)s, together %(total_rp)s. They count with their SP2D."
    ),
    "payments.other_agency": _(
        "Rows of other agencies that were left out: %(count)s, together %(total_rp)s."
    ),
    "payments.not_mine": _(
        "Rows of sub-activities that are not yours and were left out: %(count)s, together %(total_rp)s."
    ),
    "payments.unmentioned": _(
        "Lines with money in earlier months that are not in this file: %(count)s. They stay as they are."
    ),
    # What became of it
    "payments.same": _("Nothing is new: everything in this file was imported before."),
    "payments.moved": _(
        "Somebody else imported payments of this agency meanwhile, so that other rows would change than you saw. Look at "
        "them again, then import."
    ),
    "payments.stored": _("%(name)s is imported: %(new)s new payments, %(changed)s changed."),
    "payments.filled": _(
        "%(cells)s empty cells were filled, in %(reports)s reports. Check them before you submit."
    ),
    "payments.not_filled": _("%(code)s was not filled: %(sentence)s"),
    "payments.progress_gap": _(
        "its physical progress to date also holds an earlier month that is still empty. Enter that month first, then fill "
        "again."
    ),
    "payments.gone": _(
        "The file that you were looking at is no longer here: files wait for one day. Choose it once more."
    ),
    "payments.no_file": _("No file was chosen. Choose the treasury's file, as CSV or XLSX."),
    "payments.title_above": _(
        "The headings of the columns were not found in the first row of the file. Delete the rows above them and choose the "
        "file again, or choose the columns here."
    ),
    "payments.mapping_unknown": _(
        "There is no column mapping “%(value)s” at this agency. Saved are: %(known)s."
    ),
    "payments.unit_without_agency": _(
        "The unit “%(value)s” belongs to no agency, so it has no plan to pay for. Name an agency or a unit below one."
    ),
    "payments.month_range": _("“%(value)s” is not a month of the fiscal year. Write a number from 1 to 12."),
}

# What a column may hold, as the page and the command ask for it.
FIELD_WORDS: dict[str, Promise] = {
    "unit": _("Code of the unit"),
    "sub_activity": _("Code of the sub-activity"),
    "account": _("Account"),
    "fund": _("Fund source"),
    "number": _("Number of the document"),
    "date": pgettext_lazy("of a document", "Date"),
    "month": _("Month"),
    "type": _("LS, UP, GU or TU"),
    "amount": _("Amount"),
    "physical": _("Physical progress to date"),
}
