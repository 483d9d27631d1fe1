"""Who tried to decide on what is his own is on the record, though nothing came of it (V-53)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType

from workflow.cursor import Prepared

SELF_DEALING = frozenset({"route.self", "route.twice"})
KEEP = """
INSERT INTO workflow_attempt (act_id, content_type_id, object_id, verb, version, code, actor_id, at)
SELECT %(act)s, %(content_type)s, m.id, %(verb)s, m.version, m.code, %(actor)s, jenjang_now()
FROM unnest(%(ids)s::bigint[], %(codes)s::text[], %(versions)s::int[]) AS m(id, code, version)"""


def keep(
    cursor: Prepared,
    act: int,
    model: Any,
    verb: str,
    actor: Any,
    versions: Mapping[int, int | None],
    codes: Sequence[tuple[int, str]],
) -> None:
    """Keep the attempts among these refusals (id, code); in the transaction of the act, by one statement or none."""
    found = [(pk, code) for pk, code in codes if code in SELF_DEALING]
    if found and actor:
        cursor.execute(
            KEEP,
            {
                "act": act,
                "content_type": ContentType.objects.get_for_model(model).pk,
                "ids": [pk for pk, _code in found],
                "codes": [code for _pk, code in found],
                "versions": [versions[pk] or 0 for pk, _code in found],
                "verb": verb,
                "actor": actor.pk,
            },
        )
