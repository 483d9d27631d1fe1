"""What acts and pages cost: the same number of statements for one pack and for twenty."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from indicators import services
from indicators.models import Pack
from indicators.rules import Reported
from indicators.services import Entry
from tests.cast import factor
from tests.indicators.province import SOUND, Province

FEW, MANY = 1, 20
REASON = "The receivables differ from the ledger of the company."


def entries(province: Province, packs: list[Pack]) -> list[Entry]:
    figures = {code: Reported(Decimal(text)) for code, text in SOUND.items()}
    return [Entry(pack.pk, province.version(pack), "The same remark each.", figures) for pack in packs]


def prepared(province: Province, count: int, tier: int) -> list[Pack]:
    """Packs that have passed so many tiers."""
    packs = province.many(count)
    for pack in packs:
        province.enter(pack)
    acts: list[Callable[[dict[int, int]], Any]] = [
        lambda seen: services.submit(actor=province.gulzar, versions=seen),
        lambda seen: services.verify(actor=province.palwasha, versions=seen),
        lambda seen: services.sign(actor=province.shehram, versions=seen, factor=factor(province.shehram)),
    ]
    for act in acts[:tier]:
        assert all(one.done for one in act(province.versions(*packs)))
    return packs


ACTS: dict[str, tuple[int, Callable[[Province, dict[int, int]], Any]]] = {
    "submit": (0, lambda p, seen: services.submit(actor=p.gulzar, versions=seen)),
    "recall": (1, lambda p, seen: services.recall(actor=p.gulzar, versions=seen)),
    "verify": (1, lambda p, seen: services.verify(actor=p.palwasha, versions=seen)),
    "return": (1, lambda p, seen: services.send_back(actor=p.palwasha, versions=seen, reason=REASON)),
    "sign": (2, lambda p, seen: services.sign(actor=p.shehram, versions=seen, factor=factor(p.shehram))),
    "query": (3, lambda p, seen: services.send_back(actor=p.zarmina, versions=seen, reason=REASON)),
    "review": (3, lambda p, seen: services.review(actor=p.zarmina, versions=seen)),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_costs_the_same(province: Province, statements: Any, act: str) -> None:
    costs = []
    tier, perform = ACTS[act]
    for count in (FEW, FEW, MANY):  # the first warms what is kept in memory
        versions = province.versions(*prepared(province, count, tier))
        with statements() as seen:
            outcomes = perform(province, versions)
        assert len(outcomes) == count and all(one.done for one in outcomes)
        costs.append(len(seen))
    assert costs[1] == costs[2], costs


def test_saving_and_opening_cost_the_same(province: Province, statements: Any) -> None:
    costs = []
    for count in (FEW, FEW, MANY):  # the first warms what is kept in memory
        packs = province.many(count)
        told = entries(province, packs)
        with statements() as seen:
            saved = services.save(actor=province.gulzar, entries=told)
        assert len(saved.versions) == count
        with statements() as opened:
            services.open_quarter(fiscal_year=province.year, quarter=2)
        costs.append((len(seen), len(opened)))
    assert costs[1] == costs[2], costs


@pytest.mark.parametrize("address", ["/packs/", "/packs/?tab=others"])
@pytest.mark.parametrize("who", ["zarmina", "shehram"])
def test_a_desk_costs_the_same(province: Province, statements: Any, as_: Any, address: str, who: str) -> None:
    costs = []
    for count in (FEW, MANY):
        prepared(province, count, 3)
        prepared(province, count, 2)
        client: Client = as_(province.people[who])
        assert client.get(address).status_code == 200
        with statements() as seen:
            client.get(address)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_a_page_costs_the_same_with_quarters_before_it(province: Province, statements: Any, as_: Any) -> None:
    costs = []
    for quarter in (1, 2, 3):
        province.at(f"{2025 if quarter == 1 else 2026}-{(10, 1, 4)[quarter - 1]:02}-20 09:00")
        pack = province.published(province.open(quarter))
        client: Client = as_(province.zarmina)
        client.get(reverse("indicators:pack", args=[pack.token]))
        with statements() as seen:
            assert client.get(reverse("indicators:pack", args=[pack.token])).status_code == 200
        costs.append(len(seen))
    assert len(set(costs)) == 1, costs
