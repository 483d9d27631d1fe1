"""What people read of the past is sealed like the past itself."""

from django.db import migrations

from ledger.sql import seal_history, unseal_history

SEALED = ["pack", "packfigure", "packfile"]


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_finality"), ("ledger", "0003_offices_and_trail")]
    operations = [
        *[
            migrations.RunSQL(
                seal_history(f"indicators_{name}", f"indicators_historical{name}"),
                unseal_history(f"indicators_historical{name}"),
            )
            for name in SEALED
        ],
    ]
