"""The effects of a change of assignments in the words of a page: counted by tier, month and agency, some of them named."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from approvals.asking_rules import REVIEW
from approvals.offices_effects import SELF, SHOWN, TWICE, Effects, Line, Turn
from registry.imports.problems import Problem, Written
from submissions.holding import CAPACITIES
from submissions.selectors import month_label
from submissions.tenure import Held
from wording import words
from workflow.map import ORDER

MOST_TURNS, MOST_GROUPS = 100, 20  # of a change of many posts; the agencies count all of it


def shown(effects: Effects) -> dict[str, Any]:
    """For templates/offices/effects.html."""
    groups = _groups([one for one in effects.lines if one.here], effects)
    return {
        "turns": [_turn(one, effects) for one in effects.turns[:MOST_TURNS]],
        "more_turns": max(len(effects.turns) - MOST_TURNS, 0),
        "groups": groups[:MOST_GROUPS],
        "more_groups": max(len(groups) - MOST_GROUPS, 0),
        "own": _refused(effects.lines, SELF),
        "twice": _refused(effects.lines, TWICE),
        "papers": [
            {"number": one.batch.document_no, "signer": one.batch.signer_name, "title": one.batch.signer_title,
             "day": one.turn.day, "next": _holder(one.turn.now)}
            for one in effects.papers
        ],
        "requests": [
            (_("First review") if step == REVIEW else _("Second opinion"), count)
            for step, count in effects.requests.items()
        ],
        "agencies": _agencies(effects),
        "quiet": not (effects.lines or effects.papers or effects.requests),
    }  # fmt: skip


def _holder(held: Held | None) -> str:
    return f"{CAPACITIES.get(held.kind, '')}{held.name}" if held else ""


def _turn(turn: Turn, effects: Effects) -> dict[str, Any]:
    return {
        "post": turn.seat.title,
        "unit": effects.units.get(turn.seat.unit, ""),
        "day": turn.day,
        "was": _holder(turn.was),
        "now": _holder(turn.now),
    }


def _groups(waiting: Sequence[Line], effects: Effects) -> list[dict[str, Any]]:
    """Reports that wait for a changed post, by post and step."""
    found: dict[tuple[int, str], list[Line]] = {}
    for one in waiting:
        found.setdefault((one.turn.seat.id, one.verb), []).append(one)
    ordered = sorted(found.items(), key=lambda each: (ORDER.index(each[0][1]), each[0][0]))
    return [
        {
            **_turn(lines[0].turn, effects),
            "step": capfirst(str(words.STEPS[verb])),
            "count": len(lines),
            "months": _months(lines),
            "named": _named(lines),
            "more": max(len(lines) - SHOWN, 0),
        }
        for (_post, verb), lines in ordered
    ]


def _months(lines: Iterable[Line]) -> list[tuple[str, int]]:
    counted = Counter(one.report.period.first_day for one in lines)
    return [(month_label(day), counted[day]) for day in sorted(counted)]


def _named(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [
        {
            "code": one.report.item.sub_activity_code,
            "name": one.report.item.sub_activity_name,
            "month": month_label(one.report.period.first_day),
            "state": str(words.STATES[one.report.state]),
        }
        for one in lines[:SHOWN]
    ]


def _refused(lines: Sequence[Line], code: str) -> list[dict[str, Any]]:
    """Reports on which the new holder could not decide, by person; each report once."""
    found: dict[str, dict[int, Line]] = {}
    for one in lines:
        if one.refusal == code:
            mine = found.setdefault(_holder(one.turn.now), {})
            if one.here or one.report.pk not in mine:
                mine[one.report.pk] = one
    return [
        {
            "name": name,
            "here": sum(one.here for one in mine.values()),
            "later": sum(not one.here for one in mine.values()),
            "months": _months(mine.values()),
            "named": _named(list(mine.values())),
            "more": max(len(mine) - SHOWN, 0),
        }
        for name, mine in found.items()
    ]


def _agencies(effects: Effects) -> list[dict[str, Any]]:
    """The same counted by agency, for a change of many posts."""
    found: dict[str, list[Line]] = {}
    for one in effects.lines:
        found.setdefault(one.agency.name, []).append(one)
    return [
        {
            "name": name,
            "posts": len({one.turn.seat.id for one in lines}),
            "steps": [sum(one.here and one.verb == verb for one in lines) for verb in ORDER],
            "own": len({one.report.pk for one in lines if one.refusal == SELF}),
            "twice": len({one.report.pk for one in lines if one.refusal == TWICE}),
        }
        for name, lines in sorted(found.items())
    ]


def steps() -> list[str]:
    """The headings of the steps in `agencies`."""
    return [capfirst(str(words.STEPS[verb])) for verb in ORDER]


def written(rows: Sequence[Written]) -> list[dict[str, Any]]:
    """What a rotation does to each assignment, by row of the file."""
    return [
        {
            "row": one.row,
            "person": one.assignment.person.name,
            "post": one.assignment.post.title,
            "unit": one.assignment.post.unit.name,
            "kind": one.assignment.get_kind_display(),
            "first": one.assignment.valid_from,
            "last": one.assignment.valid_to,
            "was": one.before[-1] if one.before else None,
            "new": one.before is None,
        }
        for one in sorted(rows, key=lambda each: (each.row, each.before is None))
    ]


def problems(found: Sequence[Problem]) -> list[dict[str, str]]:
    """Errors by row, for templates/components/error_summary.html."""
    return [
        {"field": "", "sentence": (_("Row %(row)s: ") % {"row": one.row} if one.row else "") + one.sentence()}
        for one in found
    ]


def rotation_label() -> str:
    """The name of the page of rotations."""
    return _("Rotation by file")
