"""The satisfaction survey: taking answers in, and what they add up to. Nobody is named; few answers are not shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from ledger.clock import now
from ledger.recording import recorded
from portal.models import SurveyAnswer
from portal.voices.ikm import ELEMENTS, Index, hidden, index
from portal.voices.rights import standing
from portal.voices.senders import DAY, HOUR, VoiceRefused, not_too_often, one_at_a_time, unnamed
from registry.models import Unit, User
from submissions.moments import zone_of

LIMITS: Mapping[timedelta, int] = {HOUR: 5, DAY: 10}  # answers for one unit from one connection


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three calendar months, 1 to 4 of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter of a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def slug(self) -> str:
        """As in addresses: "2026-1"."""
        return f"{self.year}-{self.number}"

    @property
    def months(self) -> tuple[int, int]:
        """The first and the last calendar month."""
        return self.number * 3 - 2, self.number * 3


@dataclass(frozen=True, slots=True)
class Place:
    """A district, or "" for who did not say where he lives; without an index its answers are too few to be shown."""

    name: str
    index: Index | None


def answer(
    *, unit: Unit, scores: Sequence[int], district: Unit | None, comment: str, sender: str, token: str = ""
) -> SurveyAnswer:
    """Keep one answer; raises VoiceRefused too often. `token`: the name of its form; the same form again is the same answer."""
    with unnamed():
        one_at_a_time(sender)
        before = SurveyAnswer.objects.filter(token=token).first() if token else None
        if before:
            return before
        at = now()
        if sender:
            sent = SurveyAnswer.objects.filter(sender=sender, unit=unit)
            try:
                not_too_often(sent, "at", at, dict(LIMITS))
            except VoiceRefused as refused:
                raise VoiceRefused("voices.survey_often", refused.params) from refused
        return SurveyAnswer.objects.create(
            **({"token": token} if token else {}), unit=unit, district=district, scores=list(scores),
            comment=comment, day=at.astimezone(zone_of(unit.government.time_zone)).date(), sender=sender, at=at,
        )  # fmt: skip


def erase_comment(*, actor: User, unit: Unit, answer: int) -> None:
    """Delete a comment's words for good; the scores stay. For the bureau of the unit's government; VoiceRefused for all others,
    and when there is no such comment."""
    with recorded(actor):
        if not standing(actor).moderates(unit):
            raise VoiceRefused("voices.office")
        said = (
            SurveyAnswer.objects.select_for_update().filter(pk=answer, unit=unit).exclude(comment="").first()
        )
        if said is None:
            raise VoiceRefused("survey.no_comment")
        said.comment = ""
        said.save(update_fields=["comment"])


SUMS = ", ".join(f"sum(a.scores[{place}])" for place in range(1, ELEMENTS + 1))
# Of the unit itself: what units below it have, taken from a sum that is shown, would tell of few.
BY_QUARTER = f"""
SELECT extract(year FROM a.day)::int, extract(quarter FROM a.day)::int, count(*), {SUMS}
FROM portal_surveyanswer a WHERE a.unit_id = %s GROUP BY 1, 2 ORDER BY 1 DESC, 2 DESC"""  # noqa: S608 - numbers of columns
BY_DISTRICT = f"""
SELECT a.district_id, d.name, count(*), {SUMS}
FROM portal_surveyanswer a LEFT JOIN registry_unit d ON d.id = a.district_id
WHERE a.unit_id = %s AND a.day >= %s AND a.day < %s GROUP BY 1, 2 ORDER BY 2 NULLS LAST"""  # noqa: S608 - numbers of columns


def by_quarter(unit: Unit) -> dict[Quarter, Index | None]:
    """The index of each quarter in which somebody answered, the newest first; None where they are too few. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(BY_QUARTER, [unit.pk])
        return {Quarter(year, number): index(count, sums) for year, number, count, *sums in cursor.fetchall()}


def by_district(unit: Unit, quarter: Quarter) -> list[Place]:
    """The same of one quarter by where people live. So that the whole betrays nobody, one more district may stay unshown."""
    first = date(quarter.year, quarter.months[0], 1)
    following = date(quarter.year + quarter.number // 4, quarter.number % 4 * 3 + 1, 1)
    with connection.cursor() as cursor:
        cursor.execute(BY_DISTRICT, [unit.pk, first, following])
        rows = cursor.fetchall()
    unseen = hidden({pk: count for pk, _name, count, *_sums in rows})
    return [
        Place(name or "", None if pk in unseen else index(count, sums)) for pk, name, count, *sums in rows
    ]
