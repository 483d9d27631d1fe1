"""When things are due: rules, holidays, periods, and what the calendar did (domain.md 3.1)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models import FiscalYear, Government, Unit


class CalendarRule(models.Model):
    """When a month opens, falls due and locks; days are of the month after, but `open_day` is of the month itself."""

    class Roll(models.TextChoices):
        NEXT_WORKDAY = "NEXT_WORKDAY", _("to the next working day")
        NONE = "NONE", _("not moved")

    class DayUnit(models.TextChoices):
        CALENDAR = "CALENDAR", _("calendar days")
        WORKING = "WORKING", _("working days")

    fiscal_year = models.OneToOneField(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    open_day = models.PositiveSmallIntegerField(_("drafts from day (of the month itself)"), default=25)
    entry_day = models.PositiveSmallIntegerField(_("entry due on day"), default=5)
    verify_day = models.PositiveSmallIntegerField(_("verification due on day"), default=8)
    sign_day = models.PositiveSmallIntegerField(_("signature due on day"), default=10)
    lock_day = models.PositiveSmallIntegerField(_("locked from day"), default=21)
    day_unit = models.CharField(
        _("days are"), max_length=10, choices=DayUnit.choices, default=DayUnit.CALENDAR
    )
    roll = models.CharField(
        _("a due day that is no working day moves"),
        max_length=12,
        choices=Roll.choices,
        default=Roll.NEXT_WORKDAY,
    )
    grace_minutes = models.PositiveSmallIntegerField(_("minutes of grace"), default=15)
    work_from = models.PositiveSmallIntegerField(_("people are told from this hour"), default=7)
    work_until = models.PositiveSmallIntegerField(_("people are told until this hour"), default=20)
    opens_itself = models.BooleanField(_("months open by themselves"), default=False)
    vacancy_days = models.PositiveSmallIntegerField(
        _("vacant posts are listed so many days before a month opens"), default=7
    )
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("calendar rule"), _("calendar rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(work_from__lt=F("work_until")) & Q(work_until__lte=24),
                name="calendar_tells_within_a_day",
            )
        ]


class Holiday(models.Model):
    """A day that is no working day, national or of the region."""

    government = models.ForeignKey(Government, models.PROTECT, verbose_name=_("government"))
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("holiday"), _("holidays")
        constraints = [models.UniqueConstraint(fields=["government", "day"], name="one_holiday_per_day")]


class Period(models.Model):
    """One fiscal month (1 to 13) of one agency, with its moments (UTC), fixed when it was opened."""

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, verbose_name=_("fiscal year"))
    agency = models.ForeignKey(Unit, models.PROTECT, related_name="periods", verbose_name=_("agency"))
    month = models.PositiveSmallIntegerField(_("month"))
    first_day = models.DateField(_("first day of the month"))
    opens_at = models.DateTimeField(_("opens"))
    submit_from = models.DateTimeField(_("submission from"))
    entry_due = models.DateTimeField(_("entry due"))
    verify_due = models.DateTimeField(_("verification due"))
    sign_due = models.DateTimeField(_("signature due"))
    lock_at = models.DateTimeField(_("locked from"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("period"), _("periods")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "agency", "month"], name="one_period_per_agency_and_month"
            ),
            models.CheckConstraint(condition=Q(month__range=(1, 13)), name="period_month_1_to_13"),
        ]

    def __str__(self) -> str:
        """2026-01; the adjustment, which begins with December, is 2026-13."""
        return f"{self.first_day:%Y}-13" if self.month == 13 else f"{self.first_day:%Y-%m}"


class CalendarAct(models.Model):
    """What the calendar did for a period at one of its moments: done once, and never again."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=24)
    moment = models.DateTimeField()
    done_at = models.DateTimeField()
    skipped = models.BooleanField(default=False)  # missed while nothing ran; a newer one was done instead
    told = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "kind", "moment"], name="one_calendar_act_per_moment")
        ]


class YearAct(models.Model):
    """What the calendar did for a month that has no periods yet, once."""

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="+")
    month = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24)
    moment = models.DateTimeField()
    done_at = models.DateTimeField()
    told = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "month", "kind", "moment"], name="one_year_act_per_moment"
            )
        ]


class CalendarFault(models.Model):
    """An agency for which the calendar could not do something; it tries again, and the others went on."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    error = models.CharField(max_length=120)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "kind"], name="one_calendar_fault_per_kind")]


class Heartbeat(models.Model):
    """A minute in which the calendar ran; minutes without one are an outage."""

    minute = models.DateTimeField(unique=True)
