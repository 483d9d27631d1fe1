"""When what everybody may read last changed: one statement, which pages, files and feeds ask before they do any work."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # before the first publication

# What everybody reads, beside signed documents: names, plans, contracts, evidence and citizens' messages. Rows here only ever
# come, so the newest id tells that one did.
GROWING = {
    "registry_historicalgovernment": "history_id",
    "registry_historicalfiscalyear": "history_id",
    "registry_historicalunit": "history_id",
    "registry_historicalpost": "history_id",
    "registry_historicalbudgetitem": "history_id",
    "registry_historicalbudgetitemversion": "history_id",
    "registry_historicalbudgetversion": "history_id",
    "registry_historicalmonthlyplan": "history_id",
    "registry_historicalcontract": "history_id",
    "submissions_evidencescan": "id",
    "submissions_disposedfile": "id",
    "portal_feedbackact": "id",
}
NEWEST_IDS = ", ".join(f"(SELECT max({key}) FROM {table})" for table, key in GROWING.items())  # noqa: S608 - constants

# Ids are given in another order than transactions commit: a row may appear below the newest. Whoever has taken an id holds the
# lock of writers on its table until his transaction is over, so the stamp names who does; it is another one when he is gone.
WRITERS = f"""
SELECT string_agg(DISTINCT l.virtualtransaction, ',' ORDER BY l.virtualtransaction) FROM pg_locks l
WHERE l.mode = 'RowExclusiveLock' AND l.relation = ANY (ARRAY{list(GROWING)}::regclass[]) AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())"""  # noqa: S608

# Publications and corrections come with a signed document. Counts beside the newest moment: of two that commit in the other order
# none is missed.
NEWEST = f"""
SELECT b.newest, concat_ws('.', b.count, extract(epoch FROM b.newest),
  (SELECT count(*) FROM submissions_period), (SELECT count(*) FROM registry_budgetversion), {NEWEST_IDS}, ({WRITERS}))
FROM (SELECT count(*) AS count, max(moved_at) AS newest FROM approvals_signingbatch WHERE state = 'published') b"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Stamp:
    """A short text that differs whenever anything public differs; `at` is the newest publication."""

    text: str
    at: datetime


def stamp() -> Stamp:
    """What is public now; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        at, told = cursor.fetchall()[0]
    return Stamp(hashlib.sha256(f"{edition()} {told}".encode()).hexdigest()[:24], at or EPOCH)


@cache
def edition() -> str:
    """Of templates and catalogues: after an upgrade the same figures may read differently."""
    digest = hashlib.sha256()
    templates: Any = settings.TEMPLATES[0]["DIRS"]
    places = [*templates, *settings.LOCALE_PATHS]
    for path in sorted(one for place in places for one in Path(place).rglob("*.*") if one.suffix != ".po"):
        digest.update(path.read_bytes())
    return digest.hexdigest()
