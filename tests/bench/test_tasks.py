"""What a peer is asked to do is done, counted and looked up; a peer that only says so is found out."""

import os

import pytest

from bench import plan, tasks
from bench.peers.base import Peer, Wrong, must


class Cabinet(Peer):
    """A peer in memory. `forgets` is a verb that it answers for and does not do, `refuses` one that it refuses."""

    name = "fsm"
    errors = (ValueError,)

    def __init__(self, forgets="", refuses=""):
        super().__init__()
        self.forgets, self.refuses, self.done, self.checked = forgets, refuses, {}, []

    def open(self): ...

    def close(self): ...

    def backend(self):
        return os.getpid()

    def draw(self, pool, count):
        return [len(self.done) + number for number in range(count)]

    def enter(self, pool, ticket):
        self.done[ticket] = []
        return ticket

    def act(self, pool, verb, ids):
        for pk in ids:
            self.statements += 3
            if verb == self.refuses and pk in (3, 5):  # the first three only warm up
                raise ValueError(verb)
            if verb != self.forgets:
                self.done[pk].append(verb)

    def check(self, ids, verbs, rows):
        self.checked += ids
        must(all(self.done.get(pk) in (list(verbs), None) for pk in ids), "something is missing")


def test_a_journey_measures_every_stage_of_every_report():
    costs = tasks.journey(Cabinet(), "acts", 5)
    assert list(costs) == ["enter", *plan.VERBS]
    assert {(one["acts"], one["statements"]) for name, one in costs.items() if name != "enter"} == {(5, 15)}
    assert all(one["wall"] > 0 and one["client"] >= 0 and one["server"] >= 0 for one in costs.values())


def test_a_peer_that_forgets_an_act_ends_the_comparison():
    with pytest.raises(Wrong, match="missing"):
        tasks.journey(Cabinet(forgets="sign"), "acts", 2)


def test_a_peer_without_sets_does_fewer_and_a_peer_with_sets_does_all():
    assert tasks.sets(Cabinet(), "sets", 50, 7)["verify"]["acts"] == 7
    whole = Cabinet()
    whole.name = "limit"
    assert tasks.sets(whole, "sets", 50, 7)["verify"]["acts"] == 50


def test_clients_work_at_once_and_their_acts_add_up():
    told = tasks.crowd(Cabinet(), clients=3, count=4)
    assert (told["acts"], told["errors"]) == (3 * 4 * 4, {})
    assert told["wall"] > 0


def test_refusals_of_clients_are_counted_and_their_reports_are_not_looked_up():
    peer = Cabinet(refuses="verify")
    told = tasks.crowd(peer, clients=2, count=4)
    assert told["errors"]["ValueError"] == 4
    assert len(peer.checked) == 4
