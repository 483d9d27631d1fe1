# ruff: noqa: S608 - the statement is put together from constants; what somebody typed is only ever a value
"""The search over the ledger's events as one statement. Pure: a question and a reach go in, SQL and its values come out.

Two ways lead to the same answer. *Walking*: the newest events are read backward by the trail's indexes until enough of them
fit. *Gathering*: where the question is about few reports, their rows are found first and their events by those rows. Either
way at most WINDOW events are opened for one page, so that a question which almost nothing answers costs what any other costs;
the answer says how far back it looked, and the next page goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from audit import search_things as things
from audit.search_things import HISTORIES, SETS, TEXTUAL, THINGS, Thing
from submissions.figures import COUNTS

WINDOW = 25_000  # events opened for one page
COSTLY = 10_000  # where each of them has to be added up with the earlier months
APP = "jenjang_app"  # the site's own role in the database

AFTER_RETURN, LATE, OVER, OUTSIDE, SELF, ACTING, READINGS, ACCOUNTS = (
    "returned", "late", "over", "outside", "self", "acting", "readings", "accounts",
)  # fmt: skip
# What each ready-made question is about; without a kind it looks at everything.
ABOUT: Mapping[str, Sequence[str]] = {
    AFTER_RETURN: (things.REPORT, things.LINE, things.EVIDENCE, things.EXPLANATION),
    LATE: (things.DECISION,),
    OVER: (things.LINE,),
    OUTSIDE: (),
    SELF: (things.ATTEMPT,),
    ACTING: (),
    READINGS: (things.READING,),
    ACCOUNTS: (things.ACCOUNT, things.ASSIGNMENT, things.OFFICE, things.SEEING),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody searches for. `actors`: any of these people (none of them: nobody fits); None asks for no person."""

    actors: Sequence[int] | None = None
    nobody: bool = False
    unit_path: str = ""
    month: date | None = None
    words: str = ""
    kind: str = ""
    op: str = ""
    column: str = ""
    since: datetime | None = None
    until: datetime | None = None  # the first moment after
    asked: str = ""
    before: int | None = None
    after: int | None = None

    @property
    def narrow(self) -> bool:
        """Whether it is about some reports only, which are found first."""
        return bool(self.unit_path or self.month or self.words)


@dataclass(frozen=True, slots=True)
class Reach:
    """Below which paths somebody audits; `whole`: the whole government, with what belongs to no unit."""

    paths: Sequence[str]
    whole: bool
    types: Mapping[str, int] = field(default_factory=dict)  # content types: "report", "pack"


@dataclass(slots=True)
class _Query:
    """Parts of a statement and their values, collected."""

    question: Question
    reach: Reach
    gather: bool
    values: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, value: Any) -> str:
        """A value's place in the statement."""
        self.values[name] = value
        return f"%({name})s"

    @property
    def sets(self) -> Sequence[str]:
        if self.question.month:
            return things.OF_REPORTS
        return things.OF_ITEMS if self.question.words else tuple(SETS)

    @property
    def scoped(self) -> bool:
        return self.question.narrow or not self.reach.whole

    def tables(self) -> list[str] | None:
        """The tables asked for; None when all but the quiet ones are."""
        kinds = [self.question.kind] if self.question.kind else None
        about = ABOUT.get(self.question.asked)
        if about:
            kinds = [kind for kind in about if not kinds or kind in kinds]
        return None if kinds is None else things.tables_of(kinds)


def scope(question: Question, reach: Reach) -> tuple[str, dict[str, Any]]:
    """How many reports a question is about, counted up to `most`; to choose the way."""
    query = _Query(question, reach, gather=False)
    statement = f"WITH {_scope(query)} SELECT count(*) FROM (SELECT FROM reports LIMIT %(most)s) AS counted"
    return statement, query.values


def statement(question: Question, reach: Reach, *, rows: int, gather: bool) -> tuple[str, dict[str, Any]]:
    """The newest `rows` events that answer, one row each: id, sealed, payload, the last id looked at, how many were.

    One row without an id comes when nothing fits. `gather`: by rows first (only for what `scope` counted).
    """
    query = _Query(question, reach, gather and (question.narrow or not reach.whole))
    opened = _opened(query)
    limit = query.put("window", window(question) if opened else rows)
    parts = [_scope(query)] if query.scoped else []
    parts += [f"gathered AS MATERIALIZED ({_gathered(query)})"] if query.gather else []
    parts.append(f"c AS MATERIALIZED ({_candidates(query, limit)})")
    far, way = ("max", "ASC") if question.after is not None else ("min", "DESC")
    where = f"WHERE {' AND '.join(opened)}" if opened else ""
    return (
        f"""WITH {", ".join(parts)}
SELECT h.id, h.sealed, h.payload, s.far, s.looked FROM (SELECT {far}(id) AS far, count(*) AS looked FROM c) s
LEFT JOIN (SELECT c.id, c.sealed, e.payload FROM c
  CROSS JOIN LATERAL (SELECT v.payload, v.payload::jsonb AS p FROM ledger.event v WHERE v.id = c.id OFFSET 0) e
  CROSS JOIN LATERAL (SELECT coalesce(nullif(e.p -> 'new', 'null'), e.p -> 'old') AS i OFFSET 0) m
  {where} ORDER BY c.id {way} LIMIT {query.put("rows", rows)}) h ON true ORDER BY h.id {way}""",
        query.values,
    )


