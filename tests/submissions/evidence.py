"""What the stories about evidence share: a folder of their own, and a file sent as the page's script sends it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from registry.models import User
from submissions.models import Report
from tests.files import kept_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where files lie during a test."""
    stored = tmp_path / "files"
    settings.STORAGES = kept_in(stored)
    settings.UPLOADS = tmp_path / "uploads"
    return stored


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def begun(client: Client, report: Report, name: str, size: int, **said: Any) -> Any:
    """The answer to the announcement of a file."""
    asked = {
        "report": report.pk,
        "name": name,
        "size": size,
        "kind": "OTHER",
        "key": f"key-{hash(name) % 10**9:09}",
        **said,
    }
    return client.post("/evidence/uploads/", json.dumps(asked), content_type="application/json")


def part(client: Client, url: str, offset: int, content: bytes) -> Any:
    """The answer to one part."""
    return client.patch(
        url, content, content_type="application/offset+octet-stream", headers={"Upload-Offset": str(offset)}
    )


def sent(
    client: Client, report: Report, name: str, content: bytes, *, step: int = 1024 * 1024, **said: Any
) -> Any:
    """A file sent whole, in parts; the last answer."""
    answer = begun(client, report, name, len(content), **said)
    if answer.status_code != 201:
        return answer
    url, at = answer.json()["url"], 0
    while True:
        answer = part(client, url, at, content[at : at + step])
        at += step
        if at >= len(content) or answer.status_code != 200:
            return answer
