"""Packs are frozen by their state; who may decide, who holds them; each table speaks to the ledger; the form that ships."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

from ledger.sql import append_only, audit, unaudit
from submissions.desks import holder_guard, holders_view
from workflow.sql import freeze, guard

MOMENTS = ["submitted_at", "verified_at", "signed_at", "published_at"]
EDGES = [
    ("draft", "submitted"), ("draft", "verified"), ("draft", "cancelled"), ("returned", "submitted"), ("returned", "verified"),
    ("returned", "cancelled"), ("submitted", "draft"), ("submitted", "submitted"), ("submitted", "verified"),
    ("submitted", "signed"), ("submitted", "returned"), ("verified", "draft"), ("verified", "submitted"),
    ("verified", "verified"), ("verified", "signed"), ("verified", "returned"), ("signed", "signed"), ("signed", "returned"),
    ("signed", "verified"), ("signed", "submitted"), ("signed", "published"), ("published", "published"),
    ("published", "superseded"),
]  # fmt: skip

PACKS = """SELECT k.id, k.state, k.tier, k.route_id, k.unit_id, u.parent_id, u.agency_id, u.government_id,
  split_part(u.path, '/', 2)::bigint AS root_id, NULL::bigint AS officer_post_id, NULL::bigint AS verifier_post_id
FROM indicators_pack k JOIN registry_unit u ON u.id = k.unit_id"""

AUDITED = {
    "indicators_formversion": (["id", "code", "number", "name", "route_code", "fields", "indicators"], []),
    "indicators_pack": (
        ["id", "token", "unit_id", "fiscal_year_id", "quarter", "revision", "form_id", "first_day", "opens_at", "due_at",
         "locks_at", "state", "tier", "step", "version", "content_hash", "route_id", "moved_at", *MOMENTS],
        ["remarks"]),
    "indicators_packfigure": (["id", "pack_id", "code", "value"], ["note"]),
    "indicators_packfile": (
        ["id", "pack_id", "token", "mime", "bytes", "sha256", "uploaded_by_id", "uploaded_at"], ["original_name", "file"]),
    "indicators_packeditor": (["id", "pack_id", "person_id", "grant_id"], []),
    "indicators_packopening": (["id", "pack_id", "step", "person_id", "at"], []),
}  # fmt: skip
APPEND_ONLY = [
    "indicators_formversion",
    "indicators_packopening",
    "indicators_historicalpack",
    "indicators_historicalpackfigure",
    "indicators_historicalpackfile",
]
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "pse-1.json"


def ship(apps: Any, schema_editor: Any) -> None:
    FormVersion = apps.get_model("indicators", "FormVersion")
    FormVersion.objects.using(schema_editor.connection.alias).create(**json.loads(SHIPPED.read_text()))


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0001_initial"),
        ("workflow", "0006_route_templates"),
        ("submissions", "0005_engine_in_the_database"),
    ]
    operations = [
        migrations.RunSQL(
            guard("indicators_pack", "indicators.pack", MOMENTS, EDGES),
            "DROP TRIGGER guard_document ON indicators_pack; DROP TRIGGER require_decision ON indicators_pack;",
        ),
        migrations.RunSQL(
            holder_guard("indicators_require_holder", "indicators.pack", "indicators_packeditor", "pack_id"),
            "DROP TRIGGER indicators_require_holder ON workflow_decision; DROP FUNCTION indicators_require_holder();",
        ),
        migrations.RunSQL(
            holders_view("indicators_holder", "pack_id", PACKS), "DROP VIEW indicators_holder;"
        ),
        *[
            migrations.RunSQL(
                freeze(f"indicators_{name}", "indicators_pack", "pack_id"),
                "".join(
                    f"DROP TRIGGER frozen_{kind} ON indicators_{name};"
                    for kind in ("insert", "update", "update_to", "delete")
                ),
            )
            for name in ("packfigure", "packfile", "packeditor")
        ],
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in APPEND_ONLY
        ],
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
