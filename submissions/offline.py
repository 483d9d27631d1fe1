"""Whose drafts and kept pages lie on a device: a mark of the person that says nothing about him."""

from django.utils.crypto import salted_hmac

from registry.models import User


def person_mark(user: User) -> str:
    """The opaque text under which a person's drafts and kept months are filed on a device."""
    return salted_hmac("submissions.offline", str(user.pk)).hexdigest()[:20]
