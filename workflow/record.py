"""What the decisions themselves say about documents: one statement for any set, whatever kind of document it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType

from workflow import route
from workflow.models import Decision, RouteVersion

# What the decisions themselves say about documents that wait at a tier which does `verb`: who submitted, who let them pass
# lower down since the last submission, and who has done so at this tier since they came there.
RECORD = f"""
SELECT m.id, s.submitters, s.submitted_by, s.first_passed, s.arrived_at, s.deciders, s.agreed
FROM json_to_recordset(%(documents)s::json) AS m(id bigint, tier int, verb text) CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT d.actor_id) FILTER (WHERE d.verb = 'submit') AS submitters,
    (array_agg(d.actor_id ORDER BY d.step DESC) FILTER (WHERE d.verb = 'submit'))[1] AS submitted_by,
    min(d.at) FILTER (WHERE d.deciding AND d.tier <= m.tier) AS first_passed,
    max(d.at) FILTER (WHERE d.step = d.arrived) AS arrived_at,
    -- Lower down; or verified again at the tier that signs, which makes one a verifier of what one would sign.
    array_agg(DISTINCT ARRAY[d.actor_id, d.tier]) FILTER (WHERE d.deciding
      AND (d.tier < m.tier OR (d.tier = m.tier AND d.verb = 'verify' AND m.verb <> 'verify'))) AS deciders,
    array_agg(DISTINCT d.actor_id) FILTER (WHERE d.step > d.arrived AND d.verb = m.verb AND d.tier = m.tier
      AND d.target_tier = m.tier) AS agreed
  FROM (SELECT x.actor_id, x.verb, x.step, x.tier, x.target_tier, x.at, w.arrived,
      x.verb IN {route.DECIDING} AND x.step > w.submitted AS deciding
    FROM workflow_decision x CROSS JOIN (SELECT max(y.step) FILTER (WHERE y.verb = 'submit') AS submitted,
        max(y.step) FILTER (WHERE y.target_tier = m.tier AND y.tier <> m.tier) AS arrived FROM workflow_decision y
      WHERE y.content_type_id = %(content_type)s AND y.object_id = m.id) w
    WHERE x.content_type_id = %(content_type)s AND x.object_id = m.id) d) s"""  # noqa: S608 - three words of our own


@dataclass(frozen=True, slots=True)
class Record:
    """What its decisions say about a document: persons by their ids, and when it first passed a tier since submission."""

    submitters: frozenset[int] = frozenset()
    submitted_by: int | None = None
    first_passed: datetime | None = None
    arrived_at: datetime | None = None  # at the tier that has it now
    deciders: Mapping[int, frozenset[int]] = field(default_factory=dict)  # person -> at which tiers
    agreed: frozenset[int] = frozenset()


@cache
def law(route_id: int) -> route.Route:
    """The tiers of a route version; kept in memory because a version never changes."""
    return RouteVersion.objects.get(pk=route_id).law


def records(model: Any, documents: Sequence[Any], cursor: Any) -> dict[int, Record]:
    """The record of each document, by its id."""
    asked = [
        {"id": one.pk, "tier": one.tier, "verb": tiers[one.tier].verb if one.tier < len(tiers) else ""}
        for one in documents
        for tiers in (law(one.route_id).tiers,)
    ]
    kind = ContentType.objects.get_for_model(model).pk
    rows = cursor.execute(RECORD, {"content_type": kind, "documents": json.dumps(asked)}).fetchall()
    return {
        pk: Record(
            frozenset(submitters or ()),
            last,
            passed,
            arrived,
            _tiers(deciders or ()),
            frozenset(agreed or ()),
        )
        for pk, submitters, last, passed, arrived, deciders, agreed in rows
    }


def _tiers(rows: Sequence[Sequence[int]]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for person, tier in rows:
        found[person] = found.get(person, frozenset()) | {tier}
    return found


def returned_since(model: Any, ids: Any, at: datetime) -> set[int]:
    """Which of these documents were sent back after a moment, whatever became of them since."""
    kind = ContentType.objects.get_for_model(model)
    sent_back = Decision.objects.filter(content_type=kind, object_id__in=ids, verb=route.RETURN, at__gt=at)
    return set(sent_back.values_list("object_id", flat=True))
