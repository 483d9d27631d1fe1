"""What a workbook would do, tried out and shown first; then done, all of it or nothing.

The trial is the very save that follows, rolled back: what it refuses, warns of or finds changed meanwhile is what the save
would. Between the two only the person's own page keeps the changes, signed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta

from django.core import signing
from django.db import connection, transaction

from ledger.clock import now as database_now
from registry.models import User
from submissions import cells, figures, rules
from submissions.cells import Answer, Cell
from submissions.facts import WARN
from submissions.readings import Reading
from submissions.workbook_columns import Kind, cells_of, lists, same, shown
from submissions.workbook_reading import Change, Fault, Proposal, key_of
from wording.dates import moment
from wording.numbers import NOTHING
from wording.sentences import say

SALT = "submissions.workbook.preview"
LASTS = timedelta(hours=8)  # a preview, as long as a day at the office
REASON = "workbook"  # in the history of what it changed
Kinds = Mapping[str, tuple[Kind, Mapping[str, str]]]  # by the key of a cell


class PreviewGone(Exception):
    """What came back is no preview of this person and month, or too old."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change of a cell that somebody else changed after the file was made. `stored`: what stands there now."""

    change: Change
    stored: str
    sentence: str
    taken: bool = False  # the workbook's value was chosen

    @property
    def key(self) -> str:
        return self.change.key


@dataclass
class Trial:
    """What becomes of the changes. `done`: it was no trial, they are stored."""

    language: str
    changes: list[Change]
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    unchanged: int = 0
    done: bool = False

    @property
    def ready(self) -> bool:
        """Whether there is something to apply and nothing in its way; conflicts are for the person to decide."""
        return bool(self.changes or self.conflicts) and not self.faults

    @property
    def reports(self) -> int:
        return len({one.report for one in self.changes})


def trial_of(*, actor: User, proposal: Proposal, readings: Sequence[Reading]) -> Trial:
    """Try the workbook's changes; what somebody has entered alike meanwhile is no change any more."""
    kinds = _kinds(readings)
    stored = {one.id: cells.stored(one, proposal.language) for one in readings}
    changes = [
        one
        for one in proposal.changes
        if not same(kinds[one.key][0], one.text, stored[one.report].get(one.name, ""), proposal.language)
    ]
    trial = Trial(proposal.language, changes, list(proposal.notes), list(proposal.faults))
    trial.unchanged = proposal.unchanged + len(proposal.changes) - len(changes)
    with transaction.atomic():
        _attempt(trial, actor, kinds, whole=False)
        _warn(trial)
        transaction.set_rollback(True)
    moved = {one.key for one in trial.conflicts}
    trial.changes = [one for one in changes if one.key not in moved]
    return trial


def apply(*, actor: User, trial: Trial, readings: Sequence[Reading], taken: Collection[str]) -> Trial:
    """Store a tried workbook, all or nothing. Of the conflicts those in `taken` get the workbook's value, the others stay
    as somebody else has left them. The answer is `done`, or says what is in the way now."""
    chosen = [replace(one, taken=one.key in taken) for one in trial.conflicts]
    changes = [*trial.changes, *(replace(one.change, was=one.stored) for one in chosen if one.taken)]
    answer = Trial(trial.language, changes, list(trial.notes), unchanged=trial.unchanged)
    _attempt(answer, actor, _kinds(readings), whole=True)
    if not answer.done:
        again = {one.key for one in answer.conflicts}
        answer.conflicts += [one for one in chosen if one.key not in again]
        moved = {one.key for one in answer.conflicts}
        answer.changes = [one for one in changes if one.key not in moved]
    return answer


def _attempt(trial: Trial, actor: User, kinds: Kinds, *, whole: bool) -> None:
    """Save the trial's changes and write down what was said about them."""
    typed: dict[int, dict[str, Cell]] = {}
    for one in trial.changes:
        typed.setdefault(one.report, {})[one.name] = Cell(one.text, one.was)
    answers = cells.save(
        actor=actor, typed=typed, language=trial.language, all_or_nothing=whole, reason=REASON
    )
    trial.done = whole and all(answer.clean for answer in answers.values())
    changes = {one.key: one for one in trial.changes}
    for pk, answer in answers.items():
        _hear(trial, pk, answer, changes, kinds)


def _hear(trial: Trial, pk: int, answer: Answer, changes: Mapping[str, Change], kinds: Kinds) -> None:
    if answer.closed:
        first = next(one for one in trial.changes if one.report == pk)
        trial.faults.append(Fault(first.where, f"{first.code}: {answer.closed}"))
        return
    for name, sentence in answer.refused.items():
        trial.faults.append(Fault(changes[key_of(pk, name)].where, sentence))
    for name, found in answer.conflicts.items():
        change = changes[key_of(pk, name)]
        kind, words = kinds[change.key]
        told = {
            "person": found.by or NOTHING,
            "at": moment(found.at),
            "stored": shown(kind, found.stored, words, trial.language) or NOTHING,
            "value": change.new or NOTHING,
        }
        trial.conflicts.append(Conflict(change, found.stored, say("workbook.conflict", told)))


def _warn(trial: Trial) -> None:
    """Warnings on the reports as they stand within the trial."""
    changes = {one.key: one for one in trial.changes}
    codes = {one.report: one.code for one in trial.changes}
    with connection.cursor() as cursor:
        for pk, facts in figures.load(cursor, list(codes)).items():
            for finding in rules.check(facts, figures.POLICY):
                if finding.severity == WARN:
                    change = changes.get(key_of(pk, cells.field_of(finding)))
                    where = change.where if change else codes[pk]
                    trial.warnings.append(Fault(where, say(finding.code, finding.params)))


def _kinds(readings: Iterable[Reading]) -> Kinds:
    """What each cell takes, and the list it is chosen from."""
    found: dict[str, tuple[Kind, Mapping[str, str]]] = {}
    words: dict[str, dict[str, str]] = {}
    for reading in readings:
        words = words or lists(reading)
        for row, column, name in cells_of(reading):
            if kind := row.kind(column):
                found[key_of(reading.id, name)] = kind, words.get(column.list, {})
    return found


def packed(trial: Trial, *, user: User, month: str) -> str:
    """The trial for the person's page, signed: nobody else's, no other month's, and not for ever."""
    told = {
        "at": database_now().isoformat(),
        "language": trial.language,
        "unchanged": trial.unchanged,
        "notes": trial.notes,
        "changes": [astuple(one) for one in trial.changes],
        "conflicts": [(astuple(one.change), one.stored, one.sentence) for one in trial.conflicts],
    }
    return signing.dumps(told, salt=f"{SALT}.{user.pk}.{month}", compress=True)


def unpacked(text: str, *, user: User, month: str) -> Trial:
    """The trial that a page brings back; raises PreviewGone."""
    try:
        told = signing.loads(text, salt=f"{SALT}.{user.pk}.{month}")
    except signing.BadSignature as error:
        raise PreviewGone from error
    if database_now() - datetime.fromisoformat(told["at"]) > LASTS:
        raise PreviewGone
    return Trial(
        told["language"],
        [Change(*one) for one in told["changes"]],
        told["notes"],
        conflicts=[Conflict(Change(*change), stored, said) for change, stored, said in told["conflicts"]],
        unchanged=told["unchanged"],
    )
