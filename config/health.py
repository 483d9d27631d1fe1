"""/healthz and /readyz: for whoever decides whether this process lives, and whether it may be sent visitors.

Both are open to everybody and tell nothing of what is stored. Whether work in the background keeps up is told, and does not make
a web server unready: taking it away would help nobody. `/metrics` has the figures for an alarm.
"""

import json
from collections.abc import Callable
from uuid import uuid4

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from ledger.health import health
from portal.plain import plain

NEVER_KEPT = {"Cache-Control": "no-store"}
BEHIND = 300  # seconds after which something in the background is said to be behind
_migrated = False  # once true it stays true for this code

# The newest minute of the calendar's tick tells that beat and a worker live.
BACKGROUND = """
SELECT coalesce(extract(epoch FROM jenjang_now() - (SELECT min(o.not_before) FROM workflow_outbox o
    WHERE o.done_at IS NULL AND o.not_before <= jenjang_now())), 0),
  extract(epoch FROM jenjang_now() - (SELECT max(minute) FROM submissions_heartbeat))"""


@plain
def healthz(request: HttpRequest) -> HttpResponseBase:
    """200 as long as this process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers=NEVER_KEPT)


@plain
def readyz(request: HttpRequest) -> HttpResponseBase:
    """200 when pages can be served from here, else 503; as JSON, each check with "ok", "behind" or "failed"."""
    needed = {name: _passes(check) for name, check in NEEDED.items()}
    ready = all(needed.values())
    told = {name: "ok" if passed else "failed" for name, passed in needed.items()}
    if ready:
        told |= _in_background()
    body = json.dumps({"ready": ready, "checks": told}) + "\n"
    return HttpResponse(
        body, content_type="application/json", status=200 if ready else 503, headers=NEVER_KEPT
    )


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001 - whatever it is, this server cannot serve
        connection.close()  # what broke it must not stay for the next request
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations() -> bool:
    """Whether the database has all that this code expects; a database that is ahead of it is fine."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _cache() -> bool:
    key, value = f"ready:{uuid4()}", uuid4().hex
    cache.set(key, value, 5)
    found = cache.get(key) == value
    cache.delete(key)
    return found


def _in_background() -> dict[str, str]:
    """How the background does; that nobody can say it makes this server no less ready."""
    try:
        return {name: "behind" if late else "ok" for name, late in _background().items()}
    except Exception:  # noqa: BLE001 - whatever it is, visitors can still be served
        connection.close()
        return {"background": "failed"}


def _background() -> dict[str, bool]:
    """What is late in the background."""
    with connection.cursor() as cursor:
        cursor.execute(BACKGROUND)
        outbox, tick = cursor.fetchone()
    return {
        "outbox": outbox > BEHIND,
        "calendar": tick is None or tick > BEHIND,
        "sealing": health().lag > BEHIND,
    }


NEEDED: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "cache": _cache}
