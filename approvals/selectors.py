# ruff: noqa: S608 - statements are joined from constants of this module and of submissions.desks; values go as parameters
"""What waits for whom: one definition of who acts next (submissions_holder), read from the side of the person."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from approvals.models import SigningBatch, SigningEntry
from registry.models import User
from submissions.desks import BRANCHES
from submissions.models import Period, Report
from workflow import route
from workflow.models import Decision
from workflow.route import REVIEW, SIGN, VERIFY

OPEN_BATCHES = (
    SigningBatch.State.PREPARING,
    SigningBatch.State.PREPARED,
    SigningBatch.State.SIGNING,
    SigningBatch.State.SIGNED,
    SigningBatch.State.WAITING,
)
# Posts in which a person may act: his own, and vacant ones below him (`since` when, once a route's days are over).
POSTS = """
SELECT o.post_id AS id, o.role, o.unit_id, false AS vacant, NULL::timestamptz AS since
FROM registry_office o WHERE o.person_id = %s
UNION SELECT s.vacant_post_id, s.role, s.unit_id, true, s.vacant_since FROM registry_standin s WHERE s.person_id = %s"""

REPORTS = """
  SELECT r.id, r.state, r.tier, r.route_id, r.item_id, p.month, r.verified_at, coalesce(r.moved_at, p.opens_at) AS came,
    i.unit_id, u.parent_id, u.agency_id, u.government_id, split_part(u.path, '/', 2)::bigint AS root_id, i.officer_post_id,
    i.verifier_post_id
  FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
    JOIN registry_unit u ON u.id = i.unit_id"""


def _acting(documents: str, tier: str) -> str:
    """Which of `documents` wait at the column `tier` for a post of the person: the branches of the view submissions_holder,
    begun from his few posts, so that nobody else's reports are looked at."""
    return " UNION ALL ".join(
        f"SELECT d.id FROM posts p JOIN tiers t ON t.role = p.role JOIN ({documents}) d ON d.route_id = t.route_id"
        f" AND d.{tier} = t.number AND {join} CROSS JOIN clock"
        f" WHERE d.state NOT IN ('superseded', 'cancelled') AND {where.replace('d.tier', f'd.{tier}')}"
        " AND (NOT p.vacant OR clock.now >= greatest(p.since, d.came) + make_interval(days => t.escalate_days))"
        for join, where in BRANCHES
    )


HEAD = f"""WITH posts AS MATERIALIZED ({POSTS}), tiers AS MATERIALIZED (SELECT * FROM workflow_tier WHERE verb = %s),
  clock AS MATERIALIZED (SELECT jenjang_now() AS now)"""
# What waits at a tier that does `verb`, for an office of the person, or for a vacant one once its tier says so.
WAITING = f"{HEAD} {_acting(REPORTS, 'tier')}"

# The sub-activities for which a person has a tier that does `verb`, by the newest version of each route.
FIELD = f"""
WITH posts AS MATERIALIZED ({POSTS}),
  tiers AS MATERIALIZED (SELECT w.code, t.role, t.scope, t.unit FROM workflow_tier t
    JOIN (SELECT DISTINCT ON (code) id, code FROM workflow_routeversion ORDER BY code, number DESC) w ON w.id = t.route_id
    WHERE t.verb = %s AND t.number > 0)
SELECT i.id FROM posts m JOIN registry_budgetitem i ON i.verifier_post_id = m.id
  JOIN registry_unit u ON u.id = i.unit_id
  JOIN tiers t ON t.code = u.route_code AND t.role = m.role AND t.scope = 'item'
UNION
SELECT i.id FROM posts m JOIN registry_unit h ON h.id = m.unit_id
  JOIN tiers t ON t.role = m.role
  JOIN registry_unit u ON u.route_code = t.code AND CASE t.scope WHEN 'self' THEN u.id = h.id WHEN 'item' THEN u.id = h.id
    WHEN 'parent' THEN u.parent_id = h.id WHEN 'agency' THEN u.agency_id = h.id
    WHEN 'government' THEN h.parent_id IS NULL AND u.government_id = h.government_id
    ELSE h.code = t.unit AND u.government_id = h.government_id END
  JOIN registry_budgetitem i ON i.unit_id = u.id AND (t.scope <> 'item' OR i.verifier_post_id IS NULL)"""

