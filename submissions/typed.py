"""What somebody typed beside what stands there now, cell by cell: for a conflict, and for what came too late to be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from submissions import cells
from submissions.models import Report
from submissions.readings import Reading
from wording.numbers import (
    NumberRefused,
    money,
    parse_money,
    parse_optional,
    parse_points,
    parse_quantity,
    quantity,
)
from wording.sentences import month_name

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Beside:
    """One cell: its name in words, what is stored and what was typed, both as people read them."""

    label: str
    stored: str
    typed: str


def beside(reading: Reading, values: Mapping[str, str], language: str) -> list[Beside]:
    """The cells of a posted report that say something else than what is stored; numbers are read in `language`."""
    stored = cells.stored(reading, language)
    names = [*stored, *(name for name in values if name.startswith("why-") and name not in stored)]
    found = []
    for name in names:
        now, typed = stored.get(name, ""), values.get(name, "" if name in CHECKED else None)
        if typed is not None and _shown(name, typed, language) != _shown(name, now, language):
            found.append(Beside(label_of(reading, name), told(name, now), told(name, typed)))
    return found


def as_text(differences: Sequence[Beside]) -> str:
    """What was typed, one cell a line, to be copied from the page."""
    return "\n".join(f"{one.label}: {one.typed}" for one in differences)


def label_of(reading: Reading, name: str) -> str:
    """A cell in words: "5.1.02.01.001.00001", "5.1.02.01.001.00001, reason", "problem"."""
    for line in reading.lines:
        of_line = {
            "": "%(line)s",
            "-reason": _("%(line)s, reason"),
            "-corrects": _("%(line)s, corrected month"),
        }
        for suffix, label in of_line.items():
            if name == f"line-{line.id}{suffix}":
                return label % {"line": " ".join(part for part in (line.account, line.fund) if part)}
    return _labels().get(name) or _("explanation of %(mark)s") % {"mark": name.removeprefix("why-")}


CHECKED = frozenset({"problems", "needs_leadership"})  # an empty tick is not posted at all


def _shown(name: str, text: str, language: str) -> str:
    """The same text for the same value: 1000 and 1.000, one kind of line end."""
    parse = parse_money if name.startswith("line-") and name[5:].isdigit() else _PARSE.get(name)
    if parse is None:
        return text.replace("\r\n", "\n").strip()
    try:
        value = parse_optional(text, language, parse)
    except NumberRefused:
        return text.strip()
    return (money if parse is parse_money else quantity)(value, language)


_PARSE = {"increment": parse_points, "volume": parse_quantity}


def told(name: str, text: str) -> str:
    """The text of a cell in words: codes as their labels, "–" for nothing."""
    if not text:
        return NOTHING
    if name == "status" and text in Report.Status.values:
        return str(Report.Status(text).label)
    if name == "follow_up_answer" and text in Report.Answer.values:
        return str(Report.Answer(text).label)
    if name == "problems":
        known = [code for code in text.split(",") if code in Report.Problem.values]
        return ", ".join(str(Report.Problem(code).label) for code in known)
    if name == "needs_leadership":
        return _("yes")
    return month_name(text) if name.endswith("-corrects") and text.isdigit() and 0 < int(text) < 14 else text


def _labels() -> dict[str, str]:
    return {
        "increment": _("physical progress"), "volume": _("physical progress"),
        "physical_reason": _("reason of a physical correction"), "status": _("execution status"),
        "problems": _("kind of problem"), "problem_text": _("problem"), "follow_up_text": _("follow-up"),
        "follow_up_pic": _("person in charge"), "follow_up_due": _("follow-up due"),
        "follow_up_answer": _("what became of the open follow-up"),
        "needs_leadership": _("needs a decision of the leadership"), "public_note": _("public note"),
    }  # fmt: skip
