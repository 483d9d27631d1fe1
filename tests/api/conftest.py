"""Programs with keys: each person of the cast has one that may act."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from portal.api import limits, tokens
from registry.models import User
from tests.cast import World, factor

BASE = "/api/v1"


class Program:
    """What speaks with the API in somebody's name, or in nobody's."""

    def __init__(self, secret: str = "", language: str = "en") -> None:
        self.client, self.secret = Client(), secret
        self.headers = {"Accept-Language": language} | (
            {"Authorization": f"Bearer {secret}"} if secret else {}
        )

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The response; `body` goes as JSON, `headers` by their names with underscores."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {} if body is None else {"data": body, "content_type": "application/json"}
        address = path if path.startswith("/api") else f"{BASE}{path}"
        return self.client.generic(method, address, headers=self.headers | more, **_body(sent))

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, body, **headers)


def _body(sent: dict[str, Any]) -> dict[str, Any]:
    return {**sent, "data": json.dumps(sent["data"])} if sent else {}


def program(person: User, scope: str = "act", **more: Any) -> Program:
    """A program with a new key of a person."""
    if scope == "act":
        factor(person)  # whose office decides needs one, however he acts
    _token, secret = tokens.issue(person=person, name="program", scope=scope, days=30, by=person)
    return Program(secret, **more)


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was asked yet, and the minute in which it is counted does not end while a test asks."""
    limits.COUNTERS.counts.clear()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_770_000_000.0))


@pytest.fixture
def of(cast: World) -> Callable[..., Program]:
    """`of("ani")`: a program of hers."""
    return lambda name, scope="act", **more: program(cast.people[name], scope, **more)
