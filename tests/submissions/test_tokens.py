"""Public names stand in addresses and in files as they are."""

import secrets

import pytest

from submissions.models import new_token


def test_a_name_never_begins_like_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["-dasar", "-kota", "jalan-raya"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: next(drawn))
    assert new_token() == "jalan-raya"
