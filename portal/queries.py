"""The portal's SQL: one chain of common table expressions that says what each sub-activity stands at in one month.

Parameters: year (fiscal year id), month (1..13), states (which reports count), and the scope: path (unit and all
below), agency (id or None), and for people paths/posts (None for the public, who see all that is published).
"""

# starts_with() instead of LIKE: a path is data, not a pattern.
SCOPE = """
scope AS (
  SELECT i.id, i.unit_id, i.sub_activity_code AS code, i.sub_activity_name AS name, i.officer_post_id, i.verifier_post_id,
    u.code AS unit_code, u.name AS unit_name, u.path, u.parent_id, coalesce(u.agency_id, u.id) AS agency_id
  FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  WHERE i.fiscal_year_id = %(year)s AND starts_with(u.path, %(path)s)
    AND (%(agency)s::bigint IS NULL OR u.agency_id = %(agency)s)
    AND (%(paths)s::text[] IS NULL OR i.officer_post_id = ANY (%(posts)s::bigint[])
      OR i.verifier_post_id = ANY (%(posts)s::bigint[])
      OR EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS x(path) WHERE starts_with(u.path, x.path)))
),
in_force AS (
  SELECT DISTINCT ON (v.unit_id) v.id FROM registry_budgetversion v
  WHERE v.fiscal_year_id = %(year)s AND v.effective_month <= %(month)s
  ORDER BY v.unit_id, v.effective_month DESC, v.sequence DESC
),
active AS (
  -- Who has nothing to spend and never reported has nothing to report (V-06).
  SELECT iv.item_id, iv.ceiling,
    iv.ceiling > 0 OR EXISTS (SELECT 1 FROM submissions_report e WHERE e.item_id = iv.item_id) AS expected
  FROM registry_budgetitemversion iv JOIN in_force f ON f.id = iv.version_id
  WHERE iv.active
)"""

# `counted` holds one report per sub-activity and month: the published one, else the newest revision; a later revision that is
# still under way is a proposal. `facts` has one row per sub-activity.
FACTS = f"""
WITH {SCOPE},
counted AS MATERIALIZED (
  SELECT DISTINCT ON (r.item_id, p.month) r.id, r.item_id, p.month, r.state, r.revision, r.budget_version_id, r.ceiling,
    r.physical_mode, r.output_target, r.status, r.increment, r.volume, r.public_note,
    coalesce(r.published_at, r.moved_at) AS as_of
  FROM scope s JOIN submissions_report r ON r.item_id = s.id JOIN submissions_period p ON p.id = r.period_id
  WHERE p.month <= %(month)s AND r.state = ANY (%(states)s)
  ORDER BY r.item_id, p.month, r.state = 'published' DESC, r.revision DESC
),
spent AS (
  SELECT l.report_id, sum(l.realized) AS money FROM counted c JOIN submissions_reportline l ON l.report_id = c.id
  GROUP BY l.report_id
),
to_date AS (
  SELECT c.item_id, sum(m.money) AS realised, sum(m.money) FILTER (WHERE c.month = %(month)s) AS this_month,
    sum(c.increment) AS points, sum(c.volume) AS volume
  FROM counted c LEFT JOIN spent m ON m.report_id = c.id GROUP BY c.item_id
),
raw AS (
  SELECT s.*, n.id IS NOT NULL AS reported, n.id IS NOT NULL OR coalesce(a.expected, false) AS required,
    coalesce(n.state = 'published', false) AS published, coalesce(n.state, '') AS state, coalesce(n.revision, 0) AS revision,
    coalesce(n.ceiling, a.ceiling) AS ceiling, t.this_month, t.realised, plan.cash AS cash_planned,
    -- Output units become points of the target that the report was pinned to; the others are points already.
    CASE WHEN n.id IS NULL THEN NULL WHEN n.physical_mode = 'VOLUME' THEN 100 * t.volume / nullif(n.output_target, 0)
      ELSE t.points END AS physical,
    CASE WHEN n.physical_mode = 'VOLUME' THEN 100 * plan.physical / nullif(n.output_target, 0) ELSE plan.physical END
      AS planned_physical,
    coalesce(n.status, '') AS status, coalesce(n.public_note, '') AS public_note, n.as_of
  FROM scope s
    LEFT JOIN active a ON a.item_id = s.id
    LEFT JOIN to_date t ON t.item_id = s.id
    LEFT JOIN counted n ON n.item_id = s.id AND n.month = %(month)s
    LEFT JOIN registry_budgetitemversion pinned ON pinned.item_id = s.id AND pinned.version_id = n.budget_version_id
    LEFT JOIN LATERAL (SELECT sum(k.cash) AS cash, sum(k.physical) AS physical FROM registry_monthlyplan k
      WHERE k.item_version_id = pinned.id AND k.month <= %(month)s) plan ON true
  WHERE a.item_id IS NOT NULL OR t.item_id IS NOT NULL
),
facts AS (SELECT r.*, r.ceiling * r.physical AS value, r.ceiling * r.planned_physical AS planned_value FROM raw r)"""  # noqa: S608 (joined from constants)