# Verified, but an earlier month moved since: it waits for its last verifier once more (domain.md 2.6).
MOVED = f"""SELECT r.*, (SELECT d.tier FROM workflow_decision d WHERE d.object_id = r.id AND d.verb = 'verify'
    AND d.tier < r.tier AND d.content_type_id = (SELECT c.id FROM django_content_type c WHERE c.app_label = 'submissions'
      AND c.model = 'report') ORDER BY d.step DESC LIMIT 1) AS verified_by
  FROM ({REPORTS}) r WHERE r.state = 'verified' AND EXISTS (SELECT FROM submissions_report e JOIN submissions_period ep
    ON ep.id = e.period_id WHERE e.item_id = r.item_id AND ep.month < r.month AND e.submitted_at > r.verified_at)"""
AGAIN = f"""{HEAD}, moved AS MATERIALIZED (SELECT m.* FROM ({MOVED}) m WHERE m.item_id IN ({FIELD}))
  {_acting("SELECT * FROM moved", "verified_by")}"""

STOOD_IN = """
SELECT h.report_id, q.title || ', ' || u.name FROM submissions_holder h
  JOIN registry_standin s ON s.vacant_post_id = h.post_id AND s.person_id = %s
  JOIN registry_post q ON q.id = h.post_id JOIN registry_unit u ON u.id = q.unit_id
WHERE h.report_id = ANY (%s) AND NOT EXISTS (SELECT FROM submissions_holder k JOIN registry_office o ON o.post_id = k.post_id
  WHERE k.report_id = h.report_id AND o.person_id = %s)"""

MOVED_UNDER = """
SELECT r.id, to_char(min(ep.first_day), 'YYYY-MM') FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN submissions_report e ON e.item_id = r.item_id JOIN submissions_period ep ON ep.id = e.period_id AND ep.month < p.month
WHERE r.id = ANY (%s) AND r.state = 'verified' AND e.submitted_at > r.verified_at GROUP BY r.id"""

# What a person's offices do at the tiers of the routes that units around them follow.
VERBS = f"""
WITH posts AS MATERIALIZED ({POSTS})
SELECT DISTINCT t.verb FROM posts m JOIN registry_unit h ON h.id = m.unit_id
  JOIN workflow_tier t ON t.role = m.role AND t.number > 0
  JOIN (SELECT DISTINCT ON (code) id, code FROM workflow_routeversion ORDER BY code, number DESC) w ON w.id = t.route_id
  JOIN registry_unit u ON u.route_code = w.code AND u.government_id = h.government_id
WHERE CASE t.scope WHEN 'self' THEN u.id = h.id WHEN 'parent' THEN u.parent_id = h.id WHEN 'agency' THEN u.agency_id = h.id
  WHEN 'item' THEN coalesce(u.agency_id, u.id) = coalesce(h.agency_id, h.id) WHEN 'government' THEN h.parent_id IS NULL
  ELSE h.code = t.unit END"""


def verbs_of(user: User) -> set[str]:
    """What this person's offices do at tiers: verify, sign, review; his desks follow from it."""
    with connection.cursor() as cursor:
        cursor.execute(VERBS, [user.pk, user.pk])
        return {verb for (verb,) in cursor.fetchall()}


def waiting(user: User, verb: str) -> QuerySet[Report]:
    """Reports that wait for `verb` by an office of `user`, or by a vacant one in whose place he acts now."""
    asked = [user.pk, user.pk, verb]
    return Report.objects.filter(pk__in=RawSQL(WAITING, asked))  # noqa: S611 - values go as parameters


def to_verify(user: User) -> QuerySet[Report]:
    """Submitted reports that wait for his verification, and verified ones under which an earlier month moved."""
    asked = [user.pk, user.pk, VERIFY] * 3  # of the waiting, of the moved, and of his field
    both = f"SELECT id FROM ({WAITING}) waiting UNION SELECT id FROM ({AGAIN}) again"
    return Report.objects.filter(pk__in=RawSQL(both, asked))  # noqa: S611


def to_sign(user: User) -> QuerySet[Report]:
    """Verified reports that wait for his signature."""
    return waiting(user, SIGN)


def to_review(user: User) -> QuerySet[Report]:
    """Signed or published reports that wait for his review."""
    return waiting(user, REVIEW)


def _field(user: User, verb: str) -> QuerySet[Report]:
    """Newest revisions of the sub-activities for which he has a tier that does `verb`."""
    items = RawSQL(FIELD, [user.pk, user.pk, verb])  # noqa: S611
    return Report.objects.current().filter(item_id__in=items)


