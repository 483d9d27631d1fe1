"""What an auditor is told when a moment, a sample or a case cannot be shown as it was asked for."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LOOKING: dict[str, Promise] = {
    "moment.unreadable": _(
        "“%(value)s” is no moment that can be read. Write year, month, day, hour and minute, for example %(example)s."
    ),
    "moment.outside": _(
        "The year %(year)s lies outside of what is kept here. Choose a moment between the years %(first)s and %(last)s."
    ),
    "moment.ahead": _("%(moment)s has not come yet; now it is %(now)s. Choose an earlier moment."),
    "moment.event": _("The ledger has no event %(value)s. Its newest one has the number %(last)s."),
    "moment.which": _(
        "Write what to look at: a token, a code, a user name or a key, of at most %(limit)s characters."
    ),
    "moment.nothing": _(
        "Nothing of this kind is called “%(value)s” within the units that you audit. Check the spelling and the kind."
    ),
    "sample.count": _("“%(value)s” is no size of a sample. Write a whole number from 1 to %(limit)s."),
    "sample.seed": _(
        "The seed has characters that cannot be written down. Use up to %(limit)s letters, digits and signs, without line breaks."
    ),
    "sample.above": _(
        "“%(value)s” is no amount. Write the rupiah or rupees above which rows count, for example %(example)s."
    ),
    "sample.too_many": _(
        "%(size_qty)s rows fit these filters; a sample is drawn from at most %(limit_qty)s. Choose a unit, a month or a state."
    ),
    "sample.no_amounts": _(
        "Probability by amount needs amounts, and the rows that fit have none. Draw every row with the same probability."
    ),
    "case.none": _("Choose at least one report: tick it in the search, or open “collect” on its page."),
    "case.too_many": _(
        "%(count)s reports were asked for; one case holds at most %(limit)s. Make several cases."
    ),
    "case.unknown": _(
        "%(count)s of the reports asked for are not within the units that you audit: %(tokens)s. They are left out."
    ),
    "case.too_large": _(
        "The files of this case come to %(size)s; one archive holds at most %(limit)s. Take fewer reports into one case."
    ),
}
