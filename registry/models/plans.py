"""What may be spent on what: fiscal years, sub-activities, lines, versions, monthly plans (domain.md 1.2 and 2.1)."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models.offices import Government, Post, Unit


def index_part(name: Any, usual: int) -> Any:
    """A weight of the agency index, in percent: set for each year and printed with it (W-11)."""
    return models.PositiveSmallIntegerField(
        name, default=usual, db_default=usual, validators=[MaxValueValidator(100)]
    )


class FiscalYear(models.Model):
    """A budget year of a government; months are counted from its start, 1 to 12, and 13 is the adjustment."""

    government = models.ForeignKey(
        Government, models.PROTECT, related_name="fiscal_years", verbose_name=_("government")
    )
    label = models.CharField(_("label"), max_length=9)
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    index_timeliness = index_part(_("index: timeliness"), 30)
    index_physical = index_part(_("index: physical achievement"), 35)
    index_financial = index_part(_("index: financial achievement"), 25)
    index_quality = index_part(_("index: data quality"), 10)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("fiscal year"), _("fiscal years")
        constraints = [
            models.UniqueConstraint(fields=["government", "label"], name="one_fiscal_year_per_label"),
            models.CheckConstraint(
                condition=Q(
                    index_quality=100 - F("index_timeliness") - F("index_physical") - F("index_financial")
                ),
                name="index_of_100",
            ),
        ]

    @property
    def index_parts(self) -> tuple[int, int, int, int]:
        """W-11: what timeliness, physical and financial achievement and data quality count in the agency index, of 100."""
        return self.index_timeliness, self.index_physical, self.index_financial, self.index_quality

    def clean(self) -> None:
        """Raises ValidationError when the parts of the index are not 100 together."""
        whole = sum(part or 0 for part in self.index_parts)
        if whole != 100:
            said = _(
                "The four parts of the agency index add up to %(sum)s. They must add up to 100: change one of them."
            )
            raise ValidationError({"index_quality": ValidationError(said, params={"sum": whole})})

    def __str__(self) -> str:
        return self.label


class Nomenclature(models.Model):
    """Name of a programme, activity or sub-activity code, as the nomenclature of that year has it (domain.md 1.2)."""

    government = models.ForeignKey(Government, models.PROTECT, verbose_name=_("government"))
    year = models.PositiveSmallIntegerField(_("year"))
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=400)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("nomenclature"), _("nomenclature")
        constraints = [
            models.UniqueConstraint(fields=["government", "year", "code"], name="one_name_per_code_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BudgetItem(models.Model):
    """A sub-activity at a unit in a year. The code alone is not a key: twelve health centres carry the same (T-20)."""

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="items", verbose_name=_("unit"))
    sub_activity_code = models.CharField(_("sub-activity code"), max_length=40)
    sub_activity_name = models.CharField(_("sub-activity"), max_length=400, blank=True)
    output_indicator = models.CharField(_("output indicator"), max_length=400, blank=True)
    output_unit = models.CharField(_("unit of output"), max_length=80, blank=True)
    officer_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entered_items",
        verbose_name=_("technical officer's post"),
    )
    verifier_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="verified_items",
        verbose_name=_("verifier's post"),
    )
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("sub-activity"), _("sub-activities")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "unit", "sub_activity_code"], name="one_item_per_unit_and_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sub_activity_code} {self.sub_activity_name}".strip()


class BudgetLine(models.Model):
    """What an item buys: account and fund source."""

    item = models.ForeignKey(BudgetItem, models.PROTECT, related_name="lines", verbose_name=_("sub-activity"))
    account_code = models.CharField(_("account"), max_length=40, blank=True)
    account_name = models.CharField(_("account name"), max_length=400, blank=True)
    fund_source = models.CharField(_("fund source"), max_length=40, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("budget line"), _("budget lines")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "account_code", "fund_source"], name="one_line_per_account_and_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_code} {self.fund_source}".strip()


class BudgetVersion(models.Model):
    """One approved state of a unit's budget, in force from `effective_month` until a later one (domain.md 0.4)."""

    class Kind(models.TextChoices):
        MURNI = "murni", _("Original budget")
        PERGESERAN = "pergeseran", _("Budget shift")
        PERUBAHAN = "perubahan", _("Revised budget")
        EFISIENSI = "efisiensi", _("Efficiency cut")

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    effective_month = models.PositiveSmallIntegerField(_("in force from month"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("budget version"), _("budget versions")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "unit", "sequence"], name="one_version_per_sequence"
            ),
            models.CheckConstraint(condition=Q(effective_month__range=(1, 13)), name="version_month_1_to_13"),
            models.CheckConstraint(
                condition=~Q(kind="murni") | Q(effective_month=1),
                name="original_budget_is_in_force_from_month_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.sequence})"


class BudgetItemVersion(models.Model):
    """Ceiling (rupiah) and output target of an item in one version."""

    class Mode(models.TextChoices):
        PERCENT = "PERCENT", _("Percentage points")
        VOLUME = "VOLUME", _("Output volume")
        TIME = "TIME", _("Time")
        MILESTONE = "MILESTONE", _("Milestones")

    item = models.ForeignKey(
        BudgetItem, models.PROTECT, related_name="versions", verbose_name=_("sub-activity")
    )
    version = models.ForeignKey(
        BudgetVersion, models.PROTECT, related_name="items", verbose_name=_("budget version")
    )
    ceiling = models.DecimalField(_("ceiling"), max_digits=20, decimal_places=2)
    output_target = models.DecimalField(
        _("output target"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    physical_mode = models.CharField(
        _("physical mode"), max_length=10, choices=Mode.choices, default=Mode.PERCENT
    )
    active = models.BooleanField(_("active"), default=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("ceiling of a sub-activity"), _("ceilings of sub-activities")
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="one_ceiling_per_item_and_version"),
            models.CheckConstraint(condition=Q(ceiling__gte=Decimal(0)), name="item_ceiling_not_negative"),
        ]


class BudgetLineVersion(models.Model):
    """Ceiling (rupiah) of a line in one version."""

    line = models.ForeignKey(
        BudgetLine, models.PROTECT, related_name="versions", verbose_name=_("budget line")
    )
    version = models.ForeignKey(
        BudgetVersion, models.PROTECT, related_name="lines", verbose_name=_("budget version")
    )
    ceiling = models.DecimalField(_("ceiling"), max_digits=20, decimal_places=2)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("ceiling of a line"), _("ceilings of lines")
        constraints = [
            models.UniqueConstraint(fields=["line", "version"], name="one_ceiling_per_line_and_version"),
            models.CheckConstraint(condition=Q(ceiling__gte=Decimal(0)), name="line_ceiling_not_negative"),
        ]


class MonthlyPlan(models.Model):
    """Planned cash (rupiah) and physical increment (points, or output units in VOLUME mode); NULL is "no plan"."""

    item_version = models.ForeignKey(
        BudgetItemVersion, models.PROTECT, related_name="plan", verbose_name=_("ceiling")
    )
    month = models.PositiveSmallIntegerField(_("month"))
    cash = models.DecimalField(_("planned cash"), max_digits=20, decimal_places=2, null=True, blank=True)
    physical = models.DecimalField(
        _("planned physical"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("monthly plan"), _("monthly plans")
        constraints = [
            models.UniqueConstraint(fields=["item_version", "month"], name="one_plan_per_month"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="plan_month_1_to_12"),
        ]
