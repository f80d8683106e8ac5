"""Promises of people to customers (AGRE-06)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.record.agreements.types import PromiseState

if TYPE_CHECKING:
    from datetime import datetime

_OPEN = PromiseState.OPEN.value
_KEPT = PromiseState.KEPT.value


class PromiseSet(models.QuerySet["Promise"]):
    def open(self) -> "PromiseSet":
        return self.filter(state=_OPEN)

    def overdue(self, now: "datetime") -> "PromiseSet":
        """Their time has passed and nobody has said what became of them."""
        return self.filter(state=_OPEN, due_at__lt=now)


class Promise(models.Model):
    """One promise. `promised_by` and `unit` gave it and stay; `holder` keeps it, and may be somebody else later."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    promised_by = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    holder = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope_unit_id = models.BigIntegerField()
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    about_kind = models.CharField(max_length=24, default="", blank=True)
    about_id = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=12, default=_OPEN)
    done_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=300, default="", blank=True)
    # The new promise that came in place of this one, and when the customer was told of it.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    told_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    changed_xid = ChangedXidField()

    objects = PromiseSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-due_at", "-id"], name="promise_by_due"),
            models.Index(fields=["holder", "due_at"], condition=Q(state=_OPEN), name="promise_held_open"),
            models.Index(fields=["scope_unit_id", "due_at"], name="promise_by_unit"),
            models.Index(fields=["customer", "-due_at"], name="promise_by_customer"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="promise_by_contact"),
            models.Index(fields=["about_kind", "about_id"], condition=~Q(about_kind=""), name="promise_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="promise_number_once"),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(replaces__isnull=False), name="promise_replaced_once"
            ),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in PromiseState]), name="promise_state_known"),
            models.CheckConstraint(condition=~Q(text="") | Q(redacted_at__isnull=False), name="promise_says_something"),
            models.CheckConstraint(condition=Q(due_at__gt=F("made_at")), name="promise_due_later"),
            models.CheckConstraint(
                condition=Q(state=_OPEN, settled_at__isnull=True) | (~Q(state=_OPEN) & Q(settled_at__isnull=False)),
                name="promise_settled_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=_KEPT) | Q(done_at__isnull=False, done_at__lte=F("due_at")),
                name="promise_kept_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=PromiseState.RENEGOTIATED.value) | Q(told_at__isnull=False),
                name="promise_renegotiated_told",
            ),
            models.CheckConstraint(condition=Q(mode__in=[m.value for m in Mode]), name="promise_mode_known"),
        ]
