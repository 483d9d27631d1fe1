"""Reminding from the board: whoever holds a report now, by the one way there is (`approvals.desk_reminding`)."""

from collections.abc import Mapping, Sequence

from approvals.desk_reminding import UNFINISHED, WAITING, Reminded, remind
from portal.board.acting import REMIND, Line, Result, Standing, Target, once
from registry.models import FiscalYear, User
from registry.selectors import within
from submissions.models import Report
from workflow.record import law
from workflow.route import SIGNED

Key = tuple[int, int]  # unit, month


def remind_ticked(
    *, actor: User, place: Standing, year: FiscalYear, targets: Sequence[Target], key: str
) -> int:
    """Remind of all that waits in these units and months, as far as the actor's offices reach; returns the result's number.

    The result names who was told of how many, and each unit and month of which nobody was, with the reason.
    """
    asked = sorted((one.unit.pk, one.month) for one in targets)
    return once(
        actor=actor, verb=REMIND, key=key, asked=[year.pk, asked], act=lambda: _reminded(actor, place, year, targets)
    )  # fmt: skip


def _reminded(actor: User, place: Standing, year: FiscalYear, targets: Sequence[Target]) -> Result:
    waiting = _waiting(year, targets)
    mine = _mine(place, {pk for reports in waiting.values() for pk in reports})
    done = [
        remind(actor=actor, reports=reports, states=states)
        for reports, states in ((mine[0], WAITING), (mine[1], UNFINISHED))
        if reports
    ]
    told: dict[str, int] = {}
    for one in done:
        for name, reports in one.of.items():
            told[name] = told.get(name, 0) + len(reports)
    lines = [
        Line(name, "", "board.told", {"count": count, "person": name}, True)
        for name, count in sorted(told.items())
    ]
    lines += [line for target in targets for line in _left_out(target, waiting, done, {*mine[0], *mine[1]})]
    count = sum(len(one.told) for one in done)
    code = "board.reminded" if count else "board.reminded_none"
    return Result(REMIND, code, {"count": count, "people": len(told)} if count else {}, tuple(lines))


def _waiting(year: FiscalYear, targets: Sequence[Target]) -> Mapping[Key, list[int]]:
    """The reports of each target that wait for somebody; of an open month only. One statement. What is signed and waits for its
    hour, no review holding it up, waits for nobody."""
    units = list({one.unit.pk: one.unit for one in targets}.values())
    found = Report.objects.filter(
        within([one.path for one in units], "item__unit__path"),
        period__fiscal_year=year,
        period__month__in={one.month for one in targets},
        period__closed_at=None,
        state__in=WAITING,
    ).order_by("pk")
    waiting: dict[Key, list[int]] = {(one.unit.pk, one.month): [] for one in targets}
    named = found.values_list("pk", "period__month", "item__unit__path", "state", "route", "tier")
    for pk, month, path, state, route, tier in named:
        if state == SIGNED and not law(route).holds_publication(tier):
            continue
        for unit in units:
            if path.startswith(unit.path) and (unit.pk, month) in waiting:
                waiting[unit.pk, month].append(pk)
    return waiting


def _mine(place: Standing, reports: set[int]) -> tuple[list[int], list[int]]:
    """Of these, what he reminds whoever holds it, and what he reminds only who enters it."""
    found = Report.objects.filter(pk__in=reports).order_by("pk")
    whole = set(found.filter(within(place.reminds, "item__unit__path")).values_list("pk", flat=True))
    rest = found.filter(within(place.reminds_officers, "item__unit__path"), state__in=UNFINISHED)
    return sorted(whole), [pk for pk in rest.values_list("pk", flat=True) if pk not in whole]


def _left_out(
    target: Target, waiting: Mapping[Key, Sequence[int]], done: Sequence[Reminded], mine: set[int]
) -> list[Line]:
    """Why nobody was told of some reports of a unit's month."""
    reports = set(waiting[target.unit.pk, target.month])
    if not reports:
        return [_line(target, "board.not_waiting", 0)]
    reasons = {
        "board.not_yours": reports - mine,
        "board.not_today": reports & {pk for one in done for pk in one.today},
        "board.not_nobody": reports & {pk for one in done for pk in one.nobody},
        "board.not_locked": reports & {pk for one in done for pk in one.locked},
    }
    return [_line(target, code, len(left)) for code, left in reasons.items() if left]


def _line(target: Target, code: str, count: int) -> Line:
    return Line(target.unit.name, target.slug, code, {"count": count} if count else {}, False)
