"""What the calendar says: reminders, what is overdue, locks, reopenings, vacant tiers, and why a deadline cannot move."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CALENDAR: dict[str, Promise] = {
    "calendar.extend_not_open": _(
        "No agency that you chose has this month open, so its deadline cannot move to %(new_due_on)s. Open the month first."
    ),
    "calendar.extend_locked": _(
        "%(agency)s: %(month)s has been locked since %(locked_at)s, so its deadline cannot move to %(new_due_on)s. Reopen "
        "the month instead."
    ),
    "calendar.extend_past": _("%(agency)s: %(new_due_on)s is over. Choose a later day for %(month)s."),
    "calendar.extend_earlier": _(
        "%(agency)s: %(month)s is due on %(due_at)s, which is later than %(new_due_on)s. Choose a day after that."
    ),
    "calendar.outage_over": _(
        "The deadline of %(month)s was extended already, or no longer needs to be. Nothing was changed."
    ),
    "calendar.outage": _(
        "%(available)s per cent of the last four hours before %(due_at)s were served; less than %(limit)s per cent counts as an "
        "outage."
    ),
    "notice.digest.remind": _("Due soon: %(count)s reports wait for you, the first until %(due_at)s."),
    "notice.digest.overdue": _("Overdue: %(count)s reports wait for you."),
    "notice.digest.escalate": _("Overdue below you: %(count)s reports are late."),
    "notice.digest.locked": _("Locked: %(count)s reports of your agency were not published in time."),
    "notice.digest.reopened": _("Open again until %(due_at)s: %(count)s reports."),
    "notice.digest.relocked": _("Locked again: %(count)s reports of your agency are still not published."),
    "notice.digest.vacant": _("%(month)s opens on %(due_at)s: %(count)s tiers have no holder."),
    "digest.remind": _("%(month)s, %(agency)s: %(count)s to %(verb)s until %(due_at)s."),
    "digest.overdue": _("%(month)s, %(agency)s: %(count)s to %(verb)s since %(due_at)s."),
    "digest.escalate": _(
        "%(month)s, %(agency)s: %(holder)s (%(post)s) has had %(count)s to %(verb)s since %(due_at)s."
    ),
    "digest.escalate_vacant": _(
        "%(month)s, %(agency)s: %(post)s has no holder, and %(count)s to %(verb)s since %(due_at)s."
    ),
    "digest.locked": _(
        "%(month)s, %(agency)s: locked since %(due_at)s with %(count)s reports not published. Ask for a reopening if they "
        "are to come."
    ),
    "digest.reopened": _(
        "%(month)s, %(agency)s: %(count)s to %(verb)s until %(due_at)s, when it is locked again."
    ),
    "digest.reopened_head": _(
        "%(month)s, %(agency)s: open again until %(due_at)s for %(count)s reports that are not published."
    ),
    "digest.relocked": _(
        "%(month)s, %(agency)s: the reopening is over and %(count)s reports are still not published."
    ),
    "digest.vacant": _("%(month)s opens on %(due_at)s. These tiers have no holder."),
    "digest.vacant_post": _("%(agency)s: %(title)s, %(unit)s (for %(count)s sub-activities)."),
    "digest.no_post": _("%(agency)s: there is no post of a %(role)s (for %(count)s sub-activities)."),
}

# Where a month of an agency stands; in sentence case, at the beginning of a label.
STAGE_WORDS: dict[str, Promise] = {
    "not_open": _("Not open yet"),
    "open": _("Open for drafts"),
    "due": _("To be reported"),
    "grace": _("Minutes of grace"),
    "late": _("Late"),
    "locked": _("Locked"),
    "reopened": _("Reopened"),
    "complete": _("Complete"),
    "closed": _("Closed for good"),
}
STEP_WORDS: dict[str, Promise] = {
    "entry": _("to enter and submit"),
    "verify": _("to verify"),
    "sign": _("to sign"),
    "review": _("to review"),
}
FAULT_WORDS: dict[str, Promise] = {
    "acts": _("reminders, marks and locks"),
    "opening": _("opening the month"),
    "vacancies": _("listing vacant tiers"),
    "publishing": _("publishing what waited for its hour"),
}
