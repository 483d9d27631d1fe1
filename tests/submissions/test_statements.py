"""What the officer's pages cost: the same number of statements for one sub-activity and for thirty."""

from typing import Any

import pytest
from django.test import Client

from submissions.models import Report
from tests.cast import World

PAGE = "/entry/2026-01/"


def fields(reports: list[Report], amount: str) -> dict[str, str]:
    typed: dict[str, str] = {}
    for report in reports:
        typed |= {
            f"r{report.pk}-version": str(Report.objects.get(pk=report.pk).version),
            f"r{report.pk}-status": "PELAKSANAAN",
            f"r{report.pk}-increment": "5",
            f"r{report.pk}-select": "1",
        }
        typed |= {f"r{report.pk}-line-{line.pk}": amount for line in report.lines.all()}
    return typed


def ani(cast: World) -> Client:
    client = Client()
    client.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("address", [PAGE, "/entry/"])
def test_looking_costs_the_same(cast: World, statements: Any, address: str) -> None:
    client, costs = ani(cast), []
    for first, last in ((1, 2), (2, 31)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100, 200))
        fresh = [one for one in cast.open() if one.version == 1]
        cast.entered(fresh, 10)
        client.get(address)
        with statements() as seen:
            assert client.get(address).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("act", ["save", "check", "refused"])
def test_saving_and_checking_cost_the_same(cast: World, statements: Any, act: str) -> None:
    client, costs = ani(cast), []
    for first, last in ((1, 2), (2, 31)):
        for number in range(first, last):
            cast.item(f"1.03.10.2.01.{number:04}")
        fresh = [one for one in cast.open() if one.version == 1]
        typed = fields(fresh, "500" if act == "refused" else "10") | {"act": act}
        client.get(PAGE)
        with statements() as seen:
            assert client.post(PAGE, typed).status_code == (422 if act == "refused" else 302)
        costs.append(len(seen))
    assert costs[0] == costs[1]
