"""Letters to who has not reported, keys of programs, what citizens say; on the ledger without personal words."""

import django.contrib.postgres.fields
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import submissions.models.tokens
from ledger.sql import append_only, audit, seal_history, unaudit, unseal_history

AUDITED = {
    "portal_reminderletter": (
        ["id", "token", "period_id", "level", "number", "document_no", "required", "missing", "answer_until", "signer_title",
         "sha256", "made_by_id", "made_at"], ["signer_name"]),
    "portal_apitoken": (["id", "person_id", "name", "scope", "hint", "created_at", "expires_at", "revoked_at"], []),
    "portal_feedback": (
        # Neither the names by which its sender comes back to it nor what a guess could find again in a digest: who reads the
        # ledger must not be able to act in his place, and what he has erased must be gone.
        ["id", "government_id", "kind", "unit_id", "item_id", "month", "photo_sha256", "language", "state",
         "routed_to_id", "shown", "received_at", "triage_due", "answer_due", "close_due", "moved_at", "erased_at"],
        ["text"]),
    "portal_feedbackact": (
        ["id", "feedback_id", "kind", "unit_id", "person_id", "office", "at"], ["text", "person_name"]),
    "portal_surveyanswer": (["id", "token", "unit_id", "district_id", "scores", "day", "at"], ["comment"]),
}  # fmt: skip
FIXED = [
    "portal_reminderletter", "portal_feedbackact", "portal_surveyanswer", "portal_historicalapitoken",
    "portal_historicalfeedback",
]  # fmt: skip
SEALED = ["apitoken", "feedback"]


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_sealed_history"),
        ("registry", "0011_contracts"),
        ("submissions", "0013_leader_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "read only"), ("act", "read, enter and act")],
                        default="read",
                        max_length=4,
                        verbose_name="The program may",
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=8)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_on", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=submissions.models.tokens.new_token,
                        editable=False,
                        max_length=24,
                        unique=True,
                    ),
                ),
                ("ticket", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("complaint", "Complaint"),
                            ("question", "Question"),
                            ("suggestion", "Suggestion"),
                            ("praise", "Praise"),
                        ],
                        default="complaint",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("month", models.PositiveSmallIntegerField(null=True)),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("latitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("longitude", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ("text", models.TextField(max_length=2000, verbose_name="message")),
                ("contact_locked", models.TextField(blank=True)),
                ("photo", models.FileField(blank=True, max_length=200, upload_to="feedback/%Y/%m")),
                ("photo_sha256", models.CharField(blank=True, max_length=64)),
                ("language", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("routed", "With the agency"),
                            ("answered", "Answered"),
                            ("closed", "Closed"),
                            ("refused", "Not taken up"),
                        ],
                        default="received",
                        max_length=8,
                    ),
                ),
                ("shown", models.BooleanField(default=False)),
                ("sender", models.CharField(blank=True, max_length=64)),
                ("received_at", models.DateTimeField()),
                ("triage_due", models.DateTimeField()),
                ("answer_due", models.DateTimeField()),
                ("close_due", models.DateTimeField()),
                ("moved_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "government",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.government",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="registry.budgetitem",
                    ),
                ),
                (
                    "routed_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "citizen's message",
                "verbose_name_plural": "citizens' messages",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FeedbackAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
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
                        ],
                        max_length=6,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=2000)),
                ("person_name", models.CharField(blank=True, max_length=200)),
                ("office", models.CharField(blank=True, max_length=420)),
                ("at", models.DateTimeField()),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="portal.feedback"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalApiToken",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "read only"), ("act", "read, enter and act")],
                        default="read",
                        max_length=4,
                        verbose_name="The program may",
                    ),
                ),
                ("hint", models.CharField(max_length=8)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("revoked_at", models.DateTimeField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical API token",
                "verbose_name_plural": "historical API tokens",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFeedback",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "token",
                    models.CharField(
                        db_index=True,
                        default=submissions.models.tokens.new_token,
                        editable=False,
                        max_length=24,
                    ),
                ),
                ("ticket", models.CharField(db_index=True, max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("complaint", "Complaint"),
                            ("question", "Question"),
                            ("suggestion", "Suggestion"),
                            ("praise", "Praise"),
                        ],
                        default="complaint",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("month", models.PositiveSmallIntegerField(null=True)),
                ("photo", models.TextField(blank=True, max_length=200)),
                ("photo_sha256", models.CharField(blank=True, max_length=64)),
                ("language", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("routed", "With the agency"),
                            ("answered", "Answered"),
                            ("closed", "Closed"),
                            ("refused", "Not taken up"),
                        ],
                        default="received",
                        max_length=8,
                    ),
                ),
                ("shown", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                ("triage_due", models.DateTimeField()),
                ("answer_due", models.DateTimeField()),
                ("close_due", models.DateTimeField()),
                ("moved_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "government",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.government",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.budgetitem",
                    ),
                ),
                (
                    "routed_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical citizen's message",
                "verbose_name_plural": "historical citizens' messages",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ReminderLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=submissions.models.tokens.new_token,
                        editable=False,
                        max_length=24,
                        unique=True,
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "first reminder"), (2, "second reminder"), (3, "third reminder")],
                        verbose_name="level",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("document_no", models.CharField(max_length=60)),
                ("required", models.PositiveIntegerField()),
                ("missing", models.PositiveIntegerField()),
                ("answer_until", models.DateField(verbose_name="to be answered until")),
                ("signer_title", models.CharField(max_length=220)),
                ("signer_name", models.CharField(blank=True, max_length=200)),
                ("file", models.FileField(max_length=200, upload_to="letters/%Y/%m")),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminder_letters",
                        to="submissions.period",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder letter",
                "verbose_name_plural": "reminder letters",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=submissions.models.tokens.new_token,
                        editable=False,
                        max_length=24,
                        unique=True,
                    ),
                ),
                (
                    "scores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=9
                    ),
                ),
                ("comment", models.TextField(blank=True, max_length=1000, verbose_name="comment")),
                ("day", models.DateField()),
                ("sender", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="survey_answers",
                        to="registry.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "survey answer",
                "verbose_name_plural": "survey answers",
            },
        ),
        migrations.CreateModel(
            name="ApiAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("asked", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.TextField(blank=True)),
                ("headers", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="api_answer_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "key"), name="one_answer_per_person_and_key")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(fields=["routed_to", "state"], name="feedback_routed"),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(fields=["sender", "received_at"], name="feedback_sender"),
        ),
        migrations.AddConstraint(
            model_name="reminderletter",
            constraint=models.UniqueConstraint(
                fields=("period", "level"), name="one_reminder_letter_per_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderletter",
            constraint=models.UniqueConstraint(
                fields=("document_no",), name="one_reminder_letter_per_number"
            ),
        ),
        migrations.AddIndex(
            model_name="surveyanswer",
            index=models.Index(fields=["unit", "day"], name="survey_unit_day"),
        ),
        migrations.AddConstraint(
            model_name="surveyanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("scores__len", 9), ("scores__contained_by", [1, 2, 3, 4])),
                name="survey_scores_from_1_to_4",
            ),
        ),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};") for table in FIXED],
        *[
            migrations.RunSQL(
                seal_history(f"portal_{name}", f"portal_historical{name}"),
                unseal_history(f"portal_historical{name}"),
            )
            for name in SEALED
        ],
    ]
