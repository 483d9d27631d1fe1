"""What a peer is asked to do and to measure. Entering is measured in `journey` only; elsewhere it is preparation."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.meter import Meter
from bench.peers.base import Peer, must
from bench.plan import CLIENT_WARM, VERBS, WITH_SETS, rows_of

PATIENCE = 120  # seconds for the slowest client to arrive or to end


def meter_of(peer: Peer) -> Meter:
    """A meter on this peer's connection."""
    return Meter(peer.backend, lambda: peer.statements)


def journey(peer: Peer, pool: str, count: int) -> dict[str, Any]:
    """`count` reports entered and taken to publication, one act on one report at a time."""
    tickets, meter = peer.draw(pool, count), meter_of(peer)
    with meter("enter", count):
        ids = [peer.enter(pool, ticket) for ticket in tickets]
    for verb in VERBS:
        with meter(verb, count):
            for pk in ids:
                peer.act(pool, verb, [pk])
    peer.check(ids, VERBS, rows_of(pool))
    return {name: asdict(cost) for name, cost in meter.costs.items()}


def sets(peer: Peer, pool: str, size: int, loop: int) -> dict[str, Any]:
    """Submit and verify `size` reports as one set each; a peer without sets does `loop` of them one by one."""
    count = size if peer.name in WITH_SETS else loop
    ids, meter = peer.enter_all(pool, peer.draw(pool, count)), meter_of(peer)
    for verb in VERBS[:2]:
        with meter(verb, count):
            peer.act(pool, verb, ids)
    peer.check(ids, VERBS[:2], rows_of(pool))
    return {name: asdict(cost) for name, cost in meter.costs.items()}


def crowd(peer: Peer, clients: int, count: int) -> dict[str, Any]:
    """Clients with a process and a connection each, all at once, on reports of their own: acts, seconds, errors."""
    tickets = {
        f"crowd{client}": peer.draw(f"crowd{client}", count + CLIENT_WARM) for client in range(clients)
    }
    peer.close()
    fork = multiprocessing.get_context("fork")
    gate, answers = fork.Barrier(clients, timeout=PATIENCE), fork.Queue()
    people = [
        fork.Process(target=_client, args=(peer, pool, drawn, gate, answers), daemon=True)
        for pool, drawn in tickets.items()
    ]
    for one in people:
        one.start()
    told = [answers.get(timeout=PATIENCE * 2) for _ in people]
    for one in people:
        one.join(PATIENCE)
    must(all(answer["ready"] for answer in told), f"a client fell out: {[one['errors'] for one in told]}")
    peer.open()
    # Of what a client was told is done, nothing may be missing: an update that was lost stops the whole comparison.
    peer.check([pk for answer in told for pk in answer["ids"]], VERBS, rows_of("crowd0"))
    return {
        "acts": sum(answer["acts"] for answer in told),
        "wall": max(answer["end"] for answer in told) - min(answer["begin"] for answer in told),
        "client": sum(answer["client"] for answer in told),
        "server": sum(answer["server"] for answer in told),
        "errors": dict(sum((Counter(answer["errors"]) for answer in told), Counter())),
    }


def _client(peer: Peer, pool: str, tickets: Sequence[Any], gate: Any, answers: Any) -> None:
    """One client: prepares, waits for the others, works. Its first reports only warm the connection up."""
    answer: dict[str, Any] = {"ready": False, "acts": 0, "ids": [], "errors": {}}
    try:
        peer.open()
        ids = peer.enter_all(pool, tickets)
        for pk in ids[:CLIENT_WARM]:
            for verb in VERBS:
                peer.act(pool, verb, [pk])
        ids = ids[CLIENT_WARM:]
        gate.wait()
        answer |= {"ready": True, "begin": time.monotonic()}
        with (meter := meter_of(peer))("all", len(ids)):
            _work(peer, pool, ids, answer)
        answer |= {"end": time.monotonic(), **asdict(meter.costs["all"]), "acts": answer["acts"]}
    except peer.errors as error:
        _note(answer, error)
    finally:
        answers.put(answer)


def _work(peer: Peer, pool: str, ids: Sequence[int], answer: dict[str, Any]) -> None:
    """All four acts on each report; one that fails is noted, and the next report is taken."""
    for pk in ids:
        try:
            for verb in VERBS:
                peer.act(pool, verb, [pk])
                answer["acts"] += 1
            answer["ids"].append(pk)
        except peer.errors as error:
            _note(answer, error)


def _note(answer: dict[str, Any], error: Exception) -> None:
    kind = type(error).__name__
    answer["errors"][kind] = answer["errors"].get(kind, 0) + 1
