"""The second factor at the moment of an act: it counts once, is limited, and nobody who reads the database has it."""

import json
import time
from typing import Any

import psycopg
import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest

from approvals import factors
from approvals.factors import CODES, TOTP, Factor, FactorRefused, check, code_now, enrol, lacking, spend
from ledger.recording import recorded
from tests.cast import World
from tests.guesses import wrong_code
from tests.together import together

STEP = 30


def refused(person: Any, factor: Factor) -> str:
    with pytest.raises(FactorRefused) as told:
        check(person, factor)
    return told.value.code


def at(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    monkeypatch.setattr(time, "time", lambda: moment)


def data_of(person: Any) -> dict[str, Any]:
    data: dict[str, Any] = Authenticator.objects.get(user=person, type=TOTP).data
    return data


def test_citras_code_counts_once(cast: World) -> None:
    factor = cast.factor("citra")
    assert check(cast.citra, factor).user == cast.citra
    assert refused(cast.citra, factor) == "factor.used"


def test_a_code_with_a_space_in_it_is_the_same_code(cast: World) -> None:
    code = cast.factor("citra").code
    check(cast.citra, Factor(f" {code[:3]} {code[3:]}"))


def test_after_a_code_no_older_one_counts(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    enrol(cast.citra)
    at(monkeypatch, now - STEP)
    older = code_now(cast.citra)
    at(monkeypatch, now)
    check(cast.citra, Factor(code_now(cast.citra)))
    assert refused(cast.citra, Factor(older)) == "factor.used"


@pytest.mark.parametrize(
    ("late", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False), (20, False)]
)
def test_a_clock_may_be_wrong_by_half_a_minute(
    cast: World, monkeypatch: pytest.MonkeyPatch, late: int, counts: bool
) -> None:
    now = (time.time() // STEP) * STEP + 5
    enrol(cast.citra)
    at(monkeypatch, now)
    code = code_now(cast.citra)
    at(monkeypatch, now + late * STEP)
    if counts:
        check(cast.citra, Factor(code))
    else:
        assert refused(cast.citra, Factor(code)) == "factor.wrong"


def test_the_code_of_another_person_does_not_count(cast: World) -> None:
    enrol(cast.budi)
    cast.factor("citra")
    assert refused(cast.citra, cast.factor("budi")) == "factor.wrong"


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "٣٣٣٣٣٣", "1" * 5000, "\x00", "-1", "0x1234"])
def test_nonsense_is_a_wrong_code(cast: World, code: str) -> None:
    cast.factor("citra")
    assert refused(cast.citra, Factor(code)) == "factor.wrong"


def test_without_an_app_nothing_counts(cast: World) -> None:
    assert refused(cast.gita, Factor("123456")) == "factor.none"


