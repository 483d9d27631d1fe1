"""What is reported: periods, one report per sub-activity and month, its lines, its evidence (domain.md 2.1, 3.1)."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.history import kept
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetVersion,
    FiscalYear,
    Government,
    Office,
    Unit,
    User,
)
from submissions.answers import SUBJECTS, content_of, gather
from submissions.revisions import PREDECESSORS, replaced, revise
from workflow import route
from workflow.document import Document
from workflow.models import Grant


def new_token() -> str:
    """A public name that cannot be guessed (120 bits); numbers stay inside (design.md 10.12)."""
    return secrets.token_urlsafe(15)


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
        return f"{self.first_day:%Y-%m}"


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


# What a person sees. Each list is made once: inside an OR the database would ask again for every report.
# Units at or below one that he holds an office of, or a grant on.
REACHED = """
SELECT unnest(ARRAY(SELECT u.id FROM registry_reach x JOIN registry_unit u ON starts_with(u.path, x.path)
  WHERE x.person_id = %s))"""
# Reports that a mandate in force lets a person enter.
ASSISTED = f"""
SELECT unnest(ARRAY(SELECT r.id FROM workflow_grant w JOIN registry_unit u ON starts_with(u.path, w.scope_path)
  JOIN registry_budgetitem i ON i.unit_id = u.id JOIN submissions_report r ON r.item_id = i.id
  JOIN submissions_period p ON p.id = r.period_id
WHERE w.kind = 'assistance' AND w.person_id = %s AND w.revoked_at IS NULL AND w.granted_at <= jenjang_now()
  AND w.expires_at > jenjang_now() AND (w.subjects = '{{}}' OR w.subjects && {SUBJECTS})))"""  # noqa: S608 - a constant
# Routes that have a tier at a unit they name, for an office that the person holds there.
NAMED_UNIT = """
SELECT unnest(ARRAY(SELECT t.route_id FROM registry_office o JOIN registry_unit n ON n.id = o.unit_id
  JOIN workflow_tier t ON t.scope = 'unit' AND t.unit = n.code AND t.role = o.role WHERE o.person_id = %s))"""
# Vacant posts below a person, in whose place he may come to act.
VACANT = "SELECT unnest(ARRAY(SELECT s.vacant_post_id FROM registry_standin s WHERE s.person_id = %s))"


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports as somebody may see them."""

    def current(self) -> "ReportQuerySet":
        """Of each item and month the newest revision that was not given up: the one to work on."""
        later = Report.objects.filter(
            item=OuterRef("item"), period=OuterRef("period"), revision__gt=OuterRef("revision")
        )
        gone = Exists(later.exclude(state=route.CANCELLED))
        return self.exclude(state=route.CANCELLED).filter(~gone)

    def visible_to(self, user: User) -> "ReportQuerySet":
        """One SQL predicate: own items, items one verifies, all below one's offices and grants, what waits at a tier that
        names one's unit, and what one may enter by a mandate."""
        held = Office.objects.filter(person=user.pk).values("post")
        return self.filter(
            Q(item__officer_post__in=held)
            | Q(item__verifier_post__in=held)
            | Q(item__verifier_post__in=RawSQL(VACANT, [user.pk]))  # noqa: S611 - constants
            | Q(item__unit__in=RawSQL(REACHED, [user.pk]))  # noqa: S611
            | Q(route__in=RawSQL(NAMED_UNIT, [user.pk]))  # noqa: S611
            | Q(pk__in=RawSQL(ASSISTED, [user.pk]))  # noqa: S611
        )

    def assisted_by(self, user: User) -> "ReportQuerySet":
        """Reports that a person may enter by a mandate that is in force."""
        return self.filter(pk__in=RawSQL(ASSISTED, [user.pk]))  # noqa: S611


