"""Nobody acts for another: what administrators and strangers can do to an account, and what a password must be."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import hashers
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from approvals import account_notices, factors
from approvals.factors import TOTP, check, code_now, enrol
from approvals.models import Notice
from ledger.recording import recorded
from registry.models import User
from tests.cast import PASSWORD, World, factor
from tests.config.signing_in import NEW, confirm, record, signed_in, told
from tests.guesses import wrong_code
from workflow.models import Outbox

# --- Nobody acts for another ----------------------------------------------------------------------------------


def test_an_administrator_has_a_link_sent_and_it_is_on_therecord(cast: World) -> None:
    enrol(cast.root)
    root, open_before = signed_in(cast.root), _session_of(cast.citra)
    confirm(root, cast.root)
    address = f"/accounts/people/{cast.citra.pk}/"
    assert root.get(address).status_code == 200
    assert root.post(address, {"act": "link"}).status_code == 302
    assert told(cast.citra) == ["link_sent"]
    row = Outbox.objects.get(topic=account_notices.RESET)
    assert row.payload == {"id": cast.citra.pk}, "no token waits in the queue"
    account_notices.mail_link(row)
    (letter,) = mail.outbox
    assert letter.to == [cast.citra.email]
    link = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(letter.body))[0]
    assert User.objects.get(pk=cast.citra.pk).check_password(PASSWORD), "until she uses it nothing changes"
    citra = Client()
    form = citra.get(link)["Location"]
    assert citra.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert User.objects.get(pk=cast.citra.pk).check_password(NEW)
    assert open_before.get("/sign/").status_code == 302
    used = Client().get(link)
    assert used.status_code == 200 and "password1" not in used.content.decode()


def test_who_changes_an_address_and_sends_himself_the_link_is_told_of_at_the_old_one(cast: World) -> None:
    enrol(cast.root)
    root = signed_in(cast.root)
    confirm(root, cast.root)
    with recorded(cast.root):
        citra = User.objects.get(pk=cast.citra.pk)
        citra.email = "bukan.citra@contoh.test"
        citra.save()
    root.post(f"/accounts/people/{citra.pk}/", {"act": "link"})
    warning = Outbox.objects.get(topic=account_notices.MOVED)
    account_notices.mail_warning(warning)
    (letter,) = mail.outbox
    assert (letter.to, letter.bcc) == ([], [cast.citra.email])
    assert "citra" in str(letter.body) and "/reset/" not in str(letter.body)


def test_an_address_that_never_changed_is_warned_of_nothing(cast: World) -> None:
    account_notices.send_link(cast.citra)
    assert not Outbox.objects.filter(topic=account_notices.MOVED).exists()


def _session_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_administrator_removes_a_factor_only_with_a_reason_and_she_is_told(cast: World) -> None:
    enrol(cast.root)
    enrol(cast.citra)
    root, citra = signed_in(cast.root), signed_in(cast.citra)
    confirm(root, cast.root)
    address = f"/accounts/people/{cast.citra.pk}/"
    assert root.post(address, {"act": "remove", "reason": "hilang"}).status_code == 422
    assert Authenticator.objects.filter(user=cast.citra).exists()
    assert root.post(address, {"act": "remove", "reason": "Telepon hilang, surat 12/2026"}).status_code == 302
    assert not Authenticator.objects.filter(user=cast.citra).exists()
    assert citra.get("/sign/")["Location"].startswith("/accounts/login/")
    assert told(cast.citra) == ["factors_removed"]
    notice = Notice.objects.get(person=cast.citra, code="notice.account.factors_removed")
    assert (notice.params["person"], notice.params["reason"]) == ("Root", "Telepon hilang, surat 12/2026")
    assert record("D") == [str(cast.root.pk)]


def test_he_sees_no_secret_and_sets_no_password(cast: World) -> None:
    enrol(cast.root)
    secret = enrol(cast.citra)
    root = signed_in(cast.root)
    confirm(root, cast.root)
    page = root.get(f"/accounts/people/{cast.citra.pk}/").content.decode()
    assert secret not in page and code_now(cast.citra) not in page
    password = {"password1": NEW, "password2": NEW, "set-password": "1"}
    assert root.post(f"/admin/registry/user/{cast.citra.pk}/password/", password).status_code == 404
    assert User.objects.get(pk=cast.citra.pk).check_password(PASSWORD)


@pytest.mark.parametrize("who", ["ani", "dewi", "citra"])
def test_the_page_of_a_person_is_for_administrators(cast: World, who: str) -> None:
    client = Client()
    client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
    for answer in (
        client.get(f"/accounts/people/{cast.budi.pk}/"),
        client.post(f"/accounts/people/{cast.budi.pk}/", {"act": "remove", "reason": "Telepon hilang"}),
    ):
        assert answer.status_code == 404


# --- Strangers ----------------------------------------------------------------------------------------------


def test_a_stranger_learns_nothing_from_the_answer_or_from_its_work(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    hasher = type(hashers.get_hasher())
    real = hasher.encode

    def counted(self: Any, password: str, *rest: Any, **more: Any) -> str:
        worked.append("hash")
        return str(real(self, password, *rest, **more))

    monkeypatch.setattr(hasher, "encode", counted)
    cast.gita.is_active = False
    cast.gita.save()
    told = []
    for name in ("citra", "nobody", "gita"):
        worked.clear()
        page = Client(headers={"accept-language": "en"}).post(
            "/accounts/login/", {"login": name, "password": "salah salah salah"}
        )
        text = re.sub(r'value="[^"]*"', "", page.content.decode())
        told.append((page.status_code, len(worked), text))
    assert told[0] == told[1] == told[2]
    assert told[0][1] == 1


def test_asking_for_a_link_is_answered_alike_for_an_address_that_nobody_has(cast: World) -> None:
    answers = []
    for address in (cast.citra.email, "nobody@contoh.test"):
        client = Client()
        answer = client.post("/accounts/password/reset/", {"email": address})
        answers.append((answer.status_code, answer["Location"], client.get(answer["Location"]).status_code))
    assert answers[0] == answers[1]
    assert [row.payload for row in Outbox.objects.filter(topic=account_notices.RESET)] == [
        {"id": cast.citra.pk}
    ]
    assert not mail.outbox


def test_what_was_typed_wrongly_is_kept_nowhere(cast: World) -> None:
    Client().post("/accounts/login/", {"login": "citra", "password": "hunter2 hunter2", "code": "123456"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT post_data FROM axes_accessattempt")
        (stored,) = cursor.fetchone()
    assert "hunter2" not in stored and "123456" not in stored


@pytest.mark.parametrize(
    ("path", "leads"),
    [("email/", "security/"), ("3rdparty/", "security/"), ("2fa/", "security/"), ("sessions/", "security/")],
)
def test_addresses_without_a_use_lead_to_the_one_page(cast: World, path: str, leads: str) -> None:
    assert signed_in(cast.ani).get(f"/accounts/{path}")["Location"] == f"/accounts/{leads}"


@pytest.mark.parametrize(
    "password",
    [
        "pendek sekali!",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "qwertyuiopasdfghjkl",
        "passwordpassword1",
        "jenjangjenjang2026",
        "citra hastapura 1980",
        "abcabcabcabcabcabc",
    ],
)
def test_what_anybody_would_try_first_is_no_password(cast: World, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, cast.citra)


@pytest.mark.parametrize(
    "password",
    [PASSWORD, NEW, "kuda biru melompati pagar", "نیلا گھوڑا باڑ پھلانگتا ہے",
     "ab cd ef gh ij kl mn op", "x9" + "kuda laut " * 12],
)  # fmt: skip
def test_a_sentence_in_any_script_is_one(cast: World, password: str) -> None:
    validate_password(password, cast.citra)


def test_wrong_codes_do_not_use_up_the_tries_of_another(cast: World) -> None:
    for person in (cast.citra, cast.budi):
        enrol(person)
    for _ in range(factors.TRIES):
        with pytest.raises(factors.FactorRefused):
            check(cast.citra, factors.Factor(wrong_code(cast.citra)))
    check(cast.budi, factor(cast.budi))
    assert Authenticator.objects.get(user=cast.citra, type=TOTP).data["wrong"] == factors.TRIES
