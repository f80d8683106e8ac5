"""Mails whose sender is not proven."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0004_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="unproven",
            field=models.BooleanField(default=False),
        ),
    ]
