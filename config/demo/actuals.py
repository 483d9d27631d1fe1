"""What the officers report: money by line, progress, status, problems, month by month (domain.md 7.4). Pure.

Discipline decides how much of its plan an agency spends; the whole regency is then brought to the curve that was read
of a real one: slow until April, 56 percent at the end of September.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from config.demo import narratives
from config.demo.catalogue import EVENT, GOODS, SALARY, TIME, WORKS
from config.demo.chance import pick, rounded, stream
from config.demo.plan import WHOLE, Item, Stand, Version
from config.demo.versions import standing

CURVE = (2, 5, 10, 19, 25, 33, 41, 49, 56, 60, 65, 88)  # percent of all ceilings, cumulative
DISCIPLINE = (
    (0.95, 0.35),
    (0.80, 0.45),
    (0.55, 0.20),
)  # mean of what is spent of the plan, share of agencies
STEADY = (SALARY, TIME, EVENT)
JANUARY_ALLOWANCES = 0.78  # those of January are paid in February
MONEY_FIRST = 0.05
ZERO, POINT = Decimal(0), Decimal("0.0001")
BELUM, PERSIAPAN, PENGADAAN, PELAKSANAAN, SELESAI = (
    "BELUM_MULAI",
    "PERSIAPAN",
    "PENGADAAN",
    "PELAKSANAAN",
    "SELESAI",
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A negative amount of one line, with its reason and the month it corrects (V-12)."""

    line: int
    reason: str
    month: int


@dataclass(frozen=True, slots=True)
class Reported:
    """One report as the officer writes it; `lines` in the order of the item's lines."""

    lines: tuple[Decimal, ...]
    status: str
    increment: Decimal | None
    volume: Decimal | None
    note: str = ""
    correction: Correction | None = None
    worth: Decimal = ZERO  # money of the month or its share of the work in money, whichever is more (V-40)


def reported(
    items: Sequence[Item],
    versions: Mapping[str, Sequence[Version]],
    agency_of: Mapping[str, str],
    months: int,
) -> dict[tuple[str, int], Reported]:
    """(item key, month) -> what is reported, for months 1..`months`."""
    steady: dict[str, Any] = {}
    free: dict[str, Any] = {}
    for item in items:
        course = _money(item, versions[item.place.code], agency_of[item.place.code], months)
        (steady if item.sub.kind in STEADY else free)[item.key] = course
    factors = _factors(items, versions, steady, free, months)
    found: dict[tuple[str, int], Reported] = {}
    for item in items:
        total = steady.get(item.key)
        if total is None:
            total = _never_back([part * factor for part, factor in zip(free[item.key], factors, strict=True)])
        for month, one in enumerate(
            _item(item, versions[item.place.code], total, agency_of[item.place.code]), 1
        ):
            found[item.key, month] = one
    return found


def discipline(agency: str) -> float:
    """The share of its plan that an agency usually spends."""
    return pick(stream("discipline", agency), DISCIPLINE)


def _money(item: Item, versions: Sequence[Version], agency: str, months: int) -> list[Decimal]:
    """Cumulative rupiah by month as the agency's discipline would have it."""
    rng, total, course = stream("money", item.key), ZERO, []
    mean = (
        0.985 if item.sub.kind in (SALARY, TIME) else 0.95 if item.sub.kind == EVENT else discipline(agency)
    )
    for month in range(1, months + 1):
        _, stand = standing(item, versions, month)
        share = rng.betavariate(mean * 30, (1 - mean) * 30)
        if item.sub.kind == SALARY and month == 1:
            share *= JANUARY_ALLOWANCES
        total += stand.cash[month - 1] * Decimal(str(round(share, 6)))
        course.append(min(total, stand.ceiling))
    return course


def _factors(
    items: Sequence[Item],
    versions: Mapping[str, Sequence[Version]],
    steady: Mapping[str, Sequence[Decimal]],
    free: Mapping[str, Sequence[Decimal]],
    months: int,
) -> list[Decimal]:
    """What brings the sum of all to the curve in each month, within reason."""
    factors = []
    for month in range(1, months + 1):
        ceilings = sum((standing(item, versions[item.place.code], month)[1].ceiling for item in items), ZERO)
        fixed = sum((course[month - 1] for course in steady.values()), ZERO)
        loose = sum((course[month - 1] for course in free.values()), ZERO)
        wanted = ceilings * CURVE[month - 1] / 100 - fixed
        factors.append(min(max(wanted / loose if loose else Decimal(1), Decimal("0.08")), Decimal("1.25")))
    return factors


def _never_back(course: Sequence[Decimal]) -> list[Decimal]:
    highest, found = ZERO, []
    for value in course:
        highest = max(highest, value)
        found.append(highest)
    return found


@dataclass(frozen=True, slots=True)
class Pace:
    """How the work goes beside its plan: a factor, points ahead or behind, and whether money runs ahead of it."""

    factor: float
    ahead: float
    money_first: bool


