"""What waits at a tier is found by the tier, and what reports a problem by that: neither an inbox nor the board of problems looks
at all that was ever reported."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("submissions", "0014_rollups")]
    operations = [
        migrations.AddIndex("report", models.Index(fields=["route", "tier", "item"], name="report_at_tier")),
        migrations.AddIndex(
            "report", models.Index(fields=["item", "state"], condition=~Q(problems=[]), name="report_ailing")
        ),
    ]
