"""The report as a user of django-viewflow and django-simple-history would write it."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords


class Report(models.Model):
    """One report; its place in the work is the flow's process, its state is kept for lists."""

    unit = models.IntegerField()
    state = models.CharField(max_length=20, default="draft")
    objects: ClassVar[models.Manager["Report"]] = models.Manager()
    history = HistoricalRecords()

    class Meta:
        permissions = [(f"{verb}_a_report", verb) for verb in ("submit", "verify", "sign", "publish")]


class Line(models.Model):
    """One row of a report."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="lines")
    code = models.CharField(max_length=40)
    realized = models.DecimalField(max_digits=20, decimal_places=2)
    history = HistoricalRecords()
