"""Signing in with the government's identity provider: who is known comes in, and only as far as the provider vouches."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from oidc_provider_mock import User as Subject  # type: ignore[import-untyped]
from oidc_provider_mock import run_server_in_thread

from approvals.factors import enrol
from config import environment
from config.single_sign_on import second_factor_said
from registry.models import User
from tests.cast import World, factor

MFA = {"amr": ["pwd", "otp"]}
CALLBACK = "/accounts/oidc/sso/login/callback/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider of our own, on a port of its own, that asks nobody anything."""
    people = [
        Subject(sub="s-ani", claims={"preferred_username": "ani"}),
        Subject(sub="s-citra", claims={"preferred_username": "citra"}),
        Subject(sub="s-citra-mfa", claims={"preferred_username": "citra", **MFA}),
        Subject(sub="s-citra-acr", claims={"preferred_username": "citra", "acr": "urn:gov:loa:3"}),
        Subject(sub="s-eko", claims={"preferred_username": "eko@example.test", "nip": "198001012005012905"}),
        Subject(sub="s-nobody", claims={"preferred_username": "siapa"}),
        Subject(sub="s-nameless", claims={"name": "Ani Lembayung"}),
    ]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def configured(issuer: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    for name, value in {
        "ISSUER": issuer,
        "CLIENT_ID": "jenjang",
        "CLIENT_SECRET": "rahasia",
        "ACR": "urn:gov:loa:3",
    }.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = environment.single_sign_on()
    settings.OIDC_ISSUER, settings.OIDC_ACR = issuer, ["urn:gov:loa:3"]


def comes(client: Client, sub: str, **query: str) -> Any:
    """Out by the link, through the provider as this person, and back with its code."""
    out = client.get("/accounts/oidc/sso/login/", query)
    assert out.status_code == 302, out.content
    granted = requests.post(out["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(granted.headers["Location"])
    assert back.path == CALLBACK, granted.headers
    return client.get(f"{back.path}?{back.query}")


def inside(client: Client, person: User) -> bool:
    return client.session.get("_auth_user_id") == str(person.pk)


def test_ani_comes_in_by_her_name_there_and_lands_on_her_work(cast: World) -> None:
    client = Client()
    assert comes(client, "s-ani").status_code == 302
    assert inside(client, cast.ani)
    assert client.get("/home/")["Location"] == "/entry/"


def test_she_lands_where_she_wanted_to_go(cast: World) -> None:
    assert comes(Client(), "s-ani", next="/calendar/")["Location"] == "/calendar/"
    assert comes(Client(), "s-ani", next="https://stranger.test/")["Location"] == "/home/"


def test_the_way_out_carries_a_challenge_and_the_way_back_its_answer(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    real = requests.Session.request

    def heard(self: Any, method: str, url: str, **more: Any) -> Any:
        asked.append({"url": url, **more})
        return real(self, method, url, **more)

    monkeypatch.setattr(requests.Session, "request", heard)
    client = Client()
    out = parse_qs(urlsplit(client.get("/accounts/oidc/sso/login/")["Location"]).query)
    assert out["response_type"] == ["code"] and out["code_challenge_method"] == ["S256"]
    assert out["acr_values"] == ["urn:gov:loa:3"] and len(out["code_challenge"][0]) == 43 and out["state"]
    comes(client, "s-ani")
    token = next(one for one in asked if one["url"].endswith("/oauth2/token"))
    assert len(token["data"]["code_verifier"]) >= 43


@pytest.mark.parametrize(("sub", "told"), [("s-nobody", "siapa"), ("s-nameless", "preferred_username")])
def test_who_has_no_account_gets_none_and_is_told_why(cast: World, sub: str, told: str) -> None:
    client = Client(headers={"accept-language": "en"})
    before = User.objects.count()
    answer = comes(client, sub)
    assert answer.status_code == 403 and told in answer.content.decode()
    assert User.objects.count() == before and "_auth_user_id" not in client.session
    assert client.get("/entry/").status_code == 302


def test_a_closed_account_stays_closed(cast: World) -> None:
    cast.ani.is_active = False
    cast.ani.save()
    client = Client()
    assert comes(client, "s-ani")["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session


def test_people_can_be_known_by_their_nip(cast: World, settings: Any) -> None:
    settings.OIDC_CLAIM, settings.OIDC_FIELD = "nip", "nip"
    client = Client()
    comes(client, "s-eko")
    assert inside(client, cast.eko)


def test_without_a_second_factor_there_ours_is_asked(cast: World) -> None:
    enrol(cast.citra)
    client = Client()
    assert comes(client, "s-citra")["Location"] == "/accounts/2fa/authenticate/"
    assert not inside(client, cast.citra)
    client.post("/accounts/2fa/authenticate/", {"code": factor(cast.citra).code})
    assert inside(client, cast.citra)


@pytest.mark.parametrize("sub", ["s-citra-mfa", "s-citra-acr"])
def test_a_second_factor_there_counts_when_the_token_says_so(cast: World, sub: str) -> None:
    enrol(cast.citra)
    client = Client()
    comes(client, sub)
    assert inside(client, cast.citra)
    assert client.get("/sign/").status_code == 200


def test_what_was_proven_there_does_not_help_a_password_later(cast: World) -> None:
    enrol(cast.citra)
    client = Client()
    comes(client, "s-citra-mfa")
    client.post("/accounts/logout/")
    answer = comes(client, "s-citra")
    assert answer["Location"] == "/accounts/2fa/authenticate/"


def test_who_decides_and_has_no_factor_anywhere_sets_one_up(cast: World) -> None:
    client = Client()
    comes(client, "s-citra")
    assert client.get("/sign/")["Location"] == "/accounts/set-up/"
    vouched = Client()
    comes(vouched, "s-citra-mfa")
    assert vouched.get("/sign/").status_code == 200


def test_an_answer_without_its_question_is_refused(cast: World) -> None:
    client = Client(headers={"accept-language": "en"})
    for query in ({"code": "x", "state": "y"}, {"state": "y"}, {"error": "access_denied"}, {}):
        answer = client.get(CALLBACK, query)
        assert answer.status_code in (200, 302, 401), answer
        assert "_auth_user_id" not in client.session


def test_the_answer_to_another_browser_does_not_count_here(cast: World) -> None:
    mine, his = Client(), Client()
    out = his.get("/accounts/oidc/sso/login/")
    granted = requests.post(out["Location"], data={"sub": "s-ani"}, allow_redirects=False, timeout=10)
    back = urlsplit(granted.headers["Location"])
    mine.get(f"{back.path}?{back.query}")
    assert "_auth_user_id" not in mine.session


def test_a_provider_that_is_away_is_a_page_and_no_error(
    cast: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "http://localhost:9")
    settings.SOCIALACCOUNT_PROVIDERS = environment.single_sign_on()
    assert Client().get("/accounts/oidc/sso/login/").status_code == 401


def test_nobody_connects_a_stranger_to_his_account(cast: World) -> None:
    ani = Client()
    ani.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    answer = comes(ani, "s-nobody", process="connect")
    assert answer["Location"] == "/accounts/security/"


def test_the_door_shows_the_other_door_only_where_there_is_one(cast: World, settings: Any) -> None:
    assert "/accounts/oidc/sso/login/" in Client().get("/accounts/login/").content.decode()
    settings.OIDC_ISSUER = ""
    assert "/accounts/oidc/sso/login/" not in Client().get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("token", "counts"),
    [
        ({}, False), ({"amr": ["pwd"]}, False), ({"amr": ["otp"]}, False), ({"amr": "mfa"}, False), ({"amr": ["mfa"]}, True),
        ({"amr": ["pwd", "hwk"]}, True), ({"amr": [["mfa"]]}, False), ({"acr": "1"}, False), ({"acr": "urn:gov:loa:3"}, True),
        ({"acr": ["urn:gov:loa:3"]}, False), ({"amr": None, "acr": None}, False),
    ],
)  # fmt: skip
def test_only_what_is_said_counts(token: dict[str, Any], counts: bool) -> None:
    assert second_factor_said(token) == counts


def test_an_issuer_without_a_client_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OIDC_CLIENT_ID")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        environment.single_sign_on()
