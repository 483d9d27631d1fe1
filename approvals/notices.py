"""The one way to be told: a notice in the app for each event and person, and a letter for those who want one at once.

What must be acted on at once (`urgent`) is always written at once: a return, a request that waits for an answer, the calendar's
reminders. Everything else keeps to the person's rhythm: at once, gathered once a day or a week (`approvals.gathering`), or in
the app only. A letter is a matter of its own: no mail server that is down takes the notice away, or tells anybody twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.models import Letter, Notice, Preference
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from workflow.models import Outbox
from workflow.outbox import nudge

LETTER = "letter"  # topic of the outbox


@dataclass(frozen=True, slots=True)
class To:
    """One person, what is said to him and where it leads. `params` are JSON."""

    person: User
    params: Mapping[str, Any]
    link: str


def everyone(people: Iterable[User], params: Mapping[str, Any], link: str) -> list[To]:
    """The same for each of these."""
    return [To(person, params, link) for person in people]


def tell(
    *,
    event: str,
    code: str,
    to: Sequence[To],
    urgent: bool = False,
    together: str = "",
    earliest: datetime | None = None,
) -> None:
    """Tell people of an event, by the code of its sentence; again, it tells nobody anything new.

    Who has no active account is not told. `together`: what one act did to many things comes as one letter. `earliest`: no letter
    before. A fixed number of statements for any number of people.
    """
    told = {f"{event}:{one.person.pk}": one for one in to if one.person.is_active}
    if not told:
        return
    at = now()
    with recorded(None):
        Notice.objects.bulk_create(
            [
                Notice(key=key, person=one.person, code=code, params=one.params, link=one.link, created_at=at)
                for key, one in sorted(told.items())
            ],
            ignore_conflicts=True,
        )
        fresh = Notice.objects.filter(key__in=list(told), letter=None, mailed_at=None)
        people = [one.person for one in told.values() if one.person.email]
        now_on = {person.pk for person in people} if urgent else _at_once(people)
        due = [one for one in fresh.order_by("person_id") if one.person_id in now_on]
        if due:
            _write(due, together, at, max(at, earliest or at))


def mail(row: Outbox) -> None:
    """A letter for one notice, as rows ask for it that were written before there were letters."""
    at = now()
    notice = Notice.objects.get(pk=row.payload["id"])
    if notice.letter_id is None and notice.mailed_at is None:
        with recorded(None):
            _write([notice], "", at, at)


def _at_once(people: Iterable[User]) -> set[int]:
    """Those who want every letter at once; who never said anything does."""
    known = {person.pk for person in people}
    others = Preference.objects.filter(person__in=known).exclude(rhythm=Preference.Rhythm.AT_ONCE)
    return known - set(others.values_list("person", flat=True))


def _write(notices: Sequence[Notice], together: str, at: datetime, earliest: datetime) -> None:
    """Put each notice into the letter of its act, or into one of its own when that one is on its way already."""
    joined = _letters(
        {f"{together}:{one.person_id}": one for one in notices} if together else {}, at, earliest
    )
    alone = {one.key: one for one in notices if one.pk not in joined}
    joined |= _letters(alone, at, earliest)
    for one in notices:
        one.letter_id = joined.get(one.pk)
    Notice.objects.bulk_update(notices, ["letter"])
    nudge()


def _letters(wanted: Mapping[str, Notice], at: datetime, earliest: datetime) -> dict[int, int]:
    """The letters by these keys, made where missing: notice -> letter, for those that nobody began to send."""
    if not wanted:
        return {}
    Letter.objects.bulk_create(
        [Letter(key=key, person_id=one.person_id, created_at=at) for key, one in wanted.items()],
        ignore_conflicts=True,
    )
    letters = dict(Letter.objects.filter(key__in=list(wanted)).values_list("pk", "key"))
    Outbox.objects.bulk_create(
        [
            Outbox(key=f"{LETTER}:{pk}", topic=LETTER, payload={"id": pk}, created_at=at, not_before=earliest)
            for pk in sorted(letters)
        ],
        ignore_conflicts=True,
    )
    rows = Outbox.objects.select_for_update().filter(
        key__in=[f"{LETTER}:{pk}" for pk in letters], attempts=0, done_at=None
    )
    open_now = {row.payload["id"] for row in rows.order_by("pk")}
    return {wanted[key].pk: pk for pk, key in letters.items() if pk in open_now}
