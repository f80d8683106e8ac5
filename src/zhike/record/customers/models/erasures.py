"""Erasures that were made: whose request, on what ground, how many rows; never who the person was."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zhike.record.customers.types import ErasureBasis, RequestState


class Erasure(models.Model):
    """One erasure (CUST-22). `key` stands in the list that outlives the database; a repeated request has the same."""

    objects: ClassVar[models.Manager["Erasure"]] = models.Manager()

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField()
    number = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    basis = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    people = models.PositiveIntegerField(default=0)
    numbers = models.PositiveIntegerField(default=0)
    # Rows emptied, by room.
    rows = models.JSONField(default=dict)
    log_lines = models.PositiveIntegerField(default=0)
    # Made again after a restore: when the erasure itself was made.
    first_at = models.DateTimeField(null=True)
    # Made because the time of keeping was over: the days of each kind.
    retention = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="erasure_key_once"),
            models.UniqueConstraint(fields=["number"], name="erasure_number_once"),
            models.CheckConstraint(condition=Q(basis__in=[str(b) for b in ErasureBasis]), name="erasure_basis_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="erasure_reason_given"),
        ]


class ErasureRequest(models.Model):
    """A program asks for an erasure; a person decides. Whom it names is emptied with the decision."""

    objects: ClassVar[models.Manager["ErasureRequest"]] = models.Manager()

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField()
    state = models.CharField(max_length=8, default=RequestState.OPEN.value)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    contact_ids = models.JSONField(default=list)
    phone_numbers = models.JSONField(default=list)
    mail_addresses = models.JSONField(default=list)
    reason = models.CharField(max_length=500)
    answer = models.CharField(max_length=500, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(state="open"), name="erasure_request_due")]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="erasure_request_once"),
            models.CheckConstraint(
                condition=Q(state__in=[str(one) for one in RequestState]), name="erasure_request_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False, contact_ids=[], phone_numbers=[], mail_addresses=[])),
                name="erasure_request_decided_names_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(erasure__isnull=False), name="erasure_request_done_has_erasure"
            ),
        ]
