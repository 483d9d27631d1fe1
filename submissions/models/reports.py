"""One report per sub-activity and month, its lines, who entered and who opened it (domain.md 2.1)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.history import kept
from registry.models import BudgetItem, BudgetItemVersion, BudgetLine, BudgetVersion, Office, User
from submissions import rollups
from submissions.answers import SUBJECTS, content_of, gather
from submissions.models.calendar import Period
from submissions.models.tokens import new_token
from submissions.revisions import PREDECESSORS, replaced, revise
from workflow import route
from workflow.document import Document
from workflow.models import Grant

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

    class Answer(models.TextChoices):
        DONE = "DONE", _("Done")
        EXTENDED = "EXTENDED", _("Extended")

    moments = {
        route.SUBMIT: "submitted_at", route.VERIFY: "verified_at", route.SIGN: "signed_at", route.PUBLISH: "published_at",
    }  # fmt: skip
    topics = {
        route.SUBMIT: "report.resubmitted", route.RETURN: "report.returned", route.PUBLISH: "report.published",
    }  # fmt: skip
    told_from = {route.SUBMIT: route.RETURNED}
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
    follow_up_answer = models.CharField(
        _("what became of the open follow-up"),
        max_length=8,
        choices=Answer.choices,
        blank=True,
        db_default="",
    )  # of the one that an earlier month left open (V-31)
    needs_leadership = models.BooleanField(
        _("needs a decision of the leadership"), default=False, db_default=False
    )
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
            models.Index(fields=["route", "tier", "item"], name="report_at_tier"),
            models.Index(fields=["item", "state"], condition=~Q(problems=[]), name="report_ailing"),
        ]

    def __str__(self) -> str:
        return self.token

    facts = classmethod(gather)
    content = classmethod(content_of)
    revise = classmethod(revise)
    replaced = classmethod(replaced)

    @classmethod
    def published(cls, cursor: Any, ids: Sequence[int]) -> None:
        rollups.publish(cursor, ids)


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


class Explanation(models.Model):
    """Why an unusual value is right, in the officer's words: his answer to a warning of domain.md 2.3."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="explanations")
    rule = models.CharField(max_length=8)  # "V-15"
    line = models.ForeignKey(ReportLine, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=1000)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("explanation"), _("explanations")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "rule", "line"], nulls_distinct=False, name="one_explanation_per_warning"
            )
        ]


class Comment(models.Model):
    """What a decider says about one cell of the version before him; the officer reads it beside that cell.

    `mark` is the cell as `submissions.cells` names it ("line-17", "increment"), "evidence", or "" for the whole report.
    Rows are only added; a decision that follows names the same cells.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="comments")
    version = models.PositiveIntegerField()
    mark = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=1000)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=200)  # name and office as they were that day
    office = models.CharField(max_length=420)
    at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("comment"), _("comments")


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
