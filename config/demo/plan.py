"""The budget of the demonstration year as plain data: items, lines, versions, monthly plans (domain.md 7.1, 7.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from config.demo import spending, subjects
from config.demo.agencies import AGENCY, DISTRICT, REAL_SECTION, Place
from config.demo.catalogue import (
    EVENT,
    GOODS,
    ROUTINE,
    SALARY,
    TIME,
    TRANSFER,
    WORKS,
    SubActivity,
    common_programme,
    sub_activities,
)
from config.demo.chance import rounded, shared, stream

MONTHS = 12
WHOLE, POINT = Decimal(100), Decimal("0.0001")
SHORT_WIDTH = 0.10  # of the lines
MEDIAN, SIGMA = 120_000_000, 1.3
SALARY_SHARE = (0.28, 0.35)
COUNTED = {"Orang", "Keluarga", "Ruang", "Km", "SR", "Unit"}
ONE_PIECE = ("Unit Sekolah Baru", "Embung", "Pengembangan")


@dataclass(slots=True)
class Line:
    """A budget line: account and fund source."""

    account: str
    name: str
    fund: str


@dataclass(frozen=True, slots=True)
class Stand:
    """An item in one version: rupiah in all, by line and by month; work by month in points (or units of output)."""

    ceiling: Decimal
    lines: tuple[Decimal, ...]
    cash: tuple[Decimal, ...]
    physical: tuple[Decimal, ...]


@dataclass(slots=True)
class Item:
    """A sub-activity at a unit with its lines, and how it stands in each version of the unit (by sequence)."""

    place: Place
    sub: SubActivity
    common: bool
    mode: str
    target: Decimal
    lines: list[Line]
    stands: dict[int, Stand] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.place.code}/{self.sub.code}"


@dataclass(frozen=True, slots=True)
class Version:
    """A budget version of a unit."""

    kind: str
    sequence: int
    effective_month: int
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Size:
    """How much a profile holds: items by agency (`specific` beside the common programme), lines and rupiah in all."""

    common: int
    specific: dict[str, int]
    lines: int
    total: Decimal
    without: frozenset[str] = frozenset()  # agencies that hold no items of their own
    items: int = 0  # at least so many: units are filled up in turn


def items(agencies: Sequence[Place], size: Size) -> list[Item]:
    """All items with their lines and the original budget; the sums of `size` come out exactly."""
    made = [item for agency in agencies for item in _items_of(agency, size)]
    made += _filled_up(agencies, size.items - len(made))
    counts = _line_counts(made, size.lines)
    for item, count in zip(made, counts, strict=True):
        rng = stream("lines", item.key)
        narrow = rng.random() < SHORT_WIDTH
        chosen = spending.accounts(item.sub.kind, item.sub.name, count, rng)
        item.lines = [Line(spending.short(a.code) if narrow else a.code, a.name, fund) for a, fund in chosen]
        item.stands = {}
    for item, ceiling in zip(made, _exact(_ceilings(agencies, made, size.total), size.total), strict=True):
        item.stands[1] = _original(item, ceiling)
    return made


def _items_of(agency: Place, size: Size) -> list[Item]:
    found: list[Item] = []
    for place in (agency, *agency.children):
        common = common_programme(place)[: 0 if place.key in size.without else size.common]
        wanted = size.specific.get(place.key, size.specific.get(place.kind, 0))
        specific = sub_activities(place, subjects.composed(place))[:wanted]
        if len(specific) < wanted:
            raise ValueError(f"{place.key} has {len(specific)} sub-activities, {wanted} are wanted")
        found += [_item(place, sub, True) for sub in common] + [_item(place, sub, False) for sub in specific]
    return found


def _filled_up(agencies: Sequence[Place], missing: int) -> list[Item]:
    """As many items more, in turn from each unit that has an officer for them."""
    places = [
        place
        for agency in agencies
        for place in (agency, *agency.children)
        if place.key not in ("setda", REAL_SECTION)
    ]
    found = []
    for number in range(max(missing, 0)):
        turn, place = divmod(number, len(places))
        found.append(_item(places[place], subjects.filling(places[place], turn), False))
    return found


def _item(place: Place, sub: SubActivity, common: bool) -> Item:
    rng = stream("item", place.code, sub.code)
    mode, target = "PERCENT", Decimal(rng.choice((1, 1, 2, 3, 4, 6, 12)))
    if sub.kind in (SALARY, TIME):
        mode, target = "TIME", Decimal(12 * rng.randint(20, 90) if sub.kind == SALARY else 12)
    elif any(word in sub.name for word in ONE_PIECE):
        mode, target = "MILESTONE", Decimal(1)
    elif sub.output_unit in COUNTED and sub.kind in (WORKS, GOODS, EVENT, ROUTINE):
        mode, target = "VOLUME", _volume(sub.output_unit, rng)
    return Item(place, sub, common, mode, target, [])


def _volume(unit: str, rng: Random) -> Decimal:
    if unit == "Km":
        return Decimal(rng.randint(20, 480)) / 10
    return Decimal(rng.randint(40, 600) if unit in ("Orang", "Keluarga", "SR") else rng.randint(12, 48))


def _line_counts(made: Sequence[Item], wanted: int) -> list[int]:
    """Lines for each item: by kind, then one more or one less here and there until the sum is exact."""
    rng = stream("line counts")
    counts = [rng.randint(*spending.LINES[item.sub.kind]) for item in made]
    factor = wanted / sum(counts)
    counts = [max(2, round(count * factor)) for count in counts]
    most = [2 * len(spending.POOLS[item.sub.kind]) - 8 for item in made]
    while wanted != sum(counts):
        place, step = rng.randrange(len(counts)), 1 if sum(counts) < wanted else -1
        if 2 <= counts[place] + step <= max(3, most[place]):
            counts[place] += step
    return counts


def _ceilings(agencies: Sequence[Place], made: Sequence[Item], total: Decimal) -> list[Decimal]:
    """Rupiah of each item. Ordinary ones by chance, salaries a share of the agency, the large ones what is left."""
    rng = stream("ceilings")
    owner = {place.code: agency for agency in agencies for place in (agency, *agency.children)}
    ordinary = {
        item.key: rounded(min(rng.lognormvariate(0, SIGMA), 28) * MEDIAN * _size(item), 50)
        for item in made
        if item.sub.kind != SALARY and not item.sub.share
    }
    shares = {agency.key: rng.uniform(*SALARY_SHARE) for agency in agencies}
    base: dict[str, Decimal] = {agency.key: Decimal(0) for agency in agencies}
    for item in made:
        base[owner[item.place.code].key] += ordinary.get(item.key, Decimal(0))
    large = {agency.key for agency in agencies if any(_is_large(i, owner, agency) for i in made)}
    grown = {
        agency.key: base[agency.key] / (1 - Decimal(str(round(shares[agency.key], 6)))) for agency in agencies
    }
    # Agencies with large works and transfers take what the others leave of the total, by weight.
    rest = total - sum((grown[agency.key] for agency in agencies if agency.key not in large), Decimal(0))
    weights = sum(agency.weight for agency in agencies if agency.key in large) or 1
    for agency in agencies:
        if agency.key in large:
            grown[agency.key] = rest * Decimal(str(agency.weight / weights))
    return _spread(made, owner, ordinary, shares, grown)


def _is_large(item: Item, owner: dict[str, Place], agency: Place) -> bool:
    return bool(item.sub.share) and owner[item.place.code].key == agency.key


def _size(item: Item) -> float:
    """Ordinary items of small units and of the office are smaller than those of the agency's own work."""
    if item.sub.kind == TIME:
        return 0.8
    return 0.8 if item.common or item.place.kind not in (AGENCY, DISTRICT) else 2.2


