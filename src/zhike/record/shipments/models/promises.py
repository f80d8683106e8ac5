"""What was promised and corrected, later estimates, delivery replies, and what people said to the watch list."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from zhike.record.shipments.models.orders import Shipment
from zhike.record.shipments.types.codes import Condition, EtaSource, WatchKind


class EstimateChange(models.Model):
    """A later estimate of the delivery; it never replaces the promise."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    eta = models.DateTimeField()
    source = models.CharField(max_length=8)
    said_by = models.CharField(max_length=80, default="")
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "at", "eta", "source"], name="estimate_once"),
            models.CheckConstraint(condition=Q(source__in=[s.value for s in EtaSource]), name="estimate_source_known"),
            models.CheckConstraint(
                condition=~Q(source=EtaSource.STAFF.value) | ~Q(reason=""), name="estimate_by_staff_has_reason"
            ),
        ]


class PromiseCorrection(models.Model):
    """Why the original promise was entered wrongly, and what it really was. The database asks for this row first."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveSmallIntegerField()
    promised_pickup_at = models.DateTimeField(null=True)
    promised_delivery_at = models.DateTimeField(null=True)
    before_pickup_at = models.DateTimeField(null=True)
    before_delivery_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "version"], name="promise_correction_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="promise_correction_has_reason"),
        ]


class ProofOfDelivery(models.Model):
    """The delivery reply 送货回复: who signed, when, in what condition. A corrected reply stays beside the new one."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="+")
    signer = models.CharField(max_length=120)
    signed_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    condition = models.CharField(max_length=20)
    remark = models.CharField(max_length=500, default="")
    # Ids of stored files; the files themselves belong to the platform.
    files = ArrayField(models.BigIntegerField(), default=list)
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=120, default="")
    replaced_at = models.DateTimeField(null=True)
    replaced_reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shipment"], condition=Q(replaced_at__isnull=True), name="delivery_reply_once"
            ),
            models.CheckConstraint(condition=~Q(signer=""), name="delivery_reply_signed"),
            models.CheckConstraint(
                condition=Q(condition__in=[c.value for c in Condition]), name="delivery_reply_condition_known"
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True, replaced_reason="")
                | (Q(replaced_at__isnull=False) & ~Q(replaced_reason="")),
                name="delivery_reply_replaced_has_reason",
            ),
        ]


class WatchAck(models.Model):
    """Somebody has looked at an entry of the watch list and says why it may rest, and until when."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=120, default="")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "kind"], condition=Q(lifted_at__isnull=True), name="watch_ack_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in WatchKind]), name="watch_ack_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="watch_ack_has_reason"),
        ]
