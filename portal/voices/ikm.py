"""The citizens' satisfaction index (IKM) of PermenPANRB 14/2017: nine elements from 1 to 4. Pure; exact to the last digit.

IKM = sum of (mean of each element x 1/9) x 25, from 25 to 100. Bands are half open, told from the value before rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

ELEMENTS, LOWEST, HIGHEST = 9, 1, 4
FEWEST = 5  # answers; fewer are not shown, because a reader might know who they were
# (from this value on, band)
BANDS = ((Fraction("88.31"), "A"), (Fraction("76.61"), "B"), (Fraction(65), "C"), (Fraction(25), "D"))
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Index:
    """The index of some answers: how many they are, its exact value, its band, and the mean of each element."""

    answers: int
    value: Fraction
    means: tuple[Fraction, ...]

    @property
    def band(self) -> str:
        """A, B, C or D."""
        return band_of(self.value)

    @property
    def shown(self) -> Decimal:
        """Two decimals, the rest cut off: so a value never reads as if it had reached the next band."""
        return cut(self.value)


def index(answers: int, sums: Sequence[int]) -> Index | None:
    """The index of so many answers whose scores add up, element by element, to `sums`; None for fewer than FEWEST.

    Raises ValueError for sums that no such answers can have.
    """
    if len(sums) != ELEMENTS or not all(answers * LOWEST <= one <= answers * HIGHEST for one in sums):
        raise ValueError(f"{answers} answers to {ELEMENTS} elements cannot add up to {list(sums)}")
    if answers < FEWEST:
        return None
    means = tuple(Fraction(one, answers) for one in sums)
    return Index(answers, sum(means, Fraction()) / ELEMENTS * 25, means)


def band_of(value: Fraction) -> str:
    """The band of an index; ValueError below 25, which nine scores from 1 on cannot make, and above 100."""
    if value > 100:
        raise ValueError(f"an index of {value} is more than 100")
    for limit, band in BANDS:
        if value >= limit:
            return band
    raise ValueError(f"an index of {value} is less than 25")


def cut(value: Fraction) -> Decimal:
    """Two decimals, the rest cut off."""
    exact = Decimal(value.numerator * 100 // value.denominator) / 100
    return exact.quantize(CENT, rounding=ROUND_DOWN)


def hidden(counts: Mapping[int | None, int]) -> set[int | None]:
    """Which groups of a whole are not shown: those of fewer than FEWEST, and one more when the whole would betray them.

    What is left of a known whole without the groups that are shown must be nobody, or FEWEST at least.
    """
    found = {group for group, number in counts.items() if 0 < number < FEWEST}
    while 0 < sum(counts[group] for group in found) < FEWEST and len(found) < len(counts):
        found.add(min(counts.keys() - found, key=lambda group: (counts[group], group or 0)))
    return found
