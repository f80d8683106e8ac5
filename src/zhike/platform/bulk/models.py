"""Import runs, what each step did, refused rows, and mappings kept for the next time."""

from django.db import models

from zhike.platform.bulk.states import RunState
from zhike.platform.outbox.types import Mode


class ImportProfile(models.Model):
    """A mapping kept under a name, so that the next file of the same system needs no mapping."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    target = models.CharField(max_length=60)
    mapping = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "name"], name="bulk_profile_once")]


class ImportRun(models.Model):
    """One import: its files, its mapping, its account."""

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in RunState])
    mode = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Mode])
    mapping = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    read = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    is_dry = models.BooleanField(default=False)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True)
    error = models.TextField(default="")
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor_kind", "actor_id", "-id"], name="bulk_run_by_actor")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    read=models.F("created") + models.F("updated") + models.F("duplicate") + models.F("rejected")
                ),
                name="bulk_run_adds_up",
            ),
            models.CheckConstraint(condition=models.Q(mode__in=[m.value for m in Mode]), name="bulk_run_mode_known"),
        ]


class ImportFile(models.Model):
    """One uploaded file of a run, kept by content."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "source"], name="bulk_file_once")]


class ImportStep(models.Model):
    """The account of one step of a run."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    target = models.CharField(max_length=60)
    source = models.CharField(max_length=60)
    read = models.BigIntegerField()
    created = models.BigIntegerField()
    updated = models.BigIntegerField()
    duplicate = models.BigIntegerField()
    rejected = models.BigIntegerField()
    # What each lookup gave: its own refused rows, and how many rows of the step found none (`JoinResult`).
    joins = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="bulk_step_once"),
            models.CheckConstraint(
                condition=models.Q(
                    read=models.F("created") + models.F("updated") + models.F("duplicate") + models.F("rejected")
                ),
                name="bulk_step_adds_up",
            ),
        ]


class ImportReject(models.Model):
    """Why one cell was refused. The value may be a person's: it goes when the run is forgotten."""

    id = models.BigAutoField(primary_key=True)
    step = models.ForeignKey(ImportStep, on_delete=models.CASCADE, related_name="+")
    line = models.BigIntegerField()
    field = models.CharField(max_length=60)
    column = models.CharField(max_length=255)
    value = models.TextField()
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["step", "line"], name="bulk_reject_by_line")]
