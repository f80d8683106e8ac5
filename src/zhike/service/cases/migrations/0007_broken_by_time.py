"""What is broken is found by time: the deadlines of open clocks beside each case; tasks keep a time given by hand."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

_OPEN = ~Q(state="closed")
# The open clocks of cases give their deadlines; of tasks, those whose time is no target's were given by hand.
FILL = """
UPDATE cases_case c SET first_response_due_at = k.first, solution_due_at = k.solution
FROM (
  SELECT subject_id, min(due_at) FILTER (WHERE kind = 'cases.first_response') AS first,
    min(due_at) FILTER (WHERE kind = 'cases.solution') AS solution
  FROM calendars_clock WHERE subject_kind = 'case' AND state IN ('running', 'paused') GROUP BY subject_id
) k WHERE k.subject_id = c.id AND (k.first IS NOT NULL OR k.solution IS NOT NULL);
UPDATE cases_task t SET within = k.budget FROM calendars_clock k
WHERE k.subject_kind = 'case_task' AND k.subject_id = t.id AND k.state IN ('running', 'paused')
  AND k.budget NOT IN (SELECT budget FROM agreements_servicetarget WHERE measure = 'task_reply');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_figures"),
        ("agreements", "0005_target_changes"),
        ("calendars", "0004_versions_say_who"),
    ]
    operations = [
        migrations.AddField("case", "first_response_due_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "solution_due_at", models.DateTimeField(null=True)),
        migrations.AddField("task", "within", models.DurationField(null=True)),
        migrations.AddField(
            "case",
            "breach_at",
            models.GeneratedField(
                expression=Least(
                    F("first_response_due_at"),
                    F("solution_due_at"),
                    models.Case(models.When(first_response_missed=True, then=F("first_response_at"))),
                    models.Case(models.When(solution_missed=True, then=Coalesce(F("answered_at"), F("closed_at")))),
                ),
                output_field=models.DateTimeField(null=True),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["breach_at", "id"], condition=_OPEN, name="case_breach_of_all")
        ),
        migrations.AddIndex(
            "case",
            models.Index(fields=["scope_unit_id", "breach_at", "id"], condition=_OPEN, name="case_breach_of_unit"),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["-opened_at", "-id"], condition=Q(breach_at__isnull=False), name="case_with_breach_by_time"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
