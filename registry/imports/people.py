"""Importing people, the posts they hold and since when: all or nothing. Passwords are never imported.

A person is known by NIP, else by user name. A row without unit is a person without a post. What an empty cell says of
a person stays as it was; an empty valid_to means "until further notice". A rotation moves people between posts and adds
neither; whom somebody follows ends on the day before (registry.imports.rotation).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from ledger.clock import now
from registry.imports.columns import Column, Record, check_columns, choice, day, email, nip, take, text
from registry.imports.holders import check_holders
from registry.imports.problems import Problem, Problems, Result, Written, refused
from registry.imports.rotation import Moves, check_known, check_moves, past, relieve
from registry.imports.writing import Writer
from registry.models import Assignment, Government, Post, Unit, User
from registry.reading import FileRefused, read_table

LANGUAGES = ("id", "en", "ur")
PERSON = ("username", "name", "nip", "rank", "email", "language")
ASSIGNMENT = ("unit_code", "role", "title", "kind", "decree_no", "decree_date", "valid_from", "valid_to")
REQUIRED = ("unit_code", "role", "title", "decree_no", "valid_from")
DATES = ("decree_no", "decree_date", "valid_to")
COLUMNS = (
    Column("username", text(60), needed=True, filled=True),
    Column("name", text(200), needed=True, filled=True),
    Column("nip", nip),
    Column("rank", text(80)),
    Column("email", email),
    Column("language", choice(LANGUAGES, fold=str.lower)),
    Column("unit_code", text(40)),
    Column("role", choice(Post.Role.values, fold=str.lower)),
    Column("title", text(200)),
    Column("kind", choice(Assignment.Kind.values, fold=lambda word: word.lower().rstrip("."))),
    Column("decree_no", text(80)),
    Column("decree_date", day),
    Column("valid_from", day),
    Column("valid_to", day),
)
AssignmentKey = tuple[int, tuple[int, str, str], str, Any]  # id() of the person: his user name may change


@dataclass(slots=True)
class Register:
    """People, posts and assignments by what identifies them, stored ones and those that the file adds."""

    problems: Problems
    units: dict[str, Unit]
    by_nip: dict[str, User] = field(default_factory=dict)
    by_name: dict[str, User] = field(default_factory=dict)
    posts: dict[tuple[int, str, str], Post] = field(default_factory=dict)
    assignments: dict[AssignmentKey, Assignment] = field(default_factory=dict)
    said: dict[int, dict[str, tuple[Any, int]]] = field(
        default_factory=dict
    )  # id(person) -> column -> value, row
    before: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)  # of the file, by id()
    rows: dict[AssignmentKey, int] = field(default_factory=dict)
    held_before: dict[AssignmentKey, tuple[Any, ...]] = field(default_factory=dict)
    relieved: dict[AssignmentKey, int] = field(default_factory=dict)  # by which row, in a rotation
    people_rows: dict[int, int] = field(default_factory=dict)  # id(person) -> his first row


def import_people(
    *,
    source: str | Path | BinaryIO,
    name: str,
    government: Government,
    locale: str,
    actor: User | None = None,
    rotation: bool = False,
) -> Result:
    """Import people inside the caller's `recorded()` transaction; writes nothing when there is an error.

    Nobody appoints himself: `actor` is refused a post of his own, unless he is the system (None).
    """
    problems = Problems()
    try:
        table = read_table(source, name)
    except FileRefused as error:
        return refused(error)
    notes = check_columns(table, COLUMNS, problems)
    notes += [Problem(note.code, note.params) for note in table.notes]
    if problems:
        return Result(problems.listed(), notes=notes)
    # One import at a time: two could give one post to two holders.
    Government.objects.select_for_update().get(pk=government.pk)
    register = _load(government, problems)
    _enter(register, take(table, COLUMNS, locale, problems))
    moves = Moves(register.assignments, register.rows, register.relieved)
    if rotation:
        relieve(moves)
        check_known(_people(register), moves, problems)
        check_moves(moves, problems)
    check_holders(register.assignments.values(), register.rows, problems)
    _check_actor(register, actor, problems)
    if problems:
        return Result(problems.listed(), notes=notes)
    today = now().astimezone(ZoneInfo(government.time_zone)).date()
    warnings = past(moves, _changed(register), today) if rotation else []
    writer = Writer(actor_id=actor.pk if actor else None, reason=f"import_people {Path(name).name}")
    written = _written(register)
    summary = _write(register, writer) | {"changed": bool(writer.touched)}
    return Result(warnings=warnings, notes=notes, summary=summary, written=written)


def _people(register: Register) -> Iterator[tuple[User, int, list[str]]]:
    """Each person of the file, his row, and in which columns the file says something else than is stored."""
    for key, person in register.people.items():
        stored = zip(PERSON, register.before[key], strict=True)
        yield (
            person,
            register.people_rows[key],
            [name for name, was in stored if getattr(person, name) != was],
        )


def _changed(register: Register) -> list[AssignmentKey]:
    """The assignments that the file adds, changes or ends."""
    concerned = {**register.rows, **register.relieved}
    return [
        key for key in concerned if _figures_of(register.assignments[key]) != register.held_before.get(key)
    ]


def _figures_of(held: Assignment) -> tuple[Any, ...]:
    return tuple(getattr(held, name) for name in DATES)


def _written(register: Register) -> list[Written]:
    concerned = {**register.relieved, **register.rows}
    return [
        Written(register.assignments[key], register.held_before.get(key), concerned[key])
        for key in _changed(register)
    ]


def _check_actor(register: Register, actor: User | None, problems: Problems) -> None:
    for key in _changed(register):
        if actor and key in register.rows and register.assignments[key].person == actor:
            problems.add("office.self", register.rows[key], "username", actor.username)


def _load(government: Government, problems: Problems) -> Register:
    register = Register(problems, {unit.code: unit for unit in Unit.objects.filter(government=government)})
    for person in User.objects.all():
        register.by_name[person.username] = person
        if person.nip:
            register.by_nip[person.nip] = person
    for post in Post.objects.filter(unit__government=government).select_related("unit"):
        register.posts[_post_key(post)] = post
    held = Assignment.objects.filter(post__unit__government=government).select_related("person", "post__unit")
    for each in held:
        each.person = register.by_name[each.person.username]
        register.assignments[_key(each)] = each
        register.held_before[_key(each)] = _figures_of(each)
    return register


def _post_key(post: Post) -> tuple[int, str, str]:
    return post.unit.pk, post.role, post.title


def _key(held: Assignment) -> AssignmentKey:
    return id(held.person), _post_key(held.post), held.kind, held.valid_from


# --- What the rows say -----------------------------------------------------------------------------------


def _enter(register: Register, records: list[Record]) -> None:
    for record in records:
        if record["username"] is None:
            continue
        person = _person(register, record)
        if person is None:
            continue
        register.people_rows.setdefault(id(person), record.row)
        for column in PERSON:
            _say(register, person, column, record)
        if any(record[column] is not None for column in ASSIGNMENT):
            _assign(register, person, record)


def _person(register: Register, record: Record) -> User | None:
    """The person of a row: known by NIP, else by user name, else new. None when NIP and user name are two people's."""
    number, username = record["nip"], record["username"]
    by_nip, by_name = register.by_nip.get(number or ""), register.by_name.get(username)
    person = by_nip or by_name
    others = by_nip is not by_name if by_nip else bool(number and by_name and by_name.nip)
    if by_name and others:
        register.problems.add(
            "import.username_taken", record.row, "username", username, value=username, name=by_name.name
        )
        return None
    if person is None:
        person = User(username=username, nip=number, password=make_password(None))
    if id(person) not in register.people:
        register.people[id(person)] = person
        register.before[id(person)] = _figures(person)
    register.by_name[username] = person
    if number:
        register.by_nip[number] = person
    return person


