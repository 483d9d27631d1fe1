"""What a search found: its events with people, offices, reports and words beside them, in a fixed number of statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils.translation import gettext as _

from audit import labels, search
from audit import search_words as words
from audit.search import Question, Reach
from audit.selectors import reports_within
from indicators.models import Pack
from ledger.sealing import person_of
from registry.models import Post, Unit, User
from submissions.models import Report
from wording.numbers import NOTHING

FEW = 5_000  # reports whose rows are looked up one by one; of more, the trail is read backward

# Free text is in the ledger as its digest; the words stand in rows that people may read, unless they were erased.
_HISTORY = {
    "submissions_report": ("physical_reason", "problem_text", "follow_up_text", "follow_up_pic", "public_note"),
    "submissions_reportline": ("correction_reason",),
    "submissions_evidence": ("original_name", "caption"),
    "submissions_explanation": ("text",),
    "approvals_hold": ("reason", "release_reason"),
    "registry_user": ("name", "username"),
}  # fmt: skip
_LIVE = {
    "submissions_comment": ("text",),
    "workflow_decision": ("reason", "actor_name"),
    "workflow_grant": ("reason", "revoke_reason", "granted_by_name"),
    "approvals_request": ("reason", "file_name", "asked_name"),
    "approvals_requestact": ("reason", "actor_name"),
    "approvals_signingbatch": ("signer_name",),
    "submissions_paymentimport": ("name",),
    "audit_reading": ("query",),
}
READABLE: Mapping[str, Sequence[str]] = {**_HISTORY, **_LIVE}


def _wordings() -> str:
    """One statement that finds the words of digests among the rows that said them."""
    parts = []
    for table, columns in READABLE.items():
        app, _, name = table.partition("_")
        source = f"{app}_historical{name}" if table in _HISTORY else table
        for column in columns:
            parts.append(
                f"SELECT ledger.digest(x.{column}::text), x.{column}::text FROM {source} x"  # noqa: S608 - constants
                f" WHERE x.id = ANY (%({table})s) AND ledger.digest(x.{column}::text) = ANY (%(digests)s)"
            )
    return " UNION ".join(parts)


WORDINGS = _wordings()


@dataclass(frozen=True, slots=True)
class Change:
    """One column that is not what it was: as the page says it, and as it is stored."""

    column: str
    label: str
    old: str
    new: str
    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Found:
    """One event. `offices` are those that the person held at that moment; `more`: changes that are not shown."""

    id: int
    sealed: bool
    at: datetime
    actor: int | None
    person: str
    offices: Sequence[str]
    role: str
    table: str
    row: int
    op: str
    what: str
    changes: Sequence[Change]
    report: Report | None
    address: str
    request: str

    @property
    def shown(self) -> Sequence[Change]:
        return self.changes[: words.MOST]

    @property
    def more(self) -> int:
        return max(0, len(self.changes) - words.MOST)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of events, newest first. `older`, `newer`: where the next page begins; `far`: how many were looked at without
    enough of them fitting, so that going on may find more."""

    events: Sequence[Found]
    older: int | None
    newer: int | None
    looked: int = 0

    @property
    def case(self) -> str:
        """The reports that these events belong to, as the address of a case asks for them."""
        tokens = dict.fromkeys(event.report.token for event in self.events if event.report)
        return urlencode([("report", token) for token in tokens])


def reach_of(paths: Sequence[str]) -> Reach:
    """How far somebody audits: the whole government, when his paths hold the root of every tree of units."""
    roots = list(Unit.objects.filter(parent=None).values_list("path", flat=True))
    types = ContentType.objects.get_for_models(Report, Pack)
    whole = bool(roots) and all(any(root.startswith(path) for path in paths) for root in roots)
    return Reach(paths, whole, {"report": types[Report].pk, "pack": types[Pack].pk})


def gathers(question: Question, reach: Reach) -> bool:
    """Whether the question is about so few reports that their rows lead to the events sooner than the trail."""
    if reach.whole and not question.narrow:
        return False
    statement, values = search.scope(question, reach)
    ((count,),) = _asked(statement, {**values, "most": FEW + 1})
    return bool(count <= FEW)


