"""A hundred and fifty reports are signed by one code in one act, for the statements that fifteen cost."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.batches import manifest_digest
from approvals.models import SigningBatch
from submissions.models import Report
from tests.cast import PASSPHRASE, World
from tests.databases import CHECKOUT
from tests.files import kept_in
from workflow.models import Decision

FEW, MANY = 15, 150


@pytest.fixture(autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")
    create_authority(folder)
    return folder


def prepared(cast: World, reports: list[Report]) -> SigningBatch:
    cast.submitted(reports, 10)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    services.render(batch.pk)
    return SigningBatch.objects.get(pk=batch.pk)


def form(cast: World, batch: SigningBatch) -> dict[str, str]:
    return {
        "statement": "1",
        "code": cast.factor("citra").code,
        "passphrase": PASSPHRASE,
        "manifest_sha256": manifest_digest(batch),
    }


@pytest.fixture
def citra(cast: World) -> Client:
    path = site.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(site.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
    client = Client()
    client.force_login(cast.citra, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_hundred_and_fifty_cost_as_many_statements_as_fifteen(
    cast: World, citra: Client, statements: Any
) -> None:
    cast.items(FEW + MANY)
    reports, costs = cast.open(), []
    for part in (reports[:FEW], reports[FEW:]):
        batch = prepared(cast, part)
        posted = form(cast, batch)
        with statements() as seen:
            answer = citra.post(f"/batches/{batch.token}/", posted)
        assert answer.status_code == 302, answer.context["errors"]
        costs.append(len(seen))
    assert set(Report.objects.values_list("state", flat=True)) == {"published"}
    assert Decision.objects.filter(verb="sign").count() == FEW + MANY
    line = f"one act with a code: {FEW} reports {costs[0]} statements, {MANY} reports {costs[1]} statements\n"
    (CHECKOUT / "build").mkdir(exist_ok=True)
    (CHECKOUT / "build" / "signing_many_statements.txt").write_text(line)
    assert costs[0] == costs[1] <= 90, line


def test_a_second_click_and_a_second_tab_have_no_second_effect(cast: World, citra: Client) -> None:
    cast.items(3)
    batch = prepared(cast, cast.open())
    address, posted = f"/batches/{batch.token}/", form(cast, batch)
    first = citra.post(address, posted)
    again = citra.post(address, posted)  # the same click, or the back button
    other_tab = citra.post(address, form(cast, batch))
    assert (first.status_code, again.status_code) == (302, 302)
    assert other_tab.status_code in (302, 422)
    assert Decision.objects.filter(verb="publish").count() == 3
    assert SigningBatch.objects.get().state == "published"


def test_without_a_factor_nothing_is_signed(cast: World, citra: Client) -> None:
    cast.items(2)
    batch = prepared(cast, cast.open())
    address, posted = f"/batches/{batch.token}/", form(cast, batch)
    for given in (
        {"code": ""},
        {"code": "000000"},
        {"code": "", "assertion": "{}"},
        {"code": "", "password": "x"},
    ):
        answer = citra.post(address, posted | given)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert PASSPHRASE not in page and posted["code"] not in page
        assert 'id="statement" value="1" checked' in page, "the tick is kept"
    assert SigningBatch.objects.get().state == "prepared"
    assert set(Report.objects.values_list("state", flat=True)) == {"verified"}


def test_a_wrong_passphrase_uses_the_code_up_and_voids_nothing(cast: World, citra: Client) -> None:
    cast.items(2)
    batch = prepared(cast, cast.open())
    address, posted = f"/batches/{batch.token}/", form(cast, batch)
    assert citra.post(address, posted | {"passphrase": "salah"}).status_code == 422
    refused = citra.post(address, posted)
    assert refused.status_code == 422 and refused.context["code_error"]
    assert citra.post(address, form(cast, batch)).status_code == 302
