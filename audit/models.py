"""What auditors leave behind: that they read."""

from django.conf import settings
from django.db import models


class Reading(models.Model):
    """One look of an auditor at a page or a file: who reads is on the record like who writes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    page = models.CharField(max_length=20)  # home, search, report, cell, moment, sample, case, proof, outside
    subject = models.CharField(
        max_length=40, blank=True
    )  # the report's token, or the name of the cell with it
    query = models.TextField(
        blank=True
    )  # what was asked, as in the address; may hold names, so the ledger has its hash
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="reading_of_person")]
