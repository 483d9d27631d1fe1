"""Webhooks: who outside is told what has been done here, and what became of each message."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models import Unit
from submissions.models import new_token


class Webhook(models.Model):
    """An address outside that is told of what was done. Written by `portal.webhooks` only.

    Secrets are locked by `registry.vault`; neither the ledger nor the history of changes has them. The earlier one signs beside
    the present one until `earlier_until`, so that a receiver can change over.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DISABLED = "disabled", _("Switched off after failures")
        REMOVED = "removed", _("Removed")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    topics = ArrayField(models.CharField(max_length=40))
    scope = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # the government, or one agency
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    secret_locked = models.TextField()
    secret_at = models.DateTimeField()
    earlier_locked = models.TextField(blank=True)
    earlier_until = models.DateTimeField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    history = kept(excluded_fields=["secret_locked", "earlier_locked"])

    class Meta:
        verbose_name, verbose_name_plural = _("webhook"), _("webhooks")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["url", "scope"],
                condition=~Q(state="removed"),
                name="one_webhook_per_address_and_scope",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Health(models.Model):
    """How an address has answered lately: technical, so that a failing receiver writes no history."""

    webhook = models.OneToOneField(Webhook, models.PROTECT, related_name="health")
    failing_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)  # nothing is tried before


class Delivery(models.Model):
    """One event for one address: one row, however often it is tried. Technical; the answer's text is never kept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        HELD = "held", _("Held while paused")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=120)
    message = models.CharField(max_length=40, unique=True)  # webhook-id: the same at every attempt
    topic = models.CharField(max_length=40)
    body = models.TextField()  # exactly what is signed and sent
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    round = models.PositiveSmallIntegerField(default=1)  # how often somebody had it sent
    attempts = models.PositiveSmallIntegerField(default=0)  # in this round
    log = models.JSONField(
        default=list
    )  # [{"at": moment, "status": number or None, "why": code, "ms": number}], the newest last
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="one_delivery_per_event_and_webhook")
        ]
