"""The route that ships: officer, section head, agency head (domain.md 4.1, DINAS)."""

from typing import Any

from django.db import migrations

DINAS = [
    {"verb": "submit", "role": "officer", "scope": "item"},
    {"verb": "verify", "role": "section_head", "scope": "item"},
    {"verb": "sign", "role": "agency_head", "scope": "agency"},
]


def ship(apps: Any, schema_editor: Any) -> None:
    RouteVersion = apps.get_model("workflow", "RouteVersion")
    RouteVersion.objects.using(schema_editor.connection.alias).create(
        code="DINAS", number=1, name="Dinas", tiers=DINAS
    )


class Migration(migrations.Migration):
    dependencies = [("workflow", "0002_finality")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
