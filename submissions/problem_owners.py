"""Who can solve a problem of each category: the level to which it is escalated (domain.md 2.2). Pure data."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGENCY, SEKDA, PROVINCE, MINISTRY = "agency", "sekda", "province", "ministry"
LEVELS: Mapping[str, Promise] = {
    AGENCY: _("the agency itself"),
    SEKDA: _("Regional Secretary"),
    PROVINCE: _("province"),
    MINISTRY: _("ministry"),
}
# A category that is not named here belongs to the agency itself.
OWNERS: Mapping[str, str] = {
    "PROCUREMENT": AGENCY,
    "LAND": SEKDA,  # acquisition and certificates need other agencies and the land office
    "TECH_GUIDELINE": MINISTRY,  # guidelines of transfers are issued there
    "BUDGET_SHIFT": SEKDA,  # head of the budget team
    "EFFICIENCY_CUT": SEKDA,
    "CASH": SEKDA,
    "DESIGN_DOC": AGENCY,
    "PROVIDER": AGENCY,
    "MATERIAL": AGENCY,
    "WEATHER_FORCE_MAJEURE": PROVINCE,  # help beyond the regency's own means
    "HR": SEKDA,
    "COORDINATION": SEKDA,
    "SYSTEM": MINISTRY,  # the national systems of plan and treasury
    "OTHER": AGENCY,
}


def owner_of(category: str) -> str:
    """The owner level of a category."""
    return OWNERS.get(category, AGENCY)


def categories_of(level: str) -> list[str]:
    """The categories that a level owns."""
    return [category for category, owner in OWNERS.items() if owner == level]
