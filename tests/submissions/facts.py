"""Facts of one report for the tests of the rules, and what is found in them."""

from decimal import Decimal as D

from submissions.rules import EXPLAIN, ItemFacts, LineFacts, Policy, check, check_submission

POLICY = Policy()


def line(entered="0", before="0", ceiling="100", **more):
    written = None if entered is None else D(entered)
    return LineFacts(
        line_id=more.pop("line_id", 7),
        label="5.1.02 Paper",
        ceiling=D(ceiling),
        entered=written,
        before=D(before),
        **more,
    )


def item(*lines, **more):
    """A March report of an item of Rp 1,000, under way, with 5 points this month, unless told otherwise."""
    facts = {
        "month": 3,
        "ceiling": D(1000),
        "version_name": "DPPA 2",
        "mode": "PERCENT",
        "status": "PELAKSANAAN",
        "increment": D(5),
        "points_before": D(20),
    }
    return ItemFacts(lines=lines or (line(),), **(facts | more))


def findings(facts, severity="B", policy=POLICY, judge=check):
    return [finding for finding in judge(facts, policy) if finding.severity == severity]


def codes(facts, severity="B", policy=POLICY, judge=check):
    return [finding.code for finding in findings(facts, severity, policy, judge)]


def asked(facts, policy=POLICY):
    """Codes of what stands in the way of submitting, explanations aside."""
    return [one for one in codes(facts, policy=policy, judge=check_submission) if one != EXPLAIN]
