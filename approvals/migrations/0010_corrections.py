"""A request to correct names its cells and the kind of its reason."""

from django.db import migrations, models

from ledger.sql import audit

REQUEST = (
    ["id", "token", "process_id", "kind", "fiscal_year_id", "agency_id", "months", "items", "person_id", "until", "days",
     "category", "document_no", "file_sha256", "amount", "weighty", "asked_by_id", "asked_post_id", "asked_office", "asked_at"],
    ["reason", "changes", "file", "file_name", "asked_name"],
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0009_being_told_in_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="category",
            field=models.CharField(
                blank=True,
                choices=[
                    ("typo", "Typing error"),
                    ("payment", "Payment order left out"),
                    ("audit", "Audit finding"),
                    ("reclass", "Reclassification"),
                    ("court", "Court or audit board decision"),
                ],
                db_default="",
                max_length=10,
                verbose_name="kind of reason",
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="changes",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.RunSQL(audit("approvals_request", *REQUEST), migrations.RunSQL.noop),
    ]
