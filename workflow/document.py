"""Document: the row that climbs. The only module that imports django_fsm (django-fsm-2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django_fsm import GET_STATE, FSMField, transition

from workflow.models import RouteVersion
from workflow.route import (
    AMEND,
    CANCEL,
    DRAFT,
    PUBLISH,
    RECALL,
    RETURN,
    REVIEW,
    SIGN,
    SOURCES,
    SUBMIT,
    SUPERSEDE,
    TARGETS,
    VERIFY,
    Facts,
    Move,
)


def _edge(verb: str) -> Any:
    return transition(
        field="state",
        source=list(SOURCES[verb]),
        target=GET_STATE(lambda self, move: move.state, states=list(TARGETS[verb])),
    )


class Document(models.Model):
    """State, tier and version of anything that is reported, verified and signed.

    `version` counts changes of the content, `step` counts acts: each decision names the step it made, and the database
    commits a change of state or tier only together with that decision. A subclass answers what the engine asks.
    """

    state = FSMField(default=DRAFT, protected=True, editable=False)
    tier = models.PositiveSmallIntegerField(default=0, editable=False)
    step = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    route = models.ForeignKey(RouteVersion, models.PROTECT, editable=False, related_name="+")
    moved_at = models.DateTimeField(null=True, editable=False)

    # verb -> the column that remembers when it was last done
    moments: ClassVar[Mapping[str, str]] = {}
    # verb -> topic of the outbox row that the act leaves
    topics: ClassVar[Mapping[str, str]] = {}
    # verb -> the only state from which its act leaves that row
    told_from: ClassVar[Mapping[str, str]] = {}
    # a statement that finds the published documents whose place those with the ids %s take when they are published
    predecessors: ClassVar[str] = ""

    class Meta:
        abstract = True

    @classmethod
    def facts(cls, cursor: Any, documents: Sequence[Self], question: "Any") -> dict[int, Facts]:
        """What the law asks about each locked document, in a fixed number of statements."""
        raise TypeError(f"{cls.__name__} does not say its facts")

    @classmethod
    def content(cls, cursor: Any, ids: Sequence[int]) -> dict[int, str]:
        """The canonical text of each document's content: what is hashed when it is submitted."""
        raise TypeError(f"{cls.__name__} does not say its content")

    @classmethod
    def revise(cls, cursor: Any, ids: Sequence[int], actor_id: int, at: datetime) -> None:
        """Open the next revision of published documents, as a draft with the same content and route."""
        raise TypeError(f"{cls.__name__} has no revisions")

    @classmethod
    def replaced(cls, cursor: Any, ids: Sequence[int]) -> list[int]:
        """The published documents whose next revisions, `ids`, have just been published."""
        raise TypeError(f"{cls.__name__} has no revisions")

    @classmethod
    def published(cls, cursor: Any, ids: Sequence[int]) -> None:
        """These documents have just been published, and those they replace have ended: what is kept of them follows."""
        return

    @_edge(SUBMIT)
    def submit(self, move: Move) -> None: ...

    @_edge(RECALL)
    def recall(self, move: Move) -> None: ...

    @_edge(VERIFY)
    def verify(self, move: Move) -> None: ...

    @_edge(RETURN)
    def send_back(self, move: Move) -> None: ...

    @_edge(SIGN)
    def sign(self, move: Move) -> None: ...

    @_edge(REVIEW)
    def review(self, move: Move) -> None: ...

    @_edge(PUBLISH)
    def publish(self, move: Move) -> None: ...

    @_edge(AMEND)
    def amend(self, move: Move) -> None: ...

    @_edge(SUPERSEDE)
    def supersede(self, move: Move) -> None: ...

    @_edge(CANCEL)
    def cancel(self, move: Move) -> None: ...

    def advance(self, verb: str, move: Move, at: datetime) -> None:
        """Move in memory by the machine; the machine and the law must agree."""
        edge = self.send_back if verb == RETURN else getattr(self, verb)
        edge(move)
        self.tier, self.moved_at = move.tier, at
