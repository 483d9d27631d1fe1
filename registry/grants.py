"""Seeing needs a grant: guardian's rights on units, in tables with a real foreign key. Nothing else imports guardian.

A grant on a unit reaches everything below it. There are no rights per report: 24 people x 200 reports a month would be
4,800 new rows each month for ever, and a join on units answers in one statement (dependencies.md 6).
"""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from guardian.shortcuts import assign_perm, remove_perm

SEE, AUDIT, OVERSEE = "see_unit", "audit_unit", "oversee_unit"


class UnitUserPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey("registry.Unit", models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        app_label = "registry"
        abstract = False


class UnitGroupPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey("registry.Unit", models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        app_label = "registry"
        abstract = False


def give(right: str, holder: models.Model, unit: models.Model) -> None:
    """Let a person or a group see `unit` and all below; `right` is SEE, AUDIT or OVERSEE."""
    assign_perm(right, holder, unit)


def take(right: str, holder: models.Model, unit: models.Model) -> None:
    """Take a right back; nothing happens when it was not given."""
    remove_perm(right, holder, unit)
