"""Who may act from the board, on what; and what an act came to, kept under the page's key so that it is done once."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from ledger.clock import now
from ledger.recording import recorded
from registry.models import FiscalYear, Office, Post, Unit, User
from submissions.models import Period
from workflow.engine import KeyReused
from workflow.models import Act

MOST = 500  # agency months at once
REMIND, EXTEND, LETTERS = "board.remind", "board.extend", "board.letters"

BEGUN = """INSERT INTO workflow_act (key, actor_id, verb, asked, at) VALUES (%s, %s, %s, %s, %s)
  ON CONFLICT (key) DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True)
class Standing:
    """In which offices a person acts from the board. The bureau oversees; heads remind what lies below them."""

    bureau: Office | None = None
    heads: tuple[Office, ...] = ()
    sections: tuple[Office, ...] = ()

    @property
    def reminds(self) -> tuple[str, ...]:
        """Paths below which he reminds whoever holds a report."""
        offices = [*([self.bureau] if self.bureau else []), *self.heads]
        return tuple(one.unit_path for one in offices)

    @property
    def reminds_officers(self) -> tuple[str, ...]:
        """Paths below which he reminds who has to enter: a section head has nobody above him to remind."""
        return tuple(one.unit_path for one in self.sections)

    @property
    def acts(self) -> bool:
        return bool(self.reminds or self.reminds_officers)


@dataclass(frozen=True, slots=True)
class Target:
    """One unit in one month, as it was ticked; no period where the month is not open for it."""

    unit: Unit
    month: int
    slug: str
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one target or person: a sentence's code and parameters."""

    name: str
    month: str
    code: str
    params: dict[str, Any]
    done: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What an act on many came to, as its actor reads it."""

    verb: str
    code: str
    params: dict[str, Any]
    lines: tuple[Line, ...]

    @property
    def clean(self) -> bool:
        return all(line.done for line in self.lines)


class BoardRefused(Exception):
    """An act from the board was refused as a whole: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def standing(user: User) -> Standing:
    """The offices of a person that act here now, by the database's clock."""
    roles = (Post.Role.OVERSIGHT, Post.Role.AGENCY_HEAD, Post.Role.SECTION_HEAD)
    held = list(
        Office.objects.filter(person=user.pk, role__in=roles)
        .select_related("unit__government", "post")
        .order_by("pk")
    )
    return Standing(
        bureau=next((one for one in held if one.role == roles[0] and one.unit.parent_id is None), None),
        heads=tuple(one for one in held if one.role == roles[1]),
        sections=tuple(one for one in held if one.role == roles[2]),
    )


def targets(year: FiscalYear, units: Sequence[Unit], months: Sequence[tuple[int, str]]) -> list[Target]:
    """Each unit in each month, with its agency's period; raises BoardRefused when too little or too much is ticked."""
    if not units:
        raise BoardRefused("board.none_ticked")
    if not months:
        raise BoardRefused("board.no_month")
    if len(units) * len(months) > MOST:
        raise BoardRefused("board.too_many", {"count": len(units) * len(months), "limit": MOST})
    numbers = [number for number, _ in months]
    periods = Period.objects.filter(
        fiscal_year=year, month__in=numbers, agency__in={one.agency_id for one in units}
    )
    known = {(one.agency_id, one.month): one for one in periods.select_related("agency")}
    return [
        Target(unit, number, slug, known.get((unit.agency_id or 0, number)))
        for unit in units
        for number, slug in months
    ]


def once(*, actor: User, verb: str, key: str, asked: Any, act: Callable[[], Result], reason: str = "") -> int:
    """Do it under this key and keep what it came to; the same key again does nothing and answers with the first result.

    Returns the number that `result_of` reads. Raises KeyReused when the key was used for something else.
    """
    digest = hashlib.sha256(json.dumps([verb, asked], sort_keys=True, default=str).encode()).hexdigest()
    with recorded(actor, reason):
        with connection.cursor() as cursor:
            cursor.execute(BEGUN, [key, actor.pk, verb, digest, now()])
            row = cursor.fetchone()
        if row is None:
            first = Act.objects.filter(key=key, actor=actor, verb=verb, asked=digest).first()
            if first is None:
                raise KeyReused(key)
            return first.pk
        done = act()
        Act.objects.filter(pk=row[0]).update(answer=asdict(done))
    number: int = row[0]
    return number


def result_of(user: User, number: int) -> Result | None:
    """What an act of this person came to; None for any other."""
    mine = (
        Act.objects.filter(pk=number, actor=user, verb__in=(REMIND, EXTEND, LETTERS))
        .exclude(answer=None)
        .first()
    )
    if mine is None:
        return None
    answer: dict[str, Any] = mine.answer or {}
    lines = tuple(Line(**one) for one in answer["lines"])
    return Result(answer["verb"], answer["code"], answer["params"], lines)
