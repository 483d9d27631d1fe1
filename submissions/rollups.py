"""What each sub-activity stands at, month by month: the one place of that SQL, and the two tables that keep its answer.

`submissions_itemmonth` holds a row per sub-activity and month, `submissions_unitmonth` the exact sums of each unit's own
sub-activities. Both say what the formula says of published reports, and nothing else: they are recomputed in sets, never
incremented, in the transaction that publishes, opens a month or brings a plan (design.md 7). Agencies and places in the tree
are not in them, so that a unit that moves takes its figures along.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LAST = 13  # the adjustment
PLANNED = 12

# --- The formula ------------------------------------------------------------------------------------------------------
# Parameters: year (fiscal year id), first and last (months 1..13), planned (12 for months that are not open yet as well, else
# 0), states (which reports count).

# The months asked for. One that is not open for any agency has plan and ceilings only.
MONTHS = """
months AS (
  SELECT g.month, g.month <= o.newest AS opened
  FROM (SELECT coalesce(max(p.month), 0) AS newest FROM submissions_period p WHERE p.fiscal_year_id = %(year)s) o
    CROSS JOIN generate_series(%(first)s::int, %(last)s::int) AS g(month)
  WHERE g.month <= greatest(%(planned)s::int, o.newest)
)"""

# Who has nothing to spend has nothing to report (V-06), unless he has reported before: what comes in a later month asks nothing
# of the months that are over.
HEARD = """EXISTS (SELECT 1 FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = iv.item_id AND ep.month <= {month})"""

# Whatever the scope, `active` says what each of its sub-activities has to spend in each month.
IN_FORCE = f"""
{MONTHS},
in_force AS (
  SELECT DISTINCT ON (v.unit_id, g.month) v.id, g.month
  FROM registry_budgetversion v JOIN months g ON v.effective_month <= g.month
  WHERE v.fiscal_year_id = %(year)s AND v.unit_id IN (SELECT s.unit_id FROM scope s)
  ORDER BY v.unit_id, g.month, v.effective_month DESC, v.sequence DESC
),
active AS (
  SELECT iv.item_id, f.month, iv.id AS item_version_id, iv.ceiling, iv.physical_mode, iv.output_target,
    iv.ceiling > 0 OR {HEARD.format(month="f.month")} AS expected
  FROM scope s JOIN registry_budgetitemversion iv ON iv.item_id = s.id JOIN in_force f ON f.id = iv.version_id
  WHERE iv.active
)"""  # noqa: S608 (joined from constants, here and below)

# What the sums weigh by; of a row of the formula and of a row of the table alike.
WEIGHED = """r.ceiling * r.physical AS value, r.ceiling * r.planned_physical AS planned_value,
  r.in_force_ceiling * r.plan_physical AS plan_value, r.ceiling * r.stands AS stands_value"""

# `counted` holds one report per sub-activity and month: the published one, else the newest revision; a later revision that is
# still under way is a proposal. `facts` has one row per sub-activity and month.
STANDING = f"""
{IN_FORCE},
counted AS MATERIALIZED (
  SELECT DISTINCT ON (r.item_id, p.month) r.id, r.item_id, p.month, r.state, r.revision, r.budget_version_id, r.ceiling,
    r.physical_mode, r.output_target, r.status, r.increment, r.volume, r.public_note,
    coalesce(r.published_at, r.moved_at) AS as_of
  FROM scope s JOIN submissions_report r ON r.item_id = s.id JOIN submissions_period p ON p.id = r.period_id
  WHERE p.month <= %(last)s AND r.state = ANY (%(states)s)
  ORDER BY r.item_id, p.month, r.state = 'published' DESC, r.revision DESC
),
spent AS (
  SELECT l.report_id, sum(l.realized) AS money FROM counted c JOIN submissions_reportline l ON l.report_id = c.id
  GROUP BY l.report_id
),
to_date AS (
  SELECT c.item_id, g.month, sum(m.money) AS realised, sum(m.money) FILTER (WHERE c.month = g.month) AS this_month,
    sum(c.increment) AS points, sum(c.volume) AS volume
  FROM counted c JOIN months g ON c.month <= g.month AND g.opened LEFT JOIN spent m ON m.report_id = c.id
  GROUP BY c.item_id, g.month
),
raw AS (
  SELECT s.*, g.month, n.id AS report_id, n.id IS NOT NULL AS reported,
    n.id IS NOT NULL OR coalesce(a.expected, false) AS required,
    coalesce(n.state = 'published', false) AS published, coalesce(n.state, '') AS state, coalesce(n.revision, 0) AS revision,
    a.ceiling AS in_force_ceiling, coalesce(n.ceiling, a.ceiling) AS ceiling, t.this_month, t.realised,
    plan.cash AS cash_planned,
    -- Output units become points of the target that the report was pinned to; the others are points already.
    CASE WHEN n.id IS NULL THEN NULL WHEN n.physical_mode = 'VOLUME' THEN 100 * t.volume / nullif(n.output_target, 0)
      ELSE t.points END AS physical,
    CASE WHEN n.physical_mode = 'VOLUME' THEN 100 * plan.physical / nullif(n.output_target, 0) ELSE plan.physical END
      AS planned_physical,
    -- How far the work has come, also in a month without a report: then the version in force says how points are counted.
    CASE WHEN n.id IS NULL THEN CASE WHEN a.physical_mode = 'VOLUME' THEN 100 * t.volume / nullif(a.output_target, 0)
        ELSE t.points END
      WHEN n.physical_mode = 'VOLUME' THEN 100 * t.volume / nullif(n.output_target, 0) ELSE t.points END AS stands,
    ahead.cash AS plan_cash, CASE WHEN a.physical_mode = 'VOLUME' THEN 100 * ahead.physical / nullif(a.output_target, 0)
      ELSE ahead.physical END AS plan_physical,
    coalesce(n.status, '') AS status, coalesce(n.public_note, '') AS public_note, n.as_of
  FROM scope s CROSS JOIN months g
    LEFT JOIN active a ON a.item_id = s.id AND a.month = g.month
    LEFT JOIN to_date t ON t.item_id = s.id AND t.month = g.month
    LEFT JOIN counted n ON n.item_id = s.id AND n.month = g.month AND g.opened
    LEFT JOIN registry_budgetitemversion pinned ON pinned.item_id = s.id AND pinned.version_id = n.budget_version_id
    LEFT JOIN LATERAL (SELECT sum(k.cash) AS cash, sum(k.physical) AS physical FROM registry_monthlyplan k
      WHERE k.item_version_id = pinned.id AND k.month <= g.month) plan ON true
    LEFT JOIN LATERAL (SELECT sum(k.cash) AS cash, sum(k.physical) AS physical FROM registry_monthlyplan k
      WHERE k.item_version_id = a.item_version_id AND k.month <= g.month) ahead ON true
  WHERE a.item_id IS NOT NULL OR t.item_id IS NOT NULL
),
facts AS (SELECT r.*, {WEIGHED} FROM raw r)"""  # noqa: S608 (joined from constants)

# The columns of a sum, named as in `portal.figures.Total`. Exact sums of numeric; the only divisions come afterwards (W-3).
COUNTED = {
    "items": "count(*)",
    "required": "count(*) FILTER (WHERE f.required)",
    "reported": "count(*) FILTER (WHERE f.reported)",
    "published": "count(*) FILTER (WHERE f.published)",
    "ceiling": "coalesce(sum(f.ceiling) FILTER (WHERE f.required), 0)",
    "in_force_ceiling": "coalesce(sum(f.in_force_ceiling), 0)",
    "reported_ceiling": "coalesce(sum(f.ceiling) FILTER (WHERE f.reported), 0)",
    "cash_ceiling": "coalesce(sum(f.ceiling) FILTER (WHERE f.reported AND f.cash_planned IS NOT NULL), 0)",
    "physical_ceiling": "coalesce(sum(f.ceiling) FILTER (WHERE f.value IS NOT NULL), 0)",
    "planned_ceiling": "coalesce(sum(f.ceiling) FILTER (WHERE f.planned_value IS NOT NULL), 0)",
    "both_ceiling": "coalesce(sum(f.ceiling) FILTER (WHERE f.value - f.planned_value IS NOT NULL), 0)",
    "plan_cash_ceiling": "coalesce(sum(f.in_force_ceiling) FILTER (WHERE f.required AND f.plan_cash IS NOT NULL), 0)",
    "plan_ceiling": "coalesce(sum(f.in_force_ceiling) FILTER (WHERE f.required AND f.plan_value IS NOT NULL), 0)",
}
KNOWN = {  # NULL where nothing is known, which is not zero
    "this_month": "sum(f.this_month)",
    "realised": "sum(f.realised)",
    "reported_realised": "sum(f.realised) FILTER (WHERE f.reported)",
    "cash_planned": "sum(f.cash_planned) FILTER (WHERE f.reported AND f.ceiling > 0)",
    "cash_realised": "sum(f.realised) FILTER (WHERE f.reported AND f.ceiling > 0 AND f.cash_planned IS NOT NULL)",
    "physical_value": "sum(f.value)",
    "planned_value": "sum(f.planned_value)",
    "both_value": "sum(f.value - f.planned_value)",
    "plan_cash": "sum(f.plan_cash) FILTER (WHERE f.required AND f.in_force_ceiling > 0)",
    "plan_value": "sum(f.plan_value) FILTER (WHERE f.required)",
    "stands_value": "sum(f.stands_value) FILTER (WHERE f.required)",
}
SUMS = ", ".join(f"{rule} AS {name}" for name, rule in {**COUNTED, **KNOWN, "as_of": "max(f.as_of)"}.items())
# The sum of such sums, by the same names.
ADDED = ", ".join(
    [
        *(f"coalesce(sum(t.{name}), 0)::bigint AS {name}" for name in list(COUNTED)[:4]),
        *(f"coalesce(sum(t.{name}), 0) AS {name}" for name in list(COUNTED)[4:]),
        *(f"sum(t.{name}) AS {name}" for name in KNOWN),
        "max(t.as_of) AS as_of",
    ]
)

# --- The tables -------------------------------------------------------------------------------------------------------

STANDS = (
    "report_id", "revision", "required", "reported", "in_force_ceiling", "ceiling", "this_month", "realised", "cash_planned",
    "physical", "planned_physical", "plan_cash", "plan_physical", "stands", "status", "as_of",
)  # fmt: skip
ADDS = (*COUNTED, *KNOWN, "as_of")
PUBLISHED = ["published"]
LOCK = 720_130_651  # of the roll-ups of a unit, among the database's advisory locks
PORTION = 40  # units that are computed by one statement

# Whose months: what was published is found by its keys, a unit's by the unit. One text for both could use neither index.
OF_UNITS, OF_ITEMS = "unit_id = ANY (%(units)s::bigint[])", "{key} = ANY (%(items)s::bigint[])"


def _facts_of(where: str) -> str:
    return f"""WITH scope AS (
  SELECT i.id, i.unit_id FROM registry_budgetitem i WHERE i.fiscal_year_id = %(year)s AND i.{where}
),{STANDING}"""  # noqa: S608


FACTS = _facts_of(OF_UNITS)
# Of the rows that are kept of a unit, with the names of the formula.
KEPT = f"""
SELECT r.*, r.reported AS published, {WEIGHED} FROM submissions_itemmonth r
WHERE r.fiscal_year_id = %(year)s AND r.unit_id = ANY (%(units)s::bigint[])"""  # noqa: S608


def _list(names: Iterable[str], alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _told(columns: Sequence[str]) -> str:
    """What an upsert writes, where it says something else than the row does: the rest is left alone."""
    return f"""DO UPDATE SET ({", ".join(columns)}) = ({_list(columns, "excluded")})
    WHERE ({_list(columns, "t")}) IS DISTINCT FROM ({_list(columns, "excluded")})"""


# Nothing is known of who else writes the sums of a unit until this has been granted; what is computed comes in a later
# statement, which sees what the others have committed. Units in order, so that two sets never wait for each other.
LOCKED = "SELECT pg_advisory_xact_lock(%(key)s, u.id) FROM unnest(%(units)s::int[]) AS u(id)"
TOUCHED = """
SELECT t.year, t.unit, t.first, t.items, pg_advisory_xact_lock(%(key)s, t.unit::int) FROM (
  SELECT i.fiscal_year_id AS year, i.unit_id AS unit, min(p.month) AS first, array_agg(DISTINCT i.id) AS items
  FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
  WHERE r.id = ANY (%(ids)s) GROUP BY i.fiscal_year_id, i.unit_id ORDER BY i.unit_id, i.fiscal_year_id) AS t"""


def _keep_items(facts: str, where: str) -> str:
    return f"""{facts},
