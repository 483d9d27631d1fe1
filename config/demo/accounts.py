"""The demonstration's accounts: readable names for each role, one password, kept for this user of the machine alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import CommandError

from approvals.factors import TOTP, Factor, code_now, enrol, lacking
from config.demo.agencies import REAL_SECTION
from registry.models import User

SHORTEST = 15
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
VARIABLE = "JENJANG_DEMO_PASSWORD"
FILE = "demo-accounts.json"
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
OTHERS = {
    "auditor": "audit_unit",
    "biro": "oversee_unit",
    "irban": "see_unit",
    "bupati": "see_unit",
    "admin": "",
}
# Those of them who hold a post at the regency itself: they review, grant what is asked for, give a second opinion, and lead.
CENTRAL = {
    "biro": ("oversight", "Kepala Bagian Organisasi"),
    "irban": ("inspector", "Inspektur Pembantu Wilayah I"),
    "bupati": ("leader", "Bupati Mahakarsa Hulu"),
}
# User name -> (page where his work is, role in words)
ROLES = {
    "pptk": ("entry/", "Technical officer (PPTK), DPUPR"),
    "kabid": ("inbox/", "Section head (Kabid), DPUPR"),
    "kepala": ("sign/", "Agency head (Kepala), DPUPR"),
    "pptk.setda": ("entry/", "Technical officer (PPTK), Setda"),
    "kabag": ("inbox/", "Section head (Kabag), Setda"),
    "sekda": ("sign/", "Agency head (Sekda), Setda"),
    "auditor": ("audit/", "Auditor"),
    "biro": ("requests/", "Organisation bureau, decides on requests"),
    "irban": ("requests/", "Inspectorate, gives a second opinion"),
    "bupati": ("overview/", "Regent (Bupati), decides what officers ask of leaders"),
    "admin": ("", "Administrator, holds no office"),
    "cfo.water": ("packs/", "Finance officer of a public entity (KP)"),
    "ceo.hospital": ("packs/", "Chief executive of a public entity (KP)"),
    "secretary.lg": ("packs/", "Head of a line department (KP)"),
    "cgu": ("packs/", "Corporate Governance Unit (KP)"),
}
SIGNERS = {"kepala", "sekda"}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The password of every demonstration account, and the passphrase of every signing key."""

    password: str
    passphrase: str


def chosen() -> Secrets:
    """For a new regency: from the environment, as made before in this data folder, or made now."""
    before = known()
    password = os.environ.get(VARIABLE) or (before.password if before else _invented())
    if len(password) < SHORTEST:
        raise CommandError(
            f"{VARIABLE} has {len(password)} characters and needs at least {SHORTEST}. Choose a longer one."
        )
    now = Secrets(password, before.passphrase if before else _invented())
    if now != before:
        _write(now)
    return now


def _invented() -> str:
    """About 98 bits in four groups that can be read aloud and typed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def place() -> Path:
    """Where the password and the passphrase of this data folder's regency are kept."""
    return Path(settings.DATA_DIR) / FILE


def known() -> Secrets | None:
    """What the loaded regency was given; None when it was loaded with another data folder."""
    path = place()
    return Secrets(**json.loads(path.read_text())) if path.exists() else None


def _write(now: Secrets) -> None:
    path = place()
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(asdict(now), handle)
    draft.rename(path)


def table(now: Secrets) -> str:
    """Address, role, user name, password, second factor and passphrase, one account a line."""
    rows = [("Address", "Role", "User", "Password", "Second factor", "Key passphrase")]
    equipped = set(Authenticator.objects.filter(type=TOTP).values_list("user__username", flat=True))
    for name, (page, role) in ROLES.items():
        factor = "code on the page" if name in equipped else "-"
        passphrase = now.passphrase if name in SIGNERS else "-"
        rows.append((f"{settings.PUBLIC_URL}/{page}", role, name, now.password, factor, passphrase))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def given(person: User) -> Factor:
    """A code of a person's app, set up anew: a year of signatures passes in less time than codes take to change."""
    enrol(person)
    return Factor(code_now(person))


def equip() -> int:
    """An authenticator app for everybody who must have a second factor and has none; how many got one."""
    without = list(lacking())
    for person in without:
        enrol(person)
    return len(without)
