"""Every stored content is shown to the virus scanner once, in the background, when there is one (`CLAMD_URL`)."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models.fields.json import KeyTextTransform

from ledger.clock import now as database_now
from ledger.recording import recorded
from submissions.models import Evidence, EvidenceScan
from submissions.scanner import scan
from workflow.models import Outbox
from workflow.outbox import handlers, nudge

SCAN, INFECTED = "evidence.scan", "evidence.infected"  # topics of the outbox
ANSWERED = (EvidenceScan.State.CLEAN, EvidenceScan.State.INFECTED)
AT_ONCE = 500


def ask(sha256: str, name: str, at: datetime) -> None:
    """Put a stored file in the scanner's queue, in the transaction of what stored it; nothing without a scanner."""
    if settings.CLAMD_URL and not EvidenceScan.objects.filter(sha256=sha256, state__in=ANSWERED).exists():
        _queue([(sha256, name)], at)


def _queue(files: Iterable[tuple[str, str]], at: datetime) -> None:
    rows = [
        Outbox(
            key=f"{SCAN}:{sha256}:{at:%Y%m%d%H}",
            topic=SCAN,
            payload={"sha256": sha256, "file": name},
            created_at=at,
            not_before=at,
        )
        for sha256, name in files
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    nudge()


def answer(row: Outbox) -> None:
    """Ask the scanner about one stored file and keep what it says; a scanner that is away is asked again later."""
    sha256 = row.payload["sha256"]
    if not settings.CLAMD_URL or EvidenceScan.objects.filter(sha256=sha256, state__in=ANSWERED).exists():
        return
    if not default_storage.exists(row.payload["file"]):
        return  # taken away again meanwhile
    with default_storage.open(row.payload["file"], "rb") as stored:
        verdict = scan(settings.CLAMD_URL, stored.read())
    state = EvidenceScan.State.CLEAN if verdict.clean else EvidenceScan.State.INFECTED
    now = database_now()
    with recorded(None):
        EvidenceScan.objects.create(sha256=sha256, state=state, engine=verdict.found or "clamd", at=now)
        if not verdict.clean:
            Outbox.objects.bulk_create(
                [
                    Outbox(
                        key=f"{INFECTED}:{one}",
                        topic=INFECTED,
                        payload={"id": one, "found": verdict.found},
                        created_at=now,
                        not_before=now,
                    )
                    for one in Evidence.objects.filter(sha256=sha256).values_list("pk", flat=True)
                ],
                ignore_conflicts=True,
            )


def ask_again() -> int:
    """Queue what has no answer yet: the scanner was away too long, or came later than the files. Returns how many."""
    if not settings.CLAMD_URL:
        return 0
    answered = EvidenceScan.objects.filter(state__in=ANSWERED).values("sha256")
    queued = Outbox.objects.filter(topic=SCAN, done_at=None)  # what was given up is over
    waiting = queued.values_list(KeyTextTransform("sha256", "payload"))
    files = Evidence.objects.exclude(sha256__in=answered).exclude(sha256__in=waiting)
    found = dict(files.order_by("pk").values_list("sha256", "file")[:AT_ONCE])
    if found:
        with recorded(None):
            _queue(found.items(), database_now())
    return len(found)


handlers[SCAN] = answer
