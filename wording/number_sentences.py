"""Why a text was not read as a number, and how to write it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NUMBERS: dict[str, Promise] = {
    "number.empty": _("Nothing is written here. Write a number, for example %(write)s."),
    "number.letters": _(
        "“%(value)s” is not only a number: %(found)s cannot stand in it. Write it like %(write)s."
    ),
    "number.other_locale": _(
        "“%(value)s” is written the way of another language and would be read wrongly here. If that is the "
        "number you mean, write %(write)s."
    ),
    "number.grouping": _(
        "The points and commas in “%(value)s” stand in unusual places. Write the number like %(write)s."
    ),
    "number.decimals": _(
        "“%(value)s” has %(decimals)s digits after the decimal sign; at most %(limit)s are kept. Write "
        "%(write)s if that is what you mean."
    ),
    "number.too_large": _(
        "“%(value)s” is too large: at most %(digits)s digits fit before the decimal sign. Check the number."
    ),
    "number.other_grouping_en": _(
        "“%(value)s” groups its digits by lakh and crore; here they are grouped by thousands. If that is the "
        "number you mean, write %(write)s."
    ),
    "number.other_grouping_lakh": _(
        "“%(value)s” groups its digits by thousands; here they are grouped by lakh and crore. If that is the "
        "number you mean, write %(write)s."
    ),
}
