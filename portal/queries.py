"""The portal's SQL: what the sub-activities of a view stand at, from the formula itself or from what is kept of it.

Parameters: year (fiscal year id), first and last (months 1..13), states (which reports count), and the scope: path (unit and
all below), agency (id or None), post (of the verifier, 0 for those without, or None), and for people paths and posts (None for
the public, who see all that is published).

A statement is a source and a shape. Sources: `FACTS` asks the formula of submissions.rollups, `KEPT_FACTS` the same rows as
they were kept when they were published; `OWN` and `KEPT_OWN` the sums of each unit's own sub-activities.
"""

from approvals.desk_reminding import AWAITED
from submissions.rollups import ADDED, IN_FORCE, STANDING, SUMS, WEIGHED

# starts_with() instead of LIKE: a path is data, not a pattern.
PLACES = "starts_with(u.path, %(path)s) AND (%(agency)s::bigint IS NULL OR u.agency_id = %(agency)s)"
SECTION = "(%(post)s::bigint IS NULL OR coalesce(i.verifier_post_id, 0) = %(post)s)"
BELOW_MINE = "EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS x(path) WHERE starts_with(u.path, x.path))"
ITEM = """i.sub_activity_code AS code, i.sub_activity_name AS name, i.verifier_post_id, u.code AS unit_code,
    u.name AS unit_name, u.path, coalesce(u.agency_id, u.id) AS agency_id"""
OWN_SCOPE = f"""
scope AS (
  SELECT i.id, i.unit_id, {ITEM}, i.officer_post_id
  FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  WHERE i.fiscal_year_id = %(year)s AND {PLACES} AND {SECTION}
    AND (%(paths)s::text[] IS NULL OR i.officer_post_id = ANY (%(posts)s::bigint[])
      OR i.verifier_post_id = ANY (%(posts)s::bigint[]) OR {BELOW_MINE})
)"""  # noqa: S608 (joined from constants, here and below)
# For who asks for holders: the sub-activities of a view and what is expected of them.
SCOPE = f"{OWN_SCOPE},{IN_FORCE}"
FACTS = f"WITH {OWN_SCOPE},{STANDING}"
KEPT_FACTS = f"""
WITH facts AS (
  SELECT r.*, {ITEM}, r.reported AS published, CASE WHEN r.reported THEN 'published' ELSE '' END AS state,
    coalesce(n.public_note, '') AS public_note, {WEIGHED}
  FROM submissions_itemmonth r JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = r.unit_id
    LEFT JOIN submissions_report n ON n.id = r.report_id
  WHERE r.fiscal_year_id = %(year)s AND r.month BETWEEN %(first)s AND %(last)s AND {PLACES} AND {SECTION}
    AND (%(paths)s::text[] IS NULL OR {BELOW_MINE})
)"""  # noqa: S608

# The sums of each unit's own sub-activities in each month.
SUMMED = f"""
own AS (SELECT f.unit_id, f.month, f.path, f.agency_id, {SUMS} FROM facts f
  GROUP BY f.unit_id, f.month, f.path, f.agency_id)"""  # noqa: S608
OWN = f"{FACTS},{SUMMED}"
KEPT_SECTION = f"{KEPT_FACTS},{SUMMED}"
KEPT_OWN = f"""
WITH own AS (
  SELECT t.*, u.path, coalesce(u.agency_id, u.id) AS agency_id
  FROM submissions_unitmonth t JOIN registry_unit u ON u.id = t.unit_id
  WHERE t.fiscal_year_id = %(year)s AND t.month BETWEEN %(first)s AND %(last)s AND {PLACES}
    AND (%(paths)s::text[] IS NULL OR {BELOW_MINE})
)"""  # noqa: S608

# Without a unit the groups are the agencies; else the units right below it, and itself for its own sub-activities.
GROUPED = """,
grouped AS (
  SELECT own.*, coalesce(below.id, CASE WHEN %(unit)s::bigint IS NULL THEN own.agency_id ELSE own.unit_id END) AS group_id
  FROM own LEFT JOIN registry_unit below ON below.parent_id = %(unit)s::bigint AND starts_with(own.path, below.path)
)"""
# One row per group, and the total (unit NULL).
UNITS = f"""{GROUPED}
SELECT g.id AS unit_id, g.code AS unit_code, g.name AS unit_name, sums.* FROM
  (SELECT t.group_id, {ADDED} FROM grouped t GROUP BY GROUPING SETS ((t.group_id), ())) AS sums
  LEFT JOIN registry_unit g ON g.id = sums.group_id ORDER BY g.code NULLS FIRST"""  # noqa: S608
