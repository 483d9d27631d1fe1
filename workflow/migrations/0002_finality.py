"""Final in the database: routes, decisions and acts as they were written, and the guards of documents."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit
from workflow.sql import FUNCTIONS

ACTS = """
CREATE FUNCTION workflow_keep_act() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'DELETE' OR OLD.answer IS NOT NULL OR to_jsonb(NEW) - 'answer' IS DISTINCT FROM to_jsonb(OLD) - 'answer' THEN
    RAISE EXCEPTION 'an act is answered once and kept' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER keep_act BEFORE UPDATE OR DELETE ON workflow_act FOR EACH ROW EXECUTE FUNCTION workflow_keep_act();
ALTER TABLE workflow_act ENABLE ALWAYS TRIGGER keep_act;
"""
AUDITED = {
    "workflow_routeversion": (["id", "code", "number", "name", "tiers"], []),
    "workflow_decision": (
        ["id", "act_id", "content_type_id", "object_id", "step", "verb", "version", "content_hash", "tier", "source",
         "target", "target_tier", "actor_id", "post_id", "post_title", "unit_name", "capacity", "marks"],
        ["actor_name", "reason"]),
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("workflow", "0001_initial"),
        ("ledger", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION workflow_guard_document(), workflow_require_decision(), workflow_frozen();",
        ),
        migrations.RunSQL(ACTS, "DROP TRIGGER keep_act ON workflow_act; DROP FUNCTION workflow_keep_act();"),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in ("workflow_routeversion", "workflow_decision")
        ],
    ]
