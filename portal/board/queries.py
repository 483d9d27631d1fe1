"""The board's SQL: sets of reports by row and month, whatever the number of agencies.

PLACES asks where each sub-activity belongs, once; the others are given what it found, so that all of them speak of the same.
Parameters: year (fiscal year id), path and agency (what is looked at), unit (whose units below are the rows; NULL: agencies are
the rows), paths (what the reader may see; NULL: everything), now; items, rows, agencies (what PLACES found, side by side).
"""

from approvals.desk_reminding import AWAITED
from submissions.answers import MONTH

# Which sub-activities belong to which row.
PLACES = """
SELECT i.id AS items, CASE WHEN %(unit)s::bigint IS NULL THEN u.agency_id ELSE coalesce(below.id, u.id) END AS rows,
  u.agency_id AS agencies
FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  LEFT JOIN registry_unit below ON below.parent_id = %(unit)s AND starts_with(u.path, below.path)
WHERE i.fiscal_year_id = %(year)s AND starts_with(u.path, %(path)s) AND u.agency_id IS NOT NULL
  AND (%(agency)s::bigint IS NULL OR u.agency_id = %(agency)s)
  AND (%(paths)s::text[] IS NULL
    OR EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS x(path) WHERE starts_with(u.path, x.path)))
ORDER BY i.id"""

PLACE = """
place AS MATERIALIZED (
  SELECT * FROM unnest(%(items)s::bigint[], %(rows)s::bigint[], %(agencies)s::bigint[]) AS p(item_id, row_id, agency_id)
)"""

# One row per row of the board and opened month, without its reports; and one without a row for a month that only sub-activities
# of another agency than today's were in. Of its reports: how many acts they have seen, when the last one was, and whether all
# have come to an end.
MONTHS = f"""
WITH {PLACE},
acts AS MATERIALIZED (
  SELECT r.period_id, sum(r.step) AS steps, max(r.moved_at) AS moved_at,
    bool_and(r.state IN ('published', 'superseded', 'cancelled')) AS ended
  FROM place s JOIN submissions_report r ON r.item_id = s.item_id GROUP BY r.period_id
)
SELECT b.row_id, p.id AS period, p.month, p.opens_at, p.submit_from, p.entry_due, p.verify_due, p.sign_due, p.lock_at,
  p.closed_at, a.steps, a.moved_at, a.ended, g.until AS reopened_until, letter.level AS letter
FROM submissions_period p LEFT JOIN (SELECT DISTINCT row_id, agency_id FROM place) b ON b.agency_id = p.agency_id
  LEFT JOIN acts a ON a.period_id = p.id LEFT JOIN registry_unit u ON u.id = b.row_id
  LEFT JOIN LATERAL (SELECT max(w.expires_at) AS until FROM workflow_grant w WHERE p.lock_at <= %(now)s
    AND w.kind = 'reopening' AND w.revoked_at IS NULL AND w.granted_at <= %(now)s AND w.expires_at > %(now)s
    AND (starts_with(u.path, w.scope_path) OR starts_with(w.scope_path, u.path)) AND (w.subjects = '{{}}' OR EXISTS (
      SELECT 1 FROM unnest(w.subjects) s WHERE split_part(s, '/', 1) = {MONTH}))) g ON true
  LEFT JOIN LATERAL (SELECT max(k.level) AS level FROM portal_reminderletter k WHERE k.period_id = p.id) letter ON true
WHERE p.fiscal_year_id = %(year)s AND (b.row_id IS NOT NULL OR a.period_id IS NOT NULL)
ORDER BY b.row_id, p.month, p.id"""  # noqa: S608 - joined from constants

