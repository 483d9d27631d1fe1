"""What the treasury paid, as its own files say: beside the officer's figures, never instead of them (V-16)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models import BudgetLine, FiscalYear, Unit
from submissions.models.tokens import new_token


class PaymentKind(models.TextChoices):
    SP2D = "SP2D", _("Disbursement order")
    SPJ = "SPJ", _("Account of spending")


class PaymentMapping(models.Model):
    """Which heading of a treasury's file means what, remembered for an agency under a name."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("agency"))
    name = models.CharField(_("name"), max_length=80)
    columns = models.JSONField()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("column mapping"), _("column mappings")
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="one_mapping_per_name")]


class PaymentImport(models.Model):
    """One file of payments that somebody brought in."""

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=4, choices=PaymentKind.choices)
    columns = models.JSONField()
    cumulative = models.BooleanField(default=False)
    rows = models.PositiveIntegerField()


class Payment(models.Model):
    """Money that left the treasury for one budget line in one fiscal month; negative when it came back."""

    source = models.ForeignKey(PaymentImport, models.PROTECT, related_name="payments")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="payments")
    month = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=PaymentKind.choices)
    number = models.CharField(max_length=80)
    paid_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("payment"), _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "month", "kind", "number"], name="one_payment_per_number"
            ),
            models.CheckConstraint(condition=Q(month__range=(1, 13)), name="payment_month_1_to_13"),
        ]
