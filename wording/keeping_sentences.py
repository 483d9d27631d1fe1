"""What is said of keeping, legal holds, disposal and yearly bundles."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KEEPING: dict[str, Promise] = {
    "keeping.busy": _(
        "Somebody else is placing a hold, or a disposal is just being carried out. Nothing was changed; please try "
        "again in a moment."
    ),
    "keeping.bureau_only": _(
        "Only whoever holds the central bureau's post lists what may go and makes bundles."
    ),
    "keeping.never": _("Nothing of this kind is ever disposed of. Choose another kind."),
    "keeping.early": _(
        "This must be kept for %(years)s years. What closed before %(before_on)s may be listed from %(from_on)s on; "
        "today, what closed before %(latest_on)s. Choose that day or an earlier one."
    ),
    "keeping.logs_root": _("Logs tell of nobody's unit. Choose the whole government."),
    "keeping.nothing": _(
        "There is nothing to list: nothing of this kind closed before %(before_on)s that is not under a hold, not on "
        "another list and, for signed documents, kept in a yearly bundle."
    ),
    "keeping.unit": _("Choose a unit from the list."),
    "keeping.kind": _("Choose what is to be listed."),
    "keeping.year": _("Choose a fiscal year from the list."),
    "keeping.day": _("“%(value)s” is not a day. Write it as 2037-01-31."),
    "keeping.report": _(
        "No report has the code “%(value)s”. Copy it from the address of the report's page, or leave the field empty."
    ),
    "keeping.gone": _(
        "The file was disposed of on %(disposed_at)s, under minutes no. %(minutes)s of %(minutes_on)s, as the rules of "
        "keeping allow. Its SHA-256 stays on record."
    ),
    "hold.office": _(
        "A hold is placed by whoever holds the central bureau's post, or audits the unit. You do neither for this unit."
    ),
    "hold.release_office": _("This hold is released by whoever placed it, or by the central bureau."),
    "hold.released": _("%(person)s released this hold on %(released_at)s. Nothing was changed."),
    "hold.reason": _("Write why, in at least %(limit)s characters; it has %(count)s now."),
    "hold.reference": _("Write the number of the letter that asks for it."),
    "disposal.own": _("You made this list yourself. Another person has to approve it."),
    "disposal.office": _(
        "A list is approved by another holder of the central bureau's post or by the head of the agency. You are neither."
    ),
    "disposal.over": _("This list is %(list_state)s. Nothing was changed."),
    "disposal.minutes_no": _("Write the number of the minutes of disposal."),
    "disposal.minutes_date": _(
        "%(value_on)s cannot be the date of the minutes: the list was made on %(first_on)s and today is %(last_on)s. "
        "Choose a day between them."
    ),
    "disposal.stale": _(
        "Something changed since you looked: a hold was placed or released. The list is shown as it stands now; look "
        "at it and approve it again."
    ),
    "disposal.altered": _(
        "What stands on the list is not what was listed. It cannot be approved. Withdraw it, make a new one, and tell "
        "the inspectorate."
    ),
    "spared.held": _("Kept: a legal hold covers it."),
    "spared.missing": _("It was not there any more when its turn came."),
    "spared.changed": _("Kept: it is not what was listed. Please find out why."),
    "spared.shared": _("Kept: another report still needs the same file."),
    "bundle.unsealed": _(
        "The ledger has no checkpoint yet, so a bundle could not be verified. Start the sealer and try again."
    ),
    "bundle.given_up": _(
        "It could not be made here, perhaps because it is too large. An administrator makes it with the command year_bundle."
    ),
    "notice.keeping.listed": _(
        "%(person)s listed %(count)s things of %(unit)s that may go, closed before %(before_on)s. Another person than "
        "%(person)s has to approve the list."
    ),
    "subject.notice.keeping.listed": _("A list of disposal waits for approval: %(unit)s"),
    "notice.keeping.released": _(
        "%(person)s released the legal hold that you placed on %(unit)s (letter %(reference)s)."
    ),
    "subject.notice.keeping.released": _("A legal hold of yours was released: %(unit)s"),
}
