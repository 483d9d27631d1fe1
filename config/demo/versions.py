"""What happens to the budget during the year: the cut of March, the shift of May, the change of October (domain.md 7.4)."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from config.demo.chance import rounded, shared, stream
from config.demo.plan import Item, Stand, Version
from config.demo.profiles import YEAR
from config.demo.spending import TRAVEL

CUT_MONTH, SHIFT_MONTH, CHANGE_MONTH = 3, 5, 10
CUT, SHIFT, SHIFTED_SHARE = (0.05, 0.30), 0.15, 0.06
CHANGED_SHARE, GROWTH = 0.25, Decimal("0.04")  # of the items, and of all money


def unfold(items: Sequence[Item], months: int, year: int = YEAR) -> dict[str, list[Version]]:
    """Add later stands to the items, for versions that begin within `months`; the versions of each unit by its code."""
    by_unit: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_unit[item.place.code].append(item)
    original = Version("murni", 1, 1, f"Perda 12/{year - 1} tentang APBD TA {year}")
    versions = {code: [original] for code in by_unit}
    if months >= CUT_MONTH:
        for code, own in by_unit.items():
            _add(
                versions[code],
                own,
                "efisiensi",
                CUT_MONTH,
                f"Perbup 4/{year} tentang Efisiensi Belanja",
                _cuts(own),
            )
    if months >= SHIFT_MONTH:
        for code, changes in _shifts(by_unit, round(len(items) * SHIFTED_SHARE)).items():
            basis = f"Perbup 17/{year} tentang Pergeseran Anggaran"
            _add(versions[code], by_unit[code], "pergeseran", SHIFT_MONTH, basis, changes)
    if months >= CHANGE_MONTH:
        for code, changes in _changes(items).items():
            basis = f"Perda 9/{year} tentang Perubahan APBD TA {year}"
            _add(versions[code], by_unit[code], "perubahan", CHANGE_MONTH, basis, changes)
    return versions


def standing(item: Item, versions: Sequence[Version], month: int) -> tuple[Version, Stand]:
    """The version in force in a month, and how the item stands in it."""
    version = max(
        (each for each in versions if each.effective_month <= month), key=lambda each: each.sequence
    )
    return version, item.stands[version.sequence]


def _latest(item: Item) -> Stand:
    return item.stands[max(item.stands)]


def _cuts(items: Sequence[Item]) -> dict[str, tuple[Decimal, ...]]:
    """New ceilings of the lines, travel cut by 5 to 30 percent; items that have spent the money already stay."""
    found = {}
    for item in items:
        rng, stand = stream("cut", item.key), _latest(item)
        lines = tuple(
            ceiling - rounded(ceiling * Decimal(str(round(rng.uniform(*CUT), 4))))
            if TRAVEL in line.account
            else ceiling
            for line, ceiling in zip(item.lines, stand.lines, strict=True)
        )
        if lines != stand.lines and _fits(stand, sum(lines, Decimal(0)), CUT_MONTH):
            found[item.key] = lines
    return found


def _shifts(by_unit: dict[str, list[Item]], wanted: int) -> dict[str, dict[str, tuple[Decimal, ...]]]:
    """Pairs of items of one unit: what one gives the other takes, up to 15 percent, until `wanted` items have moved."""
    rng = stream("shift")
    places = sorted(code for code, own in by_unit.items() if len(own) >= 8)
    rng.shuffle(places)
    found: dict[str, dict[str, tuple[Decimal, ...]]] = {}
    for code in places:
        if sum(map(len, found.values())) >= wanted:
            break
        own = [item for item in by_unit[code] if item.sub.kind not in ("SALARY", "TIME")]
        rng.shuffle(own)
        for giver, taker in zip(own[:4:2], own[1:4:2], strict=False):
            smaller = min(_latest(giver).ceiling, _latest(taker).ceiling)
            amount = rounded(smaller * Decimal(str(round(rng.uniform(0.04, SHIFT), 4))))
            less, more = _scaled(giver, -amount), _scaled(taker, amount)
            if _fits(_latest(giver), sum(less, Decimal(0)), SHIFT_MONTH) and any(
                _latest(taker).cash[SHIFT_MONTH - 1 :]
            ):
                found.setdefault(code, {}).update({giver.key: less, taker.key: more})
    return found


def _changes(items: Sequence[Item]) -> dict[str, dict[str, tuple[Decimal, ...]]]:
    """A quarter of the items gets more, by what it has, until the regency's budget has grown as a whole."""
    able = [item for item in items if any(_latest(item).cash[CHANGE_MONTH - 1 :])]
    chosen = stream("change").sample(able, min(len(able), round(len(items) * CHANGED_SHARE)))
    grown = sum((_latest(item).ceiling for item in items), Decimal(0)) * GROWTH
    factor = grown / sum((_latest(item).ceiling for item in chosen), Decimal(0))
    found: dict[str, dict[str, tuple[Decimal, ...]]] = {}
    for item in chosen:
        found.setdefault(item.place.code, {})[item.key] = _scaled(
            item, rounded(_latest(item).ceiling * factor)
        )
    return found


def _scaled(item: Item, change: Decimal) -> tuple[Decimal, ...]:
    lines = _latest(item).lines
    steps = shared(abs(change), [float(line) for line in lines], Decimal(50))
    return tuple(line + (step if change > 0 else -step) for line, step in zip(lines, steps, strict=True))


def _fits(stand: Stand, ceiling: Decimal, month: int) -> bool:
    """Whether the months before stay as planned and the later ones still have something to plan."""
    before, later = sum(stand.cash[: month - 1], Decimal(0)), stand.cash[month - 1 :]
    return before <= ceiling and any(later)


def _add(
    versions: list[Version],
    items: Sequence[Item],
    kind: str,
    month: int,
    basis: str,
    changes: dict[str, tuple[Decimal, ...]],
) -> None:
    """A new version of one unit, when something changes there: every item stands in it, changed or not."""
    if not changes:
        return
    versions.append(Version(kind, len(versions) + 1, month, basis))
    for item in items:
        stand = _latest(item)
        lines = changes.get(item.key, stand.lines)
        item.stands[len(versions)] = _moved(stand, lines, month) if lines != stand.lines else stand


def _moved(stand: Stand, lines: tuple[Decimal, ...], month: int) -> Stand:
    """The cash plan of months gone by stays; the later ones share what is left as before."""
    ceiling = sum(lines, Decimal(0))
    before, later = stand.cash[: month - 1], stand.cash[month - 1 :]
    again = shared(ceiling - sum(before, Decimal(0)), [float(each) for each in later], Decimal(50))
    return Stand(ceiling, lines, (*before, *again), stand.physical)
