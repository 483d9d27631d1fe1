"""What is said on the page that checks answers, after it, at a handover and while months are caught up on."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECK: dict[str, Promise] = {
    "check.none": _("Nothing is ticked. Tick the sub-activities that you want to submit."),
    "check.statement_changed": _(
        "The statement was changed while this page was open. Read it again, then tick it."
    ),
    "check.conflict": _(
        "%(by)s wrote another explanation on %(typed_at)s: “%(stored)s”. Yours still stands here; submitting again puts it "
        "in its place."
    ),
    "check.stale": _(
        "This sub-activity was changed after the page was opened, so it was not submitted. Look at what changed, then submit "
        "it as it is now."
    ),
    "check.elsewhere": _(
        "What is missing below was submitted elsewhere while this page was open, perhaps in another tab."
    ),
    "check.earlier": _(
        "%(earlier_month)s of this sub-activity is not submitted yet. A month can be submitted only after the month before "
        "it: correct that one first."
    ),
    "check.mandate": _("You enter here by a mandate and cannot submit. %(who)s submits it."),
    "check.left_empty": _("Nothing is entered yet."),
    "check.left_errors": _("Things to correct: %(count)s."),
    "check.left_unexplained": _("Warnings to explain: %(count)s."),
    "check.left_chosen": _("Complete, but not chosen for this submission."),
    "check.coverage": _(
        "With these, %(count)s of %(all)s sub-activities are handed in: %(covered_pt)s percent of the ceiling."
    ),
    "check.recall": _("You can take them back until %(office)s opens the first of them."),
    "nil.not_sent": _(
        "%(code)s %(name)s: zero is entered, but it was not submitted. %(sentence)s Open it and complete it there."
    ),
    "nil.narrative": _(
        "Texts of last month copied into %(count)s sub-activities. Read them before you submit."
    ),
    "nil.narrative_none": _("Nothing was copied: there is no text of last month, or yours is there already."),
}

# What officers usually answer; each is long enough to stand as it is, and can be changed before it is kept.
SUGGESTIONS: dict[str, tuple[Promise, ...]] = {
    "V-16": (
        _("Timing: paid at the end of the month, booked by the treasury in the next."),
        _("Spent from the imprest (UP/GU) and not yet accounted for."),
        _("Contra entry of an earlier payment."),
    ),
    "V-17": (_("Advance payment under the contract; the work has not begun."),),
}
