"""What the receiving server found about a sender."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_figures"),
        ("files", "0001_first"),
        ("interactions", "0005_letter_unproven"),
        ("mail", "0001_first"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="incomingmail",
            name="mail_reason_known",
        ),
        migrations.AddField(
            model_name="incomingmail",
            name="proof",
            field=models.CharField(default="", max_length=4),
        ),
        migrations.AddField(
            model_name="incomingmail",
            name="suggested",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="authserv_id",
            field=models.CharField(blank=True, default="", max_length=253),
        ),
        migrations.AddConstraint(
            model_name="incomingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "",
                            "unknown_sender",
                            "several_customers",
                            "others_case",
                            "unproven",
                            "broken",
                            "too_large",
                            "too_many",
                            "failed",
                        ],
                    )
                ),
                name="mail_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("proof__in", ["", "pass", "fail"])), name="mail_proof_known"
            ),
        ),
    ]
