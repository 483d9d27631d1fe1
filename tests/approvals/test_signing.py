"""Signatures: what Citra signs is valid everywhere, and every changed byte is told."""

import asyncio
import logging
import random
import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings as site
from django.test import override_settings
from pyhanko.pdf_utils.reader import PdfFileReader

from approvals.authority import AUTHORITY, create_authority, issue_signer
from approvals.document import manifest_bytes, render, stamp
from approvals.signing import SigningRefused, Verdict, manifest_of, signature_place, verify
from approvals.signing_backends import Words
from approvals.signing_pkcs12 import Pkcs12Backend
from tests.approvals.printed import entries, recap
from wording.sentences import say

NIP = "197803152003122004"
PASSPHRASE = "kunci yang benar"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    issue_signer(folder, "Citra Anggraini", NIP, "Kabupaten Tirta Mandala", PASSPHRASE)
    return folder


@pytest.fixture(autouse=True)
def installed(folder: Path, settings) -> None:
    settings.SIGNING_KEYS = folder


@pytest.fixture(scope="module")
def trust(folder: Path) -> list[bytes]:
    return [(folder / "authority.pem").read_bytes()]


@pytest.fixture(scope="module")
def prepared() -> bytes:
    made = recap(16)
    return render(made, manifest_bytes(made, entries(16)))


WORDS = Words("RFK/4.01/2026-01/7QK2", "Tirta Mandala", "Citra Anggraini")


def sign(folder: Path, pdf: bytes, face: bytes | None = None) -> bytes:
    # Not in every thread: the settings are one for all of them.
    with nullcontext() if site.SIGNING_KEYS == folder else override_settings(SIGNING_KEYS=folder):
        backend = Pkcs12Backend(folder / f"{NIP}.p12", NIP)
        return backend.sign(pdf, passphrase=PASSPHRASE, words=replace(WORDS, face=face)).pdf


def opened(path: Path, passphrase: str = PASSPHRASE, holder: str = NIP) -> None:
    with override_settings(SIGNING_KEYS=path.parent):
        Pkcs12Backend(path, holder).sign(b"%PDF-1.7 never looked at", passphrase=passphrase, words=WORDS)


@pytest.fixture(scope="module")
def signed(folder: Path, prepared: bytes) -> bytes:
    return sign(folder, prepared)


def container(pdf: bytes) -> tuple[int, int]:
    """Where the signature's own bytes begin and end."""
    found = re.search(rb"/ByteRange\s*\[\s*\d+ +(\d+) +(\d+)", pdf)
    assert found
    return int(found.group(1)), int(found.group(2))


