"""Holds and disposals speak to the ledger; histories are sealed; what is disposed of goes by an approved list only."""

from django.db import migrations

from ledger.sql import append_only, audit, seal_history, unaudit, unseal_history

AUDITED = {
    "approvals_hold": (
        ["id", "token", "unit_id", "fiscal_year_id", "report_id", "reference", "placed_by_id", "placed_at", "released_by_id",
         "released_at", "release_reference"], ["reason", "release_reason"]),
    "approvals_disposal": (
        ["id", "token", "kind", "unit_id", "before", "state", "things", "size", "digest", "listed_by_id", "listed_at",
         "approved_by_id", "approved_at", "minutes_no", "minutes_date", "ended_at"], ["receipt"]),
    "approvals_disposalitem": (
        ["id", "disposal_id", "what", "row", "sha256", "size", "begun_at", "disposed_at", "spared"], []),
    "approvals_yearbundle": (
        ["id", "token", "fiscal_year_id", "unit_id", "with_evidence", "asked_by_id", "asked_at", "made_at", "size", "sha256",
         "manifest_sha256", "refused"], []),
}  # fmt: skip
NEW_HISTORIES = ("approvals_historicalhold", "approvals_historicaldisposal")
SEALED = ["signatory", "signingbatch", "preference", "hold", "disposal"]

# What was listed stays listed; what is done is done; a thing goes only when the list it stands on was approved, by another
# person who holds the office for it at that moment; what a hold says stays until it is released, and then for ever.
GUARD = """
CREATE FUNCTION approvals_guard_disposal() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'listed' AND NEW.approved_by_id IS NULL AND NEW.receipt = '' THEN RETURN NEW; END IF;
  ELSIF TG_OP = 'UPDATE' AND OLD.state NOT IN ('done', 'cancelled')
    AND (OLD.token, OLD.kind, OLD.unit_id, OLD.before, OLD.digest, OLD.listed_by_id, OLD.things, OLD.size, OLD.listed_at)
      IS NOT DISTINCT FROM
        (NEW.token, NEW.kind, NEW.unit_id, NEW.before, NEW.digest, NEW.listed_by_id, NEW.things, NEW.size, NEW.listed_at)
    AND (OLD.approved_by_id IS NULL OR (OLD.approved_by_id, OLD.approved_at, OLD.minutes_no, OLD.minutes_date)
      IS NOT DISTINCT FROM (NEW.approved_by_id, NEW.approved_at, NEW.minutes_no, NEW.minutes_date))
    AND (NEW.state = OLD.state OR OLD.state || '>' || NEW.state IN
      ('listed>approved', 'listed>cancelled', 'approved>done', 'approved>cancelled'))
    AND (OLD.state || '>' || NEW.state <> 'listed>approved' OR approvals_may_approve(NEW))
    AND (NEW.state <> 'done' OR (NEW.receipt <> '' AND NEW.ended_at IS NOT NULL AND NOT EXISTS (
      SELECT FROM approvals_disposalitem i WHERE i.disposal_id = NEW.id AND i.disposed_at IS NULL AND i.spared = '')))
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'disposal % stays as it was listed and approved: % is refused', coalesce(NEW.id, OLD.id), TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION approvals_may_approve(list approvals_disposal) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT list.approved_by_id = nullif(current_setting('jenjang.actor', true), '')::bigint AND EXISTS (
    SELECT FROM registry_office o JOIN registry_unit u ON u.id = o.unit_id JOIN registry_unit mine ON mine.id = list.unit_id
    WHERE o.person_id = list.approved_by_id
      AND (o.role = 'oversight' AND u.parent_id IS NULL OR o.role = 'agency_head') AND starts_with(mine.path, o.unit_path)) $$;
CREATE TRIGGER guard_disposal BEFORE INSERT OR UPDATE OR DELETE ON approvals_disposal
  FOR EACH ROW EXECUTE FUNCTION approvals_guard_disposal();
ALTER TABLE approvals_disposal ENABLE ALWAYS TRIGGER guard_disposal;
CREATE FUNCTION approvals_guard_disposal_item() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE list text; BEGIN
  SELECT state INTO list FROM approvals_disposal WHERE id = coalesce(NEW.disposal_id, OLD.disposal_id);
  IF TG_OP = 'INSERT' AND list = 'listed' AND NEW.begun_at IS NULL AND NEW.disposed_at IS NULL THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND list = 'approved' AND OLD.disposed_at IS NULL AND OLD.spared = ''
    AND (OLD.begun_at IS NULL OR OLD.begun_at = NEW.begun_at)
    AND (OLD.disposal_id, OLD.what, OLD.row, OLD.sha256, OLD.size) IS NOT DISTINCT FROM
        (NEW.disposal_id, NEW.what, NEW.row, NEW.sha256, NEW.size) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'the list of a disposal that is % does not change: %', list, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER guard_item BEFORE INSERT OR UPDATE OR DELETE ON approvals_disposalitem
  FOR EACH ROW EXECUTE FUNCTION approvals_guard_disposal_item();
ALTER TABLE approvals_disposalitem ENABLE ALWAYS TRIGGER guard_item;
CREATE FUNCTION approvals_guard_hold() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL
    AND (OLD.token, OLD.unit_id, OLD.fiscal_year_id, OLD.report_id, OLD.reason, OLD.reference, OLD.placed_by_id, OLD.placed_at)
      IS NOT DISTINCT FROM
        (NEW.token, NEW.unit_id, NEW.fiscal_year_id, NEW.report_id, NEW.reason, NEW.reference, NEW.placed_by_id, NEW.placed_at)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'legal hold % stays as it was placed: % is refused', OLD.id, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER guard_hold BEFORE UPDATE OR DELETE ON approvals_hold FOR EACH ROW EXECUTE FUNCTION approvals_guard_hold();
ALTER TABLE approvals_hold ENABLE ALWAYS TRIGGER guard_hold;
CREATE FUNCTION approvals_guard_bundle() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND OLD.made_at IS NULL THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'yearly bundle % stays as it was made: % is refused', OLD.id, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER guard_bundle BEFORE UPDATE OR DELETE ON approvals_yearbundle FOR EACH ROW EXECUTE FUNCTION approvals_guard_bundle();
ALTER TABLE approvals_yearbundle ENABLE ALWAYS TRIGGER guard_bundle;
"""
UNGUARD = (
    "".join(
        f"DROP TRIGGER {trigger} ON approvals_{table}; DROP FUNCTION approvals_{function}();"
        for trigger, table, function in (
            ("guard_bundle", "yearbundle", "guard_bundle"),
            ("guard_hold", "hold", "guard_hold"),
            ("guard_item", "disposalitem", "guard_disposal_item"),
            ("guard_disposal", "disposal", "guard_disposal"),
        )
    )
    + "DROP FUNCTION approvals_may_approve(approvals_disposal);"
)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0012_keeping"),
        ("ledger", "0003_offices_and_trail"),
        ("registry", "0010_sealed_history"),
    ]
    operations = [
        *[migrations.RunSQL(audit(table, *columns), unaudit(table)) for table, columns in AUDITED.items()],
        *[
            migrations.RunSQL(append_only(table), f"DROP TRIGGER append_only ON {table};")
            for table in NEW_HISTORIES
        ],
        migrations.RunSQL(GUARD, UNGUARD),
        *[
            migrations.RunSQL(
                seal_history(f"approvals_{name}", f"approvals_historical{name}"),
                unseal_history(f"approvals_historical{name}"),
            )
            for name in SEALED
        ],
    ]
