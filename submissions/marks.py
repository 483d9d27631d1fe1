"""What a return or a comment points at: the cells of `submissions.cells`, and "evidence".

Earlier returns named two groups instead, "physical" and "problem"; their marks stay readable.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from submissions.cells import LINE
from submissions.forms import WHY
from submissions.readings import LineReading, Reading
from submissions.typed import label_of

EVIDENCE = "evidence"
ANSWER = "follow_up_answer"
PHYSICAL, PROBLEM = "physical", "problem"  # of earlier returns
PROGRESS = ("increment", "volume", "physical_reason")
NARRATIVE = (
    "problems", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due", ANSWER,
)  # fmt: skip
WORDS = ("physical_reason", "status", *NARRATIVE, "needs_leadership", "public_note")


def names_of(reading: Reading) -> dict[str, str]:
    """Everything in a report that can be pointed at, in the order of the form, with its name in words."""
    found: dict[str, str] = {}
    for line in reading.lines:
        found |= _of_line(line)
    found[cell_of(reading, PHYSICAL)] = _("physical progress")
    found |= {
        name: label_of(reading, name)
        for name in WORDS
        if name != ANSWER or reading.follow_up_answer  # without an open follow-up there is nothing to answer
    }
    found |= {f"why-{mark}": _explanation(reading, mark) for mark in reading.explanations}
    return found | {EVIDENCE: _("evidence")}


def readable(reading: Reading) -> dict[str, str]:
    """The same with the marks of earlier returns: what is kept for ever must be readable for ever."""
    return names_of(reading) | {PHYSICAL: _("physical progress"), PROBLEM: _("problem")}


def cell_of(reading: Reading, mark: str) -> str:
    """The cell where a mark is shown."""
    if mark == PHYSICAL:
        return "volume" if reading.by_volume else "increment"
    return "problem_text" if mark == PROBLEM else mark


def covers(mark: str, cell: str) -> bool:
    """Whether a change of `cell` belongs to what `mark` asks for: an amount comes with its reason and its explanation."""
    if mark == cell or (mark == PROBLEM and cell in NARRATIVE):
        return True
    why = WHY.fullmatch(cell)
    if mark in (PHYSICAL, "increment", "volume"):
        return cell in PROGRESS or (why is not None and why[1] is None)
    part = LINE.fullmatch(cell)
    return (part is not None and part[1] == mark) or (why is not None and mark == f"line-{why[1]}")


def pointed_at(reading: Reading, marks: Iterable[str]) -> list[str]:
    """Those of some marks that name something in this very report, each once."""
    known = readable(reading)
    return [mark for mark in dict.fromkeys(marks) if mark in known]


def _of_line(line: LineReading) -> dict[str, str]:
    name = f"{line.account} {line.account_name}".strip()
    return {
        f"line-{line.id}": name,
        f"line-{line.id}-reason": _("%(line)s, reason") % {"line": name},
        f"line-{line.id}-corrects": _("%(line)s, corrected month") % {"line": name},
    }


def _explanation(reading: Reading, mark: str) -> str:
    """ "explanation of V-15, 5.1.02.01.001.00001"."""
    rule, _dash, line = mark.partition("-line-")
    account = next((one.account for one in reading.lines if str(one.id) == line), "")
    return _("explanation of %(mark)s") % {"mark": ", ".join(part for part in (rule, account) if part)}