def test_citras_signature_is_valid_trusted_and_covers_the_whole_file(
    signed: bytes, trust: list[bytes]
) -> None:
    verdict = verify(signed, trust)
    assert (verdict.valid, verdict.intact, verdict.trusted, verdict.covers_whole_file) == (
        True,
        True,
        True,
        True,
    )
    assert (verdict.code, verdict.signer_name, verdict.signer_serial) == (
        "verify.valid",
        "Citra Anggraini",
        NIP,
    )
    assert verdict.issuer == AUTHORITY
    assert verdict.signed_at and abs(verdict.signed_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert verdict.manifest == manifest_of(signed) and len((verdict.manifest or {})["reports"]) == 16


def test_it_is_pades_in_a_file_that_begins_with_the_prepared_one(prepared: bytes, signed: bytes) -> None:
    assert signed.startswith(prepared)
    signature = PdfFileReader(BytesIO(signed)).embedded_signatures[0]
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/Reason"] == "RFK/4.01/2026-01/7QK2"
    names = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert {"signing_certificate_v2", "message_digest"} <= names
    assert "signing_time" not in names


def test_a_visible_signature_stands_in_its_place_with_its_font_inside(
    folder: Path, prepared: bytes, trust: list[bytes]
) -> None:
    at = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
    face = stamp(
        name="محمد #Citra*", title="Plt. Kepala,", at=at, zone=ZoneInfo("Asia/Makassar"), language="id"
    )
    pdf = sign(folder, prepared, face)
    assert verify(pdf, trust).valid
    place, field = signature_place(prepared), PdfFileReader(BytesIO(pdf)).embedded_signatures[0].sig_field
    assert place and tuple(int(side) for side in field["/Rect"]) == place.box
    resources = field["/AP"]["/N"]["/Resources"]["/XObject"]["/Face"]["/Resources"]
    assert all(
        {"/FontFile2", "/FontFile3"} & set(font.get_object()["/DescendantFonts"][0]["/FontDescriptor"])
        for font in resources["/Font"].values()
    )


def test_no_byte_can_be_changed_unseen(signed: bytes, trust: list[bytes]) -> None:
    chance = random.Random(7)
    begin, end = container(signed)
    places = [chance.randrange(len(signed)) for _ in range(40)] + [
        chance.randrange(begin, end) for _ in range(60)
    ]
    for place in places:
        altered = bytearray(signed)
        altered[place] ^= 1 << chance.randrange(8)
        assert not verify(bytes(altered), trust).valid, place


def test_the_spelling_and_the_padding_of_the_signature_are_fixed(signed: bytes, trust: list[bytes]) -> None:
    begin, end = container(signed)
    letter = next(i for i in range(begin, end) if signed[i : i + 1].isalpha())
    for place, byte in ((letter, signed[letter] ^ 32), (end - 2, ord("1"))):
        altered = bytearray(signed)
        altered[place] = byte
        assert not verify(bytes(altered), trust).valid


def test_what_is_added_after_the_signature_is_told(signed: bytes, trust: list[bytes]) -> None:
    verdict = verify(signed + b"\n% more", trust)
    assert (verdict.valid, verdict.covers_whole_file, verdict.code) == (False, False, "verify.appended")


def test_a_file_that_is_cut_is_a_clear_no(signed: bytes, trust: list[bytes]) -> None:
    for length in [0, 1, 100, *range(1000, len(signed), len(signed) // 40), len(signed) - 1]:
        verdict = verify(signed[:length], trust)
        assert not verdict.valid and str(say(verdict.code))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 5000, b"%PDF-1.7\n%%EOF", b"PK\x03\x04 a spreadsheet", b"<html></html>", b"%PDF-1.7" * 900],
)
def test_what_is_no_document_is_a_clear_no(content: bytes, trust: list[bytes]) -> None:
    assert verify(content, trust) == Verdict(False, "verify.unreadable")
    assert manifest_of(content) is None


def test_an_unsigned_document_says_so(prepared: bytes, trust: list[bytes]) -> None:
    verdict = verify(prepared, trust)
    assert (verdict.valid, verdict.code) == (False, "verify.unsigned")


def test_a_signature_of_an_unknown_authority_is_intact_and_not_trusted(
    tmp_path: Path, prepared: bytes, trust: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    issue_signer(
        tmp_path, "Citra Anggraini", NIP, "Kabupaten Tirta Mandala", PASSPHRASE
    )  # the same names, another key
    verdict = verify(sign(tmp_path, prepared), trust)
    assert (verdict.valid, verdict.intact, verdict.trusted, verdict.code) == (
        False,
        True,
        False,
        "verify.untrusted",
    )
    assert NIP not in caplog.text
    assert not verify(sign(tmp_path, prepared), []).valid


def test_a_stranger_cannot_sign_over_citras_signature(tmp_path: Path, signed: bytes) -> None:
    issue_signer(tmp_path, "Eko", "111", "Lain", PASSPHRASE)
    with (
        pytest.raises(SigningRefused, match="sign.failed") as caught,
        override_settings(SIGNING_KEYS=tmp_path),
    ):
        Pkcs12Backend(tmp_path / "111.p12", "111").sign(signed, passphrase=PASSPHRASE, words=WORDS)
    assert caught.value.final


def test_a_signature_is_judged_by_the_moment_asked_for(
    folder: Path, signed: bytes, trust: list[bytes]
) -> None:
    after = verify(signed, trust, at=datetime(2040, 1, 1, tzinfo=UTC))
    assert (after.valid, after.intact, after.code) == (False, True, "verify.expired")
    assert verify(signed, trust, at=datetime.now(UTC)).valid


def refusal(work: Callable[[], object]) -> SigningRefused:
    with pytest.raises(SigningRefused) as caught:
        work()
    assert str(say(caught.value.code, caught.value.params))
    return caught.value


def test_each_refusal_has_its_own_sentence(folder: Path, tmp_path: Path, prepared: bytes) -> None:
    damaged = tmp_path / "damaged.p12"
    damaged.write_bytes((folder / f"{NIP}.p12").read_bytes()[:200])
    other = tmp_path / "other.p12"
    other.write_bytes(b"not a key")
    expired = issue_signer(
        folder,
        "Lama",
        "123",
        "x",
        PASSPHRASE,
        path=tmp_path / "old.p12",
        valid_to=datetime(2025, 6, 1, tzinfo=UTC),
    )
    (tmp_path / "authority.pem").write_bytes((folder / "authority.pem").read_bytes())
    mine = folder / f"{NIP}.p12"
    told = {
        "wrong": refusal(lambda: opened(mine, "salah")),
        "none": refusal(lambda: opened(mine, "")),
        "missing": refusal(lambda: opened(tmp_path / "none.p12")),
        "damaged": refusal(lambda: opened(damaged)),
        "other": refusal(lambda: opened(other)),
        "stranger": refusal(lambda: opened(mine, holder="199")),
        "expired": refusal(lambda: opened(expired, holder="123")),
    }
    assert {name: one.code for name, one in told.items()} == {
        "wrong": "sign.passphrase",
        "none": "sign.passphrase",
        "missing": "sign.key_missing",
        "damaged": "sign.key_unreadable",
        "other": "sign.key_unreadable",
        "stranger": "sign.not_yours",
        "expired": "sign.expired",
    }
    assert told["expired"].params == {"expired_at": "2025-06-01T00:00:00+00:00"}
    assert not any(one.final for one in told.values())
    broken = refusal(lambda: sign(folder, b"%PDF-1.7 broken"))
    assert (broken.code, broken.final) == ("sign.failed", True)


def test_the_passphrase_is_neither_kept_nor_told(
    folder: Path, prepared: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sign(folder, prepared)
    told = refusal(lambda: opened(folder / f"{NIP}.p12", "salah sekali"))
    assert PASSPHRASE not in caplog.text
    assert "salah sekali" not in f"{told!r} {told.params} {told.__cause__!r}" + caplog.text


def test_it_works_where_an_event_loop_is_running(folder: Path, prepared: bytes, trust: list[bytes]) -> None:
    async def inside() -> bool:
        return verify(sign(folder, prepared), trust).valid

    assert asyncio.run(inside())


def test_it_works_in_many_threads_at_once(folder: Path, prepared: bytes, trust: list[bytes]) -> None:
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: verify(sign(folder, prepared), trust).valid, range(16)))
    assert all(verdicts)


def test_the_authority_is_marked_as_a_demonstration_and_its_files_are_private(folder: Path) -> None:
    assert "Contoh" in AUTHORITY
    assert create_authority(folder) == folder / "authority.pem"
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    loaded = pkcs12.load_pkcs12((folder / f"{NIP}.p12").read_bytes(), PASSPHRASE.encode())
    assert loaded.cert
    certificate = loaded.cert.certificate
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_key_needs_a_passphrase_and_a_plain_serial(tmp_path: Path) -> None:
    for serial, passphrase in ((NIP, ""), ("../escape", PASSPHRASE), ("", PASSPHRASE)):
        with pytest.raises(ValueError, match="signer|signing"):
            issue_signer(tmp_path, "Citra", serial, "x", passphrase)
    assert issue_signer(tmp_path, "Tanpa NIP", "", "x", PASSPHRASE, path=tmp_path / "signer-9.p12").exists()
