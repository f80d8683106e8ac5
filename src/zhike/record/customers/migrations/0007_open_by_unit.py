"""Open files counted by unit from an index alone: a supervisor's list is one of many outlets."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_erasures")]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["scope_unit_id"],
                condition=models.Q(merged_into__isnull=True, active=True),
                name="customer_open_by_unit",
            ),
        ),
    ]
