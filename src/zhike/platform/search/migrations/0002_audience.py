"""Documents may name for whom they are."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="audience",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(db_collation="C"), default=list, size=None
            ),
        ),
    ]
