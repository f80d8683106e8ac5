"""Tracking events as they came, batches they came in, and what their codes mean."""

from typing import Final

from django.db import models
from django.db.models import F, Q

from zhike.platform.outbox.types import Mode
from zhike.record.shipments.models.orders import MODES, Shipment
from zhike.record.shipments.types.codes import Classifier, IncidentReason, Status

_CLASSIFIERS: Final = [c.value for c in Classifier]
_REASONS: Final = ["", *(r.value for r in IncidentReason)]
_STATUSES: Final = ["", *(s.value for s in Status)]


class FeedBatch(models.Model):
    """One delivery of events from one source: a file, a push, an entry by hand."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    vocabulary = models.CharField(max_length=24)
    mode = models.CharField(max_length=8)
    received_at = models.DateTimeField()
    run_id = models.BigIntegerField(null=True)
    created = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["source", "-received_at"], name="feed_batch_by_source")]
        constraints = [models.CheckConstraint(condition=Q(mode__in=MODES), name="feed_batch_mode_known")]


class TrackingEvent(models.Model):
    """One thing that a source says happened (ACT), is expected (EST) or planned (PLN).

    `status` is what the source's code meant when it came; empty where the code is unknown, and then the shipment's
    status is left as it is. Events are never changed: a wrong one is voided with a reason and stays visible.
    """

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="+", db_index=False)
    occurred_at = models.DateTimeField()
    digest = models.UUIDField()
    received_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    classifier = models.CharField(max_length=3, default=Classifier.ACT.value)
    status = models.CharField(max_length=20, default="")
    source = models.CharField(max_length=60)
    vocabulary = models.CharField(max_length=24)
    raw_code = models.CharField(max_length=60, default="")
    raw_text = models.CharField(max_length=500, default="")
    place = models.CharField(max_length=160, default="")
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    handler_name = models.CharField(max_length=120, default="")
    handler_phone = models.CharField(max_length=24, default="")
    incident_reason = models.CharField(max_length=24, default="")
    # When the source now expects the delivery.
    eta = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=80, default="")
    batch = models.ForeignKey(
        FeedBatch, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [
            models.Index(fields=["source", "external_id"], condition=~Q(external_id=""), name="tracking_by_external"),
            # What a newly known code has to be applied to.
            models.Index(fields=["vocabulary", "raw_code"], condition=Q(status=""), name="tracking_unknown"),
        ]
        constraints = [
            # Serves the line of events of a shipment as well.
            models.UniqueConstraint(fields=["shipment", "occurred_at", "digest"], name="tracking_event_once"),
            models.CheckConstraint(condition=Q(classifier__in=_CLASSIFIERS), name="tracking_classifier_known"),
            models.CheckConstraint(condition=Q(status__in=_STATUSES), name="tracking_status_known"),
            models.CheckConstraint(condition=Q(incident_reason__in=_REASONS), name="tracking_incident_known"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="tracking_void_has_reason",
            ),
        ]


class WaitingEvent(models.Model):
    """An event pushed for a waybill that is not registered yet; it is taken up when the order comes."""

    id = models.BigAutoField(primary_key=True)
    waybill = models.CharField(max_length=60)
    carrier = models.CharField(max_length=40, default="")
    occurred_at = models.DateTimeField()
    digest = models.UUIDField()
    received_at = models.DateTimeField()
    batch = models.ForeignKey(FeedBatch, on_delete=models.PROTECT, related_name="+")
    # The event's other fields as they came.
    fields = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="waiting_event_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["waybill", "carrier", "occurred_at", "digest"], name="waiting_event_once"),
        ]


class StatusCode(models.Model):
    """What a code of one vocabulary means, from when, and who says so. Dated: history keeps its meaning."""

    id = models.BigAutoField(primary_key=True)
    vocabulary = models.CharField(max_length=24)
    code = models.CharField(max_length=60)
    status = models.CharField(max_length=20)
    incident_reason = models.CharField(max_length=24, default="")
    labels = models.JSONField(default=dict)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    origin = models.CharField(max_length=200)
    verified_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "code", "valid_from"], name="status_code_once"),
            models.UniqueConstraint(
                fields=["vocabulary", "code"], condition=Q(valid_until__isnull=True), name="status_code_one_open"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(vocabulary=""), name="status_code_named"),
            models.CheckConstraint(condition=Q(status__in=[s.value for s in Status]), name="status_code_status_known"),
            models.CheckConstraint(condition=Q(incident_reason__in=_REASONS), name="status_code_incident_known"),
            models.CheckConstraint(condition=~Q(origin=""), name="status_code_origin_given"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="status_code_validity_right",
            ),
        ]


class UnknownCode(models.Model):
    """A code that came and that nobody has explained yet."""

    id = models.BigAutoField(primary_key=True)
    vocabulary = models.CharField(max_length=24)
    code = models.CharField(max_length=60)
    sample_text = models.CharField(max_length=500, default="")
    source = models.CharField(max_length=60)
    seen = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    explained_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-last_at"], condition=Q(explained_at__isnull=True), name="unknown_code_open")]
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "code"], name="unknown_code_once"),
            models.CheckConstraint(condition=Q(seen__gte=1), name="unknown_code_seen"),
        ]
