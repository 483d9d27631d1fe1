"""Reminder letters I, II and III to agencies whose month is overdue (domain.md 5.1): numbered, made once, told to the head."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from approvals import notices
from approvals.asking_rules import end_of, evening_after, local_day
from ledger.clock import now
from portal.board.acting import LETTERS, Line, Result, Standing, Target, once
from portal.board.letter_paper import Written, printed_letter
from portal.models import ReminderLetter
from registry.models import FiscalYear, Office, Post, User
from submissions.calendar import policy_of
from submissions.holding import CAPACITIES
from submissions.models import Period, Report
from submissions.moments import CalendarPolicy, late_workdays
from wording.board_sentences import LEVELS
from workflow.route import CANCELLED, PUBLISHED, SUPERSEDED

LISTED = 200  # letters on the page of letters
DAYS_TO_ANSWER = 3  # working days, as a reopening lasts (domain.md 3.1)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('reminder letters ' || %s))"


class LetterRefused(Exception):
    """No letter for this agency's month: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


@dataclass(frozen=True, slots=True)
class Signer:
    """The office whose signature a letter waits for, and its holder."""

    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Owed:
    """How many reports of a period are required, and how many of them are not published."""

    required: int
    missing: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A letter as it would be made, or why not; `before` is the same letter where it was made already."""

    target: Target
    owed: Owed
    late: int = 0
    before: ReminderLetter | None = None
    code: str = ""
    params: Mapping[str, Any] | None = None

    @property
    def possible(self) -> bool:
        return not self.code and self.before is None


def signer_of(office: Office) -> Signer | None:
    """Who signs for the bureau: the office above it, else the government's leader who has another one above him, else any."""
    posts = Post.objects.filter(
        Q(below=office.post_id) | Q(role=Post.Role.LEADER, unit=office.unit_id)
    ).distinct()
    above = list(posts.annotate(bureau=Count("below", filter=Q(below=office.post_id))).order_by("pk"))
    above.sort(key=lambda post: (not post.bureau, post.superior_id is None, post.pk))
    if not above:
        return None
    held = Office.objects.filter(post=above[0]).select_related("person").first()
    prefix = CAPACITIES.get(held.capacity, "") if held else ""
    return Signer(f"{prefix}{above[0].title}", held.person.name if held else "")


def proposals(targets: Sequence[Target], level: int, year: FiscalYear) -> list[Proposal]:
    """What a letter of this level would say to each, or why there is none. Four statements for any number."""
    policy, at = policy_of(year), now()
    periods = [one.period for one in targets if one.period]
    owed, sent = _owed(year, periods), _sent([one.pk for one in periods])
    return [_proposal(target, level, owed, sent, policy, at) for target in targets]


def make_ticked(
    *, actor: User, office: Office, year: FiscalYear, targets: Sequence[Target], level: int, key: str
) -> int:
    """Make the letter of this level for each agency's month where that is right; returns the number of the result.

    What was made before is the same letter. Raises LetterRefused when nobody could sign.
    """
    signer = signer_of(office)
    if signer is None:
        raise LetterRefused("board.letter_signer")
    asked = [year.pk, level, sorted((one.unit.pk, one.month) for one in targets)]
    return once(
        actor=actor,
        verb=LETTERS,
        key=key,
        asked=asked,
        act=lambda: _made(actor, year, targets, level, signer),
    )


def _made(actor: User, year: FiscalYear, targets: Sequence[Target], level: int, signer: Signer) -> Result:
    with connection.cursor() as cursor:  # one after the other, so that numbers have no gap and none is double
        cursor.execute(LOCK, [str(year.pk)])
    kept: list[ReminderLetter] = []
    try:
        lines = [_one(actor, year, one, level, signer, kept) for one in proposals(targets, level, year)]
    except BaseException:  # what is rolled back leaves no file behind
        for letter in kept:
            letter.file.delete(save=False)
        raise
    made = sum(line.code == "board.letter_made" for line in lines)
    code = "board.letters" if made else "board.letters_none"
    return Result(LETTERS, code, {"count": made} if made else {}, tuple(lines))


def _one(
    actor: User, year: FiscalYear, one: Proposal, level: int, signer: Signer, kept: list[ReminderLetter]
) -> Line:
    name, slug = one.target.unit.name, one.target.slug
    if one.before:
        params: dict[str, Any] = {"level": LEVELS[level], "number": one.before.document_no}
        return Line(name, slug, "board.letter_before", params | {"token": one.before.token}, True)
    if one.code or one.target.period is None:
        return Line(name, slug, one.code, dict(one.params or {}), False)
    letter = _letter(actor, year, one, one.target.period, level, signer)
    kept.append(letter)
    letter.save()
    _tell(actor, letter, one.target)
    told = {
        "level": LEVELS[level], "number": letter.document_no, "until_on": letter.answer_until.isoformat(),
        "token": letter.token,
    }  # fmt: skip
    return Line(name, slug, "board.letter_made", told, True)


