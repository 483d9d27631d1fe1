"""What the imports say about a file, by code: the value, the limit and the cure.

The place (row and column) is printed in front of the sentence by whoever shows it.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLAN_FIELDS: dict[str, Promise] = {
    "unit_code": _("Code of the unit"),
    "sub_activity_code": _("Code of the sub-activity"),
    "sub_activity_name": _("Name of the sub-activity"),
    "account_code": _("Account"),
    "account_name": _("Name of the account"),
    "fund_source": _("Fund source"),
    "ceiling": _("Ceiling"),
    "output_indicator": _("Output indicator"),
    "output_target": _("Output target"),
    "output_unit": _("Unit of output"),
}
IMPORT: dict[str, Promise] = {
    # The file as a whole
    "import.protected": _(
        "The file is in the old Excel format (.xls) or protected by a password. Save it as XLSX without a "
        "password and try again."
    ),
    "import.damaged": _(
        "The workbook is damaged or incomplete and cannot be read. Open it in the spreadsheet program, save it "
        "again and try again."
    ),
    "import.packed": _(
        "The workbook is packed as no spreadsheet program does it (%(found)s; the limit is %(limit)s). Open it in"
        " the spreadsheet program, save it again and try again."
    ),
    "import.sheet_reach": _(
        "The sheet reaches to %(found)s; at most %(limit)s can be read. Delete the empty rows and columns behind "
        "the data, or split the file."
    ),
    "import.no_sheet": _("The workbook has no visible sheet. Put the data on the first sheet and show it."),
    "import.quotes": _(
        "The file cannot be read from here on: a quotation mark is opened and not closed, or text follows a "
        "closed one. Correct the quotation marks."
    ),
    "import.file": _("The file “%(name)s” cannot be opened. Check its name and that you may read it."),
    # Columns
    "import.column_typo": _(
        "The column “%(column)s” is not known. Did you mean “%(suggestion)s”? Correct the heading."
    ),
    "import.column_ignored": _("The column “%(column)s” is not known and was not read."),
    "import.column_nameless": _(
        "Column %(column)s has values but no heading and was not read. Give it a heading if it is needed."
    ),
    "import.other_sheets": _("Only the sheet “%(sheet)s” was read; the workbook also has: %(others)s."),
    # One cell
    "import.extra_cells": _(
        "The row has more values than the heading has columns. Put texts that contain the separator “%(separator)s”"
        " in quotation marks."
    ),
    "import.is_date": _(
        "The cell holds the date %(value)s. Format the cell as text or number and write what is meant again."
    ),
    "import.is_truth": _("The cell holds TRUE or FALSE. Write the text or number that is meant."),
    "import.digits_lost": _(
        "The number %(value)s has lost digits: spreadsheet programs keep only 15. Format the column as text and "
        "write it again."
    ),
    "import.too_long": _("The text has %(length)s characters; at most %(limit)s fit. Shorten it."),
    "import.choice": _("“%(value)s” is not known here. Write one of these: %(known)s."),
    "import.date": _("“%(value)s” is not a date that can be read for certain. Write it like %(example)s."),
    "import.nip": _("“%(value)s” is not a NIP. Write its 18 digits without spaces."),
    "import.email": _("“%(value)s” is not an e-mail address. Write it like %(example)s."),
    "import.differs": _(
        "Row %(other_row)s says “%(other_value)s” for the same %(subject)s. Write the same in all its rows, or only "
        "in the first one."
    ),
    "import.more": _("%(count)s more errors are not shown. Correct these first and try again."),
    # What the file refers to
    "import.government_unknown": _(
        "There is no government with the code “%(value)s”. Known: %(known)s. Correct the code or enter the "
        "government first."
    ),
    "import.unit_unknown": _("There is no unit with the code “%(value)s”. Correct the code or import the unit first."),
    "import.unit_suggest": _("There is no unit with the code “%(value)s”. Did you mean %(suggestion)s?"),
    "import.unit_ambiguous": _(
        "The unit code “%(value)s” is used by several governments: %(known)s. Name the government with --government."
    ),
    "import.year_unknown": _(
        "There is no fiscal year “%(value)s”. Known: %(known)s. Correct the year or enter the fiscal year first."
    ),
    # Files of other systems
    "plans.no_file": _("Choose a file first: CSV (UTF-8) or XLSX, up to 20 MB."),
    "plans.gone": _("This file is not here any more: it waits for a day, for who chose it. Choose it again."),
    "plans.moved": _("The plan has changed since you looked at the file. Look again before you import it."),
    "plans.stored": _("“%(name)s” was imported: plans of %(plans)s units."),
    "import.mapping_unknown": _("There is no mapping of columns called “%(value)s”. Known: %(known)s."),
    "import.mapping_said": _(
        "“%(value)s” does not say what a column means. Write one of our columns, “=” and the heading in the file, for example "
        "ceiling=PAGU. Our columns: %(known)s."
    ),
    "import.mapping_column": _("There is no column “%(column)s” here. Known: %(known)s."),
    "import.mapping_heading": _(
        "The file has no column headed “%(heading)s”, which stands for %(column)s. It has: %(found)s. Correct the mapping."
    ),
    "import.mapping_missing": _(
        "No column of the file is known to be %(column)s. It has: %(found)s. Say which one it is."
    ),
    "import.item_unknown": _(
        "Unit %(unit)s has no sub-activity “%(value)s” in its plan. Import its budget first, or correct the code."
    ),
    # Plans
    "import.line_twice": _(
        "Row %(other_row)s already has account %(account)s from %(fund_source)s in sub-activity %(item)s. Put both "
        "amounts into one row."
    ),
    "import.ceiling_columns": _(
        "The file has the column “ceiling” and also %(found)s. Keep either “ceiling” or the columns by version."
    ),
    "import.version_column": _(
        "The file has no ceilings of version “%(value)s”; it has: %(found)s. Name another version or add the column."
    ),
    "import.effective_missing": _(
        "The version “%(version)s” needs the month from which it is in force. Add --effective-month "
        "%(version)s=MONTH, with a month from 1 to 13."
    ),
    "import.effective_murni": _(
        "The original budget (murni) is in force from month 1, not %(value)s. Leave its --effective-month out."
    ),
    "import.effective_unused": _(
        "“%(option)s %(value)s” names a version that is not imported here: %(found)s. Correct or remove it."
    ),
    "import.effective_range": _(
        "“%(value)s” is not a month of the fiscal year. Write a number from 1 to 13, for example --effective-month "
        "pergeseran=5."
    ),
    "import.effective_twice": _("%(option)s is given twice for %(version)s. Keep one."),
    "import.which_version": _(
        "“%(option)s %(value)s” does not say for which of the versions %(found)s. Write %(option)s VERSION=VALUE."
    ),
    "import.cash_of_which": _(
        "The file has several ceilings for each row (%(found)s) but one cash plan, so it is not certain to which "
        "it belongs. Import one version at a time with --version, each with its own cash plan."
    ),
    "import.person_unknown": _(
        "Nobody with the NIP %(value)s is known. Import the person first with import_people."
    ),
    "import.person_without_post": _(
        "%(name)s holds no post of %(role)s at this agency in %(year)s. Import the assignment first with "
        "import_people."
    ),
    "import.person_several_posts": _(
        "%(name)s holds several posts of %(role)s at this agency: %(posts)s. Enter the right one in the "
        "administration after the import, and leave this cell empty."
    ),
    "import.cash_dropped": _(
        "Sub-activities whose ceiling changed and whose cash plan is not in this file: %(count)s. They have no cash "
        "plan in the version “%(version)s” until one is imported."
    ),
    # Units
    "import.unit_twice": _("The unit %(value)s already stands in row %(other_row)s. Keep one of the two."),
    "import.parent_unknown": _(
        "The unit above, “%(value)s”, is neither in the file nor known. Correct the code or add the unit."
    ),
    "import.parent_circle": _(
        "The unit %(value)s would stand below itself: %(circle)s. Correct parent_code in one of these rows."
    ),
    "import.parent_missing": _(
        "Only the government itself (kind GOVERNMENT) has no unit above it. Write parent_code of this %(kind)s."
    ),
    "import.root_with_parent": _(
        "The government itself stands at the top and cannot be below “%(value)s”. Empty parent_code or correct kind."
    ),
    "import.root_twice": _(
        "The government already has its top unit, %(other)s. Use another kind and write parent_code."
    ),
    # People
    "import.username_taken": _(
        "The user name “%(value)s” belongs to another person (%(name)s). Choose another user name."
    ),
    "import.staff_post": _(
        "“%(value)s” administers the system and may hold no post. Use a separate account for the office."
    ),
    "import.post_half": _(
        "The row names an assignment but “%(column)s” is empty. Fill it in, or empty all columns of the assignment."
    ),
    "import.ends_before": _("The assignment ends on %(to_on)s, before it begins on %(from_on)s. Correct the dates."),
    "import.assignment_twice": _(
        "Row %(other_row)s already assigns the same person to this post from %(from_on)s. Keep one of the two."
    ),
    "import.overlap": _(
        "%(title)s at %(unit)s is held by %(other)s since %(from_on)s without an end. Let that assignment end before "
        "%(begins_on)s (valid_to), or use plt or plh."
    ),
    "import.overlap.until": _(
        "%(title)s at %(unit)s is held by %(other)s from %(from_on)s to %(to_on)s. Let that assignment end before "
        "%(begins_on)s (valid_to), or use plt or plh."
    ),
    "import.overlap_acting": _(
        "%(other)s acts as %(title)s at %(unit)s since %(from_on)s without an end. Let that assignment end before "
        "%(begins_on)s (valid_to)."
    ),
    "import.overlap_acting.until": _(
        "%(other)s acts as %(title)s at %(unit)s from %(from_on)s to %(to_on)s. Let that assignment end before "
        "%(begins_on)s (valid_to)."
    ),
}  # fmt: skip
