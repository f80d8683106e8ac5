"""Lists of those who see few of many cases: their own and those of their tasks are found by indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_broken_by_time")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["owner", "-opened_at", "-id"], name="case_of_owner_by_time"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["scope_unit_id", "case"], name="case_task_by_reach"),
        ),
    ]
