"""Keys of the government's identity provider: signed for us, in force, and of somebody whom we know."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from oidc_provider_mock import run_server_in_thread  # type: ignore[import-untyped]

from config import provider_keys
from portal.api import limits
from portal.api.problems import Problem
from tests.api.conftest import Program
from tests.cast import World

AUDIENCE = "https://jenjang.example/api"
PRIVATE = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def configured(issuer: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider is asked where its keys are; one of them is ours, so that tokens of any kind can be made."""
    settings.OIDC_ISSUER, settings.OIDC_API_AUDIENCE, settings.OIDC_API_ACT = issuer, AUDIENCE, "jenjang.act"
    provider_keys.KEYS.known.clear()
    provider_keys.KEYS.next.clear()
    provider_keys.KEYS.away.clear()
    real = provider_keys._keys_of

    def with_ours(of: str) -> list[Any]:
        own = jwt.PyJWK.from_dict(
            {
                **jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True),
                "kid": "ours",
                "alg": "RS256",
            }
        )
        return [*real(of), own]

    monkeypatch.setattr(provider_keys, "_keys_of", with_ours)


def token(issuer: str, private: Any = PRIVATE, head: dict[str, Any] | None = None, **said: Any) -> Program:
    at = int(time.time())
    claims = {
        "iss": issuer, "aud": AUDIENCE, "exp": at + 300, "iat": at, "sub": "s-ani", "preferred_username": "ani",
        "azp": "rekap", "scope": "openid jenjang.act",
    } | said  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    return Program(jwt.encode(claims, private, "RS256", headers={"kid": "ours", **(head or {})}))


def test_ani_comes_with_a_key_of_the_provider(cast: World, issuer: str) -> None:
    said = token(issuer).get("/me").json()
    assert said["name"] == "Ani Lembayung" and said["scope"] == "act"
    assert token(issuer, scope="openid").get("/me").json()["scope"] == "read"


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://other.example"}, {"iss": "https://other.example"}, {"exp": 1_700_000_000}, {"exp": None}, {"aud": None},
        {"nbf": 4_000_000_000}, {"head": {"kid": "nobody"}}, {"private": rsa.generate_private_key(65537, 2048)},
    ],
)  # fmt: skip
def test_a_key_that_is_not_for_us_opens_nothing(cast: World, issuer: str, wrong: dict[str, Any]) -> None:
    response = token(issuer, **wrong).get("/me")
    assert (response.status_code, response.json()["code"]) == (401, "api.token")


def test_an_unsigned_key_and_one_signed_with_the_public_key_open_nothing(cast: World, issuer: str) -> None:
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 300,
        "sub": "s",
        "preferred_username": "ani",
    }
    unsigned = jwt.encode(claims, "", "none", headers={"kid": "ours"})
    symmetric = jwt.encode(claims, "x" * 64, "HS256", headers={"kid": "ours"})
    assert {Program(key).get("/me").status_code for key in (unsigned, symmetric)} == {401}


def test_who_is_not_known_here_is_told_so(cast: World, issuer: str) -> None:
    for name in ("siapa", "", "a\x00b"):
        response = token(issuer, preferred_username=name).get("/me")
        assert (response.status_code, response.json()["code"]) == (401, "api.person")


def test_whose_office_decides_needs_a_second_factor_there(cast: World, issuer: str) -> None:
    body = {"reports": ["x"]}
    plain = token(issuer, preferred_username="budi").post("/reports/remind", body)
    assert (plain.status_code, plain.json()["code"]) == (403, "api.factor")
    proven = token(issuer, preferred_username="budi", amr=["pwd", "otp"]).post("/reports/remind", body)
    assert (proven.status_code, proven.json()["code"]) == (422, "desk.remind_none")


def test_without_an_audience_no_key_of_the_provider_counts(cast: World, issuer: str, settings: Any) -> None:
    settings.OIDC_API_AUDIENCE = ""
    assert token(issuer).get("/me").status_code == 401


def test_a_provider_that_is_away_is_told_and_not_asked_for_every_made_up_name(
    cast: World, issuer: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(of: str) -> list[Any]:
        asked.append(of)
        return []

    monkeypatch.setattr(provider_keys, "_keys_of", counted)
    limits.COUNTERS.counts.clear()
    assert [token(issuer, head={"kid": f"k{n}"}).get("/me").status_code for n in range(5)] == [401] * 5
    assert len(asked) == 1
    monkeypatch.undo()
    provider_keys.KEYS.next.clear()
    settings.OIDC_ISSUER, settings.OIDC_API_AUDIENCE = "http://localhost:9", AUDIENCE
    response = token("http://localhost:9", head={"kid": "none"}).get("/me")
    assert (response.status_code, response.json()["code"]) == (503, "api.provider")


def test_a_key_that_the_provider_withdrew_opens_nothing_from_then_on(
    cast: World, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ani, at = token(issuer), time.monotonic()
    assert ani.get("/me").status_code == 200
    monkeypatch.setattr(provider_keys, "_keys_of", lambda of: [])
    assert ani.get("/me").status_code == 200
    monkeypatch.setattr(provider_keys.time, "monotonic", lambda: at + provider_keys.TRUSTED + 60)
    assert ani.get("/me").status_code == 401


def test_a_provider_that_is_away_holds_only_one_up_and_who_is_known_stays(
    cast: World, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def away(of: str) -> list[Any]:
        asked.append(of)
        raise Problem(503, "api.provider")

    assert token(issuer).get("/me").status_code == 200
    monkeypatch.setattr(provider_keys, "_keys_of", away)
    provider_keys.KEYS.next.clear()
    assert {token(issuer, head={"kid": f"k{n}"}).get("/me").status_code for n in range(3)} == {503}
    assert token(issuer).get("/me").status_code == 200 and len(asked) == 1
