"""What the decisions themselves say about documents: one statement for any set, whatever kind of document it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType

from workflow import route
from workflow.models import RouteVersion

# What the decisions themselves say about documents that wait at a tier which does `verb`: who submitted, who let them pass
# lower down since the last submission, and who has done so at this tier since they came there.
RECORD = """
SELECT m.id, s.submitters, s.last_submitter, s.first_passed,
  (SELECT array_agg(DISTINCT d.actor_id) FROM workflow_decision d WHERE d.content_type_id = %(content_type)s
    AND d.object_id = m.id AND d.step > s.submitted AND d.verb = ANY (%(deciding)s) AND d.tier < m.tier),
  (SELECT array_agg(DISTINCT d.actor_id) FROM workflow_decision d WHERE d.content_type_id = %(content_type)s
    AND d.object_id = m.id AND d.step > s.arrived AND d.verb = m.verb AND d.tier = m.tier AND d.target_tier = m.tier)
FROM unnest(%(ids)s::bigint[], %(tiers)s::int[], %(verbs)s::text[]) AS m(id, tier, verb) CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT d.actor_id) FILTER (WHERE d.verb = 'submit') AS submitters,
    (array_agg(d.actor_id ORDER BY d.step DESC) FILTER (WHERE d.verb = 'submit'))[1] AS last_submitter,
    max(d.step) FILTER (WHERE d.verb = 'submit') AS submitted,
    max(d.step) FILTER (WHERE d.target_tier = m.tier AND d.tier <> m.tier) AS arrived,
    min(d.at) FILTER (WHERE d.verb = ANY (%(deciding)s) AND d.tier <= m.tier AND d.step > (SELECT max(e.step)
      FROM workflow_decision e WHERE e.content_type_id = d.content_type_id AND e.object_id = d.object_id
        AND e.verb = 'submit')) AS first_passed
  FROM workflow_decision d WHERE d.content_type_id = %(content_type)s AND d.object_id = m.id) s"""


@dataclass(frozen=True, slots=True)
class Record:
    """What its decisions say about a document: persons by their ids, and when it first passed a tier since submission."""

    submitters: frozenset[int] = frozenset()
    submitted_by: int | None = None
    first_passed: datetime | None = None
    deciders: frozenset[int] = frozenset()
    agreed: frozenset[int] = frozenset()


@cache
def law(route_id: int) -> route.Route:
    """The tiers of a route version; kept in memory because a version never changes."""
    return RouteVersion.objects.get(pk=route_id).law


def records(model: Any, documents: Sequence[Any], cursor: Any) -> dict[int, Record]:
    """The record of each document, by its id."""
    laws = [law(document.route_id).tiers for document in documents]
    rows = cursor.execute(
        RECORD,
        {
            "content_type": ContentType.objects.get_for_model(model).pk,
            "deciding": list(route.DECIDING),
            "ids": [document.pk for document in documents],
            "tiers": [document.tier for document in documents],
            "verbs": [
                tiers[document.tier].verb if document.tier < len(tiers) else ""
                for document, tiers in zip(documents, laws, strict=True)
            ],
        },
    ).fetchall()
    return {
        pk: Record(
            frozenset(submitters or ()), last, passed, frozenset(deciders or ()), frozenset(agreed or ())
        )
        for pk, submitters, last, passed, deciders, agreed in rows
    }
