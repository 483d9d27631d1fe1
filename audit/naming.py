"""How what a dossier holds is named: people, offices, lines, values."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from audit import labels
from audit.dossier import Dossier
from audit.story import Event, Image
from wording.numbers import NOTHING
from workflow.models import Decision


def person_of(kept: Dossier, person: int | None) -> str:
    """The name of a person as it is now; the system's where nobody acted."""
    return kept.people.get(person, "") if person else _("The system")


def offices_in(kept: Dossier, event: Event | None) -> str:
    """The offices that the actor of an event held, as the ledger has them: "Plt. Kepala Bidang ..., unit, for NAME"."""
    held = [_office(kept, office) for office in event.offices] if event else []
    return " · ".join(words for words in held if words)


def _office(kept: Dossier, office: Image) -> str:
    post = kept.posts.get(office["post"])
    if post is None:
        return ""
    acting = labels.CAPACITIES.get(office["capacity"], "")
    words = f"{acting} {post.title}, {post.unit.name}".strip()
    stood_for = kept.people.get(office.get("for") or 0, "")
    return _("%(office)s, for %(person)s") % {"office": words, "person": stood_for} if stood_for else words


def printed(decision: Decision) -> str:
    """The office as printed on that day: Plt. Kepala Dinas ..., unit."""
    acting = labels.CAPACITIES.get(decision.capacity, "")
    return f"{acting} {decision.post_title}, {decision.unit_name}".strip(" ,")


def stood_for(kept: Dossier, decision: Decision, event: Event | None) -> str:
    """In whose place a decider acted; empty for who holds the office himself."""
    offices = event.offices if event else ()
    found = next((one.get("for") for one in offices if one["post"] == decision.post_id), None)
    return kept.people.get(found or 0, "")


def words_of(text: str, digest: str | None) -> str:
    """A text whose digest the ledger keeps; what is no longer that text is not shown as if it were."""
    if digest and hashlib.sha256(text.encode()).hexdigest() != digest:
        return _("words erased")
    return text


def value_of(kept: Dossier, column: str, image: Image) -> str:
    """A value of a history row in words."""
    value = image.get(column)
    if column == "budget_version_id" and value is not None and value in kept.budget_versions:
        return str(kept.budget_versions[value])
    return labels.value_of(column, value)


def raw(value: Any) -> str:
    """A value of an event as the ledger has it."""
    return NOTHING if value in (None, "", []) else str(value)


def line_of(kept: Dossier, image: Image) -> str:
    """The budget line of a report line: account, name, fund."""
    line = kept.lines.get(image["line_id"])
    parts = (
        (line.account_code, line.account_name, line.fund_source) if line else (_("Line"), image["line_id"])
    )
    return " ".join(str(part) for part in parts if part)


def table_of(name: str) -> str:
    """What a table is called among people."""
    return str(labels.TABLES.get(name, name))


def mark_of(kept: Dossier, mark: str) -> str:
    """What a return or a comment points at."""
    if mark.startswith("statement-"):
        return _("statement accepted, text %(version)s") % {"version": mark.removeprefix("statement-")}
    column = labels.MARKS.get(mark, mark)
    return labels.name_of(column) if column in labels.REPORT_FIELDS else kept.cells.get(mark, mark)


def explanation_of(kept: Dossier, image: Image, line: Image | None) -> str:
    """What an explanation answers: the rule, and the line where it is about one."""
    parts = (image["rule"], line_of(kept, line) if line else "")
    return _("explanation of %(mark)s") % {"mark": ", ".join(part for part in parts if part)}
