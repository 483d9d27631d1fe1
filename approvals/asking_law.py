"""What may be asked and who may answer, judged at the moment of each act from offices and periods (never by viewflow)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from approvals import correcting
from approvals.asking_models import Request, RequestAct
from approvals.asking_rules import (
    AMENDMENT,
    ANSWERERS,
    ASKERS,
    ASSISTANCE,
    BY_DAY,
    EXTENSION,
    LONGEST,
    LONGEST_REASON,
    MOST_DAYS,
    REOPENING,
    REVIEW,
    SHORTEST_REASON,
    WAIVER,
    Weight,
    end_of,
    last_month_of_quarter,
    local_day,
)
from approvals.correcting import Change
from registry.models import BudgetItem, FiscalYear, Office, Post, Reach, Unit, User
from registry.selectors import government_of, within
from submissions.calendar import policy_of
from submissions.holding import CAPACITIES
from submissions.models import Period, Report
from submissions.moments import ADJUSTMENT_MONTH, start_of_month
from workflow.route import PUBLISHED

SUPERIORS = (
    "SELECT DISTINCT superior_id FROM registry_superior WHERE post_id = ANY (%s) AND superior_id IS NOT NULL"
)
# Who can be mandated to help: posts whose work it is to help others, at another unit than the one that is helped.
HELPERS = (Post.Role.ASSISTANT, Post.Role.PLANNER, Post.Role.OVERSIGHT)


class RequestRefused(Exception):
    """An act on a request was refused: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, in which office. `until` for kinds that name a last day, else `days`; an amendment names the
    values that it would change, of which kind its reason is, and what proves it (`upload`)."""

    kind: str
    office: Office
    fiscal_year: FiscalYear
    reason: str
    months: Sequence[int] = ()
    items: Sequence[int] = ()
    person: User | None = None
    until: date | None = None
    days: int | None = None
    document_no: str = ""
    upload: UploadedFile | None = None
    category: str = ""
    changes: Sequence[Change] = ()

    @property
    def agency(self) -> Unit:
        return self.office.unit.agency or self.office.unit


# --- Asking ----------------------------------------------------------------------------------------------


def askers(user: User, kind: str) -> list[Office]:
    """The offices in which a person may ask for `kind` now, by the database's clock."""
    held = Office.objects.filter(person=user.pk, role__in=ASKERS[kind]).exclude(unit__agency=None)
    return list(held.select_related("unit__agency__government").order_by("pk"))


def months_for(kind: str, agency: Unit, fiscal_year: FiscalYear, moment: datetime) -> QuerySet[Period]:
    """The months of an agency for which `kind` can be asked now."""
    periods = Period.objects.filter(agency=agency, fiscal_year=fiscal_year, month__lte=12).order_by("month")
    if kind == AMENDMENT:
        published = Report.objects.filter(period=OuterRef("pk"), state=PUBLISHED)
        return periods.filter(Exists(published))
    if kind == REOPENING:
        return periods.filter(closed_at=None, lock_at__lte=moment)
    return periods.filter(closed_at=None, lock_at__gt=moment)


def items_for(agency: Unit, fiscal_year: FiscalYear) -> QuerySet[BudgetItem]:
    """The sub-activities of an agency."""
    return BudgetItem.objects.filter(fiscal_year=fiscal_year, unit__agency=agency).order_by(
        "sub_activity_code", "pk"
    )


def persons_for(kind: str, agency: Unit) -> QuerySet[User]:
    """Whom a waiver or a mandate may name: deciders inside the agency, or helpers of the same government outside it."""
    inside = Q(unit_path__startswith=agency.path)
    if kind == WAIVER:
        held = Office.objects.filter(inside).exclude(role=Post.Role.OFFICER)
    else:
        held = Office.objects.filter(role__in=HELPERS, unit__government=agency.government_id).exclude(inside)
    return User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("name", "pk")


def objections(wish: Wish, moment: datetime) -> list[RequestRefused]:
    """Everything that keeps a wish from being asked: months, sub-activities, person, end, reason; empty when nothing does."""
    months, found = _month_objections(wish, moment), []
    known = items_for(wish.agency, wish.fiscal_year).filter(pk__in=wish.items).count()
    if known != len(set(wish.items)):
        found.append(RequestRefused("asking.item"))
    if wish.kind in (WAIVER, ASSISTANCE):
        if not wish.person or not persons_for(wish.kind, wish.agency).filter(pk=wish.person.pk).exists():
            found.append(RequestRefused("asking.person"))
    if wish.kind == AMENDMENT and not months:
        codes = correcting.faults(wish.agency, wish.fiscal_year, wish.changes, wish.category, wish.upload)
        found += [RequestRefused(code) for code in codes]
    checks = [
        lambda: _check_end(wish, moment, len(wish.months) == 1 and not months),
        lambda: check_reason(wish.reason),
    ]
    for check in checks:
        try:
            check()
        except RequestRefused as refused:
            found.append(refused)
    return [*months, *found]


