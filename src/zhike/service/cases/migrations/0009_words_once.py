"""What is written by a link is known by the form that sent it. The table is as small as what customers wrote there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_lists_by_part")]
    operations = [
        migrations.AddField("webword", "once", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddConstraint(
            "webword",
            models.UniqueConstraint(
                condition=models.Q(("once", ""), _negated=True), fields=("author", "once"), name="case_word_form_once"
            ),
        ),
    ]
