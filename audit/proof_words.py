"""What stands beside a proof for people: how to check it, the story as a table, the report in words. Not verified itself."""

import csv
import io
import json
from typing import Any

from django.utils.translation import gettext as _

from audit import decided, pages, versions
from audit.dossier import Dossier
from submissions.evidence_rows import gone_words
from submissions.models import Report
from wording.files import plain

COLUMNS = (
    "at", "kind", "what", "person", "office", "for", "address", "version", "from_state", "to_state", "reason", "about",
    "changes", "content_sha256", "events", "checkpoint",
)  # fmt: skip


def readme(report: Report) -> str:
    """Three sentences in the reader's language."""
    told = [
        _(
            "This is the proof of %(code)s, month %(month)s, revision %(revision)s; unpack it and run in its folder, with"
            " Python 3.11 or newer and nothing else: python3 verify.py . --key sealer.pub"
        )
        % {
            "code": report.item.sub_activity_code,
            "month": f"{report.period.first_day:%Y-%m}",
            "revision": report.revision,
        },
        _(
            "To be sure that the ledger was not written anew, compare sealer.pub with the key you were given before, and add the"
            " checkpoint of a signed document that you hold yourself (in the PDF it is the attached file checkpoint.txt, its"
            " size and root are printed on the document): --anchor checkpoint.txt"
        ),
        _(
            "Exit status 0 means that everything holds, 1 comes with the first fault in a sentence; story.csv, report.json and"
            " this text are there to be read and are not verified, only sha256sum -c SHA256SUMS tells whether the way here"
            " has damaged a file."
        ),
    ]
    return "\n\n".join(told) + "\n"


def story_csv(kept: Dossier) -> str:
    """The timeline, a row for each thing that happened; names of columns in English, texts in the reader's language."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in pages.timeline(kept):
        changes = "; ".join(f"{label}: {old} -> {new}" for label, old, new in one.changes)
        writer.writerow(
            plain(value)
            for value in (
                one.at, one.kind, one.title, one.person, one.office, one.stood_for, one.address, one.version, one.before,
                one.after, one.reason, "; ".join(one.about), changes, one.hash, one.events,
                one.sealed[0] if one.sealed else None,
            )
        )  # fmt: skip
    return out.getvalue()


def report_json(kept: Dossier) -> str:
    """The report, its decisions, evidence, documents and newest version, in words."""
    report, newest = kept.report, kept.story.versions[-1:]
    columns = [versions.Column(str(one.number), report.revision, one, own=True) for one in newest]
    table = versions.table(kept, columns)
    told = {
        "not_verified": _("For reading only; verify.py checks the other files."),
        "report": report.token,
        "sub_activity": [report.item.sub_activity_code, report.item.sub_activity_name],
        "unit": report.item.unit.name,
        "month": f"{report.period.first_day:%Y-%m}",
        "revision": report.revision,
        "state": report.state,
        "version": report.version,
        "values": [_said(row) for row in table["fields"]],
        "lines": [
            {"line": line["label"], "values": [_said(row) for row in line["rows"]]} for line in table["lines"]
        ],
        "explanations": [_said(row) for row in table["explanations"]],
        "decisions": [_decision(one) for one in decided.seen(kept)],
        "evidence": [
            {
                "name": one.original_name,
                "kind": one.kind,
                "sha256": one.sha256,
                "disposed": gone_words(one),
            }
            for one in kept.evidence
        ],
        "documents": [
            {"number": one.batch.document_no, "state": one.batch.state, "sha256": one.batch.signed_sha256}
            for one in kept.signings
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _said(row: versions.Row) -> list[str]:
    return [row.label, row.cells[-1].text]


def _decision(one: decided.Seen) -> dict[str, Any]:
    return {
        "what": one.title,
        "person": one.decision.actor_name,
        "office": one.office,
        "for": one.stood_for,
        "at": plain(one.decision.at),
        "version": one.decision.version,
        "content_sha256": one.decision.content_hash,
        "content_sha256_now": one.now,
        "reason": one.decision.reason,
    }
