"""Accounts: what opens them, what ends them, and who is told."""

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from approvals import factors
from approvals.factors import check, code_now, enrol
from config import doors
from portal.api import tokens
from tests.cast import PASSWORD, World, assign, factor
from tests.config.signing_in import NEW, confirm, door, record, signed_in, told
from tests.guesses import wrong_code

STEP = 30


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    at = time.time() + seconds
    monkeypatch.setattr(doors.time, "time", lambda: at)


# --- A second factor for who decides ----------------------------------------------------------------------


def test_budi_is_led_to_set_up_a_factor_before_anything_else(cast: World) -> None:
    client = Client(headers={"accept-language": "en"})
    assert door(client, cast.budi).status_code == 302
    for path in ("/inbox/", "/home/", "/notices/", "/accounts/security/", "/overview/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/set-up/"), path
    asked = client.get("/inbox/", headers={"accept": "application/json"})
    assert (asked.status_code, asked.json()) == (403, {"set_up": "/accounts/set-up/"})
    posted = client.post("/inbox/", {"act": "verify", "report": ["1"]})
    assert posted["Location"] == "/accounts/set-up/"
    assert client.get("/accounts/set-up/").status_code == 200


def test_he_sets_up_an_app_sees_his_recovery_codes_once_and_goes_on(
    committed: dict[str, str], cast: World
) -> None:
    client = Client(headers={"accept-language": "en"})
    door(client, cast.budi)
    client.get("/accounts/set-up/")
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.findall(r"data-secret>([A-Z2-7]+)<", page)[0]
    assert "data:image/svg+xml;base64," in page
    assert secret not in json.dumps(dict(client.session)), "the session keeps it locked"
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200 and secret in wrong.content.decode()
    code = _code_of(secret)
    done = client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    shown = re.findall(r"<li>(\d{8})</li>", client.get(done["Location"]).content.decode())
    assert len(shown) == 10
    assert not re.findall(r"\d{8}<", client.get(done["Location"]).content.decode())
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code in (403, 404)
    assert client.get("/inbox/").status_code == 200
    assert told(cast.budi) == ["totp_activated"]
    assert record("I") == [str(cast.budi.pk)] * 2, "the app and the list of codes"
    with pytest.raises(factors.FactorRefused, match="factor.used"):
        check(cast.budi, factors.Factor(code))


def _code_of(secret: str) -> str:
    return factors.format_hotp_value(factors.hotp_value(secret, int(time.time()) // STEP))


def test_ani_who_only_enters_needs_none(cast: World) -> None:
    assert signed_in(cast.ani).get("/entry/").status_code == 200


def test_with_a_factor_the_password_alone_opens_nothing(cast: World) -> None:
    enrol(cast.citra)
    client = Client()
    assert door(client, cast.citra)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/sign/")["Location"].startswith("/accounts/login/")
    refused = client.post("/accounts/2fa/authenticate/", {"code": wrong_code(cast.citra)})
    assert refused.status_code == 200
    assert client.get("/sign/")["Location"].startswith("/accounts/login/")
    code = factor(cast.citra).code
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/sign/").status_code == 200
    again = Client()
    door(again, cast.citra)
    assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert again.get("/sign/")["Location"].startswith("/accounts/login/")


def test_guessing_codes_at_the_door_is_paused_and_said(cast: World) -> None:
    enrol(cast.citra)
    client = Client(headers={"accept-language": "en"})
    door(client, cast.citra)
    answers = [client.post("/accounts/2fa/authenticate/", {"code": wrong_code(cast.citra)}) for _ in range(9)]
    assert "does not count" in answers[0].content.decode()
    assert "15 minutes" in answers[-1].content.decode()
    right = client.post("/accounts/2fa/authenticate/", {"code": factor(cast.citra).code})
    assert right.status_code == 200


def test_who_guesses_from_elsewhere_locks_nobody_out_behind_a_proxy(cast: World, settings: Any) -> None:
    settings.PROXIES = 1
    stranger, ani = "203.0.113.9", "198.51.100.7"
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        guess = Client(headers={"x-forwarded-for": f"{ani}, {stranger}"})
        answer = door(guess, cast.ani, "not her password at all")
    assert answer.status_code == 429
    browser = Client(headers={"x-forwarded-for": ani})
    assert door(browser, cast.ani).status_code == 302
    assert UserSession.objects.get(user=cast.ani).ip == ani
    assert Client(headers={"x-forwarded-for": "unknown"}).get("/").status_code == 400


def test_without_a_proxy_nobody_says_himself_where_he_is(cast: World) -> None:
    client = Client(headers={"x-forwarded-for": "198.51.100.7"})
    door(client, cast.ani)
    assert UserSession.objects.get(user=cast.ani).ip == "127.0.0.1"


def test_without_the_phone_a_recovery_code_opens_the_door_once(cast: World) -> None:
    enrol(cast.citra)
    held = Authenticator.objects.create(
        user=cast.citra, type=factors.CODES, data={"seed": factors.encrypt("7" * 40), "used_mask": 0}
    )
    code = held.wrap().generate_codes()[3]
    for status in (302, 200):
        client = Client()
        door(client, cast.citra)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == status


# The last three: nested deeper than a decoder goes, and a number of more digits than it takes.
@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "{}",
        "[]",
        "null",
        '{"id": {}}',
        '{"response": 1}',
        "[" * 15_000,
        '{"a":' * 3_000,
        "9" * 5_000,
    ],
)
@pytest.mark.parametrize("path", ["/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/login/"])
def test_an_answer_that_no_passkey_gave_opens_nothing(cast: World, path: str, credential: str) -> None:
    enrol(cast.citra)
    client = Client()
    door(client, cast.citra)
    client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    answer = client.post(path, {"credential": credential})
    assert answer.status_code in (200, 302)
    assert client.get("/sign/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("credential", ["[" * 15_000, '{"a":' * 3_000, "9" * 5_000])
def test_nonsense_adds_no_passkey(cast: World, credential: str) -> None:
    enrol(cast.citra)
    citra = signed_in(cast.citra)
    confirm(citra, cast.citra)
    citra.get("/accounts/2fa/webauthn/add/")
    answer = citra.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential})
    assert answer.status_code == 200
    assert [one.type for one in Authenticator.objects.filter(user=cast.citra)] == [factors.TOTP]


