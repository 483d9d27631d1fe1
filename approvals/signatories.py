"""Who signs how: the backend of a person, the label of the key, and a national number under lock."""

from typing import Any

from approvals.models import Backend, Signatory
from ledger.recording import recorded
from registry.models import User
from registry.vault import lock

NUMBER_DIGITS = 16  # of a national number (NIK)


class SignatoryRefused(Exception):
    """A way of signing cannot be stored: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def set_signatory(
    *, actor: User | None, person: User, backend: str, label: str = "", number: str = ""
) -> Signatory:
    """Store how a person signs; what was heard of an earlier certificate is forgotten. Raises SignatoryRefused.

    An empty `number` keeps the one that is there.
    """
    with recorded(actor):
        found = Signatory.objects.select_for_update().filter(person=person).first() or Signatory(
            person=person
        )
        if backend == Backend.PKCS11 and not label:
            raise SignatoryRefused("signatory.label_missing")
        if number and not (number.isascii() and number.isdigit() and len(number) == NUMBER_DIGITS):
            raise SignatoryRefused("signatory.number", {"count": len(number)})
        if backend == Backend.BSRE and not (number or found.number_locked):
            raise SignatoryRefused("signatory.number_missing")
        if number:
            found.number_locked = lock(number)
        found.backend, found.label = backend, label
        found.certificate_serial, found.valid_to, found.status, found.checked_at = "", None, "", None
        found.save()
    return found
