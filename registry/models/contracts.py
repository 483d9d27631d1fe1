"""Contracts with providers, and how the columns of another system's files are read."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models.offices import Government
from registry.models.plans import BudgetItem


class Contract(models.Model):
    """A contract under which a sub-activity's work is done: it says when a lag becomes critical (W-5), and what is not yet
    contracted (W-13). `value` in the government's currency. Plan and progress are those of the sub-activity."""

    item = models.ForeignKey(
        BudgetItem, models.PROTECT, related_name="contracts", verbose_name=_("sub-activity")
    )
    number = models.CharField(_("contract number"), max_length=80)
    name = models.CharField(_("work"), max_length=400)
    provider = models.CharField(_("provider"), max_length=200)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=2)
    signed_on = models.DateField(_("signed on"))
    starts_on = models.DateField(_("work begins"))
    ends_on = models.DateField(_("work ends"))
    package_code = models.CharField(
        _("package code"), max_length=40, blank=True
    )  # of the procurement plan (SiRUP)
    ended_on = models.DateField(_("terminated on"), null=True, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("contract"), _("contracts")
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_contract_per_item_and_number"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="contract_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="contract_value_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number


class FileMapping(models.Model):
    """Which columns of another system's file hold what we import: saved once, used each time (domain.md 1.2, 2.1)."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("Budget and plan")
        CASH = "cash", _("Cash plan")

    government = models.ForeignKey(Government, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    columns = models.JSONField()  # our column -> the file's heading
    options = models.JSONField(default=dict)  # how values are written: {"numbers": "id", "sheet": "DPA", ...}
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("file mapping"), _("file mappings")
        constraints = [
            models.UniqueConstraint(fields=["government", "kind", "name"], name="one_file_mapping_per_name")
        ]

    def __str__(self) -> str:
        return self.name
