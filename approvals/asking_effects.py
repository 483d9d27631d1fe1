"""What a request turns into: its row with its file, and the one grant it may end in."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.core.files.base import ContentFile

from approvals import asking_law, correcting
from approvals.asking_law import RequestRefused, Wish
from approvals.asking_models import Request, RequestAct
from approvals.asking_rules import AMENDMENT, BY_DAY, EXTENSION, REOPENING, end_of, evening_after, local_day
from ledger.clock import now
from registry.models import User
from submissions.calendar import extend, policy_of
from submissions.evidence import checked
from workflow import granting
from workflow.models import Grant


def as_asked(wish: Wish, actor: User, amount: Decimal, weighty: Sequence[str], moment: datetime) -> Request:
    """The row of a wish, not saved yet, its file checked. Raises FileRefused."""
    case = Request(
        kind=wish.kind,
        fiscal_year=wish.fiscal_year,
        agency=wish.agency,
        months=sorted({one.month for one in wish.changes} or set(wish.months)),
        items=sorted({one.item for one in wish.changes} or set(wish.items)),
        category=wish.category if wish.kind == AMENDMENT else "",
        changes=[one.as_json() for one in wish.changes],
        person=wish.person,
        until=end_of(policy_of(wish.fiscal_year), wish.until) if wish.until and wish.kind in BY_DAY else None,
        days=None if wish.kind in BY_DAY else wish.days,
        reason=wish.reason.strip(),
        document_no=wish.document_no.strip()[:80],
        amount=amount,
        weighty=list(weighty),
        asked_by=actor,
        asked_name=actor.name,
        asked_post_id=wish.office.post_id,
        asked_office=asking_law.printed(wish.office),
        asked_at=moment,
    )
    if wish.upload:
        content, _mime, extension = checked(wish.upload)
        case.file_name = (wish.upload.name or "")[-200:]
        case.file_sha256 = hashlib.sha256(content).hexdigest()
        case.file.save(f"{case.token}{extension}", ContentFile(content), save=False)
    return case


def forget_file(case: Request) -> None:
    """A request that came to nothing leaves no file behind."""
    if case.file:
        case.file.delete(save=False)


def check_still_possible(case: Request) -> None:
    """Raises RequestRefused when the grant would already be over: then only a refusal makes sense."""
    moment = now()
    if case.kind == EXTENSION and case.until:
        until = local_day(policy_of(case.fiscal_year), case.until)
        asking_law.check_extension(case.agency, case.fiscal_year, case.months[0], until, moment)
    elif case.until and case.until <= moment:
        raise RequestRefused("asking.over", {"until_at": case.until.isoformat()})
    elif case.kind == REOPENING:
        asking_law.check_reopening(case.agency, case.fiscal_year, case.months)
    elif case.kind == AMENDMENT:
        check_correction(case)


def check_correction(case: Request) -> None:
    """Raises RequestRefused when other values are published by now, or when what is proposed would break a month (V-60)."""
    changes = correcting.changes_of(case.changes)
    if correcting.stale(changes):
        raise RequestRefused("asking.change_stale")
    if any(finding.blocks for one in correcting.effects_of(changes) for finding in one.findings):
        raise RequestRefused("asking.breaks")


def give(case: Request) -> Grant:
    """The grant of a request on which all agreed, given by whose answer was the last; an extension moves the deadline."""
    answers = list(case.acts.select_related("actor").filter(kind=RequestAct.Kind.AGREED))
    policy = policy_of(case.fiscal_year)
    grant = granting.give(
        key=key_of(case),
        kind=case.kind,
        actor=answers[-1].actor,
        office=answers[-1].office,
        scope_path=case.agency.path,
        subjects=asking_law.subjects_of(case),
        person=case.person,
        reason=case.reason,
        document_no=case.document_no,
        params={"request": case.pk, "answers": [one.pk for one in answers], "changes": case.changes},
        expires_at=case.until or evening_after(policy, now(), case.days or 1),
    )
    if case.kind == EXTENSION:
        extend(
            fiscal_year=case.fiscal_year,
            month=case.months[0],
            agencies=[case.agency],
            new_due=local_day(policy, grant.expires_at),
            reason=case.reason,
            grant=grant,
            actor=answers[-1].actor,
        )
    return grant


def revoke(case: Request, actor: User, reason: str) -> None:
    """End the grant of a request. A deadline that was moved stays: people have planned by it."""
    if case.kind == EXTENSION:
        raise RequestRefused("asking.extension_stays")
    granting.revoke(grant=grant_of(case), actor=actor, reason=reason)


def grant_of(case: Request) -> Grant:
    """The grant that a request ended in; Grant.DoesNotExist before."""
    return Grant.objects.get(key=key_of(case))


def grants_of(cases: Sequence[Request]) -> dict[int, Grant]:
    """The grants of several requests, by the request's id."""
    keys = {key_of(case): case.pk for case in cases}
    return {keys[grant.key]: grant for grant in Grant.objects.filter(key__in=keys)}


def key_of(case: Request) -> str:
    """The key that makes a request end in one grant and no more."""
    return f"request-{case.pk}"
