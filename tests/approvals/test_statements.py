"""What the deciders' pages cost: the same number of statements for one report and for thirty."""

from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.models import SigningBatch
from approvals.tasks import drain
from submissions.models import Report
from tests.cast import PASSPHRASE, World
from tests.files import kept_in

FEW, MANY = 1, 30


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, settings) -> None:
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def cost(statements: Any, client: Client, address: str) -> int:
    """Statements of one page, the second time: caches are warm."""
    assert client.get(address).status_code == 200
    with statements() as seen:
        client.get(address)
    assert seen
    return len(seen)


def waiting(cast: World, count: int, done: list[Report]) -> list[Report]:
    """`count` more reports of January that wait for Budi."""
    first = len(done) + 1
    for number in range(first, first + count):
        cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100, 200))
    fresh = [one for one in cast.open() if one.pk not in {old.pk for old in done}]
    cast.submitted(fresh, 60)
    return fresh


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/?tab=elsewhere", "/inbox/?tab=missing", "/entry/"])
def test_the_section_heads_pages_cost_the_same(cast: World, statements: Any, address: str) -> None:
    client = as_(cast.ani if address == "/entry/" else cast.budi)
    few = waiting(cast, FEW, [])
    before = cost(statements, client, address)
    waiting(cast, MANY, few)
    assert cost(statements, client, address) == before


@pytest.mark.parametrize("address", ["/sign/", "/sign/?tab=elsewhere", "/sign/?tab=missing"])
def test_the_heads_desk_costs_the_same(cast: World, statements: Any, address: str) -> None:
    few = waiting(cast, FEW, [])
    services.verify(actor=cast.budi, versions=cast.versions(few))
    before = cost(statements, as_(cast.citra), address)
    many = waiting(cast, MANY, few)
    services.verify(actor=cast.budi, versions=cast.versions(many))
    assert cost(statements, as_(cast.citra), address) == before


def test_a_document_costs_the_same_to_look_at_and_to_check(cast: World, statements: Any) -> None:
    create_authority(site.SIGNING_KEYS)
    path = site.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(site.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
    costs: list[tuple[int, ...]] = []
    done: list[Report] = []
    for count in (FEW, MANY):
        reports = waiting(cast, count, done)
        done += reports
        services.verify(actor=cast.budi, versions=cast.versions(reports))
        batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
        drain()
        batch = SigningBatch.objects.get(pk=batch.pk)
        prepared = cost(statements, as_(cast.citra), f"/batches/{batch.token}/")
        factor = cast.factor("citra")
        with statements() as signing:
            services.sign(actor=cast.citra, batch=batch, factor=factor, passphrase=PASSPHRASE)
        published = cost(statements, as_(cast.citra), f"/batches/{batch.token}/")
        costs.append((prepared, len(signing), published, cost(statements, Client(), f"/v/{batch.token}/")))
    assert costs[0] == costs[1]


def test_a_review_costs_the_same_however_many_lines_it_has(cast: World, statements: Any) -> None:
    costs = []
    for number, lines in enumerate((1, 30), 1):
        item = cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100,) * lines)
        cast.open()
        report = Report.objects.get(item=item)
        cast.submitted([report], 1)
        costs.append(cost(statements, as_(cast.budi), f"/reports/{report.token}/"))
    assert costs[0] == costs[1]
