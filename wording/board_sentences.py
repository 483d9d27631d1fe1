"""What the compliance board says: its states and what they mean, who was reminded and who not, letters, extensions."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What stands in a cell: a word or two, with its figures.
CELLS: dict[str, Promise] = {
    "NOT_DUE": _("not due"),
    "EMPTY": _("empty"),
    "DRAFT": _("draft %(percent)s%%"),
    "SUBMITTED": _("submitted"),
    "VERIFIED": _("verified"),
    "PARTIAL": _("%(published)s of %(required)s"),
    "ON_TIME": _("on time"),
    "LATE": _("late +%(late)s"),
    "REOPENED": _("reopened"),
    "AMENDED": _("amended"),
    "EXEMPT": _("exempt"),
}
BOARD: dict[str, Promise] = {
    "board.none_ticked": _("No unit is ticked. Tick at least one in the first column of the table."),
    "board.no_month": _("No month is ticked. Tick at least one beside the buttons."),
    "board.one_month": _(
        "%(count)s months are ticked; a deadline is moved for one month at a time. Tick one."
    ),
    "board.too_many": _("%(count)s agency months are chosen; one act takes at most %(limit)s. Tick fewer."),
    "board.key": _(
        "This page was sent before with something else on it. Nothing was done. Look at the board and choose again."
    ),
    "board.reminded": _("Reports reminded of: %(count)s. People told: %(people)s."),
    "board.reminded_none": _("Nobody was reminded."),
    "board.told": _("%(person)s was told. Reports: %(count)s."),
    "board.not_today": _("Reminded of today already: %(count)s. Each report is reminded of once a day."),
    "board.not_nobody": _(
        "The office that has them is vacant, or it is yours: %(count)s. Ask for an acting officer."
    ),
    "board.not_locked": _(
        "The month is locked, and nothing can be done in it: %(count)s. Ask for it to be reopened."
    ),
    "board.not_waiting": _("Nothing waits for anybody: it is signed, published, exempt or not open yet."),
    "board.not_yours": _("Reports that are not yours to remind of: %(count)s."),
    "board.extended": _("Deadlines moved to %(until_on)s: %(count)s."),
    "board.extended_none": _("No deadline was moved."),
    "board.extended_one": _("Signature is due on %(until_on)s."),
    "board.extended_before": _("This very extension was granted already; the deadline is %(due_at)s."),
    "board.extended_no_period": _("The month is not open for this agency, so there is no deadline to move."),
    "board.day": _("“%(value)s” is no day. Write it as year-month-day, for example 2026-04-20."),
    "board.note": _("The number of the note or decree is missing. Write it, for example 100/ADB/2026."),
    "board.note_long": _(
        "The number of the note has %(length)s characters; at most %(longest)s are kept. Shorten it."
    ),
    "board.letters": _("Letters made: %(count)s."),
    "board.letters_none": _("No letter was made."),
    "board.letter_made": _("Letter %(level)s, number %(number)s, to be answered by %(until_on)s."),
    "board.letter_before": _("Letter %(level)s was made before: number %(number)s. It is the same letter."),
    "board.letter_not_overdue": _(
        "The month is not overdue: its deadline is %(due_at)s. A letter is made after it."
    ),
    "board.letter_complete": _("Everything is published. No letter is needed."),
    "board.letter_first": _(
        "Letter %(before)s was not made yet. Letters are made in order: make that one first."
    ),
    "board.letter_running": _(
        "Letter %(before)s (%(number)s) may still be answered until %(until_on)s. The next letter is made after that day."
    ),
    "board.letter_signer": _(
        "No office of a leader is known, so nobody could sign the letter. Ask the administrator to name the Secretary's post."
    ),
    "board.letter_no_period": _("The month is not open for this agency, so nothing is overdue."),
    "board.pdf_tall": _(
        "The board as a printed page takes at most %(limit)s units, and %(count)s are chosen. Narrow the filter, or take the "
        "spreadsheet."
    ),
    "notice.report.reminded_verify": _(
        "%(person)s (%(office)s) reminds you to verify %(code)s %(name)s for %(month)s. It was to be verified by %(due_at)s."
    ),
    "notice.report.reminded_verify_many": _(
        "%(person)s (%(office)s) reminds you to verify %(count)s reports, the first of them %(code)s %(name)s for %(month)s. It "
        "was to be verified by %(due_at)s."
    ),
    "notice.report.reminded_sign": _(
        "%(person)s (%(office)s) reminds you to sign %(code)s %(name)s for %(month)s. It was to be signed by %(due_at)s."
    ),
    "notice.report.reminded_sign_many": _(
        "%(person)s (%(office)s) reminds you to sign %(count)s reports, the first of them %(code)s %(name)s for %(month)s. It "
        "was to be signed by %(due_at)s."
    ),
    "notice.report.reminded_review": _(
        "%(person)s (%(office)s) reminds you to review %(code)s %(name)s for %(month)s. It is not published before its review."
    ),
    "notice.report.reminded_review_many": _(
        "%(person)s (%(office)s) reminds you to review %(count)s reports, the first of them %(code)s %(name)s for %(month)s. "
        "They are not published before their review."
    ),
    "notice.board.extended": _(
        "%(person)s (%(office)s) extended the deadlines of %(month)s for %(agency)s: signature is due on %(until_on)s. Note "
        "%(number)s: %(reason)s"
    ),
    "notice.board.letter": _(
        "Reminder letter %(level)s, number %(number)s: %(missing)s of %(required)s reports of %(agency)s for %(month)s are not "
        "published. It is to be answered by %(until_on)s."
    ),
}

# One word and one definition for each state, as the legend, the filter and the files' dictionary say it.
STATE_WORDS: dict[str, Promise] = {
    "NOT_DUE": _("Not due"),
    "EMPTY": _("Empty"),
    "DRAFT": _("Draft"),
    "SUBMITTED": _("Submitted"),
    "VERIFIED": _("Verified"),
    "PARTIAL": _("Partly published"),
    "ON_TIME": _("Published on time"),
    "LATE": _("Published late"),
    "REOPENED": _("Reopened"),
    "AMENDED": _("Amended"),
    "EXEMPT": _("Exempt"),
}
MEANINGS: dict[str, Promise] = {
    "NOT_DUE": _("The month is not open for entry yet."),
    "EMPTY": _("Nothing is entered."),
    "DRAFT": _("Something is entered: so much per cent of it. Nothing is published."),
    "SUBMITTED": _("Every report was handed in. None is published."),
    "VERIFIED": _("Every report waits for its signature, or for what comes after it. None is published."),
    "PARTIAL": _("So many of all required reports are published."),
    "ON_TIME": _("Everything is published, by the signature's deadline and its minutes of grace."),
    "LATE": _("Everything is published, the last of it so many working days after the deadline."),
    "REOPENED": _("Locked and open again by a grant, or complete and a correction is under way."),
    "AMENDED": _("Everything is published, at least one report in a corrected revision."),
    "EXEMPT": _("Nothing of this unit's has to be reported in this month."),
}
HOLDER_WORDS: dict[str, Promise] = {
    "entry": _("with who enters"),
    "verify": _("with who verifies"),
    "sign": _("with who signs"),
    "review": _("with who reviews"),
    "vacant": _("with a vacant office"),
}
TIER_WORDS: dict[str, Promise] = {
    "publish": _("Published"),
    "entry": _("Entry"),
    "verify": _("Verification"),
    "sign": _("Signature"),
}
LEVELS: dict[int, str] = {1: "I", 2: "II", 3: "III"}
