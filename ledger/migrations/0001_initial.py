"""The clock, the events and their queue. Everything above writes here through triggers only."""

from django.db import migrations

CLOCK = """
CREATE TABLE public.jenjang_clock (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  ahead interval NOT NULL DEFAULT '0');
INSERT INTO public.jenjang_clock DEFAULT VALUES;
REVOKE INSERT, UPDATE, DELETE ON public.jenjang_clock FROM jenjang_app;
CREATE FUNCTION public.jenjang_now() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS
  $$ SELECT pg_catalog.clock_timestamp() + ahead FROM public.jenjang_clock $$;
COMMENT ON FUNCTION public.jenjang_now() IS
  'The clock that rules ask: the server''s clock plus an offset that only the owner may write (demonstrations, tests).';
"""

EVENTS = """
-- payload is the truth and is what is sealed; of_table and of_row only find it again.
CREATE TABLE ledger.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  of_table text NOT NULL,
  of_row bigint NOT NULL,
  payload text NOT NULL);
CREATE INDEX event_of_row ON ledger.event (of_table, of_row, id);
CREATE TABLE ledger.queue (id bigint PRIMARY KEY);
CREATE FUNCTION ledger.digest(words text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS
  $$ SELECT CASE WHEN words IS NULL OR words = '' THEN words ELSE encode(sha256(convert_to(words, 'UTF8')), 'hex') END $$;
CREATE FUNCTION ledger.payload(tab text, op text, row_id bigint, old json, new json) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT json_build_object('table', tab, 'op', op, 'id', row_id, 'old', old, 'new', new,
    'at', clock_timestamp(), 'xid', pg_current_xact_id()::text, 'role', session_user,
    'from', coalesce(host(inet_client_addr()), 'local'), 'program', current_setting('application_name', true),
    'actor', nullif(current_setting('jenjang.actor', true), ''),
    'request', nullif(current_setting('jenjang.request', true), ''),
    'address', nullif(current_setting('jenjang.address', true), ''))::text $$;
CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  RAISE EXCEPTION 'rows of % are kept as they were written: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger.event FOR EACH ROW EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ledger.event FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER never_truncated;
ALTER FUNCTION ledger.digest(text) OWNER TO ledger_owner;
ALTER FUNCTION ledger.payload(text, text, bigint, json, json) OWNER TO ledger_owner;
ALTER FUNCTION ledger.refuse() OWNER TO ledger_owner;
ALTER TABLE ledger.event OWNER TO ledger_owner;
ALTER TABLE ledger.queue OWNER TO ledger_owner;
GRANT USAGE ON SCHEMA ledger TO jenjang_app, jenjang_auditor, jenjang_sealer;
GRANT SELECT ON ledger.event TO jenjang_app, jenjang_auditor, jenjang_sealer;
GRANT SELECT, DELETE ON ledger.queue TO jenjang_sealer;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(CLOCK, "DROP FUNCTION public.jenjang_now(); DROP TABLE public.jenjang_clock;"),
        migrations.RunSQL(EVENTS, "DROP TABLE ledger.queue, ledger.event CASCADE;"),
    ]
