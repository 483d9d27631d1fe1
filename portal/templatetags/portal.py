"""How deviations are told: a signed number, a colour and a word (W-4)."""

from decimal import Decimal
from typing import Any

from django import template

from submissions.formulas import AHEAD, GREEN, RED, YELLOW, colour
from wording import numbers
from wording.words import COLOURS, STATUSES

register = template.Library()
HUES = {AHEAD: "violet", GREEN: "green", YELLOW: "amber", RED: "red"}


@register.inclusion_tag("portal/deviation.html")
def deviation(value: Decimal | None) -> dict[str, Any]:
    """The deviation with its sign, colour and word; "–" without a plan."""
    return _told(value)


@register.inclusion_tag("portal/deviation_cell.html")
def deviation_cell(value: Decimal | None) -> dict[str, Any]:
    """The same for a table: the word stands under the number, so that the column stays narrow."""
    return _told(value)


def _told(value: Decimal | None) -> dict[str, Any]:
    code = colour(value)
    if value is None or code is None:
        return {"text": numbers.NOTHING}
    text = numbers.points(value)
    return {
        "text": f"+{text}" if value > 0 else text,
        "hue": HUES[code],
        "icon": "warning" if code in (YELLOW, RED) else "check",
        "word": COLOURS[code],
    }


@register.filter
def status_word(code: str) -> str:
    """The execution status in words; nothing for none."""
    return str(STATUSES.get(code, code)).capitalize() if code else ""


@register.filter
def hue(band: str | None) -> str:
    """The hue of a colour of W-4; none where nothing is compared."""
    return HUES.get(band or "", "")
