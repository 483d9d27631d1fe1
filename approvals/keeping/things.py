# ruff: noqa: S608 - table and column names come from LOGS below and from Django, never from a request
"""What there is of each kind: what may be listed, what a hold covers, what became of it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.fields.files import FieldFile

from approvals.keeping.rules import Kind
from approvals.models import Disposal, DisposalItem, Hold, SigningBatch, SigningEntry, YearBundle
from registry.models import Unit
from submissions.models import Evidence

MOST = 5_000  # things on one list: what a person can look through, and one page of work for the database
EVIDENCE = "submissions.evidence"
SIGNED, PREPARED = "approvals.signingbatch.signed_file", "approvals.signingbatch.prepared_file"
OPEN = (Disposal.State.LISTED, Disposal.State.APPROVED)
ENDED = (SigningBatch.State.PUBLISHED, SigningBatch.State.VOID)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that may go: a row, by its model (and its file, where it has several), with hash and size (bytes)."""

    what: str
    row: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Log:
    """A table of the machinery: what it is called, what dates its rows, which of them are over."""

    what: str
    moment: str
    over: str = "true"

    @property
    def table(self) -> str:
        return apps.get_model(self.what)._meta.db_table


# Notices before the letters that they came in.
LOGS = (
    Log("usersessions.usersession", "last_seen_at"),
    Log("axes.accessattempt", "attempt_time"),
    Log("portal.delivery", "created_at", "t.state IN ('delivered', 'failed')"),
    Log("approvals.notice", "created_at"),
    Log(
        "approvals.letter",
        "created_at",
        "NOT EXISTS (SELECT FROM approvals_notice n WHERE n.letter_id = t.id)",
    ),
)
LOG_OF = {log.what: log for log in LOGS}
# Rows of logs tell of nobody's unit, so every hold in force holds those of its year.
HELD_LOG = """EXISTS (SELECT FROM approvals_hold h LEFT JOIN registry_fiscalyear y ON y.id = h.fiscal_year_id
  WHERE h.released_at IS NULL
    AND (y.id IS NULL OR (t.{moment} AT TIME ZONE %(zone)s)::date BETWEEN y.start_date AND y.end_date))"""
ROW = "encode(sha256(convert_to(to_jsonb(t)::text, 'UTF8')), 'hex'), octet_length(to_jsonb(t)::text)"


def held(report: str = "") -> Exists:
    """Whether a hold in force covers the report that `report` leads to ("report__"; "" for a report itself), in any of its
    revisions: by its unit, or by the agency that it was reported at, where the work has moved away since."""
    path, agency = (
        ExpressionWrapper(OuterRef(f"{report}{name}__path"), output_field=CharField())
        for name in ("item__unit", "period__agency")
    )
    this = Q(report__item=OuterRef(f"{report}item"), report__period=OuterRef(f"{report}period"))
    year = Q(fiscal_year=None) | Q(fiscal_year=OuterRef(f"{report}period__fiscal_year"))
    found = Hold.objects.filter(released_at=None).alias(path=path, agency=agency)
    below = Q(path__startswith=F("unit__path")) | Q(agency__startswith=F("unit__path"))
    return Exists(found.filter(this | Q(report=None) & below & year))


def held_batch() -> Exists:
    """Whether a hold in force covers one of the reports of a document."""
    return Exists(SigningEntry.objects.filter(held("report__"), batch=OuterRef("pk")))


def taken(what: str) -> Exists:
    """Whether a thing has gone, or stands on a list that is not carried out yet."""
    gone = Q(disposed_at__isnull=False) | Q(disposal__state__in=OPEN, spared="")
    return Exists(DisposalItem.objects.filter(gone, what=what, row=OuterRef("pk")))


def gone(what: str) -> Exists:
    """Whether a thing has gone."""
    return Exists(DisposalItem.objects.filter(what=what, row=OuterRef("pk"), disposed_at__isnull=False))


def listable(kind: Kind, unit: Unit, before: date, zone: str) -> list[Thing]:
    """What of a unit and all below closed before that day, is held by nobody and stands on no other list: the oldest first,
    MOST at most."""
    if kind == Kind.EVIDENCE:
        return list(_files(unit, before))
    if kind == Kind.LOGS:
        return list(islice(_logs(before, zone), MOST))
    closed = SigningBatch.objects.filter(
        period__agency__path__startswith=unit.path, period__fiscal_year__end_date__lt=before, state__in=ENDED
    ).order_by("period__fiscal_year__end_date", "pk")
    what = SIGNED if kind == Kind.DOCUMENTS else PREPARED
    free = closed.exclude(**{f"{what.rpartition('.')[2]}": ""}).exclude(held_batch()).exclude(taken(what))
    found = _signed(free, before) if kind == Kind.DOCUMENTS else _prepared(free)
    return list(islice(found, MOST))


