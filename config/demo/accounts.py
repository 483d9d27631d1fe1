"""The demonstration's accounts: readable names for each role, one password, kept for this user of the machine alone."""

import json
import os
import secrets
from dataclasses import dataclass

from django.conf import settings
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
        raise CommandError(f"{VARIABLE} has {len(password)} characters and needs at least {SHORTEST}. Choose a longer one.")
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
