"""Work in the background that somebody watches."""

from django.db import models

from zhike.platform.jobs.types import JobState


class JobProgress(models.Model):
    """One piece of background work; written outside the work's own transaction so that it shows while running."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60)
    # A message id and its parameters, never rendered text.
    label = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in JobState])
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    link = models.CharField(max_length=200, default="")
    error = models.TextField(default="")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor_kind", "actor_id", "-id"], name="jobs_by_actor")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=[s.value for s in JobState]), name="jobs_state_known"),
            models.CheckConstraint(
                condition=models.Q(total__isnull=True) | models.Q(done__lte=models.F("total")),
                name="jobs_done_within_total",
            ),
        ]
