"""What pages tell their scripts about the person who reads them."""

from django import template

from registry.models import User
from submissions import offline

register = template.Library()


@register.simple_tag
def person_mark(user: User) -> str:
    """The opaque mark under which this person's drafts lie on the device."""
    return offline.person_mark(user)
