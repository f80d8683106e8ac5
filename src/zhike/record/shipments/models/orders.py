"""Orders and shipments: what was asked for, what was promised, where the goods are, who answers for them now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Reverse

from zhike.platform.db.xid import ChangedXidField
from zhike.platform.outbox.types import Mode
from zhike.record.shipments.types.codes import (
    TERMINAL,
    BusinessLine,
    EtaSource,
    LateRule,
    LegKind,
    PartyRole,
    ServiceMode,
    Status,
)


def _values(kinds: Iterable[str]) -> list[str]:
    return [str(k) for k in kinds]


MODES: Final = _values(Mode)
_CLOSED_SQL: Final = ", ".join(f"'{s.value}'" for s in Status if s in TERMINAL)
IS_OPEN: Final = f"(status NOT IN ({_CLOSED_SQL}) AND NOT is_lost)"
# The one SQL form of "late"; zhike.record.shipments.rules.is_late is its twin.
IS_LATE: Final = (
    f"(CASE WHEN late_rule = '{LateRule.CALENDAR_DAY.value}'"
    " THEN timezone(zone, delivered_at)::date > timezone(zone, promised_delivery_at)::date"
    " ELSE delivered_at > promised_delivery_at END)"
)
OVERDUE_AT: Final = (
    f"(CASE WHEN late_rule = '{LateRule.CALENDAR_DAY.value}'"
    " THEN timezone(zone, (timezone(zone, promised_delivery_at)::date + 1)::timestamp)"
    " ELSE promised_delivery_at END)"
)


def computed(sql: str, field: "models.Field") -> models.GeneratedField:  # type: ignore[type-arg]
    """A column that the database itself keeps right whatever writes the row."""
    return models.GeneratedField(expression=Func(template=sql, output_field=field), output_field=field, db_persist=True)


class Order(models.Model):
    """What a customer asked for. The shipper may be unknown: then there is no customer."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    source = models.CharField(max_length=60, default="desk")
    external_id = models.CharField(max_length=80, default="")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    business_line = models.CharField(max_length=12)
    service_mode = models.CharField(max_length=12)
    references = ArrayField(models.CharField(max_length=80), default=list)
    goods = models.CharField(max_length=300, default="")
    declared_value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    declared_currency = models.CharField(max_length=3, default="")
    price = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    price_currency = models.CharField(max_length=3, default="")
    agreement_reference = models.CharField(max_length=80, default="")
    ordered_at = models.DateTimeField()
    # Information processed (the order checked and accepted), goods made ready.
    confirmed_at = models.DateTimeField(null=True)
    prepared_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    scope_unit_id = models.BigIntegerField(null=True)
    changed_xid = ChangedXidField()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-ordered_at", "-id"], name="order_by_customer"),
            models.Index(fields=["scope_unit_id", "-ordered_at", "-id"], name="order_by_scope"),
            GinIndex(fields=["references"], name="order_by_reference"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_once"),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="order_external_once"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="order_number_given"),
            models.CheckConstraint(condition=Q(business_line__in=_values(BusinessLine)), name="order_line_known"),
            models.CheckConstraint(condition=Q(service_mode__in=_values(ServiceMode)), name="order_mode_known"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="order_batch_mode_known"),
            models.CheckConstraint(
                condition=(Q(declared_value__isnull=True) | (Q(declared_value__gte=0) & ~Q(declared_currency="")))
                & (Q(price__isnull=True) | ~Q(price_currency="")),
                name="order_money_has_currency",
            ),
        ]


class ShipmentSet(models.QuerySet["Shipment"]):
    def open(self) -> Self:
        return self.filter(is_open=True)

    def overdue(self, now: datetime) -> Self:
        return self.filter(is_open=True, overdue_at__lte=now)


