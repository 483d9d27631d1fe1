"""BSrE's signing service (domain.md 6.3): the key stays there; the document goes there and comes back signed.

National number and passphrase live for one call: they are in no log, no message of an error and no row.
"""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests
import typst
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from approvals.signing import SigningRefused, Verdict, signature_place, verify
from approvals.signing_making import Signed, Words
from approvals.signing_trust import authorities

# The address of a status call carries the national number, and the pool writes every address into its log.
logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)
LARGEST = 40 * 1024 * 1024  # bytes of an answer
CONNECT = 10  # seconds
SHARPNESS = 200  # points per inch of the visible signature
GOOD = "ISSUE"  # the service's word for a certificate in force
# What the service says in its own words when it refuses; only a refusal that is understood may be repeated at once.
SAID = (
    ("passphrase", "sign.passphrase"),
    ("expired", "sign.service_expired"),
    ("kedaluwarsa", "sign.service_expired"),
    ("kadaluarsa", "sign.service_expired"),
    ("revoke", "sign.service_revoked"),
    ("cabut", "sign.service_revoked"),
    ("terdaftar", "sign.service_unknown"),
    ("regist", "sign.service_unknown"),
    ("tidak ditemukan", "sign.service_unknown"),
)
STATUSES = {
    "ISSUE": "cert.good",
    "EXPIRED": "cert.expired",
    "REVOKE": "cert.revoked",
    "NOT_REGISTERED": "cert.unknown_user",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Any
    body: bytes


class BsreBackend:
    """The account of one person at the service, by his national number (NIK)."""

    kind = "bsre"

    @sensitive_variables("number")
    def __init__(self, number: str, holder: str, name: str) -> None:
        if not settings.BSRE_URL:
            raise SigningRefused("sign.service_unset", final=False)
        self._number, self._holder, self._name = number, holder, name

    def __repr__(self) -> str:
        return "BsreBackend"

    @sensitive_variables("passphrase", "fields")
    def sign(self, pdf: bytes, *, passphrase: str, words: Words) -> Signed:
        """Have the service sign. Raises SigningRefused, `final` where it may have signed."""
        fields = {
            "nik": self._number,
            "passphrase": passphrase,
            "reason": words.reason,
            "location": words.location,
        }
        files = {"file": ("document.pdf", pdf, "application/pdf")}
        place = signature_place(pdf) if words.face else None
        if place and words.face:
            left, bottom, right, top = place.box
            fields |= {
                "tampilan": "visible",
                "image": "true",
                "page": str(place.page + 1),
                "xAxis": str(left),
                "yAxis": str(bottom),
                "width": str(right - left),
                "height": str(top - bottom),
            }
            files["imageTTD"] = ("signature.png", _picture(words.face), "image/png")
        else:
            fields["tampilan"] = "invisible"
        answer = _called("POST", "/api/sign/pdf", data=fields, files=files)
        if answer.status != requests.codes.ok:
            raise _refusal(answer)
        return self._checked(pdf, answer)

    def asked(self) -> str:
        """What the service says of the person's certificate, as a code for `say`. Raises SigningRefused when it says nothing."""
        answer = _called("GET", f"/api/user/status/{quote(self._number, safe='')}")
        if answer.status == requests.codes.not_found:
            return "cert.unknown_user"
        if answer.status != requests.codes.ok:
            raise SigningRefused("sign.service_failed", {"status": answer.status}, final=False)
        return STATUSES.get(str(_told(answer).get("status", "")).upper(), "cert.not_in_force")

    def _checked(self, pdf: bytes, answer: _Answer) -> Signed:
        """What came back: this document and nothing else, signed by this person under a trusted authority."""
        if not answer.body.startswith(b"%PDF-"):
            raise SigningRefused("sign.service_garbage")
        if not answer.body.startswith(pdf):
            raise SigningRefused("sign.service_other")
        verdict = verify(answer.body, authorities())
        if not verdict.valid:
            raise SigningRefused("sign.service_unsound", {"verdict": verdict.code})
        if not self._is_holder(verdict):
            raise SigningRefused("sign.not_yours")
        return Signed(answer.body, verdict.level, str(answer.headers.get("id_dokumen", ""))[:100])

    def _is_holder(self, verdict: Verdict) -> bool:
        """By the public number where the certificate has one, by the name otherwise."""
        if verdict.signer_serial:
            return verdict.signer_serial in (self._holder, self._number)
        return self._name.casefold() in verdict.signer_name.casefold()


@sensitive_variables("sent")
def _called(method: str, path: str, **sent: Any) -> _Answer:
    """One call, no second try: a signature that was asked for twice would be two."""
    until = time.monotonic() + settings.BSRE_TIMEOUT
    try:
        with requests.request(
            method,
            f"{settings.BSRE_URL}{path}",
            auth=(settings.BSRE_USER, settings.BSRE_PASSWORD),
            timeout=(min(CONNECT, settings.BSRE_TIMEOUT), settings.BSRE_TIMEOUT),
            stream=True,
            allow_redirects=False,
            **sent,
        ) as response:
            return _Answer(response.status_code, response.headers, _read(response, until))
    except requests.exceptions.ConnectTimeout:
        raise SigningRefused("sign.service_down", final=False) from None
    except requests.exceptions.ConnectionError as error:
        # `from None`: the address of a status call carries the national number, and errors are logged with their causes.
        raise SigningRefused("sign.service_down", final=not _never_connected(error)) from None
    except requests.exceptions.RequestException:
        raise SigningRefused("sign.service_timeout") from None


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return type(getattr(cause, "reason", None)).__name__ in ("NewConnectionError", "NameResolutionError")


def _read(response: requests.Response, until: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_content(65_536):
        size += len(part)
        if size > LARGEST:
            raise SigningRefused("sign.service_garbage")
        if time.monotonic() > until:
            raise SigningRefused("sign.service_timeout")
        parts.append(part)
    return b"".join(parts)


def _told(answer: _Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(answer: _Answer) -> SigningRefused:
    """Below 500 the service refused before it signed; its own words are only looked at, never kept: they may carry numbers."""
    if answer.status == requests.codes.unauthorized:
        return SigningRefused("sign.service_account", final=False)
    if not 400 <= answer.status < 500:
        return SigningRefused("sign.service_failed", {"status": answer.status})
    said = str(_told(answer).get("error") or _told(answer).get("message") or "").casefold()
    code = next((code for word, code in SAID if word in said), "")
    if code:
        return SigningRefused(code, final=False)
    return SigningRefused("sign.service_refused", {"status": answer.status}, final=False)


def _picture(face: bytes) -> bytes:
    """The visible signature as the service takes it: a PNG."""
    page = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(json(bytes(sys.inputs.face))), format: "pdf")"""
    inputs = {"face": json.dumps(list(face))}
    return bytes(typst.compile(page, format="png", ppi=SHARPNESS, sys_inputs=inputs))
