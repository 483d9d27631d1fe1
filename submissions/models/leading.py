"""What leaders decide on what officers asked them (domain.md 5.3)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.history import kept
from registry.models import Post
from submissions.models.reports import Report
from submissions.models.tokens import new_token


class LeaderDecision(models.Model):
    """What a leader decided on a problem that a report said needs his decision, who carries it out, and until when.

    Several may follow one another on one report; none is changed afterwards, it is only carried out or withdrawn.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be carried out")
        DONE = "done", _("carried out")
        WITHDRAWN = "withdrawn", _("withdrawn")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="leader_decisions")
    text = models.TextField(_("decision"), max_length=2000)
    owner_post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("carried out by"))
    due = models.DateField(_("due"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_name = models.CharField(max_length=200)  # name and office as they were that day
    decided_office = models.CharField(max_length=420)
    decided_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_note = models.TextField(blank=True, max_length=2000)
    history = kept()

    class Meta:
        verbose_name, verbose_name_plural = _("decision of a leader"), _("decisions of leaders")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True, ended_by__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False, ended_by__isnull=False)),
                name="leader_decision_is_ended_by_somebody",
            )
        ]
