"""Every sentence with which the product refuses, warns or informs, by code.

A sentence names the value, the limit and the cure. A code is never removed: stored answers keep codes, and
old answers must stay readable. The suffix of a placeholder tells its kind, see `wording.sentences`.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wording.account_sentences import ACCOUNTS
from wording.api_sentences import API
from wording.audit_looking_sentences import LOOKING
from wording.board_sentences import BOARD
from wording.calendar_sentences import CALENDAR
from wording.cell_sentences import CELLS
from wording.check_sentences import CHECK
from wording.correction_sentences import CORRECTIONS
from wording.dashboard_sentences import DASHBOARDS
from wording.deciding_sentences import DECIDING
from wording.desk_sentences import DESK
from wording.entry_sentences import MONTH_TABLE
from wording.evidence_sentences import EVIDENCE
from wording.import_sentences import IMPORT
from wording.keeping_sentences import KEEPING
from wording.leading_sentences import LEADING
from wording.notice_sentences import NOTICES
from wording.number_sentences import NUMBERS
from wording.office_sentences import OFFICES
from wording.open_sentences import OPEN
from wording.pack_sentences import PACKS
from wording.paper_sentences import PAPERS
from wording.payment_sentences import PAYMENTS
from wording.request_sentences import REQUESTS
from wording.review_sentences import REVIEW
from wording.route_sentences import ROUTES
from wording.rules_sentences import RULES
from wording.search_sentences import SEARCH
from wording.signing_sentences import SIGNING
from wording.voice_sentences import VOICES
from wording.webhook_sentences import WEBHOOKS
from wording.workbook_sentences import WORKBOOK

ENTRY: dict[str, Promise] = {
    "V-10": _(
        "%(line)s: %(entered_rp)s is more than what is left of the ceiling, %(remaining_rp)s (%(version)s: "
        "ceiling %(ceiling_rp)s, realised before %(before_rp)s). Reduce it by %(reduce_by_rp)s or ask for a"
        " budget shift."
    ),
    "V-10.before": _(
        "%(line)s: %(before_rp)s was realised before this month, which is already more than the ceiling of "
        "%(ceiling_rp)s (%(version)s). With %(entered_rp)s this month it is %(reduce_by_rp)s too much. "
        "Correct an earlier month by a negative value or ask for a budget shift."
    ),
    "V-11": _(
        "All lines together: %(entered_rp)s is more than what is left of the sub-activity's ceiling, "
        "%(remaining_rp)s (%(version)s: ceiling %(ceiling_rp)s, realised before %(before_rp)s). Reduce the "
        "lines by %(reduce_by_rp)s or ask for a budget shift."
    ),
    "V-11.before": _(
        "All lines together: %(before_rp)s was realised before this month, which is already more than the "
        "sub-activity's ceiling of %(ceiling_rp)s (%(version)s). With %(entered_rp)s this month it is "
        "%(reduce_by_rp)s too much. Correct an earlier month by a negative value or ask for a budget shift."
    ),
    "V-12.reason": _(
        "%(line)s: %(entered_rp)s is below zero and no reason is given. Write why it corrects an earlier "
        "month, or enter zero or more."
    ),
    "V-12.month": _(
        "%(line)s: %(entered_rp)s is below zero and does not say which month it corrects. Choose an earlier"
        " published month: %(published_months)s."
    ),
    "V-12.unpublished": _(
        "%(line)s: %(entered_rp)s corrects %(corrects_month)s, which is not an earlier published month of "
        "this line. Choose one of these: %(published_months)s."
    ),
    "V-13": _(
        "%(line)s: %(entered_rp)s is more than can be taken back; only %(before_rp)s was realised before. "
        "Write %(lowest_rp)s or more."
    ),
    "V-14": _(
        "%(line)s: %(entered_rp)s is more than the cash plan up to this month allows, %(plan_rp)s and a "
        "tenth (%(limit_rp)s). Check it, or write why the money goes ahead of the plan."
    ),
    "V-15.share": _(
        "%(line)s: %(entered_rp)s in one month is more than half of the ceiling of %(ceiling_rp)s (half is "
        "%(limit_rp)s). Check the number of zeros."
    ),
    "V-15.median": _(
        "%(line)s: %(entered_rp)s is more than five times what a month usually has, %(median_rp)s (limit "
        "%(limit_rp)s). Check the number of zeros."
    ),
    "V-18": _(
        "Money runs ahead of the work: %(financial_pt)s points of the ceiling are spent, %(physical_pt)s "
        "points of the work are done, and %(limit_pt)s points of difference are usual. Check both numbers."
    ),
    "V-19": _("%(line)s: %(entered_rp)s has cents. If that is right, nothing needs to be done."),
    "V-20": _(
        "%(entered_pt)s points this month and %(before_pt)s before make %(total_pt)s; the whole is "
        "%(limit_pt)s. Reduce this month by %(reduce_by_pt)s."
    ),
    "V-20.volume": _(
        "%(entered_qty)s this month and %(before_qty)s before make %(total_qty)s; the target is "
        "%(target_qty)s. Reduce this month by %(reduce_by_qty)s or ask for a new target."
    ),
    "V-21.reason": _(
        "%(entered_qty)s is below zero and no reason is given. Write what it corrects, or enter zero or more."
    ),
    "V-21.below_zero": _(
        "%(entered_qty)s is more than can be taken back; only %(before_qty)s was reached before. Write "
        "%(lowest_qty)s or more."
    ),
    "V-22.jump": _(
        "%(entered_pt)s points in one month is unusually much; more than %(limit_pt)s is seldom right for a"
        " ceiling of %(ceiling_rp)s. Is this the progress of this month only?"
    ),
    "V-22.cumulative": _(
        "%(entered_pt)s points is not less than everything before together, %(before_pt)s. Is this the "
        "progress of this month only?"
    ),
    "V-22.cumulative_money": _(
        "%(line)s: %(entered_rp)s is not less than everything before together, %(before_rp)s. Is this the "
        "money of this month only?"
    ),
    "V-23.incomplete": _(
        "The status is “completed” but the work stands at %(total_pt)s of %(limit_pt)s. Enter the missing "
        "%(missing_pt)s or choose another status."
    ),
    "V-23.complete": _(
        "The work stands at %(total_pt)s, which is the whole. Choose the status “completed” or enter less."
    ),
    "V-23.snapped": _(
        "The progress of this month was set from %(entered_pt)s to %(snapped_pt)s, so that the completed "
        "work makes exactly %(limit_pt)s."
    ),
    "V-24.money": _(
        "The status is “not started” but %(total_rp)s is realised, %(entered_rp)s of it this month. Choose "
        "another status or enter zero."
    ),
    "V-24.physical": _(
        "The status is “not started” but the work stands at %(total_pt)s, %(entered_pt)s of it this month. "
        "Choose another status or enter zero."
    ),
    "V-24.cancelled": _(
        "The status is “will not be carried out” but %(total_rp)s is realised. Choose “halted”, or correct "
        "the money."
    ),
    "V-24.reason": _("The status is “will not be carried out” and no reason is given. Write why."),
    "V-40": _(
        "No evidence is attached. %(money_rp)s of money and %(entered_pt)s points of work this month need "
        "at least one file (from a value of %(limit_rp)s). Attach a photo, a payment document or a report."
    ),
    "evidence.type": _(
        "“%(name)s” is not of a kind that is accepted. Attach a PDF, a JPEG, PNG or WebP picture, or an XLSX "
        "or DOCX document."
    ),
    "evidence.size": _(
        "“%(name)s” has %(size)s MB; at most %(limit)s MB are accepted. Make it smaller and try again."
    ),
    "evidence.number": _(
        "“%(name)s” was not attached: a report has at most %(limit)s files. Remove one first."
    ),
    "evidence.empty": _("“%(name)s” is empty. Choose the file again."),
    "complete.status": _("No execution status is chosen. Choose one."),
    "complete.physical": _(
        "No physical progress is entered. Enter the points of this month; 0 if there was none."
    ),
    "complete.volume": _("No output is entered. Enter the units of this month; 0 if there were none."),
    "complete.line": _(
        "%(line)s: nothing is entered. Enter the money of this month (0 if there was none), or mark the "
        "report as nil."
    ),
    "complete.nil": _(
        "The report is marked as nil, but %(money_rp)s of money and %(entered_qty)s of progress are "
        "entered. Remove one or the other."
    ),
    "V-60.money": _(
        "%(line)s: with this amendment %(month)s would stand at %(total_rp)s, above the ceiling of "
        "%(ceiling_rp)s. Reduce the amendment by %(reduce_by_rp)s or amend %(month)s too."
    ),
    "V-60.below_zero": _(
        "%(line)s: with this amendment %(month)s would stand at %(total_rp)s, below zero. Raise the "
        "amendment by %(raise_by_rp)s or amend %(month)s too."
    ),
    "V-60.physical": _(
        "With this amendment the work would stand at %(total_pt)s in %(month)s; the whole is %(limit_pt)s. "
        "Reduce the amendment by %(reduce_by_pt)s or amend %(month)s too."
    ),
    "V-60.physical_below_zero": _(
        "With this amendment the work would stand at %(total_pt)s in %(month)s, below zero. Raise the "
        "amendment by %(raise_by_pt)s or amend %(month)s too."
    ),
}

PLAN: dict[str, Promise] = {
    "V-01.unit": _("“%(value)s” is no unit code. Write it like %(example)s."),
    "V-01.sub_activity": _("“%(value)s” is no sub-activity code. Write it like %(example)s."),
    "V-01.account": _("“%(value)s” is no account code. Write it like %(example)s."),
    "V-01.unit.suggest": _("“%(value)s” is no unit code. Did you mean %(suggestion)s?"),
    "V-01.sub_activity.suggest": _("“%(value)s” is no sub-activity code. Did you mean %(suggestion)s?"),
    "V-01.account.suggest": _("“%(value)s” is no account code. Did you mean %(suggestion)s?"),
    "V-01.item_twice": _("Sub-activity %(value)s stands twice for unit %(unit)s. Keep one of the two."),
    "V-01.line_twice": _(
        "Account %(value)s from %(fund_source)s stands twice in sub-activity %(item)s. Put both amounts "
        "into one line."
    ),
    "V-02": _(
        "%(item)s: the lines make %(sum_rp)s, the ceiling is %(ceiling_rp)s, a difference of "
        "%(difference_rp)s. Correct the lines or the ceiling."
    ),
    "V-02.negative": _("%(item)s: a ceiling of %(ceiling_rp)s is below zero. Write zero or more."),
    "V-03": _(
        "%(item)s: the monthly cash plan makes %(sum_rp)s, the ceiling is %(ceiling_rp)s, a difference of "
        "%(difference_rp)s. Correct the months."
    ),
    "V-03.negative": _(
        "%(item)s: the cash plan of month %(number)s is %(planned_rp)s, below zero. Write zero or more."
    ),
    "V-04": _(
        "%(item)s: the monthly physical plan makes %(sum_qty)s and should make %(target_qty)s, a difference"
        " of %(difference_qty)s. Correct the months."
    ),
    "V-04.negative": _(
        "%(item)s: the physical plan of month %(number)s is %(planned_qty)s, below zero. Write zero or more."
    ),
    "V-04.no_target": _(
        "%(item)s: progress is counted in output units, but there is no output target. Give a target above "
        "zero."
    ),
    "V-05": _(
        "%(item)s: the new ceiling of %(ceiling_rp)s is below what is already realised, %(realised_rp)s. "
        "Raise it by %(raise_by_rp)s, or amend the published months first."
    ),
    "V-05.dropped": _(
        "%(item)s: the line is missing in the new version, but %(realised_rp)s is already realised. Add it "
        "with at least that ceiling, or amend the published months first."
    ),
    "V-06": _("%(item)s: the ceiling is zero. It needs no report and counts in no average."),
    "import.missing_column": _(
        "The column “%(column)s” is missing. The file has these columns: %(found)s. Add it and try again."
    ),
    "import.twice_column": _("The column “%(column)s” stands twice. Keep one of the two."),
    "import.empty": _("The file is empty. Choose a file with a heading and at least one row."),
    "import.no_rows": _("The file has a heading but no rows. Add at least one row."),
    "import.kind": _(
        "The file is named %(name)s but its content is %(found)s. Save it as CSV or XLSX and try again."
    ),
    "import.size": _("The file has %(size)s MB; at most %(limit)s MB are accepted. Split it by unit."),
    "import.unpacked": _(
        "Unpacked the file has more than %(limit)s MB, which no plan needs. Save it again from the "
        "spreadsheet program."
    ),
    "import.merged": _(
        "The cells %(cells)s are merged, so it is not certain which row they belong to. Unmerge them and "
        "fill every cell."
    ),
    "import.encoding": _("The file is not written in UTF-8. Save it as “CSV UTF-8” and try again."),
    "import.required": _("The column “%(column)s” is empty in this row. Fill it in."),
}

ROUTE: dict[str, Promise] = {
    "route.state": _("This report is %(state)s, so you cannot %(verb)s it now: %(condition)s."),
    "route.office": _(
        "You hold no office that may %(verb)s this report; it is for the %(role)s. If that should be you, "
        "ask for an assignment."
    ),
    "route.self": _("You entered or changed this report yourself. Another person must decide on it."),
    "route.twice": _(
        "You already decided on this report at the tier before. Another person must decide now."
    ),
    "route.stale": _(
        "The report changed since you opened it: you saw version %(seen)s, now it is version %(version)s. "
        "Open it again and look at the changes."
    ),
    "route.opened": _(
        "The next office opened the report on %(opened_at)s, so it cannot be recalled any more. Ask that "
        "office to return it."
    ),
    "route.not_yours": _(
        "Only the person who submitted this report may recall it. Ask that person, or the office that holds"
        " it to return it."
    ),
    "route.reason": _(
        "The reason has %(length)s characters and needs at least %(shortest)s. Write what should be "
        "corrected."
    ),
    "route.window_not_open": _("This month is not open yet. It opens on %(opens_at)s."),
    "route.window_locked": _("This month was locked on %(locked_at)s. Ask for it to be reopened."),
    "route.order_submit": _(
        "%(earlier)s is not submitted yet. Months go in order: submit %(earlier)s first."
    ),
    "route.order_sign": _(
        "%(earlier)s is not published yet. Months go in order: sign %(earlier)s first, or together with "
        "this one."
    ),
    "route.order_stale": _(
        "%(earlier)s changed after this month was verified, so its totals moved. Verify this month again "
        "before it is signed."
    ),
    "route.unknown": _("There is no such report, or you may not see it. Check the address."),
    "route.blocked": _("Findings that must be corrected first: %(count)s. Correct them, then submit again."),
    "route.outgrown": _(
        "An earlier month changed, and this one now breaks rules: %(count)s. Return it, so that its officer corrects it."
    ),
    "route.empty_post": _(
        "No technical officer's post is named for this report. Ask the agency's administrator to name one."
    ),
}

ACTS: dict[str, Promise] = {
    "entry.too_long": _("The text has %(length)s characters; at most %(longest)s are kept. Shorten it."),
    "entry.whole": _("“%(value)s” is no whole number. Reload the page and enter it again."),
    "entry.month": _("“%(value)s” is no month of the year. Choose a month from the list."),
    "entry.day": _("“%(value)s” is no day. Write it as year-month-day, for example 2026-01-31."),
    "entry.conflict": _(
        "%(field)s changed meanwhile: %(stored)s is stored now, you typed %(typed)s. Save again to put yours there."
    ),
    "entry.none_selected": _("No sub-activity is ticked. Tick at least one to submit; saving needs none."),
    "entry.statement": _(
        "The statement is not ticked yet. Everything is saved; read the statement, tick it, then submit."
    ),
    "act.key": _("This page was sent before with something else on it. Open it again, then send it."),
    "act.more": _("%(count)s reports were not done; here are the reasons of the first %(shown)s."),
    "calendar.month": _("“%(value)s” is no month. Write it as year-month, for example 2026-01."),
    "calendar.year": _(
        "There is no fiscal year that holds %(value)s. Add the fiscal year in the administration first."
    ),
    "calendar.order": _(
        "%(agency)s was last opened for %(last_month)s. Months are opened in order: open the months between first."
    ),
    "decide.none_selected": _("No report is ticked. Tick at least one."),
    "batch.empty": _("No report is ticked, so there is nothing to sign. Tick at least one."),
    "batch.one_month": _(
        "The ticked reports are of %(count)s agency months. One document covers one month of one agency."
    ),
    "batch.state": _(
        "The document %(number)s is %(batch_state)s, so this is not possible any more. Prepare a new one."
    ),
    "batch.signer": _(
        "This document was prepared for %(name)s, who alone can sign it. Prepare one of your own."
    ),
    "batch.altered": _(
        "The document %(number)s is not the one that was prepared, so it was not signed. Prepare it again and "
        "tell the administrator."
    ),
    "batch.unverified": _(
        "The signature on %(number)s could not be verified, so nothing was published. Tell the administrator, "
        "then prepare it again."
    ),
    "batch.failed": _(
        "Signing stopped (%(kind)s). Nothing was published; the reports are still verified. Prepare a new document."
    ),
    "batch.unprinted": _(
        "The document could not be printed after several tries (%(kind)s). Tell the administrator; the reports are still "
        "verified."
    ),
    "batch.abandoned": _(
        "Signing was cut off. Nothing was published; the reports are still verified. Prepare a new document."
    ),
    "batch.discarded": _("Discarded by its signer before it was signed."),
    "sign.missing_statement": _("The declaration is not ticked. Read the document, then tick it."),
    "sign.missing_passphrase": _("The passphrase of your signing key is missing."),
    "sign.passphrase": _("The passphrase does not open your signing key. Nothing was signed; type it again."),
    "sign.expired": _("Your signing certificate expired on %(expired_at)s. Ask the authority for a new one."),
    "sign.not_yours": _(
        "The signing key stored for you belongs to another person. Ask the administrator to install yours."
    ),
    "sign.key_missing": _("No signing key is stored for your account. Ask the administrator to install it."),
    "sign.key_unreadable": _(
        "The file of your signing key cannot be read. Ask the administrator to install it again."
    ),
    "sign.failed": _(
        "The document could not be signed (%(kind)s). Nothing was published. Tell the administrator."
    ),
    "verify.valid": _("The signature is genuine and covers the whole document."),
    "verify.untrusted": _(
        "The document is unchanged, but its certificate is from no authority that is trusted here."
    ),
    "verify.altered": _("The document was changed after it was signed."),
    "verify.appended": _("Something was added to the document after it was signed."),
    "verify.unsigned": _("The document carries no signature."),
    "verify.unreadable": _("The file cannot be read as a signed document."),
    "notice.report.returned": _(
        "%(person)s (%(office)s) returned %(code)s %(name)s for %(month)s: %(reason)s"
    ),
    "notice.report.published": _("%(code)s %(name)s for %(month)s was signed by %(person)s and published."),
}

CATALOGUE: dict[str, Promise] = {
    **NUMBERS,
    **NOTICES,
    **ENTRY,
    **MONTH_TABLE,
    **PLAN,
    **ROUTE,
    **ACTS,
    **CALENDAR,
    **ACCOUNTS,
    **IMPORT,
    **REQUESTS,
    **PACKS,
    **PAYMENTS,
    **PAPERS,
    **ROUTES,
    **DASHBOARDS,
    **DECIDING,
    **DESK,
    **CORRECTIONS,
    **REVIEW,
    **EVIDENCE,
    **RULES,
    **CELLS,
    **CHECK,
    **WORKBOOK,
    **VOICES,
    **WEBHOOKS,
    **API,
    **SIGNING,
    **OFFICES,
    **OPEN,
    **KEEPING,
    **LOOKING,
    **LEADING,
    **SEARCH,
    **BOARD,
}
