"""One peer in a process of its own: reads a question per line, writes an answer per line (JSON)."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import django

from bench import plan, tasks
from bench.peers.base import DjangoPeer, Peer

CLASSES = {
    "ours": ("bench.peers.ours", "Ours"),
    "viewflow": ("bench.peers.viewflow", "Viewflow"),
    "fsm": ("bench.peers.fsm", "Fsm"),
    "spiff": ("bench.peers.spiff", "Spiff"),
    "limit": ("bench.peers.plain", "Limit"),
}
APPLICATIONS = ("ours", "viewflow", "fsm")


def prepare(name: str, chosen: plan.Plan) -> Peer:
    """Tables and people, then the peer with its connection open."""
    module, cls = CLASSES[name]
    if name in APPLICATIONS:
        django.setup()
    if name == "ours":
        import_module("bench.world").build(chosen.pools())
    elif name in APPLICATIONS:
        call = import_module("django.core.management").call_command
        call("migrate", verbosity=0, interactive=False)
        # The peer's own tables have no migrations, and they point to those that have.
        call("migrate", verbosity=0, interactive=False, run_syncdb=True)
    home = import_module("bench.peers.plain" if name == "spiff" else module)
    if name != "ours":
        home.prepare()
    peer: Peer = getattr(import_module(module), cls)()
    if isinstance(peer, DjangoPeer):
        peer.close()  # plans made while the tables were empty go with their connection
    peer.open()
    return peer


def serve(name: str, chosen: plan.Plan, say: Callable[[Any], None]) -> None:
    """Answer until there are no more questions."""
    peer = prepare(name, chosen)
    works: dict[str, Callable[..., Any]] = {
        "journey": tasks.journey,
        "sets": tasks.sets,
        "crowd": tasks.crowd,
    }
    if name == "ours":
        works["saves"] = import_module("bench.peers.saving").Saving(peer, chosen.saves).round
        ledger = import_module("bench.peers.remembering").Remembering(peer, chosen.saves, chosen.large)
        works |= {"ledger": ledger.round, "ledger_crowd": ledger.crowd}
        reading = import_module("bench.reading")
        works |= {"dashboard": reading.dashboard, "inbox": reading.inbox}
    say("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        work = works[asked.pop("do")]
        say(work(peer, **asked))


def main() -> None:
    """`python -m bench.worker PEER PLAN`. Whatever a library prints goes to standard error."""
    with os.fdopen(os.dup(1), "w", buffering=1) as answers:
        os.dup2(2, 1)
        serve(sys.argv[1], plan.plan(sys.argv[2]), lambda told: print(json.dumps(told), file=answers))


if __name__ == "__main__":
    main()
