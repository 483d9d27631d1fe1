"""What citizens say: on a figure, a place or an agency, and how they are served (domain.md 5.7)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models import BudgetItem, Government, Unit
from submissions.models import new_token


class Feedback(models.Model):
    """One message of a citizen, without an account: a ticket with its clock. Shown to the public only once moderated.

    What may have to be erased (text, place, contact, photo) never enters the ledger but as a digest; `contact_locked` is
    locked by `registry.vault`. `ticket` is what the citizen notes down, `token` the address of its page.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        QUESTION = "question", _("Question")
        SUGGESTION = "suggestion", _("Suggestion")
        PRAISE = "praise", _("Praise")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ROUTED = "routed", _("With the agency")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        REFUSED = "refused", _("Not taken up")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    ticket = models.CharField(max_length=20, unique=True)
    government = models.ForeignKey(Government, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.COMPLAINT)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="feedback")  # what it is about
    item = models.ForeignKey(BudgetItem, models.PROTECT, null=True, related_name="feedback")
    month = models.PositiveSmallIntegerField(null=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    text = models.TextField(_("message"), max_length=2000)
    contact_locked = models.TextField(blank=True)
    photo = models.FileField(upload_to="feedback/%Y/%m", max_length=200, blank=True)
    photo_sha256 = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    routed_to = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    shown = models.BooleanField(default=False)  # text and public answers may be read by everybody
    sender = models.CharField(
        max_length=64, blank=True
    )  # a digest that changes each day: only to limit how often
    received_at = models.DateTimeField()
    triage_due = models.DateTimeField()
    answer_due = models.DateTimeField()
    close_due = models.DateTimeField()
    moved_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    history = kept(excluded_fields=["text", "place", "latitude", "longitude", "contact_locked", "sender"])

    class Meta:
        verbose_name, verbose_name_plural = _("citizen's message"), _("citizens' messages")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["routed_to", "state"], name="feedback_routed"),
            models.Index(fields=["sender", "received_at"], name="feedback_sender"),
        ]

    def __str__(self) -> str:
        return self.ticket


class FeedbackAct(models.Model):
    """What was done about a message, by whom, holding which office; append-only. Without a person it is the citizen."""

    class Kind(models.TextChoices):
        ROUTE = "route", _("passed on")
        REFUSE = "refuse", _("not taken up")
        ANSWER = "answer", _("answered")
        NOTE = "note", _("internal note")
        REOPEN = "reopen", _("asked again")
        CLOSE = "close", _("closed")
        SHOW = "show", _("made public")
        HIDE = "hide", _("taken off the public page")
        ERASE = "erase", _("personal words erased")
        LOOK = "look", _("contact looked at")

    class Reason(models.TextChoices):
        NOT_OURS = "not_ours", _("not a matter of this government")
        OFFENSIVE = "offensive", _("offensive words")
        SPAM = "spam", _("advertising or spam")
        PERSONAL = "personal", _("personal data of others")
        DOUBLE = "double", _("sent twice")
        UNCLEAR = "unclear", _("cannot be understood")

    feedback = models.ForeignKey(Feedback, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    reason = models.CharField(
        max_length=12, choices=Reason.choices, blank=True, db_default=""
    )  # of a refusal
    text = models.TextField(blank=True, max_length=2000)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # where it was passed on to
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=200, blank=True)
    office = models.CharField(max_length=420, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class SurveyAnswer(models.Model):
    """One answer to the satisfaction survey: nine elements from 1 to 4 (IKM, PermenPANRB 14/2017). Nobody is named.

    `unit` served, `district` is where the citizen lives, `day` the day of the answer in the government's zone. The words of
    `comment` can be erased; nothing else of a row can change.
    """

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="survey_answers")
    district = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    scores = ArrayField(models.PositiveSmallIntegerField(), size=9)
    comment = models.TextField(_("comment"), blank=True, max_length=1000)
    day = models.DateField()
    sender = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("survey answer"), _("survey answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(scores__len=9) & Q(scores__contained_by=[1, 2, 3, 4]),
                name="survey_scores_from_1_to_4",
            )
        ]
        indexes = [models.Index(fields=["unit", "day"], name="survey_unit_day")]
