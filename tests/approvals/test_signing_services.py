"""Signing through each backend, from the click to the public page: what fails is told, and nothing stands half done."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.document import manifest_bytes, render
from approvals.models import Signatory, SigningBatch
from approvals.recap import trusted
from approvals.services import BatchRefused, SigningRefused
from approvals.signatories import SignatoryRefused, set_signatory
from approvals.signing import verify
from approvals.signing_backends import Signed, Words
from approvals.signing_pkcs12 import Pkcs12Backend
from ledger.recording import recorded
from registry.models import Assignment
from submissions.models import Report
from tests.approvals.printed import entries, recap
from tests.approvals.signing_world import Clock, Service, make_token, put_key, softhsm
from tests.cast import PASSPHRASE, World
from tests.files import kept_in
from workflow.engine import Refused
from workflow.models import Outbox

NIK, PIN = "6471015503780002", "28469173"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.SIGNING_KEYS, settings.PKCS11_MODULE = tmp_path / "keys", softhsm()
    settings.STORAGES = kept_in(tmp_path / "files")
    create_authority(settings.SIGNING_KEYS)
    return Path(settings.SIGNING_KEYS)


@pytest.fixture
def service(cast: World, folder: Path, settings) -> Iterator[Service]:
    issue_signer(
        folder, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=folder / "remote.p12"
    )
    service = Service(people={NIK: (folder / "remote.p12", PASSPHRASE)})
    settings.BSRE_USER, settings.BSRE_PASSWORD = service.account
    settings.BSRE_TIMEOUT = 1.5
    set_signatory(actor=None, person=cast.citra, backend="bsre", number=NIK)
    with service.running() as url:
        settings.BSRE_URL = url
        yield service


def key_file(cast: World, folder: Path) -> None:
    path = folder / f"signer-{cast.citra.pk}.p12"
    issue_signer(folder, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)


@pytest.fixture
def batch(cast: World) -> SigningBatch:
    return prepared(cast, 3)


def prepared(cast: World, count: int) -> SigningBatch:
    cast.items(count)
    reports = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    made = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    services.render(made.pk)
    return SigningBatch.objects.get(pk=made.pk)


def sign(cast: World, batch: SigningBatch, passphrase: str = PASSPHRASE) -> SigningBatch:
    factor = cast.factor("citra")
    return services.sign(actor=cast.citra, batch=batch, factor=factor, passphrase=passphrase)


def fresh(batch: SigningBatch) -> SigningBatch:
    return SigningBatch.objects.get(pk=batch.pk)


def states() -> set[str]:
    return set(Report.objects.values_list("state", flat=True))


def test_citra_signs_with_her_token(cast: World, folder: Path, batch: SigningBatch) -> None:
    put_key(folder, make_token("citra-svc", PIN), PIN, "kunci", cast.citra.name, str(cast.citra.nip))
    set_signatory(actor=None, person=cast.citra, backend="pkcs11", label="citra-svc/kunci")
    with pytest.raises(SigningRefused, match="sign.passphrase"):
        sign(cast, batch, "00000000")
    done = sign(cast, fresh(batch), PIN)
    assert (done.state, done.backend, done.level, done.attempts) == ("published", "pkcs11", "B-B", 2)
    assert verify(done.signed_file.read(), trusted()).valid and states() == {"published"}


def test_citra_signs_at_the_service(cast: World, service: Service, batch: SigningBatch) -> None:
    done = sign(cast, batch)
    assert (done.state, done.backend, done.external_id, len(service.signed)) == (
        "published",
        "bsre",
        "dok-1",
        1,
    )
    verdict = verify(done.signed_file.read(), trusted())
    assert verdict.valid and verdict.manifest == json.loads(done.manifest)


@pytest.mark.parametrize("given", ["unsigned", "another month's", "signed by a stranger"])
def test_whatever_a_backend_gives_back_is_checked_before_it_counts(
    cast: World,
    folder: Path,
    batch: SigningBatch,
    given: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    key_file(cast, folder)
    made = recap(2)
    other = render(made, manifest_bytes(made, entries(2)))
    real = Pkcs12Backend.sign

    def odd(self: Pkcs12Backend, pdf: bytes, *, passphrase: str, words: Words) -> Signed:
        if given == "unsigned":
            return Signed(pdf, "B-B")
        if given == "another month's":
            return real(self, other, passphrase=passphrase, words=words)
        path = issue_signer(tmp_path / "strange", "Eko", "111", "Lain", PASSPHRASE)
        with override_settings(SIGNING_KEYS=tmp_path / "strange"):
            return real(Pkcs12Backend(path, "111"), pdf, passphrase=passphrase, words=words)

    monkeypatch.setattr(Pkcs12Backend, "sign", odd)
    with pytest.raises(BatchRefused, match="batch.unverified"):
        sign(cast, batch)
    assert (fresh(batch).state, states(), bool(fresh(batch).signed_file)) == ("void", {"verified"}, False)


def test_a_refusal_leaves_the_same_document_to_try_again(
    cast: World, service: Service, batch: SigningBatch
) -> None:
    for mood, passphrase, code in (
        ("", "salah", "sign.passphrase"),
        ("expired", PASSPHRASE, "sign.service_expired"),
    ):
        service.mood = mood
        with pytest.raises(SigningRefused, match=code):
            sign(cast, fresh(batch), passphrase)
        held = fresh(batch)
        assert (held.state, held.last_refusal, held.void_code) == ("prepared", code, "")
        assert states() == {"verified"}
    service.mood = ""
    done = sign(cast, fresh(batch))
    assert (done.state, done.attempts, done.last_refusal) == ("published", 3, "")
    assert done.prepared_sha256 == batch.prepared_sha256


@pytest.mark.parametrize("mood", ["slow after", "slow before", "500", "garbage", "unsigned", "other", "cut"])
def test_an_unknown_outcome_makes_it_void_and_one_click_prepares_it_again(
    cast: World, service: Service, batch: SigningBatch, mood: str
) -> None:
    made = recap(2)
    service.mood, service.other = mood, render(made, manifest_bytes(made, entries(2)))
    with pytest.raises(SigningRefused) as caught:
        sign(cast, batch)
    assert fresh(batch).state == "void" and fresh(batch).void_code == caught.value.code
    assert states() == {"verified"} and not fresh(batch).signed_file
    client = as_(cast.citra)
    page = client.get(f"/batches/{batch.token}/")
    assert f"/batches/{batch.token}/again/" in page.content.decode()
    answer = client.post(f"/batches/{batch.token}/again/")
    again = SigningBatch.objects.exclude(pk=batch.pk).get()
    assert answer.headers["Location"] == f"/batches/{again.token}/"
    assert [one.report_id for one in again.entries.order_by("position")] == [
        one.report_id for one in batch.entries.order_by("position")
    ]
    service.mood = ""
    services.render(again.pk)
    assert sign(cast, fresh(again)).state == "published"


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_only_the_signer_prepares_again_and_only_what_is_void(cast: World, batch: SigningBatch) -> None:
    for stranger in (cast.ani, cast.budi, cast.eko, cast.dewi):
        assert as_(stranger).post(f"/batches/{batch.token}/again/").status_code == 404
        with pytest.raises(BatchRefused, match="batch.signer"):
            services.prepare_again(actor=stranger, batch=batch)
    with pytest.raises(BatchRefused, match="batch.state"):
        services.prepare_again(actor=cast.citra, batch=batch)
    services.discard(actor=cast.citra, batch=batch)
    first, second = (services.prepare_again(actor=cast.citra, batch=fresh(batch)) for _ in range(2))
    assert first.pk == second.pk
    services.send_back(
        actor=cast.citra,
        versions=cast.versions(list(Report.objects.all()[:1])),
        reason="Belum cocok dengan SP2D",
    )
    answer = as_(cast.citra).post(f"/batches/{batch.token}/again/", follow=True)
    assert answer.status_code == 200 and "messages" in answer.context


def test_a_document_names_its_signer_as_what_she_is_when_she_signs(
    cast: World, folder: Path, batch: SigningBatch
) -> None:
    key_file(cast, folder)
    with recorded(None):
        Assignment.objects.filter(person=cast.citra).update(kind="plt", valid_to=date(2026, 12, 31))
    with pytest.raises(BatchRefused, match="batch.capacity") as refused:
        sign(cast, batch)
    assert refused.value.params["now"] == f"Plt. {batch.signer_title}"
    assert (fresh(batch).state, fresh(batch).attempts, states()) == ("prepared", 0, {"verified"})
    services.discard(actor=cast.citra, batch=fresh(batch))
    versions = cast.versions(list(Report.objects.all()))
    another = services.prepare(actor=cast.citra, period=cast.period(), versions=versions)
    services.render(another.pk)
    done = sign(cast, fresh(another))
    assert (done.state, done.signer_title) == ("published", f"Plt. {batch.signer_title}")


def test_who_holds_the_office_no_more_gets_no_signature_on_what_she_prepared(
    cast: World, folder: Path, batch: SigningBatch
) -> None:
    key_file(cast, folder)
    with recorded(None):
        Assignment.objects.filter(person=cast.citra).update(valid_to=date(2026, 2, 1))
    with pytest.raises(Refused):
        sign(cast, batch)
    held = fresh(batch)
    assert (held.state, bool(held.signed_file), states()) == ("void", False, {"verified"})
    assert held.void_code.startswith("route.")


def test_a_timestamp_server_that_is_down_leaves_the_document_to_try_again(
    cast: World, folder: Path, batch: SigningBatch, settings
) -> None:
    key_file(cast, folder)
    clock = Clock(folder, answers=0)
    with clock.running() as settings.TSA_URL:
        with pytest.raises(SigningRefused, match="sign.tsa_down"):
            sign(cast, batch)
        assert fresh(batch).state == "prepared"
        clock.answers = 100
        done = sign(cast, fresh(batch))
    assert (done.state, done.level) == ("published", "B-T")


def test_neither_number_nor_passphrase_is_kept_anywhere(
    cast: World, service: Service, batch: SigningBatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for mood in ("expired", "slow after"):
        service.mood = mood
        with pytest.raises(SigningRefused):
            sign(cast, fresh(batch))
    assert NIK not in caplog.text and PASSPHRASE not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        looked = 0
        for table in tables:
            if not connection.introspection.get_primary_key_column(cursor, table) and "audit" in table:
                continue
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [f'public."{table}"'])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE ANY (%s)',  # noqa: S608
                [[f"%{NIK}%", f"%{PASSPHRASE}%"]],
            )
            assert cursor.fetchone()[0] == 0, table
            looked += 1
    assert looked > 40
    assert Outbox.objects.exists()


def test_an_administrator_sets_how_people_sign(cast: World, tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text(NIK + "\n")
    call_command("set_signatory", "citra", backend="bsre", number_file=str(number))
    found = Signatory.objects.get(person=cast.citra)
    assert found.backend == "bsre" and NIK not in found.number_locked
    call_command("set_signatory", "citra", backend="pkcs11", label="citra/kunci")
    found.refresh_from_db()
    assert (found.backend, found.label) == ("pkcs11", "citra/kunci") and found.history.count() == 2
    for options in (
        {"backend": "pkcs11"},
        {"backend": "bsre", "number_file": "/nowhere"},
    ):
        with pytest.raises(CommandError):
            call_command("set_signatory", "citra", **options)
    with pytest.raises(CommandError):
        call_command("set_signatory", "nobody", backend="pkcs12")
    number.write_text("12345")
    with pytest.raises(SignatoryRefused, match="signatory.number"):
        set_signatory(actor=None, person=cast.citra, backend="bsre", number="12345")
    with pytest.raises(SignatoryRefused, match="signatory.number_missing"):
        set_signatory(actor=None, person=cast.budi, backend="bsre")


def test_a_hundred_and_fifty_reports_cost_as_many_statements_as_three(
    cast: World, folder: Path, statements, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file(cast, folder)
    counted = []
    few = prepared(cast, 3)
    for number in range(147):
        cast.item(f"1.03.10.2.02.{number + 1:04}")
    for month in (1, 2):
        if month == 2:
            cast.at("2026-03-03 09:00")
            few = prepared_of(cast, cast.open(2), 2)
        factor = cast.factor("citra")
        began = time.monotonic()
        with statements() as seen:
            done = services.sign(actor=cast.citra, batch=few, factor=factor, passphrase=PASSPHRASE)
        counted.append((done.entries.count(), len(seen), round(time.monotonic() - began, 1)))
        assert done.state == "published"
    (three, of_three, _), (many, of_many, seconds) = counted
    assert (three, many) == (3, 150)
    assert of_many == of_three, counted
    with capsys.disabled():
        print(f"\n150 reports signed in one act: {of_many} statements, {seconds} s")  # noqa: T201


def prepared_of(cast: World, reports: list[Report], month: int) -> SigningBatch:
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    versions = cast.versions(reports)
    made = services.prepare(actor=cast.citra, period=cast.period(month), versions=versions)
    services.render(made.pk)
    return SigningBatch.objects.get(pk=made.pk)
