"""The bureau's extension from the board: a grant with its reason and note, and the calendar's own move of the deadlines.

The same two services as for an outage and for a request (`workflow.granting`, `submissions.calendar.extend`), one grant for each
agency, so that each is revoked, shown and proved by itself. Heads ask by a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from approvals import notices
from approvals.asking_law import RequestRefused, check_extension, check_reason, printed
from approvals.asking_rules import LONGEST, end_of, local_day
from ledger.clock import now
from portal.board.acting import EXTEND, BoardRefused, Line, Result, Target, once
from registry.models import FiscalYear, Office, Post, User
from submissions.calendar import CalendarRefused, extend, policy_of
from workflow import granting
from workflow.granting import GrantRefused
from workflow.models import Grant

LONGEST_NOTE = 80


@dataclass(frozen=True, slots=True)
class Later:
    """What the bureau typed: the new last day for signatures, why, and the number of the note."""

    until: date | None
    reason: str
    document_no: str


def check(later: Later, year: FiscalYear) -> date:
    """The new last day; raises BoardRefused or RequestRefused for what can be extended nobody."""
    today = local_day(policy_of(year), now())
    if later.until is None or later.until <= today:
        raise RequestRefused("asking.until_past", {"today_on": today.isoformat()})
    if later.until > today + LONGEST:
        raise RequestRefused("asking.until_far", {"last_on": (today + LONGEST).isoformat()})
    check_reason(later.reason)
    if not later.document_no.strip():
        raise BoardRefused("board.note")
    if len(later.document_no.strip()) > LONGEST_NOTE:
        raise BoardRefused(
            "board.note_long", {"length": len(later.document_no.strip()), "longest": LONGEST_NOTE}
        )
    return later.until


def extend_ticked(
    *, actor: User, office: Office, year: FiscalYear, targets: Sequence[Target], later: Later, key: str
) -> int:
    """Move the deadline of a month for each of these agencies; returns the number of the result, which says who and who not.

    Raises what `check` raises. An agency whose month cannot be moved is left out with its reason.
    """
    until = check(later, year)
    asked = [
        year.pk,
        sorted((one.unit.pk, one.month) for one in targets),
        str(until),
        later.reason,
        later.document_no,
    ]
    return once(
        actor=actor,
        verb=EXTEND,
        key=key,
        asked=asked,
        reason=later.reason,
        act=lambda: _extended(actor, office, year, targets, later, key),
    )


def _extended(
    actor: User, office: Office, year: FiscalYear, targets: Sequence[Target], later: Later, key: str
) -> Result:
    lines = [_one(actor, office, year, target, later, key) for target in targets]
    count = sum(line.done for line in lines)
    until_on = str(later.until)
    code = "board.extended" if count else "board.extended_none"
    return Result(EXTEND, code, {"count": count, "until_on": until_on} if count else {}, tuple(lines))


def _one(actor: User, office: Office, year: FiscalYear, target: Target, later: Later, key: str) -> Line:
    name, until = target.unit.name, later.until
    if target.period is None or until is None:
        return Line(name, target.slug, "board.extended_no_period", {}, False)
    try:
        with transaction.atomic():
            check_extension(target.unit, year, target.month, until, now())
            _moved(actor, office, year, target, later, f"board-{key[:32]}-{target.unit.pk}")
    except (RequestRefused, CalendarRefused, GrantRefused) as refused:
        return Line(name, target.slug, refused.code, refused.params, False)
    return Line(name, target.slug, "board.extended_one", {"until_on": until.isoformat()}, True)


def _moved(actor: User, office: Office, year: FiscalYear, target: Target, later: Later, key: str) -> None:
    policy, until = policy_of(year), later.until or date.min
    grant = granting.give(
        key=key,
        kind=Grant.Kind.EXTENSION,
        actor=actor,
        office=printed(office),
        scope_path=target.unit.path,
        subjects=[target.slug],
        reason=later.reason,
        document_no=later.document_no.strip(),
        params={"board": True, "month": target.month},
        expires_at=end_of(policy, until),
    )
    extend(
        fiscal_year=year,
        month=target.month,
        agencies=[target.unit],
        new_due=until,
        reason=grant.reason,
        grant=grant,
        actor=actor,
    )
    heads = Office.objects.filter(unit=target.unit, role=Post.Role.AGENCY_HEAD).select_related("person")
    params = {
        "person": actor.name, "office": printed(office), "month": target.slug, "agency": target.unit.name,
        "until_on": until.isoformat(), "number": grant.document_no, "reason": grant.reason,
    }  # fmt: skip
    people = [one.person for one in heads if one.person_id != actor.pk]
    notices.tell(
        event=f"board.extended:{grant.key}",
        code="notice.board.extended",
        to=notices.everyone(people, params, f"/calendar/?month={target.slug}"),
    )


def first_day(year: FiscalYear) -> date:
    """The first day that may be proposed: tomorrow, in the government's zone."""
    return local_day(policy_of(year), now()) + timedelta(days=1)
