"""A published batch stays as it was signed; each table speaks to the ledger."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

BATCHES = """
CREATE FUNCTION approvals_guard_batch() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'DELETE' OR OLD.state IN ('published', 'void') THEN
    RAISE EXCEPTION 'signing batch % is % and stays', OLD.document_no, OLD.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY['preparing>prepared', 'prepared>signing',
      'signing>signed', 'signed>published', 'preparing>void', 'prepared>void', 'signing>void', 'signed>void'])) THEN
    RAISE EXCEPTION 'signing batch %: from % to % is no step', OLD.document_no, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER guard_batch BEFORE UPDATE OR DELETE ON approvals_signingbatch
  FOR EACH ROW EXECUTE FUNCTION approvals_guard_batch();
ALTER TABLE approvals_signingbatch ENABLE ALWAYS TRIGGER guard_batch;
"""
AUDITED = {
    "approvals_signingbatch": (
        ["id", "token", "period_id", "state", "document_no", "signer_id", "signer_title", "prepared_sha256", "signed_sha256",
         "void_code", "created_at", "moved_at"],
        ["signer_name", "manifest", "prepared_file", "signed_file"]),
    "approvals_signingentry": (["id", "batch_id", "report_id", "position", "version", "content_hash"], []),
    "approvals_notice": (["id", "person_id", "code", "created_at", "read_at", "mailed_at"], ["key", "params"]),
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("approvals", "0003_initial"), ("submissions", "0003_finality")]
    operations = [
        migrations.RunSQL(
            BATCHES,
            "DROP TRIGGER guard_batch ON approvals_signingbatch; DROP FUNCTION approvals_guard_batch();",
        ),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in ("approvals_signingentry", "approvals_historicalsigningbatch")
        ],
    ]
