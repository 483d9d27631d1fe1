"""What a report may say in words: status (V-17, V-24, V-25), problem and follow-up (V-30, V-31), who answers for the work
(V-61). Pure Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from submissions import rules_money
from submissions.facts import (
    BLOCK,
    CANCELLED,
    CARRIED_OVER,
    COMPLETED,
    DONE,
    EXTENDED,
    HALTED,
    NOT_STARTED,
    PREPARATION,
    PROCUREMENT,
    UNDER_WAY,
    WARN,
    WHOLE,
    ZERO,
    Finding,
    ItemFacts,
    Policy,
    shown,
    text,
)
from submissions.formulas import RED, YELLOW, colour, deviation, percent
from submissions.rules_physical import effective_increment, reached, run_of_months

# The way work usually goes. A halt interrupts it; what was cancelled or carried over to the next year has left it.
COURSE = {NOT_STARTED: 0, PREPARATION: 1, PROCUREMENT: 2, UNDER_WAY: 3, COMPLETED: 4}
LEFT = (CANCELLED, CARRIED_OVER)
OTHER = "OTHER"


# --- Status: V-17, V-24, V-25 ----------------------------------------------------------------------------


def check_status(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-17, V-24 and V-25."""
    money = rules_money.to_date(facts)
    if facts.status == NOT_STARTED:
        _check_not_started(found, facts, money, policy)
    elif facts.status == CANCELLED:
        if money:
            found.append(Finding("V-24", BLOCK, "V-24.cancelled", {"total_rp": text(money)}, None, "status"))
        if not facts.problem_text.strip():
            found.append(Finding("V-24", BLOCK, "V-24.reason", {}, None, "problem_text"))
    if facts.status:
        _check_course(found, facts, policy)


def _check_not_started(found: list[Finding], facts: ItemFacts, money: Decimal, policy: Policy) -> None:
    entered, increment, total = (
        rules_money.entered(facts),
        effective_increment(facts) or ZERO,
        reached(facts),
    )
    advance = money > 0 and not total
    # Looked at line by line: two amounts that cancel each other out are movements all the same.
    moved = money or any(line.entered or line.before for line in facts.lines)
    params = {"entered_rp": text(entered), "total_rp": text(money)}
    if moved and not (advance and policy.advance_before_start):
        found.append(Finding("V-24", BLOCK, "V-24.money", params, None, "status"))
    if increment or total:
        points = {"entered_pt": text(increment), "total_pt": text(total)}
        found.append(Finding("V-24", BLOCK, "V-24.physical", points, None, "status"))
    if advance:
        found.append(Finding("V-17", WARN, "V-17", params, None, "status"))


