"""Since when a customer is known: the first order where it is older than the file."""

from django.db import migrations, models
from django.db.models import Func


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_indexes")]
    operations = [
        migrations.AddField(
            model_name="customer",
            name="known_since",
            field=models.GeneratedField(
                db_persist=True,
                expression=Func("opened_at", "first_order_at", function="LEAST", output_field=models.DateTimeField()),
                output_field=models.DateTimeField(),
            ),
        ),
    ]