# One row per month; one per month and group.
YEAR = f" SELECT t.month, {ADDED} FROM own t GROUP BY t.month"  # noqa: S608
UNIT_YEAR = f"""{GROUPED}
SELECT sums.*, g.id AS unit_id, g.code AS unit_code, g.name AS unit_name FROM
  (SELECT t.month, t.group_id, {ADDED} FROM grouped t GROUP BY t.month, t.group_id) AS sums
  JOIN registry_unit g ON g.id = sums.group_id ORDER BY g.code, sums.month"""  # noqa: S608

# After FACTS or KEPT_FACTS of a year: per month, and per month and group, what each sub-activity has done, weighed by the ceiling
# that is in force for it in the `newest` opened month.
WORK_NOW = f""",
weighed AS (
  SELECT f.unit_id, f.month, f.path, f.agency_id, f.stands,
    sum(f.in_force_ceiling) FILTER (WHERE f.month = %(newest)s) OVER (PARTITION BY f.unit_id, f.code) AS ceiling_now
  FROM facts f
),
own AS (
  SELECT w.unit_id, w.month, w.path, w.agency_id, sum(w.ceiling_now * w.stands) AS value FROM weighed w
  GROUP BY w.unit_id, w.month, w.path, w.agency_id
){GROUPED}
SELECT g.month, coalesce(g.group_id, 0) AS unit_id, sum(g.value) AS value FROM grouped g
GROUP BY GROUPING SETS ((g.month, g.group_id), (g.month))"""  # noqa: S608

# After FACTS or KEPT_FACTS: one row per sub-activity; one per section, which is a verifier's post.
ITEMS = """
SELECT f.code, f.name, f.unit_code, f.unit_name, f.required, f.reported, f.published, f.ceiling, f.this_month, f.realised,
  f.cash_planned, f.physical, f.planned_physical, f.status, f.public_note, f.as_of, f.revision, f.state,
  coalesce(sum(f.ceiling) FILTER (WHERE f.value IS NOT NULL) OVER (), 0) AS weighed_over
FROM facts f ORDER BY f.unit_code, f.code LIMIT %(limit)s OFFSET %(offset)s"""
SECTIONS = f"""
SELECT coalesce(q.id, 0) AS post_id, coalesce(q.title, '') AS title, coalesce(w.name, '') AS unit_name, sums.* FROM
  (SELECT f.verifier_post_id, {SUMS} FROM facts f GROUP BY f.verifier_post_id) AS sums
  LEFT JOIN registry_post q ON q.id = sums.verifier_post_id LEFT JOIN registry_unit w ON w.id = q.unit_id
ORDER BY w.code NULLS LAST, q.title, q.id"""  # noqa: S608

# One sub-activity through the year; money and points run on in the window, month by month.
ITEM_YEAR = """
WITH counted AS (
  SELECT DISTINCT ON (p.month) r.*, p.month FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  WHERE r.item_id = %(item)s AND r.state = 'published' ORDER BY p.month, r.revision DESC
),
run AS (
  SELECT c.*, m.money, sum(m.money) OVER months AS realised, sum(c.increment) OVER months AS points,
    sum(c.volume) OVER months AS volumes
  FROM counted c
    LEFT JOIN LATERAL (SELECT sum(l.realized) AS money FROM submissions_reportline l WHERE l.report_id = c.id) m ON true
  WINDOW months AS (ORDER BY c.month)
)
SELECT c.id AS report, c.month, c.revision, c.ceiling, present.ceiling AS ceiling_now, c.money AS this_month, c.realised,
  plan.cash AS cash_planned,
  CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * c.volume / nullif(c.output_target, 0) ELSE c.increment END AS increment,
  CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * c.volumes / nullif(c.output_target, 0) ELSE c.points END AS physical,
  CASE WHEN c.physical_mode = 'VOLUME' THEN 100 * plan.physical / nullif(c.output_target, 0) ELSE plan.physical END
    AS planned_physical,
  c.status, c.problems, c.public_note, c.published_at, batch.token AS batch_token, batch.document_no,
  (SELECT jsonb_agg(jsonb_build_array(o.revision, b.token) ORDER BY o.revision) FROM submissions_report o
    LEFT JOIN LATERAL (SELECT b.token FROM approvals_signingentry e JOIN approvals_signingbatch b ON b.id = e.batch_id
      WHERE e.report_id = o.id AND b.state = 'published' ORDER BY b.id DESC LIMIT 1) b ON true
    WHERE o.item_id = c.item_id AND o.period_id = c.period_id AND o.state = 'superseded') AS replaced,
  (SELECT jsonb_agg(jsonb_build_array(e.token, coalesce(nullif(e.caption, ''), e.original_name)) ORDER BY e.id)
    FROM submissions_evidence e LEFT JOIN LATERAL (SELECT s.state FROM submissions_evidencescan s WHERE s.sha256 = e.sha256
      ORDER BY s.at DESC, s.id DESC LIMIT 1) scan ON true
    WHERE e.report_id = c.id AND e.public AND (scan.state = 'clean' OR (scan.state IS NULL AND NOT %(scanned)s))) AS files
FROM run c
  LEFT JOIN registry_budgetitemversion pinned ON pinned.item_id = c.item_id AND pinned.version_id = c.budget_version_id
  LEFT JOIN LATERAL (SELECT sum(k.cash) AS cash, sum(k.physical) AS physical FROM registry_monthlyplan k
    WHERE k.item_version_id = pinned.id AND k.month <= c.month) plan ON true
  LEFT JOIN LATERAL (SELECT b.token, b.document_no FROM approvals_signingentry e
    JOIN approvals_signingbatch b ON b.id = e.batch_id
    WHERE e.report_id = c.id AND b.state = 'published' ORDER BY b.id DESC LIMIT 1) batch ON true
  LEFT JOIN LATERAL (SELECT iv.ceiling FROM registry_budgetitemversion iv JOIN registry_budgetversion v ON v.id = iv.version_id
    WHERE iv.item_id = c.item_id AND iv.active
      AND v.effective_month <= (SELECT max(p.month) FROM submissions_period p WHERE p.fiscal_year_id = v.fiscal_year_id)
    ORDER BY v.effective_month DESC, v.sequence DESC LIMIT 1) present ON true
ORDER BY c.month"""

