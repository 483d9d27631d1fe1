"""Public names stand in addresses and in files as they are."""

import re
import secrets

import pytest
from django.db import connection

from submissions.models import PUBLIC_NAME_IN_SQL, new_token


def test_a_name_never_begins_like_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["-dasar", "-kota", "jalan-raya"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: next(drawn))
    assert new_token() == "jalan-raya"


@pytest.mark.django_db
def test_names_that_a_statement_makes_are_letters_digits_and_underscores() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {PUBLIC_NAME_IN_SQL} FROM generate_series(1, 1000)")  # noqa: S608
        names = {name for (name,) in cursor.fetchall()}
    assert len(names) == 1000 and all(re.fullmatch(r"[A-Za-z0-9_]{22}", name) for name in names)
