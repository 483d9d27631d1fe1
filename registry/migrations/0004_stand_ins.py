"""Who acts for a vacant post: its superior, or the head of its agency. By a definitive office only: acting never chains.

Offices are held by active people who do not run the system (design.md 10.11), and only an active acting holder replaces
the definitive one.
"""

from django.db import migrations

from ledger.sql import audit, unaudit

OFFICES = """
CREATE OR REPLACE VIEW registry_office AS
WITH clock AS MATERIALIZED (SELECT jenjang_now() AS now)
SELECT a.id, a.person_id, a.post_id, a.kind AS capacity, p.role, p.title, p.unit_id, u.name AS unit_name, u.path AS unit_path
FROM clock, registry_assignment a JOIN registry_post p ON p.id = a.post_id JOIN registry_unit u ON u.id = p.unit_id
  JOIN registry_government g ON g.id = u.government_id JOIN registry_user w ON w.id = a.person_id
WHERE w.is_active AND NOT w.is_staff AND NOT w.is_superuser
  AND (clock.now AT TIME ZONE g.time_zone)::date BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')
  AND (a.kind <> 'definitive' OR NOT EXISTS (SELECT 1 FROM registry_assignment b JOIN registry_user v ON v.id = b.person_id
    WHERE b.post_id = a.post_id AND b.kind <> 'definitive' AND v.is_active AND NOT v.is_staff AND NOT v.is_superuser
      AND (clock.now AT TIME ZONE g.time_zone)::date BETWEEN b.valid_from AND coalesce(b.valid_to, 'infinity')));
"""

STAND_INS = """
CREATE VIEW registry_standin AS
WITH clock AS MATERIALIZED (SELECT jenjang_now() AS now),
  below AS (
    SELECT o.id, o.person_id, o.post_id, o.capacity, o.title, o.unit_name, v.id AS vacant_post_id, v.role, v.unit_id
    FROM registry_office o JOIN registry_post v ON v.superior_id = o.post_id WHERE o.capacity = 'definitive'
    UNION ALL
    SELECT o.id, o.person_id, o.post_id, o.capacity, o.title, o.unit_name, v.id, v.role, v.unit_id
    FROM registry_office o JOIN registry_unit u ON u.agency_id = o.unit_id JOIN registry_post v ON v.unit_id = u.id
    WHERE o.capacity = 'definitive' AND o.role = 'agency_head' AND v.superior_id IS NULL AND v.id <> o.post_id)
SELECT b.id, b.person_id, b.post_id, b.capacity, b.title, b.unit_name, b.vacant_post_id, b.role, b.unit_id, u.path AS unit_path,
  (SELECT (max(a.valid_to) + 1)::timestamp AT TIME ZONE g.time_zone FROM registry_assignment a
    WHERE a.post_id = b.vacant_post_id AND a.valid_to < (clock.now AT TIME ZONE g.time_zone)::date) AS vacant_since
FROM clock, below b JOIN registry_unit u ON u.id = b.unit_id JOIN registry_government g ON g.id = u.government_id
WHERE NOT EXISTS (SELECT 1 FROM registry_assignment a JOIN registry_user w ON w.id = a.person_id
  WHERE a.post_id = b.vacant_post_id AND w.is_active AND NOT w.is_staff AND NOT w.is_superuser
    AND (clock.now AT TIME ZONE g.time_zone)::date BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity'));
CREATE VIEW registry_superior AS
SELECT v.id AS post_id, coalesce(v.superior_id,
  (SELECT min(h.id) FROM registry_post h WHERE h.unit_id = u.agency_id AND h.role = 'agency_head' AND h.id <> v.id),
  (SELECT min(h.id) FROM registry_post h WHERE h.unit_id = split_part(u.path, '/', 2)::bigint AND h.role = 'agency_head'
    AND h.id <> v.id)) AS superior_id
FROM registry_post v JOIN registry_unit u ON u.id = v.unit_id;
GRANT SELECT ON registry_standin, registry_superior TO jenjang_app, jenjang_auditor;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_superiors")]
    operations = [
        migrations.RunSQL(OFFICES, migrations.RunSQL.noop),
        migrations.RunSQL(STAND_INS, "DROP VIEW registry_superior; DROP VIEW registry_standin;"),
        migrations.RunSQL(
            audit("registry_post", ["id", "unit_id", "role", "title", "superior_id"]),
            unaudit("registry_post"),
        ),
    ]
