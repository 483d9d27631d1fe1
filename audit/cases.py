"""A case: some reports with all that is kept about them, in one archive that is checked without us."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from approvals.models import SigningBatch
from audit import pages
from audit.dossier import Dossier, dossier
from audit.proof import Packed, archived
from audit.proof_words import report_json, story_csv
from ledger.proving import Proof
from registry.models import User
from submissions.models import Evidence, Report
from wording.files import plain

MOST = 50  # reports of one case
LARGEST = 2_000_000_000  # bytes of their files


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a case holds, before it is made."""

    files: int
    bytes: int


def reports_of(reports: QuerySet[Report], tokens: Sequence[str]) -> list[Report]:
    """Those of the reports within reach that have these tokens, with the number of their evidence files; one statement."""
    chosen = reports.filter(token__in=[token for token in tokens if "\0" not in token])
    return list(chosen.annotate(files=Count("evidence")))


def weigh(reports: Sequence[Report]) -> Weighed:
    """Evidence, also what was taken away again, and signed documents: each content once. Two statements."""
    ids = [one.pk for one in reports]
    evidence = dict(Evidence.history.filter(report_id__in=ids).values_list("sha256", "bytes"))
    signed = SigningBatch.objects.filter(entries__report__in=ids).exclude(signed_sha256="").distinct()
    documents = {one.signed_sha256: _size(one) for one in signed}
    found = evidence | documents
    return Weighed(len(found), sum(found.values()))


def _size(batch: SigningBatch) -> int:
    try:
        return int(batch.signed_file.size)
    except (FileNotFoundError, ValueError):  # disposed of, or lost: the list of contents will say so
        return 0


def archive(person: User, reports: Sequence[Report], asked: str, at: datetime) -> IO[bytes]:
    """The case as a ZIP file that stands at its beginning; `asked`: how it was asked for. Raises audit.proof.NotYet.

    Its statements grow with the number of reports, not with the length of their stories.
    """

    def tell(packed: Packed, proven: Proof) -> None:
        packed.put("README.txt", _readme(len(reports)).encode())
        for one in reports:
            _tell(packed, dossier(one))
        packed.put("case.json", _case(packed, person, reports, asked, at, proven).encode())
        packed.put("contents.csv", _contents(packed).encode())

    return archived(reports, tell)


def _tell(packed: Packed, kept: Dossier) -> None:
    folder = folder_of(kept.report)
    packed.put(f"{folder}/story.csv", story_csv(kept).encode())
    packed.put(f"{folder}/story.json", _story_json(kept).encode())
    packed.put(f"{folder}/report.json", report_json(kept).encode())


def folder_of(report: Report) -> str:
    """Where a report's own part lies: code, month and revision, and its token, since units may have the same code."""
    item = report.item
    return (
        f"reports/{item.sub_activity_code}-{report.period.first_day:%Y-%m}-{report.revision}-{report.token}"
    )


def _story_json(kept: Dossier) -> str:
    told = [asdict(entry) for entry in pages.timeline(kept)]
    return json.dumps(told, ensure_ascii=False, indent=1, default=plain) + "\n"


def _case(
    packed: Packed, person: User, reports: Sequence[Report], asked: str, at: datetime, proven: Proof
) -> str:
    """Who exported it, when and how he asked, what it holds, and which files are gone from the store."""
    there = {Path(name).stem for name in packed.sums if name.startswith("files/")}
    case = {
        "exported_by": {"id": person.pk, "name": person.name},
        "exported_at": plain(at),
        "asked": asked,
        "ledger_size": proven.size,
        "events": proven.events,
        "reports": [{"token": one.token, "folder": folder_of(one), "state": one.state} for one in reports],
        "files_that_are_gone": sorted(_hashes(reports) - there),
    }
    return json.dumps(case, ensure_ascii=False, indent=1) + "\n"


def _hashes(reports: Sequence[Report]) -> set[str]:
    ids = [one.pk for one in reports]
    signed = SigningBatch.objects.filter(entries__report__in=ids).exclude(signed_sha256="")
    return {
        *Evidence.history.filter(report_id__in=ids).values_list("sha256", flat=True),
        *signed.values_list("signed_sha256", flat=True),
    }


def _contents(packed: Packed) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("name", "bytes", "sha256"))
    writer.writerows(
        (name, packed.into.getinfo(name).file_size, digest) for name, digest in sorted(packed.sums.items())
    )
    return out.getvalue()


def _readme(count: int) -> str:
    told: list[Any] = [
        _(
            "This case holds %(count)s reports. Unpack it and run in its folder, with Python 3.11 or newer and nothing else:"
            " python3 verify.py . --key sealer.pub"
        )
        % {"count": count},
        _(
            "That checks the events, rows and files of all reports against the ledger. To be sure that the ledger was not written"
            " anew, compare sealer.pub with the key you were given before, and add a checkpoint that you hold yourself:"
            " --anchor checkpoint.txt"
        ),
        _(
            "sha256sum -c SHA256SUMS finds files that were spoiled on the way. case.json says who exported this, when and how it"
            " was asked for; contents.csv lists every file. The folder reports has the stories for reading; they are not"
            " verified."
        ),
    ]
    return "\n\n".join(told) + "\n"
