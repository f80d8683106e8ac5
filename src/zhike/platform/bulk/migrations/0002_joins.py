"""Steps keep what their lookups gave."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulk", "0001_first")]
    operations = [migrations.AddField("importstep", "joins", models.JSONField(default=list))]
