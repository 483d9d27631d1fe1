"""What is said about a month's workbook: on its first sheet, by the spreadsheet program, and when it comes back.

The place (sheet and cell) is printed in front of a sentence by whoever shows it.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORKBOOK: dict[str, Promise] = {
    # In the file
    "workbook.title": _("Realization of %(label)s"),
    "workbook.made": _("Made for %(person)s, %(at)s"),
    "workbook.hint": _(
        "Fill in the yellow cells only, with the values of this month. Nothing is sent until you upload the file."
    ),
    "workbook.step_1": _(
        "Each unit has a sheet of its own. A tinted row is a sub-activity; below it stand its budget lines."
    ),
    "workbook.step_2": _(
        "Write the money of this month beside each budget line. Write 0 where there was none; an empty cell means “not"
        " entered yet”."
    ),
    "workbook.step_3": _(
        "Progress, status, problems, follow-up and the public note stand in the tinted row of the sub-activity."
    ),
    "workbook.step_4": _("Write what was realised in this month only, not the sum to date."),
    "workbook.step_5": _(
        "Choose status and answers from the lists. Several problem categories are separated by semicolons (;)."
    ),
    "workbook.step_6": _(
        "A negative amount needs the reason and the month that it corrects, in the last two columns."
    ),
    "workbook.step_7": _(
        "Do not merge cells, and do not delete the hidden first row and column: the file is recognised by them."
    ),
    "workbook.step_8": _(
        "Save the file as XLSX and upload it on the page of this month. Every change is shown before anything is stored."
    ),
    "workbook.step_9": _("Evidence is attached on the page, and the report is submitted there."),
    "workbook.check_number": _("Write a number, without units or words."),
    "workbook.check_day": _("Write a day, for example 31/12/2026 as your spreadsheet program writes days."),
    "workbook.check_length": _("At most %(limit)s characters fit."),
    "workbook.check_choice": _("Choose one of the list."),
    "workbook.check_choices": _(
        "Choose one of the list, or write several of them with a semicolon (;) between."
    ),
    # The file as a whole
    "import.macros": _(
        "The workbook contains macros, which are not accepted here. Save it as XLSX (without macros) and try again."
    ),
    "workbook.missing": _("No file was chosen. Choose the filled-in workbook and upload it again."),
    "workbook.foreign": _(
        "This file was not made by this site, or its hidden sheet is gone. Download the workbook of this month and copy your"
        " values into it."
    ),
    "workbook.format": _(
        "This file is of an older kind. Download the workbook of this month again and copy your values into it."
    ),
    "workbook.month": _(
        "This is the workbook of %(label)s, but this page is for %(here)s. Upload it on the page of %(label)s."
    ),
    "workbook.person": _(
        "This workbook was made for somebody else, on %(at)s. Download your own workbook of this month and copy the values "
        "into it."
    ),
    "workbook.no_keys": _(
        "No sheet has its hidden first row and column any more, so it is not certain which value belongs where. Download the"
        " workbook again and copy your values into it."
    ),
    "workbook.closed": _("Nothing of this month can be changed now: %(why)s"),
    # One cell
    "workbook.error_value": _(
        "The cell shows %(value)s and no value. Correct the formula, or write the value itself."
    ),
    "workbook.no_result": _(
        "The cell holds a formula whose result is not in the file. Open the file in a spreadsheet program and save it, or "
        "write the value itself."
    ),
    "workbook.percent": _(
        "The cell is formatted as a percentage, which an amount is not. Format it as a number and write the amount again."
    ),
    "workbook.merged": _(
        "The cells %(range)s are merged, so it is not certain which row their value belongs to. Unmerge them and write a value"
        " into each."
    ),
    "workbook.twice": _(
        "This row stands a second time at %(other)s. Keep one of the two and delete the other row."
    ),
    "workbook.more": _("%(count)s more are not shown. Correct these first and upload the file again."),
    # What was done about it
    "workbook.formulas": _(
        "Formulas were not taken, only their results as the spreadsheet program saved them: %(cells)s."
    ),
    "workbook.percents": _("Percentages were read as points: %(cells)s."),
    "workbook.controls": _("Characters that cannot be seen or stored were left out: %(cells)s."),
    "workbook.hidden_rows": _("Hidden rows were read like the others: %(cells)s."),
    "workbook.hidden_columns": _("Hidden columns were read like the others: %(cells)s."),
    "workbook.hidden_sheet": _("The sheet “%(sheet)s” is hidden; it was read like the others."),
    "workbook.other_sheet": _(
        "The sheet “%(sheet)s” is not part of the workbook of this month and was not read."
    ),
    "workbook.references": _(
        "These cells are only there to be read and say something else than the site does now; they were not taken: %(cells)s."
    ),
    "workbook.strange_rows": _(
        "These rows are not part of the workbook of this month and were not read: %(cells)s. Write their values in the rows of"
        " their budget lines."
    ),
    "workbook.not_yours": _(
        "%(count)s rows are of sub-activities that are no longer yours to enter; they were not read."
    ),
    "workbook.rows_gone": _(
        "%(count)s rows of the workbook are missing in the file; what is stored there stays as it is."
    ),
    "workbook.column_gone": _(
        "The column “%(column)s” is missing in the sheet “%(sheet)s”; what is stored there stays as it is."
    ),
    "workbook.column_twice": _(
        "The column “%(column)s” stands twice in the sheet “%(sheet)s”. Delete one of the two."
    ),
    "workbook.new_rows": _(
        "%(count)s rows have come since the workbook was made and are not in it; enter them on the page."
    ),
    # Applying
    "workbook.applied": _("Taken from the workbook: %(cells)s cells of %(reports)s sub-activities."),
    "workbook.nothing": _("Nothing changes: all %(count)s cells are as they are stored."),
    "workbook.expired": _(
        "This preview is too old, or it is not yours. Upload the workbook again; nothing was stored."
    ),
    "workbook.moved": _(
        "Something was changed meanwhile, so nothing was stored. Look at the changes again and apply them."
    ),
    "workbook.conflict": _(
        "Since the workbook was made, %(person)s changed this to “%(stored)s” (%(at)s); the workbook says “%(value)s”. Tick it to"
        " take the workbook's value."
    ),
}
