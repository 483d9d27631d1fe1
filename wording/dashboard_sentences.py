"""What the overview and the weekly summary say in whole sentences."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# How much of what was planned was achieved (W-7, Permendagri 86/2017).
BANDS: dict[str, Promise] = {
    "ST": pgettext_lazy("achievement", "Very high"),
    "T": pgettext_lazy("achievement", "High"),
    "S": pgettext_lazy("achievement", "Medium"),
    "R": pgettext_lazy("achievement", "Low"),
    "SR": pgettext_lazy("achievement", "Very low"),
}
# The parts of the agency index (W-11), as they are called in a sentence.
INDEX_PARTS: dict[str, Promise] = {
    "timeliness": _("timeliness"),
    "physical": _("physical achievement"),
    "financial": _("financial achievement"),
    "quality": _("data quality"),
}
# What the agencies of each part of the table of the index have in common, in its order.
INDEX_STANDINGS: tuple[Promise, ...] = (
    _("All reports of the month are published"),
    _("A part of the reports is published"),
    _("Without index and place"),
)
DASHBOARDS: dict[str, Promise] = {
    "overview.headline": _(
        "%(month)s: %(done)s of %(all)s agencies signed; absorption %(absorption)s, plan %(plan)s."
    ),
    "overview.unit": _(
        "%(month)s: %(done)s of %(all)s reports signed; absorption %(absorption)s, plan %(plan)s."
    ),
    "index.unpublished": _(
        "Nothing of this month is published: timeliness alone is not compared with the figures of others."
    ),
    "index.unknown": _("Not known of this month, and so no index: %(parts)s."),
    "index.places": _(
        "Places are among the agencies shown. Who has published all reports of the month comes first; who has published a part "
        "follows, whatever the index; equal indexes share a place. Who has published nothing, or lacks a part that counts, has "
        "neither index nor place: physical and financial achievement need a plan up to this month, timeliness a deadline that is "
        "over. Coverage is the ceiling of the published reports ÷ the ceiling of all sub-activities, and below it published of "
        "required reports."
    ),
}
