"""Carrying out an approved list, a few things at a time; killed at any moment, it goes on where it was.

Each call is one transaction of a worker and one of three steps. It begins the next things: what a hold covers, what is not as
it was listed and what something else still needs is spared; the others are marked as begun. It ends what was begun: the bytes
go, then the thing is marked as gone. When nothing is left, it writes the receipt. So no bytes go before the record says that
they are about to, nothing is called gone that is there, and a hold that comes in between still spares what has not gone.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.core.files.storage import Storage, default_storage
from django.db.models.fields.files import FieldFile

from approvals.keeping import things
from approvals.keeping.law import alone
from approvals.keeping.receipts import receipt_of
from approvals.keeping.services import follow_on
from approvals.keeping.things import EVIDENCE, LOG_OF, SIGNED
from approvals.models import Disposal, DisposalItem, SigningBatch
from ledger.clock import now
from ledger.recording import recorded
from submissions.models import DisposedFile, Evidence
from workflow.models import Outbox

AT_ONCE = 20  # files in one transaction: a second or two, while who places a hold has to wait
ROWS_AT_ONCE = 1_000
HELD, MISSING, CHANGED, SHARED = "spared.held", "spared.missing", "spared.changed", "spared.shared"
PIECE = 1024 * 1024


def carry_on(row: Outbox) -> None:
    """The next step of the list that a row of the outbox names; nothing for one that is not approved, or is done."""
    with recorded(None):
        alone()
        listed = (
            Disposal.objects.select_for_update(of=("self",))
            .select_related("unit__government", "listed_by", "approved_by")
            .get(pk=row.payload["id"])
        )
        if listed.state == Disposal.State.APPROVED and _step(listed):
            follow_on(listed.pk)


def _step(listed: Disposal) -> bool:
    """Whether there is more to do."""
    open_items = listed.items.filter(disposed_at=None, spared="").order_by("pk")
    begun = list(open_items.exclude(begun_at=None))
    if begun:
        _end(begun, listed)
        return True
    fresh = list(open_items[: ROWS_AT_ONCE if listed.kind == Disposal.Kind.LOGS else AT_ONCE])
    if fresh:
        _begin(fresh, listed)
        return True
    listed.state, listed.ended_at = Disposal.State.DONE, now()
    listed.receipt = receipt_of(listed)
    listed.save()
    return False


def _begin(items: Sequence[DisposalItem], listed: Disposal) -> None:
    if items[0].what in LOG_OF:
        for what, some in groupby(items, key=lambda item: item.what):
            _drop_rows(what, list(some), listed)
    elif items[0].what == EVIDENCE:
        _begin_evidence(items, listed)
    else:
        held = _held_batches(items)
        files = _batch_files(items)
        _mark(
            items, {one.pk: HELD if one.row in held else _unlike(files[one.row], one.sha256) for one in items}
        )


def _end(items: Sequence[DisposalItem], listed: Disposal) -> None:
    if items[0].what == EVIDENCE:
        _end_evidence(items, listed)
        return
    held, files, spared = _held_batches(items), _batch_files(items), dict[int, str]()
    for one in items:
        name, storage = str(files[one.row].name), files[one.row].storage
        if one.row in held and storage.exists(name):
            spared[one.pk] = HELD
        else:
            storage.delete(name)
    _mark_gone(items, spared)


# --- Evidence: one stored file may serve several reports -------------------------------------------------


def _begin_evidence(items: Sequence[DisposalItem], listed: Disposal) -> None:
    """A file goes when all that refer to it go, so they are begun together; who still needs it is asked when it is ended."""
    names = set(Evidence.objects.filter(pk__in=[one.row for one in items]).values_list("file", flat=True))
    files = list(Evidence.objects.filter(file__in=names, disposed=None).order_by("file", "pk"))
    together = {
        one.row: one
        for one in listed.items.filter(what=EVIDENCE, row__in=[file.pk for file in files], spared="")
    }
    held = _held_evidence(together)
    found: dict[int, str] = {}
    for _name, some in groupby(files, key=lambda file: str(file.file)):
        sharing = list(some)
        unlike = _unlike(sharing[0].file, sharing[0].sha256)
        for file in sharing:
            if file.pk in together:
                found[together[file.pk].pk] = HELD if file.pk in held else unlike
    _mark(list(together.values()), found)


def _end_evidence(items: Sequence[DisposalItem], listed: Disposal) -> None:
    by_row = {one.row: one for one in items}
    files = list(Evidence.objects.filter(pk__in=list(by_row)).order_by("file", "pk"))
    names = {str(file.file) for file in files}
    others = set(
        Evidence.objects.filter(file__in=names, disposed=None)
        .exclude(pk__in=list(by_row))
        .values_list("file", flat=True)
    )
    held, spared, at = _held_evidence(by_row), dict[int, str](), now()
    for name, some in groupby(files, key=lambda file: str(file.file)):
        sharing = list(some)
        needed = name in others or any(file.pk in held for file in sharing)
        if needed and default_storage.exists(name):
            spared |= {by_row[file.pk].pk: HELD if file.pk in held else SHARED for file in sharing}
        else:
            _delete(default_storage, name, *(str(file.public_file) for file in sharing))
    _mark_gone(items, spared)
    day = listed.minutes_date or at.date()  # an approved list has its day
    DisposedFile.objects.bulk_create(
        [
            DisposedFile(evidence_id=one.row, minutes_no=listed.minutes_no, minutes_date=day, at=at)
            for one in items
            if one.pk not in spared
        ]
    )


def _held_evidence(rows: Iterable[int]) -> set[int]:
    return set(
        Evidence.objects.filter(things.held("report__"), pk__in=list(rows)).values_list("pk", flat=True)
    )


def _delete(storage: Storage, *names: str) -> None:
    for name in filter(None, names):
        storage.delete(name)


# --- Documents, and what was printed to be signed --------------------------------------------------------


def _held_batches(items: Sequence[DisposalItem]) -> set[int]:
    rows = [one.row for one in items]
    return set(SigningBatch.objects.filter(things.held_batch(), pk__in=rows).values_list("pk", flat=True))


def _batch_files(items: Sequence[DisposalItem]) -> dict[int, FieldFile]:
    signed = items[0].what == SIGNED
    batches = SigningBatch.objects.in_bulk([one.row for one in items])
    return {pk: one.signed_file if signed else one.prepared_file for pk, one in batches.items()}


# --- Rows of logs ----------------------------------------------------------------------------------------


def _drop_rows(what: str, items: Sequence[DisposalItem], listed: Disposal) -> None:
    """Rows and their record go and come in one transaction, so nothing has to be begun before."""
    log = LOG_OF[what]
    found = things.rows_of_log(log, [one.row for one in items], listed.unit.government.time_zone)
    spared: dict[int, str] = {}
    for one in items:
        digest, is_held, over = found.get(one.row, ("", False, False))
        if not digest:
            spared[one.pk] = MISSING
        elif is_held or digest != one.sha256 or not over:
            spared[one.pk] = HELD if is_held else CHANGED
    things.drop_rows(log, [one.row for one in items if one.pk not in spared])
    at = now()
    for one in items:
        one.begun_at = None if one.pk in spared else at
    _mark_gone(items, spared)


# --- Marks -----------------------------------------------------------------------------------------------


def _unlike(file: FieldFile, sha256: str) -> str:
    """Why a file is spared: it is not there, or not what was listed; empty for one that may go."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stored:
            for piece in stored.chunks(PIECE):
                digest.update(piece)
    except (FileNotFoundError, ValueError):  # a reference to nothing says ValueError
        return MISSING
    return "" if digest.hexdigest() == sha256 else CHANGED


def _mark(items: Sequence[DisposalItem], spared: dict[int, str]) -> None:
    """Begun, or spared by the code given."""
    at = now()
    for one in items:
        one.spared = spared.get(one.pk, "")
        one.begun_at = None if one.spared else at
    DisposalItem.objects.bulk_update(items, ["begun_at", "spared"], batch_size=500)


def _mark_gone(items: Sequence[DisposalItem], spared: dict[int, str]) -> None:
    """Gone, or spared after all by the code given."""
    at = now()
    for one in items:
        one.spared = spared.get(one.pk, "")
        one.disposed_at = None if one.spared else at
    DisposalItem.objects.bulk_update(items, ["begun_at", "disposed_at", "spared"], batch_size=500)
