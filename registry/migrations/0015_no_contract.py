"""Lines that are bought from a provider are found without reading the others (W-13, `portal.dashboards.contracts`)."""

from django.db import migrations

INDEX = r"""
CREATE INDEX line_bought ON registry_budgetline (item_id) INCLUDE (id) WHERE account_code ~ '^(5\.2\.|A09|A12)';
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0014_index_of_the_year")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX line_bought;")]
