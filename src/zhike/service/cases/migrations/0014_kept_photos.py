"""The same form sent twice keeps each of its photos once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_waiting_answers_listed")]
    operations = [
        migrations.CreateModel(
            name="KeptPhoto",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("once", models.CharField(max_length=64)),
                ("content", models.CharField(max_length=64)),
                ("file_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="kept_photo_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("once", "content"), name="kept_photo_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("once", ""), _negated=True), models.Q(("content", ""), _negated=True)
                        ),
                        name="kept_photo_named",
                    ),
                ],
            },
        ),
    ]
