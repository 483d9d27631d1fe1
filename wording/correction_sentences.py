"""What is said about corrections of published reports: what a request names, and what a revision did."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CORRECTIONS: dict[str, Promise] = {
    "asking.no_change": _(
        "No value is to change. Choose a published report and write the new value beside at least one published one."
    ),
    "asking.values": _("A new value cannot be read. Correct it, then send the request again."),
    "asking.category": _("No kind of reason is chosen. Choose one from the list."),
    "asking.evidence": _(
        "The evidence is missing. Choose the file that proves the new values, for example the payment order."
    ),
    "asking.no_report": _(
        "Nothing is published for that sub-activity in that month. Choose another month or another sub-activity."
    ),
    "asking.change_stale": _(
        "Other values are published by now than those that are named here. Look at what is published, and ask for a new "
        "correction."
    ),
    "asking.breaks": _(
        "With these values a month would break a rule, so no revision with them could be submitted. Refuse the request and say "
        "which value would do."
    ),
    "correction.small": _(
        "A small mistake of money can be corrected without a revision: enter a negative amount in the next open month of the "
        "same year, with the reason and the month that it corrects. Every published document then stays as it is."
    ),
    "correction.cell": _("%(field)s: %(granted)s was granted."),
}