gone AS (DELETE FROM submissions_itemmonth t USING months g
  WHERE t.fiscal_year_id = %(year)s AND t.{where} AND t.month = g.month
    AND NOT EXISTS (SELECT FROM facts f WHERE f.id = t.item_id AND f.month = t.month))
INSERT INTO submissions_itemmonth AS t (item_id, month, fiscal_year_id, unit_id, {", ".join(STANDS)})
SELECT f.id, f.month, %(year)s, f.unit_id, {_list(STANDS, "f")} FROM facts f
ON CONFLICT (item_id, month) {_told(["unit_id", *STANDS])}"""  # noqa: S608


KEEP_ITEMS = _keep_items(FACTS, OF_UNITS)
KEEP_PUBLISHED = _keep_items(_facts_of(OF_ITEMS.format(key="id")), OF_ITEMS.format(key="item_id"))

KEEP_UNITS = f"""WITH {MONTHS},
summed AS (SELECT f.unit_id, f.month, {SUMS} FROM ({KEPT}) f JOIN months g ON g.month = f.month GROUP BY f.unit_id, f.month),
gone AS (DELETE FROM submissions_unitmonth t USING months g
  WHERE t.fiscal_year_id = %(year)s AND t.unit_id = ANY (%(units)s::bigint[]) AND t.month = g.month
    AND NOT EXISTS (SELECT FROM summed s WHERE s.unit_id = t.unit_id AND s.month = t.month))
