"""Chance that comes out the same every time: one stream per name, so that one story never moves another."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TypeVar

SEED = 20260101
T = TypeVar("T")
_story = ContextVar("story", default="")


@contextmanager
def another(story: str) -> Iterator[None]:
    """Within it the same names have other streams: a second story of the same people and places."""
    mark = _story.set(f"{story}/")
    try:
        yield
    finally:
        _story.reset(mark)


def stream(*name: object) -> Random:
    """The stream of numbers that belongs to `name`."""
    return Random(f"{SEED}/{_story.get()}{'/'.join(map(str, name))}")  # noqa: S311 - invented figures, no secrets


def pick(rng: Random, weighted: Sequence[tuple[T, float]]) -> T:
    """One of several by weight."""
    values, weights = zip(*weighted, strict=True)
    chosen: T = rng.choices(values, weights)[0]
    return chosen


def rounded(amount: float | Decimal, to: int = 50) -> Decimal:
    """An invented amount in whole multiples of `to` rupiah."""
    return (Decimal(str(amount)) / to).quantize(Decimal(1), ROUND_HALF_UP) * to


def shared(total: Decimal, weights: Sequence[float], step: Decimal = Decimal(1)) -> list[Decimal]:
    """`total` in parts by weight, each a multiple of `step`; the parts make the total exactly."""
    whole, parts, given, reached = sum(weights), [], Decimal(0), 0.0
    for weight in weights[:-1]:
        reached += weight
        until = (total * Decimal(str(round(reached / whole, 9))) / step).quantize(
            Decimal(1), ROUND_HALF_UP
        ) * step
        until = max(given, min(until, total))
        parts.append(until - given)
        given = until
    return [*parts, total - given]
