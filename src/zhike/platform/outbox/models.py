"""Events waiting for their subscribers, receipts, and what failed too often."""

from django.db import models

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode


class OutboxEvent(models.Model):
    """One event, written in the transaction of the change it tells of."""

    id = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    personal = models.JSONField(null=True)
    mode = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Mode])
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    operation_id = models.UUIDField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The drainer looks only at what is open; the index stays as small as the queue.
            models.Index(fields=["id"], condition=models.Q(done_at__isnull=True), name="outbox_open"),
            models.Index(fields=["done_at"], condition=models.Q(done_at__isnull=False), name="outbox_done"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(mode__in=[m.value for m in Mode]), name="outbox_mode_known"),
        ]


class OutboxReceipt(models.Model):
    """This subscriber has had this event: written in the transaction of its effects, so each happens once."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField()
    subscriber = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "subscriber"], name="outbox_receipt_once"),
        ]


class OutboxFailure(models.Model):
    """A subscriber's failed tries at an event; parked after five, where people see it."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="+")
    subscriber = models.CharField(max_length=80)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(default="")
    last_at = models.DateTimeField()
    next_at = models.DateTimeField()
    parked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["parked_at"], condition=models.Q(parked_at__isnull=False), name="outbox_parked"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="outbox_failure_once"),
        ]


class Tombstone(models.Model):
    """A deleted row of a fact table, so that the lake forgets it too."""

    id = models.BigAutoField(primary_key=True)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [models.Index(fields=["changed_xid"], name="tombstone_xid")]
