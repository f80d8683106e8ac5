"""Articles remember whence they were taken over; the search learns for which roles each one is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0002_guards"),
        ("organization", "0006_authority"),
        ("search", "0002_audience"),
    ]

    operations = [
        # Of an older version: written anew by the hourly job.
        migrations.RunSQL("UPDATE search_document SET tokeniser_version = 0 WHERE kind = 'article'", ""),
        migrations.AddField(
            model_name="article",
            name="external_ref",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="article",
            name="external_system",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_ref", ""), _negated=True),
                fields=("external_system", "external_ref"),
                name="article_external_once",
            ),
        ),
    ]
