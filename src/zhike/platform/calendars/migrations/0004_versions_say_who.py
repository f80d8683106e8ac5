"""Versions of hours say who made them, so that somebody else lets them hold for clocks that run already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calendars", "0003_told_deadlines")]
    operations = [
        migrations.AddField("calendarversion", "made_by_person", models.CharField(max_length=100, default="")),
    ]
