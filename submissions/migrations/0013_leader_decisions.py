"""Decisions of leaders: on the ledger, and never rewritten."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import submissions.models.tokens
from ledger.sql import append_only, audit, seal_history, unaudit, unseal_history

AUDITED = {
    "submissions_leaderdecision": (
        ["id", "token", "report_id", "owner_post_id", "due", "state", "decided_by_id", "decided_office", "decided_at",
         "ended_by_id", "ended_at"], ["text", "decided_name", "ended_note"]),
}  # fmt: skip
FIXED = ["submissions_historicalleaderdecision"]
SEALED = ["leaderdecision"]

# What was decided stays as it was decided; once it is carried out or withdrawn, nothing changes any more.
GUARD = """
CREATE FUNCTION submissions_guard_leader_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'open' AND NEW.state <> 'open'
    AND (OLD.id, OLD.token, OLD.report_id, OLD.text, OLD.owner_post_id, OLD.due, OLD.decided_by_id, OLD.decided_name,
      OLD.decided_office, OLD.decided_at) IS NOT DISTINCT FROM
      (NEW.id, NEW.token, NEW.report_id, NEW.text, NEW.owner_post_id, NEW.due, NEW.decided_by_id, NEW.decided_name,
      NEW.decided_office, NEW.decided_at) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'decision % stays as it was made: % is refused', OLD.id, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER guard_leader_decision BEFORE UPDATE OR DELETE ON submissions_leaderdecision
  FOR EACH ROW EXECUTE FUNCTION submissions_guard_leader_decision();
ALTER TABLE submissions_leaderdecision ENABLE ALWAYS TRIGGER guard_leader_decision;
"""
UNGUARD = """
DROP TRIGGER guard_leader_decision ON submissions_leaderdecision;
DROP FUNCTION submissions_guard_leader_decision();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0011_contracts"),
        ("submissions", "0012_disposed_files_in_the_database"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalLeaderDecision",
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
                ("text", models.TextField(max_length=2000, verbose_name="decision")),
                ("due", models.DateField(verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be carried out"),
                            ("done", "carried out"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_name", models.CharField(max_length=200)),
                ("decided_office", models.CharField(max_length=420)),
                ("decided_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_note", models.TextField(blank=True, max_length=2000)),
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
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "owner_post",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.post",
                        verbose_name="carried out by",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="submissions.report",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical decision of a leader",
                "verbose_name_plural": "historical decisions of leaders",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LeaderDecision",
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
                ("text", models.TextField(max_length=2000, verbose_name="decision")),
                ("due", models.DateField(verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be carried out"),
                            ("done", "carried out"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("decided_name", models.CharField(max_length=200)),
                ("decided_office", models.CharField(max_length=420)),
                ("decided_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_note", models.TextField(blank=True, max_length=2000)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner_post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.post",
                        verbose_name="carried out by",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leader_decisions",
                        to="submissions.report",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision of a leader",
                "verbose_name_plural": "decisions of leaders",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("ended_by__isnull", True), ("state", "open")
                            ),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="leader_decision_is_ended_by_somebody",
                    )
                ],
            },
        ),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};") for table in FIXED],
        *[
            migrations.RunSQL(
                seal_history(f"submissions_{name}", f"submissions_historical{name}"),
                unseal_history(f"submissions_historical{name}"),
            )
            for name in SEALED
        ],
        migrations.RunSQL(GUARD, UNGUARD),
    ]