class Report(Document):
    """What one sub-activity did in one month: this month's values only, never cumulative (domain.md 0.3)."""

    class Status(models.TextChoices):
        NOT_STARTED = "BELUM_MULAI", _("Not started")
        PREPARATION = "PERSIAPAN", _("Preparation")
        PROCUREMENT = "PENGADAAN", _("In procurement")
        UNDER_WAY = "PELAKSANAAN", _("Under way")
        HALTED = "TERHENTI", _("Halted")
        COMPLETED = "SELESAI", _("Completed")
        CANCELLED = "TIDAK_DILAKSANAKAN", pgettext_lazy("execution status", "Cancelled")
        CARRIED_OVER = "LANJUT_TAHUN_DEPAN", _("Carried over to next year")

    class Problem(models.TextChoices):
        PROCUREMENT = "PROCUREMENT", _("Procurement")
        LAND = "LAND", _("Land")
        TECH_GUIDELINE = "TECH_GUIDELINE", _("Technical guideline")
        BUDGET_SHIFT = "BUDGET_SHIFT", _("Budget shift")
        EFFICIENCY_CUT = "EFFICIENCY_CUT", _("Efficiency cut")
        CASH = "CASH", _("Cash")
        DESIGN_DOC = "DESIGN_DOC", _("Design documents")
        PROVIDER = "PROVIDER", _("Provider")
        MATERIAL = "MATERIAL", _("Material")
        WEATHER = "WEATHER_FORCE_MAJEURE", _("Weather or force majeure")
        HR = "HR", _("Staff")
        COORDINATION = "COORDINATION", _("Coordination")
        SYSTEM = "SYSTEM", _("Systems")
        OTHER = "OTHER", _("Other")

    moments = {
        route.SUBMIT: "submitted_at", route.VERIFY: "verified_at", route.SIGN: "signed_at", route.PUBLISH: "published_at",
    }  # fmt: skip
    topics = {route.RETURN: "report.returned", route.PUBLISH: "report.published"}
    predecessors = PREDECESSORS

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    item = models.ForeignKey(BudgetItem, models.PROTECT, related_name="reports")
    period = models.ForeignKey(Period, models.PROTECT, related_name="reports")
    revision = models.PositiveSmallIntegerField(default=0)
    budget_version = models.ForeignKey(BudgetVersion, models.PROTECT, related_name="+")
    ceiling = models.DecimalField(
        max_digits=20, decimal_places=2
    )  # of the version in force at month end, rupiah
    physical_mode = models.CharField(max_length=10, choices=BudgetItemVersion.Mode.choices)
    output_target = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    status = models.CharField(_("execution status"), max_length=20, choices=Status.choices, blank=True)
    increment = models.DecimalField(
        _("physical, this month"), max_digits=9, decimal_places=4, null=True
    )  # points
    volume = models.DecimalField(
        _("volume, this month"), max_digits=18, decimal_places=4, null=True
    )  # output units
    physical_reason = models.CharField(_("reason of a physical correction"), max_length=500, blank=True)
    problems = ArrayField(models.CharField(max_length=24, choices=Problem.choices), default=list, blank=True)
    problem_text = models.TextField(_("problem"), blank=True, max_length=2000)
    follow_up_text = models.TextField(_("follow-up"), blank=True, max_length=2000)
    follow_up_pic = models.CharField(_("person in charge"), max_length=200, blank=True)
    follow_up_due = models.DateField(_("follow-up due"), null=True)
    public_note = models.TextField(_("public note"), blank=True, max_length=2000)
    submitted_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    objects = ReportQuerySet.as_manager()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("report"), _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "period", "revision"], name="one_report_per_item_month_and_revision"
            ),
        ]
        indexes = [
            models.Index(fields=["period", "state"], name="report_period_state"),
            models.Index(fields=["item"], condition=Q(state__in=("draft", "returned")), name="report_open"),
        ]

    def __str__(self) -> str:
        return self.token

    facts = classmethod(gather)
    content = classmethod(content_of)
    revise = classmethod(revise)
    replaced = classmethod(replaced)


class ReportLine(models.Model):
    """This month's money of one budget line, in rupiah; NULL is "not entered yet"."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="lines")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="+")
    ceiling = models.DecimalField(max_digits=20, decimal_places=2)
    realized = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    correction_reason = models.CharField(max_length=500, blank=True)
    corrects_month = models.PositiveSmallIntegerField(null=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("report line"), _("report lines")
        constraints = [models.UniqueConstraint(fields=["report", "line"], name="one_report_line_per_line")]


class Evidence(models.Model):
    """A file that shows the work or the payment. Its type is what its content says, not its name."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO_PROGRESS", _("Photo of progress")
        SP2D = "SP2D", _("Disbursement order")
        SPJ = "SPJ", _("Account of spending")
        CONTRACT = "CONTRACT", _("Contract")
        HANDOVER = "BAST", _("Handover minutes")
        ATTENDANCE = "ATTENDANCE", _("Attendance list")
        OUTPUT = "DOC_OUTPUT", _("Document produced")
        OTHER = "OTHER", _("Other")

    report = models.ForeignKey(Report, models.PROTECT, related_name="evidence")
    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    file = models.FileField(upload_to="evidence/%Y/%m", max_length=200)
    original_name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("evidence"), _("evidence")
        constraints = [
            models.UniqueConstraint(fields=["report", "sha256"], name="same_evidence_once_per_report")
        ]


class Editor(models.Model):
    """Who entered or changed a report since its revision began: they may not decide on it (V-53)."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="editors")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, related_name="+"
    )  # the mandate, when he assists

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "person"], name="one_editor_row_per_person")]


class Opening(models.Model):
    """The tier that holds a report has looked at it: from then on it cannot be recalled. A side table: the report is frozen."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="openings")
    step = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "step", "person"], name="one_opening_per_person")
        ]
