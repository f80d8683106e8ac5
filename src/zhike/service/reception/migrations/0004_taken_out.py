"""A call can be taken out of a case into which it was put by mistake."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reception", "0003_waiting_by_phone")]
    operations = [
        migrations.AddField("call", "taken_out", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.AddField("call", "taken_out_at", models.DateTimeField(null=True)),
    ]
