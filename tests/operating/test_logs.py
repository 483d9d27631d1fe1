"""What the processes write can be gathered by a machine, found by the ledger's request id, and tells nobody's words."""

import json
import logging
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from config.logs import TOLD, Lines
from registry.models import User
from tests.cast import PASSWORD, World

WORK = reverse("submissions:work")


class Kept(logging.Handler):
    """Lines as they would go to the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Lines())
        self.lines: list[dict[str, Any]] = []
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        assert "\n" not in text
        self.text += text
        self.lines.append(json.loads(text))


@pytest.fixture
def written() -> Any:
    handler, log = Kept(), logging.getLogger("jenjang")
    requests = logging.getLogger("jenjang.request")
    levels = log.level, requests.level
    log.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    requests.setLevel(levels[1])


def test_each_answer_leaves_a_line_with_the_id_that_the_ledger_has(cast: World, written: Kept) -> None:
    client = Client()
    cast.item()
    cast.open()
    client.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"{WORK}?month=2026-01", headers={"X-Request-ID": "proxy-17"})
    (line,) = written.lines
    assert line["request"] == answer["X-Request-ID"] and line["upstream"] == "proxy-17"
    assert (line["method"], line["path"], line["status"], line["person"]) == (
        "GET",
        WORK,
        200,
        cast.ani.pk,
    )
    assert line["page"] == "submissions:work" and line["ms"] > 0 and line["time"].endswith("+00:00")


def test_what_was_typed_is_not_written(cast: World, written: Kept) -> None:
    client = Client()
    client.get("/?q=rahasia-besar")
    client.post("/accounts/login/", {"login": "ani", "password": PASSWORD})
    assert len(written.lines) == 2
    assert "rahasia-besar" not in written.text and PASSWORD not in written.text


def test_an_address_that_opens_without_an_account_is_not_written(cast: World, written: Kept) -> None:
    keys = {
        "voices:ticket": ["tiket-rahasia"],
        "account_reset_password_from_key": ["1", "kunci-rahasia"],
        "approvals:stop_letters": ["surat-rahasia"],
    }
    logging.getLogger("django.request").addHandler(written)
    try:
        for name, args in keys.items():
            Client().get(reverse(name, args=args))
    finally:
        logging.getLogger("django.request").removeHandler(written)
    assert {line["page"] for line in written.lines if "page" in line} == keys.keys()
    assert "rahasia" not in written.text


def test_machines_that_ask_every_few_seconds_fill_no_log(cast: World, written: Kept) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        Client().get(address)
    assert written.lines == []


def test_an_error_is_one_line_with_its_trace(written: Kept) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("jenjang.outbox").exception(
            "it failed", extra={TOLD: {"topic": "report.published"}}
        )
    (line,) = written.lines
    assert (
        line["level"] == "ERROR"
        and line["topic"] == "report.published"
        and "ValueError: two\nlines" in line["error"]
    )


def test_what_the_database_says_of_a_row_that_it_refused_is_not_written(cast: World, written: Kept) -> None:
    try:
        with transaction.atomic():
            User.objects.create_user(cast.ani.username, name="Ani Kedua")
    except IntegrityError:
        logging.getLogger("jenjang.api").exception("it failed")
    (line,) = written.lines
    assert "duplicate key" in line["error"] and f"({cast.ani.username})" not in line["error"]


def test_an_address_that_no_proxy_could_have_written_is_answered_and_logged(
    written: Kept, settings: Any
) -> None:
    settings.PROXIES = 1
    answer = Client().get("/", headers={"X-Forwarded-For": "not-an-address"})
    assert answer.status_code == 400
    assert [line["status"] for line in written.lines] == [400]


def test_a_file_that_is_kept_for_a_year_carries_nobodys_request(cast: World) -> None:
    assert "X-Request-ID" not in Client().get("/static/css/jenjang.css")
    assert "X-Request-ID" in Client().get("/")
