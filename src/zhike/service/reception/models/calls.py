"""Telephone systems, extensions, calls and what was told of them."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q

from zhike.platform.db.xid import ChangedXidField
from zhike.service.reception.types import LIVE_STATES, CallDirection, CallState, Told, Who


def values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


class PhoneSystem(models.Model):
    """A telephone system that tells us of its calls; `profile` says how its payload reads (declarative, no code)."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    # Whose the calls are that ring at no known extension.
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, related_name="+")
    profile = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="phone_system_code_once"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="phone_system_named"),
        ]


class Extension(models.Model):
    """A telephone on a desk, and whose it is for a while."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    staff = models.ForeignKey("organization.Staff", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(valid_until__isnull=True), name="extension_held_by_one"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="extension_number_given"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="extension_validity_right",
            ),
        ]


class CallSet(models.QuerySet["Call"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE_STATES)


class Call(models.Model):
    """One call, as all its events together have it, and what the agent made of it.

    `number` is the other side's, E.164 where it could be read, empty where it is withheld.
    """

    id = models.BigAutoField(primary_key=True)
    system = models.CharField(max_length=40)
    ref = models.CharField(max_length=120)
    direction = models.CharField(max_length=4)
    number = models.CharField(max_length=40, default="")
    number_key = models.CharField(max_length=8, default="")
    called = models.CharField(max_length=40, default="")
    extension = models.CharField(max_length=20, default="")
    staff = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    scope_unit_id = models.BigIntegerField()
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField()
    # What the agent said of the caller, and where the call went.
    who = models.CharField(max_length=10, default="", blank=True)
    confirmed_at = models.DateTimeField(null=True)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    shipment = models.ForeignKey(
        "shipments.Shipment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    interaction = models.ForeignKey(
        "interactions.Interaction", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.TextField(default="", blank=True)
    # When it left the hands of whoever took it: written down, or let go by the desk.
    settled_at = models.DateTimeField(null=True)
    # How often it was taken out of a case, and when last: each time its next entry on a timeline is another one.
    taken_out = models.PositiveSmallIntegerField(default=0, db_default=0)
    taken_out_at = models.DateTimeField(null=True)
    changed_xid = ChangedXidField()

    objects = CallSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["staff", "-started_at"], condition=Q(settled_at__isnull=True), name="call_in_hand"),
            models.Index(fields=["scope_unit_id", "-started_at"], name="call_by_unit"),
            models.Index(fields=["-started_at", "-id"], name="call_by_time"),
            models.Index(fields=["told_at"], condition=Q(settled_at__isnull=True), name="call_to_settle"),
            models.Index(fields=["customer"], condition=Q(customer__isnull=False), name="call_by_customer"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="call_by_contact"),
            models.Index(fields=["number_key"], condition=~Q(number_key=""), name="call_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["system", "ref"], name="call_once"),
            models.CheckConstraint(condition=~Q(ref="") & ~Q(system=""), name="call_named"),
            models.CheckConstraint(condition=Q(state__in=values(CallState)), name="call_state_known"),
            models.CheckConstraint(condition=Q(direction__in=values(CallDirection)), name="call_direction_known"),
            models.CheckConstraint(condition=Q(who__in=values(Who)), name="call_who_known"),
            models.CheckConstraint(
                condition=(Q(state__in=LIVE_STATES) & Q(ended_at__isnull=True))
                | (~Q(state__in=LIVE_STATES) & Q(ended_at__isnull=False)),
                name="call_end_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(who=Who.KNOWN.value) | Q(customer__isnull=False), name="call_known_is_somebody"
            ),
            models.CheckConstraint(
                condition=Q(interaction__isnull=True) | Q(customer__isnull=False), name="call_written_for_somebody"
            ),
        ]


class CallEvent(models.Model):
    """One event of a call, kept once (`key`), whenever and however often it arrived."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=80)
    event = models.CharField(max_length=12)
    extension = models.CharField(max_length=20, default="")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "key"], name="call_event_once"),
            models.CheckConstraint(condition=Q(event__in=values(Told)), name="call_event_known"),
        ]
