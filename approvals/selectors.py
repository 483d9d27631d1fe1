"""What waits for whom."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from approvals.models import SigningBatch, SigningEntry
from registry.models import Office, Post, User
from submissions.models import Period, Report
from workflow import route

OPEN_BATCHES = (
    SigningBatch.State.PREPARING,
    SigningBatch.State.PREPARED,
    SigningBatch.State.SIGNING,
    SigningBatch.State.SIGNED,
)


def _offices(user: User, role: str) -> QuerySet[Office]:
    return Office.objects.filter(person=user.pk, role=role)


def to_verify(user: User) -> QuerySet[Report]:
    """Submitted reports whose verifier is an office of `user`."""
    return _of_verifier(user).filter(state=route.SUBMITTED)


def _of_verifier(user: User) -> QuerySet[Report]:
    held = _offices(user, Post.Role.SECTION_HEAD)
    return Report.objects.filter(
        Q(item__verifier_post__in=held.values("post"))
        | Q(item__verifier_post=None, item__unit__in=held.values("unit"))
    )


def passed_on(user: User) -> QuerySet[Report]:
    """Reports of the verifier's field that are with somebody else now."""
    return _of_verifier(user).exclude(state__in=(route.SUBMITTED, route.DRAFT, route.PUBLISHED))


def not_submitted(user: User) -> QuerySet[Report]:
    """Reports of the verifier's field that nobody has submitted yet."""
    return _of_verifier(user).filter(state=route.DRAFT)


def to_sign(user: User) -> QuerySet[Report]:
    """Verified reports of the agencies that `user` heads."""
    return _of_head(user).filter(state=route.VERIFIED)


def _of_head(user: User) -> QuerySet[Report]:
    return Report.objects.filter(period__agency__in=_offices(user, Post.Role.AGENCY_HEAD).values("unit"))


def below_head(user: User) -> QuerySet[Report]:
    """Reports of the head's agencies that others hold now."""
    return _of_head(user).filter(state__in=(route.SUBMITTED, route.RETURNED))


def head_missing(user: User) -> QuerySet[Report]:
    """Reports of the head's agencies that nobody has submitted yet."""
    return _of_head(user).filter(state=route.DRAFT)


def periods_to_sign(user: User) -> list[Period]:
    """Agency months of the head that are not wholly published, the oldest first."""
    open_reports = _of_head(user).exclude(state=route.PUBLISHED)
    return list(
        Period.objects.filter(pk__in=open_reports.values("period"))
        .select_related("agency")
        .order_by("first_day", "agency")
    )


def batches_of(user: User) -> list[SigningBatch]:
    """Documents of the head that are on their way."""
    return list(SigningBatch.objects.filter(signer=user, state__in=OPEN_BATCHES).order_by("-pk"))


def entries_of(batches: Iterable[SigningBatch]) -> dict[int, int]:
    """How many reports each batch covers."""
    counted = SigningEntry.objects.filter(batch__in=list(batches)).values("batch").annotate(n=Count("pk"))
    return {row["batch"]: row["n"] for row in counted}
