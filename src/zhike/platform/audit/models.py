"""The append-only log of who changed what."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class AuditEntry(models.Model):
    """No foreign keys: the log outlives what it speaks of. A trigger refuses every change but redaction."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    type = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=120)
    operation_id = models.UUIDField()
    reason = models.TextField(default="")
    # {"before": {...}, "after": {...}} without, and with, people's data.
    changes = models.JSONField(default=dict)
    personal = models.JSONField(null=True)
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["type", "-id"], name="audit_by_type"),
            BrinIndex(fields=["at"], name="audit_by_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(type=""), name="audit_type_named"),
            models.CheckConstraint(
                condition=models.Q(redacted_at__isnull=True) | models.Q(personal__isnull=True),
                name="audit_redacted_has_no_personal",
            ),
        ]
