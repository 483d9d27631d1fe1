"""Sentences of the month's table, by code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MONTH_TABLE: dict[str, Promise] = {
    "entry.none_begun": _(
        "There is nothing to check yet: no sub-activity is ticked, and in none of them anything is entered. Enter the "
        "month's values first, or report a sub-activity without activity as nil."
    ),
}