INSERT INTO submissions_unitmonth AS t (fiscal_year_id, unit_id, month, {", ".join(ADDS)})
SELECT %(year)s, s.unit_id, s.month, {_list(ADDS, "s")} FROM summed s
ON CONFLICT (fiscal_year_id, unit_id, month) {_told(ADDS)}"""  # noqa: S608

UNITS_OF_YEAR = """
SELECT DISTINCT i.unit_id FROM registry_budgetitem i WHERE i.fiscal_year_id = %(year)s
UNION SELECT t.unit_id FROM submissions_unitmonth t WHERE t.fiscal_year_id = %(year)s ORDER BY 1"""


def publish(cursor: Any, ids: Sequence[int]) -> None:
    """Take in what has just been published: these sub-activities from that month to the newest open one, and the sums of
    their units. Three statements for each fiscal year, whatever the number of reports."""
    touched = cursor.execute(TOUCHED, {"key": LOCK, "ids": list(ids)}).fetchall()
    for year in sorted({row[0] for row in touched}):
        rows = [row for row in touched if row[0] == year]
        asked = {
            "year": year, "units": [row[1] for row in rows], "items": [item for row in rows for item in row[3]],
            "first": min(row[2] for row in rows), "last": LAST, "planned": 0, "states": PUBLISHED,
        }  # fmt: skip
        cursor.execute(KEEP_PUBLISHED, asked)
        cursor.execute(KEEP_UNITS, asked)


def refresh(cursor: Any, year: int, units: Iterable[int]) -> None:
    """Compute all months of these units of a fiscal year anew, a portion of them at a time."""
    for some in portions(units):
        cursor.execute(LOCKED, {"key": LOCK, "units": some})
        asked = {
            "year": year, "units": some, "first": 1, "last": LAST, "planned": PLANNED, "states": PUBLISHED,
        }  # fmt: skip
        cursor.execute(KEEP_ITEMS, asked)
        cursor.execute(KEEP_UNITS, asked)


def units_of(cursor: Any, year: int) -> list[int]:
    """Units that have sub-activities in a fiscal year, or sums of it."""
    return [unit for (unit,) in cursor.execute(UNITS_OF_YEAR, {"year": year}).fetchall()]


def portions(units: Iterable[int]) -> Iterator[list[int]]:
    """Units in order, as many at a time as one statement can bear."""
    ordered = sorted(set(units))
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


# --- Comparing them with the formula ----------------------------------------------------------------------------------

SHOWN = 20  # differences of one portion that are told; all are counted
SAID = ("unit_id", *STANDS)

# One row with the number of rows and of differences, for each difference that is told: whose, what the formula says and what
# is kept. A row that only one of them has is a difference as well.
COMPARED = """
differing AS (
  SELECT coalesce(l.row_id, k.row_id) AS row_id, coalesce(l.month, k.month) AS month, l.row_id IS NULL AS nowhere,
    k.row_id IS NULL AS missing, {live}, {kept}
  FROM live l FULL JOIN kept k ON k.row_id = l.row_id AND k.month = l.month
  WHERE l.row_id IS NULL OR k.row_id IS NULL OR ({live}) IS DISTINCT FROM ({kept})
)
SELECT c.rows, (SELECT count(*) FROM differing) AS wrong, d.* FROM (SELECT count(*) AS rows FROM live) c
  LEFT JOIN (SELECT * FROM differing ORDER BY row_id, month LIMIT %(shown)s) d ON true"""
COMPARE_ITEMS = f"""{FACTS},
live AS (SELECT f.id AS row_id, f.* FROM facts f),
kept AS (SELECT r.item_id AS row_id, r.* FROM submissions_itemmonth r
  WHERE r.fiscal_year_id = %(year)s AND r.unit_id = ANY (%(units)s::bigint[])),
{COMPARED.format(live=_list(SAID, "l"), kept=_list(SAID, "k"))}"""  # noqa: S608
COMPARE_UNITS = f"""{FACTS},
live AS (SELECT f.unit_id AS row_id, f.month, {SUMS} FROM facts f GROUP BY f.unit_id, f.month),
kept AS (SELECT t.unit_id AS row_id, t.* FROM submissions_unitmonth t
  WHERE t.fiscal_year_id = %(year)s AND t.unit_id = ANY (%(units)s::bigint[])),
{COMPARED.format(live=_list(ADDS, "l"), kept=_list(ADDS, "k"))}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that does not say what the reports say. `live` and `kept` are empty where there is no such row at all."""

    of: str  # "item" or "unit"
    row: int
    month: int
    live: Mapping[str, Any]
    kept: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many rows of both tables were compared, how many differ, and the first of those."""

    items: int
    units: int
    wrong: int
    differences: tuple[Difference, ...]


