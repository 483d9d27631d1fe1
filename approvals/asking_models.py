"""What was asked for, and what was done about it. Where a request stands is told by its process alone."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models import FiscalYear, Post, Unit
from submissions.models import new_token
from workflow.models import Grant


class Request(models.Model):
    """One request for an exception, as it was asked; never changed afterwards.

    `until` is the end asked for (extension: the new deadline; waiver, assistance), `days` the working days from the grant
    (reopening, amendment). No months: all of the year; no items: the whole agency. `weighty` keeps why a second opinion
    was needed on the day of asking, so that a later change of the rule rewrites nothing. A correction says of which kind its
    reason is, and in `changes` each cell with its published and its proposed value.
    """

    class Category(models.TextChoices):
        TYPO = "typo", _("Typing error")
        PAYMENT = "payment", _("Payment order left out")
        AUDIT = "audit", _("Audit finding")
        RECLASS = "reclass", _("Reclassification")
        COURT = "court", _("Court or audit board decision")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    process = models.OneToOneField("viewflow.Process", models.PROTECT, related_name="request")
    kind = models.CharField(_("kind"), max_length=12, choices=Grant.Kind.choices)
    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Unit, models.PROTECT, related_name="requests")
    months = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    items = ArrayField(models.BigIntegerField(), default=list, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField(null=True)
    days = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(_("reason"))
    category = models.CharField(
        _("kind of reason"), max_length=10, choices=Category.choices, blank=True, db_default=""
    )
    # [{"report": id, "item": id, "month": n, "line": BudgetLine id or None, "field": name, "old": text, "new": text}]
    changes = models.JSONField(default=list, blank=True, db_default=[])
    document_no = models.CharField(_("decree or note number"), max_length=80, blank=True)
    file = models.FileField(upload_to="requests/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2)  # ceilings of the sub-activities it covers
    weighty = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_name = models.CharField(max_length=200)
    asked_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_office = models.CharField(max_length=420)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("request"), _("requests")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None, days__isnull=False) | Q(until__isnull=False, days=None),
                name="request_ends_by_a_day_or_after_days",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("waiver", "assistance")) | Q(person__isnull=False),
                name="request_for_a_person_names_one",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people name it; its grant's key is made of the same id."""
        return f"P-{self.pk:05}"


class RequestAct(models.Model):
    """One thing done about a request, with name and office as printed that day. Without an actor it is the flow's own."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("Asked")
        REMINDED = "reminded", _("Reminded")
        ESCALATED = "escalated", _("Passed on to the superior")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        GRANTED = "granted", _("Granted")
        DENIED = "denied", _("Ended without a grant")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")
        RETRIED = "retried", _("Step tried again")

    request = models.ForeignKey(Request, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    step = models.CharField(max_length=10, blank=True)  # review, second
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    office = models.CharField(max_length=420, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "step"],
                condition=Q(kind__in=("agreed", "refused")),
                name="one_answer_per_step",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(kind__in=("granted", "denied")),
                name="one_outcome_per_request",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(kind__in=("expired", "revoked")), name="one_end_per_grant"
            ),
        ]
