"""What the engine keeps: routes as data, the acts asked for, the decisions made, and what follows from them."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflow.route import Route


class RouteVersion(models.Model):
    """One version of a route. Never changed: a change is a new version, used from the next period on."""

    code = models.CharField(_("code"), max_length=20)
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200)
    tiers = models.JSONField(_("tiers"))  # [{"verb": "verify", "role": "section_head", "scope": "item"}, ...]
    embargo_hours = models.PositiveSmallIntegerField(_("hours between signature and publication"), default=0)
    made_at = models.DateTimeField(_("made"), null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

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
        return Route.of(self.tiers, self.embargo_hours)


class Act(models.Model):
    """One request to act, by its key: asked twice, it is answered twice and done once."""

    key = models.CharField(max_length=80, unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=20)
    asked = models.CharField(
        max_length=64
    )  # sha256 of what was asked, so that a key cannot be used for something else
    answer = models.JSONField(null=True)
    at = models.DateTimeField()


class Grant(models.Model):
    """An exception that somebody answers for: scoped, reasoned, and over at a moment. Written by `workflow.granting` only.

    It covers a document below `scope_path` that has one of `subjects` among its own ("2026-03", "2026-03/item-55"); without
    subjects it covers all of them.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("Extension of a deadline")
        REOPENING = "reopening", _("Reopening of a locked month")
        AMENDMENT = "amendment", _("Permission to amend")
        WAIVER = "waiver", _("Waiver: one person at two tiers")
        ASSISTANCE = "assistance", _("Mandate to assist")

    key = models.CharField(max_length=60, unique=True)  # "request-17": a request ends in one grant
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    scope_path = models.CharField(_("scope"), max_length=200)
    subjects = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    reason = models.TextField(_("reason"))
    document_no = models.CharField(_("decree or note number"), max_length=80, blank=True)
    params = models.JSONField(default=dict, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_by_name = models.CharField(max_length=200)
    granted_office = models.CharField(max_length=420)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoke_reason = models.TextField(blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("grant"), _("grants")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("granted_at")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("waiver", "assistance")) | Q(person__isnull=False),
                name="grant_to_a_person_names_one",
            ),
        ]
        indexes = [models.Index(fields=["kind", "expires_at"], name="grant_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Decision(models.Model):
    """Who moved which version of what, holding which office: the legal record, with the words as printed that day.

    Without an actor it is the calendar's: a publication that was only waiting for its moment.
    """

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
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=200)
    post_id = models.BigIntegerField(null=True)
    post_title = models.CharField(max_length=200)
    unit_name = models.CharField(max_length=200)
    capacity = models.CharField(max_length=10)
    stands_in_for = models.BigIntegerField(null=True)  # the vacant post in whose place this one acted
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="+")  # the exception it rests on
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


class Attempt(models.Model):
    """Somebody asked to decide on what he entered, or at a second tier, and was refused (V-53): auditors look for it."""

    act = models.ForeignKey(Act, models.PROTECT, null=True, related_name="attempts")
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    verb = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    code = models.CharField(max_length=40)  # a code for `say`
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="attempt_on_document")]


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
