"""manage.py verify_pdf FILE: whether a document is as it was signed, in force, or what was done to it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.examining import EXITS, Examined, examine

CODES = ", ".join(f"{status} {outcome}" for outcome, status in EXITS.items())


class Command(BaseCommand):
    help = f"Check the signature of a document and its standing in the record. Ends with: {CODES}; 1 no such file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="the finding as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(
                f"{options['file']}: {error.strerror}. Name a file that can be read."
            ) from error
        finding = examine(content)
        said = _said(finding)
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(f"{name}: {_line(value)}" for name, value in said.items()))
        if finding.outcome != "valid":
            raise CommandError(finding.sentence, returncode=EXITS[finding.outcome])


def _said(finding: Examined) -> dict[str, Any]:
    verdict = finding.verdict
    signed_at, stamped_at = finding.signed_at or verdict.signed_at, verdict.stamped_at
    return {
        "outcome": finding.outcome,
        "sentence": finding.sentence,
        "valid": finding.outcome == "valid",
        "known_here": finding.known,
        "signer": verdict.signer_name,
        "issuer": verdict.issuer,
        "level": verdict.level,
        "signed_at": signed_at.isoformat() if signed_at else None,
        "timestamp": stamped_at.isoformat() if stamped_at else None,
        "reports": len((verdict.manifest or {}).get("reports", ())),
        "document": finding.document,
        "page": finding.page,
        "replaced_by": finding.replaced_by,
        "sha256": finding.sha256,
    }


def _line(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value) or "-"
    return "-" if value in (None, "") else str(value)
