"""An event says in which office and for what reason; a trail finds events again; what is declared has a door of its own."""

from django.db import migrations

PAYLOAD = """
CREATE OR REPLACE FUNCTION ledger.payload(tab text, op text, row_id bigint, old json, new json) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT json_build_object('table', tab, 'op', op, 'id', row_id, 'old', old, 'new', new,
    'at', clock_timestamp(), 'xid', pg_current_xact_id()::text, 'role', session_user,
    'from', coalesce(host(inet_client_addr()), 'local'), 'program', current_setting('application_name', true),
    'actor', substring(current_setting('jenjang.actor', true) FROM '^[0-9]{1,18}$'),
    'offices', nullif(current_setting('jenjang.offices', true), '')::json,
    'reason_sha256', nullif(current_setting('jenjang.reason', true), ''),
    'request', nullif(current_setting('jenjang.request', true), ''),
    'address', nullif(current_setting('jenjang.address', true), ''))::text $$;
-- Which offices a person holds is known above: registry replaces this. [{"assignment", "post", "capacity", "for"}]
CREATE FUNCTION ledger.offices(actor bigint) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS
  $$ SELECT NULL::text $$;
ALTER FUNCTION ledger.offices(bigint) OWNER TO ledger_owner;
"""

# Made by the sealer from what it seals, so that no writer waits for it. It only finds events; what counts is the payload,
# and `verify_ledger` compares the two.
TRAIL = """
CREATE TABLE ledger.trail (
  event_id bigint PRIMARY KEY REFERENCES ledger.event,
  at timestamptz NOT NULL,
  actor bigint,
  op text NOT NULL,
  of_table text NOT NULL,
  of_row bigint NOT NULL);
CREATE INDEX trail_of_actor ON ledger.trail (actor, event_id);
CREATE INDEX trail_of_moment ON ledger.trail (at);
CREATE INDEX trail_of_table ON ledger.trail (of_table, event_id);
-- A sealer of before knows no trail: what it seals meanwhile would be in none.
SELECT pg_advisory_xact_lock(7201306501);
CREATE INDEX trail_of_removed ON ledger.trail (event_id) WHERE op = 'D';
INSERT INTO ledger.trail (event_id, at, actor, op, of_table, of_row)
  SELECT e.id, (p ->> 'at')::timestamptz, substring(p ->> 'actor' FROM '^[0-9]{1,18}$')::bigint, p ->> 'op', e.of_table, e.of_row
  FROM ledger.leaf l JOIN ledger.event e ON e.id = l.event_id CROSS JOIN LATERAL (SELECT e.payload::json) AS x(p);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.trail FOR EACH ROW EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.trail FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.trail ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.trail ENABLE ALWAYS TRIGGER never_truncated;
ALTER TABLE ledger.trail OWNER TO ledger_owner;
GRANT SELECT ON ledger.trail TO jenjang_app, jenjang_auditor;
GRANT SELECT, INSERT ON ledger.trail TO jenjang_sealer;
"""

# What no table's row can say, such as a restore: written by the owner of the tables, never by the site.
DECLARE = """
CREATE FUNCTION ledger.declare(kind text, what json) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ DECLARE made bigint; BEGIN
  INSERT INTO ledger.event (of_table, of_row, payload) VALUES (kind, 0,
    (ledger.payload(kind, 'declared', 0, NULL, NULL)::jsonb || jsonb_build_object('what', what))::text) RETURNING id INTO made;
  INSERT INTO ledger.queue (id) VALUES (made);
  RETURN made; END $$;
ALTER FUNCTION ledger.declare(text, json) OWNER TO ledger_owner;
REVOKE EXECUTE ON FUNCTION ledger.declare(text, json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.declare(text, json) TO jenjang_owner;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_sealing")]
    operations = [
        migrations.RunSQL(PAYLOAD, "DROP FUNCTION ledger.offices(bigint);"),
        migrations.RunSQL(TRAIL, "DROP TABLE ledger.trail;"),
        migrations.RunSQL(DECLARE, "DROP FUNCTION ledger.declare(text, json);"),
    ]
