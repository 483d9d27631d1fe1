"""For templates/audit/report.html: one report's dossier, and what was checked because somebody asked for it."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator

from audit import decided, files, pages, proof, versions
from audit.dossier import Dossier
from submissions.evidence_images import FORMATS
from submissions.evidence_rows import CLEAN, gone_words, scan_state

AT_ONCE = 100  # events of the ledger in the table


def context(kept: Dossier, query: Mapping[str, str]) -> dict[str, Any]:
    """`check=1` verifies the report now, `files=1` its stored files, `wait=1` comes from a proof that was not to be had yet."""
    columns, events = versions.shown(kept, query), pages.ledger(kept)
    known = [column.key for column in columns]
    of_files = files.evidence(kept.evidence) if query.get("files") else {}
    of_documents = files.documents(kept.signings) if query.get("files") else {}
    return {
        "report": kept.report,
        "item": kept.report.item,
        "timeline": pages.timeline(kept),
        "choices": versions.choices(kept),
        "shown": known,
        "versions": versions.table(kept, columns),
        "decisions": decided.seen(kept),
        "evidence": [
            {
                "file": one,
                "gone": gone_words(one),
                "shown": _can_be_shown(one),
                "standing": of_files.get(one.pk, ""),
            }
            for one in kept.evidence
        ],
        "signings": [{"entry": one, "signature": of_documents.get(one.batch_id)} for one in kept.signings],
        "holds": kept.holds,
        "events": events,
        "page": Paginator(events, AT_ONCE).get_page(query.get("page")),
        "base": "".join(f"{name}={query[name]}&" for name in ("a", "b") if query.get(name) in known),
        "histories": kept.histories[0],
        "waiting": sum(event["sealed"] is None for event in events) + kept.histories[0] - kept.histories[1],
        "newest": kept.newest,
        "outside": len(kept.story.outside) + len(kept.story.unproved),
        "checked": _checked(kept) if query.get("check") else None,
        "asked": {name: query.get(name, "") for name in ("check", "files", "wait")},
    }


def _can_be_shown(file: Any) -> bool:
    """Whether a smaller picture of it can be had."""
    return not gone_words(file) and file.mime in FORMATS and scan_state(file) == CLEAN


def _checked(kept: Dossier) -> proof.Checked | None:
    try:
        return proof.checked(kept.report)
    except (proof.NotYet, FileNotFoundError):
        return None
