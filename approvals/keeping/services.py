"""Placing and releasing holds, listing what may go, approving it, asking for a bundle. Each act once, whatever is clicked."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError

from approvals.keeping import rules, things
from approvals.keeping.law import KeepingRefused, alone, authority_of
from approvals.keeping.rules import Kind
from approvals.keeping.things import Thing
from approvals.models import Disposal, DisposalItem, Hold, YearBundle
from ledger.clock import now
from ledger.recording import recorded
from registry.models import FiscalYear, Government, Unit, User
from submissions.models import Report
from workflow.models import Outbox
from workflow.outbox import nudge

SHORTEST_REASON = 10
DISPOSE, TELL, BUNDLE = "keeping.dispose", "keeping.tell", "keeping.bundle"  # topics of the outbox


def day_in(government: Government) -> date:
    """The day by the database's clock, in the government's zone."""
    return now().astimezone(ZoneInfo(government.time_zone)).date()


@contextmanager
def acting(actor: User, reason: str = "") -> Iterator[None]:
    """One recorded act; nobody else holds or disposes meanwhile. Refused when that lasts too long."""
    try:
        with recorded(actor, reason=reason):
            alone()
            yield
    except OperationalError as error:  # the lock was not had in time
        raise KeepingRefused("keeping.busy") from error


# --- Holds -----------------------------------------------------------------------------------------------


def place_hold(
    *,
    actor: User,
    unit: Unit,
    fiscal_year: FiscalYear | None,
    report: Report | None,
    reason: str,
    reference: str,
) -> Hold:
    """Forbid disposal of what a unit and all below have (of one year, of one report in all its revisions), from now on.

    The same once more is the same hold. Raises KeepingRefused.
    """
    reason, reference = reason.strip(), reference.strip()
    _worded(reason, reference)
    if report is not None:
        unit, fiscal_year = report.item.unit, report.period.fiscal_year
    with acting(actor, reason):
        if not authority_of(actor).may_place(unit):
            raise KeepingRefused("hold.office")
        same = Hold.objects.filter(
            unit=unit, fiscal_year=fiscal_year, report=report, reason=reason, reference=reference,
            placed_by=actor, released_at=None,
        ).first()  # fmt: skip
        if same:
            return same
        hold = Hold(
            unit=unit, fiscal_year=fiscal_year, report=report, reason=reason, reference=reference,
            placed_by=actor, placed_at=now(),
        )  # fmt: skip
        hold.save()
    return hold


def release_hold(*, actor: User, hold: Hold, reason: str, reference: str) -> Hold:
    """End a hold; the same once more changes nothing. Raises KeepingRefused."""
    reason, reference = reason.strip(), reference.strip()
    _worded(reason, reference)
    with acting(actor, reason):
        fresh = Hold.objects.select_for_update(of=("self",)).select_related("unit").get(pk=hold.pk)
        if not authority_of(actor).may_release(fresh):
            raise KeepingRefused("hold.release_office")
        if fresh.released_at is not None:
            if (fresh.released_by_id, fresh.release_reason, fresh.release_reference) == (
                actor.pk,
                reason,
                reference,
            ):
                return fresh
            raise KeepingRefused("hold.released", _ended(fresh))
        fresh.released_by, fresh.released_at = actor, max(now(), fresh.placed_at)  # a clock may be put right
        fresh.release_reason, fresh.release_reference = reason, reference
        fresh.save()
        if fresh.placed_by_id != actor.pk:
            _follow(TELL, f"hold:{fresh.pk}", {"hold": fresh.pk})
    return fresh


def _worded(reason: str, reference: str) -> None:
    if len(reason) < SHORTEST_REASON:
        raise KeepingRefused("hold.reason", {"count": len(reason), "limit": SHORTEST_REASON})
    if not reference:
        raise KeepingRefused("hold.reference")


def _ended(hold: Hold) -> dict[str, str]:
    person, at = hold.released_by, hold.released_at
    return {"person": person.name if person else "", "released_at": at.isoformat() if at else ""}


# --- Lists of what may go --------------------------------------------------------------------------------


def list_things(*, actor: User, kind: Kind, unit: Unit, before: date) -> Disposal:
    """List what of a unit and all below closed before a day; nothing goes before another person approved it.

    The same once more, while it waits, is the same list. Raises KeepingRefused, with the earliest day where it is too early.
    """
    not_too_early(kind, before, day_in(unit.government))
    if kind == Kind.LOGS and unit.parent_id is not None:
        raise KeepingRefused("keeping.logs_root")
    with acting(actor):
        if not authority_of(actor).may_list(unit):
            raise KeepingRefused("keeping.bureau_only")
        same = Disposal.objects.filter(
            kind=kind, unit=unit, before=before, listed_by=actor, state=Disposal.State.LISTED
        ).first()
        if same:
            return same
        found = things.listable(kind, unit, before, unit.government.time_zone)
        if not found:
            raise KeepingRefused("keeping.nothing", {"before_on": before.isoformat()})
        return _listed(actor, kind, unit, before, found)


def not_too_early(kind: Kind, before: date, today: date) -> None:
    """Raises KeepingRefused for a day that the rules do not allow yet, or for a kind of which nothing goes."""
    latest = rules.latest_before(kind, today, settings.KEEPING_YEARS)
    if latest is None:
        raise KeepingRefused("keeping.never")
    if before > latest:
        raise KeepingRefused(
            "keeping.early",
            {
                "before_on": before.isoformat(),
                "years": rules.years_of(kind, settings.KEEPING_YEARS),
                "from_on": rules.allowed_from(kind, before, settings.KEEPING_YEARS).isoformat(),
                "latest_on": latest.isoformat(),
            },
        )


def _listed(actor: User, kind: Kind, unit: Unit, before: date, found: list[Thing]) -> Disposal:
    listed = Disposal(
        kind=kind, unit=unit, before=before, things=len(found), size=sum(one.size for one in found),
        digest=digest_of(found), listed_by=actor, listed_at=now(),
    )  # fmt: skip
    listed.save()
    DisposalItem.objects.bulk_create(
        [
            DisposalItem(disposal=listed, what=one.what, row=one.row, sha256=one.sha256, size=one.size)
            for one in found
        ],
        batch_size=1_000,
    )
    _follow(TELL, f"list:{listed.pk}", {"list": listed.pk})
    return listed


def digest_of(found: Iterable[Thing]) -> str:
    """The sha256 of a list: a line for each thing, sorted, so that what was approved is what goes."""
    lines = sorted(f"{one.what} {one.row} {one.sha256} {one.size}\n" for one in found)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def held_now(listed: Disposal) -> int:
    """How many things of a list a hold covers now: they would be spared."""
    return things.under_hold(listed, listed.unit.government.time_zone)


def mark_of(listed: Disposal, held: int) -> str:
    """How a list stands, as somebody sees it who approves it: its things, its state, how many are held now."""
    return hashlib.sha256(f"{listed.digest} {listed.state} {held}".encode()).hexdigest()[:32]


def approve(*, actor: User, listed: Disposal, minutes_no: str, minutes_date: date, seen: str) -> Disposal:
    """Approve a list under the minutes of disposal, as it was seen; the worker carries it out. Raises KeepingRefused.

    The same once more changes nothing.
    """
    minutes_no = minutes_no.strip()
    with acting(actor):
        fresh = _locked(listed)
        authority = authority_of(actor)
        if fresh.listed_by_id == actor.pk:
            raise KeepingRefused("disposal.own")
        if not authority.may_approve(fresh):
            raise KeepingRefused("disposal.office")
        said = (actor.pk, minutes_no, minutes_date)
        if fresh.approved_by_id and said == (fresh.approved_by_id, fresh.minutes_no, fresh.minutes_date):
            return fresh
        _approvable(fresh, minutes_no, minutes_date, seen)
        fresh.state, fresh.approved_by, fresh.approved_at = Disposal.State.APPROVED, actor, now()
        fresh.minutes_no, fresh.minutes_date = minutes_no, minutes_date
        fresh.save()
        follow_on(fresh.pk)
    return fresh


def _approvable(listed: Disposal, minutes_no: str, minutes_date: date, seen: str) -> None:
    government = listed.unit.government
    today = day_in(government)
    if listed.state != Disposal.State.LISTED:
        raise KeepingRefused("disposal.over", {"list_state": listed.get_state_display()})
    if not minutes_no:
        raise KeepingRefused("disposal.minutes_no")
    first = listed.listed_at.astimezone(ZoneInfo(government.time_zone)).date()
    if not first <= minutes_date <= today:
        limits = {"first_on": first.isoformat(), "last_on": today.isoformat()}
        raise KeepingRefused("disposal.minutes_date", {"value_on": minutes_date.isoformat()} | limits)
    if seen != mark_of(listed, held_now(listed)):
        raise KeepingRefused("disposal.stale")
    if digest_of(things_of(listed)) != listed.digest:
        raise KeepingRefused("disposal.altered")
    not_too_early(Kind(listed.kind), listed.before, today)


def things_of(listed: Disposal) -> Iterator[Thing]:
    """What stands on a list."""
    rows = listed.items.order_by("pk").values_list("what", "row", "sha256", "size")
    return (Thing(*row) for row in rows.iterator(chunk_size=2_000))


def cancel(*, actor: User, listed: Disposal, reason: str) -> Disposal:
    """Withdraw a list that waits: who may list or approve it may. The same once more changes nothing. Raises KeepingRefused."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise KeepingRefused("hold.reason", {"count": len(reason), "limit": SHORTEST_REASON})
    with acting(actor, reason):
        fresh = _locked(listed)
        authority = authority_of(actor)
        if not (authority.may_list(fresh.unit) or authority.may_approve(fresh)):
            raise KeepingRefused("disposal.office")
        if fresh.state == Disposal.State.CANCELLED:
            return fresh
        if fresh.state != Disposal.State.LISTED:
            raise KeepingRefused("disposal.over", {"list_state": fresh.get_state_display()})
        fresh.state, fresh.ended_at = Disposal.State.CANCELLED, now()
        fresh._change_reason = reason[:100]  # type: ignore[attr-defined]  # simple-history takes it from there
        fresh.save()
    return fresh


