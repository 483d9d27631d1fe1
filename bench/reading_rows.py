"""Years that nobody lived through: rows put into an empty database by a few statements, past rules and triggers.

Only for measuring how reading grows with what there is; what is derived from them is then made by the product itself.
"""

from dataclasses import dataclass

import psycopg

AGENCIES, PEOPLE, MONTHS = 60, 2_000, 12
YEAR = 1  # the key of the fiscal year

# Ours fire always, also for a replica.
UNGUARDED = """DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', t);
  END LOOP;
END $$"""
# Agency n is unit n + 1 with the posts and people of the same rank: one head, then officers and verifiers in turn.
PLACES = """
INSERT INTO registry_government (id, code, name, time_zone, zone_name, currency, language, fiscal_start_month,
  sub_activity_pattern, account_pattern, unit_pattern, grouping)
VALUES (1, '99.99', 'Kabupaten Ukur', 'Asia/Makassar', 'WITA', 'IDR', 'id', 1, '.*', '.*', '.*', 'thousands');
INSERT INTO registry_fiscalyear (id, label, start_date, end_date, government_id)
VALUES (1, '2026', '2026-01-01', '2026-12-31', 1);
INSERT INTO registry_unit (id, kind, code, name, route_code, path, agency_id, government_id, parent_id)
SELECT n, CASE n WHEN 1 THEN 'GOVERNMENT' ELSE 'AGENCY' END, 'U' || to_char(n, 'FM000'), 'Dinas ' || n, 'DINAS',
  CASE n WHEN 1 THEN '/1/' ELSE '/1/' || n || '/' END, nullif(n, 1), 1, CASE WHEN n > 1 THEN 1 END
FROM generate_series(1, %(agencies)s + 1) n;
INSERT INTO registry_post (id, role, title, unit_id)
SELECT n, CASE WHEN n <= %(agencies)s THEN 'agency_head' WHEN n %% 2 = 0 THEN 'officer' ELSE 'section_head' END, 'Post ' || n,
  2 + (n - 1) %% %(agencies)s FROM generate_series(1, %(people)s) n;
INSERT INTO registry_user (id, password, is_superuser, username, name, rank, email, language, is_staff, is_active)
SELECT n, '!', false, 'u' || n, 'Orang ' || n, '', '', 'id', false, true FROM generate_series(1, %(people)s) n;
INSERT INTO registry_assignment (id, kind, decree_no, valid_from, person_id, post_id)
SELECT n, 'definitive', 'SK', '2020-01-01', n, n FROM generate_series(1, %(people)s) n;
INSERT INTO registry_budgetversion (id, kind, sequence, effective_month, legal_basis, fiscal_year_id, unit_id)
SELECT n + 1, 'murni', 1, 1, '', 1, n + 1 FROM generate_series(1, %(agencies)s) n;
INSERT INTO submissions_period (id, month, first_day, opens_at, submit_from, entry_due, verify_due, sign_due, lock_at, agency_id,
  fiscal_year_id)
SELECT m * 100 + n, m, make_date(2026, m, 1), d, d, d + interval '10 days', d + interval '12 days', d + interval '14 days',
  d + interval '20 days', n + 1, 1
FROM generate_series(1, %(agencies)s) n, generate_series(1, %(months)s) m,
  LATERAL (SELECT make_timestamptz(2026, m, 25, 0, 0, 0)) x(d)
"""
# Item i of agency i %% agencies; its officer and verifier are people of that agency.
BUDGET = """
INSERT INTO registry_budgetitem (id, sub_activity_code, sub_activity_name, output_indicator, output_unit, fiscal_year_id, unit_id,
  officer_post_id, verifier_post_id)
SELECT i, '1.03.10.2.01.' || to_char(i, 'FM000000'), 'Pekerjaan ' || i, '', 'Km', 1, 2 + a, o.id, v.id
FROM generate_series(1, %(items)s) i, LATERAL (SELECT i %% %(agencies)s AS a, i / %(agencies)s AS n) x
  JOIN LATERAL (SELECT array_agg(p.id ORDER BY p.id) AS ids FROM registry_post p
    WHERE p.unit_id = 2 + a AND p.role = 'officer') os ON true
  JOIN LATERAL (SELECT array_agg(p.id ORDER BY p.id) AS ids FROM registry_post p
    WHERE p.unit_id = 2 + a AND p.role = 'section_head') vs ON true,
  LATERAL (SELECT os.ids[1 + n %% cardinality(os.ids)] AS id) o, LATERAL (SELECT vs.ids[1 + n %% cardinality(vs.ids)] AS id) v;
INSERT INTO registry_budgetitemversion (id, ceiling, output_target, physical_mode, active, item_id, version_id)
SELECT i.id, 1000000 + i.id %% 977 * 1000, CASE WHEN i.id %% 5 = 0 THEN 7 END,
  CASE WHEN i.id %% 5 = 0 THEN 'VOLUME' ELSE 'PERCENT' END, true, i.id, i.unit_id FROM registry_budgetitem i;
INSERT INTO registry_monthlyplan (month, cash, physical, item_version_id)
SELECT m, v.ceiling / 12, CASE WHEN v.physical_mode = 'VOLUME' THEN 0.5 ELSE 8.3333 END, v.id
FROM registry_budgetitemversion v, generate_series(1, 12) m;
INSERT INTO registry_budgetline (id, account_code, account_name, fund_source, item_id)
SELECT i.id * 100 + l, '5.1.02.01.001.' || to_char(l, 'FM00000'), '', 'PAD', i.id
FROM registry_budgetitem i, generate_series(1, %(lines)s) l
"""
# Eleven months published; of the last, four in ten wait for their verifier.
REPORTS = """
INSERT INTO submissions_report (id, state, tier, step, version, content_hash, moved_at, token, revision, ceiling, physical_mode,
  output_target, status, increment, volume, physical_reason, problems, problem_text, follow_up_text, follow_up_pic, public_note,
  submitted_at, verified_at, signed_at, published_at, budget_version_id, item_id, period_id, route_id)
SELECT i.id * 100 + m, CASE WHEN waits THEN 'submitted' ELSE 'published' END, CASE WHEN waits THEN 1 ELSE 3 END, 4, 2, '', at,
  'r' || i.id * 100 + m, 0, v.ceiling, v.physical_mode, v.output_target, 'PELAKSANAAN',
  CASE WHEN v.physical_mode = 'PERCENT' THEN (i.id + m) %% 9 + 0.25 END, CASE WHEN v.physical_mode = 'VOLUME' THEN 0.4 END, '',
  '{}', '', '', '', '', at, CASE WHEN NOT waits THEN at END, CASE WHEN NOT waits THEN at END, CASE WHEN NOT waits THEN at END,
  i.unit_id, i.id, m * 100 + i.unit_id - 1, (SELECT max(w.id) FROM workflow_routeversion w WHERE w.code = 'DINAS')
FROM registry_budgetitem i JOIN registry_budgetitemversion v ON v.item_id = i.id, generate_series(1, %(months)s) m,
  LATERAL (SELECT make_timestamptz(2026, m, 26, 0, 0, 0) + i.id * interval '1 second' AS at,
    m = %(months)s AND i.id %% 10 < 4 AS waits) x;
INSERT INTO submissions_reportline (ceiling, realized, correction_reason, line_id, report_id)
SELECT 100000, (r.id %% 7919) * 1.01, '', r.item_id * 100 + l, r.id FROM submissions_report r, generate_series(1, %(lines)s) l
"""


@dataclass(frozen=True)
class Amount:
    """How much is put in: reports have `lines` lines each, over `months` months."""

    reports: int
    lines: int
    months: int = MONTHS

    @property
    def items(self) -> int:
        """Sub-activities, so many that every agency has as many."""
        return max(1, round(self.reports / self.months / AGENCIES)) * AGENCIES

    @property
    def rows(self) -> int:
        """Entry rows."""
        return self.items * self.months * self.lines


def fill(superuser: str, amount: Amount) -> None:
    """Put the rows in, with statistics as a database has them that has lived for a while."""
    asked = {
        "agencies": AGENCIES, "people": PEOPLE, "months": amount.months, "items": amount.items, "lines": amount.lines,
    }  # fmt: skip
    with psycopg.connect(superuser, autocommit=True, cursor_factory=psycopg.ClientCursor) as here:
        here.execute("SET synchronous_commit = off")
        here.execute(UNGUARDED)
        for text in (PLACES, BUDGET, REPORTS):
            for statement in text.split(";\n"):
                here.execute(statement.encode(), asked)
            here.execute("ANALYZE")
