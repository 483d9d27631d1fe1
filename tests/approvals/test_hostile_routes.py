"""Odd things sent to the pages of routes: each is answered, and nobody changes what another government follows."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from approvals import route_services
from approvals.composing import Draft
from approvals.route_services import RouteRefused
from ledger.recording import recorded
from registry.models import Government, Unit
from tests.approvals.composer import bureau, sent, typed
from tests.cast import World
from workflow.models import RouteVersion


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def house(cast: World) -> World:
    bureau(cast)
    cast.items(2)
    return cast


@pytest.fixture
def hadi(house: World) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(house.people["hadi"], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "address",
    ["%00/", "%00/units/", "compose/?route=%00", "compose/?from=%00", "compose/?route=%F0%9F%98%80"],
)
def test_an_address_that_names_no_route_finds_none(hadi: Client, address: str) -> None:
    assert hadi.get(f"/routes/{address}").status_code == 404


ODD: dict[str, dict[str, str]] = {
    "ten thousand tiers": {"tiers": "10000", "base": "99999"},
    "no numbers": {"tiers": "x", "quorum-1": "²", "embargo": "-3", "due_days-1": "99999"},
    "an amount of 400 digits": {"test-1-0": "ceiling >=", "value-1-0": "9" * 400},
    "no amount": {"test-1-0": "ceiling >=", "value-1-0": "NaN"},
    "no kind": {"test-1-0": "kind in", "value-1-0": ",,,", "label-1": "<script>alert(1)</script>"},
    "more conditions than can be tried": {
        f"{field}-{tier}-{at}": f"f{tier}{at}" if field == "value" else "fund_source has"
        for tier in range(24) for at in range(13) for field in ("test", "value")
    } | {"tiers": "24"},
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("act", ["try", "save"])
def test_an_odd_draft_comes_back_with_what_is_wrong(hadi: Client, odd: str, act: str) -> None:
    fields = typed(hadi.get("/routes/compose/?route=DINAS").content.decode())
    answer = sent(hadi, fields, act, **ODD[odd])
    assert answer.status_code == (422 if act == "save" else 200)
    assert b"<script>alert" not in answer.content
    assert RouteVersion.objects.filter(code="DINAS").count() == 1


def test_nobody_changes_a_route_that_another_government_follows(house: World) -> None:
    with recorded(None):
        other = Government.objects.create(
            code="75.02", name="Kabupaten Lain", time_zone="Asia/Jayapura", currency="IDR", language="id"
        )
        elsewhere = Unit.objects.create(
            government=other, kind="GOVERNMENT", code="75.02", name="Lain", route_code="DINAS"
        )
    version = RouteVersion.objects.filter(code="DINAS").latest("number")
    draft = Draft(version.code, "Dinas baru", "", version.number, Draft.from_version(version).rows)
    with pytest.raises(RouteRefused) as refused:
        route_services.save_version(actor=house.people["hadi"], government=house.government, draft=draft)
    assert refused.value.code == "compose.others"
    with recorded(None):
        Unit.objects.filter(pk=elsewhere.pk).update(route_code="LAIN")
    saved = route_services.save_version(actor=house.people["hadi"], government=house.government, draft=draft)
    assert saved.number == version.number + 1
