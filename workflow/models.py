"""What the engine keeps: routes as data, the acts asked for, the decisions made, and what follows from them."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflow.route import Route, Tier


class RouteVersion(models.Model):
    """One version of a route. Never changed: a change is a new version, used from the next period on."""

    code = models.CharField(_("code"), max_length=20)
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200)
    tiers = models.JSONField(_("tiers"))  # [{"verb": "verify", "role": "section_head", "scope": "item"}, ...]

    class Meta:
        verbose_name, verbose_name_plural = _("route"), _("routes")
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="one_route_per_code_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    @property
    def law(self) -> Route:
        """The tiers as the law reads them."""
        return Route(tuple(Tier(**tier) for tier in self.tiers))


class Act(models.Model):
    """One request to act, by its key: asked twice, it is answered twice and done once."""

    key = models.CharField(max_length=80, unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    asked = models.CharField(
        max_length=64
    )  # sha256 of what was asked, so that a key cannot be used for something else
    answer = models.JSONField(null=True)
    at = models.DateTimeField()


class Decision(models.Model):
    """Who moved which version of what, holding which office: the legal record, with the words as printed that day."""

    act = models.ForeignKey(Act, models.PROTECT, related_name="decisions")
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    step = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    tier = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    target_tier = models.PositiveSmallIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=200)
    post_id = models.BigIntegerField()
    post_title = models.CharField(max_length=200)
    unit_name = models.CharField(max_length=200)
    capacity = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    marks = models.JSONField(default=list)  # named lines and fields of a return: ["line-17", "increment"]
    at = models.DateTimeField()
    xid = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "step"], name="one_decision_per_step"
            )
        ]


class Outbox(models.Model):
    """What has to follow from an act, written in the act's own transaction; workers take it from here."""

    key = models.CharField(max_length=120, unique=True)
    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(done_at=None), name="outbox_waiting")
        ]