def compare(cursor: Any, year: int, units: Iterable[int]) -> Compared:
    """Both tables with the formula, for all months of these units of a fiscal year; two statements for each portion."""
    counts, wrong, found = {"item": 0, "unit": 0}, 0, []
    for some in portions(units):
        asked = {
            "year": year, "units": some, "first": 1, "last": LAST, "planned": PLANNED, "states": PUBLISHED,
            "shown": SHOWN,
        }  # fmt: skip
        for of, statement, names in (("item", COMPARE_ITEMS, SAID), ("unit", COMPARE_UNITS, ADDS)):
            rows = cursor.execute(statement, asked).fetchall()
            counts[of] += rows[0][0]
            wrong += rows[0][1]
            found += [_difference(of, names, row[2:]) for row in rows if row[1]]
    return Compared(counts["item"], counts["unit"], wrong, tuple(found))


def _difference(of: str, names: Sequence[str], row: Sequence[Any]) -> Difference:
    pk, month, nowhere, missing, *values = row
    live = dict(zip(names, values[: len(names)], strict=True))
    kept = dict(zip(names, values[len(names) :], strict=True))
    differs = [name for name in names if live[name] != kept[name]]
    return Difference(
        of, pk, month, {} if nowhere else {name: live[name] for name in differs},
        {} if missing else {name: kept[name] for name in differs},
    )  # fmt: skip