def _month_objections(wish: Wish, moment: datetime) -> list[RequestRefused]:
    offered = months_for(wish.kind, wish.agency, wish.fiscal_year, moment)
    strange = sorted(set(wish.months) - set(offered.values_list("month", flat=True)))
    if strange:
        return [RequestRefused("asking.month", {"month": strange[0]})]
    if not wish.months and wish.kind in (EXTENSION, REOPENING, AMENDMENT):
        return [RequestRefused("asking.no_month")]
    if wish.kind == EXTENSION and (len(wish.months) > 1 or wish.items):
        return [RequestRefused("asking.one_month", {"count": len(wish.months)})]
    return []


def _check_end(wish: Wish, moment: datetime, one_good_month: bool) -> None:
    if wish.kind not in BY_DAY:
        if not wish.days or not 1 <= wish.days <= MOST_DAYS:
            raise RequestRefused("asking.days", {"most": MOST_DAYS})
        return
    today = local_day(policy_of(wish.fiscal_year), moment)
    if wish.until is None or wish.until <= today:
        raise RequestRefused("asking.until_past", {"today_on": today.isoformat()})
    if wish.until > today + LONGEST:
        raise RequestRefused("asking.until_far", {"last_on": (today + LONGEST).isoformat()})
    if wish.kind == EXTENSION and one_good_month:
        check_extension(wish.agency, wish.fiscal_year, wish.months[0], wish.until, moment)


def check_extension(agency: Unit, fiscal_year: FiscalYear, month: int, until: date, moment: datetime) -> None:
    """Raises RequestRefused when moving the deadline to `until` would change nothing or comes too late."""
    period = Period.objects.get(agency=agency, fiscal_year=fiscal_year, month=month)
    policy = policy_of(fiscal_year)
    if end_of(policy, until) <= period.sign_due:
        raise RequestRefused("asking.not_later", {"due_on": local_day(policy, period.sign_due).isoformat()})
    if period.closed_at or period.lock_at <= moment:
        raise RequestRefused("asking.locked", {"month": month, "locked_at": period.lock_at.isoformat()})
    if end_of(policy, until) <= moment:
        raise RequestRefused("asking.until_past", {"today_on": local_day(policy, moment).isoformat()})


def check_reopening(agency: Unit, fiscal_year: FiscalYear, months: Sequence[int]) -> None:
    """Raises RequestRefused for a month that was closed for good since it was asked for: only an amendment moves that."""
    periods = Period.objects.filter(agency=agency, fiscal_year=fiscal_year, month__in=months)
    found = periods.exclude(closed_at=None).order_by("month").first()
    if found and found.closed_at:
        raise RequestRefused(
            "asking.closed", {"month": found.month, "closed_at": found.closed_at.isoformat()}
        )


def check_reason(reason: str) -> None:
    """Raises RequestRefused for a reason that is too short or too long."""
    length = len(reason.strip())
    if length < SHORTEST_REASON:
        raise RequestRefused("asking.reason", {"length": length, "shortest": SHORTEST_REASON})
    if length > LONGEST_REASON:
        raise RequestRefused("entry.too_long", {"length": length, "longest": LONGEST_REASON})


def weight_of(wish: Wish, moment: datetime) -> Weight:
    """What a wish would touch; `amount` sums the ceilings of its sub-activities, each once."""
    reports = Report.objects.filter(period__agency=wish.agency, period__fiscal_year=wish.fiscal_year)
    if wish.months:
        reports = reports.filter(period__month__in=wish.months)
    if wish.items:
        reports = reports.filter(item__in=wish.items)
    ceilings = reports.values("item").annotate(ceiling=Max("ceiling")).values_list("ceiling", flat=True)
    quarters = {last_month_of_quarter(month) for month in wish.months}
    closed = Period.objects.filter(
        agency=wish.agency, fiscal_year=wish.fiscal_year, month__in=quarters, lock_at__lte=moment
    )
    return Weight(
        wish.kind, len(set(wish.months)) or 12, sum(ceilings, Decimal(0)), closed_quarter=closed.exists()
    )


def subjects_of(case: Request) -> list[str]:
    """The grant's subjects: "2026-03", or "2026-03/item-55" where only some sub-activities are meant; of a correction exactly
    the reports that it names."""
    start = case.fiscal_year.government.fiscal_start_month
    months = case.months or (range(1, 13) if case.items else ())
    days = [(month, start_of_month(case.fiscal_year.start_date.year, month, start)) for month in months]
    names = {month: f"{day:%Y}-13" if month == ADJUSTMENT_MONTH else f"{day:%Y-%m}" for month, day in days}
    if case.changes:
        named = {(one.month, one.item) for one in correcting.changes_of(case.changes)}
        return [f"{names[month]}/item-{item}" for month, item in sorted(named)]
    found = list(names.values())
    return [f"{name}/item-{item}" for name in found for item in case.items] if case.items else found


