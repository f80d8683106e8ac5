"""Enquiries that wait for a first answer (CASE-27)."""

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Right

from zhike.platform.db.xid import ChangedXidField
from zhike.service.reception.models.calls import Call, values
from zhike.service.reception.types import WAITING_CHANNELS, WaitingState

# Somebody whose file nobody has named, with a number.
UNKNOWN = Q(contact__isnull=True) & ~Q(phone="")
_OPEN = Q(state__in=[WaitingState.WAITING.value, WaitingState.TAKEN.value])


class WaitingSet(models.QuerySet["Waiting"]):
    def open(self) -> Self:
        return self.filter(_OPEN)

    def unknown(self, endings: Collection[str] | None = None) -> Self:
        """Those of whom a number alone says who they are; with `endings` such as have these last eight digits."""
        rows = self.filter(UNKNOWN)
        return rows if endings is None else rows.annotate(ending=Right("phone", 8)).filter(ending__in=endings)

    def untaken(self) -> Self:
        return self.filter(state=WaitingState.WAITING.value)


class Waiting(models.Model):
    """Somebody asked in a chat, on the web site, at a counter, or called and nobody answered; until our first word."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=12)
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope_unit_id = models.BigIntegerField()
    zone = models.CharField(max_length=64)
    name = models.CharField(max_length=120, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    text = models.TextField(default="", blank=True)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    external_system = models.CharField(max_length=40, default="", blank=True)
    external_ref = models.CharField(max_length=120, default="", blank=True)
    asked_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WaitingState.WAITING.value)
    taken_by = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)
    redacted_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    objects = WaitingSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["scope_unit_id", "asked_at"], condition=_OPEN, name="waiting_of_unit"),
            models.Index(fields=["-asked_at", "-id"], name="waiting_by_time"),
            models.Index(fields=["taken_by"], condition=_OPEN & Q(taken_by__isnull=False), name="waiting_in_hand"),
            models.Index(fields=["customer"], condition=Q(customer__isnull=False), name="waiting_by_customer"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="waiting_by_contact"),
            # Who is to be forgotten is looked for by the ending of their number, among years of enquiries.
            models.Index(Right("phone", 8), condition=UNKNOWN, name="waiting_by_phone"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=values(WAITING_CHANNELS)), name="waiting_channel_known"),
            models.CheckConstraint(condition=Q(state__in=values(WaitingState)), name="waiting_state_known"),
            models.CheckConstraint(
                condition=(Q(state="waiting") & Q(taken_by__isnull=True, taken_at__isnull=True))
                | (Q(state="taken") & Q(taken_by__isnull=False, taken_at__isnull=False))
                | Q(state__in=["answered", "dropped"]),
                name="waiting_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=(_OPEN & Q(ended_at__isnull=True)) | (~_OPEN & Q(ended_at__isnull=False)),
                name="waiting_end_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("asked_at")), name="waiting_ends_after_asking"
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer="") | Q(redacted_at__isnull=False),
                name="waiting_answer_given",
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_ref"], condition=~Q(external_ref=""), name="waiting_external_once"
            ),
            models.UniqueConstraint(
                fields=["call"], condition=Q(call__isnull=False), name="waiting_call_returned_once"
            ),
        ]
