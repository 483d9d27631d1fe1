"""What is new speaks to the ledger; a signature that its backend refused may be tried again on the same document."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

BATCH = (
    ["id", "token", "period_id", "state", "document_no", "signer_id", "signer_title", "prepared_sha256", "signed_sha256",
     "backend", "attempts", "last_refusal", "level", "void_code", "created_at", "moved_at"],
    ["signer_name", "manifest", "prepared_file", "signed_file", "external_id"],
)  # fmt: skip
AUDITED = {
    "approvals_signatory": (
        ["id", "person_id", "backend", "certificate_serial", "valid_to", "status", "checked_at"], ["label", "number_locked"]),
    "approvals_preference": (["id", "person_id", "rhythm", "quiet_from", "quiet_to"], []),
    "approvals_letter": (["id", "person_id", "digest", "created_at", "sent_at"], ["key"]),
}  # fmt: skip
HISTORIES = ("approvals_historicalsignatory", "approvals_historicalpreference")
STEPS = [
    "preparing>prepared", "prepared>signing", "signing>prepared", "signing>signed", "signed>published", "signed>waiting",
    "waiting>published", "preparing>void", "prepared>void", "signing>void", "signed>void", "waiting>void",
]  # fmt: skip
BEFORE = [step for step in STEPS if step != "signing>prepared"]


def guard(steps: list[str]) -> str:
    """A batch ends once, and goes back in one case only: nothing was signed, because the key or its service refused."""
    legal = ", ".join(f"'{step}'" for step in steps)
    return f"""
CREATE OR REPLACE FUNCTION approvals_guard_batch() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'DELETE' OR OLD.state IN ('published', 'void') THEN
    RAISE EXCEPTION 'signing batch % is % and stays', OLD.document_no, OLD.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY[{legal}])) THEN
    RAISE EXCEPTION 'signing batch %: from % to % is no step', OLD.document_no, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW; END $$;"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0008_being_told")]
    operations = [
        migrations.RunSQL(guard(STEPS), guard(BEFORE)),
        migrations.RunSQL(audit("approvals_signingbatch", *BATCH), migrations.RunSQL.noop),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in HISTORIES
        ],
    ]
