"""The doors of the house: closed by default, locked after guessing, told in the reader's language."""

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.cast import PASSWORD, World

PUBLIC = {
    "portal",
    "approvals:verification",
    "approvals:public_document",
    "approvals:qr",
    "styleguide",
    "set_language",
    "account",
    "ledger",
}


def sign_in(client: Client, username: str, password: str):
    return client.post("/accounts/login/", {"login": username, "password": password})


def test_ani_signs_in_and_lands_on_her_work(cast: World) -> None:
    client = Client()
    answer = sign_in(client, "ani", PASSWORD)
    assert answer.status_code == 302
    assert client.get("/home/")["Location"] == "/entry/"


@pytest.mark.parametrize(
    ("who", "where"),
    [("budi", "/inbox/"), ("citra", "/sign/"), ("dewi", "/audit/"), ("root", "/admin/"), ("gita", "/")],
)
def test_everybody_lands_where_his_work_is(cast: World, who: str, where: str) -> None:
    client = Client()
    client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/home/")["Location"] == where


def test_guessing_is_stopped_and_said(cast: World) -> None:
    client = Client()
    answers = [sign_in(client, "ani", f"salah salah {number}") for number in range(9)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert "15" in answers[-1].content.decode()
    assert sign_in(client, "ani", PASSWORD).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="127.0.0.2"), "ani", PASSWORD).status_code == 302


def test_nobody_signs_up(cast: World) -> None:
    page = Client().get("/accounts/signup/")
    assert "password" not in page.content.decode().split("<main")[1].split("</main")[0]


def test_a_visitor_is_sent_to_the_door_from_every_page_that_is_not_public(cast: World) -> None:
    closed = [
        "/entry/",
        "/entry/2026-01/",
        "/inbox/",
        "/sign/",
        "/reports/x/",
        "/batches/x/",
        "/notices/",
        "/overview/",
        "/audit/",
        "/calendar/",
        "/home/",
        "/evidence/x/",
        "/routes/",
        "/routes/compose/",
        "/routes/DINAS/",
        "/routes/DINAS/units/",
        "/routes/drawings/",
        "/requests/",
        "/requests/new/extension/",
        "/requests/watch/",
        "/requests/x/",
        "/packs/",
        "/board/",
        "/overview/decisions/",
        "/tokens/",
        "/voices/",
        "/plans/",
    ]
    for path in closed:
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/"), path


def test_every_answer_carries_a_strict_policy_and_its_request_id(cast: World) -> None:
    answer = Client().get("/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert len(answer["X-Request-ID"]) == 36
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(("language", "direction"), [("id", "ltr"), ("en", "ltr"), ("ur", "rtl")])
def test_the_reader_chooses_the_language(cast: World, language: str, direction: str) -> None:
    client = Client()
    assert client.post("/language/", {"language": language, "next": "/"}).status_code == 302
    page = client.get("/").content.decode()
    assert f'lang="{language}" dir="{direction}"' in page


def test_ani_reads_her_own_language_without_choosing(cast: World) -> None:
    cast.ani.language = "en"
    cast.ani.save()
    client = Client(headers={"accept-language": "id"})
    client.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    assert 'lang="en"' in client.get("/entry/").content.decode()


def test_all_addresses_are_known_to_these_tests(db: None) -> None:
    names = {
        getattr(one, "namespace", None) or getattr(one, "app_name", None) or getattr(one, "name", None)
        for one in get_resolver().url_patterns
    }
    assert names == {
        "portal",
        "submissions",
        "approvals",
        "audit",
        "calendar",
        "requests",
        "offices",
        "webhooks",
        "ledger",
        "keeping",
        "metrics",
        "healthz",
        "readyz",
        "api",
        "tokens",
        "opendata",
        "voices",
        "dashboards",
        "board",
        "routes",
        "indicators",
        "admin",
        "home",
        "set_language",
        "styleguide",
        None,
    }


@pytest.mark.parametrize(
    "path", ["/p/%00/", "/p/2026/2026-01/%00/", "/audit/reports/%00/", "/reports/%00/", "/v/%00/"]
)
def test_an_address_with_a_nul_leads_nowhere(cast: World, path: str) -> None:
    client = Client()
    client.force_login(cast.dewi, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("charset", ["nonsense", "utf-16"])
def test_text_in_another_encoding_is_asked_for_as_utf_8(cast: World, charset: str) -> None:
    client = Client()
    client.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    posted = client.generic(
        "POST",
        "/entry/recall/",
        b"report=\xff\xfe",
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert posted.status_code == 400
    assert "UTF-8" in posted.content.decode()
