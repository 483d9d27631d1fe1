"""Paths kept by the database, offices in force as a view, and the ledger's triggers."""

from django.db import migrations

from ledger.sql import append_only, audit, unaudit

PATHS = """
CREATE FUNCTION registry_place_unit() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  above registry_unit;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.path := '/' || NEW.id || '/';
  ELSE
    SELECT * INTO STRICT above FROM registry_unit WHERE id = NEW.parent_id;
    IF TG_OP = 'UPDATE' AND above.path LIKE OLD.path || '%' THEN
      RAISE EXCEPTION 'unit % cannot be placed below itself', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.path := above.path || NEW.id || '/';
  END IF;
  NEW.agency_id := CASE WHEN NEW.kind IN ('AGENCY', 'DISTRICT', 'PUBLIC_ENTITY') THEN NEW.id ELSE above.agency_id END;
  RETURN NEW;
END $$;
CREATE FUNCTION registry_replace_subtree() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- Placing the children again goes down the tree by this same trigger.
  UPDATE registry_unit SET path = '' WHERE parent_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER place_unit BEFORE INSERT OR UPDATE OF parent_id, kind, path, agency_id ON registry_unit
  FOR EACH ROW EXECUTE FUNCTION registry_place_unit();
CREATE TRIGGER replace_subtree AFTER UPDATE ON registry_unit FOR EACH ROW
  WHEN (OLD.path IS DISTINCT FROM NEW.path OR OLD.agency_id IS DISTINCT FROM NEW.agency_id)
  EXECUTE FUNCTION registry_replace_subtree();
"""

VIEWS = """
CREATE VIEW registry_office AS
WITH clock AS MATERIALIZED (SELECT jenjang_now() AS now)
SELECT a.id, a.person_id, a.post_id, a.kind AS capacity, p.role, p.title, p.unit_id, u.name AS unit_name, u.path AS unit_path
FROM clock, registry_assignment a JOIN registry_post p ON p.id = a.post_id JOIN registry_unit u ON u.id = p.unit_id
  JOIN registry_government g ON g.id = u.government_id JOIN registry_user w ON w.id = a.person_id
WHERE w.is_active AND (clock.now AT TIME ZONE g.time_zone)::date BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')
  -- An acting holder replaces the definitive one, in his dates and no longer (domain.md 4.1).
  AND (a.kind <> 'definitive' OR NOT EXISTS (SELECT 1 FROM registry_assignment b
    WHERE b.post_id = a.post_id AND b.kind <> 'definitive'
      AND (clock.now AT TIME ZONE g.time_zone)::date BETWEEN b.valid_from AND coalesce(b.valid_to, 'infinity')));

CREATE VIEW registry_reach AS
SELECT 'office-' || o.id AS id, o.person_id, o.unit_id, o.unit_path AS path, o.role AS right
FROM registry_office o WHERE o.role <> 'officer'
UNION ALL
SELECT 'grant-' || g.id, g.user_id, u.id, u.path, p.codename
FROM registry_unituserpermission g JOIN registry_unit u ON u.id = g.content_object_id
  JOIN auth_permission p ON p.id = g.permission_id
UNION ALL
SELECT 'group-' || g.id || '-' || m.user_id, m.user_id, u.id, u.path, p.codename
FROM registry_unitgrouppermission g JOIN registry_user_groups m ON m.group_id = g.group_id
  JOIN registry_unit u ON u.id = g.content_object_id JOIN auth_permission p ON p.id = g.permission_id;
GRANT SELECT ON registry_office, registry_reach TO jenjang_app, jenjang_auditor;
"""

# What each table says to the ledger: never names, numbers of persons or passwords; free text as its sha256.
AUDITED = {
    "registry_user": (["id", "language", "is_active", "is_staff", "is_superuser"], ["username", "name", "nip", "rank", "email", "password"]),
    "registry_government": (
        ["id", "code", "name", "time_zone", "zone_name", "currency", "language", "fiscal_start_month", "sub_activity_pattern",
         "account_pattern", "unit_pattern"], []),
    "registry_unit": (["id", "government_id", "parent_id", "kind", "code", "name", "route_code", "path", "agency_id"], []),
    "registry_post": (["id", "unit_id", "role", "title"], []),
    "registry_assignment": (["id", "person_id", "post_id", "kind", "decree_no", "decree_date", "valid_from", "valid_to"], []),
    "registry_fiscalyear": (["id", "government_id", "label", "start_date", "end_date"], []),
    "registry_nomenclature": (["id", "government_id", "year", "code", "name"], []),
    "registry_budgetitem": (
        ["id", "fiscal_year_id", "unit_id", "sub_activity_code", "sub_activity_name", "output_indicator", "output_unit",
         "officer_post_id", "verifier_post_id"], []),
    "registry_budgetline": (["id", "item_id", "account_code", "account_name", "fund_source"], []),
    "registry_budgetversion": (["id", "fiscal_year_id", "unit_id", "kind", "sequence", "effective_month", "legal_basis"], []),
    "registry_budgetitemversion": (["id", "item_id", "version_id", "ceiling", "output_target", "physical_mode", "active"], []),
    "registry_budgetlineversion": (["id", "line_id", "version_id", "ceiling"], []),
    "registry_monthlyplan": (["id", "item_version_id", "month", "cash", "physical"], []),
    "registry_unituserpermission": (["id", "user_id", "permission_id", "content_object_id"], []),
    "registry_unitgrouppermission": (["id", "group_id", "permission_id", "content_object_id"], []),
    "registry_user_groups": (["id", "user_id", "group_id"], []),
    "registry_user_user_permissions": (["id", "user_id", "permission_id"], []),
}  # fmt: skip
HISTORIES = [
    "user", "government", "unit", "post", "assignment", "fiscalyear", "nomenclature", "budgetitem", "budgetline",
    "budgetversion", "budgetitemversion", "budgetlineversion", "monthlyplan",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            PATHS,
            "DROP TRIGGER place_unit ON registry_unit; DROP TRIGGER replace_subtree ON registry_unit;"
            "DROP FUNCTION registry_place_unit(), registry_replace_subtree();",
        ),
        migrations.RunSQL(VIEWS, "DROP VIEW registry_reach; DROP VIEW registry_office;"),
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(
                append_only(f"registry_historical{name}"),
                f"DROP TRIGGER append_only ON registry_historical{name};",
            )
            for name in HISTORIES
        ],
    ]
