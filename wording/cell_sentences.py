"""What is said about single cells that a page, a workbook or a file wanted to write."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CELLS: dict[str, Promise] = {
    "cell.unknown": _("“%(name)s” is no field of this report. Load the page again and enter it there."),
    "cell.request": _(
        "This request could not be read. Load the page again; what you typed is kept on this device."
    ),
    "cell.too_many": _("More than %(limit)s values were sent at once. Send fewer at a time."),
}
