"""Letters that gather: once a day or once a week, what a person was told meanwhile and has not read, as one letter.

They are made at seven in the morning of a working day by the government's own clock and holidays (the weekly ones on the first
working day of the week), from what was there at that moment. A worker that stood still makes them later the same day; on a day
without one, the next day's letter has it all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from approvals.dead_letters import tell_of_dead_letters
from approvals.models import Letter, Notice, Preference
from approvals.notices import LETTER
from ledger.clock import now
from ledger.recording import recorded
from registry.models import FiscalYear, Government, Office, Reach, User
from submissions.calendar import policy_of
from submissions.moments import CalendarPolicy, is_working_day, is_working_hour
from workflow.models import Outbox
from workflow.outbox import nudge

SEVEN = time(7)
# What was not read in so long is history: the app has it.
KEPT_FOR = timedelta(days=31)


def gather() -> int:
    """Make the letters of this morning, each once; tell administrators of dead letters. Returns how many were made."""
    at = now()
    made = 0
    for government in Government.objects.order_by("pk"):
        morning = morning_of(government, at)
        if morning is None:
            continue
        rhythms = [Preference.Rhythm.DAILY, *([Preference.Rhythm.WEEKLY] if morning.first_of_week else [])]
        made += _letters(government, rhythms, morning.at, f"{morning.day}")
        tell_of_dead_letters(f"{morning.day}")
    return made


@dataclass(frozen=True, slots=True)
class Morning:
    """Seven in the morning of a working day, by a government's own clock and holidays."""

    at: datetime
    day: date
    first_of_week: bool


def morning_of(government: Government, at: datetime) -> Morning | None:
    """The morning of a moment in working hours; None in the night, on a day off, and before anything is planned."""
    policy = _policy(government, at)
    if policy is None or not is_working_hour(policy, at):
        return None
    zone = ZoneInfo(government.time_zone)
    day = at.astimezone(zone).date()
    morning = datetime.combine(day, SEVEN, tzinfo=zone).astimezone(UTC)
    if at < morning:
        return None
    earlier = [day - timedelta(days=back) for back in range(1, day.weekday() + 1)]
    return Morning(morning, day, not any(is_working_day(policy, one) for one in earlier))


def _policy(government: Government, at: datetime) -> CalendarPolicy | None:
    years = FiscalYear.objects.filter(government=government, start_date__lte=at.date())
    newest = years.order_by("-start_date").first()
    return policy_of(newest) if newest else None


def _letters(government: Government, rhythms: Sequence[str], morning: datetime, day: str) -> int:
    """One letter for each person of this government who has something unread; a fixed number of statements."""
    at = now()
    with recorded(None):
        waiting = Notice.objects.filter(
            letter=None, mailed_at=None, read_at=None, created_at__lt=morning, created_at__gte=morning - KEPT_FOR,
            person__in=_people(government, rhythms),
        )  # fmt: skip
        people = sorted(set(waiting.values_list("person", flat=True)))
        keys = {f"gathered:{person}:{day}": person for person in people}
        known = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
        letters = Letter.objects.bulk_create(
            [
                Letter(key=key, person_id=person, digest=True, created_at=at)
                for key, person in keys.items()
                if key not in known
            ]
        )
        if not letters:
            return 0
        mine = Letter.objects.filter(pk__in=[one.pk for one in letters], person=OuterRef("person"))
        waiting.filter(person__in=[one.person_id for one in letters]).update(
            letter=Subquery(mine.values("pk")[:1])
        )
        Outbox.objects.bulk_create(
            [
                Outbox(
                    key=f"{LETTER}:{one.pk}", topic=LETTER, payload={"id": one.pk}, created_at=at, not_before=at
                )
                for one in letters
            ]
        )  # fmt: skip
        nudge()
    return len(letters)


def _people(government: Government, rhythms: Sequence[str]) -> list[int]:
    """Active people with an address and one of these rhythms whose first office or grant is in this government; of who has
    neither, those of the installation's."""
    office = (
        Office.objects.filter(person=OuterRef("pk")).order_by("unit__government").values("unit__government")
    )
    grant = (
        Reach.objects.filter(person=OuterRef("pk")).order_by("unit__government").values("unit__government")
    )
    first = Government.objects.order_by("pk").values("pk")
    people = User.objects.filter(is_active=True, preference__rhythm__in=rhythms).exclude(email="")
    sources = (Subquery(one[:1]) for one in (office, grant, first))
    homes = people.annotate(home=Coalesce(*sources, output_field=BigIntegerField()))
    # Who comes second waits here, and then finds the letters made.
    return list(homes.filter(home=government.pk).select_for_update(of=("self",)).values_list("pk", flat=True))
