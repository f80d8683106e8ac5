from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_latency")]
    operations = [
        migrations.AddField("section", "journey", models.CharField(blank=True, default="", max_length=12)),
        migrations.AddConstraint(
            "section",
            models.CheckConstraint(
                condition=Q(journey__in=["", "perceive", "try", "buy", "use", "evaluate"]),
                name="survey_section_journey_known",
            ),
        ),
    ]
