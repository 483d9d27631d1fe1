"""What people read of the past is sealed like the past itself. Which offices a person holds goes into every event."""

from django.db import migrations

from ledger.sql import seal_history, unseal_history

SEALED = [
    "user", "government", "unit", "post", "assignment", "fiscalyear", "nomenclature", "budgetitem", "budgetline",
    "budgetversion", "budgetitemversion", "budgetlineversion", "monthlyplan",
]  # fmt: skip

# The holders whom an acting one replaces are those for whom he acts. Run with the rights of who asks, like the view.
OFFICES = """
CREATE OR REPLACE FUNCTION ledger.offices(actor bigint) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT json_agg(json_build_object('assignment', o.id, 'post', o.post_id, 'capacity', o.capacity, 'for',
    CASE WHEN o.capacity <> 'definitive' THEN (SELECT d.person_id FROM public.registry_assignment d
      WHERE d.post_id = o.post_id AND d.kind = 'definitive' AND d.id <> o.id
        AND (SELECT a.valid_from FROM public.registry_assignment a WHERE a.id = o.id) BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
      ORDER BY d.valid_from DESC LIMIT 1) END) ORDER BY o.id)::text
  FROM public.registry_office o WHERE o.person_id = actor $$;
"""
FORGET = """
CREATE OR REPLACE FUNCTION ledger.offices(actor bigint) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS
  $$ SELECT NULL::text $$;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_secrets"), ("ledger", "0003_offices_and_trail")]
    operations = [
        migrations.RunSQL(OFFICES, FORGET),
        *[
            migrations.RunSQL(
                seal_history(f"registry_{name}", f"registry_historical{name}"),
                unseal_history(f"registry_historical{name}"),
            )
            for name in SEALED
        ],
    ]