def test_eight_wrong_codes_make_a_pause_in_which_the_right_one_does_not_count(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    right = cast.factor("citra")
    for _ in range(factors.TRIES):
        assert refused(cast.citra, Factor(wrong_code(cast.citra))) == "factor.wrong"
    assert refused(cast.citra, right) == "factor.paused"
    assert "counter" not in data_of(cast.citra)
    at(monkeypatch, now + factors.PAUSE + 60)
    # One try, and the pause begins anew.
    assert refused(cast.citra, Factor(wrong_code(cast.citra))) == "factor.wrong"
    assert refused(cast.citra, Factor(code_now(cast.citra))) == "factor.paused"
    at(monkeypatch, now + 2 * factors.PAUSE + 120)
    check(cast.citra, Factor(code_now(cast.citra)))
    assert data_of(cast.citra)["wrong"] == 0


def test_a_hundred_wrong_codes_end_an_app_for_good(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    cast.factor("citra")
    for number in range(factors.MOST):
        at(monkeypatch, now + number * (factors.PAUSE + 1))
        refused(cast.citra, Factor(wrong_code(cast.citra)))
    at(monkeypatch, now + 10 * factors.MOST * factors.PAUSE)
    assert refused(cast.citra, Factor(code_now(cast.citra))) == "factor.blocked"
    enrol(cast.citra)
    check(cast.citra, Factor(code_now(cast.citra)))


def test_a_second_click_is_no_wrong_code(cast: World) -> None:
    factor = cast.factor("citra")
    check(cast.citra, factor)
    for _ in range(2 * factors.TRIES):
        assert refused(cast.citra, factor) == "factor.used"


def test_of_sixteen_clicks_at_once_with_one_code_one_counts(committed: dict[str, str], cast: World) -> None:
    factor, citra = cast.factor("citra"), cast.citra

    def click() -> str:
        try:
            check(citra, factor)
        except FactorRefused as error:
            return error.code
        return "counted"

    answers = together(16, click)
    assert sorted(answers) == ["counted", *["factor.used"] * 15]


def test_sixteen_wrong_tries_at_once_are_no_more_than_eight(committed: dict[str, str], cast: World) -> None:
    cast.factor("citra")
    citra = cast.citra
    answers = together(16, lambda: refused(citra, Factor(wrong_code(cast.citra))))
    assert answers.count("factor.wrong") == factors.TRIES
    assert answers.count("factor.paused") == 16 - factors.TRIES


def test_a_recovery_code_signs_in_once_and_signs_nothing(cast: World) -> None:
    enrol(cast.citra)
    with recorded(cast.citra):
        held = Authenticator.objects.create(
            user=cast.citra, type=CODES, data={"seed": factors.encrypt("5" * 40), "used_mask": 0}
        )
    first, second = held.wrap().generate_codes()[:2]
    assert refused(cast.citra, Factor(first)) == "factor.wrong"
    spend(cast.citra, CODES, first)
    with pytest.raises(FactorRefused, match="factor.used"):
        spend(cast.citra, CODES, first)
    with pytest.raises(FactorRefused, match="factor.wrong"):
        spend(cast.citra, CODES, "00000000")
    spend(cast.citra, CODES, second)
    assert len(Authenticator.objects.get(pk=held.pk).wrap().get_unused_codes()) == 8


@pytest.mark.parametrize(
    "answer", ["x", "{}", "[]", "null", "7", '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key","response":{}}', "\x00",
     "[" * 15_000, "9" * 5_000]
)  # fmt: skip
def test_an_answer_that_no_passkey_gave_is_refused(cast: World, answer: str) -> None:
    request = HttpRequest()
    request.session = SessionStore()
    with context.request_context(request), pytest.raises(FactorRefused, match="factor.passkey"):
        request.session["mfa.webauthn.state"] = {"challenge": "abc", "user_verification": "preferred"}
        check(cast.citra, Factor(assertion=answer), request)


def test_secrets_are_locked_in_the_table_and_absent_from_the_ledger(cast: World) -> None:
    secret = enrol(cast.citra)
    stored = json.dumps(data_of(cast.citra))
    assert secret not in stored
    check(cast.citra, Factor(code_now(cast.citra)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM ledger.event WHERE of_table = 'mfa_authenticator'")
        told = [json.loads(payload) for (payload,) in cursor.fetchall()]
    assert [(one["op"], one["actor"]) for one in told] == [("I", str(cast.citra.pk))]
    assert set(told[0]["new"]) == {"id", "user_id", "type", "created_at"}


@pytest.mark.parametrize(
    "table",
    [
        "mfa_authenticator",
        "django_session",
        "usersessions_usersession",
        "socialaccount_socialtoken",
        "jenjang_cache",
    ],
)
def test_the_auditor_reads_no_secret(committed: dict[str, str], table: str) -> None:
    with (
        psycopg.connect(committed["auditor"]) as auditor,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        auditor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of this test


def test_the_auditor_reads_people_and_no_password(committed: dict[str, str], cast: World) -> None:
    with psycopg.connect(committed["auditor"]) as auditor:
        assert auditor.execute("SELECT count(name) FROM registry_user").fetchone() == (8,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute("SELECT password FROM registry_user")


def test_who_decides_or_administers_lacks_a_factor_until_he_has_one(cast: World) -> None:
    assert set(lacking().values_list("username", flat=True)) == {"budi", "citra", "fitri", "root"}
    enrol(cast.budi)
    assert set(lacking().values_list("username", flat=True)) == {"citra", "fitri", "root"}
    cast.citra.is_active = False
    cast.citra.save()
    assert set(lacking().values_list("username", flat=True)) == {"fitri", "root"}


def test_a_check_costs_a_handful_of_statements(cast: World, statements: Any) -> None:
    factor = cast.factor("citra")
    with statements() as seen:
        check(cast.citra, factor)
    assert len(seen) <= 5, seen
