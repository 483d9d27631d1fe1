# ruff: noqa: S608 - statements are joined from constants of this module; values go as parameters
"""What waits for whom: one definition of who acts next (submissions_holder), read from the side of the person."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from approvals.models import SigningBatch, SigningEntry
from registry.models import User
from submissions.models import Period, Report
from workflow import route
from workflow.cursor import alone
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

# What waits for `verb` by an office of a person, or by a vacant one in whose place he acts once its tier says so: the branches of
# the view submissions_holder, begun from his few seats. Tiers of routes on which nothing waits are left out before any unit is
# looked at, and each report is then found by its tier. Of what is verified, an earlier month may have moved since: it waits for
# its last verifier once more (domain.md 2.6).
WAITING = f"""
WITH clock AS MATERIALIZED (SELECT jenjang_now() AS now), posts AS MATERIALIZED ({POSTS}),
  busy AS MATERIALIZED (
    SELECT t.route_id, t.number, t.verb FROM workflow_tier t CROSS JOIN LATERAL (SELECT FROM submissions_report r
      WHERE r.route_id = t.route_id AND r.tier = t.number ORDER BY r.item_id LIMIT 1) one
    WHERE t.verb IN (%s, 'sign')),
  seats AS MATERIALIZED (
    SELECT p.id AS post_id, p.unit_id, p.vacant, p.since, t.route_id, t.number, t.scope, t.unit, t.escalate_days
    FROM posts p JOIN workflow_tier t ON t.role = p.role WHERE t.verb = %s AND t.route_id IN (SELECT b.route_id FROM busy b)),
  places AS MATERIALIZED (SELECT DISTINCT s.post_id, s.unit_id, s.scope, s.unit FROM seats s),
  around AS MATERIALIZED (
    SELECT p.post_id, p.scope, p.unit, p.unit_id FROM places p WHERE p.scope IN ('self', 'item')
    UNION ALL
    SELECT p.post_id, p.scope, p.unit, u.id FROM places p JOIN registry_unit h ON h.id = p.unit_id
      JOIN registry_unit u ON CASE p.scope WHEN 'parent' THEN u.parent_id = h.id WHEN 'agency' THEN u.agency_id = h.id
        WHEN 'government' THEN split_part(u.path, '/', 2)::bigint = h.id
        ELSE h.code = p.unit AND u.government_id = h.government_id END
    WHERE p.scope NOT IN ('self', 'item')),
  items AS MATERIALIZED (
    SELECT p.post_id, p.scope, p.unit, i.id FROM places p JOIN registry_budgetitem i ON i.verifier_post_id = p.post_id
    WHERE p.scope = 'item'
    UNION ALL
    SELECT a.post_id, a.scope, a.unit, i.id FROM around a CROSS JOIN LATERAL (SELECT i.id FROM registry_budgetitem i
      WHERE i.unit_id = a.unit_id AND (a.scope <> 'item' OR i.verifier_post_id IS NULL) OFFSET 0) i),
  mine AS MATERIALIZED (
    SELECT i.id AS item_id, s.route_id, s.number, s.vacant, s.since, s.escalate_days
    FROM items i JOIN seats s ON s.post_id = i.post_id AND s.scope = i.scope AND s.unit = i.unit),
  came AS (
    SELECT r.*, m.vacant, m.since, m.escalate_days FROM mine m CROSS JOIN LATERAL (SELECT r.id, r.moved_at, r.period_id
      FROM submissions_report r WHERE r.route_id = m.route_id AND r.tier = m.number AND r.item_id = m.item_id
        AND r.state NOT IN ('superseded', 'cancelled') OFFSET 0) r
    UNION ALL
    SELECT r.id, r.moved_at, r.period_id, m.vacant, m.since, m.escalate_days FROM mine m
      JOIN busy b ON b.route_id = m.route_id AND b.verb = 'sign' CROSS JOIN LATERAL (SELECT r.*, p.month
        FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id WHERE r.route_id = b.route_id
          AND r.tier = b.number AND r.item_id = m.item_id AND r.state = 'verified' OFFSET 0) r
    WHERE %s = 'verify' AND EXISTS (SELECT FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
        WHERE e.item_id = r.item_id AND ep.month < r.month AND e.submitted_at > r.verified_at)
      AND m.number = (SELECT d.tier FROM workflow_decision d WHERE d.object_id = r.id AND d.verb = 'verify' AND d.tier < r.tier
        AND d.content_type_id = (SELECT c.id FROM django_content_type c WHERE c.app_label = 'submissions'
          AND c.model = 'report') ORDER BY d.step DESC LIMIT 1))
