"""The demonstration's accounts: readable names for each role, one password, kept for this user of the machine alone."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core.management.base import CommandError

from config.demo.agencies import REAL_SECTION

SHORTEST = 15
VARIABLE = "JENJANG_DEMO_PASSWORD"
# Offices that a visitor tries: (place key, purpose) -> user name
OFFICES = {
    ("dpupr", "specific"): "pptk",
    ("dpupr", "verify-1"): "kabid",
    ("dpupr", "head"): "kepala",
    (REAL_SECTION, "specific"): "pptk.setda",
    (REAL_SECTION, "verify-0"): "kabag",
    ("setda", "head"): "sekda",
}
# Those who only see, and who runs the system: user name -> (kind of person, right on the whole regency)
OTHERS = {"auditor": "audit_unit", "biro": "oversee_unit", "bupati": "see_unit", "admin": ""}
PAGES = {
    "pptk": "work/",
    "pptk.setda": "work/",
    "kabid": "inbox/",
    "kabag": "inbox/",
    "kepala": "sign/",
    "sekda": "sign/",
    "auditor": "audit/",
    "biro": "overview/",
    "bupati": "overview/",
    "admin": "",
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The password of every demonstration account, and the passphrase of every signing key."""

    password: str
    passphrase: str


def prepared() -> Secrets:
    """From the environment, from what was made before, or made now; never in the code and never in the database."""
    path = settings.DATA_DIR / "demo-accounts.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    password = os.environ.get(VARIABLE) or kept.get("password") or secrets.token_urlsafe(15)
    if len(password) < SHORTEST:
        raise CommandError(
            f"{VARIABLE} has {len(password)} characters and needs at least {SHORTEST}. Choose a longer one."
        )
    passphrase = kept.get("passphrase") or secrets.token_urlsafe(15)
    if kept != {"password": password, "passphrase": passphrase}:
        _write(password, passphrase)
    return Secrets(password, passphrase)


def _write(password: str, passphrase: str) -> None:
    path = settings.DATA_DIR / "demo-accounts.json"
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump({"password": password, "passphrase": passphrase}, handle)
    draft.rename(path)


def table(known: Secrets) -> str:
    """Address, role, user name, password and passphrase, one account a line."""
    roles = {
        "pptk": "PPTK, DPUPR", "kabid": "Kepala Bidang Bina Marga, DPUPR", "kepala": "Kepala DPUPR",
        "pptk.setda": "PPTK, Bagian Perekonomian Setda", "kabag": "Kepala Bagian Perekonomian", "sekda": "Sekretaris Daerah",
        "auditor": "Auditor (melihat dan memeriksa)", "biro": "Bagian Organisasi (memantau)", "bupati": "Bupati (melihat)",
        "admin": "Administrator (tanpa jabatan)",
    }  # fmt: skip
    signers = {"kepala", "sekda"}
    rows = [("Alamat", "Peran", "Pengguna", "Kata sandi", "Frasa kunci")]
    for name, page in PAGES.items():
        passphrase = known.passphrase if name in signers else "-"
        rows.append((f"{settings.PUBLIC_URL}/{page}", roles[name], name, known.password, passphrase))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


@contextmanager
def remembered() -> Iterator[None]:
    """While a year is loaded the same password is checked against the same hash hundreds of times; once is enough.

    All accounts carry one hash (it is made once), so the answer for that very pair can be kept until the loading ends.
    """
    hasher = get_hasher()
    hasher.verify = lru_cache(maxsize=16)(hasher.verify)  # type: ignore[method-assign]
    try:
        yield
    finally:
        del hasher.verify
