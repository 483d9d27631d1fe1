"""Who may do what in the database: roles for the whole server, rights for each database (design.md 8 and 10.2).

Both functions can be run again and again; they need a superuser's connection in autocommit mode.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import psycopg
from pgmq.install import install_pgmq_from_sql
from psycopg import sql

ROLE = {name: f"jenjang_{name}" for name in ("owner", "app", "queue", "sealer", "auditor")}
LEDGER = "ledger_owner"

# Milliseconds; 0 is no limit. A page that takes longer than this is a fault to be found, not waited for.
TIMEOUTS = {
    "app": {
        "statement_timeout": 30_000,
        "lock_timeout": 5_000,
        "idle_in_transaction_session_timeout": 60_000,
    },
    "owner": {"statement_timeout": 0, "lock_timeout": 0, "idle_in_transaction_session_timeout": 60_000},
    "queue": {
        "statement_timeout": 30_000,
        "lock_timeout": 5_000,
        "idle_in_transaction_session_timeout": 60_000,
    },
    "sealer": {
        "statement_timeout": 60_000,
        "lock_timeout": 5_000,
        "idle_in_transaction_session_timeout": 60_000,
    },
    "auditor": {
        "statement_timeout": 60_000,
        "lock_timeout": 5_000,
        "idle_in_transaction_session_timeout": 60_000,
    },
}


def fingerprint() -> str:
    """Changes whenever this file does, so that a prepared server is prepared again."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def prepare_roles(admin: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the five login roles and the ledger's owner, whom nobody logs in as; a role without a password cannot log in."""
    _role(admin, LEDGER)
    for name, role in ROLE.items():
        _role(admin, role)
        _password(admin, role, passwords.get(name))
        for setting, limit in TIMEOUTS[name].items():
            admin.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(role), sql.Identifier(setting), limit
                )
            )
    # Inherited, so that a later migration can replace what an earlier one handed to the ledger's owner.
    admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(LEDGER), sql.Identifier(ROLE["owner"])))


def prepare_database(admin: psycopg.Connection, name: str) -> None:
    """Make the database when missing and give each role its rights in it: rows to the site, tables to the owner."""
    found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not found:
        _do(admin, "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'", name, ROLE["owner"])
    _do(admin, "ALTER DATABASE {} OWNER TO {}", name, ROLE["owner"])
    _do(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
    for role in ROLE.values():
        _do(admin, "GRANT CONNECT ON DATABASE {} TO {}", name, role)
    with _inside(admin, name) as here:
        here.autocommit = True
        _schemas(here)
        _default_rights(here)
        _ddl(here)
        _queue(here, name)


def _schemas(here: psycopg.Connection) -> None:
    owner = ROLE["owner"]
    here.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _do(here, "ALTER SCHEMA public OWNER TO {}", owner)
    here.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for name in ("app", "sealer", "auditor"):
        _do(here, "GRANT USAGE ON SCHEMA public TO {}", ROLE[name])
    _do(here, "CREATE SCHEMA IF NOT EXISTS ledger AUTHORIZATION {}", LEDGER)
    _do(here, "GRANT CREATE, USAGE ON SCHEMA ledger TO {}", owner)


def _default_rights(here: psycopg.Connection) -> None:
    """Rights on tables that migrations will make, in schema public only: the ledger grants its own, one by one."""
    will_be = "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT "
    owner = ROLE["owner"]
    _do(here, will_be + "SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}", owner, ROLE["app"])
    _do(here, will_be + "USAGE, SELECT ON SEQUENCES TO {}", owner, ROLE["app"])
    _do(here, will_be + "SELECT ON TABLES TO {}", owner, ROLE["auditor"])


# The objects by name and the kind of command; never the statement, which may carry anything. A ledger that does not exist
# yet records nothing.
RECORD_DDL = """
CREATE OR REPLACE FUNCTION ledger.record_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$ BEGIN
  IF NOT coalesce(has_table_privilege(to_regclass('ledger.queue')::oid, 'INSERT'), false) THEN RETURN; END IF;
  WITH done AS (
      SELECT command_tag AS tag, object_type AS kind, object_identity AS name, schema_name FROM pg_event_trigger_ddl_commands()
      WHERE TG_EVENT = 'ddl_command_end'
      UNION ALL
      SELECT TG_TAG, object_type, object_identity, schema_name FROM pg_event_trigger_dropped_objects()
      WHERE TG_EVENT = 'sql_drop' AND original),
    e AS (INSERT INTO ledger.event (of_table, of_row, payload)
      SELECT 'ddl', 0, (jsonb_set(ledger.payload('ddl', d.tag, 0::bigint, NULL, NULL)::jsonb, '{what}',
        jsonb_build_object('kind', d.kind, 'name', d.name)))::text FROM done d WHERE d.schema_name IN ('public', 'ledger')
      RETURNING id)
  INSERT INTO ledger.queue (id) SELECT id FROM e;
END $$;
ALTER FUNCTION ledger.record_ddl() OWNER TO ledger_owner;
"""


def _ddl(here: psycopg.Connection) -> None:
    """Whoever changes the shape of what is kept is on the record too: only a superuser can make event triggers."""
    here.execute(RECORD_DDL)
    for event in ("ddl_command_end", "sql_drop"):
        name = f"jenjang_{event}"
        _do(here, "DROP EVENT TRIGGER IF EXISTS {}", name)
        _do(here, f"CREATE EVENT TRIGGER {{}} ON {event} EXECUTE FUNCTION ledger.record_ddl()", name)
        _do(here, "ALTER EVENT TRIGGER {} ENABLE ALWAYS", name)


def _queue(here: psycopg.Connection, database: str) -> None:
    """Install the message queues as plain SQL, owned by their own role: declaring a queue makes a table."""
    installed = here.execute(
        "SELECT 1 FROM pg_namespace WHERE nspname = 'pgmq' AND nspowner = %s::regrole", [ROLE["queue"]]
    ).fetchone()
    if installed:
        return
    here.autocommit = False
    # The script says CREATE SCHEMA, a right the role needs for this one transaction only.
    _do(here, "GRANT CREATE ON DATABASE {} TO {}", database, ROLE["queue"])
    _do(here, "SET LOCAL ROLE {}", ROLE["queue"])
    install_pgmq_from_sql(conn=here)
    here.execute("RESET ROLE")
    _do(here, "REVOKE CREATE ON DATABASE {} FROM {}", database, ROLE["queue"])
    here.commit()
    here.autocommit = True


def _role(admin: psycopg.Connection, role: str) -> None:
    if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        _do(admin, "CREATE ROLE {} NOLOGIN", role)
    _do(admin, "ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT", role)


def _password(admin: psycopg.Connection, role: str, password: str | None) -> None:
    if password is None:
        return
    # Only the SCRAM verifier travels, so that the password itself cannot end up in a server's log.
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
    )


def _inside(admin: psycopg.Connection, database: str) -> psycopg.Connection:
    same = {**admin.info.get_parameters(), "dbname": database}
    return psycopg.connect(psycopg.conninfo.make_conninfo("", **same), password=admin.info.password)


def _do(connection: psycopg.Connection, statement: str, *names: str) -> None:
    """Run one fixed statement of this file with names put in as quoted identifiers."""
    text = sql.SQL(statement)
    connection.execute(text.format(*map(sql.Identifier, names)))
