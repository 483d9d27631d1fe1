"""A rotation: people who are known move between posts that are known, and whoever they follow ends on the day before.

What an import by command may add, people and posts, a rotation may not: a mistyped title would be a second post, and an
address of one's own an account of somebody else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.assignments import DAY, DEFINITIVE, clashes, last_day
from registry.imports.problems import Problem, Problems
from registry.models import Assignment, User

Key = Any


@dataclass(slots=True)
class Moves:
    """The assignments of a government by their keys, which of them the file names (with their rows), and who is relieved."""

    assignments: Mapping[Key, Assignment]
    rows: Mapping[Key, int]
    relieved: dict[Key, int] = field(default_factory=dict)

    def of_post(self) -> dict[int, list[tuple[Key, Assignment]]]:
        """All assignments by their posts, stored and new ones."""
        found: dict[int, list[tuple[Key, Assignment]]] = {}
        for key, one in self.assignments.items():
            found.setdefault(id(one.post) if one.post._state.adding else one.post.pk, []).append((key, one))
        return found


def relieve(moves: Moves) -> None:
    """Whoever holds or acts in a post ends on the day before its new definitive holder begins, unless the file says how
    long he stays."""
    for held in moves.of_post().values():
        for key, coming in held:
            if key not in moves.rows or coming.kind != DEFINITIVE:
                continue
            for other, one in held:
                if other in moves.rows or not one.valid_from < coming.valid_from <= last_day(one):
                    continue
                one.valid_to = coming.valid_from - DAY
                moves.relieved[other] = moves.rows[key]


def check_moves(moves: Moves, problems: Problems) -> None:
    """Plt. and Plh. stand where they belong, among the assignments as they would be."""
    for held in moves.of_post().values():
        for key, mine in held:
            if key not in moves.rows:
                continue
            for code, params in clashes(mine, [one for other, one in held if other != key]):
                # Two holders at once are told by the import itself, in the words of the file.
                if not code.startswith("office.overlap"):
                    problems.add(code, moves.rows[key], "kind", mine.kind, **params)


def check_known(people: Iterable[tuple[User, int, Sequence[str]]], moves: Moves, problems: Problems) -> None:
    """`people`: each person of the file with his row and the columns in which the file differs from what is stored."""
    listed = list(people)
    elsewhere = _elsewhere([person for person, _row, _differs in listed], moves)
    for person, row, differs in listed:
        if person._state.adding:
            problems.add("office.unknown_person", row, "username", person.username, value=person.username)
        elif differs:
            problems.add(
                "office.other_person", row, differs[0], getattr(person, differs[0]), name=person.name,
                columns=", ".join(differs),
            )  # fmt: skip
        elif not person.is_active:
            problems.add("office.inactive", row, "username", person.username, name=person.name)
        elif person.pk in elsewhere:
            problems.add("office.outside", row, "username", person.username, name=person.name)
    for key, row in moves.rows.items():
        post = moves.assignments[key].post
        if post._state.adding:
            problems.add("office.unknown_post", row, "title", post.title, post=str(post))


def _elsewhere(people: Sequence[User], moves: Moves) -> set[int]:
    """Who of these works for another government alone: its bureau has the say about him."""
    here = {one.person_id for one in moves.assignments.values() if one.pk}
    away = [person.pk for person in people if person.pk and person.pk not in here]
    return set(Assignment.objects.filter(person__in=away).values_list("person", flat=True))


def past(moves: Moves, changed: Iterable[Key], today: date) -> list[Problem]:
    """A warning for each assignment that begins before today."""
    return [
        Problem(
            "office.past_row",
            {"name": one.person.name, "from_on": one.valid_from.isoformat()},
            moves.rows[key],
            "valid_from",
        )
        for key in changed
        if key in moves.rows and (one := moves.assignments[key]).valid_from < today
    ]
