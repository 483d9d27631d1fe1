"""What the law, the grants and the documents say beyond the plain route: quorums, reviews, embargoes, revisions, mandates."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DECIDING: dict[str, Promise] = {
    "route.counted": _(
        "You agreed to this report already; %(quorum)s different persons are needed at this tier. Another person must agree."
    ),
    "route.order_again": _(
        "%(earlier)s is open again. Verify this month again after %(earlier)s was submitted."
    ),
    "route.review_open": _(
        "It is published after the review by the %(role)s, which is still open. Nothing needs to be done here."
    ),
    "route.embargo": _(
        "It is published by itself on %(until_at)s, when its waiting time ends. Nothing needs to be done here."
    ),
    "route.revised": _(
        "Revision %(revision)s of this report is already under way. Finish it, or give it up first."
    ),
    "route.no_grant": _(
        "Nobody has permitted an amendment of this month. Ask for the permission, then open the revision."
    ),
    "route.owed": _(
        "The report of a month is owed and cannot be given up. Enter it; if nothing was done, report nil."
    ),
    "route.nobody": _("The calendar cannot %(verb)s a report. A person who holds the office has to do it."),
    "grant.past": _("The grant would end on %(expires_at)s, which is over. Choose a later day for its end."),
    "grant.ended": _("The grant ended on %(ended_at)s already. Nothing was changed."),
    "batch.returned": _(
        "A report of this document was sent back before it was published. Prepare a new document when it is verified again."
    ),
    "batch.sent_back": _(
        "%(code)s was sent back after this signature. What this document says of it is not in force."
    ),
    "decide.category": _("No kind of reason is chosen. Choose what the return is about."),
    "desk.stands_in": _("For the vacant post %(post)s: it is yours because you are its superior."),
    "desk.agreed": _("%(count)s of %(quorum)s have agreed: %(people)s."),
    "desk.moved": _("%(earlier)s was changed after this month was verified. Verify it again, or return it."),
    "entry.on_behalf": _(
        "You enter on behalf of %(office)s until %(until_at)s, by the mandate %(document_no)s."
    ),
    "printed.waiver": _("Waiver: one person at two tiers, %(document_no)s, granted by %(name)s, %(office)s."),
    "printed.stands_in": _("For the vacant post %(post)s."),
    "printed.assisted": _("Entered by %(person)s on behalf of %(post)s, %(document_no)s."),
    "printed.revision": _("Revision %(revision)s: %(reason)s"),
    "revision.before": _("%(field)s: %(seen)s is published, %(stored)s stands here."),
    "nil.none": _("No sub-activity is ticked. Tick those in which nothing was done this month."),
    "nil.statement": _("The statement is not ticked. Read it, tick it, then report nil."),
    "nil.money": _(
        "%(code)s: %(money_rp)s is entered, so it is not nil. Enter zero first, or submit it from the table."
    ),
    "nil.progress": _(
        "%(code)s: %(entered_qty)s of progress is entered, so it is not nil. Enter zero first, or submit it from the table."
    ),
    "nil.status": _(
        "%(code)s: no execution status is known from last month. Choose one in the table and submit it from there."
    ),
}
