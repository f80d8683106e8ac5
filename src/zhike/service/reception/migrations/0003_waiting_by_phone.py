"""Whose enquiries are to be forgotten is found by the ending of their number; built beside the running desk."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Right


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reception", "0002_tracking")]
    operations = [
        AddIndexConcurrently(
            "waiting",
            models.Index(
                Right("phone", 8),
                condition=models.Q(("contact__isnull", True), models.Q(("phone", ""), _negated=True)),
                name="waiting_by_phone",
            ),
        ),
    ]
