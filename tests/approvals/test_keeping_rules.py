"""How long what is kept: the law is the least, a setting only lengthens, and nothing may be listed a day too early."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.keeping import rules
from approvals.keeping.rules import Kind
from approvals.models import Disposal

DISPOSABLE = [term.kind for term in rules.TERMS if term.disposable]
DAYS = st.dates(date(2000, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        (Kind.REPORTS, date(2036, 12, 31)), (Kind.DOCUMENTS, date(2036, 12, 31)), (Kind.EVIDENCE, date(2036, 12, 31)),
        (Kind.RECAP, None), (Kind.PAPERS, date(2031, 12, 31)), (Kind.LOGS, date(2027, 12, 31)),
    ],
)  # fmt: skip
def test_what_closed_with_2026_is_kept_until(kind: Kind, until: date | None) -> None:
    assert rules.kept_until(kind, date(2026, 12, 31), {}) == until


def test_a_setting_lengthens_and_never_shortens() -> None:
    assert rules.years_of(Kind.EVIDENCE, {"evidence": 15}) == 15
    assert rules.years_of(Kind.EVIDENCE, {"evidence": 3}) == 10
    assert rules.years_of(Kind.RECAP, {"recap": 3}) is None
    assert rules.latest_before(Kind.REPORTS, date(2099, 1, 1), {}) is None


def test_evidence_of_2026_may_be_listed_from_2037_on() -> None:
    assert rules.latest_before(Kind.EVIDENCE, date(2036, 12, 31), {}) == date(2026, 12, 31)
    assert rules.latest_before(Kind.EVIDENCE, date(2037, 1, 1), {}) == date(2027, 1, 1)
    assert rules.allowed_from(Kind.EVIDENCE, date(2027, 1, 1), {}) == date(2037, 1, 1)


def test_what_can_go_is_what_can_be_listed() -> None:
    assert {str(kind) for kind in DISPOSABLE} == set(Disposal.Kind.values)


@given(st.sampled_from(DISPOSABLE), DAYS, st.integers(0, 30), st.integers(0, 800))
def test_what_may_be_listed_is_past_its_last_day(kind: Kind, today: date, more: int, earlier: int) -> None:
    longer = {str(kind): more}
    latest = rules.latest_before(kind, today, longer)
    assert latest is not None
    closed = latest - timedelta(days=1 + earlier)
    until = rules.kept_until(kind, closed, longer)
    assert until is not None and until < today
    assert rules.allowed_from(kind, latest, longer) <= today
