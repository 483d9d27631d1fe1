"""What is decided beside the reports themselves: signing batches and what people are told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.asking_models import Request, RequestAct
from approvals.keeping_models import Disposal, DisposalItem, Hold, YearBundle
from ledger.history import kept
from submissions.models import Period, Report, new_token

__all__ = [
    "Disposal",
    "DisposalItem",
    "Hold",
    "Letter",
    "Notice",
    "Preference",
    "Request",
    "RequestAct",
    "SavedFilter",
    "Signatory",
    "SigningBatch",
    "SigningEntry",
    "YearBundle",
]


class Backend(models.TextChoices):
    """Where a signature is made."""

    PKCS12 = "pkcs12", _("key file (PKCS#12)")
    PKCS11 = "pkcs11", _("security module (PKCS#11)")
    BSRE = "bsre", _("signing service of BSrE")


class Signatory(models.Model):
    """How a person signs, and what was last heard of his certificate. Without a row: the key file named after him.

    A national number is needed by one backend only, and kept locked (registry.vault). Passphrases are kept nowhere.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signatory")
    backend = models.CharField(_("backend"), max_length=6, choices=Backend.choices, default=Backend.PKCS12)
    label = models.CharField(_("label of the key"), max_length=100, blank=True)
    number_locked = models.TextField(blank=True)
    certificate_serial = models.CharField(max_length=80, blank=True)
    valid_to = models.DateTimeField(null=True)
    status = models.CharField(max_length=40, blank=True)  # a code for `say`; empty: never asked
    checked_at = models.DateTimeField(null=True)
    history = kept(excluded_fields=["number_locked"])

    class Meta:
        verbose_name, verbose_name_plural = _("signatory"), _("signatories")


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
    backend = models.CharField(
        max_length=6, choices=Backend.choices, default=Backend.PKCS12, db_default=Backend.PKCS12
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often a signature was begun
    last_refusal = models.CharField(
        max_length=40, blank=True, db_default=""
    )  # why the latest one was refused
    level = models.CharField(max_length=4, blank=True, db_default="")  # of PAdES: B-B, B-T, B-LT
    external_id = models.CharField(
        max_length=100, blank=True, db_default=""
    )  # id_dokumen of a signing service
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
        indexes = [models.Index(fields=["signed_sha256"], name="batch_by_file")]


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


class SavedFilter(models.Model):
    """A person's own choice of what a desk shows, under a name he gave it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    desk = models.CharField(max_length=10)  # the verb of the desk
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=500)  # as in the address of the page, without the page number

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "desk", "name"], name="one_filter_per_name_and_desk")
        ]


class Preference(models.Model):
    """How a person wants to be told. What was returned to him, and what he must act on at once, always comes at once."""

    class Rhythm(models.TextChoices):
        AT_ONCE = "at_once", _("each at once")
        DAILY = "daily", _("once a day")
        WEEKLY = "weekly", _("once a week")
        NEVER = "never", _("in the application only")

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="preference")
    rhythm = models.CharField(_("letters"), max_length=7, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    quiet_from = models.TimeField(_("no letters from"), null=True, blank=True)  # in the government's zone
    quiet_to = models.TimeField(_("until"), null=True, blank=True)
    weekly = models.BooleanField(_("weekly summary for leaders"), default=True, db_default=True)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("preference"), _("preferences")


class Letter(models.Model):
    """One mail: of one notice, or of all that gathered since the last one. Sent once, whatever is retried."""

    key = models.CharField(max_length=160, unique=True)  # its Message-ID follows from it
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="letters")
    digest = models.BooleanField(default=False)  # may be unsubscribed from
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)


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
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, related_name="notices")

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["person"], condition=Q(mailed_at=None), name="notice_unsent"),
        ]
