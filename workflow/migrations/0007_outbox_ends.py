"""What was done has no error any more: a row that is over and names one was given up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflow", "0006_route_templates")]
    operations = [
        migrations.RunSQL(
            "UPDATE workflow_outbox SET last_error = '' WHERE done_at IS NOT NULL", migrations.RunSQL.noop
        )
    ]
