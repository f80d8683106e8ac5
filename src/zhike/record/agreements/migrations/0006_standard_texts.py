"""The texts of standards in three languages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_target_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="standard",
            name="texts",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