class Shipment(models.Model):
    """One waybill. Dimensions are copied at the order and do not follow later changes of the customer or the tree.

    Status, milestones, holder and condition are computed from the tracking events and delivery replies, never typed.
    `promised_*` hold the original promise: a trigger refuses any change without a recorded correction.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    waybill = models.CharField(max_length=60, db_collation="C")
    carrier = models.CharField(max_length=40, default="")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    business_line = models.CharField(max_length=12)
    service_mode = models.CharField(max_length=12)
    origin_region = models.CharField(max_length=40, default="")
    region = models.CharField(max_length=40, default="")
    city = models.CharField(max_length=80, default="")
    country = models.CharField(max_length=2, default="")
    zone = models.CharField(max_length=64)
    pieces = models.PositiveIntegerField(default=1)
    weight_kg = models.DecimalField(max_digits=12, decimal_places=3, null=True)

    promised_pickup_at = models.DateTimeField(null=True)
    promised_delivery_at = models.DateTimeField(null=True)
    promise_version = models.PositiveSmallIntegerField(default=1)
    eta = models.DateTimeField(null=True)
    eta_source = models.CharField(max_length=8, default="")

    # What the order itself said before any event: kept as the ground on which events stand.
    stated_status = models.CharField(max_length=20, default=Status.INFO_RECEIVED.value)
    status = models.CharField(max_length=20, default=Status.INFO_RECEIVED.value)
    ordered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    prepared_at = models.DateTimeField(null=True)
    picked_up_at = models.DateTimeField(null=True)
    out_for_delivery_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    last_place = models.CharField(max_length=160, default="")
    event_count = models.PositiveIntegerField(default=0)
    # Seconds from a live event until we had it, on the average of them; null without one (METR-26).
    recorded_after = models.PositiveBigIntegerField(null=True)

    origin_unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    destination_unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Who answers for the goods now.
    holder_unit = models.ForeignKey(
        "organization.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    courier_staff = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    courier_name = models.CharField(max_length=120, default="")
    courier_phone = models.CharField(max_length=24, default="")
    # The delivery outlet's number in the unit tree; the pick-up outlet's or the department's where there is none.
    scope_unit_id = models.BigIntegerField(null=True)

    is_damaged = models.BooleanField(default=False)
    is_lost = models.BooleanField(default=False)
    is_short = models.BooleanField(default=False)
    incident_reason = models.CharField(max_length=24, default="")

    late_rule = models.CharField(max_length=16, default=LateRule.CALENDAR_DAY.value)
    late_rule_version = models.PositiveSmallIntegerField(default=1)
    late_told_at = models.DateTimeField(null=True)
    # The activity after which it was told that nothing had moved since: told again only after another silence.
    silent_told_of = models.DateTimeField(null=True)
    # When the first notice that we gave of ourselves reached somebody (SHIP-03).
    noticed_at = models.DateTimeField(null=True)
    event_month = models.DateField()
    # Of the imported row, so that the same file sent twice changes nothing.
    row_digest = models.UUIDField(null=True)
    mode = models.CharField(max_length=8, default=Mode.LIVE.value)
    changed_xid = ChangedXidField()

    is_open = computed(IS_OPEN, models.BooleanField())
    is_late = computed(IS_LATE, models.BooleanField(null=True))
    overdue_at = computed(OVERDUE_AT, models.DateTimeField(null=True))
    last_activity_at = computed("coalesce(last_event_at, ordered_at)", models.DateTimeField())

    objects = ShipmentSet.as_manager()

    class Meta:
        indexes = [
            # Endings are prefixes of the reversed waybill; the C collation lets LIKE use the index.
            models.Index(Reverse("waybill"), name="shipment_by_waybill_end"),
            models.Index(fields=["-ordered_at", "-id"], name="shipment_by_time"),
            models.Index(fields=["scope_unit_id", "-ordered_at", "-id"], name="shipment_by_scope"),
            models.Index(fields=["customer", "-ordered_at", "-id"], name="shipment_by_customer"),
            # Closed states are most of the table and found by time; open ones are few.
            models.Index(fields=["status", "-ordered_at", "-id"], condition=Q(is_open=True), name="shipment_by_status"),
            # Lists of a reach page along time and count without a look at the rows: the unit comes along.
            models.Index(
                fields=["-ordered_at", "-id"],
                include=["scope_unit_id", "is_open"],
                condition=Q(is_open=True),
                name="shipment_open",
            ),
            models.Index(
                fields=["-ordered_at", "-id"],
                include=["scope_unit_id", "is_late"],
                condition=Q(is_late=True),
                name="shipment_late",
            ),
            # The watch list: each reason reads only the rows it may name.
            models.Index(fields=["overdue_at", "id"], condition=Q(is_open=True), name="shipment_watch_overdue"),
            models.Index(fields=["last_activity_at", "id"], condition=Q(is_open=True), name="shipment_watch_silent"),
            models.Index(
                fields=["delivered_at", "id"],
                condition=Q(status=Status.DELIVERED.value, replied_at__isnull=True),
                name="shipment_watch_reply",
            ),
            models.Index(
                fields=["out_for_delivery_at", "id"],
                condition=Q(status=Status.OUT_FOR_DELIVERY.value, courier_phone=""),
                name="shipment_watch_phone",
            ),
            models.Index(fields=["holder_unit"], condition=Q(is_open=True), name="shipment_held"),
            models.Index(
                fields=["courier_staff"],
                condition=Q(is_open=True, courier_staff__isnull=False),
                name="shipment_carried",
            ),
        ]
        constraints = [
            # The waybill comes first: people type it without the carrier.
            models.UniqueConstraint(fields=["waybill", "carrier"], name="shipment_waybill_once"),
            models.CheckConstraint(
                condition=~Q(waybill="") & Q(waybill=Func(F("waybill"), function="upper")), name="shipment_waybill_form"
            ),
            models.CheckConstraint(condition=Q(status__in=_values(Status)), name="shipment_status_known"),
            models.CheckConstraint(condition=Q(stated_status__in=_values(Status)), name="shipment_stated_known"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(status=Status.DELIVERED.value),
                name="shipment_delivered_has_status",
            ),
            models.CheckConstraint(condition=Q(business_line__in=_values(BusinessLine)), name="shipment_line_known"),
            models.CheckConstraint(condition=Q(service_mode__in=_values(ServiceMode)), name="shipment_mode_known"),
            models.CheckConstraint(condition=Q(late_rule__in=_values(LateRule)), name="shipment_late_rule_known"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="shipment_batch_mode_known"),
            models.CheckConstraint(condition=Q(event_month__day=1), name="shipment_month_is_first"),
            models.CheckConstraint(condition=Q(pieces__gte=1), name="shipment_has_pieces"),
            models.CheckConstraint(
                condition=Q(weight_kg__isnull=True) | Q(weight_kg__gte=0), name="shipment_weight_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(eta__isnull=True, eta_source="") | Q(eta__isnull=False, eta_source__in=_values(EtaSource)),
                name="shipment_eta_has_source",
            ),
        ]


class Party(models.Model):
    """Consignor or consignee as they were at the order. A consignee is not a customer: this is a snapshot."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="+", db_index=False)
    role = models.CharField(max_length=10)
    name = models.CharField(max_length=160, default="")
    phone = models.CharField(max_length=24, default="")
    phone_key = models.CharField(max_length=8, default="")
    address = models.CharField(max_length=300, default="")
    postcode = models.CharField(max_length=16, default="")
    city = models.CharField(max_length=80, default="")
    region = models.CharField(max_length=40, default="")
    country = models.CharField(max_length=2, default="")
    zone = models.CharField(max_length=64, default="")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_key"], condition=~Q(phone_key=""), name="party_by_phone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "role"], name="party_role_once"),
            models.CheckConstraint(condition=Q(role__in=_values(PartyRole)), name="party_role_known"),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__range=(-90, 90), lon__range=(-180, 180), lat__isnull=False, lon__isnull=False),
                name="party_position_on_earth",
            ),
        ]


class Leg(models.Model):
    """Who answers for one part of the way: outlet with its phone at the time, courier with name and phone."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="+", db_index=False)
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    unit = models.ForeignKey("organization.Unit", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    outlet_phone = models.CharField(max_length=24, default="")
    courier_staff = models.ForeignKey(
        "organization.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    courier_name = models.CharField(max_length=120, default="")
    courier_phone = models.CharField(max_length=24, default="")
    assigned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["courier_staff"], condition=Q(courier_staff__isnull=False), name="leg_by_courier"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "sequence"], name="leg_sequence_once"),
            models.CheckConstraint(condition=Q(kind__in=_values(LegKind)), name="leg_kind_known"),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="leg_times_in_order",
            ),
        ]
