"""Leaders of the government hold an office: they decide what officers ask of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0011_contracts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicalpost",
            name="role",
            field=models.CharField(
                choices=[
                    ("officer", "Technical officer"),
                    ("section_head", "Section head"),
                    ("agency_head", "Agency head"),
                    ("planner", "Completeness check"),
                    ("assistant", "Assistant"),
                    ("oversight", "Central bureau"),
                    ("inspector", "Inspectorate"),
                    ("leader", "Leader of the government"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
                choices=[
                    ("officer", "Technical officer"),
                    ("section_head", "Section head"),
                    ("agency_head", "Agency head"),
                    ("planner", "Completeness check"),
                    ("assistant", "Assistant"),
                    ("oversight", "Central bureau"),
                    ("inspector", "Inspectorate"),
                    ("leader", "Leader of the government"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
    ]
