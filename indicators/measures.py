"""Indicators of one quarter, computed from its figures and those of the quarters before. Pure Python.

Quarters come as mappings of codes to decimals, this one first and then backwards without a gap; a quarter that was not
reported is None. What is not known stays unknown: it is neither good nor bad (domain.md 2.4, 5.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.definitions import AMBER, GREEN, QUARTER, RED, UNKNOWN, VALUE, Form, Indicator
from indicators.formulas import FURTHEST, Formula, condition, formula

Figures = Mapping[str, Decimal | None]
SHOWN = 4  # quarters beside the present one


@dataclass(frozen=True, slots=True)
class Measured:
    """One indicator in one quarter, its band, and its values in the quarters before (the last one first)."""

    indicator: Indicator
    value: Decimal | None
    band: str
    before: tuple[Decimal | None, ...]


def measure(form: Form, quarters: Sequence[Figures | None], quarter: int) -> tuple[Measured, ...]:
    """Every indicator of the form; `quarter` is the number of the present one in its fiscal year, 1 to 4."""
    return tuple(_measured(one, quarters, quarter) for one in form.indicators)


def alarms(measured: Sequence[Measured]) -> tuple[Measured, ...]:
    """The indicators that are red."""
    return tuple(one for one in measured if one.band == RED)


def _measured(one: Indicator, quarters: Sequence[Figures | None], quarter: int) -> Measured:
    compute = formula(one.formula)
    values = [_value(compute, quarters[ago:]) for ago in range(FURTHEST + 1)]

    def series(name: str, ago: int) -> Decimal | None:
        if name == VALUE:
            return values[ago]
        if name == QUARTER:
            return Decimal(quarter)
        return _figure(quarters, name, ago)

    band = UNKNOWN
    if values[0] is not None:
        worst = ((RED, one.red), (AMBER, one.amber))
        band = next((name for name, text in worst if text and condition(text)(series)), GREEN)
    return Measured(one, values[0], band, tuple(values[1 : SHOWN + 1]))


def _value(compute: Formula, quarters: Sequence[Figures | None]) -> Decimal | None:
    return compute(lambda name, ago: _figure(quarters, name, ago))


def _figure(quarters: Sequence[Figures | None], name: str, ago: int) -> Decimal | None:
    figures = quarters[ago] if ago < len(quarters) else None
    return figures.get(name) if figures is not None else None