def window(question: Question) -> int:
    """How many events are opened for one page of an answer."""
    return min(WINDOW, COSTLY) if question.asked == OVER else WINDOW


# --- The reports, sub-activities and units that a question is about -----------------------------------------


def _scope(query: _Query) -> str:
    question = query.question
    paths = query.put("paths", [f"{path}%" for path in query.reach.paths])
    unit = f" AND path LIKE {query.put('unit', question.unit_path + '%')}" if question.unit_path else ""
    words = "".join(
        f" AND (i.sub_activity_code ILIKE {name} OR i.sub_activity_name ILIKE {name})"
        for name in (
            query.put(f"word{n}", _containing(word)) for n, word in enumerate(question.words.split())
        )
    )
    month = f" AND p.first_day = {query.put('month', question.month)}" if question.month else ""
    return f"""units AS MATERIALIZED (SELECT id, path FROM registry_unit WHERE path LIKE ANY ({paths}){unit}),
  items AS MATERIALIZED (SELECT i.id FROM registry_budgetitem i JOIN units ON units.id = i.unit_id WHERE true{words}),
  reports AS MATERIALIZED (SELECT r.id, r.token FROM submissions_report r JOIN items ON items.id = r.item_id
    JOIN submissions_period p ON p.id = r.period_id WHERE true{month})"""