def test_after_a_change_of_the_houses_key_the_door_says_what_helps(cast: World, settings: Any) -> None:
    enrol(cast.citra)
    Authenticator.objects.create(
        user=cast.ani, type=factors.CODES, data={"seed": factors.encrypt("7" * 40), "used_mask": 0}
    )
    before, settings.SECRET_KEY = (
        settings.SECRET_KEY,
        "another key of the house, as long as it has to be, at least",
    )
    citra, ani = Client(headers={"accept-language": "en"}), signed_in(cast.ani)
    door(citra, cast.citra)
    for code in ("000000", "00000000"):
        answer = citra.post("/accounts/2fa/authenticate/", {"code": code})
        assert answer.status_code == 200, code
    refused = citra.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "can no longer be read" in refused.content.decode()
    assert ani.get("/accounts/security/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = [before]
    again = Client()
    door(again, cast.citra)
    code = factor(cast.citra).code
    assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302


def test_who_comes_to_an_office_while_signed_in_sets_up_a_factor_too(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ani = signed_in(cast.ani)
    assign(cast.ani, cast.posts["section_head"], kind="plh")
    later(monkeypatch, doors.NOTED + 1)
    assert ani.get("/inbox/")["Location"] == "/accounts/set-up/"
    assert ani.get("/entry/")["Location"] == "/accounts/set-up/"


def test_the_code_is_shown_in_the_demonstration_only(
    cast: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(cast.citra)
    at = time.time()
    monkeypatch.setattr(time, "time", lambda: at)  # no new code between the page and the look at it
    client = Client()
    door(client, cast.citra)
    for demo in (True, False):
        settings.DEMO = demo
        page = client.get("/accounts/2fa/authenticate/").content.decode()
        assert (code_now(cast.citra) in page) == demo


# --- Changing keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/change/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
    ],
)
def test_keys_are_changed_only_by_who_shows_the_second_factor_again(cast: World, path: str) -> None:
    enrol(cast.citra)
    citra = signed_in(cast.citra)
    if path.endswith("generate/"):
        path = "/accounts/2fa/recovery-codes/generate/"
    asked = citra.get(path)
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/?next="), path
    assert citra.get("/accounts/reauthenticate/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert citra.post("/accounts/2fa/reauthenticate/", {"code": wrong_code(cast.citra)}).status_code == 200
    assert citra.get(path).status_code == 302
    confirm(citra, cast.citra)
    assert citra.get(path).status_code == 200


def test_what_was_typed_to_change_a_password_is_not_kept_while_confirming(cast: World) -> None:
    enrol(cast.citra)
    citra = signed_in(cast.citra)
    posted = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert citra.post("/accounts/password/change/", posted).status_code == 302
    assert NEW not in json.dumps(dict(citra.session)) and PASSWORD not in json.dumps(dict(citra.session))


def test_a_new_password_ends_all_other_sessions_and_is_told(cast: World) -> None:
    enrol(cast.citra)
    here, there = signed_in(cast.citra), signed_in(cast.citra)
    _key, secret = tokens.issue(person=cast.citra, name="Rekap", scope="act", days=30, by=cast.citra)
    tokens.issue(person=cast.ani, name="Rekap", scope="act", days=30, by=cast.ani)
    confirm(here, cast.citra)
    done = here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    )
    assert done.status_code == 302
    assert here.get("/sign/").status_code == 200
    assert there.get("/sign/")["Location"].startswith("/accounts/login/")
    assert UserSession.objects.filter(user=cast.citra).count() == 1
    assert tokens.found(secret) is None and tokens.in_force(cast.ani).exists()
    assert told(cast.citra) == ["key_made", "password_changed", "key_revoked"]


@pytest.mark.parametrize("change", ["remove", "codes"])
def test_a_changed_factor_ends_all_other_sessions_and_is_told(
    committed: dict[str, str], cast: World, change: str
) -> None:
    enrol(cast.citra)
    here, there = signed_in(cast.citra), signed_in(cast.citra)
    confirm(here, cast.citra)
    path = {"remove": "totp/deactivate", "codes": "recovery-codes/generate"}[change]
    assert here.post(f"/accounts/2fa/{path}/").status_code == 302
    assert there.get("/sign/")["Location"].startswith("/accounts/login/")
    assert told(cast.citra) == [{"remove": "totp_deactivated", "codes": "recovery_codes_generated"}[change]]


def test_who_removes_his_only_factor_sets_up_another_before_he_goes_on(cast: World) -> None:
    enrol(cast.citra)
    citra = signed_in(cast.citra)
    confirm(citra, cast.citra)
    citra.post("/accounts/2fa/totp/deactivate/")
    assert citra.get("/sign/")["Location"] == "/accounts/set-up/"


# --- Sessions -----------------------------------------------------------------------------------------------


def test_citra_sees_where_she_is_signed_in_and_ends_one_place(cast: World) -> None:
    enrol(cast.citra)
    there, here = signed_in(cast.citra), signed_in(cast.citra)
    page = here.get("/accounts/security/").content.decode()
    assert page.count("Firefox, Windows") == 2 and "127.0.0.1" in page
    other = UserSession.objects.exclude(session_key=here.session.session_key).get(user=cast.citra)
    assert here.post(f"/accounts/sessions/{other.pk}/end/")["Location"].startswith("/accounts/2fa/reauth")
    confirm(here, cast.citra)
    assert here.post(f"/accounts/sessions/{other.pk}/end/")["Location"] == "/accounts/security/"
    assert there.get("/sign/")["Location"].startswith("/accounts/login/")
    assert here.get("/sign/").status_code == 200


def test_nobody_ends_the_session_of_another(cast: World) -> None:
    enrol(cast.citra)
    citra, ani = signed_in(cast.citra), signed_in(cast.ani)
    mine = UserSession.objects.get(user=cast.citra)
    ani.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert ani.post(f"/accounts/sessions/{mine.pk}/end/").status_code == 404
    assert citra.get("/sign/").status_code == 200


def test_signing_out_everywhere_leaves_no_session(cast: World) -> None:
    enrol(cast.citra)
    clients = [signed_in(cast.citra) for _ in range(3)]
    confirm(clients[0], cast.citra)
    assert clients[0].post("/accounts/sessions/end/").status_code == 302
    assert {client.get("/sign/").status_code for client in clients} == {302}
    assert not UserSession.objects.filter(user=cast.citra).exists()


@pytest.mark.parametrize(("minutes", "goes_on"), [(29, True), (31, False)])
def test_half_an_hour_without_a_page_ends_a_session(
    cast: World, monkeypatch: pytest.MonkeyPatch, minutes: int, goes_on: bool
) -> None:
    ani = signed_in(cast.ani)
    later(monkeypatch, minutes * 60)
    assert (ani.get("/entry/").status_code == 200) == goes_on
    assert UserSession.objects.filter(user=cast.ani).exists() == goes_on


def test_what_was_typed_before_an_idle_end_comes_back(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ani = signed_in(cast.ani)
    later(monkeypatch, 31 * 60)
    answer = ani.post("/entry/2026-01/", {"r1-public_note": "Belum terkirim", "act": "save"})
    assert answer.status_code == 401
    assert "Belum terkirim" in answer.content.decode()


def test_eight_hours_end_a_session_however_busy_it_is(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ani, began = signed_in(cast.ani), time.time()
    for minutes in range(20, 8 * 60, 20):
        monkeypatch.setattr(doors.time, "time", lambda at=began + minutes * 60: at)
        assert ani.get("/entry/").status_code == 200, minutes
    monkeypatch.setattr(doors.time, "time", lambda: began + 8 * 3600 + 1)
    assert ani.get("/entry/").status_code == 302


def test_the_doors_cost_an_ordinary_page_nothing(
    cast: World, statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest, ani = Client(), signed_in(cast.ani)
    guest.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    costs = []
    for client in (guest, ani, ani):
        client.get("/entry/")
        with statements() as seen:
            client.get("/entry/")
        costs.append(len(seen))
    assert costs[0] == costs[1] == costs[2], costs
    later(monkeypatch, doors.NOTED + 1)
    with statements() as seen:
        ani.get("/entry/")
    assert len(seen) > costs[0]
    with statements() as seen:
        ani.get("/entry/")
    assert len(seen) == costs[0]
