"""`make api-fuzz`: ten thousand requests that nobody would write, to a running site; API_FUZZ says how many."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from tests.api.fuzzing import busy_world, fuzz, keys_of, load, names_of
from tests.browser import running as browser
from tests.cast import World

WANTED = int(os.environ.get("API_FUZZ", "10000"))


@pytest.fixture
def site(
    committed: dict[str, str], cast: World, worker_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    # The limit is tested elsewhere; here it would answer for everybody.
    told = browser.environment
    monkeypatch.setattr(
        browser, "environment", lambda *args: told(*args) | {"JENJANG_API_REQUESTS": "1000000"}
    )
    busy_world(cast)
    data = settings.DATA_DIR / f"site-{worker_id}"
    data.mkdir(mode=0o700, exist_ok=True)
    browser.collect_static(data, data / "keys", committed)
    with browser.running(data, tmp_path / "keys", committed) as base:
        yield base


def test_ten_thousand_to_a_running_site(site: str, cast: World) -> None:
    session = requests.Session()
    description = session.get(f"{site}/api/v1/openapi.json", timeout=30).json()
    operations = sum(len(found) for found in description["paths"].values())
    told = fuzz(
        load(description), lambda case, headers: case.call(base_url=f"{site}", headers=headers, session=session),
        keys=keys_of(cast), names=names_of(cast), each=-(-WANTED // (2 * operations)),
    )  # fmt: skip
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(told.statuses.items()))
    sys.stderr.write(f"{told.sent} requests to {len(told.operations)} operations\n{counts}\n")
    Path(os.environ.get("API_FUZZ_LOG", os.devnull)).write_text("\n".join(told.faults))
    assert not [status for status in told.statuses if status >= 500 and status != 503], told.statuses
    assert told.faults == [], "\n".join(told.faults[:20])