def _figures(person: User) -> tuple[Any, ...]:
    return tuple(getattr(person, column) for column in PERSON)


def _say(register: Register, person: User, column: str, record: Record) -> None:
    value = record[column]
    if value is None:
        return
    said = register.said.setdefault(id(person), {})
    if column in said and said[column][0] != value:
        register.problems.add(
            "import.differs", record.row, column, value, other_row=said[column][1], other_value=str(said[column][0]),
            subject=record["username"],
        )  # fmt: skip
        return
    said.setdefault(column, (value, record.row))
    setattr(person, column, value)


def _assign(register: Register, person: User, record: Record) -> None:
    problems, row = register.problems, record.row
    missing = [column for column in REQUIRED if record[column] is None]
    for column in missing:
        problems.add("import.post_half", row, column, column=column)
    if person.is_superuser or person.is_staff:
        problems.add("import.staff_post", row, "username", person.username, value=person.username)
        return
    unit = register.units.get(record["unit_code"] or "")
    if unit is None and "unit_code" not in missing:
        problems.add("import.unit_unknown", row, "unit_code", record["unit_code"], value=record["unit_code"])
    begins, ends = record["valid_from"], record["valid_to"]
    if begins and ends and ends < begins:
        problems.add(
            "import.ends_before", row, "valid_to", ends, to_on=ends.isoformat(), from_on=begins.isoformat()
        )
        return
    if missing or unit is None:
        return
    post = register.posts.setdefault(
        (unit.pk, record["role"], record["title"]),
        Post(unit=unit, role=record["role"], title=record["title"]),
    )
    kind = record["kind"] or Assignment.Kind.DEFINITIVE.value
    _hold(register, Assignment(person=person, post=post, kind=kind, valid_from=begins), record)


