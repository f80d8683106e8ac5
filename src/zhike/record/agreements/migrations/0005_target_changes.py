"""Changes of the table of targets are proposed by one person and decided by another; hours of the clock count too."""

import datetime as dt

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0004_guards"),
        ("calendars", "0004_versions_say_who"),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("deed", models.CharField(max_length=4)),
                ("measure", models.CharField(max_length=16)),
                ("category", models.SlugField(blank=True, db_index=False, default="", max_length=40)),
                ("customer_class", models.CharField(blank=True, default="", max_length=4)),
                ("budget", models.DurationField(null=True)),
                ("every_hour", models.BooleanField(default=False)),
                ("valid_from", models.DateTimeField(null=True)),
                ("reason", models.CharField(max_length=300)),
                ("source", models.CharField(max_length=300)),
                ("state", models.CharField(default="pending", max_length=12)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by_kind", models.CharField(max_length=16)),
                ("proposed_by_id", models.CharField(max_length=80)),
                ("proposed_by_person", models.CharField(max_length=100)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_kind", models.CharField(default="", max_length=16)),
                ("decided_by_id", models.CharField(default="", max_length=80)),
                ("decided_by_person", models.CharField(default="", max_length=100)),
                ("note", models.CharField(default="", max_length=300)),
                ("holds_from", models.DateTimeField(null=True)),
                ("reached", models.BigIntegerField(default=0)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="servicetarget",
            name="every_hour",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="servicetarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_hour", False), ("calendar__isnull", True), _connector="OR"),
                name="service_target_counts_one_way",
            ),
        ),
        migrations.AddField(
            model_name="targetchange",
            name="calendar",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calendars.calendar"
            ),
        ),
        migrations.AddField(
            model_name="targetchange",
            name="made",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.servicetarget"
            ),
        ),
        migrations.AddField(
            model_name="targetchange",
            name="replaced",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.servicetarget"
            ),
        ),
        migrations.AddIndex(
            model_name="targetchange",
            index=models.Index(fields=["-proposed_at", "-id"], name="target_change_by_time"),
        ),
        migrations.AddIndex(
            model_name="targetchange",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True), ("state", "approved")),
                fields=["holds_from", "id"],
                name="target_change_to_follow",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("measure", "category", "customer_class"),
                name="target_change_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["first_response", "solution", "task_reply"])),
                name="target_change_measure_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("budget__gt", dt.timedelta(0)), ("budget__isnull", False), ("deed", "set")),
                    models.Q(
                        ("budget__isnull", True), ("calendar__isnull", True), ("deed", "end"), ("every_hour", False)
                    ),
                    _connector="OR",
                ),
                name="target_change_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_hour", False), ("calendar__isnull", True), _connector="OR"),
                name="target_change_counts_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), models.Q(("source", ""), _negated=True)),
                name="target_change_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "approved", "refused", "withdrawn"])),
                name="target_change_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by_id", ""), ("state", "pending")),
                    models.Q(
                        models.Q(("state", "pending"), _negated=True),
                        ("decided_at__isnull", False),
                        models.Q(("decided_by_id", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="target_change_decided_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("decided_by_person", models.F("proposed_by_person")), _negated=True),
                    _connector="OR",
                ),
                name="target_change_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("holds_from__isnull", False), ("state", "approved")),
                    models.Q(
                        models.Q(("state", "approved"), _negated=True),
                        ("finished_at__isnull", True),
                        ("holds_from__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="target_change_holds_once_approved",
            ),
        ),
    ]
