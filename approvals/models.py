"""What is decided beside the reports themselves: signing batches and what people are told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.asking_models import Request, RequestAct
from ledger.history import kept
from submissions.models import Period, Report, new_token

__all__ = ["Notice", "Request", "RequestAct", "SigningBatch", "SigningEntry"]


class SigningBatch(models.Model):
    """One signature over one document of many reports (design.md 6).

    preparing -> prepared -> signing -> signed -> published, or void with its reason; between signed and published it waits
    when a further signature, a review or an embargo holds publication. Each step is committed, so that no signature exists
    without its record.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("being prepared")
        PREPARED = "prepared", _("ready to sign")
        SIGNING = "signing", _("being signed")
        SIGNED = "signed", _("signed, not yet published")
        WAITING = "waiting", _("signed; publication waits for other tiers or its hour")
        PUBLISHED = "published", _("signed and published")
        VOID = "void", _("void")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="batches")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    document_no = models.CharField(max_length=60)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=200)
    signer_title = models.CharField(max_length=220)  # as printed: "Plt. Kepala Dinas ..."
    manifest = models.TextField(blank=True)  # the very JSON text that is attached to the document
    prepared_file = models.FileField(upload_to="batches/%Y/%m", max_length=200, blank=True)
    prepared_sha256 = models.CharField(max_length=64, blank=True)
    signed_file = models.FileField(upload_to="batches/%Y/%m", max_length=200, blank=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    void_code = models.CharField(max_length=40, blank=True)
    void_params = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("signing batch"), _("signing batches")
        constraints = [
            models.UniqueConstraint(fields=["document_no"], name="one_batch_per_document_number"),
            models.CheckConstraint(
                condition=~Q(state__in=("signed", "waiting", "published")) | ~Q(signed_sha256=""),
                name="signed_batch_has_its_file",
            ),
        ]


class SigningEntry(models.Model):
    """One report of a batch, in the version and with the hash that the signer sees."""

    batch = models.ForeignKey(SigningBatch, models.PROTECT, related_name="entries")
    report = models.ForeignKey(Report, models.PROTECT, related_name="signings")
    position = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "report"], name="one_entry_per_report_and_batch")
        ]


class Notice(models.Model):
    """What a person is told, as a code and its parameters; the words come in the reader's language."""

    key = models.CharField(
        max_length=140, unique=True
    )  # one notice per event and person, whatever is retried
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread")]
