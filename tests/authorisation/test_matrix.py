"""Who gets in where: every address, for eight people, in six relations, from one readable table.

The table (doors.txt) has one line for each address and method; name(argument) where the address asks for a word, name#act
where one form does several things. A cell is one letter for each relation:
  y  answers              d  answers, and something was written on the record
  l  asks to sign in      n  is not there for this person
  f  forbidden            r  answers that the form cannot be taken as it is
  m  no such method here
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse

from registry.models import User
from tests.authorisation import forms
from tests.authorisation.house import ACTORS, RELATIONS, House, built
from tests.cast import World
from tests.files import kept_in

TABLE = Path(__file__).with_name("doors.txt")
LETTERS = {
    400: "r",
    401: "l",
    403: "f",
    404: "n",
    405: "m",
    409: "r",
    412: "r",
    413: "r",
    415: "r",
    422: "r",
    428: "r",
    429: "r",
}


@dataclass(frozen=True)
class Door:
    """One line of the table: an address (with what is done there, when a form can do several things), and its cells."""

    name: str
    argument: str
    act: str
    method: str
    kind: str
    cells: tuple[str, ...]

    @property
    def relations(self) -> tuple[str, ...]:
        """Before what is asked for anything: a method that an address does not know is refused before it is looked for."""
        if set("".join(self.cells)) <= {"l", "m"} and self.method != "GET":
            return RELATIONS[:1] if self.kind else ("",)
        return RELATIONS if self.kind else ("",)


def doors() -> list[Door]:
    """The table."""
    return list(_doors(TABLE.read_text().splitlines()))


def _doors(lines: list[str]) -> Iterator[Door]:
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        address, method, kind, *cells = line.split()
        named, _, act = address.partition("#")
        name, _, argument = named.removesuffix(")").partition("(")
        yield Door(name, argument, act, method, "" if kind == "-" else kind, tuple(cells))


def addresses(resolver: Any = None, space: str = "", before: str = "/") -> Iterator[str]:
    """All addresses of the site by name, or by path where a library gave no name; the stock administration apart."""
    for one in (resolver or get_resolver()).url_patterns:
        path = f"{before}{one.pattern}"
        if not hasattr(one, "url_patterns"):
            yield f"{space}{one.name}" if one.name else path
        elif one.namespace != "admin":
            yield from addresses(one, f"{space}{one.namespace}:" if one.namespace else space, path)


def test_every_address_stands_in_the_table(db: None) -> None:
    assert sorted(set(addresses()) - {door.name for door in doors()}) == []


def test_the_table_speaks_of_nothing_that_is_gone(db: None) -> None:
    assert sorted({door.name for door in doors()} - set(addresses())) == []


def test_each_line_has_a_cell_for_each_person_and_relation() -> None:
    wrong = [
        f"{door.name} {door.method}"
        for door in doors()
        if len(door.cells) != len(ACTORS) or {len(cell) for cell in door.cells} != {len(door.relations)}
    ]
    assert wrong == []


@pytest.fixture
def house(cast: World, settings: Any, tmp_path: Path) -> House:
    settings.STORAGES = kept_in(tmp_path / "files")
    settings.LEDGER_KEYS = tmp_path / "ledger"
    return built(cast)


@pytest.mark.parametrize("actor", ACTORS)
def test_each_person_gets_in_where_the_table_says_and_nowhere_else(house: House, actor: str) -> None:
    place = ACTORS.index(actor)
    wrong = []
    for door in doors():
        found = "".join(letter(house, door, actor, relation) for relation in door.relations)
        if found != door.cells[place]:
            wrong.append(
                f"{door.name}{'#' * bool(door.act)}{door.act} {door.method}: {found}, not {door.cells[place]}"
            )
    assert not wrong, "\n".join(wrong)


def administration() -> list[str]:
    """The addresses of the stock administration, with the first row of everything."""
    paths = []
    for one in get_resolver().url_patterns:
        if getattr(one, "namespace", "") == "admin":
            paths += [f"/{one.pattern}{path}" for path in _below(one)]
    return paths


def _below(resolver: Any, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        path = f"{before}{one.pattern}"
        if hasattr(one, "url_patterns"):
            yield from _below(one, path)
        else:
            plain = re.sub(r"<[^>]+>", "1", re.sub(r"\(\?P<app_label>[^)]+\)", "registry", path))
            yield re.sub(r"[\^$]|\(\?P.*", "", plain)


def test_the_administration_is_there_for_who_runs_the_system_alone(house: House) -> None:
    paths = administration()
    assert len(paths) > 50
    wrong = []
    for actor in ACTORS[:-1]:
        client = Client()
        if actor != "visitor":
            client.force_login(house.people[actor], backend="django.contrib.auth.backends.ModelBackend")
        # 302: to the sign-in page of the site; for who is signed in, away from the stock one.
        codes = {path: client.get(path).status_code for path in paths}
        wrong += [f"{actor} {path}: {code}" for path, code in codes.items() if code not in (302, 404)]
    assert wrong == []
    assert sum(client.get(path).status_code == 404 for path in paths) > 50  # the last of them is signed in


def letter(house: House, door: Door, actor: str, relation: str) -> str:
    """What happens when `actor` knocks; whatever he does there is undone."""
    client = browser(house, None if actor == "visitor" else house.person(door.kind, actor))
    path = _path(house, door, relation)
    said = forms.said(house, door.name, door.act, relation) if door.method != "GET" else {}
    with transaction.atomic():
        before = _written()
        answer = _knock(client, door.method, path, said)
        code = answer.status_code
        wrote = _written() > before
        transaction.set_rollback(True)
    if code in (301, 302, 303) and answer["Location"].startswith("/accounts/login/"):
        return "l"
    if code >= 500:
        return "!"
    return LETTERS.get(code) or ("d" if wrote else "y")


def _knock(client: Client, method: str, path: str, said: dict[str, Any]) -> Any:
    """A form is posted; what changes a part of a thing is a program's, and speaks JSON."""
    if method == "POST":
        return client.post(path, **said)
    return client.generic(method, path, "{}" if method in ("PATCH", "PUT") else "", "application/json")


def browser(house: House, person: User | None) -> Client:
    """A new browser; of somebody who has signed in within the last minute, where it is not a visitor's.

    What is done at a door is undone, with the session too, so that each door meets it as it was made.
    """
    client, name = Client(raise_request_exception=True), site.SESSION_COOKIE_NAME
    if person is None:
        return client
    since, cookie = house.sessions.get(person.pk, (0.0, ""))
    if not cookie or time.monotonic() - since > 60:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[name].value
        house.sessions[person.pk] = (time.monotonic(), cookie)
    client.cookies[name] = cookie
    return client


def _path(house: House, door: Door, relation: str) -> str:
    if door.name.startswith("/"):
        return door.name
    args = door.argument.split(",") if door.argument else house.address(door.kind, relation)
    return reverse(door.name, args=args)


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger.event")
        return int(cursor.fetchone()[0])
