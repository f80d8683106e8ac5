"""Why a version of an agreement was written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0006_standard_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreementversion",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
