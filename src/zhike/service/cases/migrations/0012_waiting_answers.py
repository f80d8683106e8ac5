"""An answer that waits for the end of the night has not been given yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_redactor"),
        ("interactions", "0006_blanks"),
        ("organization", "0006_authority"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="answer_leaves_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="WaitingAnswer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("ref", models.UUIDField()),
                ("written_at", models.DateTimeField()),
                ("leaves_at", models.DateTimeField()),
                ("is_answer", models.BooleanField()),
                ("resolution", models.TextField(default="")),
                ("state", models.CharField(default="waiting", max_length=12)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organization.staff",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["case", "leaves_at"],
                        name="case_answer_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ref",), name="case_answer_once"),
                    models.UniqueConstraint(fields=("interaction",), name="case_answer_of_entry"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "sent", "failed", "withheld", "taken_back"])),
                        name="case_answer_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="case_answer_end_dated",
                    ),
                ],
            },
        ),
    ]
