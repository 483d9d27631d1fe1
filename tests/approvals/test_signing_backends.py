"""Each place where Citra's key may lie: what comes out is valid everywhere, and every refusal says what to do."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as site
from pkcs11 import exceptions

from approvals import signing_pkcs11, signing_trust
from approvals.authority import create_authority, issue_list, issue_signer
from approvals.document import manifest_bytes, render, stamp
from approvals.signing import SigningRefused, verify
from approvals.signing_backends import Backend, Words
from approvals.signing_bsre import BsreBackend
from approvals.signing_pkcs11 import Pkcs11Backend
from approvals.signing_pkcs12 import Pkcs12Backend
from tests.approvals.printed import entries, recap
from tests.approvals.signing_world import Clock, Service, make_token, put_key, second_opinion, softhsm
from wording.sentences import say

NIP, NIK, NAME = "197803152003122004", "6471015503780002", "Citra Anggraini"
PASSPHRASE, PIN = "kunci yang benar", "28469173"


@dataclass
class World:
    """All three places in one folder of keys."""

    folder: Path
    service: Service
    pdf: bytes
    words: Words

    def backend(self, kind: str) -> Backend:
        if kind == "pkcs12":
            return Pkcs12Backend(self.folder / f"{NIP}.p12", NIP)
        if kind == "bsre":
            return BsreBackend(NIK, NIP, NAME)
        return Pkcs11Backend(f"citra-{kind}/kunci", NIP)

    def signed(self, kind: str) -> bytes:
        secret = PIN if kind.startswith("pkcs11") else PASSPHRASE
        return self.backend(kind).sign(self.pdf, passphrase=secret, words=self.words).pdf


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    create_authority(folder)
    issue_list(folder)
    issue_signer(folder, NAME, NIP, "Dinas", PASSPHRASE)
    for kind in ("ec", "rsa"):
        token = make_token(f"citra-pkcs11-{kind}", PIN)
        put_key(folder, token, PIN, "kunci", NAME, NIP, kind=kind)
        put_key(folder, token, PIN, "tanpa-kunci", NAME, NIP, kind=kind, key=False)
        put_key(folder, token, PIN, "budi", "Budi", "198001012005012902", kind=kind)
    return folder


@pytest.fixture(scope="module")
def prepared() -> bytes:
    made = recap(3)
    return render(made, manifest_bytes(made, entries(3)))


@pytest.fixture
def world(keys: Path, prepared: bytes, settings) -> Iterator[World]:
    settings.SIGNING_KEYS, settings.PKCS11_MODULE, settings.TSA_URL = keys, softhsm(), ""
    service = Service(people={NIK: (keys / f"{NIP}.p12", PASSPHRASE)})
    settings.BSRE_USER, settings.BSRE_PASSWORD = service.account
    settings.BSRE_TIMEOUT = 1.5
    face = stamp(
        name=NAME,
        title="Kepala Dinas,",
        at=datetime(2026, 2, 10, 1, tzinfo=UTC),
        zone=ZoneInfo("Asia/Makassar"),
        language="id",
    )
    with service.running() as url:
        settings.BSRE_URL = url
        yield World(keys, service, prepared, Words("RFK/4.01/2026-01/7QK2", "Tirta Mandala", NAME, face))


def refused(work: Callable[[], object]) -> SigningRefused:
    with pytest.raises(SigningRefused) as caught:
        work()
    sentence = str(say(caught.value.code, caught.value.params))
    assert NIK not in sentence and PASSPHRASE not in sentence and PIN not in sentence
    return caught.value


KINDS = ("pkcs12", "pkcs11-ec", "pkcs11-rsa", "bsre")


@pytest.mark.parametrize("kind", KINDS)
def test_what_each_backend_signs_is_valid_here_and_for_poppler(world: World, kind: str) -> None:
    pdf = world.signed(kind)
    verdict = verify(pdf, signing_trust.authorities())
    assert (verdict.valid, verdict.signer_name, verdict.signer_serial) == (True, NAME, NIP)
    assert pdf.startswith(world.pdf) and verdict.manifest
    told = second_opinion(world.folder, pdf)
    for sentence in ("Signature is Valid.", "Certificate is Trusted.", "Total document signed", NAME):
        assert sentence in told, told
    altered = bytearray(pdf)
    altered[len(world.pdf) // 2] ^= 1
    assert "Signature is Valid." not in second_opinion(world.folder, bytes(altered))


@pytest.mark.parametrize("kind", KINDS[:3])
def test_keys_at_hand_sign_with_timestamp_and_proofs(world: World, kind: str, settings) -> None:
    with Clock(world.folder).running() as settings.TSA_URL:
        pdf = world.signed(kind)
    verdict = verify(pdf, signing_trust.authorities())
    assert (verdict.valid, verdict.level) == (True, "B-LT")
    assert "Signature is Valid." in second_opinion(world.folder, pdf)


def test_a_token_refuses_clearly(world: World, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def tried(label: str = "citra-pkcs11-ec/kunci", pin: str = PIN, holder: str = NIP) -> SigningRefused:
        work = Pkcs11Backend(label, holder)
        return refused(lambda: work.sign(world.pdf, passphrase=pin, words=world.words))

    told = {
        "wrong PIN": tried(pin="00000000"),
        "short PIN": tried(pin="1"),
        "another person": tried("citra-pkcs11-ec/budi"),
        "no key": tried("citra-pkcs11-ec/tanpa-kunci"),
        "no certificate": tried("citra-pkcs11-ec/bukan"),
        "no token": tried("dicabut/kunci"),
    }
    settings.PKCS11_MODULE = "/nowhere/module.so"
    told["no module"] = tried()
    settings.PKCS11_MODULE = ""
    told["not set"] = tried()
    settings.PKCS11_MODULE = __file__
    told["no library"] = tried()
    assert {name: one.code for name, one in told.items()} == {
        "wrong PIN": "sign.passphrase",
        "short PIN": "sign.passphrase",
        "another person": "sign.not_yours",
        "no key": "sign.token_key",
        "no certificate": "sign.token_certificate",
        "no token": "sign.token_missing",
        "no module": "sign.module_missing",
        "not set": "sign.module_missing",
        "no library": "sign.module",
    }
    assert not any(one.final for one in told.values())


def test_a_locked_pin_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """SoftHSM locks no PIN: its answer is put in the place where a module gives it."""

    class Locked:
        def open(self, **_: object) -> None:
            raise exceptions.PinLocked

    class Module:
        def get_token(self, **_: object) -> Locked:
            return Locked()

    monkeypatch.setattr(Pkcs11Backend, "_module", lambda self: Module())
    told = refused(lambda: world.signed("pkcs11-ec"))
    assert (told.code, told.final) == ("sign.pin_locked", False)


def test_after_a_wrong_pin_the_token_still_signs_and_is_not_left_open(world: World) -> None:
    work = world.backend("pkcs11-ec")
    refused(lambda: work.sign(world.pdf, passphrase="00000000", words=world.words))
    assert verify(world.signed("pkcs11-ec"), signing_trust.authorities()).valid
    # Were the login of the last signature still open, a wrong PIN would do.
    assert (
        refused(lambda: work.sign(world.pdf, passphrase="1234", words=world.words)).code == "sign.passphrase"
    )
    assert not signing_pkcs11._inside.locked()


MOODS = {
    "expired": ("sign.service_expired", False),
    "500": ("sign.service_failed", True),
    "garbage": ("sign.service_garbage", True),
    "unsigned": ("sign.service_unsound", True),
    "unsigned, longer": ("sign.service_unsound", True),
    "other": ("sign.service_other", True),
    "slow before": ("sign.service_timeout", True),
    "slow after": ("sign.service_timeout", True),
    "cut": ("sign.service_timeout", True),
}


@pytest.mark.parametrize("mood", MOODS)
def test_the_service_fails_in_every_way(world: World, mood: str) -> None:
    made = recap(2)
    world.service.other = render(made, manifest_bytes(made, entries(2)))
    world.service.mood = mood
    told = refused(lambda: world.signed("bsre"))
    assert (told.code, told.final) == MOODS[mood]


def test_the_service_refuses_who_it_does_not_know(world: World, settings) -> None:
    work = world.backend("bsre")
    told = {"wrong": refused(lambda: work.sign(world.pdf, passphrase="salah", words=world.words))}
    stranger = BsreBackend("6471015503789999", NIP, NAME)
    told["unknown"] = refused(lambda: stranger.sign(world.pdf, passphrase=PASSPHRASE, words=world.words))
    other = BsreBackend(NIK, "198001012005012902", "Budi")
    told["other"] = refused(lambda: other.sign(world.pdf, passphrase=PASSPHRASE, words=world.words))
    settings.BSRE_PASSWORD = "salah"
    told["account"] = refused(lambda: world.signed("bsre"))
    settings.BSRE_URL = "http://127.0.0.1:1"
    told["down"] = refused(lambda: world.signed("bsre"))
    settings.BSRE_URL = ""
    told["unset"] = refused(lambda: world.signed("bsre"))
    assert {name: (one.code, one.final) for name, one in told.items()} == {
        "wrong": ("sign.passphrase", False),
        "unknown": ("sign.service_unknown", False),
        "other": ("sign.not_yours", True),
        "account": ("sign.service_account", False),
        "down": ("sign.service_down", False),
        "unset": ("sign.service_unset", False),
    }


def test_the_service_gets_what_its_protocol_asks_for_and_gives_its_number(world: World) -> None:
    signed = world.backend("bsre").sign(world.pdf, passphrase=PASSPHRASE, words=world.words)
    (seen,) = world.service.seen
    assert signed.external_id == "dok-1"
    assert (seen["nik"], seen["tampilan"], seen["image"], seen["file"]) == (NIK, "visible", "true", world.pdf)
    assert seen["imageTTD"].startswith(b"\x89PNG") and int(seen["width"]) > 100
    invisible = Words("x", "x", NAME)
    world.backend("bsre").sign(world.pdf, passphrase=PASSPHRASE, words=invisible)
    assert world.service.seen[1]["tampilan"] == "invisible"


def test_neither_number_nor_passphrase_is_logged_or_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.signed("bsre")
    work = world.backend("bsre")
    work.asked()
    errors = []
    for mood in ("slow before", "500", "expired"):
        world.service.mood = mood
        errors.append(refused(lambda: world.signed("bsre")))
    world.service.mood, site.BSRE_URL = "", "http://127.0.0.1:1"
    errors.append(refused(work.asked))
    told = caplog.text + repr(work) + "".join(_chain(one) for one in errors)
    assert NIK not in told and PASSPHRASE not in told


def _chain(error: BaseException | None) -> str:
    return "" if error is None else f"{error!r} {error.args}" + _chain(error.__cause__)


def test_the_service_tells_how_the_certificate_stands(world: World) -> None:
    work = world.backend("bsre")
    told = {}
    for status in ("ISSUE", "EXPIRED", "REVOKE", "SUSPEND"):
        world.service.status = status
        told[status] = work.asked()
    assert told == {
        "ISSUE": "cert.good",
        "EXPIRED": "cert.expired",
        "REVOKE": "cert.revoked",
        "SUSPEND": "cert.not_in_force",
    }
    assert BsreBackend("6471015503789999", NIP, NAME).asked() == "cert.unknown_user"