def find(question: Question, reach: Reach, *, rows: int, gather: bool) -> Answer:
    """At most `rows` events that answer, newest first, with everything that is said about them."""
    statement, values = search.statement(question, reach, rows=rows + 1, gather=gather)
    raw = _asked(statement, values)
    found = [(number, sealed, _read(payload)) for number, sealed, payload, _, _ in raw if number is not None]
    far, looked = raw[0][3], raw[0][4]
    going_on = len(found) > rows
    found = found[:rows]
    cut = not going_on and looked >= search.window(question)
    following = found[-1][0] if going_on else far if cut else None
    events = dressed(found, reach)
    if question.after is not None:
        events.reverse()
        first = question.after + 1 if not events else events[-1].id
        return Answer(events, first, following, looked if cut else 0)
    start = question.before and (events[0].id if events else question.before - 1)
    return Answer(events, following, start, looked if cut else 0)


def dressed(found: Sequence[tuple[int, bool, Mapping[str, Any]]], reach: Reach) -> list[Found]:
    """Events with people, offices, reports and words: six statements for any number of them."""
    told = [payload for _, _, payload in found]
    people = dict(User.objects.filter(pk__in=_people(told)).values_list("pk", "name"))
    titles = Post.objects.filter(pk__in=_posts(told)).values_list("pk", "title", "unit__name")
    posts = {pk: f"{title}, {unit}" for pk, title, unit in titles}
    units = dict(Unit.objects.filter(pk__in=_members(told, _UNIT)).values_list("pk", "name"))
    rights = dict(Permission.objects.filter(pk__in=_members(told, _RIGHT)).values_list("pk", "name"))
    about = [report_of(payload, reach) for payload in told]
    reports = reports_within(reach.paths).in_bulk({pk for pk in about if pk})
    said = _Said(people, posts, units, rights, _wordings_of(told))
    return [
        said.event(number, sealed, payload, reports.get(pk or 0))
        for (number, sealed, payload), pk in zip(found, about, strict=True)
    ]