# Names as in `figures.Total`. Exact sums of numeric; the only divisions come afterwards (W-3).
SUMS = """
  count(*) AS items, count(*) FILTER (WHERE f.required) AS required, count(*) FILTER (WHERE f.reported) AS reported,
  count(*) FILTER (WHERE f.published) AS published,
  coalesce(sum(f.ceiling) FILTER (WHERE f.required), 0) AS ceiling,
  coalesce(sum(f.ceiling) FILTER (WHERE f.reported), 0) AS reported_ceiling,
  sum(f.this_month) AS this_month, sum(f.realised) AS realised, sum(f.realised) FILTER (WHERE f.reported) AS reported_realised,
  coalesce(sum(f.ceiling) FILTER (WHERE f.reported AND f.cash_planned IS NOT NULL), 0) AS cash_ceiling,
  sum(f.cash_planned) FILTER (WHERE f.reported AND f.ceiling > 0) AS cash_planned,
  sum(f.realised) FILTER (WHERE f.reported AND f.ceiling > 0 AND f.cash_planned IS NOT NULL) AS cash_realised,
  coalesce(sum(f.ceiling) FILTER (WHERE f.value IS NOT NULL), 0) AS physical_ceiling, sum(f.value) AS physical_value,
  coalesce(sum(f.ceiling) FILTER (WHERE f.planned_value IS NOT NULL), 0) AS planned_ceiling,
  sum(f.planned_value) AS planned_value,
  coalesce(sum(f.ceiling) FILTER (WHERE f.value - f.planned_value IS NOT NULL), 0) AS both_ceiling,
  sum(f.value - f.planned_value) AS both_value, max(f.as_of) AS as_of"""

# One row per agency, and the total (unit NULL).
BY_AGENCY = f"""{FACTS}
SELECT g.id AS unit_id, g.code AS unit_code, g.name AS unit_name, sums.* FROM
  (SELECT f.agency_id AS group_id, {SUMS} FROM facts f GROUP BY GROUPING SETS ((f.agency_id), ())) AS sums
  LEFT JOIN registry_unit g ON g.id = sums.group_id ORDER BY g.code NULLS FIRST"""  # noqa: S608

# One row per unit right below %(unit)s and one for the unit's own sub-activities, and the total.
BY_UNIT = f"""{FACTS}
SELECT g.id AS unit_id, g.code AS unit_code, g.name AS unit_name, sums.* FROM
  (SELECT f.group_id, {SUMS} FROM (SELECT facts.*, coalesce(below.id, facts.unit_id) AS group_id FROM facts
      LEFT JOIN registry_unit below ON below.parent_id = %(unit)s AND starts_with(facts.path, below.path)) AS f
    GROUP BY GROUPING SETS ((f.group_id), ())) AS sums
  LEFT JOIN registry_unit g ON g.id = sums.group_id ORDER BY g.code NULLS FIRST"""  # noqa: S608

ITEMS = f"""{FACTS}
SELECT f.code, f.name, f.unit_code, f.unit_name, f.required, f.reported, f.published, f.ceiling, f.this_month, f.realised,
  f.cash_planned, f.physical, f.planned_physical, f.status, f.public_note, f.as_of, f.revision, f.state,
  (SELECT coalesce(sum(w.ceiling) FILTER (WHERE w.value IS NOT NULL), 0) FROM facts w) AS weighed_over
FROM facts f ORDER BY f.unit_code, f.code LIMIT %(limit)s OFFSET %(offset)s"""  # noqa: S608

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

# Who holds what is not yet published: the post that the report's own route names for the tier where it waits.
HOLDERS = f"""
WITH {SCOPE},
newest AS (
  SELECT DISTINCT ON (r.item_id) r.item_id, r.id, r.state, r.tier, r.moved_at, r.route_id
  FROM scope s JOIN submissions_report r ON r.item_id = s.id JOIN submissions_period p ON p.id = r.period_id
  WHERE p.month = %(month)s ORDER BY r.item_id, r.state = 'published' DESC, r.revision DESC
),
held AS (
  SELECT s.agency_id, coalesce(n.state, 'missing') AS state, coalesce(n.moved_at, p.opens_at) AS since,
    CASE WHEN n.state = 'published' THEN NULL WHEN coalesce(n.tier, 0) = 0 THEN s.officer_post_id
      ELSE coalesce(CASE WHEN t.scope = 'item' THEN s.verifier_post_id END, office.id) END AS post_id,
    CASE WHEN n.state = 'submitted' THEN p.verify_due WHEN n.state IN ('verified', 'signed') THEN p.sign_due
      ELSE p.entry_due END AS due
  FROM scope s JOIN active a ON a.item_id = s.id AND a.expected LEFT JOIN newest n ON n.item_id = s.id
    LEFT JOIN submissions_period p ON p.fiscal_year_id = %(year)s AND p.month = %(month)s AND p.agency_id = s.agency_id
    LEFT JOIN workflow_routeversion v ON v.id = n.route_id
    LEFT JOIN LATERAL (SELECT v.tiers->n.tier->>'role' AS role, v.tiers->n.tier->>'scope' AS scope) t ON true
    LEFT JOIN LATERAL (SELECT q.id FROM registry_post q WHERE q.role = t.role AND q.unit_id =
      CASE t.scope WHEN 'agency' THEN s.agency_id WHEN 'parent' THEN s.parent_id ELSE s.unit_id END
      ORDER BY q.id LIMIT 1) office ON true
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
ORDER BY u.code, h.due, q.title"""  # noqa: S608
