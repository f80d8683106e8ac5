"""A kept request always has its answer: both are written together with what it did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0003_answering")]
    operations = [
        # Kept for a day at most, and until now under the hash of a secret that is no longer looked up.
        migrations.RunSQL("DELETE FROM api_sentrequest", migrations.RunSQL.noop),
        migrations.AlterField("sentrequest", "status", models.PositiveSmallIntegerField()),
        migrations.AlterField("sentrequest", "answer", models.BinaryField()),
    ]
