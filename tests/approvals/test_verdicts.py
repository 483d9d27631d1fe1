"""A document that many look at is checked once, and never called genuine a moment longer than it is."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from approvals import signing, verdicts
from approvals.authority import issue_list
from approvals.models import SigningBatch
from tests.approvals.issued import changed, keys_in, published, verified
from tests.cast import World

YES, NO = "Yes. It was signed and published.", "No. This document was never published."


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    keys_in(tmp_path_factory.mktemp("keys"), settings)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each whole check of a signature leaves its verdict here."""
    made: list[str] = []

    def check(*args: Any, **options: Any) -> signing.Verdict:
        verdict = signing.verify(*args, **options)
        made.append(verdict.code)
        return verdict

    monkeypatch.setattr(verdicts, "verify", check)
    verdicts._known.clear()
    return made


def told(document: SigningBatch) -> str:
    page = Client(headers={"accept-language": "en"}).get(f"/v/{document.token}/").content.decode()
    return next(words for words in (YES, NO) if words in page)


def test_it_is_checked_once_for_many_and_anew_for_each_change(
    cast: World, checks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = published(cast, verified(cast))
    checks.clear()
    assert [told(document) for _visitor in range(3)] == [YES] * 3 and checks == ["verify.valid"]
    path = Path(document.signed_file.path)
    whole = path.read_bytes()
    path.write_bytes(changed(whole, 5000))
    assert told(document) == told(document) == NO and len(checks) == 3
    path.write_bytes(whole)
    assert told(document) == YES and len(checks) == 3
    _distrusted(document, checks)
    issue_list(site.SIGNING_KEYS)
    assert told(document) == told(document) == YES and len(checks) == 5
    later = time.monotonic() + verdicts.MINUTES * 60 + 1
    monkeypatch.setattr(verdicts.time, "monotonic", lambda: later)
    assert told(document) == YES and len(checks) == 6


def _distrusted(document: SigningBatch, checks: list[str]) -> None:
    """An authority that is taken away is missed at once."""
    authority = next(iter(sorted(site.SIGNING_KEYS.glob("authority*.pem"))))
    kept = authority.rename(authority.with_name("was-authority.pem"))
    assert told(document) == NO and checks[-1] == "verify.untrusted" and len(checks) == 4
    kept.rename(authority)
    assert told(document) == YES and len(checks) == 4
