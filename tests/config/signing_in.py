"""What the tests of accounts share: the door, confirming, and what was told and recorded of keys."""

from typing import Any

from django.db import connection
from django.test import Client

from approvals import account_notices
from approvals.models import Notice
from registry.models import User
from tests.cast import PASSWORD, factor
from workflow.models import Outbox

NEW = "tujuh belas ribu pulau hijau"


def door(client: Client, person: User, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": person.username, "password": password})


def signed_in(person: User) -> Client:
    """Through the door, with a code where one is asked for."""
    client = Client(
        headers={"accept-language": "en", "user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    )
    answer = door(client, person)
    if answer["Location"] == "/accounts/2fa/authenticate/":
        answer = client.post("/accounts/2fa/authenticate/", {"code": factor(person).code})
    assert answer.status_code == 302 and client.session["_auth_user_id"] == str(person.pk), answer
    return client


def confirm(client: Client, person: User) -> None:
    """What is asked before a key is changed."""
    answer = client.post("/accounts/2fa/reauthenticate/", {"code": factor(person).code})
    assert answer.status_code == 302, answer.content


def told(person: User) -> list[str]:
    for row in Outbox.objects.filter(topic=account_notices.CHANGED, done_at=None):
        account_notices.tell(row)
    codes = Notice.objects.filter(person=person, code__startswith="notice.account.").order_by("pk")
    return [code.removeprefix("notice.account.") for code in codes.values_list("code", flat=True)]


def record(kind: str) -> list[str]:
    """Who did it to authenticators, by the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::json->>'actor' FROM ledger.event WHERE of_table = 'mfa_authenticator'"
            " AND payload::json->>'op' = %s",
            [kind],
        )
        return [actor for (actor,) in cursor.fetchall()]