def _item(item: Item, versions: Sequence[Version], course: Sequence[Decimal], agency: str) -> list[Reported]:
    rng = stream("report", item.key)
    first = rng.random() < MONEY_FIRST
    pace = Pace(discipline(agency) ** 0.5, rng.gauss(1.5, 4), first)
    spent = [ZERO] * len(item.lines)
    done, found = ZERO, []
    for month, wanted in enumerate(course, 1):
        _, stand = standing(item, versions, month)
        room = [cap - have for cap, have in zip(_caps(item, versions, month), spent, strict=True)]
        lines = _by_line(item, month, min(wanted - sum(spent, ZERO), sum(room, ZERO)), room)
        spent = [have + now for have, now in zip(spent, lines, strict=True)]
        share = float(sum(spent, ZERO) / stand.ceiling) if stand.ceiling else 0.0
        step, done_now = _progress(item, stand, month, share, pace, done)
        status = _status(item, month, sum(spent, ZERO), done_now)
        points = WHOLE * step / item.target if item.mode == "VOLUME" else step
        one = Reported(
            lines=tuple(lines),
            status=status,
            increment=None if item.mode == "VOLUME" else step,
            volume=step if item.mode == "VOLUME" else None,
            note=narratives.note(item, month),
            worth=max(sum(lines, ZERO), stand.ceiling * points / WHOLE),
        )
        done = done_now
        found.append(one)
    return found


def _caps(item: Item, versions: Sequence[Version], month: int) -> list[Decimal]:
    """The most a line may reach: a later version never cuts below what was spent before it (V-05)."""
    now, _ = standing(item, versions, month)
    coming = [item.stands[version.sequence].lines for version in versions if version.sequence >= now.sequence]
    return [min(line) for line in zip(*coming, strict=True)]


def _by_line(item: Item, month: int, wanted: Decimal, room: Sequence[Decimal]) -> list[Decimal]:
    """A month's money on some of the lines: few bills a month, each within what its line has left."""
    lines, wanted = [ZERO] * len(room), wanted.quantize(Decimal(1), ROUND_FLOOR)
    if wanted < 1000:
        return lines
    rng = stream("bills", item.key, month)
    order = list(range(len(room)))
    if item.sub.kind not in (SALARY, TIME):
        rng.shuffle(order)
        while len(order) > 1 and sum(room[place] for place in order[1:]) >= wanted * 2:
            order = order[1:]
    left, space = wanted, sum((room[place] for place in order), ZERO)
    for place in order:
        part = room[place] * wanted / space if space else ZERO
        part = min(rounded(part, 1 if item.sub.kind == SALARY else 50), room[place], left)
        lines[place], left = part, left - part
    return lines


def _progress(
    item: Item, stand: Stand, month: int, share: float, pace: Pace, done: Decimal
) -> tuple[Decimal, Decimal]:
    """This month's progress and the new total, in points or units of output; never back, whole only when finished."""
    whole = item.target if item.mode == "VOLUME" else WHOLE
    if item.mode == "TIME":
        return stand.physical[month - 1], done + stand.physical[month - 1]
    if item.sub.kind == EVENT:
        planned = sum(stand.physical[:month], ZERO)
        total = whole if planned == whole and share > 0 else planned
    else:
        total = whole * Decimal(str(round(_pace(item, stand, month, share, pace), 2))) / 100
    step = (
        Decimal("0.1")
        if item.sub.output_unit == "Km"
        else Decimal(1)
        if item.mode == "VOLUME"
        else Decimal("0.01")
    )
    total = max(done, (total / step).quantize(Decimal(1), ROUND_FLOOR) * step)
    return total - done, total


def _pace(item: Item, stand: Stand, month: int, share: float, pace: Pace) -> float:
    """Points reached: the plan at the agency's pace and not behind the money, or behind it where money runs ahead."""
    whole = item.target if item.mode == "VOLUME" else WHOLE
    planned = float(WHOLE * sum(stand.physical[:month], ZERO) / whole)
    if pace.money_first:
        return max(0.0, 100 * share - 8)
    points = planned * pace.factor + pace.ahead * min(1.0, planned / 12)
    return min(97.0, max(0.0, points, min(100 * share, planned)))


def _status(item: Item, month: int, money: Decimal, done: Decimal) -> str:
    if done >= (item.target if item.mode == "VOLUME" else WHOLE):
        return SELESAI
    if money or done:
        return PELAKSANAAN
    if item.sub.kind in (WORKS, GOODS):
        return PERSIAPAN if month <= 2 else PENGADAAN
    return BELUM if month <= 2 or item.sub.kind == EVENT else PERSIAPAN


def corrected(
    reports: dict[tuple[str, int], Reported], item: Item, month: int, wrong: int, reason: str
) -> None:
    """Story S03: a payment of month `wrong` came back; the line's amount in `month` is negative."""
    before, now = reports[item.key, wrong], reports[item.key, month]
    line = max(range(len(before.lines)), key=lambda place: before.lines[place])
    amount = rounded(before.lines[line] / 4)
    lines = tuple(-amount if place == line else value for place, value in enumerate(now.lines))
    correction = Correction(line, reason, wrong)
    reports[item.key, month] = replace(now, lines=lines, correction=correction, note=f"{reason}.")
