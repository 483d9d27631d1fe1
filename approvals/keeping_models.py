"""What is kept how long: holds that forbid disposal, lists of what may go, and what became of each thing on them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models import FiscalYear, Unit
from submissions.models import Report, new_token


class Hold(models.Model):
    """Nothing it covers may be disposed of until it is released (domain.md 6.4): a unit and all below, a year, one report.

    What is empty does not narrow; a hold without any of them covers everything of the government.
    """

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    fiscal_year = models.ForeignKey(
        FiscalYear, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("fiscal year")
    )
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="holds")
    reason = models.TextField(_("reason"), max_length=1000)
    reference = models.CharField(_("number of the letter"), max_length=80)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    release_reason = models.TextField(blank=True, max_length=1000)
    release_reference = models.CharField(max_length=80, blank=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("legal hold"), _("legal holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__gte=F("placed_at"), released_by__isnull=False),
                name="hold_is_released_by_somebody",
            )
        ]


class Disposal(models.Model):
    """A list of what may go, approved by a second person under the minutes of disposal, and what became of it.

    Only what no law needs any more: bytes of files and rows of the machinery. Rows of reports, decisions and the ledger stay,
    with the hashes of what went; the receipt names each by its hash.
    """

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", _("Files of evidence")
        DOCUMENTS = "documents", _("Signed documents")
        PAPERS = "papers", _("Working papers")
        LOGS = "logs", _("Session and delivery logs")

    class State(models.TextChoices):
        LISTED = "listed", _("listed, waiting for approval")
        APPROVED = "approved", _("approved")
        DONE = "done", _("carried out")
        CANCELLED = "cancelled", _("cancelled")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    before = models.DateField(_("closed before"))  # what the law needs no longer since that day
    state = models.CharField(max_length=9, choices=State.choices, default=State.LISTED)
    things = models.PositiveIntegerField()
    size = models.BigIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # sha256 of the list, so that what was approved is what goes
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    listed_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    minutes_no = models.CharField(_("number of the minutes"), max_length=80, blank=True)
    minutes_date = models.DateField(_("date of the minutes"), null=True)
    ended_at = models.DateTimeField(null=True)
    receipt = models.TextField(blank=True)  # the very JSON text that is handed out
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("disposal"), _("disposals")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("listed_by")),
                name="disposal_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("listed", "cancelled"))
                | (Q(approved_by__isnull=False) & ~Q(minutes_no="") & Q(minutes_date__isnull=False)),
                name="disposal_has_its_minutes",
            ),
        ]


class DisposalItem(models.Model):
    """One thing of a list. Without a moment it is still there: not yet carried out, or kept for the reason given."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="items")
    what = models.CharField(max_length=40)  # "submissions.evidence", as Django names models
    row = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes
    begun_at = models.DateTimeField(
        null=True
    )  # said before the bytes go, so that nothing goes without a record
    disposed_at = models.DateTimeField(null=True)
    spared = models.CharField(
        max_length=40, blank=True
    )  # a code for `say`: a hold came, the file had gone before

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disposal", "what", "row"], name="one_line_per_thing"),
            models.UniqueConstraint(
                fields=["what", "row"], condition=Q(disposed_at__isnull=False), name="disposed_once"
            ),
            models.CheckConstraint(
                condition=Q(disposed_at__isnull=True) | Q(begun_at__isnull=False, spared=""),
                name="disposed_after_it_was_begun",
            ),
        ]


class YearBundle(models.Model):
    """A fiscal year of a unit as one file that is read and verified without us."""

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    with_evidence = models.BooleanField(default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="bundles/%Y", max_length=200, blank=True)
    size = models.BigIntegerField(default=0)  # bytes
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.TextField(blank=True)  # the very JSON text that lies in the bundle
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    refused = models.CharField(max_length=40, blank=True)  # a code for `say`

    class Meta:
        verbose_name, verbose_name_plural = _("yearly bundle"), _("yearly bundles")
        ordering = ["-id"]
