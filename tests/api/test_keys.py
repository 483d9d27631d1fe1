"""Keys: who has one speaks for its person, as far as it goes, as long as it lasts, and as often as it may."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from approvals import account_notices
from approvals.models import Notice
from ledger.clock import now
from ledger.recording import recorded
from portal.api import tokens
from portal.models import ApiToken
from registry.models import Government, Post, Unit, User
from tests.api.conftest import BASE, Program, program
from tests.cast import PASSWORD, World, assign
from tests.config.signing_in import signed_in
from wording.sentences import say
from workflow.models import Outbox

BACKEND = "django.contrib.auth.backends.ModelBackend"
PROBLEM = "application/problem+json"


def refused(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM), response.content
    said = response.json()
    assert (said["status"], said["code"], said["type"]) == (
        status,
        code,
        f"urn:jenjang:problem:{code}",
    ) and said["detail"]


def test_a_key_that_nobody_made_opens_nothing(cast: World) -> None:
    refused(Program("jjg_" + "x" * 40).get("/me"), 401, "api.token")
    refused(Program("x").get("/me"), 401, "api.token")
    refused(Client().get(f"{BASE}/me", headers={"Authorization": "Basic eDp5"}), 401, "api.token")


def test_a_key_ends_with_its_days_its_person_and_when_it_is_taken_back(cast: World) -> None:
    ani = program(cast.ani)
    assert ani.get("/me").status_code == 200
    token = ApiToken.objects.get()
    ApiToken.objects.filter(pk=token.pk).update(expires_at=now() - timedelta(seconds=1))
    refused(ani.get("/me"), 401, "api.token")
    ApiToken.objects.filter(pk=token.pk).update(expires_at=now() + timedelta(days=1))
    User.objects.filter(pk=cast.ani.pk).update(is_active=False)
    refused(ani.get("/me"), 401, "api.token")
    User.objects.filter(pk=cast.ani.pk).update(is_active=True)
    tokens.revoke(actor=cast.ani, token=token)
    refused(ani.get("/me"), 401, "api.token")


def test_a_key_that_may_only_read_changes_nothing(cast: World, of: Any) -> None:
    cast.item("1.03.10.2.01.0051")
    (report,) = cast.open()
    reader = of("ani", "read")
    assert reader.get(f"/reports/{report.token}").status_code == 200
    refused(
        reader("PATCH", f"/reports/{report.token}/entry", {"status": "PERSIAPAN"}, If_Match="*"),
        403,
        "api.token_read",
    )


def test_whose_office_decides_needs_a_second_factor_however_he_acts(cast: World) -> None:
    _token, secret = tokens.issue(person=cast.budi, name="x", scope="act", days=1)
    budi = Program(secret)
    assert budi.get("/me").status_code == 200
    refused(budi.post("/reports/remind", {"reports": ["x"]}), 403, "api.factor")


def test_that_it_was_used_is_noted_once_a_day_and_in_no_ledger(cast: World, statements: Any) -> None:
    ani = program(cast.ani)
    ani.get("/me")
    assert ApiToken.objects.get().last_used_on == now().date()
    with statements() as seen:
        ani.get("/me")
    assert not [one for one in seen if one.startswith("UPDATE")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM ledger.event WHERE of_table = 'portal_apitoken'")
        told = [payload for (payload,) in cursor.fetchall()]
    assert len(told) == 1 and ApiToken.objects.get().digest not in told[0]


def test_the_session_of_the_pages_reads_and_acts_only_with_its_own_token(cast: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ani, backend=BACKEND)
    assert client.get(f"{BASE}/me").json()["name"] == "Ani Lembayung"
    response = client.post(f"{BASE}/reports/remind", {"reports": ["x"]}, "application/json")
    refused(response, 403, "api.csrf")


def test_a_session_that_lacks_a_second_factor_is_told_so_and_led_nowhere(cast: World) -> None:
    client = signed_in(cast.budi)
    refused(client.get(f"{BASE}/me"), 403, "api.factor")


def test_the_way_to_https_is_left_as_it_is(cast: World, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(f"{BASE}/public")
    assert response.status_code == 301 and response["Location"].startswith("https://")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/", 404, "api.found"), ("GET", "/api/v2/me", 404, "api.found"), ("GET", "/api/v1/nowhere", 404, "api.found"),
        ("DELETE", "/api/v1/me", 405, "api.method"), ("POST", "/api/v1/openapi.json", 405, "api.method"),
        ("GET", "/api/v1/reports?cursor=abc", 400, "api.cursor"), ("GET", "/api/v1/reports?limit=x", 422, "api.fields"),
        ("GET", "/api/v1/reports?unit=%00", 400, "api.unread"), ("GET", "/api/v1/reports/%00", 404, "api.found"),
        ("GET", "/api/v1/totals?year=2026&month=2026-01", 404, "api.found"),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem(
    cast: World, of: Any, method: str, path: str, status: int, code: str
) -> None:
    refused(of("ani")(method, path), status, code)


def test_a_body_that_cannot_be_read_is_a_problem_too(cast: World, of: Any) -> None:
    ani = of("ani")

    def sent(body: str, kind: str = "application/json", **headers: str) -> Any:
        return ani.client.generic("POST", f"{BASE}/reports/remind", body, kind, headers=ani.headers | headers)

    refused(sent("{"), 400, "api.unread")
    refused(sent('{"reports": ["\\u0000"]}'), 400, "api.unread")
    refused(sent("a=b", "text/plain"), 415, "api.type")
    refused(sent("{}"), 422, "api.fields")
    refused(sent('{"reports": []}', Accept="text/html"), 406, "api.accept")
    refused(sent('{"reports": []}', **{"Idempotency-Key": "x" * 81}), 400, "api.key_form")
    refused(
        sent("é".encode("latin-1").decode("latin-1"), "application/json; charset=latin-1"), 400, "api.unread"
    )


def test_a_body_that_is_too_large_is_refused(cast: World, of: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    refused(of("ani").post("/reports/remind", {"reports": ["x" * 200]}), 413, "api.large")


def test_who_asks_too_often_waits(cast: World, of: Any, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    ani, budi = of("ani"), of("budi")
    assert [ani.get("/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    response = ani.get("/me")
    refused(response, 429, "api.fast")
    assert 0 < int(response["Retry-After"]) <= 60 and budi.get("/me").status_code == 200


def test_who_guesses_at_keys_is_stopped_and_nobody_else_at_that_address(cast: World, of: Any) -> None:
    assert {Program("jjg_x").get("/me").status_code for _ in range(60)} == {401}
    refused(Program("jjg_x").get("/me"), 429, "api.fast")
    assert of("ani").get("/me").status_code == 200


def test_a_person_of_another_government_finds_nothing_here(cast: World, of: Any) -> None:
    cast.item("1.03.10.2.01.0051")
    (report,) = cast.open()
    hani = program(neighbour())
    assert hani.get("/me").json()["government"] == "Kabupaten Tetangga"
    for path in (
        f"/reports/{report.token}",
        "/totals?year=2026&month=2026-01",
        "/board?year=2026&month=2026-01",
    ):
        refused(hani.get(path), 404, "api.found")
    refused(hani.post(f"/reports/{report.token}/recall", If_Match="*"), 404, "api.found")
    assert [hani.get(path).json()["items"] for path in ("/reports", "/periods", "/items", "/requests")] == [
        []
    ] * 4
    assert [one["code"] for one in hani.get("/units").json()["items"]] == ["88.01"]
    many = hani.post("/reports/bulk/recall", {"reports": [{"id": report.token, "version": 1}]}).json()
    assert [one["code"] for one in many["outcomes"]] == ["route.unknown"]


def neighbour() -> User:
    """The head of another government in the same database."""
    with recorded(None):
        government = Government.objects.create(
            code="88.01",
            name="Kabupaten Tetangga",
            sub_activity_pattern=".*",
            account_pattern=".*",
            unit_pattern=".*",
        )
        unit = Unit.objects.create(
            government=government, kind="GOVERNMENT", code="88.01", name=government.name
        )
        post = Post.objects.create(unit=unit, role="oversight", title="Kepala Biro")
        person = User.objects.create_user("hani", name="Hani Tetangga", language="en")
    assign(person, post)
    return person


def test_lists_come_in_parts_that_hang_together(cast: World, of: Any) -> None:
    cast.items(5)
    cast.open()
    ani, found, cursor = of("ani"), [], ""
    for _ in range(3):
        part = ani.get(f"/reports?limit=2&cursor={cursor}").json()
        found += [one["id"] for one in part["items"]]
        cursor = part["next"] or ""
    assert len(set(found)) == 5 and cursor == ""
    other = ani.get("/reports?limit=2").json()["next"]
    refused(ani.get(f"/reports?limit=2&state=draft&cursor={other}"), 400, "api.cursor")


# --- The page and the command --------------------------------------------------------------------------------


def page(cast: World, who: str = "ani") -> Client:
    client = signed_in(cast.people[who])
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_ani_makes_a_key_sees_it_once_and_takes_it_back(cast: World) -> None:
    client = page(cast)
    made = client.post("/tokens/new/", {"name": "Rekap", "scope": "act", "days": "30"})
    secret = made.context["secret"]
    assert made.status_code == 200 and secret in made.content.decode()
    assert "no-store" in made["Cache-Control"] and Program(secret).get("/me").json()["scope"] == "act"
    token = ApiToken.objects.get()
    listed = client.get("/tokens/").content.decode()
    assert secret not in listed and token.hint in listed and secret not in str(token.__dict__)
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert Program(secret).get("/me").status_code == 401
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert page(cast, "eko").post(f"/tokens/{token.pk}/revoke/").status_code == 404


@pytest.mark.parametrize(
    "typed", [{"name": ""}, {"days": "0"}, {"days": "9999"}, {"scope": "all"}, {"name": "x" * 81}]
)
def test_what_cannot_be_a_key_is_told_and_nothing_typed_is_lost(cast: World, typed: dict[str, str]) -> None:
    said = {"name": "Rekap", "scope": "read", "days": "30"} | typed
    response = page(cast).post("/tokens/new/", said)
    assert response.status_code == 422 and response.context["typed"] == said
    assert ApiToken.objects.count() == 0


def test_a_key_is_made_only_by_who_has_just_shown_that_it_is_he(cast: World) -> None:
    client = Client()
    client.force_login(cast.ani, backend=BACKEND)
    response = client.post("/tokens/new/", {"name": "Rekap", "scope": "act", "days": "30"})
    assert response.status_code == 302 and "/accounts/" in response["Location"]
    assert "next=%2Ftokens%2Fnew%2F" in response["Location"] and ApiToken.objects.count() == 0


def test_nobody_has_more_than_twenty(cast: World) -> None:
    for _ in range(tokens.MOST):
        tokens.issue(person=cast.ani, name="x", scope="read", days=1)
    with pytest.raises(tokens.TokenRefused, match="api.tokens"):
        tokens.issue(person=cast.ani, name="x", scope="read", days=1)


def test_the_command_prints_the_key_and_nothing_else(cast: World) -> None:
    out = StringIO()
    call_command("issue_token", "ani", "--scope", "act", "--days", "7", stdout=out)
    assert Program(out.getvalue().strip()).get("/me").json()["scope"] == "act"
    with pytest.raises(CommandError, match="siapa"):
        call_command("issue_token", "siapa")


def letters(person: User) -> list[tuple[str, str]]:
    """What a person was told of his keys: code and page, the oldest first; each by letter too."""
    for row in Outbox.objects.filter(topic=account_notices.CHANGED, done_at=None).order_by("pk"):
        account_notices.tell(row)
        account_notices.tell(row)  # a second time tells nothing new
    found = list(Notice.objects.filter(person=person, code__startswith="notice.account.key_").order_by("pk"))
    assert all(one.letter_id for one in found)
    return [(one.code.rpartition(".")[2], one.link) for one in found]


def test_a_person_is_told_of_each_key_of_his_and_that_it_was_taken_back(cast: World) -> None:
    User.objects.filter(username__in=("ani", "eko")).update(email="somebody@example.org")
    made, secret = tokens.issue(person=cast.ani, name="Rekap", scope="read", days=30, by=cast.ani)
    tokens.revoke(actor=cast.ani, token=made)
    tokens.revoke(actor=cast.ani, token=made)  # the second click
    assert letters(cast.ani) == [("key_made", "/tokens/"), ("key_revoked", "/tokens/")]
    notice = Notice.objects.filter(person=cast.ani).earliest("pk")
    assert secret not in str(notice.params)
    sentence = say(notice.code, notice.params)
    assert "Rekap" in sentence and notice.params["hint"] == secret[: tokens.HINT] and "ani" in sentence
    assert letters(cast.eko) == []


def test_a_person_is_told_of_a_key_that_others_made_in_his_name(cast: World) -> None:
    User.objects.filter(pk=cast.ani.pk).update(email="ani@example.org")
    tokens.issue(person=cast.ani, name="Sistem", scope="act", days=30, by=cast.root)
    call_command("issue_token", "ani", stdout=StringIO())
    assert letters(cast.ani) == [("key_given", "/tokens/"), ("key_issued", "/tokens/")]
    given = Notice.objects.get(code="notice.account.key_given")
    assert cast.root.name in say(given.code, given.params)


def test_a_key_that_is_not_made_is_told_to_nobody(cast: World) -> None:
    with pytest.raises(tokens.TokenRefused):
        tokens.issue(person=cast.ani, name="", scope="read", days=30, by=cast.ani)
    assert letters(cast.ani) == []
