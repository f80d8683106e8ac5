"""Whom a draft is for: whoever opens it again is asked where it would go to somebody else by now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ui", "0002_draft_labels")]

    operations = [
        migrations.AddField(model_name="draft", name="meant", field=models.JSONField(blank=True, default=dict)),
    ]
