"""What each part counts in the agency index is said for each year, and is on the record (W-11)."""

from django.core.validators import MaxValueValidator
from django.db import migrations, models
from django.db.models import F, Q

from ledger.sql import audit, seal_history

PARTS = {
    "index_timeliness": ("index: timeliness", 30),
    "index_physical": ("index: physical achievement", 35),
    "index_financial": ("index: financial achievement", 25),
    "index_quality": ("index: data quality", 10),
}
TABLE, HISTORY = "registry_fiscalyear", "registry_historicalfiscalyear"
COLUMNS = ["id", "government_id", "label", "start_date", "end_date", *PARTS]


def part(name: str, usual: int) -> models.Field:
    return models.PositiveSmallIntegerField(
        db_default=usual, default=usual, validators=[MaxValueValidator(100)], verbose_name=name
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_found_by_words"), ("ledger", "0004_quicker")]
    operations = [
        *[
            migrations.AddField(model, name, part(*told))
            for model in ("fiscalyear", "historicalfiscalyear")
            for name, told in PARTS.items()
        ],
        migrations.AddConstraint(
            "fiscalyear",
            models.CheckConstraint(
                condition=Q(
                    index_quality=100 - F("index_timeliness") - F("index_physical") - F("index_financial")
                ),
                name="index_of_100",
            ),
        ),
        migrations.RunSQL(audit(TABLE, COLUMNS), migrations.RunSQL.noop),
        migrations.RunSQL(seal_history(TABLE, HISTORY), migrations.RunSQL.noop),
    ]
