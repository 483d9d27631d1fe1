"""How often a program may ask: counted by the minute over all web processes, at the cost of no statement for most requests.

Each process counts for itself, and after every thirtieth of the limit it tells the cache of the site (Redis, else a table) what
came to it of a name; the answer is what came to all. So a name that asks seldom costs nothing, and one that asks often is held
everywhere, at the latest a thirtieth of the limit later for each process. While the cache cannot be reached each holds its own.
"""

import hashlib
import heapq
import ipaddress
import logging
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from portal.api.problems import Problem

MINUTE = 60
FAILURES = 60  # keys that do not fit, from one address in a minute
SHARES = 30  # of the limit: after so large a part of it a process tells the others
MOST = 20_000  # names; of more, those that asked least are forgotten
log = logging.getLogger("jenjang.api")
# The count of a table is read and written in two statements: of two processes one waits here.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(slots=True)
class Count:
    """Requests of one name in this minute: to this process, those of which the others do not know, and to all others."""

    own: int = 0
    untold: int = 0
    others: int = 0


class Counters:
    """Counts per name and minute; the machine's time will do."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.minute, self.counts = 0, {}  # type: int, dict[str, Count]

    def count(self, name: str, limit: int) -> int:
        """One more of this name; how many there were in this minute, as far as this process knows. Who is above the limit is
        counted here alone: the others know of him."""
        minute = int(time.time() // MINUTE)
        with self.lock:
            if minute != self.minute:
                self.minute, self.counts = minute, {}
            one = self.counts.get(name) or self._new(name)
            one.own += 1
            one.untold += 1
            below = one.own + one.others - one.untold <= limit
            told = one.untold if below and one.untold >= max(limit // SHARES, 1) else 0
            if told:
                one.untold = 0
        if told:
            self._shared(one, minute, name, told)
        return one.own + one.others

    def _new(self, name: str) -> Count:
        """Who comes with many names crowds out who asked least, and never who is near the limit."""
        if len(self.counts) >= MOST:
            self.counts = dict(heapq.nlargest(MOST // 2, self.counts.items(), key=_asked))
        return self.counts.setdefault(name, Count())

    def _shared(self, one: Count, minute: int, name: str, told: int) -> None:
        try:
            every = _add(f"api-limit:{minute}:{hashlib.sha256(name.encode()).hexdigest()[:32]}", told)
        except Exception:  # noqa: BLE001 - whatever ails the cache: programs are served, and counted here
            log.warning("the cache does not count the requests of programs", exc_info=True)
            return
        with self.lock:
            one.others = max(one.others, every - (one.own - one.untold))


def _asked(one: tuple[str, Count]) -> int:
    return one[1].own + one[1].others


def _add(key: str, amount: int) -> int:
    """So many more under this key in the cache of all processes; how many there are."""
    if not settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        cache.add(key, 0, 2 * MINUTE)
        return int(cache.incr(key, amount))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [key])
        every = int(cache.get(key, 0)) + amount
        cache.set(key, every, 2 * MINUTE)
    return every


COUNTERS = Counters()


def take(name: str) -> None:
    """Count a request of a key or a visitor; raises Problem (429) when there were too many in this minute."""
    if COUNTERS.count(name, settings.API_REQUESTS_A_MINUTE) > settings.API_REQUESTS_A_MINUTE:
        raise _too_many(settings.API_REQUESTS_A_MINUTE)


def guessed(address: str) -> None:
    """Count a key that does not fit; raises Problem (429) when too many came from there. Keys that fit are served all the
    same: a whole office may come from one address."""
    if COUNTERS.count(f"guessed:{place_of(address)}", FAILURES) > FAILURES:
        raise _too_many(FAILURES)


def place_of(address: str) -> str:
    """Where somebody comes from: an IPv4 address, or the network of 64 bits of IPv6 in which a house has all of its addresses."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))


def _too_many(limit: int) -> Problem:
    seconds = MINUTE - int(time.time()) % MINUTE
    params = {"limit": limit, "seconds": seconds}
    return Problem(429, "api.fast", params, headers={"Retry-After": str(seconds)})