MONTHS = """
SELECT p.fiscal_year_id, p.month, min(p.first_day), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM submissions_report r WHERE r.period_id = p.id AND r.state = 'published')) AS agencies
FROM submissions_period p WHERE p.fiscal_year_id = %s GROUP BY p.fiscal_year_id, p.month ORDER BY p.month"""

# Who holds what is not yet published: the post that the view of holders names, the first where there are several, so that each
# report counts once. The view is asked as the board asks it (portal.board.queries.HELD): about one of those that are alike to it.
HOLDERS = f"""
WITH {SCOPE},
newest AS (
  SELECT DISTINCT ON (r.item_id) r.item_id, r.id, r.state, r.tier, r.moved_at, r.route_id,
    r.state <> 'published' AND {AWAITED} AS awaited
  FROM scope s JOIN submissions_report r ON r.item_id = s.id JOIN submissions_period p ON p.id = r.period_id
  WHERE p.month = %(month)s ORDER BY r.item_id, r.state = 'published' DESC, r.revision DESC
),
open AS MATERIALIZED (
  SELECT n.item_id,
    min(n.id) OVER (PARTITION BY n.route_id, n.tier, s.unit_id, s.officer_post_id, s.verifier_post_id) AS like_id
  FROM newest n JOIN scope s ON s.id = n.item_id WHERE n.awaited
),
post AS MATERIALIZED (
  SELECT h.report_id, min(h.post_id) AS id FROM submissions_holder h
  WHERE h.report_id = ANY (ARRAY(SELECT DISTINCT like_id FROM open)) GROUP BY h.report_id
),
held AS (
  SELECT s.agency_id, coalesce(n.state, 'missing') AS state, coalesce(n.moved_at, p.opens_at) AS since,
    CASE WHEN n.id IS NULL THEN s.officer_post_id ELSE post.id END AS post_id,
    CASE WHEN n.state = 'submitted' THEN p.verify_due WHEN n.state IN ('verified', 'signed') THEN p.sign_due
      ELSE p.entry_due END AS due
  FROM scope s JOIN active a ON a.item_id = s.id AND a.expected LEFT JOIN newest n ON n.item_id = s.id
    LEFT JOIN submissions_period p ON p.fiscal_year_id = %(year)s AND p.month = %(month)s AND p.agency_id = s.agency_id
    LEFT JOIN open o ON o.item_id = n.item_id LEFT JOIN post ON post.report_id = o.like_id
),
summed AS (
  SELECT agency_id, state, post_id, count(*) AS reports, min(since) AS since, min(due) AS due FROM held
  GROUP BY agency_id, state, post_id
)
SELECT u.code AS agency_code, u.name AS agency_name, h.state, coalesce(q.title, '') AS post_title,
  coalesce(w.name, '') AS post_unit, coalesce(o.capacity, '') AS capacity, coalesce(z.name, '') AS person, h.reports,
  h.since, h.due
FROM summed h JOIN registry_unit u ON u.id = h.agency_id LEFT JOIN registry_post q ON q.id = h.post_id
  LEFT JOIN registry_unit w ON w.id = q.unit_id LEFT JOIN registry_office o ON o.post_id = h.post_id
  LEFT JOIN registry_user z ON z.id = o.person_id
ORDER BY u.code, h.due, q.title, h.post_id, h.state, o.person_id"""  # noqa: S608
