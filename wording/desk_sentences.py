"""What a decider's desk says: what must be opened first, what became of an act on many, reminders, filters that are kept."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DESK: dict[str, Promise] = {
    "desk.unopened_warnings": _(
        "Warnings: %(count)s. Open this report and look at them, then verify it there or here."
    ),
    "desk.unopened_behind": _(
        "%(behind_pt)s points behind the plan. Open this report and look at it, then verify it there or here."
    ),
    "desk.done_verify": _("Verified: %(done)s. Skipped: %(skipped)s."),
    "desk.all_verify": _("Verified: %(done)s. None was skipped."),
    "desk.done_review": _("Accepted: %(done)s. Skipped: %(skipped)s."),
    "desk.all_review": _("Accepted: %(done)s. None was skipped."),
    "desk.pin": _("This page is too old, or was opened by somebody else. Here is the list as it stands now."),
    "desk.too_many": _("%(count)s reports are ticked; one act takes at most %(limit)s. Tick fewer."),
    "desk.remind_none": _("Nobody is left to be reminded here. Look at the list again."),
    "desk.reminded": _("Reminded of reports: %(count)s. Told: %(people)s."),
    "desk.remind_today": _(
        "Not reminded, because they were today already: %(count)s. Each report is reminded of once a day."
    ),
    "desk.remind_nobody": _(
        "Not reminded, because nobody else holds the officer's post: %(count)s. Ask for an acting officer."
    ),
    "desk.remind_locked": _("Not reminded, because the month takes no entry any more: %(count)s."),
    "desk.reminded_at": _("Reminded by %(person)s, %(when_at)s."),
    "desk.filter_name": _("The filter has no name. Write one of up to 60 letters."),
    "desk.filter_long": _("The name has %(length)s letters; at most %(longest)s are possible. Shorten it."),
    "desk.filter_many": _("%(limit)s filters are saved already. Delete one first."),
    "desk.filter_kept": _("The filter is saved as “%(name)s”."),
    "desk.filter_gone": _("The filter is deleted."),
    "notice.report.reminded": _(
        "%(person)s (%(office)s) reminds you of %(code)s %(name)s for %(month)s. It was to be submitted by %(due_at)s."
    ),
    "notice.report.reminded_many": _(
        "%(person)s (%(office)s) reminds you of %(count)s reports that are not submitted, the first of them %(code)s %(name)s "
        "for %(month)s. It was to be submitted by %(due_at)s."
    ),
}
