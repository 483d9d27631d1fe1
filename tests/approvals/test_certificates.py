"""Certificates before they are needed: who has to sign within a week is told in time, once, whether his will do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from django.core import mail
from django.test import Client

from approvals import certificates, services, tasks
from approvals.authority import create_authority, issue_list, issue_signer
from approvals.models import Notice, Signatory
from approvals.signatories import set_signatory
from registry.models import Post, Unit
from tests.approvals.signing_world import Service, make_token, put_key, softhsm
from tests.cast import PASSPHRASE, World, assign
from wording.sentences import say

NIK, PIN = "6471015503780002", "28469173"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.SIGNING_KEYS, settings.PKCS11_MODULE = tmp_path, softhsm()
    create_authority(tmp_path)
    issue_list(tmp_path)
    return tmp_path


@pytest.fixture
def january(cast: World) -> World:
    """January is due for signature on 10 February, at night; it is the 4th."""
    cast.items(2)
    cast.open()
    cast.at("2026-02-04 09:00")
    return cast


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


def key_file(cast: World, folder: Path, valid_to: datetime | None = None) -> Path:
    path = folder / f"signer-{cast.citra.pk}.p12"
    return issue_signer(
        folder, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path, valid_to=valid_to
    )


def told(cast: World, name: str = "citra") -> list[str]:
    mine = Notice.objects.filter(person=cast.people[name], code__startswith="cert.").order_by("pk")
    assert all(say(one.code, one.params) for one in mine)
    return [one.code for one in mine]


def status(cast: World) -> str:
    return Signatory.objects.get(person=cast.citra).status


def a_day_later(cast: World, text: str) -> None:
    cast.at(text)
    tasks.check_certificates()


def test_citra_is_told_once_that_all_is_well(january: World, folder: Path) -> None:
    key_file(january, folder)
    assert certificates.check() == 1
    assert certificates.check() == 0  # once a day
    a_day_later(january, "2026-02-05 09:00")
    assert told(january) == ["cert.due.good"] and status(january) == "cert.good"
    found = Signatory.objects.get(person=january.citra)
    assert found.valid_to and found.certificate_serial
    page = as_(january.citra).get("/sign/").content.decode()
    assert say("cert.good_until", {"valid_to_at": found.valid_to.isoformat()})[:20] in page or "2034" in page


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_nobody_is_asked_before_the_week_or_once_everything_is_signed(january: World, folder: Path) -> None:
    key_file(january, folder)
    january.at("2026-02-03 09:00")
    assert certificates.check() == 0
    january.at("2026-02-04 09:00")
    reports = january.reports()
    services.verify(actor=january.budi, versions=january.submitted(reports, 10))
    batch = services.prepare(actor=january.citra, period=january.period(), versions=january.versions(reports))
    services.render(batch.pk)
    batch.refresh_from_db()
    services.sign(actor=january.citra, batch=batch, factor=january.factor("citra"), passphrase=PASSPHRASE)
    assert certificates.check() == 0 and told(january) == []


def test_a_certificate_that_will_not_do_is_told_to_her_and_to_the_bureau(
    january: World, folder: Path
) -> None:
    bureau = Post.objects.create(
        unit=Unit.objects.get(parent=None),
        role=Post.Role.OVERSIGHT,
        title="Kepala Bagian Administrasi Pembangunan",
    )
    assign(january.gita, bureau)
    path = key_file(january, folder, valid_to=datetime(2025, 6, 1, tzinfo=UTC))
    tasks.check_certificates()
    assert (told(january), told(january, "gita"), status(january)) == (
        ["cert.due.expired"],
        ["cert.bureau"],
        "cert.expired",
    )
    tasks.drain()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["citra@contoh.test", "gita@contoh.test"]
    key_file(january, folder)
    number = x509.load_pem_x509_certificate(path.with_suffix(".pem").read_bytes()).serial_number
    issue_list(folder, {number: datetime.now(UTC) - timedelta(days=1)})
    a_day_later(january, "2026-02-05 09:00")
    assert status(january) == "cert.revoked"
    assert told(january) == ["cert.due.expired"]  # once for a period; the page tells the rest
    page = as_(january.citra).get("/sign/").content.decode()
    assert "note amber" in page
    path.unlink()
    a_day_later(january, "2026-02-06 09:00")
    assert status(january) == "cert.unset"


def test_a_certificate_that_ends_before_the_month_is_due(january: World, folder: Path) -> None:
    key_file(january, folder, valid_to=datetime.now(UTC) + timedelta(days=1))
    Signatory.objects.all().delete()
    heard = certificates.ask(january.citra)
    assert heard.status == "cert.good"
    period = january.period()
    period.sign_due = datetime.now(UTC) + timedelta(days=3)
    certificates._tell(january.citra, period, certificates.outlook(heard, period))
    assert told(january) == ["cert.due.ends"]


def test_a_key_file_without_its_certificate_beside_it_is_no_trouble(january: World, folder: Path) -> None:
    key_file(january, folder).with_suffix(".pem").unlink()
    tasks.check_certificates()
    assert (told(january), status(january)) == (["cert.due.unknown"], "cert.unknown")


def test_a_token_is_asked_without_its_pin(january: World, folder: Path) -> None:
    put_key(folder, make_token("citra-cert", PIN), PIN, "kunci", january.citra.name, str(january.citra.nip))
    set_signatory(actor=None, person=january.citra, backend="pkcs11", label="citra-cert/kunci")
    tasks.check_certificates()
    assert (told(january), status(january)) == (["cert.due.good"], "cert.good")
    set_signatory(actor=None, person=january.citra, backend="pkcs11", label="dicabut/kunci")
    tasks.check_certificates()
    assert status(january) == "cert.unset"


@pytest.mark.parametrize(
    ("said", "status_code"),
    [("ISSUE", "cert.good"), ("EXPIRED", "cert.expired"), ("SUSPEND", "cert.not_in_force")],
)
def test_the_service_is_asked_for_the_status(
    january: World, service: Service, said: str, status_code: str
) -> None:
    service.status = said
    tasks.check_certificates()
    assert status(january) == status_code
    assert told(january) == [status_code.replace("cert.", "cert.due.")]


def test_a_service_that_does_not_answer_stops_nobody_else(
    january: World, service: Service, folder: Path, settings
) -> None:
    january.item(
        "1.02.02.2.01.0001", unit=january.other_agency, officer="other_officer", verifier="other_section_head"
    )
    january.open()
    assign(january.gita, january.posts["other_agency_head"])
    path = folder / f"signer-{january.gita.pk}.p12"
    issue_signer(folder, january.gita.name, str(january.gita.nip), "Dinas", PASSPHRASE, path=path)
    settings.BSRE_URL = "http://127.0.0.1:1"
    assert tasks.check_certificates() == 2
    assert told(january) == ["cert.due.unanswered"] and told(january, "gita") == ["cert.due.good"]
    service.people.clear()
