"""How often a program may ask: over all processes of the site, without a statement for who asks seldom."""

from typing import Any

import pytest
from django.core.cache import cache

from portal.api import limits
from portal.api.limits import Counters
from portal.api.problems import Problem

LIMIT = 600
CACHES = {
    "table": "",
    "memory": "django.core.cache.backends.locmem.LocMemCache",  # counts as Redis does
}


@pytest.fixture(params=CACHES)
def shared(request: pytest.FixtureRequest, database: None, settings: Any) -> None:
    """The cache of all processes, of either kind, with nothing in it."""
    if backend := CACHES[request.param]:
        settings.CACHES = {"default": {"BACKEND": backend}}
        cache.clear()


def times(counters: Counters, number: int, name: str = "key:key-1") -> int:
    return [counters.count(name, LIMIT) for _ in range(number)][-1]


def test_what_came_to_another_process_counts_here_too(shared: None) -> None:
    here, there = Counters(), Counters()
    assert times(here, 300) == 300
    assert times(there, 20) == 320
    assert times(there, 280) == 600 and times(here, 20) == 620
    assert times(there, 1, "key:key-2") == 1
    # At the latest a thirtieth above the limit, however many processes there are.
    third = Counters()
    assert times(third, LIMIT // limits.SHARES) > LIMIT


def test_who_asks_seldom_costs_no_statement_and_who_is_held_none_more(
    database: None, statements: Any
) -> None:
    here = Counters()
    with statements() as seen:
        times(here, LIMIT // limits.SHARES - 1)
    assert len(seen) == 0
    with statements() as seen:
        times(here, 1)
    assert 0 < len(seen) < 12
    times(here, LIMIT)
    with statements() as seen:
        assert times(here, 100) == LIMIT + LIMIT // limits.SHARES + 100
    assert len(seen) == 0


def test_without_the_cache_each_process_holds_its_own_count(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def away(key: str, amount: int) -> int:
        raise ConnectionError

    monkeypatch.setattr(limits, "_add", away)
    settings.API_REQUESTS_A_MINUTE = 40
    for _ in range(40):
        limits.take("key:key-1")
    with pytest.raises(Problem):
        limits.take("key:key-1")


def test_who_comes_under_many_names_frees_nobody_from_his_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not himself either."""
    monkeypatch.setattr(limits, "_add", lambda key, amount: 0)
    here = Counters()
    assert times(here, LIMIT, "visitor:203.0.113.9") == LIMIT
    for number in range(2 * limits.MOST + 1):
        here.count(f"visitor:{number}", LIMIT)
    assert len(here.counts) <= limits.MOST
    assert here.count("visitor:203.0.113.9", LIMIT) == LIMIT + 1


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("", ""),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"), ("2001:db8:1:2:bbbb::7", "2001:db8:1:2::/64"),
    ],
)  # fmt: skip
def test_all_addresses_of_one_house_are_one_visitor(address: str, place: str) -> None:
    assert limits.place_of(address) == place