def _spread(
    made: Sequence[Item],
    owner: dict[str, Place],
    ordinary: dict[str, Decimal],
    shares: dict[str, float],
    grown: dict[str, Decimal],
) -> list[Decimal]:
    used: dict[str, Decimal] = {}
    for item in made:
        key = owner[item.place.code].key
        used[key] = used.get(key, Decimal(0)) + ordinary.get(item.key, Decimal(0))
    found = []
    for item in made:
        key = owner[item.place.code].key
        salary = grown[key] * Decimal(str(round(shares[key], 6)))
        if item.sub.kind == SALARY:
            found.append(rounded(salary))
        elif item.sub.share:
            pool = sum(other.sub.share for other in made if owner[other.place.code].key == key)
            left = max(grown[key] - salary - used[key], Decimal(MEDIAN * 20))
            found.append(rounded(left * Decimal(str(round(item.sub.share / pool, 9)))))
        else:
            found.append(ordinary[item.key])
    return found


def _exact(found: list[Decimal], total: Decimal) -> list[Decimal]:
    """What rounding left over goes to the largest item."""
    largest = found.index(max(found))
    found[largest] += total - sum(found)
    return found


def _original(item: Item, ceiling: Decimal) -> Stand:
    rng = stream("original", item.key)
    weights = {account.code: account.weight for account in spending.POOLS[item.sub.kind]}
    weights |= {spending.short(code): weight for code, weight in weights.items()}
    by_line = shared(
        ceiling, [weights[line.account] * rng.uniform(0.6, 1.5) for line in item.lines], Decimal(50)
    )
    months = spending.shape(item.sub.kind, rng)
    total, step = (item.target, _step(item)) if item.mode == "VOLUME" else (WHOLE, POINT)
    return Stand(
        ceiling=ceiling,
        lines=tuple(by_line),
        cash=tuple(shared(ceiling, months, Decimal(50))),
        physical=tuple(shared(total, spending.physical_shape(item.sub.kind, months), step)),
    )


def _step(item: Item) -> Decimal:
    return Decimal("0.1") if item.sub.output_unit == "Km" else Decimal(1)


__all__ = ["EVENT", "TRANSFER", "Item", "Line", "Size", "Stand", "Version", "items"]