def _hold(register: Register, held: Assignment, record: Record) -> None:
    key = _key(held)
    if key in register.rows:
        register.problems.add(
            "import.assignment_twice", record.row, "valid_from", held.valid_from, other_row=register.rows[key],
            from_on=held.valid_from.isoformat(),
        )  # fmt: skip
        return
    register.rows[key] = record.row
    held = register.assignments.setdefault(key, held)
    for column in DATES:
        setattr(held, column, record[column])


# --- Writing ---------------------------------------------------------------------------------------------


def _write(register: Register, writer: Writer) -> dict[str, Any]:
    people = list(register.people.values())
    new_people = [person for person in people if person.pk is None]
    changed_people = [
        person for person in people if person.pk and _figures(person) != register.before[id(person)]
    ]
    writer.insert(new_people)
    writer.update(changed_people, PERSON)
    new_posts = [post for post in register.posts.values() if post.pk is None]
    writer.insert(new_posts)
    held = {key: register.assignments[key] for key in (*register.rows, *register.relieved)}
    new: list[Assignment] = []
    changed: list[Assignment] = []
    for key in _changed(register):
        each = held[key]
        each.person, each.post = each.person, each.post  # take the keys that people and posts have got
        (changed if key in register.held_before else new).append(each)
    # What ends earlier than before makes room for what ends later or begins: in that order the database agrees.
    shorter = [each for each in changed if each.valid_to]
    writer.update(shorter, DATES)
    writer.update([each for each in changed if not each.valid_to], DATES)
    writer.insert(new)
    posts = {_post_key(each.post) for each in held.values()}
    return {
        "people": _counts(len(people), len(new_people), len(changed_people)),
        "posts": _counts(len(posts), len(new_posts), 0),
        "assignments": _counts(len(held), len(new), len(changed)),
    }


def _counts(everything: int, new: int, changed: int) -> dict[str, int]:
    return {"new": new, "changed": changed, "unchanged": everything - new - changed}
