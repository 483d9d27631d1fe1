"""How the sealing goes, in figures: for who shows the token, and the same few statements however much waits."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from ledger.health import health
from ledger.notes import sealer_of
from ledger.sealing import seal
from submissions.models import Heartbeat
from tests.cast import World

TOKEN = "a token of some length"
GAUGES = {
    "jenjang_ledger_backlog_events", "jenjang_ledger_lag_seconds", "jenjang_ledger_size_events",
    "jenjang_ledger_checkpoint_age_seconds", "jenjang_outbox_waiting", "jenjang_outbox_age_seconds", "jenjang_outbox_failing",
    "jenjang_calendar_faults", "jenjang_webhooks_disabled", "jenjang_periods_running", "jenjang_feedback_overdue",
}  # fmt: skip


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(token: str | None = f"Bearer {TOKEN}", method: str = "get", client: Client | None = None) -> Any:
    headers = {} if token is None else {"authorization": token}
    return getattr(client or Client(), method)("/metrics", headers=headers)


def figures() -> dict[str, float]:
    text = read().content.decode()
    return {one.name: one.samples[0].value for one in text_string_to_metric_families(text) if one.samples}


def by_label(name: str) -> dict[str, float]:
    """One gauge with a label: label -> value."""
    families = text_string_to_metric_families(read().content.decode())
    return {
        next(iter(sample.labels.values())): sample.value
        for one in families
        for sample in one.samples
        if one.name == name
    }


def test_backlog_lag_and_age_follow_the_sealer(committed: dict[str, str], cast: World, tmp_path: Any) -> None:
    before = figures()
    assert set(before) == GAUGES - {"jenjang_ledger_checkpoint_age_seconds"}
    assert before["jenjang_ledger_backlog_events"] > 10 and before["jenjang_ledger_lag_seconds"] > 0
    with psycopg.connect(committed["sealer"], autocommit=True) as connection:
        count = seal(connection, sealer_of(tmp_path / "ledger"))
    after = figures()
    assert set(after) == GAUGES and count == before["jenjang_ledger_backlog_events"]
    assert after["jenjang_ledger_backlog_events"] == after["jenjang_ledger_lag_seconds"] == 0
    assert after["jenjang_ledger_size_events"] == count
    assert 0 <= after["jenjang_ledger_checkpoint_age_seconds"] < before["jenjang_ledger_lag_seconds"] + 600
    cast.item()
    assert health().backlog == figures()["jenjang_ledger_backlog_events"] > 0


def test_a_clock_that_was_moved_for_a_demonstration_changes_nothing(cast: World) -> None:
    cast.item()
    before = health().lag
    cast.at("2031-01-01 00:00")
    cast.item("1.03.10.2.01.0052")
    assert 0 <= before <= health().lag < before + 86_400


def test_four_statements_and_nobody_is_looked_up(cast: World, statements: Callable[[], Any]) -> None:
    root = Client()
    root.force_login(cast.root, backend="django.contrib.auth.backends.ModelBackend")
    for count in (1, 30):
        cast.items(count) if count > 1 else cast.item("1.03.10.2.01.0999")
        with statements() as seen:
            answer = read(client=root)
        assert len(seen) == 4
    assert answer["Cache-Control"] == "no-store" and "Vary" not in answer and not answer.cookies
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, f"Basic {TOKEN}",
              f"bearer {TOKEN}", f"Bearer  {TOKEN}", "Bearer \udcff\u0660"]
)  # fmt: skip
def test_who_has_not_the_token_reads_nothing(cast: World, shown: str | None) -> None:
    root = Client()
    root.force_login(cast.root, backend="django.contrib.auth.backends.ModelBackend")
    for client in (Client(), root):
        answer = read(shown, client=client)
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("unset", ["", None])
def test_without_a_token_there_is_no_such_address(db: None, settings: Any, unset: Any) -> None:
    settings.METRICS_TOKEN = unset
    for shown in (None, "Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert read(shown).status_code == 404


def test_it_is_read_and_nothing_else(db: None) -> None:
    for method in ("post", "put", "delete", "patch"):
        assert read(method=method).status_code == 405


def test_reports_are_counted_by_state_and_the_oldest_wait_is_told(cast: World) -> None:
    cast.items(3)
    reports = cast.open()
    cast.submitted(reports[:1])
    cast.at("2026-02-03 11:00")
    cast.submitted(reports[1:2])
    cast.at("2026-02-03 12:30")
    assert by_label("jenjang_reports") == {"draft": 1, "submitted": 2}
    assert 3.4 * 3600 < by_label("jenjang_oldest_waiting_seconds")["verification"] < 3.6 * 3600
    assert figures()["jenjang_periods_running"] == 1
    # A month that was locked long ago is told no more, but for what still waits in it.
    cast.at("2026-05-03 12:30")
    assert by_label("jenjang_reports") == {"submitted": 2}
    assert figures()["jenjang_periods_running"] == 0


def test_the_tick_tells_that_beat_and_a_worker_live(cast: World) -> None:
    assert "jenjang_tick_age_seconds" not in figures()
    Heartbeat.objects.create(minute=cast.at("2026-02-03 10:00"))
    cast.at("2026-02-03 10:07")
    assert 419 < figures()["jenjang_tick_age_seconds"] < 480
