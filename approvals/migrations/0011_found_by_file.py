"""The public page finds a document by the sha256 of its file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_corrections")]
    operations = [
        migrations.AddIndex(
            model_name="signingbatch",
            index=models.Index(fields=["signed_sha256"], name="batch_by_file"),
        ),
    ]
