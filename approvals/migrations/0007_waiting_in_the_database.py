"""Between signed and published a batch may wait, for another signature, a review or an embargo; it may still become void."""

from django.db import migrations

STEPS = [
    "preparing>prepared", "prepared>signing", "signing>signed", "signed>published", "signed>waiting", "waiting>published",
    "preparing>void", "prepared>void", "signing>void", "signed>void", "waiting>void",
]  # fmt: skip
BEFORE = [step for step in STEPS if "waiting" not in step]


def guard(steps: list[str]) -> str:
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
    dependencies = [("approvals", "0006_requests")]
    operations = [migrations.RunSQL(guard(STEPS), guard(BEFORE))]
