"""The next revision of a published pack: a draft with the same figures and files (domain.md 6.1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import apps

from ledger.history import insert_history
from submissions.models import PUBLIC_NAME_IN_SQL

REVISED = f"""
INSERT INTO indicators_pack (token, unit_id, fiscal_year_id, quarter, revision, form_id, first_day, opens_at, due_at, locks_at,
  remarks, state, tier, step, version, content_hash, route_id)
SELECT {PUBLIC_NAME_IN_SQL}, o.unit_id, o.fiscal_year_id, o.quarter,
  (SELECT max(n.revision) + 1 FROM indicators_pack n WHERE n.unit_id = o.unit_id AND n.first_day = o.first_day),
  o.form_id, o.first_day, o.opens_at, o.due_at, o.locks_at, o.remarks, 'draft', 0, 0, 1, '', o.route_id
FROM indicators_pack o WHERE o.id = ANY (%s) ORDER BY o.id RETURNING id"""  # noqa: S608

# Rows of the newest revision are those of the one before it.
COPIES = {
    "PackFigure": """
INSERT INTO indicators_packfigure (pack_id, code, value, note)
SELECT n.id, f.code, f.value, f.note {older} JOIN indicators_packfigure f ON f.pack_id = o.id
WHERE n.id = ANY (%s) ORDER BY n.id, f.id RETURNING id""",
    "PackFile": f"""
INSERT INTO indicators_packfile (pack_id, token, file, original_name, mime, bytes, sha256, uploaded_by_id, uploaded_at)
SELECT n.id, {PUBLIC_NAME_IN_SQL}, f.file, f.original_name, f.mime, f.bytes,
  f.sha256, f.uploaded_by_id, f.uploaded_at {{older}} JOIN indicators_packfile f ON f.pack_id = o.id
WHERE n.id = ANY (%s) ORDER BY n.id, f.id RETURNING id""",
}
OLDER = """FROM indicators_pack n JOIN indicators_pack o ON o.unit_id = n.unit_id AND o.first_day = n.first_day
  AND o.state = 'published' AND o.revision < n.revision"""

REPLACED = f"SELECT o.id {OLDER} WHERE n.id = ANY (%s)"  # noqa: S608 - only the text above is put in


def revise(model: Any, cursor: Any, ids: Sequence[int], actor_id: int, at: datetime) -> None:
    """Open the next revision of published packs, as drafts with the same content, form and route."""
    new = [pk for (pk,) in cursor.execute(REVISED, [list(ids)]).fetchall()]
    insert_history(cursor, model, new, kind="+", actor_id=actor_id, at=at, reason="amend")
    for name, copy in COPIES.items():
        rows = [pk for (pk,) in cursor.execute(copy.format(older=OLDER), [new]).fetchall()]
        kept = apps.get_model("indicators", name)
        insert_history(cursor, kept, rows, kind="+", actor_id=actor_id, at=at, reason="amend")


def replaced(model: Any, cursor: Any, ids: Sequence[int]) -> list[int]:
    """The published packs whose next revisions, `ids`, have just been published."""
    return [pk for (pk,) in cursor.execute(REPLACED, [list(ids)]).fetchall()]
