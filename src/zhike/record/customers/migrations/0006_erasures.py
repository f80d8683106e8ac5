"""Erasures that were made, each with its number."""

from django.db import migrations, models

from zhike.platform.numbering.operations import CreateSeries


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_histories"),
        ("numbering", "0002_functions"),
    ]

    operations = [
        CreateSeries("erasure", "ER-"),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.UUIDField()),
                ("number", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=16)),
                ("actor_id", models.CharField(max_length=80)),
                (
                    "basis",
                    models.CharField(max_length=12),
                ),
                ("reason", models.CharField(max_length=500)),
                ("people", models.PositiveIntegerField(default=0)),
                ("numbers", models.PositiveIntegerField(default=0)),
                ("rows", models.JSONField(default=dict)),
                ("log_lines", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("key",), name="erasure_key_once"),
                    models.UniqueConstraint(fields=("number",), name="erasure_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("basis__in", ["purpose", "period", "consent", "unlawful", "other_law"])),
                        name="erasure_basis_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="erasure_reason_given"
                    ),
                ],
            },
        ),
        # A certificate is written once.
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON customers_erasure FROM zhike_app;",
            "GRANT UPDATE, DELETE ON customers_erasure TO zhike_app;",
        ),
    ]
