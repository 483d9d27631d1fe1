"""Template filters and tags for sums, points, moments and codes: plain text, which templates escape."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from wording import dates, numbers, order, sentences

register = template.Library()


@register.filter
def money(amount: Decimal | int | None, currency: str | None = None) -> str:
    """An amount in the active language; `{{ amount|money:"IDR" }}` adds the symbol."""
    return numbers.money(_number(amount), currency=currency)


@register.filter
def points(value: Decimal | int | None) -> str:
    """A percentage with two decimals, "–" where there is none."""
    return numbers.points(_number(value))


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """Units of output without trailing zeros."""
    return numbers.quantity(_number(value))


@register.filter
def from_left(text: str) -> str:
    """A text in which numbers such as "2025-26" and "−5" keep their order among words from right to left."""
    return order.kept(str(text))


@register.filter
def number_way(language: str) -> str:
    """How numbers are written in a language here, for a script: "id", "en" or "lakh"."""
    return numbers.way(language)


@register.filter
def moment(value: datetime | None) -> str:
    """An aware moment in the active zone, with the zone's name."""
    return dates.moment(value or None)


@register.filter
def day(value: date | None) -> str:
    """A day with the name of its month."""
    return dates.day(value or None)


@register.filter
def fiscal_month(value: int | str | None, start_month: int | None = None) -> str:
    """The name of a fiscal month of the government; `{{ 1|fiscal_month:7 }}` is July."""
    return sentences.month_name(value or None, start_month)


@register.simple_tag
def onward() -> str:
    """The arrow from what was to what is."""
    return sentences.onward()


@register.simple_tag
def say(code: str, params: Mapping[str, Any] | None = None, currency: str = "") -> str:
    """The sentence for a code: `{% say finding.code finding.params %}`."""
    return sentences.say(code, params, currency)


def _number(value: Decimal | int | str | None) -> Decimal | None:
    # A missing variable reaches a filter as "": no number is known, and 0 would be a claim.
    return None if value is None or value == "" else Decimal(value)
