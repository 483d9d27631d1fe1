"""Appointing people to posts, ending and prolonging that, and letting many change at once.

Each trial is the very write that follows, rolled back: what it refuses is what the write would refuse, and what it would do
to open reports is read where it is done. One change of assignments at a time in a government, imports included.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from approvals.offices_effects import Effects, effects_of, seats_of
from approvals.offices_law import (
    Authority,
    OfficeRefused,
    Wish,
    authority_of,
    day_in,
    mark_of,
    may_rotate,
    objections,
    warnings,
)
from approvals.offices_notices import APPOINTED, CORRECTED, ENDED, PROLONGED, Change, announce
from ledger.recording import recorded
from registry.imports.people import import_people
from registry.imports.problems import Problem, Result, Written
from registry.imports.writing import Writer
from registry.models import Assignment, Government, User

FIELDS = (
    "person", "kind", "decree_no", "decree_date", "decree_file", "decree_name", "decree_sha256", "valid_from", "valid_to",
)  # fmt: skip


@dataclass(slots=True)
class Trial:
    """What a wish would do. `mark`: how the post stood when it was tried."""

    refused: list[OfficeRefused]
    warnings: list[OfficeRefused] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)
    mark: str = ""


@dataclass(slots=True)
class Rotation:
    """What a rotation file would do, or did. `mark` names the file and all that it changes."""

    result: Result
    effects: Effects = field(default_factory=Effects)
    mark: str = ""

    @property
    def errors(self) -> list[Problem]:
        return self.result.errors


# --- One appointment -------------------------------------------------------------------------------------


def tried(*, actor: User, wish: Wish) -> Trial:
    """What an appointment or a change would do; writes nothing."""
    government = wish.post.unit.government
    day = day_in(government)
    with recorded(actor):
        _alone(government)
        held = authority_of(actor)
        mark = mark_of(wish.post)
        found = _objections(held, wish, day)
        if found:
            return Trial(found, mark=mark)
        before = seats_of(government, day)
        try:
            _write(actor, wish, stored="")
        except IntegrityError:
            return Trial([OfficeRefused("office.busy")], mark=mark)
        effects = effects_of(government, before, seats_of(government, day), day)
        transaction.set_rollback(True)
    return Trial([], warnings(wish, day), effects, mark)


def appoint(*, actor: User, wish: Wish, seen: str) -> Assignment:
    """Give a person a post, or change an assignment, as it was seen (`seen`: the trial's mark).

    The same once more (a second click) answers with what was done. Raises OfficeRefused; leaves no file behind then.
    """
    stored = ""
    try:
        with recorded(actor, wish.note or wish.decree_no):
            _alone(wish.post.unit.government)
            done = _done_before(wish)
            if done:
                return done
            held, day = authority_of(actor), day_in(wish.post.unit.government)
            for refused in _objections(held, wish, day):
                raise refused
            if seen != mark_of(wish.post):
                raise OfficeRefused("office.stale")
            if wish.decree:
                name = f"decrees/{day:%Y}/{wish.decree.sha256[:24]}{wish.decree.ending}"
                stored = default_storage.save(name, ContentFile(wish.decree.content))
            others = list(_relieved(wish))
            made = _write(actor, wish, stored)
            announce([Change(_act(wish, day), made.pk, tuple(others))])
    except IntegrityError as error:
        # The database's own word: somebody wrote past this lock, in the administration.
        _forget(stored)
        raise OfficeRefused("office.busy") from error
    except Exception:
        _forget(stored)
        raise
    return made


def _alone(government: Government) -> None:
    """One change of assignments at a time: two could give one post to two holders. Imports wait for the same row."""
    Government.objects.select_for_update().get(pk=government.pk)


def _objections(held: Authority, wish: Wish, day: date) -> list[OfficeRefused]:
    others = Assignment.objects.filter(post=wish.post).select_related("person")
    if wish.assignment:
        others = others.exclude(pk=wish.assignment.pk)
        if not Assignment.objects.filter(pk=wish.assignment.pk, post=wish.post).exists():
            return [OfficeRefused("office.stale")]
    return objections(held, wish, others, day)


def _done_before(wish: Wish) -> Assignment | None:
    """What a first click has made of the very same wish."""
    same = Assignment.objects.filter(
        post=wish.post, person=wish.person, kind=wish.kind, decree_no=wish.decree_no, decree_date=wish.decree_date,
        valid_from=wish.first, valid_to=wish.last,
    )  # fmt: skip
    if wish.decree:
        same = same.filter(decree_sha256=wish.decree.sha256)
    return same.filter(pk=wish.assignment.pk).first() if wish.assignment else same.first()


def _relieved(wish: Wish) -> Iterable[int]:
    """Whoever holds the post beside or before: he is told as well."""
    concerned = set(
        Assignment.objects.filter(post=wish.post, valid_from__lte=wish.last or date.max)
        .exclude(valid_to__lt=wish.first)
        .values_list("person", flat=True)
    )
    if wish.assignment:
        concerned.add(wish.assignment.person_id)
    return concerned - {wish.person.pk}


def _write(actor: User, wish: Wish, stored: str) -> Assignment:
    # A copy of its own: a trial must not change what the page goes on to show.
    one = Assignment.objects.get(pk=wish.assignment.pk) if wish.assignment else Assignment(post=wish.post)
    one.person, one.kind = wish.person, wish.kind
    one.decree_no, one.decree_date = wish.decree_no, wish.decree_date
    one.valid_from, one.valid_to = wish.first, wish.last
    if wish.decree:
        one.decree_name, one.decree_sha256, one.decree_file = wish.decree.name, wish.decree.sha256, stored
    writer = Writer(actor_id=actor.pk, reason=wish.note)
    with transaction.atomic():
        if wish.assignment:
            writer.update([one], FIELDS)
        else:
            writer.insert([one])
    return one


def _act(wish: Wish, day: date) -> str:
    before = wish.assignment
    if before is None:
        return APPOINTED
    if before.valid_from > day:
        return CORRECTED
    return ENDED if wish.last and (before.valid_to is None or wish.last < before.valid_to) else PROLONGED


def _forget(stored: str) -> None:
    if stored:
        default_storage.delete(stored)


# --- Many at once ----------------------------------------------------------------------------------------


def rotation_tried(*, actor: User, government: Government, content: bytes, name: str) -> Rotation:
    """What a rotation file would do; writes nothing. Raises OfficeRefused for who may not."""
    with recorded(actor):
        found = _rotated(actor, government, content, name)
        transaction.set_rollback(True)
    return found


def rotate(*, actor: User, government: Government, content: bytes, name: str, seen: str) -> Rotation:
    """Apply a rotation file, all or nothing, as it was seen (`seen`: the trial's mark); a second time changes nothing.

    Raises OfficeRefused when the file or what it would do is another than what was seen, or somebody writes past the lock.
    """
    with recorded(actor):
        found = _rotated(actor, government, content, name)
        if found.errors or not found.result.changed:
            transaction.set_rollback(True)
            return found
        if found.mark != seen:
            raise OfficeRefused("office.rotation_moved")
        # Whoever is relieved has a change of his own, so that nobody is told twice.
        announce([Change(_act_of(one), one.assignment.pk) for one in found.result.written])
    return found


def _rotated(actor: User, government: Government, content: bytes, name: str) -> Rotation:
    if not may_rotate(actor):
        raise OfficeRefused("office.bureau_only")
    _alone(government)
    day = day_in(government)
    before = seats_of(government, day)
    try:
        result = import_people(
            source=BytesIO(content), name=name, government=government, locale="id", actor=actor, rotation=True
        )
    except IntegrityError as error:
        # The database's own word: somebody wrote past this lock, in the administration.
        raise OfficeRefused("office.busy") from error
    if result.errors or not result.changed:
        return Rotation(result)
    effects = effects_of(government, before, seats_of(government, day), day)
    return Rotation(result, effects, _mark(content, result))


def _mark(content: bytes, result: Result) -> str:
    """The file's digest and that of every change it makes."""
    changes = [
        (one.assignment.person_id, one.assignment.post_id, one.assignment.kind, one.assignment.valid_from,
         one.assignment.valid_to, one.assignment.decree_no, one.before)
        for one in result.written
    ]  # fmt: skip
    told = hashlib.sha256(repr(sorted(map(repr, changes))).encode()).hexdigest()
    return f"{hashlib.sha256(content).hexdigest()}.{told}"


def _act_of(one: Written) -> str:
    if one.before is None:
        return APPOINTED
    last, before = one.assignment.valid_to, one.before[-1]
    return ENDED if last and (before is None or last < before) else PROLONGED
