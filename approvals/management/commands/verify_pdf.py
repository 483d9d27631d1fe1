"""manage.py verify_pdf FILE: whether a document is as it was signed, and what stands in its manifest."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.recap import trusted
from approvals.signing import verify
from wording.sentences import say


class Command(BaseCommand):
    help = "Check the signature of a document against the trusted authorities; exit 1 when it does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="the verdict as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(
                f"{options['file']}: {error.strerror}. Name a file that can be read."
            ) from error
        verdict = verify(content, trusted())
        signed_at = verdict.signed_at.isoformat() if verdict.signed_at else None
        said = {
            "valid": verdict.valid,
            "sentence": say(verdict.code),
            "signer": verdict.signer_name,
            "issuer": verdict.issuer,
            "signed_at": signed_at,
            "reports": len((verdict.manifest or {}).get("reports", ())),
        }
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in said.items()))
        if not verdict.valid:
            raise CommandError(said["sentence"])
