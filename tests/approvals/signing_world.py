"""What signatures are made with in the tests: servers of timestamps and of signatures, a token, and a second opinion."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_pem_x509_certificate
from PIL import Image
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.stamp import StaticStampStyle

from approvals.authority import certify, issue_timestamper

MISSING = (
    "SoftHSM and pdfsig are needed: sh config/softhsm.sh, sh config/poppler.sh, or set SOFTHSM and PDFSIG."
)
SO_PIN = "87654321"


class _Handler(BaseHTTPRequestHandler):
    answer: Callable[[BaseHTTPRequestHandler, bytes], None]

    def _answered(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).answer(self, body)

    do_GET = do_POST = _answered  # noqa: N815 - names that http.server asks for

    def log_message(self, *_: Any) -> None:
        pass


def said(handler: BaseHTTPRequestHandler, status: int, kind: str, body: bytes, **headers: str) -> None:
    """Answer one request."""
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[str]:
    """An HTTP server of this process that answers with `answer`; its address."""
    kind = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Clock:
    """A timestamp authority: how often it was asked, and whether it answers still."""

    folder: Path
    asked: int = 0
    answers: int = 10**6  # so many, then it is down

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address while it serves RFC 3161."""
        content = issue_timestamper(self.folder).read_bytes()
        certificate = load_pem_x509_certificate(content).public_bytes(serialization.Encoding.DER)
        key = serialization.load_pem_private_key(content, None).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        own = DummyTimeStamper(x509.Certificate.load(certificate), keys.PrivateKeyInfo.load(key))

        def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
            self.asked += 1
            if self.asked > self.answers:
                return said(handler, 503, "text/plain", b"busy")
            reply = own.request_tsa_response(tsp.TimeStampReq.load(body))
            return said(handler, 200, "application/timestamp-reply", reply.dump())

        with serving(answer) as url:
            yield url


