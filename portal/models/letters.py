"""Letters to agencies that have not reported."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models import Period, new_token


class ReminderLetter(models.Model):
    """A numbered letter to an agency whose month is not complete (domain.md 5.1): first, second, third. Never changed.

    `missing` of `required` reports were not published when it was made. The file waits for the Secretary's own signature.
    """

    class Level(models.IntegerChoices):
        FIRST = 1, _("first reminder")
        SECOND = 2, _("second reminder")
        THIRD = 3, _("third reminder")

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="reminder_letters")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    number = models.PositiveIntegerField()  # in the fiscal year of the government
    document_no = models.CharField(max_length=60)
    required = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    answer_until = models.DateField(_("to be answered until"))
    signer_title = models.CharField(max_length=220)
    signer_name = models.CharField(max_length=200, blank=True)
    file = models.FileField(upload_to="letters/%Y/%m", max_length=200)
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = _("reminder letter"), _("reminder letters")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["period", "level"], name="one_reminder_letter_per_level"),
            models.UniqueConstraint(fields=["document_no"], name="one_reminder_letter_per_number"),
        ]

    def __str__(self) -> str:
        return self.document_no
