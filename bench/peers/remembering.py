"""What the ledger costs: the same acts with its triggers and without, in turns."""

from dataclasses import asdict
from typing import Any

from bench import tasks, world
from bench.meter import Meter
from bench.peers.base import must
from bench.peers.ours import Ours
from submissions import services

POOL, SETS = "ledger", "ledgersets"


class Remembering:
    """Reports whose rows are saved again and again, and reports that are submitted as one set."""

    def __init__(self, peer: Ours, saves: int, large: int) -> None:
        self.reports, self.large = peer.draw(POOL, saves), large
        self.versions = dict.fromkeys(self.reports, 1)
        self.amount = 100

    def round(self, peer: Ours, on: bool) -> dict[str, Any]:
        """One save of 40 changed rows for each report, and one set; `on` is how the triggers stand."""
        peer.remembers = on
        self.amount += 1
        user, meter = peer.user(POOL, "officer"), Meter(peer.backend, lambda: peer.statements)
        lines = world.lines_of(self.reports)
        with meter("save", len(self.reports)):
            for pk in self.reports:
                typed = world.entry(pk, self.versions[pk], lines[pk], self.amount)
                saved = services.save_entries(actor=user, entries=[typed])
                must(pk in saved.versions, f"{saved.refusals} {saved.findings}")
                self.versions |= saved.versions
        ids = peer.enter_all(SETS, peer.draw(SETS, self.large))
        with meter("set", 1):
            peer.act(SETS, "submit", ids)
        peer.check(ids, ("submit",), 4)
        return {name: asdict(cost) for name, cost in meter.costs.items()}

    def crowd(self, peer: Ours, on: bool, clients: int, count: int) -> dict[str, Any]:
        """Several writers at once."""
        peer.remembers = on
        return tasks.crowd(peer, clients, count)
