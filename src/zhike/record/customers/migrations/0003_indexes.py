"""One customer's owners without the GiST index; endings of numbers with statistics for the planner."""

from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_guards")]
    operations = [
        migrations.AddIndex(
            model_name="ownerhistory",
            index=models.Index(fields=["customer", "valid_from"], name="owner_history_by_customer"),
        ),
        migrations.RemoveIndex(model_name="contactpoint", name="point_by_ending"),
        migrations.AddIndex(model_name="contactpoint", index=models.Index(Reverse("key8"), name="point_by_ending")),
    ]
