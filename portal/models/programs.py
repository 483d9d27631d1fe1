"""Keys with which programs act for a person, and what they were answered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.history import kept


class ApiToken(models.Model):
    """A key of the API: it can do what its person can, or only read. The secret itself is shown once and kept nowhere.

    `last_used_on` is a day, written at most once a day; neither it nor the digest enters the ledger or the history.
    """

    class Scope(models.TextChoices):
        READ = "read", _("read only")
        ACT = "act", _("read, enter and act")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    scope = models.CharField(_("The program may"), max_length=4, choices=Scope.choices, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # the first characters, to know it again
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
    history = kept(excluded_fields=["digest", "last_used_on"])

    class Meta:
        verbose_name, verbose_name_plural = _("API token"), _("API tokens")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class ApiAnswer(models.Model):
    """The first answer to a request with an Idempotency-Key: a repetition gets it again. Technical; forgotten after a week."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    asked = models.CharField(max_length=64)  # digest of method, address and body
    status = models.PositiveSmallIntegerField(null=True)  # null while the first one is still at work
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_answer_per_person_and_key")
        ]
        indexes = [models.Index(fields=["at"], name="api_answer_at")]