# --- Answering -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """In which office a person may answer at each step: his own post, or only as superior of one."""

    own: Mapping[str, Office] = field(default_factory=dict)
    superior: Mapping[str, Office] = field(default_factory=dict)
    vacant: frozenset[str] = frozenset()

    def office(self, step: str, escalated: bool) -> Office | None:
        """The office for `step` now; a superior acts once the step was passed on to him or its post is vacant."""
        if step in self.own:
            return self.own[step]
        return self.superior.get(step) if escalated or step in self.vacant else None


def posts_of(step: str, government: int) -> QuerySet[Post]:
    """The posts of a government that answer at a step: the bureau's at its root; the inspectorate's wherever it sits."""
    posts = Post.objects.filter(role=ANSWERERS[step], unit__government=government)
    return posts.filter(unit__parent=None) if step == REVIEW else posts


def superiors_of(step: str, government: int) -> list[int]:
    """The posts above these, as the registry says who is above whom."""
    with connection.cursor() as cursor:
        cursor.execute(SUPERIORS, [list(posts_of(step, government).values_list("pk", flat=True))])
        return [pk for (pk,) in cursor.fetchall()]


def standing(user: User, government: int) -> Standing:
    """Where a person may answer now in a government; eight statements, whatever the number of requests."""
    own: dict[str, Office] = {}
    superior: dict[str, Office] = {}
    vacant = set()
    for step in ANSWERERS:
        held = list(Office.objects.filter(post__in=posts_of(step, government)).order_by("pk"))
        above = (
            Office.objects.filter(post__in=superiors_of(step, government), person=user.pk)
            .order_by("pk")
            .first()
        )
        mine = [office for office in held if office.person_id == user.pk]
        if mine:
            own[step] = mine[0]
        if above:
            superior[step] = above
        if not held:
            vacant.add(step)
    return Standing(own, superior, frozenset(vacant))


def holders(step: str, government: int, escalated: bool) -> list[Office]:
    """Who has to answer at a step now, superiors included once it was passed on to them."""
    held = list(
        Office.objects.filter(post__in=posts_of(step, government)).select_related("person").order_by("pk")
    )
    if held and not escalated:
        return held
    above = (
        Office.objects.filter(post__in=superiors_of(step, government)).select_related("person").order_by("pk")
    )
    return [*held, *above]


def answering_office(
    user: User, case: Request, step: str, acts: Sequence[RequestAct], place: Standing
) -> Office:
    """The office in which a person may answer at `step`; raises RequestRefused for strangers and for who asked."""
    office = place.office(step, step in escalated_steps(acts))
    if office is None:
        raise RequestRefused("asking.office", {"role": ANSWERERS[step]})
    if user.pk in (case.asked_by_id, case.person_id):
        raise RequestRefused("asking.self")
    if any(act.actor_id == user.pk and act.kind == RequestAct.Kind.AGREED for act in acts):
        raise RequestRefused("asking.both")
    return office


def revoking_office(place: Standing) -> Office:
    """The bureau's office in which a grant may be revoked; raises RequestRefused for everybody else."""
    office = place.office(REVIEW, escalated=False)
    if office is None:
        raise RequestRefused("asking.office", {"role": ANSWERERS[REVIEW]})
    return office


def escalated_steps(acts: Sequence[RequestAct]) -> set[str]:
    """The steps that were passed on to a superior."""
    return {act.step for act in acts if act.kind == RequestAct.Kind.ESCALATED}


def printed(office: Office) -> str:
    """An office as official prints show it: "Plt. Kepala Biro ..., unit"."""
    return f"{CAPACITIES.get(office.capacity, '')}{office.title}, {office.unit_name}"


# --- Seeing ----------------------------------------------------------------------------------------------


def here(user: User) -> tuple[int, Standing]:
    """The government a person works for, and where he may answer there."""
    found = government_of(user)
    return (found.pk, standing(user, found.pk)) if found else (0, Standing())


def visible_to(user: User, place: tuple[int, Standing] | None = None) -> QuerySet[Request]:
    """Requests of one's own or about oneself, of agencies below one's offices and grants, and what one may answer."""
    government, held = place or here(user)
    paths = list(Reach.objects.filter(person=user.pk).values_list("path", flat=True).distinct())
    seen = Q(asked_by=user) | Q(person=user) | within(paths, "agency__path")
    if REVIEW in held.own or REVIEW in held.superior:
        seen |= Q(agency__government=government)
    elif held.own or held.superior:
        seen |= Q(agency__government=government, weighty__len__gt=0)
    return Request.objects.filter(seen)