# The reports of a row and month, of those months that are asked for (`periods`). A report counts by its first revision: a
# correction takes nothing back. Only what is not handed in is looked at line by line.
COUNTS = f"""
WITH {PLACE},
first AS MATERIALIZED (
  SELECT s.row_id, r.id, r.item_id, r.period_id, r.state, r.ceiling, r.status, r.published_at, r.moved_at
  FROM place s JOIN submissions_report r ON r.item_id = s.item_id
  WHERE r.revision = 0 AND r.state <> 'cancelled' AND r.period_id = ANY (%(periods)s)
),
later AS (
  SELECT r.item_id, r.period_id, bool_or(r.state = 'published') AS amended,
    bool_or(r.state NOT IN ('published', 'superseded', 'cancelled')) AS correcting, max(r.moved_at) AS moved_at
  FROM place s JOIN submissions_report r ON r.item_id = s.item_id
  WHERE r.revision > 0 AND r.period_id = ANY (%(periods)s) GROUP BY r.item_id, r.period_id
)
SELECT f.period_id AS period, f.row_id, count(*) AS required,
  count(*) FILTER (WHERE f.state = 'returned' OR (f.state = 'draft' AND (f.status <> '' OR e.share > 0))) AS begun,
  count(*) FILTER (WHERE f.state = 'submitted') AS submitted,
  count(*) FILTER (WHERE f.state IN ('verified', 'signed')) AS verified,
  count(*) FILTER (WHERE f.state IN ('published', 'superseded')) AS published,
  count(*) FILTER (WHERE l.amended) AS amended, count(*) FILTER (WHERE l.correcting) AS correcting,
  sum(CASE WHEN f.state IN ('draft', 'returned') THEN coalesce(e.share, 0) ELSE 1 END) AS entered,
  max(f.published_at) AS last_at, max(greatest(f.moved_at, l.moved_at)) AS updated_at, sum(f.ceiling) AS ceiling,
  coalesce(sum(f.ceiling) FILTER (WHERE f.state IN ('published', 'superseded')), 0) AS published_ceiling
FROM first f LEFT JOIN later l ON l.item_id = f.item_id AND l.period_id = f.period_id
  LEFT JOIN LATERAL (SELECT avg((m.realized IS NOT NULL)::int) AS share FROM submissions_reportline m
    WHERE m.report_id = f.id AND f.state IN ('draft', 'returned')) e ON true
GROUP BY f.period_id, f.row_id"""  # noqa: S608

# Who has what now. The view of holders is asked once for all of them: joined row by row it would be read for each report. And
# it is asked about one of those that lie at the same tier of the same route, in the same unit, of the same officer and verifier:
# the view knows nothing else of a report, so they are held by the same.
HELD = f"""
WITH {PLACE},
open AS MATERIALIZED (
  SELECT r.id, s.row_id, p.month, coalesce(r.moved_at, p.opens_at) AS since,
    CASE r.state WHEN 'submitted' THEN 'verify' WHEN 'verified' THEN 'sign' WHEN 'signed' THEN 'review' ELSE 'entry' END AS step,
    min(r.id) OVER (PARTITION BY r.route_id, r.tier, i.unit_id, i.officer_post_id, i.verifier_post_id) AS like_id
  FROM place s JOIN registry_budgetitem i ON i.id = s.item_id JOIN submissions_report r ON r.item_id = s.item_id
    JOIN submissions_period p ON p.id = r.period_id
  WHERE r.state IN ('draft', 'returned', 'submitted', 'verified', 'signed') AND {AWAITED}
    AND p.opens_at <= %(now)s AND p.closed_at IS NULL
),
held AS MATERIALIZED (
  SELECT h.report_id, h.post_id FROM submissions_holder h WHERE h.report_id = ANY (ARRAY(SELECT DISTINCT like_id FROM open))
)
SELECT o.row_id, o.month, o.step, coalesce(q.title, '') AS title, coalesce(v.name, '') AS unit,
  coalesce(f.capacity, '') AS capacity, coalesce(z.name, '') AS person, count(DISTINCT o.id) AS reports, min(o.since) AS since
FROM open o LEFT JOIN held h ON h.report_id = o.like_id LEFT JOIN registry_post q ON q.id = h.post_id
  LEFT JOIN registry_unit v ON v.id = q.unit_id LEFT JOIN registry_office f ON f.post_id = q.id
  LEFT JOIN registry_user z ON z.id = f.person_id
GROUP BY o.row_id, o.month, o.step, q.id, q.title, v.name, f.capacity, z.name
ORDER BY o.row_id, o.month, min(o.since), q.title, z.name"""  # noqa: S608

