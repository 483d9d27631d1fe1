"""One click that ends the letters which gather: a signed link that works without signing in (RFC 8058), and does nothing else."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from approvals.models import Preference
from ledger.recording import recorded
from registry.models import User

# What a link ends: the letters that gather notices, or a leader's weekly summary. One never ends the other.
GATHERED, WEEKLY = "gathered", "weekly"
SALTS = {GATHERED: "approvals.unsubscribing", WEEKLY: "approvals.unsubscribing.weekly"}


def address(person: User, what: str = GATHERED) -> str:
    """The link of a person; old letters keep theirs, so it does not expire."""
    token = signing.dumps(person.pk, salt=SALTS[what])
    return f"{settings.PUBLIC_URL}{reverse('approvals:stop_letters', args=[token])}"


def reader_of(token: str) -> tuple[User, str] | None:
    """Whose link it is and what it ends; None for one that was not made here, or of an account that is closed."""
    for what, salt in SALTS.items():
        try:
            person = signing.loads(token, salt=salt)
        except signing.BadSignature:
            continue
        found = User.objects.filter(pk=person, is_active=True).first()
        return (found, what) if found else None
    return None


def stop(person: User, what: str = GATHERED) -> None:
    """From now on such notices are in the app only; what must be acted on is still written. A second click changes nothing.

    Who clicked is not known for certain, so the ledger names nobody.
    """
    with recorded(None):
        wish, _made = Preference.objects.select_for_update().get_or_create(person=person)
        if what == WEEKLY and wish.weekly:
            wish.weekly = False
            wish.save()
        elif what == GATHERED and wish.rhythm != Preference.Rhythm.NEVER:
            wish.rhythm = Preference.Rhythm.NEVER
            wish.save()
