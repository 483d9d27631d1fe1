"""What people read of the past is sealed like the past itself."""

from django.db import migrations

from ledger.sql import seal_history, unseal_history

SEALED = ["webhook"]


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_webhooks"), ("ledger", "0003_offices_and_trail")]
    operations = [
        *[
            migrations.RunSQL(
                seal_history(f"portal_{name}", f"portal_historical{name}"),
                unseal_history(f"portal_historical{name}"),
            )
            for name in SEALED
        ],
    ]