def _locked(listed: Disposal) -> Disposal:
    found = Disposal.objects.select_for_update(of=("self",)).select_related("unit__government")
    return found.get(pk=listed.pk)


# --- Bundles ---------------------------------------------------------------------------------------------


def ask_bundle(*, actor: User, year: FiscalYear, unit: Unit, with_evidence: bool) -> YearBundle:
    """Have the bundle of a year made in the background; asked again meanwhile, it is the same. Raises KeepingRefused.

    One that the worker gave up is no reason to wait any longer.
    """
    with acting(actor):
        if not authority_of(actor).may_list(unit):
            raise KeepingRefused("keeping.bureau_only")
        same = YearBundle.objects.filter(fiscal_year=year, unit=unit, with_evidence=with_evidence)
        waiting = same.filter(pk__in=being_made()).first()
        if waiting:
            return waiting
        bundle = YearBundle(
            fiscal_year=year, unit=unit, with_evidence=with_evidence, asked_by=actor, asked_at=now()
        )
        bundle.save()
        _follow(BUNDLE, str(bundle.pk), {"id": bundle.pk})
    return bundle


def being_made() -> list[int]:
    """The bundles that a worker has or will take."""
    rows = Outbox.objects.filter(topic=BUNDLE, done_at=None)
    return [row.payload["id"] for row in rows]


# --- What follows ----------------------------------------------------------------------------------------


def follow_on(listed: int) -> None:
    """Have the next step of a disposal done, in the transaction of the present one."""
    at = now()
    _follow(DISPOSE, f"{listed}:{at:%Y%m%d%H%M%S%f}", {"id": listed})


def _follow(topic: str, key: str, payload: dict[str, int]) -> None:
    at = now()
    Outbox.objects.create(key=f"{topic}:{key}", topic=topic, payload=payload, created_at=at, not_before=at)
    nudge()
