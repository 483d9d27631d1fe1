"""Timestamps and long-term validity: what was good when it was signed stays good, and no byte changes unseen."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation.dss import DocumentSecurityStore

from approvals import signing_trust
from approvals.authority import issue_list, issue_signer
from approvals.document import manifest_bytes, render
from approvals.signing import SigningRefused, verify
from approvals.signing_backends import Signed, Words
from approvals.signing_pkcs12 import Pkcs12Backend
from tests.approvals.printed import entries, recap
from tests.approvals.signing_world import Clock, said, second_opinion, serving
from wording.sentences import say

NIP, PASSPHRASE = "197803152003122004", "kunci yang benar"
WORDS = Words("RFK/4.01/2026-01/7QK2", "Tirta Mandala", "Citra Anggraini")
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.SIGNING_KEYS = tmp_path
    settings.TSA_URL = ""
    issue_signer(tmp_path, "Citra Anggraini", NIP, "Dinas", PASSPHRASE, valid_to=LATER - timedelta(days=1))
    return tmp_path


@pytest.fixture
def trust(folder: Path) -> list[bytes]:
    return signing_trust.authorities()


@pytest.fixture(scope="module")
def prepared() -> bytes:
    made = recap(4)
    return render(made, manifest_bytes(made, entries(4)))


@pytest.fixture
def clock(folder: Path, settings) -> Iterator[Clock]:
    clock = Clock(folder)
    with clock.running() as url:
        settings.TSA_URL = url
        yield clock


def sign(folder: Path, pdf: bytes) -> Signed:
    return Pkcs12Backend(folder / f"{NIP}.p12", NIP).sign(pdf, passphrase=PASSPHRASE, words=WORDS)


def refused(folder: Path, pdf: bytes) -> SigningRefused:
    with pytest.raises(SigningRefused) as caught:
        sign(folder, pdf)
    assert str(say(caught.value.code, caught.value.params))
    return caught.value


def number(folder: Path) -> int:
    return x509.load_pem_x509_certificate((folder / f"{NIP}.pem").read_bytes()).serial_number


def test_the_level_follows_from_what_is_set_up(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock, settings
) -> None:
    assert sign(folder, prepared).level == "B-T"
    issue_list(folder)
    assert sign(folder, prepared).level == "B-LT"
    settings.TSA_URL = ""
    assert sign(folder, prepared).level == "B-B"


def test_every_level_is_valid_here_and_for_poppler(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    for level in ("B-T", "B-LT"):
        signed = sign(folder, prepared)
        verdict = verify(signed.pdf, trust)
        assert (verdict.valid, verdict.code, verdict.level, verdict.covers_whole_file) == (
            True,
            "verify.valid",
            level,
            True,
        )
        assert verdict.stamped_at and abs(verdict.stamped_at - datetime.now(UTC)) < timedelta(minutes=5)
        told = second_opinion(folder, signed.pdf)
        assert "Signature is Valid." in told and "Total document signed" in told, told
        assert "Certificate is Trusted." in told, told
        issue_list(folder)


def test_with_its_proofs_a_signature_outlives_its_certificate_and_without_them_not(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    stamped = sign(folder, prepared).pdf
    issue_list(folder)
    proven = sign(folder, prepared).pdf
    (folder / "authority.crl").unlink()
    assert verify(proven, trust, at=LATER).valid
    late = verify(stamped, trust, at=LATER)
    assert (late.valid, late.intact, late.code) == (False, True, "verify.expired")


def test_what_was_revoked_later_was_good_and_what_was_revoked_before_is_told(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    issue_list(folder)
    signed = sign(folder, prepared).pdf
    issue_list(folder, {number(folder): datetime.now(UTC) + timedelta(days=30)})
    assert verify(signed, trust, at=datetime.now(UTC) + timedelta(days=60)).valid
    issue_list(folder, {number(folder): datetime.now(UTC) - timedelta(days=1)})
    told = verify(signed, trust)
    assert (told.valid, told.intact, told.code) == (False, True, "verify.revoked")
    assert (refused(folder, prepared).code, refused(folder, prepared).final) == ("sign.revoked", False)


def test_an_outdated_list_is_no_proof(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    issue_list(folder, until=datetime.now(UTC) - timedelta(days=1))
    assert sign(folder, prepared).level == "B-T"


def test_the_addresses_in_certificates_are_asked_only_where_that_is_allowed(
    folder: Path, prepared: bytes, trust: list[bytes], settings
) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        asked.append(handler.path)
        der = x509.load_pem_x509_crl(lists[0]).public_bytes(Encoding.DER)
        said(handler, 200, "application/pkix-crl", der)

    lists = [issue_list(folder).read_bytes()]
    (folder / "authority.crl").unlink()
    with serving(answer) as url:
        issue_signer(folder, "Citra Anggraini", NIP, "Dinas", PASSPHRASE, list_url=f"{url}/authority.crl")
        sign(folder, prepared)
        assert asked == []
        settings.REVOCATION_FETCH = True
        sign(folder, prepared)
        assert asked
        lists[0] = issue_list(folder, {number(folder): datetime.now(UTC) - timedelta(days=1)}).read_bytes()
        (folder / "authority.crl").unlink()
        assert refused(folder, prepared).code == "sign.revoked"


def test_a_broken_list_is_told_and_harms_nothing(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "authority.crl").write_bytes(b"-----BEGIN NONSENSE")
    assert verify(sign(folder, prepared).pdf, trust).valid
    assert "authority.crl" in caplog.text


def test_a_timestamp_server_that_is_down_is_known_before_the_key_is_used(
    folder: Path, prepared: bytes, clock: Clock, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[int] = []
    monkeypatch.setattr(signers.SimpleSigner, "sign_raw", lambda *_: used.append(1), raising=False)
    clock.answers = 0
    told = refused(folder, prepared)
    assert (told.code, told.final, used) == ("sign.tsa_down", False, [])
    settings.TSA_URL = "http://127.0.0.1:1"
    assert refused(folder, prepared).code == "sign.tsa_down"


def test_a_timestamp_server_that_goes_down_in_the_middle_leaves_nothing(
    folder: Path, prepared: bytes, clock: Clock
) -> None:
    clock.answers = 1
    told = refused(folder, prepared)
    assert (told.code, told.final, clock.asked) == ("sign.tsa_down", False, 2)


def test_where_timestamps_are_not_required_it_signs_without(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock, settings
) -> None:
    settings.TSA_REQUIRED = False
    clock.answers = 0
    signed = sign(folder, prepared)
    assert (signed.level, verify(signed.pdf, trust).valid) == ("B-B", True)


def test_no_byte_can_be_changed_unseen(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    issue_list(folder)
    signed = sign(folder, prepared).pdf
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    _, begin, end, _ = (int(value) for value in signature.byte_range)
    chance = random.Random(11)
    used = begin + 2 * len(signature.signer_info.dump()) + 4000  # most of the container is padding
    places = [chance.randrange(len(signed)) for _ in range(15)]
    places += [chance.randrange(begin, min(used, end)) for _ in range(45)] + [end - 1, end - 2, begin]
    for place in places:
        altered = bytearray(signed)
        altered[place] ^= 1 << chance.randrange(8)
        assert not verify(bytes(altered), trust).valid, place


@pytest.mark.parametrize("place", ["signature", "timestamp"])
def test_nothing_can_be_slipped_into_the_container(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock, place: str
) -> None:
    signed = sign(folder, prepared).pdf
    issue_signer(folder, "Eko", "111", "Lain", PASSPHRASE)
    der = x509.load_pem_x509_certificate((folder / "111.pem").read_bytes()).public_bytes(Encoding.DER)
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    start, length, resume, _ = (int(value) for value in signature.byte_range)
    for extra in ([], [der]):
        message = cms.ContentInfo.load(signature.pkcs7_content)
        container = message["content"]
        if place == "timestamp":
            (attribute,) = container["signer_infos"][0]["unsigned_attrs"]
            container = attribute["values"][0]["content"]
        for one in extra:
            certificate = cms.CertificateChoices("certificate", asn1.Certificate.load(one))
            container["certificates"].append(certificate)
        digits = message.dump(force=True).hex().ljust(resume - start - length - 2, "0").encode()
        changed = signed[: start + length] + b"<" + digits + b">" + signed[resume:]
        assert (len(changed), verify(changed, trust).valid) == (len(signed), not extra)


def test_altered_cut_appended_and_signed_again_are_told_apart(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    issue_list(folder)
    signed = sign(folder, prepared).pdf
    altered = bytearray(signed)
    altered[len(prepared) // 2] ^= 1
    verdicts = {
        "altered": verify(bytes(altered), trust),
        "cut": verify(signed[:-300], trust),
        "appended": verify(signed + b"\n% more", trust),
        "rewritten": verify(_with_a_word(signed), trust),
        "again": verify(_signed_again(folder, signed), trust),
    }
    assert not any(one.valid for one in verdicts.values())
    codes = {name: one.code for name, one in verdicts.items()}
    assert codes == {
        "altered": "verify.altered",
        "cut": "verify.unreadable",
        "appended": "verify.appended",
        "rewritten": "verify.appended",
        "again": "verify.resigned",
    }


def test_proofs_that_a_service_adds_afterwards_are_no_change(
    folder: Path, prepared: bytes, trust: list[bytes], clock: Clock
) -> None:
    signed = sign(folder, prepared).pdf
    issue_list(folder)
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    lists = signing_trust.revocations()
    DocumentSecurityStore.supply_dss_in_writer(writer, None, crls=lists, certs=[])
    out = BytesIO()
    writer.write(out)
    verdict = verify(out.getvalue(), trust)
    assert (verdict.valid, verdict.level, verdict.code) == (True, "B-LT", "verify.valid")
    assert verify(out.getvalue() + b"% more", trust).code == "verify.appended"


def _with_a_word(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.set_info(writer.add_object(writer.root.__class__({})))
    writer.root["/Lang"] = writer.root["/Lang"].__class__("xx")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _signed_again(folder: Path, pdf: bytes) -> bytes:
    issue_signer(folder, "Eko", "111", "Lain", PASSPHRASE)
    signer = signers.SimpleSigner.load_pkcs12(folder / "111.p12", passphrase=PASSPHRASE.encode())
    signer.embed_roots = False
    metadata = signers.PdfSignatureMetadata(field_name="Second", subfilter=fields.SigSeedSubFilter.PADES)
    again = signers.PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
    return bytes(again.getvalue())
