"""Contracts, and how files of other systems are read; both on the ledger."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from ledger.sql import append_only, audit, seal_history, unaudit, unseal_history

AUDITED = {
    "registry_contract": (
        ["id", "item_id", "number", "name", "provider", "value", "signed_on", "starts_on", "ends_on", "package_code",
         "ended_on"], []),
    "registry_filemapping": (["id", "government_id", "kind", "name", "columns", "options"], []),
}  # fmt: skip
FIXED = ["registry_historicalcontract", "registry_historicalfilemapping"]
SEALED = ["contract", "filemapping"]


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0010_sealed_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalContract",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                ("number", models.CharField(max_length=80, verbose_name="contract number")),
                ("name", models.CharField(max_length=400, verbose_name="work")),
                ("provider", models.CharField(max_length=200, verbose_name="provider")),
                ("value", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="value")),
                ("signed_on", models.DateField(verbose_name="signed on")),
                ("starts_on", models.DateField(verbose_name="work begins")),
                ("ends_on", models.DateField(verbose_name="work ends")),
                ("package_code", models.CharField(blank=True, max_length=40, verbose_name="package code")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="terminated on")),
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
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.budgetitem",
                        verbose_name="sub-activity",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical contract",
                "verbose_name_plural": "historical contracts",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFileMapping",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan", "Budget and plan"),
                            ("cash", "Cash plan"),
                        ],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("columns", models.JSONField()),
                ("options", models.JSONField(default=dict)),
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
            ],
            options={
                "verbose_name": "historical file mapping",
                "verbose_name_plural": "historical file mappings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=80, verbose_name="contract number")),
                ("name", models.CharField(max_length=400, verbose_name="work")),
                ("provider", models.CharField(max_length=200, verbose_name="provider")),
                ("value", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="value")),
                ("signed_on", models.DateField(verbose_name="signed on")),
                ("starts_on", models.DateField(verbose_name="work begins")),
                ("ends_on", models.DateField(verbose_name="work ends")),
                ("package_code", models.CharField(blank=True, max_length=40, verbose_name="package code")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="terminated on")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="registry.budgetitem",
                        verbose_name="sub-activity",
                    ),
                ),
            ],
            options={
                "verbose_name": "contract",
                "verbose_name_plural": "contracts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "number"), name="one_contract_per_item_and_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="contract_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)), name="contract_value_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FileMapping",
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
                            ("plan", "Budget and plan"),
                            ("cash", "Cash plan"),
                        ],
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("columns", models.JSONField()),
                ("options", models.JSONField(default=dict)),
                (
                    "government",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.government",
                    ),
                ),
            ],
            options={
                "verbose_name": "file mapping",
                "verbose_name_plural": "file mappings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("government", "kind", "name"), name="one_file_mapping_per_name"
                    )
                ],
            },
        ),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};") for table in FIXED],
        *[
            migrations.RunSQL(
                seal_history(f"registry_{name}", f"registry_historical{name}"),
                unseal_history(f"registry_historical{name}"),
            )
            for name in SEALED
        ],
    ]
