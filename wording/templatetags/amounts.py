"""Amounts in words for templates."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from wording import amounts

register = template.Library()


@register.filter
def in_words(amount: Decimal | None, grouping: str = "") -> str:
    """ "1 miliar 250 juta" in the active language, from a million on: `{{ amount|in_words:government.grouping }}`."""
    value = amount if isinstance(amount, Decimal) else None
    return amounts.at_a_glance(value, get_language() or "id", grouping or amounts.THOUSANDS)


@register.filter
def number_scales(grouping: str) -> str:
    """The words of the active language for a script: "miliar:9 juta:6 ribu:3"."""
    return amounts.scales_text(get_language() or "id", grouping or amounts.THOUSANDS)
