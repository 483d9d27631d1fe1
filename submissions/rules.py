"""What one report of one month may say: the rules of domain.md 2.3 that judge reports. Pure Python.

The caller gathers facts (`submissions.facts`), the rules answer with findings: a code and parameters, no
sentence (`wording.sentences` has those). `submissions.rule_list` names every rule and where it acts.
"""

from decimal import Decimal

from submissions.facts import (
    BLOCK,
    CANCELLED,
    COMPLETED,
    INFO,
    MILESTONE,
    NOT_STARTED,
    PERCENT,
    STATUSES,
    TIME,
    VOLUME,
    WARN,
    WHOLE,
    ZERO,
    Finding,
    ItemFacts,
    LineFacts,
    MonthFacts,
    Policy,
    text,
)
from submissions.rules_money import check_money, entered
from submissions.rules_narrative import (
    check_due_date,
    check_follow_up,
    check_lengths,
    check_officer,
    check_problem,
    check_status,
)
from submissions.rules_physical import (
    check_completion,
    check_plausible,
    check_progress,
    effective_increment,
    physical_field,
    progress_entered,
    snap,
    snapped,
)

__all__ = [
    "BLOCK",
    "CANCELLED",
    "COMPLETED",
    "EXPLAIN",
    "INFO",
    "MILESTONE",
    "NOT_STARTED",
    "PERCENT",
    "STATUSES",
    "TIME",
    "VOLUME",
    "WARN",
    "Finding",
    "ItemFacts",
    "LineFacts",
    "MonthFacts",
    "Policy",
    "check",
    "check_submission",
    "effective_increment",
    "snap",
    "snapped",
]

EXPLAIN = "explain.needed"  # a warning without its explanation

# What the columns keep: digits before and after the decimal sign.
MONEY, POINTS, UNITS = (18, 2), (5, 4), (14, 4)


def check(facts: ItemFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings on what is written so far; nothing missing is complained about. For saving."""
    found: list[Finding] = []
    if not _check_exact(found, facts):
        return tuple(found)
    check_money(found, facts, policy)
    check_progress(found, facts, policy)
    check_completion(found, facts, policy)
    check_status(found, facts, policy)
    check_plausible(found, facts, policy)
    check_lengths(found, facts, policy)
    check_due_date(found, facts)
    _check_reused(found, facts)
    check_officer(found, facts)
    return tuple(found)


def check_submission(facts: ItemFacts, policy: Policy) -> tuple[Finding, ...]:
    """All findings of `check`, and what is missing before the report may be submitted: values, problem and follow-up (V-30,
    V-31), evidence (V-40), and an explanation of every warning."""
    found = list(check(facts, policy))
    if not facts.status:
        found.append(Finding("COMPLETE", BLOCK, "complete.status", {}, None, "status"))
    if facts.nil:
        _check_nil(found, facts)
    else:
        _check_complete(found, facts)
        _check_evidence(found, facts, policy)
    _check_infected(found, facts)
    check_problem(found, facts, policy)
    check_follow_up(found, facts)
    found += _unexplained(found, facts, policy)
    return tuple(found)


def _check_exact(found: list[Finding], facts: ItemFacts) -> bool:
    """Whether there are numbers to judge. What the database would round, or could not hold, is refused (domain.md 2.1)."""
    countable = True
    values = [(line.entered, MONEY, line.label, line.line_id, "entered") for line in facts.lines]
    values.append((facts.increment, POINTS, "", None, "increment"))
    values.append((facts.volume, UNITS, "", None, "volume"))
    for value, (digits, places), label, line_id, field in values:
        if value is None or (facts.mode == VOLUME and field == "increment"):
            continue
        params = {"line": label, "entered": str(value), "digits": digits, "places": places}
        if not value.is_finite() or abs(value) >= Decimal(1).scaleb(digits):
            countable = False
            found.append(Finding("EXACT", BLOCK, "exact.large", params, line_id, field))
        elif value % Decimal(1).scaleb(-places):
            code = "exact.money" if field == "entered" else "exact.progress"
            found.append(Finding("EXACT", BLOCK, code, params, line_id, field))
    return countable


def _check_nil(found: list[Finding], facts: ItemFacts) -> None:
    physical = progress_entered(facts)
    # Values that cancel each other out are not nil either, so each line counts.
    if physical or any(line.entered for line in facts.lines):
        params = {"money_rp": text(entered(facts)), "entered_qty": text(physical or ZERO)}
        found.append(Finding("COMPLETE", BLOCK, "complete.nil", params, None, "nil"))


def _check_complete(found: list[Finding], facts: ItemFacts) -> None:
    """Without a ceiling there is nothing to report (V-06), so nothing is missing."""
    if progress_entered(facts) is None and facts.ceiling:
        name = "volume" if facts.mode == VOLUME else "physical"
        found.append(Finding("COMPLETE", BLOCK, f"complete.{name}", {}, None, physical_field(facts)))
    for line in facts.lines:
        if line.entered is None and line.ceiling:
            params = {"line": line.label}
            found.append(Finding("COMPLETE", BLOCK, "complete.line", params, line.line_id, "entered"))


# --- Evidence: V-40, V-41 --------------------------------------------------------------------------------


def _check_evidence(found: list[Finding], facts: ItemFacts, policy: Policy) -> None:
    """V-40. The value of a month is its money or its share of the work in money, whichever is more:
    otherwise a large item could claim progress without money and without evidence."""
    if facts.evidence_count or facts.mode in policy.evidence_exempt_modes:
        return
    money, increment = entered(facts), effective_increment(facts) or ZERO
    value = max(money, facts.ceiling * increment / WHOLE)
    if (money > 0 or increment > 0) and value >= policy.evidence_from:
        params = {
            "money_rp": text(money),
            "entered_pt": text(increment),
            "limit_rp": text(policy.evidence_from),
        }
        found.append(Finding("V-40", BLOCK, "V-40", params, None, "evidence"))


def _check_reused(found: list[Finding], facts: ItemFacts) -> None:
    """V-41: the same file in another month of the same item."""
    if facts.reused_files:
        names = list(dict.fromkeys(name for name, _month in facts.reused_files))
        months = sorted({month for _name, month in facts.reused_files})
        params = {"names": names, "used_months": months}
        found.append(Finding("V-41", WARN, "V-41.reused", params, None, "evidence"))


def _check_infected(found: list[Finding], facts: ItemFacts) -> None:
    """V-41: a file in which a scanner found a virus; it may have been found long after the file was attached."""
    for name in facts.infected_files:
        found.append(Finding("V-41", BLOCK, "V-41.infected", {"name": name}, None, "evidence"))


# --- Explanations ----------------------------------------------------------------------------------------


def _unexplained(found: list[Finding], facts: ItemFacts, policy: Policy) -> list[Finding]:
    """A B finding for each warning that nobody has explained; one for those that share a mark."""
    needed: dict[str, Finding] = {}
    for warning in found:
        if warning.severity != WARN or warning.mark in needed:
            continue
        length = len(" ".join(facts.explanations.get(warning.mark, "").split()))
        if length < policy.explanation_least:
            params = {"length": length, "least": policy.explanation_least}
            needed[warning.mark] = Finding(
                warning.rule, BLOCK, EXPLAIN, params, warning.line_id, f"why-{warning.mark}"
            )
    return list(needed.values())
