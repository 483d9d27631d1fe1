"""One click that ends the letters which gather: a signed link that works without signing in (RFC 8058), and does nothing else."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from approvals.models import Preference
from ledger.recording import recorded
from registry.models import User

SALT = "approvals.unsubscribing"


def address(person: User) -> str:
    """The link of a person; old letters keep theirs, so it does not expire."""
    token = signing.dumps(person.pk, salt=SALT)
    return f"{settings.PUBLIC_URL}{reverse('approvals:stop_letters', args=[token])}"


def reader_of(token: str) -> User | None:
    """Whose link it is; None for one that was not made here, or of an account that is closed."""
    try:
        person = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=person, is_active=True).first()


def stop(person: User) -> None:
    """From now on such notices are in the app only; what must be acted on is still written. A second click changes nothing.

    Who clicked is not known for certain, so the ledger names nobody.
    """
    with recorded(None):
        wish, _made = Preference.objects.select_for_update().get_or_create(person=person)
        if wish.rhythm != Preference.Rhythm.NEVER:
            wish.rhythm = Preference.Rhythm.NEVER
            wish.save()
