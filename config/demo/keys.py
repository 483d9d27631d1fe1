"""Signing keys of those who sign: one PKCS#12 file each, from the demonstration authority."""

from collections.abc import Iterable

from django.conf import settings

from approvals.authority import create_authority, issue_list, issue_signer
from config.demo.agencies import GOVERNMENT_NAME
from registry.models import User


def issue(signers: Iterable[User], passphrase: str, *, anew: bool) -> None:
    """A key for each. `anew`: what an earlier database left under the same number belongs to somebody else."""
    create_authority(settings.SIGNING_KEYS)
    issue_list(settings.SIGNING_KEYS)
    for person in signers:
        path = settings.SIGNING_KEYS / f"signer-{person.pk}.p12"
        if anew or not path.exists():
            issue_signer(
                settings.SIGNING_KEYS, person.name, person.nip or "", GOVERNMENT_NAME, passphrase, path=path
            )
