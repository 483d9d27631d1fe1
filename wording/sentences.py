"""Codes become sentences in the active language.

Rules, the route and importers speak in a code and JSON-able parameters; stored answers keep those. The
suffix of a parameter's name tells how it is shown: `_rp` money, `_pt` percentage points, `_qty` units of
output, `_at` an ISO moment, `_on` an ISO day, `_month`/`_months` fiscal months; `state`, `verb`, `role`,
`status` and `mode` are words. Anything else is shown as it is.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

from wording import order, ways, words
from wording.catalogue import CATALOGUE
from wording.dates import day, moment
from wording.numbers import NOTHING, exact_points, money, quantity

__all__ = ["CATALOGUE", "month_name", "onward", "placeholders", "say"]

ADJUSTMENT = _("month 13 (adjustment)")
_WORDS = {
    "state": words.STATES,
    "verb": words.VERBS,
    "role": words.ROLES,
    "status": words.STATUSES,
    "mode": words.MODES,
    "grant_kind": words.GRANTS,
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_YEAR_AND_MONTH = re.compile(r"(\d{4})-(\d{2})")


def say(code: str, params: Mapping[str, Any] | None = None, currency: str = "") -> str:
    """The sentence for a code, in the active language, zone and ways; KeyError for an unknown code or a missing
    parameter. `currency`: another one than the government's."""
    given = dict(params or {})
    currency = currency or ways.current().currency
    message = str(CATALOGUE[code])
    if "%(condition)s" in message and "condition" not in given:
        given["condition"] = words.CONDITIONS[given["verb"]]
    shown = {key: _show(key, given, currency) for key in _PLACEHOLDER.findall(message)}
    return order.kept(message % shown)


def placeholders(code: str) -> frozenset[str]:
    """The parameters that a code's sentence needs (`condition` follows from `verb`)."""
    return frozenset(_PLACEHOLDER.findall(str(CATALOGUE[code]))) - {"condition"}


def month_name(value: int | str | None, start_month: int | None = None) -> str:
    """The name of a fiscal month (13 is the adjustment) where the year begins with `start_month`, by default as the
    government's does; or of a month written as 2026-01."""
    if value is None:
        return NOTHING
    written = _YEAR_AND_MONTH.fullmatch(str(value))
    if written:
        year, calendar_month = written.groups()
        return f"{month_name(int(calendar_month), 1)} {year}"
    number, start_month = int(value), start_month or ways.current().fiscal_start_month
    return str(ADJUSTMENT) if number == 13 else str(MONTHS[(start_month + number - 2) % 12 + 1])


def onward() -> str:
    """The arrow from what was to what is, in the direction of the active language."""
    return "←" if get_language_bidi() else "→"


def _show(key: str, given: Mapping[str, Any], currency: str) -> str:
    value = given.get("month_name", given[key]) if key == "month" and "month_name" in given else given[key]
    if value is None:
        return NOTHING
    if key in _WORDS:
        return str(_WORDS[key].get(value, value))
    if key in ("month", "earlier") or key.endswith(("_month", "_months")):
        return _months(value, given.get("start_month"))
    show = _BY_SUFFIX.get(key.rpartition("_")[2]) if "_" in key else None
    if show:
        return show(value, str(given.get("currency", currency)))
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _months(value: Any, start_month: int | None) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(month_name(each, start_month) for each in value) or NOTHING
    if isinstance(value, int) or _YEAR_AND_MONTH.fullmatch(str(value)):
        return month_name(value, start_month)
    return str(value)  # a name that the caller made already


def _moment(value: Any, _currency: str) -> str:
    return moment(value if isinstance(value, datetime) else datetime.fromisoformat(value))


def _day(value: Any, _currency: str) -> str:
    return day(value if isinstance(value, date) else date.fromisoformat(value))


_BY_SUFFIX: dict[str, Callable[[Any, str], str]] = {
    "rp": lambda value, currency: money(Decimal(value), currency=currency),
    "pt": lambda value, _currency: exact_points(Decimal(value)),
    "qty": lambda value, _currency: quantity(Decimal(value)),
    "at": _moment,
    "on": _day,
}