def report_of(payload: Mapping[str, Any], reach: Reach) -> int | None:
    """The report that an event belongs to, as its image says; None for what belongs to none."""
    image = _image(payload)
    table = search.history_of(payload["table"])
    if table == "submissions_report":
        return int(image["id"]) if "id" in image else None
    if image.get("content_type_id") == reach.types.get("report") and "object_id" in image:
        return int(image["object_id"])
    return image.get("report_id")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the numbers in payloads stand for."""

    people: Mapping[int, str]
    posts: Mapping[int, str]
    units: Mapping[int, str]
    rights: Mapping[int, str]
    wordings: Mapping[str, str]

    @property
    def _named(self) -> Iterable[tuple[frozenset[str], Mapping[int, str]]]:
        return (_PERSON, self.people), (_POST, self.posts), (_UNIT, self.units), (_RIGHT, self.rights)

    def event(self, number: int, sealed: bool, payload: Mapping[str, Any], report: Report | None) -> Found:
        """One event in words."""
        actor = person_of(payload)
        return Found(
            id=number,
            sealed=sealed,
            at=datetime.fromisoformat(payload["at"]),
            actor=actor,
            person=self._actor(actor, payload),
            offices=[self._office(one) for one in payload.get("offices") or ()],
            role=payload["role"],
            table=payload["table"],
            row=payload["id"],
            op=payload["op"],
            what=_what(payload),
            changes=self._changes(payload),
            report=report,
            address=payload["address"] or payload["from"],
            request=payload["request"] or "",
        )

    def _actor(self, actor: int | None, payload: Mapping[str, Any]) -> str:
        if actor:
            return self.people.get(actor, _("Person %(number)s") % {"number": actor})
        return (
            _("The system") if payload["request"] and payload["role"] == search.APP else _("Nobody is named")
        )

    def _office(self, held: Mapping[str, Any]) -> str:
        acting = labels.CAPACITIES.get(held.get("capacity") or "", "")
        office = f"{acting} {self.posts.get(held['post'], held['post'])}".strip()
        if not held.get("for"):
            return office
        person = self.people.get(held["for"], held["for"])
        return _("%(office)s (for %(person)s)") % {"office": office, "person": person}

    def _changes(self, payload: Mapping[str, Any]) -> list[Change]:
        if what := payload.get("what"):
            return [Change(name, name, NOTHING, str(value), None, value) for name, value in what.items()]
        old, new = payload["old"] or {}, payload["new"] or {}
        columns = [
            name for name in {**old, **new} if old.get(name) != new.get(name) and name not in words.UNSAID
        ]
        return [
            self._change(payload["table"], name, old.get(name), new.get(name))
            for name in columns
            if old.get(name) not in (None, "", []) or new.get(name) not in (None, "", [])
        ]

    def _change(self, table: str, column: str, old: Any, new: Any) -> Change:
        label = words.name_of(column, table)
        was, now = (self._stored(table, column, value) for value in (old, new))
        before, after = self._words(table, column, was), self._words(table, column, now)
        return Change(words.bare(column, table), label, before, after, was, now)

    def _stored(self, table: str, column: str, value: Any) -> Any:
        """The value itself; of a digest the words, when somebody may read them and they still stand."""
        said = words.bare(column, table)
        if said == column or not value:
            return value
        if said not in READABLE.get(search.history_of(table), ()):
            return _("(not told; only its digest is kept)")
        return self.wordings.get(value, _("(words erased)"))

    def _words(self, table: str, column: str, value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            for columns, names in self._named:
                if column in columns:
                    return names.get(value, str(value))
        return words.shortened(words.value_of(words.bare(column, table), value, table))


_PERSON = frozenset({
    "person_id", "actor_id", "user_id", "uploaded_by_id", "asked_by_id", "granted_by_id", "revoked_by_id", "signer_id",
    "placed_by_id", "released_by_id", "listed_by_id", "approved_by_id", "owner_id", "made_by_id",
})  # fmt: skip
_POST = frozenset(
    {"post_id", "officer_post_id", "verifier_post_id", "superior_id", "asked_post_id", "stands_in_for"}
)
_UNIT = frozenset({"unit_id", "agency_id", "parent_id", "content_object_id", "scope_id"})
_RIGHT = frozenset({"permission_id"})


def _what(payload: Mapping[str, Any]) -> str:
    return words.done(payload["table"], payload["op"], _image(payload))


def _image(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return payload["new"] or payload["old"] or {}


def _people(told: Iterable[Mapping[str, Any]]) -> set[int]:
    found = _members(told, _PERSON)
    for payload in told:
        found |= {person} if (person := person_of(payload)) else set()
        found |= {one["for"] for one in payload.get("offices") or () if one.get("for")}
    return found


def _posts(told: Iterable[Mapping[str, Any]]) -> set[int]:
    offices = {one["post"] for payload in told for one in payload.get("offices") or ()}
    return offices | _members(told, _POST)


def _members(told: Iterable[Mapping[str, Any]], columns: frozenset[str]) -> set[int]:
    images = [payload[name] for payload in told for name in ("old", "new") if payload[name]]
    return {
        image[name] for image in images for name in columns & image.keys() if isinstance(image[name], int)
    }


def _wordings_of(told: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    rows: dict[str, list[int]] = {table: [] for table in READABLE}
    digests = set()
    for payload in told:
        table = search.history_of(payload["table"])
        if table in rows:
            image = _image(payload)
            rows[table].append(image.get("id", payload["id"]))
            digests |= {
                value for one in (payload["old"] or {}, payload["new"] or {})
                for name, value in one.items() if name.endswith(words.DIGEST) and value
            }  # fmt: skip
    return dict(_asked(WORDINGS, {**rows, "digests": list(digests)}))


def recent(paths: Sequence[str], since: datetime) -> dict[str, int]:
    """How often somebody was refused to decide on his own, and how many acts were late, since a moment."""
    values = {
        "paths": [f"{path}%" for path in paths],
        "since": since,
        "type": ContentType.objects.get_for_model(Report).pk,
    }
    ((attempts, late),) = _asked(search.RECENT, values)
    return {search.SELF: attempts, search.LATE: late}


def _asked(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