SELECT DISTINCT c.id FROM clock CROSS JOIN came c WHERE NOT c.vacant OR clock.now >= greatest(c.since, coalesce(c.moved_at,
  (SELECT p.opens_at FROM submissions_period p WHERE p.id = c.period_id))) + make_interval(days => c.escalate_days)"""

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

# A unit `u` that a seat `s` of a route's tier looks after, as the tier's scope says.
AROUND = """u.government_id = s.government_id AND CASE s.scope WHEN 'self' THEN u.id = s.id WHEN 'parent' THEN u.parent_id = s.id
  WHEN 'agency' THEN u.agency_id = s.id WHEN 'item' THEN coalesce(u.agency_id, u.id) = coalesce(s.agency_id, s.id)
  WHEN 'government' THEN s.parent_id IS NULL ELSE s.own = s.named END"""

# What a person's offices do at the tiers of the routes that units around them follow: by the newest version of each, and by an
# older one as long as a report on it has come as far as the tier, because a report stays on the version with which it began. It
# does so too when its unit is given another route; units are looked through for that only where nothing else offers the desk.
VERBS = f"""
WITH posts AS MATERIALIZED ({POSTS}),
  seats AS MATERIALIZED (
    SELECT t.route_id, t.number, t.verb, t.scope, t.unit AS named, w.code, w.tiers, w.newest, h.id, h.code AS own, h.agency_id,
      h.parent_id, h.government_id, EXISTS (SELECT FROM submissions_report r WHERE r.route_id = w.id AND r.tier >= t.number
        AND r.tier < w.tiers AND r.state NOT IN ('superseded', 'cancelled')) AS busy
    FROM posts m JOIN registry_unit h ON h.id = m.unit_id JOIN workflow_tier t ON t.role = m.role AND t.number > 0
    JOIN (SELECT id, code, jsonb_array_length(tiers) AS tiers, number = max(number) OVER (PARTITION BY code) AS newest
      FROM workflow_routeversion) w ON w.id = t.route_id),
  followed AS MATERIALIZED (SELECT DISTINCT s.verb FROM seats s
    JOIN registry_unit u ON u.route_code = s.code AND {AROUND} WHERE s.newest OR s.busy)
SELECT verb FROM followed UNION
SELECT s.verb FROM seats s JOIN registry_unit u ON u.route_code <> s.code AND {AROUND}
WHERE s.busy AND s.verb NOT IN (SELECT verb FROM followed) AND EXISTS (SELECT FROM registry_budgetitem i
  JOIN submissions_report r ON r.item_id = i.id WHERE i.unit_id = u.id AND r.route_id = s.route_id AND r.tier >= s.number
    AND r.tier < s.tiers AND r.state NOT IN ('superseded', 'cancelled'))"""


def verbs_of(user: User) -> set[str]:
    """What this person's offices do at tiers: verify, sign, review; his desks follow from it."""
    return {verb for (verb,) in _asked(VERBS, [user.pk, user.pk])}


def waiting_ids(user: User, verb: str) -> list[int]:
    """Reports that wait for `verb` by an office of `user`, or by a vacant one in whose place he acts now; in no order."""
    return [pk for (pk,) in _asked(WAITING, [user.pk, user.pk, verb, verb, verb])]


def waiting(user: User, verb: str) -> QuerySet[Report]:
    """The same, to be ordered and narrowed: what waits is asked for now, not when the rows are read."""
    return listed(waiting_ids(user, verb))


def listed(ids: list[int]) -> QuerySet[Report]:
    """Reports by their keys, however many."""
    return Report.objects.filter(pk__in=_keys(ids))


def _asked(statement: str, params: list[Any]) -> list[Any]:
    """The rows of a statement that is always the same: planning it anew would cost many times what it does."""
    return alone().execute(statement, params).fetchall()


def _keys(ids: list[int]) -> RawSQL:
    return RawSQL("SELECT unnest(%s::bigint[])", [ids])  # noqa: S611 - values go as parameters


def to_verify(user: User) -> QuerySet[Report]:
    """Submitted reports that wait for his verification, and verified ones under which an earlier month moved."""
    return waiting(user, VERIFY)


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
    return _elsewhere(user, VERIFY)


def below_head(user: User) -> QuerySet[Report]:
    """Reports of the signer's field that others hold now."""
    return _elsewhere(user, SIGN)


def not_reviewed_yet(user: User) -> QuerySet[Report]:
    """Reports of the reviewer's field that have not come to him."""
    return _elsewhere(user, REVIEW)


def _elsewhere(user: User, verb: str) -> QuerySet[Report]:
    held = Q(state__in=(route.SUBMITTED, route.VERIFIED, route.SIGNED, route.RETURNED))
    revised = Q(state=route.DRAFT, revision__gt=0)
    others = _field(user, verb).filter(held | revised).exclude(_returned_by(user))
    return others.exclude(pk__in=_keys(waiting_ids(user, verb)))


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