def _containing(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _placed(query: _Query) -> list[Thing]:
    """Things that hang on one of the sets in question."""
    wanted = query.tables()
    tables = None if wanted is None else set(wanted)
    return [
        thing
        for thing in THINGS
        if thing.set in query.sets and (tables is None or {thing.table, thing.history} & tables)
    ]


# --- Gathering: rows first, events by their rows ------------------------------------------------------------


def _gathered(query: _Query) -> str:
    found = []
    wanted = query.tables()
    for thing in _placed(query):
        if wanted is None or thing.table in wanted:
            found += _rows(query, thing)
        if wanted is not None and thing.history in wanted:
            found.append(_of(query, thing, thing.history, thing.history, "history_id"))
    rows = " UNION ".join([*found, _removed(query)])
    return (
        f"SELECT e.id FROM ({rows}) AS x CROSS JOIN LATERAL"
        " (SELECT v.id FROM ledger.event v WHERE v.of_table = x.t AND v.of_row = x.r OFFSET 0) e"
    )


def _removed(query: _Query) -> str:
    """Rows that are gone and may have no history, such as one that raw SQL added and took away: their last event says where
    they belonged."""
    tables = query.put("removed", [thing.table for thing in _placed(query)])
    return f"""SELECT c.of_table AS t, c.of_row AS r FROM (
    SELECT t.event_id AS id, t.of_table, t.of_row FROM ledger.trail t WHERE t.op = 'D' AND t.of_table = ANY ({tables})
    UNION ALL SELECT q.id, v.of_table, v.of_row FROM ledger.queue q
      CROSS JOIN LATERAL (SELECT * FROM ledger.event w WHERE w.id = q.id OFFSET 0) v
      WHERE v.of_table = ANY ({tables}) AND v.payload::json ->> 'op' = 'D') c
  CROSS JOIN LATERAL (SELECT v.payload::jsonb -> 'old' AS i FROM ledger.event v WHERE v.id = c.id OFFSET 0) m
  WHERE {_within(query)}"""


def _rows(query: _Query, thing: Thing) -> list[str]:
    kept = [_of(query, thing, thing.table, thing.history, "id")] if thing.history else []
    return [_of(query, thing, thing.table, thing.table, "id"), *kept]


def _of(query: _Query, thing: Thing, name: str, source: str, number: str) -> str:
    only = f" AND x.content_type_id = {_type(query, thing)}" if thing.content_type else ""
    return (
        f"SELECT '{name}'::text AS t, x.{number}::bigint AS r FROM {source} x"
        f" WHERE x.{thing.column} = ANY (ARRAY({SETS[thing.set]})){only}"
    )


def _type(query: _Query, thing: Thing) -> str:
    return query.put(f"type_{thing.content_type}", query.reach.types.get(thing.content_type, 0))


def _cast(thing: Thing, value: str) -> str:
    return value if thing.set in TEXTUAL else f"({value})::bigint"


# --- Candidates: what the trail and the queue tell without opening a payload --------------------------------

TRAIL = "SELECT t.event_id AS id, true AS sealed, t.of_table FROM ledger.trail t"
# What the sealer has not reached yet: its place in the trail is read from the event itself.
QUEUE = """SELECT q.id, false AS sealed, e.of_table FROM ledger.queue q
  CROSS JOIN LATERAL (SELECT * FROM ledger.event v WHERE v.id = q.id OFFSET 0) e
  CROSS JOIN LATERAL (SELECT q.id AS event_id, (e.payload::json ->> 'at')::timestamptz AS at,
    substring(e.payload::json ->> 'actor' FROM '^[0-9]{1,18}$')::bigint AS actor,
    e.payload::json ->> 'op' AS op, e.of_table OFFSET 0) t"""


def _candidates(query: _Query, limit: str) -> str:
    way = "ASC" if query.question.after is not None else "DESC"
    plain = _conditions(query)
    queue = f"({QUEUE} WHERE {' AND '.join(plain)} ORDER BY q.id {way} LIMIT {limit})"
    return f"SELECT * FROM ({_trail(query, plain, way, limit)} UNION ALL {queue}) AS both_ ORDER BY id {way} LIMIT {limit}"


def _conditions(query: _Query) -> list[str]:
    question, found = query.question, ["true"]
    wanted = query.tables()
    if wanted is None:
        found.append(f"t.of_table <> ALL ({query.put('quiet', things.tables_of(things.QUIET))})")
    else:
        found.append(f"t.of_table = ANY ({query.put('tables', wanted)})")
    if question.actors is not None:
        found.append(f"t.actor = ANY ({query.put('actors', list(question.actors))})")
    if question.nobody:
        found.append("t.actor IS NULL")
    if question.op or question.column:
        found.append(f"t.op = {query.put('op', question.op or 'U')}")
    for name, sign in (("since", ">="), ("until", "<")):
        if (moment := getattr(question, name)) is not None:
            found.append(f"t.at {sign} {query.put(name, moment)}")
    for name, sign in (("before", "<"), ("after", ">")):
        if (number := getattr(question, name)) is not None:
            found.append(f"t.event_id {sign} {query.put(name, number)}")
    if query.gather:
        found.append("t.event_id IN (SELECT id FROM gathered)")
    return found


def _trail(query: _Query, plain: Sequence[str], way: str, limit: str) -> str:
    """The trail in the order of its numbers, by the index that fits: of each table or person the newest, then of all."""
    if query.gather:
        narrowed = [one for one in plain if "gathered" not in one]
        return (
            f"(SELECT t.* FROM gathered g CROSS JOIN LATERAL ({TRAIL} WHERE t.event_id = g.id AND {' AND '.join(narrowed)}"
            f" OFFSET 0) t ORDER BY t.id {way} LIMIT {limit})"
        )
    each = ""
    if query.question.actors is not None:
        each, column = "actors", "actor"
    elif query.tables() is not None:
        each, column = "tables", "of_table"
    if not each:
        order = f"t.actor {way}, t.event_id {way}" if query.question.nobody else f"t.event_id {way}"
        return f"({TRAIL} WHERE {' AND '.join(plain)} ORDER BY {order} LIMIT {limit})"
    cast = "::bigint[]" if each == "actors" else "::text[]"
    rest = [one for one in plain if f"%({each})s" not in one]
    return (
        f"(SELECT t.* FROM unnest(%({each})s{cast}) AS one(name) CROSS JOIN LATERAL ({TRAIL} WHERE t.{column} = one.name"
        f" AND {' AND '.join(rest)} ORDER BY t.event_id {way} LIMIT {limit}) t ORDER BY t.id {way} LIMIT {limit})"
    )


# --- What only the payload tells ----------------------------------------------------------------------------

_REPORT_OF = (
    "(CASE WHEN c.of_table = 'submissions_report' THEN m.i ->> 'id' ELSE m.i ->> 'report_id' END)::bigint"
)
# The last decision that somebody other than the officer made before the event, by the order of the ledger.
_RETURNED = f"""(SELECT d.verb FROM workflow_decision d
    JOIN ledger.event de ON de.of_table = 'workflow_decision' AND de.of_row = d.id
  WHERE d.content_type_id = %(type_report)s AND d.object_id = {_REPORT_OF} AND de.id < c.id
    AND d.verb NOT IN ('submit', 'recall') ORDER BY d.step DESC LIMIT 1) = 'return'
  AND (c.of_table <> 'submissions_report' OR e.p -> 'old' -> 'state' = e.p -> 'new' -> 'state')"""
# After the due moment and its grace; a later revision has no due moment of its own.
TOO_LATE = """d.at > make_interval(mins => coalesce(k.grace_minutes, 0)) + CASE d.verb WHEN 'submit' THEN p.entry_due
  WHEN 'sign' THEN p.sign_due WHEN 'verify' THEN p.verify_due WHEN 'return' THEN p.verify_due END"""
_LATE = f"""EXISTS (SELECT FROM workflow_decision d JOIN submissions_report r ON r.id = d.object_id AND r.revision = 0
    JOIN submissions_period p ON p.id = r.period_id
    LEFT JOIN submissions_calendarrule k ON k.fiscal_year_id = p.fiscal_year_id
  WHERE d.id = (m.i ->> 'id')::bigint AND d.content_type_id = %(type_report)s AND {TOO_LATE})"""
# Questions that rows answer by themselves, counted without opening an event.
RECENT = f"""
WITH units AS (SELECT id FROM registry_unit WHERE path LIKE ANY (%(paths)s)),
  reach AS (SELECT r.id FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id
    JOIN units ON units.id = i.unit_id)
SELECT (SELECT count(*) FROM workflow_attempt a WHERE a.at >= %(since)s AND a.content_type_id = %(type)s
    AND a.object_id IN (SELECT id FROM reach)),
  (SELECT count(*) FROM workflow_decision d JOIN submissions_report r ON r.id = d.object_id AND r.revision = 0
    JOIN registry_budgetitem i ON i.id = r.item_id JOIN units ON units.id = i.unit_id
    JOIN submissions_period p ON p.id = r.period_id
    LEFT JOIN submissions_calendarrule k ON k.fiscal_year_id = p.fiscal_year_id
    WHERE d.at >= %(since)s AND d.content_type_id = %(type)s AND {TOO_LATE})"""
# The line's value or its ceiling changed, and with the earlier months it is more than the ceiling.
_OVER = f"""(e.p -> 'old' -> 'realized', e.p -> 'old' -> 'ceiling') IS DISTINCT FROM
  (e.p -> 'new' -> 'realized', e.p -> 'new' -> 'ceiling') AND (e.p -> 'new' ->> 'realized')::numeric
  + coalesce((SELECT sum(l.realized) FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
      JOIN submissions_report er ON er.item_id = r.item_id AND {COUNTS.format("er")}
      JOIN submissions_period ep ON ep.id = er.period_id AND ep.month < p.month
      JOIN submissions_reportline l ON l.report_id = er.id AND l.line_id = (m.i ->> 'line_id')::bigint
    WHERE r.id = (m.i ->> 'report_id')::bigint), 0) > (e.p -> 'new' ->> 'ceiling')::numeric"""
# The site names its role and the request of every act, also of those that no person does; raw SQL can name neither so easily.
_OUTSIDE = (
    "(e.p ->> 'role' IS DISTINCT FROM %(app)s OR (e.p ->> 'actor' IS NULL AND e.p ->> 'request' IS NULL))"
)
_ACTING = """jsonb_path_exists(e.p, '$.offices[*] ? (@.capacity == "plt" || @.capacity == "plh")')"""
_ASKED = {AFTER_RETURN: _RETURNED, LATE: _LATE, OVER: _OVER, OUTSIDE: _OUTSIDE, ACTING: _ACTING}


def _opened(query: _Query) -> list[str]:
    question, found = query.question, []
    if question.column:
        name = query.put("column", question.column)
        found.append(f"e.p -> 'old' -> {name} IS DISTINCT FROM e.p -> 'new' -> {name}")
    if question.asked in _ASKED:
        query.put("app", APP)
        query.put("type_report", query.reach.types.get("report", 0))
        found.append(_ASKED[question.asked])
    if query.scoped and not query.gather:
        found.append(_within(query))
    return found


def _within(query: _Query) -> str:
    """The thing's place is among the sets in question; a history row says it as its table does."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for thing in _placed(query):
        groups.setdefault((thing.set, thing.column, thing.content_type), []).extend(
            name for name in (thing.table, thing.history) if name
        )
    found = []
    for number, ((set_, column, content_type), tables) in enumerate(groups.items()):
        thing = Thing("", "", column, set_, content_type=content_type)
        only = f" AND (m.i ->> 'content_type_id')::bigint = {_type(query, thing)}" if content_type else ""
        value = _cast(thing, f"m.i ->> '{column}'")
        name = query.put(f"places{number}", tables)
        found.append(f"(c.of_table = ANY ({name}){only} AND {value} IN ({SETS[set_]}))")
    return f"({' OR '.join(found)})" if found else "false"


def history_of(table: str) -> str:
    """The table whose rows a history table repeats; other tables as they are."""
    return HISTORIES[table].table if table in HISTORIES else table
