"""Whatever is sent, the API answers as its description says (`make api-fuzz` sends ten thousand to a running site)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from config import api
from tests.api.fuzzing import busy_world, fuzz, keys_of, load, names_of
from tests.cast import World
from tests.files import kept_in


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STORAGES = kept_in(tmp_path / "files")
    settings.UPLOADS, settings.API_REQUESTS_A_MINUTE = tmp_path / "uploads", 100_000
    # As the test client has it: the connection whose work is rolled back stays open from request to request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_few_hundred_requests_that_nobody_would_write(cast: World) -> None:
    """Every operation is asked, as it wants to be and otherwise."""
    busy_world(cast)
    app = get_wsgi_application()
    description = json.loads(json.dumps(api.described()))
    told = fuzz(
        load(description), lambda case, headers: case.call(headers=headers, app=app), keys=keys_of(cast),
        names=names_of(cast), each=2,
    )  # fmt: skip
    assert told.faults == [], "\n".join(told.faults[:20])
    assert not [status for status in told.statuses if status >= 500 and status != 503], told.statuses
    assert told.sent >= 200 and set(told.operations) == set(operations(description)), told.operations


def operations(description: dict[str, Any]) -> list[str]:
    return [f"{method.upper()} {path}" for path, found in description["paths"].items() for method in found]
