"""Files that show the work or the payment, and what was found in them (domain.md 2.2)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from submissions.models.reports import Report
from submissions.models.tokens import new_token


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
    caption = models.CharField(_("caption"), max_length=300, blank=True, db_default="")
    taken_at = models.DateTimeField(_("taken at"), null=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True)
    public = models.BooleanField(_("for everybody to see once published"), default=False, db_default=False)
    public_file = models.FileField(
        max_length=200, blank=True
    )  # without what a camera writes beside the picture
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("evidence"), _("evidence")
        constraints = [
            models.UniqueConstraint(fields=["report", "sha256"], name="same_evidence_once_per_report")
        ]


class DisposedFile(models.Model):
    """The file of a piece of evidence was disposed of under minutes; the row and its hash stay (domain.md 6.4)."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="disposed")
    minutes_no = models.CharField(max_length=80)
    minutes_date = models.DateField()
    at = models.DateTimeField()


class EvidenceScan(models.Model):
    """What a scanner said of a content; the newest answer counts. A side table, append-only: the report may be frozen when
    the answer comes (design.md 10.4)."""

    class State(models.TextChoices):
        CLEAN = "clean", _("Clean")
        INFECTED = "infected", _("Infected")
        FAILED = "failed", _("Not scanned")

    sha256 = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=8, choices=State.choices)
    engine = models.CharField(max_length=200)
    at = models.DateTimeField()


class Upload(models.Model):
    """A file on its way, in parts, over a line that breaks; its bytes lie in a private folder until they are all there."""

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)  # the client's own: asking again finds the same upload
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Evidence.Kind.choices)
    caption = models.CharField(max_length=300, blank=True)
    taken_at = models.DateTimeField(null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    public = models.BooleanField(default=False)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    evidence = models.ForeignKey(Evidence, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "report", "key"], name="one_upload_per_key")]
