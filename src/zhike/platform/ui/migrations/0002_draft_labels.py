"""The label of a draft by language: it is read by whoever signs in next time, in the language of that time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ui", "0001_first")]

    operations = [
        migrations.AddField(model_name="draft", name="labels", field=models.JSONField(blank=True, default=dict)),
    ]
