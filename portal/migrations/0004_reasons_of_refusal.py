"""Why a citizen's message is not taken up, in a word that the ledger keeps."""

from django.db import migrations, models

from ledger.sql import audit

TOLD = (
    ["id", "feedback_id", "kind", "reason", "unit_id", "person_id", "office", "at"],
    ["text", "person_name"],
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_letters_programs_voices"),
    ]

    operations = [
        migrations.AddField(
            model_name="feedbackact",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_ours", "not a matter of this government"),
                    ("offensive", "offensive words"),
                    ("spam", "advertising or spam"),
                    ("personal", "personal data of others"),
                    ("double", "sent twice"),
                    ("unclear", "cannot be understood"),
                ],
                db_default="",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="feedbackact",
            name="kind",
            field=models.CharField(
                choices=[
                    ("route", "passed on"),
                    ("refuse", "not taken up"),
                    ("answer", "answered"),
                    ("note", "internal note"),
                    ("reopen", "asked again"),
                    ("close", "closed"),
                    ("show", "made public"),
                    ("hide", "taken off the public page"),
                    ("erase", "personal words erased"),
                    ("look", "contact looked at"),
                ],
                max_length=6,
            ),
        ),
        migrations.RunSQL(audit("portal_feedbackact", *TOLD), migrations.RunSQL.noop),
    ]
