"""The second print layout (domain.md 2.2): by programme and activity, before and after the revision, with the treasury.

Pure: knows neither database nor language. Totals come from sums (W-3), weights are those within the document (W-2).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from submissions import formulas
from submissions.formulas import ZERO, Weighed

PROGRAMME, ACTIVITY, ITEM, TOTAL = "programme", "activity", "item", "total"
SEGMENTS = {PROGRAMME: 3, ACTIVITY: 5}  # of a sub-activity code of six segments (domain.md 1.2)
WHOLE_CODE = 6


@dataclass(frozen=True)
class Entry:
    """One sub-activity: money in the government's currency, progress to date in points, None where it is not known.

    `before` is the ceiling of the original budget, `revised` that of a later version when one is in force.
    """

    place: int
    code: str
    name: str
    unit: str
    ceiling: Decimal
    before: Decimal | None
    revised: Decimal | None
    realised: Decimal
    planned: Decimal | None
    physical: Decimal | None
    sp2d: Decimal | None
    spj: Decimal | None


@dataclass(frozen=True)
class Line:
    """One printed row: a programme or activity with its sums, a sub-activity, or the total."""

    kind: str
    code: str
    name: str
    under: str
    place: int | None
    before: Decimal | None
    after: Decimal | None
    weight: Decimal | None
    planned: Decimal | None
    physical: Decimal | None
    weighted: Decimal | None
    sp2d: Decimal | None
    spj: Decimal | None
    absorption: Decimal | None


def level(code: str, kind: str) -> str:
    """The code of the programme or activity that a sub-activity belongs to; empty where codes have no such levels."""
    segments = code.split(".")
    return ".".join(segments[: SEGMENTS[kind]]) if len(segments) == WHOLE_CODE else ""


def codes_above(entries: Iterable[Entry]) -> set[str]:
    """All programme and activity codes of these sub-activities."""
    return {level(one.code, kind) for one in entries for kind in SEGMENTS} - {""}


def lines(entries: Sequence[Entry], names: dict[str, str]) -> list[Line]:
    """The rows in the order of codes, each programme and activity before what belongs to it, the total last."""
    whole = sum((one.ceiling for one in entries), ZERO)
    ordered = sorted(entries, key=lambda one: (one.code, one.place))
    made: list[Line] = []
    for programme, of_programme in groupby(ordered, key=lambda one: level(one.code, PROGRAMME)):
        members = list(of_programme)
        if programme:
            made.append(_sums(PROGRAMME, members, whole, programme, names.get(programme, "")))
        for activity, of_activity in groupby(members, key=lambda one: level(one.code, ACTIVITY)):
            inner = list(of_activity)
            if activity:
                made.append(_sums(ACTIVITY, inner, whole, activity, names.get(activity, "")))
            made += [_sums(ITEM, [one], whole, one.code, one.name, one.unit, one.place) for one in inner]
    return [*made, _sums(TOTAL, ordered, whole)]


def _sums(
    kind: str,
    members: Sequence[Entry],
    whole: Decimal,
    code: str = "",
    name: str = "",
    under: str = "",
    place: int | None = None,
) -> Line:
    ceiling = sum((one.ceiling for one in members), ZERO)
    weight = formulas.percent(ceiling, whole) if ceiling else None
    physical = _together((one.ceiling, one.physical) for one in members)
    revised = any(one.revised is not None for one in members)
    return Line(
        kind=kind,
        code=code,
        name=name,
        under=under,
        place=place,
        before=_known(one.before for one in members),
        after=ceiling if revised else None,
        weight=weight,
        planned=_together((one.ceiling, one.planned) for one in members if one.planned is not None),
        physical=physical,
        weighted=None if physical is None else formulas.weighted(weight, physical),
        sp2d=_known(one.sp2d for one in members),
        spj=_known(one.spj for one in members),
        absorption=formulas.absorption(sum((one.realised for one in members), ZERO), ceiling),
    )


def _known(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


def _together(parts: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    found = list(parts)
    if len(found) == 1:  # an item without a ceiling still has its own progress
        return found[0][1]
    return formulas.weighted_physical(Weighed(ceiling, value or ZERO) for ceiling, value in found)
