"""A signature is sealed at once, not at the sealer's next round: what counts most stands unsealed the shortest."""

from django.db import migrations

WAKE = """
CREATE FUNCTION workflow_signed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM made WHERE verb = 'sign') THEN PERFORM pg_notify('jenjang_seal', ''); END IF;
  RETURN NULL; END $$;
CREATE TRIGGER wake_sealer AFTER INSERT ON workflow_decision REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION workflow_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0007_outbox_ends")]
    operations = [
        migrations.RunSQL(
            WAKE, "DROP TRIGGER wake_sealer ON workflow_decision; DROP FUNCTION workflow_signed();"
        )
    ]
