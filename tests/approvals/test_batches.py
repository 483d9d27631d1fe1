"""Signing: one document over many reports, all published or none."""

import json

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.factors import Factor, FactorRefused
from approvals.models import SigningBatch
from approvals.recap import trusted
from approvals.services import BatchRefused, SigningRefused
from approvals.signing import verify
from submissions.models import Report
from tests.cast import PASSPHRASE, World
from tests.files import kept_in
from workflow import engine
from workflow.models import Decision, Outbox


@pytest.fixture(autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory, settings) -> None:
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")
    create_authority(folder)


@pytest.fixture
def verified(cast: World) -> list[Report]:
    path = settings.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(settings.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
    cast.items(3)
    reports = cast.open()
    versions = cast.submitted(reports, 10)
    services.verify(actor=cast.budi, versions=versions)
    return reports


def prepared(cast: World, reports: list[Report]) -> SigningBatch:
    batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    services.render(batch.pk)
    return SigningBatch.objects.get(pk=batch.pk)


def test_citra_signs_three_reports_in_one_act_and_they_are_published(
    cast: World, verified: list[Report]
) -> None:
    batch = prepared(cast, verified)
    assert batch.state == "prepared"
    done = services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    assert done.state == "published"
    assert set(Report.objects.values_list("state", flat=True)) == {"published"}
    pdf = done.signed_file.read()
    verdict = verify(pdf, trusted())
    assert verdict.valid, verdict
    assert verdict.signer_name == cast.citra.name
    manifest = (verdict.manifest or {})["reports"]
    assert [one["content_sha256"] for one in manifest] == [
        one.content_hash for one in Report.objects.order_by("pk")
    ]
    assert Decision.objects.filter(verb="publish").count() == 3
    altered = bytearray(pdf)
    altered[len(pdf) // 3] ^= 1
    assert not verify(bytes(altered), trusted()).valid
    assert not verify(pdf + b"\n%more", trusted()).valid
    assert not verify(pdf[:-100], trusted()).valid


def test_a_wrong_code_signs_nothing_and_voids_nothing(cast: World, verified: list[Report]) -> None:
    batch = prepared(cast, verified)
    with pytest.raises(FactorRefused, match="factor.none"):
        services.sign(actor=cast.citra, batch=batch, factor=Factor("123456"), passphrase=PASSPHRASE)
    cast.factor("citra")
    with pytest.raises(FactorRefused, match="factor.wrong"):
        services.sign(actor=cast.citra, batch=batch, factor=Factor(), passphrase=PASSPHRASE)
    with pytest.raises(SigningRefused, match="sign.passphrase"):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase="salah")
    assert SigningBatch.objects.get(pk=batch.pk).state == "prepared"
    assert set(Report.objects.values_list("state", flat=True)) == {"verified"}


def test_a_report_returned_after_the_document_was_prepared_voids_it(
    cast: World, verified: list[Report]
) -> None:
    batch = prepared(cast, verified)
    versions = cast.versions(verified[:1])
    services.send_back(actor=cast.citra, versions=versions, reason="Angka tidak sesuai SP2D")
    with pytest.raises(engine.Refused):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    batch = SigningBatch.objects.get(pk=batch.pk)
    assert (batch.state, batch.void_code) == ("void", "route.state")
    assert sorted(Report.objects.values_list("state", flat=True)) == ["returned", "verified", "verified"]


def test_a_document_changed_on_disk_is_not_signed(cast: World, verified: list[Report]) -> None:
    batch = prepared(cast, verified)
    storage, name = batch.prepared_file.storage, str(batch.prepared_file.name)
    storage.delete(name)
    storage.save(name, ContentFile(b"%PDF-1.7 another"))
    with pytest.raises(BatchRefused, match="batch.altered"):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    assert set(Report.objects.values_list("state", flat=True)) == {"verified"}


def test_only_the_head_prepares_and_only_for_verified_reports(cast: World, verified: list[Report]) -> None:
    versions = cast.versions(verified)
    for stranger in ("ani", "budi", "dewi", "eko", "root"):
        with pytest.raises(engine.Refused):
            services.prepare(actor=cast.people[stranger], period=cast.period(), versions=versions)
    with pytest.raises(engine.Refused):
        services.prepare(actor=cast.citra, period=cast.period(), versions={pk: 99 for pk in versions})


def test_rendering_twice_does_nothing_the_second_time(cast: World, verified: list[Report]) -> None:
    batch = prepared(cast, verified)
    assert Outbox.objects.filter(topic="batch.prepare").count() == 1
    services.render(batch.pk)
    again = SigningBatch.objects.get(pk=batch.pk)
    assert again.prepared_sha256 == batch.prepared_sha256
    assert json.loads(again.manifest)["month"] == "2026-01"


def test_a_key_of_another_person_signs_nothing(cast: World, verified: list[Report]) -> None:
    path = settings.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(settings.SIGNING_KEYS, cast.budi.name, str(cast.budi.nip), "Dinas", PASSPHRASE, path=path)
    batch = prepared(cast, verified)
    with pytest.raises(SigningRefused, match="sign.not_yours"):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    assert SigningBatch.objects.get(pk=batch.pk).state == "prepared"
