"""Packs as they stand, with their figures and those of the quarters before: two statements for any set, one more for forms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from indicators.definitions import Form
from indicators.formulas import FURTHEST
from indicators.measures import Figures, Measured, measure
from indicators.rules import Reported

PACKS = """
SELECT p.id, p.token, p.unit_id, u.name, u.path, coalesce(d.name, ''), y.label, p.quarter, p.first_day, p.revision, p.state,
  p.tier, p.step, p.version, p.content_hash, p.route_id, p.form_id, p.remarks, p.opens_at, p.due_at, p.locks_at, p.moved_at,
  g.currency, g.id, g.time_zone, u.kind, (SELECT count(*) FROM indicators_packfile f WHERE f.pack_id = p.id)
FROM indicators_pack p JOIN registry_unit u ON u.id = p.unit_id JOIN registry_government g ON g.id = u.government_id
  JOIN registry_fiscalyear y ON y.id = p.fiscal_year_id LEFT JOIN registry_unit d ON d.id = u.parent_id
WHERE p.id = ANY (%s) ORDER BY p.first_day DESC, u.path, p.revision"""

# A quarter counts from its submission on; of several revisions the published one does.
QUARTERS = """
SELECT p.id, ((extract(year FROM p.first_day) - extract(year FROM e.first_day)) * 12
    + extract(month FROM p.first_day) - extract(month FROM e.first_day))::int / 3,
  json_object_agg(f.code, json_build_array(f.value::text, f.note))::text
FROM indicators_pack p JOIN LATERAL (
    SELECT p.id, p.first_day
    UNION ALL SELECT * FROM (SELECT DISTINCT ON (o.first_day) o.id, o.first_day FROM indicators_pack o
      WHERE o.unit_id = p.unit_id AND o.first_day < p.first_day AND o.first_day >= p.first_day - make_interval(months => %s)
        AND o.state IN ('submitted', 'verified', 'signed', 'published')
      ORDER BY o.first_day, (o.state = 'published') DESC, o.revision DESC) AS counted
  ) e ON true JOIN indicators_packfigure f ON f.pack_id = e.id
WHERE p.id = ANY (%s) GROUP BY p.id, p.first_day, e.id, e.first_day"""

FORMS = "SELECT id, fields::text, indicators::text FROM indicators_formversion WHERE id = ANY (%s)"


@dataclass(frozen=True, slots=True)
class Reading:
    """One pack as it stands. Moments are UTC; `quarters`: the figures of this quarter, then of those before, None for a gap."""

    id: int
    token: str
    unit_id: int
    unit: str
    unit_path: str
    department: str
    year: str
    quarter: int
    first_day: date
    revision: int
    state: str
    tier: int
    step: int
    version: int
    content_hash: str
    route_id: int
    form_id: int
    remarks: str
    opens_at: datetime
    due_at: datetime
    locks_at: datetime
    moved_at: datetime | None
    currency: str
    government_id: int
    zone: str
    kind: str
    files: int
    form: Form = field(default=Form((), ()))
    reported: Mapping[str, Reported] = field(default_factory=dict)
    quarters: tuple[Figures | None, ...] = ()

    def measured(self) -> tuple[Measured, ...]:
        """Its indicators, with those of the quarters before beside them."""
        return measure(self.form, self.quarters, self.quarter)


def load(cursor: Any, ids: Sequence[int]) -> dict[int, Reading]:
    """The packs by id, the newest quarter first."""
    cursor.execute(PACKS, [list(ids)])
    packs = [Reading(*row) for row in cursor.fetchall()]
    forms = _forms(cursor, packs)
    figures: dict[int, dict[int, dict[str, Reported]]] = {one.id: {} for one in packs}
    cursor.execute(QUARTERS, [3 * FURTHEST, list(ids)])
    for pk, ago, told in cursor.fetchall():
        figures[pk][ago] = {
            code: Reported(None if value is None else Decimal(value), note)
            for code, (value, note) in json.loads(told).items()
        }
    return {one.id: with_figures(replace(one, form=forms[one.form_id]), figures[one.id]) for one in packs}


def with_figures(one: Reading, reported: Mapping[int, Mapping[str, Reported]]) -> Reading:
    """The same pack with figures by how many quarters ago they are."""
    quarters = tuple(
        {code: said.value for code, said in reported[ago].items()} if ago in reported else None
        for ago in range(FURTHEST + 1)
    )
    return replace(one, reported=reported.get(0, {}), quarters=quarters)


def _forms(cursor: Any, packs: Sequence[Reading]) -> dict[int, Form]:
    cursor.execute(FORMS, [sorted({one.form_id for one in packs})])
    return {pk: _form(fields, indicators) for pk, fields, indicators in cursor.fetchall()}


@lru_cache(maxsize=32)
def _form(fields: str, indicators: str) -> Form:
    return Form.of(json.loads(fields), json.loads(indicators))
