"""Several servers and workers, one of each killed under load: a small one of what `make cluster` does with a broker."""

from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest

from tests.approvals.postoffice import PostOffice
from tests.operating import nodes
from tests.operating.nodes import Tally, counted, run


def test_what_was_answered_is_there_once_although_a_server_and_a_worker_were_killed(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), ExitStack() as stack:
        told = run(stack, "pgmq", reports=12, clients=3)
    assert (
        told["faults"] == []
        and told["killed"][0].startswith("web0")
        and told["killed"][1].startswith("worker0")
    )
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert told["states"] == {"verified": 12} and told["acts"] == 12 * 3 + 2 * 3
    assert told["returns"] == told["notices_of_returns"] == 3 and told["letters"] >= 3


@pytest.mark.parametrize(
    ("decided", "entered", "lost", "doubled"),
    [
        ([("a", "submit", 1)], [("a", 1)], 0, 0),
        ([], [("a", 1)], 1, 0),
        ([("a", "submit", 2)], [("a", 1)], 0, 1),
        ([("a", "submit", 1)], [("a", 2)], 0, 1),
        ([("a", "submit", 1)], [("a", 0)], 1, 0),
    ],
)
def test_what_is_lost_or_doubled_is_counted(
    monkeypatch: Any, decided: list[Any], entered: list[Any], lost: int, doubled: int
) -> None:
    answers = {
        nodes.DECIDED: decided, nodes.ENTERED: entered, nodes.TOLD: [(0, 0)], nodes.STATES: [],
    }  # fmt: skip
    monkeypatch.setattr(nodes, "rows", lambda urls, query: answers[query])
    monkeypatch.setattr(nodes, "verified", dict)
    tally = Tally(acts=Counter({("a", "enter"): 1, ("a", "submit"): 1}))
    found = counted({}, tally, PostOffice(), [], 0)
    assert (found["lost"], found["doubled"]) == (lost, doubled)