# W-10 by tier, counted in groups: what came in time is one group, what came late one a day. What a tier does not hold is not
# its own: an officer counts by his first submission, the others from when a report came to them; where a route verifies nothing,
# no verifier counts. `done` is NULL for what is still to be done. Hours are working hours between two moments, by the calendar's
# days that are given. Of those months that are asked for: `periods`, `entry_dues`, `verify_dues`, `sign_dues` side by side.
TIMES = f"""
WITH {PLACE},
days AS MATERIALIZED (
  SELECT d.day, d.before, d.works FROM unnest(%(days)s::date[], %(before)s::int[], %(works)s::bool[]) AS d(day, before, works)
),
periods AS MATERIALIZED (
  SELECT p.id, p.entry_due, p.verify_due, p.sign_due
  FROM unnest(%(periods)s::bigint[], %(entry_dues)s::timestamptz[], %(verify_dues)s::timestamptz[], %(sign_dues)s::timestamptz[])
    AS p(id, entry_due, verify_due, sign_due)
),
sent AS MATERIALIZED (
  SELECT s.row_id, r.period_id, r.state, r.submitted_at, r.verified_at, r.signed_at, r.published_at, p.entry_due, p.verify_due,
    p.sign_due, CASE WHEN r.state = 'draft' THEN NULL WHEN r.submitted_at > p.entry_due + %(grace)s THEN
      (SELECT min(d.at) FROM workflow_decision d WHERE d.object_id = r.id AND d.verb = 'submit' AND d.content_type_id = %(kind)s)
      ELSE r.submitted_at END AS first_at
  FROM place s JOIN submissions_report r ON r.item_id = s.item_id JOIN periods p ON p.id = r.period_id
  WHERE r.revision = 0 AND r.state <> 'cancelled' AND r.period_id = ANY (%(periods)s)
),
told AS (
  SELECT row_id, period_id, 'publish' AS tier, sign_due AS due, NULL::timestamptz AS arrived, published_at AS done FROM sent
  WHERE sign_due + %(grace)s < %(now)s
  UNION ALL
  SELECT row_id, period_id, 'entry', entry_due, NULL, first_at FROM sent WHERE entry_due + %(grace)s < %(now)s
  UNION ALL
  SELECT row_id, period_id, 'verify', verify_due, submitted_at, CASE WHEN state <> 'submitted' THEN verified_at END FROM sent
  WHERE state = 'submitted' OR (state NOT IN ('draft', 'returned') AND verified_at >= submitted_at)
  UNION ALL
  SELECT row_id, period_id, 'sign', sign_due, greatest(submitted_at, verified_at),
    CASE WHEN state <> 'verified' THEN signed_at END FROM sent
  WHERE state NOT IN ('draft', 'returned', 'submitted')
),
timed AS (
  SELECT t.*, coalesce(t.done, %(now)s) > t.due + %(grace)s AS late, (t.arrived AT TIME ZONE %(zone)s) AS came,
    (t.done AT TIME ZONE %(zone)s) AS went FROM told t
)
SELECT t.row_id, t.period_id AS period, t.tier, t.due, max(t.arrived) AS arrived, max(t.done) AS done, count(*) AS reports,
  count(b.day) AS measured, coalesce(sum((b.before - a.before) * %(hours)s
    + CASE WHEN b.works THEN least(greatest(extract(epoch FROM t.went::time) / 3600 - %(begins)s, 0), %(hours)s) ELSE 0 END
    - CASE WHEN a.works THEN least(greatest(extract(epoch FROM t.came::time) / 3600 - %(begins)s, 0), %(hours)s) ELSE 0 END
    ), 0) AS hours
FROM timed t LEFT JOIN days a ON a.day = t.came::date LEFT JOIN days b ON b.day = t.went::date AND a.day IS NOT NULL
GROUP BY t.row_id, t.period_id, t.tier, t.due, t.done IS NULL, CASE WHEN t.late THEN t.came::date END,
  CASE WHEN t.late THEN t.went::date END
ORDER BY t.row_id, t.period_id, t.tier"""  # noqa: S608

UNITS = """
SELECT u.id, u.code, u.name, u.path,
  EXISTS (SELECT 1 FROM registry_unit c JOIN registry_budgetitem i ON i.unit_id = c.id AND i.fiscal_year_id = %(year)s
    WHERE c.id <> u.id AND starts_with(c.path, u.path)) AS divided
FROM registry_unit u WHERE u.id = ANY (%(rows)s) ORDER BY u.code"""

# What the board is made of changes with one of these; by the ends of indexes, whatever has happened before.
VERSION = """
SELECT concat_ws('.', (SELECT max(history_id) FROM submissions_historicalreport),
  (SELECT max(history_id) FROM submissions_historicalperiod), (SELECT max(id) FROM workflow_decision),
  (SELECT max(id) FROM workflow_grant), (SELECT count(*) FROM workflow_grant WHERE revoked_at IS NOT NULL),
  (SELECT max(history_id) FROM registry_historicalassignment), (SELECT max(id) FROM portal_reminderletter),
  floor(extract(epoch FROM jenjang_now()) / 300)::bigint)"""
