"""What the search over the ledger's events says: values it cannot search by, searches that are saved, files that are cut."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SEARCH: dict[str, Promise] = {
    "search.who": _(
        "More than %(limit)s people fit “%(who)s”. Write more of the name, or the number of the person."
    ),
    "search.choice": _("“%(value)s” is not among the choices for “%(label)s”. Choose one of the list."),
    "search.long": _("“%(label)s” has %(length)s letters; at most %(limit)s are possible. Shorten it."),
    "search.moment": _(
        "“%(value)s” cannot be read as a day or a moment. Write it like 2026-02-03 or 2026-02-03 09:00."
    ),
    "search.order": _("The search ends before it begins. Exchange “From” and “To”."),
    "search.place": _("“%(value)s” is no number of an event to go on from. Start the search again."),
    "search.kept": _("The search is saved as “%(name)s”."),
    "search.gone": _("The saved search is deleted."),
    "search.too_long": _(
        "This search has %(length)s letters as an address; at most %(limit)s can be saved. Ask for less."
    ),
    "search.cut": _(
        "Only the newest %(limit)s events are in this file; more of them fit. Narrow the search by a moment, a unit or a month."
    ),
}
