"""What officers write when the rules ask: problems, follow-ups and what became of them, reasons for warnings. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from config.demo import narratives
from config.demo.chance import stream
from config.demo.leading import asks
from config.demo.plan import Item
from submissions import rules
from submissions.facts import DONE, EXTENDED, WARN, Finding, ItemFacts, Policy
from submissions.rules_narrative import FollowUp, open_follow_ups, overdue
from submissions.services import Entry

PERSISTENT = 0.45  # of what fell due and is not solved: extended; the rest is done and something else stands in the way
FOR_LEADERS = ("LAND", "BUDGET_SHIFT", "COORDINATION")


def answered(entry: Entry, facts: ItemFacts, item: Item, policy: Policy) -> Entry:
    """The entry with what the rules ask of its figures; `facts` are those with the entry's figures in them."""
    found = rules.check_submission(facts, policy)
    rng = stream("words", item.key, facts.month)
    due, troubled = overdue(facts), any(one.rule == "V-30" and one.blocks for one in found)
    said: dict[str, Any] = {"follow_up_answer": DONE} if due else {}
    if troubled:
        extended = bool(due) and rng.random() < PERSISTENT
        said |= _trouble(facts, item, due, extended, rng)
        said["public_note"] = ""
    return replace(entry, explanations=_explanations(found, facts, item), **said)


def _trouble(
    facts: ItemFacts, item: Item, due: Sequence[FollowUp], extended: bool, rng: Random
) -> dict[str, Any]:
    """A problem with its follow-up; what was promised for later stays promised for that day."""
    again = sum(one.follow_up_answer == DONE for one in facts.earlier) + (bool(due) and not extended)
    trouble = narratives.trouble(item, facts.month, again)
    promise = due[-1].text if extended else trouble.follow_up
    kept = next((one.due for one in open_follow_ups(facts) if one.text == promise and one not in due), None)
    severe = (trouble.category in FOR_LEADERS and rng.random() < 0.25) or asks(item)
    return {
        "problems": (trouble.category,),
        "problem_text": trouble.problem,
        "follow_up_text": promise,
        "follow_up_pic": item.place.head,
        "follow_up_due": kept or _later(facts, due, rng),
        "follow_up_answer": (EXTENDED if extended else DONE) if due else "",
        "needs_leadership": severe,
    }


def _later(facts: ItemFacts, due: Sequence[FollowUp], rng: Random) -> date:
    """Some weeks after the month and after everything that fell due."""
    days = [one.due for one in due] + [day for day in (facts.last_day,) if day]
    return max(days) + timedelta(days=rng.choice((10, 14, 21, 30, 45, 60, 75)))


def _explanations(found: Sequence[Finding], facts: ItemFacts, item: Item) -> dict[str, str]:
    """By mark; chosen by the place of the line, since ids differ from one loading to the next."""
    places = {line.line_id: place for place, line in enumerate(facts.lines)}
    return {
        one.mark: narratives.explanation(one.rule, item.key, facts.month, places.get(one.line_id, ""))
        for one in found
        if one.severity == WARN
    }
