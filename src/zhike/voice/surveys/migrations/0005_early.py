from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0004_journey")]
    operations = [migrations.AddField("campaign", "early", models.JSONField(null=True))]
