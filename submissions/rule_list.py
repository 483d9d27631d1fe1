"""Every rule of domain.md 2.3 by its number: what it asks, where it acts, and an example of each answer. Pure Python.

docs/rules.md is written from this list; each example is a test of its name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

PLAN, SAVING, SUBMISSION = "plan import", "saving", "submission"
UPLOAD, DECIDING, CALENDAR, DATABASE = "upload", "deciding", "calendar", "database"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `severity`: B blocks, W asks for a typed reason, I informs. `code`: the module that has it."""

    id: str
    severity: str
    asks: str
    acts: tuple[str, ...]
    code: str
    passes: str
    fails: str


ENTRY = (SAVING, SUBMISSION)

RULES: tuple[Rule, ...] = (
    Rule(
        "V-01", "B", "Codes have their format; a sub-activity stands once in a year and unit", (PLAN,), "registry.rules",
        "a sub-activity code of both widths", "a fourth segment of two digits",
    ),
    Rule(
        "V-02", "B", "The lines of a sub-activity make its ceiling exactly", (PLAN,), "registry.rules",
        "lines of 60 and 40 of a ceiling of 100", "lines of 60 and 39 of a ceiling of 100",
    ),
    Rule(
        "V-03", "B, W in a draft", "The months of the cash plan make the ceiling exactly", (PLAN,), "registry.rules",
        "twelve months that make the ceiling", "twelve months that miss the ceiling by one",
    ),
    Rule(
        "V-04", "B", "The physical plan makes exactly 100 points, or the output target in units", (PLAN,), "registry.rules",
        "a plan of 100 points", "a plan of 99.9999 points",
    ),
    Rule(
        "V-05", "B", "A new version leaves each line at least what was published as realised", (PLAN,), "registry.rules",
        "a new ceiling that is just what was realised", "a new ceiling one below what was realised",
    ),
    Rule(
        "V-06", "W", "An active sub-activity has a ceiling; without one it needs no report, unless money is entered",
        (PLAN, CALENDAR, SAVING, SUBMISSION), "registry.rules, submissions.rules_money",
        "no ceiling and nothing entered", "no ceiling and money taken back",
    ),
    Rule(
        "V-10", "B, W for the accounts that a government names as salaries",
        "The money of a line stays within its ceiling, earlier months included", ENTRY, "submissions.rules_money",
        "a line that reaches its ceiling exactly", "a line one cent over its ceiling",
    ),
    Rule(
        "V-11", "B", "All lines together stay within the ceiling of the sub-activity", ENTRY, "submissions.rules_money",
        "lines that make the ceiling of the item", "lines that pass the ceiling of the item",
    ),
    Rule(
        "V-12", "B", "A negative amount has a reason and names an earlier published month of its line", ENTRY,
        "submissions.rules_money", "a correction of a published month with its reason", "money taken back without a word",
    ),
    Rule(
        "V-13", "B", "The money of a line does not fall below zero", ENTRY, "submissions.rules_money",
        "all that was realised is taken back", "one more than was realised is taken back",
    ),
    Rule(
        "V-14", "W", "A month does not pass the cash plan up to it by more than a tenth", ENTRY, "submissions.rules_money",
        "a month of the plan and a tenth", "a month above the plan and a tenth",
    ),
    Rule(
        "V-15", "W", "A month is at most half of the ceiling and five times the median of the months before (typing guard)",
        ENTRY, "submissions.rules_money", "half of the ceiling in a month", "three zeros too many",
    ),
    Rule(
        "V-16", "W", "What is entered is what the treasury's imported payments of the month make", ENTRY,
        "submissions.rules_money", "an amount as the treasury paid it", "an amount that the treasury did not pay",
    ),
    Rule(
        "V-17", "W", "Money before the work has started is an advance payment, and says so", ENTRY,
        "submissions.rules_narrative", "not started and nothing paid", "an advance before the work has started",
    ),
    Rule(
        "V-18", "W", "The money is at most 10 points ahead of the work", ENTRY, "submissions.rules_physical",
        "money just 10 points ahead of the work", "money more than 10 points ahead of the work",
    ),
    Rule(
        "V-19", "I", "An amount with cents is mentioned", ENTRY, "submissions.rules_money", "an amount in whole rupiah",
        "an amount with cents",
    ),
    Rule(
        "V-20", "B", "The work stays within 100 points (and 0.05 for rounding), or within the output target", ENTRY,
        "submissions.rules_physical", "100.05 points of completed work", "100.06 points",
    ),
    Rule(
        "V-21", "B", "Progress taken back has a reason; the work does not fall below zero", ENTRY,
        "submissions.rules_physical", "5 points taken back with a reason", "5 points taken back without a reason",
    ),
    Rule(
        "V-22", "W", "A month is this month only: not above 40 points of a large item, not as much as all months before",
        ENTRY, "submissions.rules_money, submissions.rules_physical", "a month less than all before",
        "a month as much as all before",
    ),
    Rule(
        "V-23", "B", "Completed if and only if the work is at 100; a rounding difference is set right (I)", ENTRY,
        "submissions.rules_physical", "three thirds of completed work", "completed at 25 points",
    ),
    Rule(
        "V-24", "B", "Not started has neither money nor work; what will not be carried out has no money, and a reason",
        ENTRY, "submissions.rules_narrative", "not started and nothing in it", "not started with money in it",
    ),
    Rule(
        "V-25", "W, B after completion",
        "The status does not go back; what was completed stays so, except by an amendment", ENTRY,
        "submissions.rules_narrative", "from procurement to execution", "from execution back to preparation",
    ),
    Rule(
        "V-26", "W", "Work under way moves at least once in three months", ENTRY, "submissions.rules_physical",
        "two months without progress", "three months without progress",
    ),
    Rule(
        "V-30", "B",
        "Work that is behind its physical plan (yellow or red), halted, or idle for two planned months names problem, "
        "follow-up and due date; so does every problem that is told", (SUBMISSION,), "submissions.rules_narrative",
        "just 5 points behind the plan", "more than 5 points behind the plan",
    ),
    Rule(
        "V-31", "B",
        "A follow-up is due in the reported month or later; one that fell due is answered: done, or extended to a later day",
        ENTRY, "submissions.rules_narrative", "a follow-up that fell due and is done", "a follow-up that fell due unanswered",
    ),
    Rule(
        "V-40", "B", "Money or work of at least the threshold has evidence; the passing of time needs none", (SUBMISSION,),
        "submissions.rules", "five million with a photograph", "five million without evidence",
    ),
    Rule(
        "V-41", "B, W for a file of another month", "A file is what its content says, of an accepted kind and size, and of "
        "this month", (UPLOAD, SAVING, SUBMISSION), "submissions.evidence_types, submissions.rules",
        "a photograph of this month", "a photograph of January again",
    ),
    Rule(
        "V-50", "B", "Months go in order: submitted after the month before, signed when every earlier month is", (DECIDING,),
        "workflow.route", "February after January was submitted", "February while January is a draft",
    ),
    Rule(
        "V-51", "B", "The month is open for the act, by the calendar or by a grant", (DECIDING, CALENDAR), "workflow.route",
        "an act in the open month", "an act after the month was locked",
    ),
    Rule(
        "V-52", "B", "Whoever acts holds the office for it at that moment, by the database's clock", (DECIDING,),
        "workflow.route", "the head of section verifies", "the head of another section verifies",
    ),
    Rule(
        "V-53", "B", "Nobody decides on what he entered, nor at two tiers of one report unless a waiver is recorded",
        (DECIDING, DATABASE), "workflow.route", "one who did not enter it verifies", "one who entered it verifies",
    ),
    Rule(
        "V-54", "B", "Nothing that changed meanwhile is overwritten; the difference is shown", (SAVING, DECIDING),
        "workflow.route, submissions.cells", "the version that was seen", "an older version than there is",
    ),
    Rule(
        "V-55", "B", "Nothing of a published revision changes", (DATABASE,), "submissions.migrations", "a draft is changed",
        "a published report is changed",
    ),
    Rule(
        "V-60", "B", "An amendment breaks none of V-10, V-11, V-13, V-20 and V-21 in a later month", (SUBMISSION, DECIDING),
        "submissions.amendment", "March amended to what later months leave", "March amended beyond what later months leave",
    ),
    Rule(
        "V-61", "W", "A sub-activity has an officer appointed; without one the deadline runs all the same", ENTRY,
        "submissions.rules_narrative", "an officer is appointed", "nobody is appointed",
    ),
)  # fmt: skip

HEAD = """# Rules

Every rule for a plan, a report and an act on it. This page is written from the code by `manage.py rules_table`; do not edit
it by hand. The sentences that people read are in `wording/`.

**B** blocks. **W** warns: before the report is submitted, its officer writes in at least 15 characters why the figures are
right, and the verifier reads that. **I** informs. What is judged while saving is judged again on submission, by the same
functions, for the page, for autosave, for a workbook and for acts on many reports.

"""
TITLES = ("Rule", "Severity", "What it asks", "Acts on", "Code", "Passes", "Fails")


def page(rules: Iterable[Rule] = RULES) -> str:
    """The table as Markdown."""
    rows = [TITLES, ("---",) * len(TITLES), *(_cells(rule) for rule in rules)]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(rule: Rule) -> Sequence[str]:
    cells = {each.name: getattr(rule, each.name) for each in fields(rule)}
    return [*(cells | {"acts": ", ".join(rule.acts)}).values()]
