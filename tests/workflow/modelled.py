"""What the model knows of: tiers, units, posts, terms, items, months, grants, acts and reports, with nothing of ours in them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple


class Tier(NamedTuple):
    verb: str
    role: str
    scope: str
    unit: str = ""
    quorum: int = 1
    when: tuple[tuple[str, str, Any], ...] = ()
    escalate_days: int | None = None
    blocks: bool = False


class Unit(NamedTuple):
    id: int
    code: str
    kind: str
    government: int
    above: tuple[int, ...]  # from the root down to itself
    agency: int | None


class Post(NamedTuple):
    id: int
    unit: int
    role: str
    superior: int | None


class Term(NamedTuple):
    """A person at a post, from the first to the last of its days."""

    person: int
    post: int
    acting: bool
    first: date
    last: date | None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


class Item(NamedTuple):
    id: int
    unit: int
    officer: int | None
    verifier: int | None
    ceiling: int
    funds: frozenset[str]


@dataclass(slots=True)
class Period:
    month: int
    opens: datetime
    submit_from: datetime
    locks: datetime


@dataclass(slots=True)
class Grant:
    id: int
    kind: str
    unit: int  # covers what is at it or below
    subjects: tuple[str, ...]
    person: int | None
    expires: datetime
    revoked: bool = False


class Standing(NamedTuple):
    """In what office somebody acts; a superior acts from his own post, in the place of a vacant one."""

    post: int | None
    acting: bool = False
    vacant: int | None = None


class Act(NamedTuple):
    """What somebody did and for which tier; which offices allowed it to him, and what exception, if it took one."""

    verb: str
    person: int | None
    tier: int
    offices: frozenset[Standing] = frozenset()
    exception: str = ""


@dataclass(slots=True)
class Report:
    id: int
    item: int
    month: int
    revision: int = 0
    state: str = "draft"
    tier: int = 0
    version: int = 1
    amount: int | None = None
    note: str = ""
    acts: list[Act] = field(default_factory=list)  # since the beginning
    climbed: list[Act] = field(default_factory=list)  # those that let it pass, since it was last submitted
    agreed: set[int] = field(default_factory=set)  # at the tier that has it, since it came there
    typed: set[int] = field(default_factory=set)  # who entered something
    editors: set[int] = field(default_factory=set)  # those, and who submitted it
    submitted_by: int | None = None
    came: datetime | None = None  # to the tier that has it
    looked: bool = False  # by the tier that has it
    fixed: datetime | None = None  # the last submission
    verified: datetime | None = None
    signed: datetime | None = None
    published: datetime | None = None

    @property
    def step(self) -> int:
        return len(self.acts)
