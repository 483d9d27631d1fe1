"""Tiers as rows to join with; grants that only end, never change; the ledger learns of the new columns."""

from django.db import migrations

from ledger.sql import audit, never_truncated, unaudit
from workflow.sql import FUNCTIONS

TIERS = """
CREATE VIEW workflow_tier AS
SELECT w.id AS route_id, (t.place - 1)::int AS number, t.tier ->> 'verb' AS verb, t.tier ->> 'role' AS role,
  t.tier ->> 'scope' AS scope, coalesce(t.tier ->> 'unit', '') AS unit, (t.tier ->> 'due_days')::int AS due_days,
  (t.tier ->> 'escalate_days')::int AS escalate_days, coalesce((t.tier ->> 'blocks')::boolean, false) AS blocks
FROM workflow_routeversion w CROSS JOIN LATERAL jsonb_array_elements(w.tiers) WITH ORDINALITY AS t(tier, place);
GRANT SELECT ON workflow_tier TO jenjang_app, jenjang_auditor;
"""

GRANTS = """
CREATE FUNCTION workflow_keep_grant() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a grant is kept' USING ERRCODE = 'integrity_constraint_violation';
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.granted_by_id::text IS DISTINCT FROM current_setting('jenjang.actor', true) OR NEW.revoked_at IS NOT NULL THEN
      RAISE EXCEPTION 'a grant is given by who acts' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR NEW.revoked_by_id::text IS DISTINCT FROM
      current_setting('jenjang.actor', true) OR to_jsonb(NEW) - '{revoked_at,revoked_by_id,revoke_reason}'::text[]
      IS DISTINCT FROM to_jsonb(OLD) - '{revoked_at,revoked_by_id,revoke_reason}'::text[] THEN
    RAISE EXCEPTION 'grant %: it can be revoked, and nothing else', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER keep_grant BEFORE INSERT OR UPDATE OR DELETE ON workflow_grant
  FOR EACH ROW EXECUTE FUNCTION workflow_keep_grant();
ALTER TABLE workflow_grant ENABLE ALWAYS TRIGGER keep_grant;
"""
AUDITED = {
    "workflow_routeversion": (["id", "code", "number", "name", "tiers", "embargo_hours", "made_at", "made_by_id"], []),
    "workflow_decision": (
        ["id", "act_id", "content_type_id", "object_id", "step", "verb", "version", "content_hash", "tier", "source",
         "target", "target_tier", "actor_id", "post_id", "post_title", "unit_name", "capacity", "stands_in_for", "grant_id",
         "marks"],
        ["actor_name", "reason"]),
    "workflow_grant": (
        ["id", "key", "kind", "scope_path", "subjects", "person_id", "document_no", "params", "granted_by_id",
         "granted_office", "granted_at", "expires_at", "revoked_at", "revoked_by_id"],
        ["reason", "granted_by_name", "revoke_reason"]),
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("workflow", "0004_engine")]
    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TIERS, "DROP VIEW workflow_tier;"),
        migrations.RunSQL(
            GRANTS + never_truncated("workflow_grant"),
            "DROP TRIGGER keep_grant ON workflow_grant; DROP FUNCTION workflow_keep_grant();",
        ),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
    ]
