"""Lists find the few cases whose answer waits to leave; built beside the running desk."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0012_waiting_answers")]
    operations = [
        AddIndexConcurrently(
            "case",
            models.Index(
                condition=models.Q(("answer_leaves_at__isnull", False)),
                fields=["-opened_at", "-id"],
                name="case_with_waiting_answer",
            ),
        ),
    ]
