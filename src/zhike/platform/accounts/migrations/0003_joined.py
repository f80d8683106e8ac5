from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sessions_end")]

    operations = [
        migrations.AlterField("user", "date_joined", models.DateTimeField(db_default=Now())),
    ]
