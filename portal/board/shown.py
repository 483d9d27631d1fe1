"""How cells and holders are shown: word, icon, colour, one line below. The same for page, print and legend."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.board import states
from portal.board.figures import Cell, Holding, Timeliness
from wording.board_sentences import CELLS, HOLDER_WORDS, LEVELS, MEANINGS, STATE_WORDS, TIER_WORDS
from wording.numbers import points

# (icon, hue) of each state; a hue is one of the sheet's five, or none.
LOOKS = {
    states.NOT_DUE: ("dash", "none"), states.EMPTY: ("cross", "grey"), states.DRAFT: ("pencil", "grey"),
    states.SUBMITTED: ("clock", "amber"), states.VERIFIED: ("check", "amber"), states.PARTIAL: ("layers", "amber"),
    states.ON_TIME: ("seal", "green"), states.LATE: ("seal", "red"), states.REOPENED: ("return", "violet"),
    states.AMENDED: ("layers", "violet"), states.EXEMPT: ("dash", "none"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as it is read: `full` is the whole sentence for who does not see the table."""

    state: str
    word: str
    icon: str
    hue: str
    under: str = ""
    overdue: bool = False
    letter: str = ""
    label: str = ""


def cell(one: Cell, label: str = "") -> Shown:
    """A cell's word, and below it how late it is or was."""
    icon, hue = LOOKS[one.state]
    counts = one.counts
    told = {
        "percent": counts.percent, "published": counts.published, "required": counts.required, "late": one.late,
    }  # fmt: skip
    return Shown(
        state=one.state,
        word=str(CELLS[one.state]) % told,
        icon=icon,
        hue=hue,
        under=_under(one),
        overdue=one.overdue,
        letter=LEVELS.get(one.letter, ""),
        label=label,
    )


def _under(one: Cell) -> str:
    if one.overdue:
        return ngettext("%(n)s day late", "%(n)s days late", one.late) % {"n": one.late}
    if one.late_after_all and one.state != states.LATE:
        return _("was late +%(n)s") % {"n": one.late}
    return ""


def legend() -> list[dict[str, Any]]:
    """Each state with its looks and its meaning, in the order of domain.md 5.1."""
    return [
        {"state": one, "word": STATE_WORDS[one], "meaning": MEANINGS[one], "icon": LOOKS[one][0], "hue": LOOKS[one][1]}
        for one in states.STATES
    ]  # fmt: skip


def tier(one: Timeliness) -> dict[str, Any]:
    """A tier's score and the mean of working hours that it held a report."""
    return {
        "name": TIER_WORDS[one.tier],
        "graded": points(one.graded),
        "binary": points(one.binary),
        "hours": "" if one.hours is None else _hours(one.hours),
        "reports": one.reports,
    }


def _hours(hours: Decimal) -> str:
    return _("%(hours)s hours") % {"hours": points(hours, places=1)}


def holder(one: Holding | None) -> str:
    """In one line: office, person, days held."""
    if one is None:
        return ""
    days = ngettext("%(n)s day", "%(n)s days", one.days) % {"n": one.days}
    office = f"{one.office}, {one.unit}" if one.unit else one.office or _("no office is named")
    return f"{office}: {one.person or _('vacant')}, {days}"


def holder_words() -> list[tuple[str, Any]]:
    return list(HOLDER_WORDS.items())