def _check_course(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-25. A raised output target makes completed work incomplete again: then its status may go back with a warning."""
    said = [one for one in facts.earlier if one.status]
    if not said or facts.status == said[-1].status:
        return
    last = said[-1]
    params: dict[str, Any] = {"status": last.status, "earlier": last.month}
    if last.status == COMPLETED:
        excused = facts.revision or facts.points_before < WHOLE - policy.tolerance
        code, severity = ("V-25", WARN) if excused else ("V-25.completed", BLOCK)
        found.append(Finding("V-25", severity, code, params, None, "status"))
        return
    stage = COURSE.get(facts.status)
    before = next((one for one in reversed(said) if one.status in COURSE), None)
    if last.status in LEFT:
        found.append(Finding("V-25", WARN, "V-25", params, None, "status"))
    elif stage is not None and before is not None and stage < COURSE[before.status]:
        params = {"status": before.status, "earlier": before.month}
        found.append(Finding("V-25", WARN, "V-25", params, None, "status"))


# --- Problem: V-30 ---------------------------------------------------------------------------------------


def check_lengths(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """A problem's text is kept up to its limit, an explanation up to its own (domain.md 2.2, 2.3)."""
    if len(facts.problem_text) > policy.problem_most:
        params = {"length": len(facts.problem_text), "most": policy.problem_most}
        found.append(Finding("V-30", BLOCK, "V-30.long", params, None, "problem_text"))
    for mark, reason in facts.explanations.items():
        if len(reason) > policy.explanation_most:
            params = {"length": len(reason), "most": policy.explanation_most}
            found.append(Finding("EXPLAIN", BLOCK, "explain.long", params, None, f"why-{mark}"))


def check_problem(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-30: work that lags, stands or was halted says why, what is done about it and until when; so does every problem that
    is told."""
    cause = next(_causes(facts, policy), None)
    if cause and not facts.problems:
        code, params = cause
        found.append(Finding("V-30", BLOCK, code, params, None, "problems"))
    told = bool(cause or facts.problems)
    length = len(facts.problem_text.strip())
    if length < policy.problem_least and (told or length):
        code = "V-30.other" if facts.problems == (OTHER,) and not length else "V-30.text"
        params = {"length": length, "least": policy.problem_least}
        found.append(Finding("V-30", BLOCK, code, params, None, "problem_text"))
    if told and not facts.follow_up_text.strip():
        found.append(Finding("V-30", BLOCK, "V-30.follow_up", {}, None, "follow_up_text"))
    if told and facts.follow_up_due is None:
        found.append(Finding("V-30", BLOCK, "V-30.due", {}, None, "follow_up_due"))


def _causes(facts: ItemFacts, policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    """Why a problem has to be told. The deviation is that of the work, as pages show it, unless a government asks for that of
    the money too. Cancelled work lags behind its plan for ever, completed work may have cost less."""
    if facts.status == HALTED:
        yield "V-30.halted", {}
    if facts.status == CANCELLED:
        return
    yield from _behind("V-30.behind", reached(facts), facts.planned_points, policy)
    if facts.status == COMPLETED:
        return
    if policy.money_deviation and facts.planned_cash_to_date is not None:
        actual = percent(rules_money.to_date(facts), facts.ceiling)
        plan = percent(facts.planned_cash_to_date, facts.ceiling)
        yield from _behind("V-30.behind_money", actual, plan, policy)
    yield from _idle(facts, policy)


def _behind(
    code: str, actual: Decimal | None, plan: Decimal | None, policy: Policy
) -> Iterator[tuple[str, dict[str, Any]]]:
    points = deviation(actual, plan)
    if points is None or actual is None or plan is None:
        return
    if colour(points, policy.limits) in (YELLOW, RED):
        params = {
            "actual_pt": shown(actual),
            "plan_pt": shown(plan),
            "behind_pt": shown(-points),
            "limit_pt": text(-policy.limits.green),
        }
        yield code, params


def _idle(facts: ItemFacts, policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    back = policy.idle_months - 1
    params = {"count": policy.idle_months}
    if (facts.planned_increment or ZERO) > 0 and not effective_increment(facts):
        if run_of_months(facts, back, lambda one: (one.planned_increment or ZERO) > 0 and not one.increment):
            yield "V-30.idle", params
    if (facts.planned_cash or ZERO) > 0 and not rules_money.entered(facts):
        if run_of_months(facts, back, lambda one: (one.planned_cash or ZERO) > 0 and not one.money):
            yield "V-30.idle_money", params


# --- Follow-up: V-31 -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What an earlier month promised: in which month, what, and until when."""

    month: int
    text: str
    due: date


def open_follow_ups(facts: ItemFacts) -> tuple[FollowUp, ...]:
    """Follow-ups of earlier months that nobody has called done, oldest first; due or not."""
    waiting: list[FollowUp] = []
    for one in facts.earlier:
        answered = [each for each in waiting if _is_due(each, one.last_day)]
        if one.follow_up_answer in (DONE, EXTENDED):
            waiting = [each for each in waiting if each not in answered]
        promised = one.follow_up_text.strip()
        if one.follow_up_answer == EXTENDED and answered:
            promised = promised or answered[-1].text
        if promised and one.follow_up_due:
            # The same sentence carried on from month to month is one promise, with the newest date.
            waiting = [each for each in waiting if each.text != promised]
            waiting.append(FollowUp(one.month, promised, one.follow_up_due))
    return tuple(waiting)


def overdue(facts: ItemFacts) -> tuple[FollowUp, ...]:
    """Open follow-ups of earlier months that fell due by the end of this one: they have to be answered."""
    return tuple(one for one in open_follow_ups(facts) if _is_due(one, facts.last_day))


def _is_due(promise: FollowUp, last_day: date | None) -> bool:
    return last_day is None or promise.due <= last_day


def check_due_date(found: list[Finding], facts: ItemFacts) -> None:
    """V-31: a follow-up is due in the reported month or later."""
    if facts.follow_up_due and facts.first_day and facts.follow_up_due < facts.first_day:
        params = {"due_on": facts.follow_up_due.isoformat(), "first_on": facts.first_day.isoformat()}
        found.append(Finding("V-31", BLOCK, "V-31.early", params, None, "follow_up_due"))


def check_follow_up(found: list[Finding], facts: ItemFacts) -> None:
    """V-31: what fell due is done, or extended to a later day."""
    waiting = overdue(facts)
    if not waiting:
        return
    due = max(one.due for one in waiting)
    params = {"follow_ups": [one.text for one in waiting], "due_on": due.isoformat()}
    if facts.follow_up_answer not in (DONE, EXTENDED):
        found.append(Finding("V-31", BLOCK, "V-31.answer", params, None, "follow_up_answer"))
    elif facts.follow_up_answer == EXTENDED and (facts.follow_up_due is None or facts.follow_up_due <= due):
        found.append(Finding("V-31", BLOCK, "V-31.extended", params, None, "follow_up_due"))


# --- Who answers for the work: V-61 ----------------------------------------------------------------------


def check_officer(found: list[Finding], facts: ItemFacts) -> None:
    """V-61: an item that nobody is appointed for is reported all the same."""
    if not facts.officer_assigned:
        found.append(Finding("V-61", WARN, "V-61"))