def _letter(
    actor: User, year: FiscalYear, one: Proposal, period: Period, level: int, signer: Signer
) -> ReminderLetter:
    """The row, not saved yet, with its file."""
    policy, at = policy_of(year), now()
    mine = ReminderLetter.objects.filter(period__fiscal_year=year)
    number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    letter = ReminderLetter(
        period=period,
        level=level,
        number=number,
        document_no=f"{number:03}/ST-{LEVELS[level]}/{year.government.code}/{year.label}",
        required=one.owed.required,
        missing=one.owed.missing,
        answer_until=local_day(policy, evening_after(policy, at, DAYS_TO_ANSWER)),
        signer_title=signer.title,
        signer_name=signer.name,
        made_by=actor,
        made_at=at,
    )
    written = Written(letter, year, one.target.slug, one.late, _earlier(period, level), local_day(policy, at))
    content = printed_letter(written)
    letter.sha256 = hashlib.sha256(content).hexdigest()
    letter.file.save(f"{letter.token}.pdf", ContentFile(content), save=False)
    return letter


def _tell(actor: User, letter: ReminderLetter, target: Target) -> None:
    heads = Office.objects.filter(unit=target.unit, role=Post.Role.AGENCY_HEAD).select_related("person")
    params = {
        "level": LEVELS[letter.level], "number": letter.document_no, "missing": letter.missing, "required": letter.required,
        "agency": target.unit.name, "month": target.slug, "until_on": letter.answer_until.isoformat(),
    }  # fmt: skip
    people = [one.person for one in heads if one.person_id != actor.pk]
    notices.tell(
        event=f"board.letter:{letter.document_no}",
        code="notice.board.letter",
        to=notices.everyone(people, params, reverse("board:letter", args=[letter.token])),
        urgent=True,
    )


def _earlier(period: Period, level: int) -> list[ReminderLetter]:
    return list(ReminderLetter.objects.filter(period=period, level__lt=level).order_by("level"))


def _owed(year: FiscalYear, periods: Sequence[Period]) -> dict[int, Owed]:
    """What each agency owes of its month, as the board counts it: of the sub-activities that are its own today, also while they
    were another agency's."""
    done = Count("pk", filter=Q(state__in=(PUBLISHED, SUPERSEDED)))
    found = Report.objects.filter(
        period__fiscal_year=year,
        period__month__in={one.month for one in periods},
        item__unit__agency__in={one.agency_id for one in periods},
        revision=0,
    ).exclude(state=CANCELLED)
    rows = found.values_list("item__unit__agency", "period__month")
    owed = {
        (agency, month): Owed(required, required - published)
        for agency, month, required, published in rows.annotate(required=Count("pk"), done=done).order_by()
    }
    return {one.pk: owed.get((one.agency_id, one.month), Owed(0, 0)) for one in periods}


def _sent(periods: Sequence[int]) -> dict[int, dict[int, ReminderLetter]]:
    found: dict[int, dict[int, ReminderLetter]] = {}
    for one in ReminderLetter.objects.filter(period__in=periods):
        found.setdefault(one.period_id, {})[one.level] = one
    return found


def _proposal(
    target: Target, level: int, owed: Mapping[int, Owed], sent: Mapping[int, Mapping[int, ReminderLetter]],
    policy: CalendarPolicy, at: datetime,
) -> Proposal:  # fmt: skip
    period = target.period
    if period is None:
        return Proposal(target, Owed(0, 0), code="board.letter_no_period")
    mine, letters = owed.get(period.pk, Owed(0, 0)), sent.get(period.pk, {})
    late = late_workdays(period.sign_due, at, policy)
    code, params = _objection(period, mine, late, level, letters, policy, at)
    return Proposal(target, mine, late, letters.get(level), code, params)


def _objection(
    period: Period, owed: Owed, late: int, level: int, sent: Mapping[int, ReminderLetter], policy: CalendarPolicy, at: datetime
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Why there is no such letter now; nothing where there is one already, which never changes."""
    if level in sent:
        return "", {}
    if not owed.missing:
        return "board.letter_complete", {}
    if not late:
        return "board.letter_not_overdue", {"due_at": period.sign_due.isoformat()}
    before = sent.get(level - 1)
    if level > 1 and before is None:
        return "board.letter_first", {"before": LEVELS[level - 1]}
    if before and at <= end_of(policy, before.answer_until):
        told = {
            "before": LEVELS[level - 1],
            "number": before.document_no,
            "until_on": _on(before.answer_until),
        }
        return "board.letter_running", told
    return "", {}


def _on(day: date) -> str:
    return day.isoformat()


# --- Reading ---------------------------------------------------------------------------------------------


def visible_to(user: User, place: Standing) -> QuerySet[ReminderLetter]:
    """Letters that one made oneself, all of the government for the bureau, those to one's agency for its head."""
    mine = Q(made_by=user)
    if place.bureau:
        mine |= Q(period__agency__government=place.bureau.unit.government_id)
    agencies = [one.unit_id for one in place.heads]
    found = ReminderLetter.objects.filter(mine | Q(period__agency__in=agencies))
    return found.select_related("period__agency", "period__fiscal_year__government", "made_by").order_by(
        "-pk"
    )


def content_of(letter: ReminderLetter) -> bytes | None:
    """The letter's bytes, as long as they are what was made; None when the file is missing or damaged."""
    try:
        with letter.file.open("rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == letter.sha256 else None
