"""What a pack asks for and what is computed from it, read from data: fields, indicators, thresholds. Pure Python.

A form is a list of fields (what the entity reports) and of indicators (formulas over them, with the conditions under
which they are amber or red). Source of the shipped one: domain.md 5.5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from indicators.formulas import FormulaRefused, condition, formula

MONEY, COUNT, DAYS, YES_NO = "money", "count", "days", "yes_no"
KINDS = (MONEY, COUNT, DAYS, YES_NO)
PERCENT, RATIO, MONTHS = "percent", "ratio", "months"
UNITS = (PERCENT, RATIO, MONTHS, DAYS, COUNT)
HIGHER, LOWER = "higher", "lower"
GREEN, AMBER, RED, UNKNOWN = "green", "amber", "red", "unknown"
# What a condition may ask beside the fields: the indicator's own value, and the number of the quarter, 1 to 4.
VALUE, QUARTER = "value", "quarter"


@dataclass(frozen=True, slots=True)
class Field:
    """One figure that is asked for. `signed`: it may be below zero."""

    code: str
    name: str
    kind: str
    group: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure that is computed. `red` and `amber` are conditions; an empty one never holds."""

    code: str
    name: str
    formula: str
    unit: str
    direction: str
    red: str = ""
    amber: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """All that one version of the pack asks and computes."""

    fields: tuple[Field, ...]
    indicators: tuple[Indicator, ...]
    by_code: Mapping[str, Field] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, fields: Iterable[Mapping[str, Any]], indicators: Iterable[Mapping[str, Any]]) -> "Form":
        """From data; raises FormulaRefused when a formula cannot be read or asks for what is not reported."""
        asked = tuple(Field(**one) for one in fields)
        form = cls(asked, tuple(Indicator(**one) for one in indicators), {one.code: one for one in asked})
        for one in form.indicators:
            form._check(one)
        return form

    def _check(self, one: Indicator) -> None:
        known = set(self.by_code)
        _known(one, formula(one.formula).names, known)
        for text in filter(None, (one.red, one.amber)):
            _known(one, condition(text).names, known | {VALUE, QUARTER})


def _known(one: Indicator, names: Iterable[str], known: set[str]) -> None:
    unknown = sorted(set(names) - known)
    if unknown:
        raise FormulaRefused("formula.name", {"names": ", ".join(unknown), "indicator": one.code})