def _files(unit: Unit, before: date) -> Iterator[Thing]:
    closed = Evidence.objects.filter(
        report__item__unit__path__startswith=unit.path,
        report__period__fiscal_year__end_date__lt=before,
        disposed=None,
    )
    free = closed.exclude(held("report__")).exclude(taken(EVIDENCE))
    rows = free.order_by("report__period__fiscal_year__end_date", "file", "pk")[:MOST]
    return (Thing(EVIDENCE, *row) for row in rows.values_list("pk", "sha256", "bytes"))


def bundled(before: date) -> dict[str, int]:
    """sha256 -> bytes of the signed documents that lie in a yearly bundle, of years that closed before that day."""
    made = YearBundle.objects.filter(fiscal_year__end_date__lt=before).exclude(manifest_sha256="")
    found: dict[str, int] = {}
    for text in made.values_list("manifest", flat=True):
        found |= {one["sha256"]: one["size"] for one in json.loads(text)["documents"]}
    return found


def _signed(batches: QuerySet[SigningBatch], before: date) -> Iterator[Thing]:
    sizes = bundled(before)
    rows = batches.filter(signed_sha256__in=list(sizes)).values_list("pk", "signed_sha256")
    return (Thing(SIGNED, pk, digest, sizes[digest]) for pk, digest in rows)


def _prepared(batches: QuerySet[SigningBatch]) -> Iterator[Thing]:
    for one in batches.exclude(prepared_sha256=""):
        size = stored_size(one.prepared_file)
        if size is not None:
            yield Thing(PREPARED, one.pk, one.prepared_sha256, size)


def stored_size(file: FieldFile) -> int | None:
    """Bytes of a stored file; None when it is not there (a folder says so when asked, a bucket only before)."""
    return file.size if file and file.storage.exists(str(file.name)) else None


def _logs(before: date, zone: str) -> Iterator[Thing]:
    for log in LOGS:
        query = f"""
SELECT t.id, {ROW} FROM {log.table} t
WHERE t.{log.moment} < (%(before)s::timestamp AT TIME ZONE %(zone)s) AND {log.over} AND NOT {HELD_LOG.format(moment=log.moment)}
  AND NOT EXISTS (SELECT FROM approvals_disposalitem i JOIN approvals_disposal d ON d.id = i.disposal_id
    WHERE i.what = %(what)s AND i.row = t.id
      AND (i.disposed_at IS NOT NULL OR (d.state IN ('listed', 'approved') AND i.spared = '')))
ORDER BY t.id LIMIT %(most)s"""
        with connection.cursor() as cursor:
            cursor.execute(query, {"before": before, "zone": zone, "what": log.what, "most": MOST})
            yield from (Thing(log.what, *row) for row in cursor.fetchall())


def rows_of_log(log: Log, ids: Sequence[int], zone: str) -> dict[int, tuple[str, bool, bool]]:
    """id -> (sha256 of the row as it is now, whether a hold covers it, whether it is over), locked."""
    query = f"""
SELECT t.id, {ROW.partition(", octet")[0]}, {HELD_LOG.format(moment=log.moment)}, {log.over}
FROM {log.table} t WHERE t.id = ANY (%(ids)s) FOR UPDATE OF t"""
    with connection.cursor() as cursor:
        cursor.execute(query, {"zone": zone, "ids": list(ids)})
        return {pk: (digest, is_held, over) for pk, digest, is_held, over in cursor.fetchall()}


def drop_rows(log: Log, ids: Iterable[int]) -> None:
    """Delete rows of a log; the ledger keeps that they were."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {log.table} WHERE id = ANY (%s)", [list(ids)])


def under_hold(listed: Disposal, zone: str) -> int:
    """How many things of a list a hold covers now: they would be spared."""
    by_what: dict[str, list[int]] = {}
    for what, row in listed.items.filter(disposed_at=None, spared="").values_list("what", "row"):
        by_what.setdefault(what, []).append(row)
    return sum(_held_among(what, rows, zone) for what, rows in sorted(by_what.items()))


def _held_among(what: str, rows: list[int], zone: str) -> int:
    if what == EVIDENCE:
        return Evidence.objects.filter(held("report__"), pk__in=rows).count()
    if what in (SIGNED, PREPARED):
        return SigningBatch.objects.filter(held_batch(), pk__in=rows).count()
    log = LOG_OF[what]
    query = f"SELECT count(*) FROM {log.table} t WHERE t.id = ANY (%(ids)s) AND {HELD_LOG.format(moment=log.moment)}"
    params: dict[str, Any] = {"ids": rows, "zone": zone}
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return int(cursor.fetchone()[0])
