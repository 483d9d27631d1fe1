"""What a decider saw: the content of past versions, put together again by the very statement that makes a content hash.

The statement is asked over rows of the history in place of the live ones: a WITH of the same names hides the tables.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from audit.story import Image, Version
from submissions.answers import CONTENT

PARTS = {
    "submissions_reportline": "lines",
    "submissions_evidence": "evidence",
    "submissions_explanation": "explanations",
}
PAST = ", ".join(
    f"{table} AS (SELECT * FROM jsonb_populate_recordset(NULL::public.{table}, %s::jsonb))"  # noqa: S608 - constants
    for table in ("submissions_report", *PARTS)
)


def content_hashes(versions: Sequence[Version]) -> dict[int, str]:
    """The sha256 of the canonical content of each version as the history has it, by number; one statement."""
    rows: dict[str, list[Image]] = {"submissions_report": [], **{table: [] for table in PARTS}}
    numbers: dict[tuple[int, int], int] = {}  # a line in another version is another row
    for version in versions:
        rows["submissions_report"].append({**version.report, "id": version.number})
        for table, part in PARTS.items():
            for pk, image in getattr(version, part).items():
                rows[table].append(_placed(image, table, pk, version.number, numbers))
    texts = [json.dumps(images, default=str) for images in rows.values()]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {PAST} {CONTENT}", [*texts, [version.number for version in versions]])  # noqa: S608
        return {number: hashlib.sha256(text.encode()).hexdigest() for number, text in cursor.fetchall()}


def _placed(
    image: Image, table: str, pk: int, version: int, numbers: dict[tuple[int, int], int]
) -> Mapping[str, Any]:
    placed = {**image, "report_id": version}
    if table == "submissions_reportline":
        placed["id"] = numbers.setdefault((version, pk), len(numbers) + 1)
    elif table == "submissions_explanation" and image["line_id"]:
        placed["line_id"] = numbers.setdefault((version, image["line_id"]), len(numbers) + 1)
    return placed