def passed_on(user: User) -> QuerySet[Report]:
    """Reports of the verifier's field that are with somebody else now."""
    return _elsewhere(user, VERIFY, to_verify(user))


def below_head(user: User) -> QuerySet[Report]:
    """Reports of the signer's field that others hold now."""
    return _elsewhere(user, SIGN, to_sign(user))


def not_reviewed_yet(user: User) -> QuerySet[Report]:
    """Reports of the reviewer's field that have not come to him."""
    return _elsewhere(user, REVIEW, to_review(user))


def _elsewhere(user: User, verb: str, mine: QuerySet[Report]) -> QuerySet[Report]:
    held = Q(state__in=(route.SUBMITTED, route.VERIFIED, route.SIGNED, route.RETURNED))
    revised = Q(state=route.DRAFT, revision__gt=0)
    others = _field(user, verb).filter(held | revised).exclude(_returned_by(user))
    return others.exclude(pk__in=mine.values("pk"))


def _returned_by(user: User) -> Exists:
    """Whether the last that was decided on a report is that this person sent it back."""
    return Exists(
        Decision.objects.filter(
            content_type__app_label="submissions",
            content_type__model="report",
            object_id=OuterRef("pk"),
            step=OuterRef("step"),
            verb=route.RETURN,
            actor=user,
        )
    )


def _returned(user: User, verb: str) -> QuerySet[Report]:
    return _field(user, verb).filter(_returned_by(user))


def returned_by_verifier(user: User) -> QuerySet[Report]:
    """Reports of the verifier's field that he sent back and that have not moved since."""
    return _returned(user, VERIFY)


def returned_by_signer(user: User) -> QuerySet[Report]:
    """Reports of the signer's field that he sent back and that have not moved since."""
    return _returned(user, SIGN)


def returned_by_reviewer(user: User) -> QuerySet[Report]:
    """Reports of the reviewer's field that he sent back and that have not moved since."""
    return _returned(user, REVIEW)


def field_of(user: User, verb: str) -> QuerySet[Report]:
    """All reports of the sub-activities for which he has a tier that does `verb`, the newest revision of each month."""
    return _field(user, verb)


def not_submitted(user: User) -> QuerySet[Report]:
    """Reports of the verifier's field that nobody has submitted yet."""
    return _missing(user, VERIFY)


def _missing(user: User, verb: str) -> QuerySet[Report]:
    return _field(user, verb).filter(state=route.DRAFT, revision=0)


def head_missing(user: User) -> QuerySet[Report]:
    """Reports of the signer's field that nobody has submitted yet."""
    return _missing(user, SIGN)


def review_missing(user: User) -> QuerySet[Report]:
    """Reports of the reviewer's field that nobody has submitted yet."""
    return _missing(user, REVIEW)


def periods_to_sign(user: User) -> list[Period]:
    """Agency months of the signer's field that are not wholly published, the oldest first."""
    unfinished = _field(user, SIGN).exclude(state=route.PUBLISHED)
    return list(
        Period.objects.filter(pk__in=unfinished.values("period"))
        .select_related("agency")
        .order_by("first_day", "agency")
    )


def of_periods(user: User, periods: Iterable[Period]) -> QuerySet[Report]:
    """The signer's reports of these months, each sub-activity once."""
    return _field(user, SIGN).filter(period__in=list(periods))


def moved_under(reports: Iterable[int]) -> dict[int, str]:
    """The first earlier month that moved since a report was verified, as "2026-01", by report; others are left out."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED_UNDER, [list(reports)])
        return dict(cursor.fetchall())


def stood_in(user: User, reports: Iterable[int]) -> dict[int, str]:
    """The vacant post in whose place `user` acts, by report; reports that wait for an office of his own are left out."""
    with connection.cursor() as cursor:
        cursor.execute(STOOD_IN, [user.pk, list(reports), user.pk])
        return dict(cursor.fetchall())


def batches_of(user: User) -> list[SigningBatch]:
    """Documents of the signer that are on their way."""
    return list(SigningBatch.objects.filter(signer=user, state__in=OPEN_BATCHES).order_by("-pk"))


def entries_of(batches: Iterable[SigningBatch]) -> dict[int, int]:
    """How many reports each batch covers."""
    counted = SigningEntry.objects.filter(batch__in=list(batches)).values("batch").annotate(n=Count("pk"))
    return {row["batch"]: row["n"] for row in counted}