@dataclass
class Service:
    """A signing service that speaks BSrE's protocol and really signs; `mood` is how it fails."""

    account: tuple[str, str] = ("jenjang", "rahasia layanan")
    people: dict[str, tuple[Path, str]] = field(default_factory=dict)  # NIK -> (key file, passphrase)
    mood: str = ""
    status: str = "ISSUE"
    signed: list[bytes] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)
    other: bytes = b""  # the document it signs instead, in the mood "other"
    slow: float = 3.0  # seconds of silence in a timeout

    @contextmanager
    def running(self) -> Iterator[str]:
        with serving(self._answer) as url:
            yield url

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if handler.headers.get("Authorization") != _basic(self.account):
            return _refused(handler, 401, 0, "Unauthorized")
        if handler.path.startswith("/api/user/status/"):
            number = handler.path.rpartition("/")[2]
            known = number in self.people
            told = {
                "status_code": 1111 if known else 1110,
                "status": self.status if known else "NOT_REGISTERED",
            }
            return said(handler, 200, "application/json", json.dumps(told).encode())
        posted = _multipart(handler.headers["Content-Type"], body)
        self.seen.append(posted)
        return self._sign(handler, posted)

    def _sign(self, handler: BaseHTTPRequestHandler, posted: dict[str, Any]) -> None:
        person = self.people.get(posted["nik"])
        if self.mood == "slow before":
            time.sleep(self.slow)
            return None
        if person is None:
            return _refused(handler, 400, 1110, "User dengan NIK tersebut belum terdaftar")
        if self.mood == "expired":
            return _refused(handler, 400, 2021, "Sertifikat pengguna telah expired")
        if self.mood == "500":
            return said(handler, 500, "text/html", b"<html>Internal Server Error</html>")
        if posted["passphrase"] != person[1]:
            return _refused(handler, 400, 2031, "Passphrase anda salah")
        return self._sent(handler, posted, person)

    def _sent(
        self, handler: BaseHTTPRequestHandler, posted: dict[str, Any], person: tuple[Path, str]
    ) -> None:
        odd = {
            "garbage": b"\x00\x01 not a document",
            "unsigned": posted["file"],
            "unsigned, longer": posted["file"] + b"\n% signed, honestly\n%%EOF\n",
        }.get(self.mood)
        source = self.other if self.mood == "other" else posted["file"]
        pdf = odd or stub_signature(source, posted, *person)
        self.signed.append(pdf)
        if self.mood == "slow after":
            time.sleep(self.slow)
            return
        if self.mood == "cut":
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(pdf)))
            handler.end_headers()
            handler.wfile.write(pdf[: len(pdf) // 2])
            handler.wfile.flush()
            handler.connection.close()
            return
        said(handler, 200, "application/pdf", pdf, id_dokumen=f"dok-{len(self.signed)}")


def _basic(account: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(account).encode()).decode()


def _refused(handler: BaseHTTPRequestHandler, status: int, code: int, error: str) -> None:
    body = json.dumps({"status_code": code, "error": error}).encode()
    said(handler, status, "application/json", body)


def _multipart(kind: str, body: bytes) -> dict[str, Any]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in message.get_payload():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        found[name] = content if part.get_filename() else content.decode()
    return found


def stub_signature(pdf: bytes, posted: dict[str, Any], path: Path, passphrase: str) -> bytes:
    """Sign as the service does: its own field name, the picture it was given where it was told."""
    signer = signers.SimpleSigner.load_pkcs12(path, passphrase=passphrase.encode())
    metadata = signers.PdfSignatureMetadata(
        field_name="sig_bsre", subfilter=fields.SigSeedSubFilter.PADES, reason=posted.get("reason")
    )
    spec = style = None
    if posted["tampilan"] == "visible":
        left, bottom, width, height = (int(posted[name]) for name in ("xAxis", "yAxis", "width", "height"))
        box = (left, bottom, left + width, bottom + height)
        spec = fields.SigFieldSpec("sig_bsre", on_page=int(posted["page"]) - 1, box=box)
        style = StaticStampStyle(background=PdfImage(Image.open(BytesIO(posted["imageTTD"]))))
    work = signers.PdfSigner(metadata, signer, stamp_style=style, new_field_spec=spec)
    return bytes(work.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue())


@lru_cache(maxsize=1)
def softhsm() -> str:
    """The path of SoftHSM's module."""
    found = subprocess.run(["/bin/sh", "config/softhsm.sh"], capture_output=True, text=True, check=False)
    path = os.environ.get("SOFTHSM") or found.stdout.strip()
    assert path, MISSING
    return path


@lru_cache(maxsize=1)
def token_folder() -> Path:
    """Where this process keeps its tokens: SoftHSM reads the place once, when it is loaded."""
    folder = Path(tempfile.mkdtemp(prefix="jenjang-softhsm-"))
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    return folder


def make_token(label: str, pin: str) -> Any:
    """A new token in SoftHSM with this user PIN."""
    token_folder()
    tool = shutil.which("softhsm2-util")
    assert tool, MISSING
    subprocess.run(
        [tool, "--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", SO_PIN],
        check=True,
        capture_output=True,
    )
    module = pkcs11.lib(softhsm())
    module.reinitialize()
    return module.get_token(token_label=label)


def put_key(
    folder: Path,
    token: Any,
    pin: str,
    label: str,
    name: str,
    serial: str,
    *,
    kind: str = "ec",
    key: bool = True,
) -> None:
    """Make a key inside a token, and put the certificate that the authority issues for it beside it."""
    with token.open(rw=True, user_pin=pin) as session:
        public = _made(session, label, kind)
        certificate = certify(folder, public, name, serial, "Dinas")
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.PRIVATE: False,
                pkcs11.Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
            }
        )
        if not key:
            for one in session.get_objects({pkcs11.Attribute.LABEL: label}):
                if one.object_class == pkcs11.ObjectClass.PRIVATE_KEY:
                    one.destroy()


def _made(session: Any, label: str, kind: str) -> Any:
    if kind == "rsa":
        public, _ = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label=label)
        numbers = rsa.RSAPublicNumbers(
            int.from_bytes(public[pkcs11.Attribute.PUBLIC_EXPONENT]),
            int.from_bytes(public[pkcs11.Attribute.MODULUS]),
        )
        return numbers.public_key()
    curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
    parameters = session.create_domain_parameters(
        pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
    )
    public, _ = parameters.generate_keypair(store=True, label=label)
    return serialization.load_der_public_key(pkcs11.util.ec.encode_ec_public_key(public))


def second_opinion(folder: Path, pdf: bytes) -> str:
    """What poppler's pdfsig says of a document, with the folder's authority as the only one trusted."""
    tool, keeper = shutil.which(os.environ.get("PDFSIG", "pdfsig")), shutil.which("certutil")
    assert tool and keeper, MISSING
    store = folder / "nss"
    if not store.exists():
        store.mkdir()
        subprocess.run([keeper, "-N", "-d", f"sql:{store}", "--empty-password"], check=True)
        authority = ["-A", "-n", "authority", "-t", "CT,CT,CT", "-i", str(folder / "authority.pem")]
        subprocess.run([keeper, *authority, "-d", f"sql:{store}"], check=True)
    path = folder / "second-opinion.pdf"
    path.write_bytes(pdf)
    found = subprocess.run(
        [tool, "-nssdir", f"sql:{store}", str(path)], capture_output=True, text=True, check=False
    )
    return found.stdout
