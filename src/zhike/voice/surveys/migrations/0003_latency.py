from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0002_guards")]
    operations = [
        migrations.AddField("followup", "acted_at", models.DateTimeField(null=True)),
        # What ended before tries were dated: its end is the first that is known of it.
        migrations.RunSQL(
            "UPDATE surveys_followup SET acted_at = done_at WHERE done_at IS NOT NULL", migrations.RunSQL.noop
        ),
    ]
