"""Each decision with what the decider saw: the version, whether its content is still that one, what he had opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import labels, naming
from audit.dossier import DECISION, Dossier
from audit.story import Version
from submissions.models import Comment
from workflow.models import Decision

UNREAD = {"submit", "recall", "amend", "cancel", "publish", "supersede"}  # acts that judge nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """One decision. `now` is the content hash that the history gives today; empty where it has no such version."""

    decision: Decision
    title: str
    office: str
    stood_for: str
    now: str
    judges: bool
    opened: datetime | None
    warnings: Sequence[tuple[str, str]]  # what was unusual in that version, and the officer's explanation
    comments: Sequence[tuple[str, Comment]]  # on that version until then, each with the name of its cell
    before: int | None  # the version of the decision before it, where it is another one

    @property
    def same(self) -> bool:
        return self.now == self.decision.content_hash


def seen(kept: Dossier) -> list[Seen]:
    """The decisions on a report, the first one first."""
    events = {event.row: event for event in kept.story.events if event.table == DECISION}
    versions = {version.number: version for version in kept.story.versions}
    opened = {(opening.step, opening.person_id): opening.at for opening in kept.openings}
    found, before = [], None
    for decision in kept.decisions:
        found.append(
            Seen(
                decision=decision,
                title=str(labels.DONE.get(decision.verb, decision.verb)),
                office=naming.printed(decision),
                stood_for=naming.stood_for(kept, decision, events.get(decision.pk)),
                now=kept.hashes.get(decision.version, ""),
                judges=decision.verb not in UNREAD,
                opened=opened.get((decision.step - 1, decision.actor_id or 0)),
                warnings=_warnings(kept, versions, decision.version),
                comments=[
                    (kept.cells.get(one.mark, one.mark), one)
                    for one in kept.comments
                    if one.version == decision.version and one.at <= decision.at
                ],
                before=before if before != decision.version else None,
            )
        )
        before = decision.version
    return found


def _warnings(kept: Dossier, versions: Mapping[int, Version], number: int) -> list[tuple[str, str]]:
    version = versions.get(number)
    if version is None:
        return []
    return sorted(
        (naming.explanation_of(kept, image, version.lines.get(image["line_id"] or 0)), image["text"])
        for image in version.explanations.values()
    )
