"""Files as the pages show them: plain dictionaries for templates/components/files.html and the entry page."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from submissions.evidence_forms import mark_of
from submissions.models import DisposedFile, Evidence, EvidenceScan
from wording.numbers import quantity
from wording.sentences import say

CLEAN, INFECTED, WAITING = EvidenceScan.State.CLEAN, EvidenceScan.State.INFECTED, "waiting"


def with_scans(files: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """The same files with what the scanner said last (`scan`, `found`), another month of the same item that has the same
    file (`reused`, its first day; V-41), and under which minutes it was disposed of, in the same statement."""
    gone = DisposedFile.objects.filter(evidence=OuterRef("pk"))
    newest = EvidenceScan.objects.filter(sha256=OuterRef("sha256")).order_by("-at", "-pk")
    others = Evidence.objects.filter(
        sha256=OuterRef("sha256"), report__item=OuterRef("report__item")
    ).exclude(report__period=OuterRef("report__period"))
    return files.annotate(
        scan=Subquery(newest.values("state")[:1]),
        found=Subquery(newest.values("engine")[:1]),
        reused=Subquery(others.order_by("report__period__first_day").values("report__period__first_day")[:1]),
        gone_at=Subquery(gone.values("at")),
        minutes=Subquery(gone.values("minutes_no")),
        minutes_on=Subquery(gone.values("minutes_date")),
    )


def scan_state(file: Evidence) -> str:
    """clean, infected, or waiting; of a file that `with_scans` read. Without a scanner nothing waits."""
    said = getattr(file, "scan", None)
    if said == INFECTED:
        return str(INFECTED)
    return WAITING if settings.CLAMD_URL and said != CLEAN else str(CLEAN)


def gone_words(file: Evidence) -> str:
    """Under which minutes a file that `with_scans` read was disposed of; empty for one that is there."""
    at = getattr(file, "gone_at", None)
    if at is None:
        return ""
    minutes = {"minutes": file.minutes, "minutes_on": file.minutes_on}  # type: ignore[attr-defined]
    return say("keeping.gone", {"disposed_at": at} | minutes)


def file_row(file: Evidence) -> dict[str, Any]:
    """For templates/components/files.html and submissions/evidence_row.html."""
    found, reused = scan_state(file), getattr(file, "reused", None)
    name = file.original_name
    return {
        "id": file.pk,
        "token": file.token,
        "name": name,
        "kind_label": file.get_kind_display(),
        "size": size_text(file.bytes),
        "sha256": file.sha256,
        "url": reverse("submissions:evidence", args=[file.token]),
        "about_url": reverse("submissions:evidence_about", args=[file.token]),
        "remove_url": reverse("submissions:evidence_remove", args=[file.token]),
        "caption": file.caption,
        "taken_at": file.taken_at,
        "place": place_text(file),
        "public": file.public,
        "gone": gone_words(file),
        "waiting": found == WAITING,
        "infected": say("evidence.infected", {"name": name, "found": file.found})  # type: ignore[attr-defined]
        if found == INFECTED
        else "",
        "reused": f"{reused:%Y-%m}" if reused else "",
        "mark": mark_of(file),
    }


def place_text(file: Evidence) -> str:
    """ "-0.502106, 117.153709", as maps take it; empty without a place."""
    return "" if file.latitude is None else f"{file.latitude}, {file.longitude}"


def written_moment(file: Evidence) -> str:
    """For a field of date and time, in the government's zone."""
    return f"{timezone.localtime(file.taken_at):%Y-%m-%dT%H:%M}" if file.taken_at else ""


def size_text(size: int) -> str:
    """ "1,2 MB", in the active language."""
    if size >= 1024 * 1024:
        return f"{quantity((Decimal(size) / 1024 / 1024).quantize(Decimal('0.1')), get_language())} MB"
    return f"{quantity(Decimal(max(size // 1024, 1)), get_language())} kB"
