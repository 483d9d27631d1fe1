"""The report as a user of django-fsm-2, django-fsm-log, django-simple-history and django-guardian would write it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models
from django_fsm import FSMField, transition
from django_fsm_log.decorators import fsm_log_by  # type: ignore[import-not-found,import-untyped,unused-ignore]
from simple_history.models import HistoricalRecords


def _granted(verb: str) -> Callable[[Any, Any], bool]:
    return lambda report, user: user.has_perm(f"stacked.{verb}_a_report", report)


class Report(models.Model):
    """One report; who may do what is granted on each report."""

    unit = models.IntegerField()
    state = FSMField(default="draft", protected=True)
    objects: ClassVar[models.Manager["Report"]] = models.Manager()
    history = HistoricalRecords()

    class Meta:
        permissions = [(f"{verb}_a_report", verb) for verb in ("submit", "verify", "sign", "publish")]

    @fsm_log_by
    @transition("state", "draft", "submitted", permission=_granted("submit"))
    def submit(self, by: Any = None) -> None: ...

    @fsm_log_by
    @transition("state", "submitted", "verified", permission=_granted("verify"))
    def verify(self, by: Any = None) -> None: ...

    @fsm_log_by
    @transition("state", "verified", "signed", permission=_granted("sign"))
    def sign(self, by: Any = None) -> None: ...

    @fsm_log_by
    @transition("state", "signed", "published", permission=_granted("publish"))
    def publish(self, by: Any = None) -> None: ...


class Line(models.Model):
    """One row of a report."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="lines")
    code = models.CharField(max_length=40)
    realized = models.DecimalField(max_digits=20, decimal_places=2)
    history = HistoricalRecords()
