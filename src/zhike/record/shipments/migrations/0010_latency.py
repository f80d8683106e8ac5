from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shipments", "0009_silent")]
    operations = [
        # Known from the next event of each shipment on; until then it counts as missing.
        migrations.AddField("shipment", "recorded_after", models.PositiveBigIntegerField(null=True)),
    ]
