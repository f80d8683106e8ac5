"""Reliability and cycle times of goods (SHIP-04, 05, 06, 07; methods §8.2)."""

import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Direction, Kind, Metric, define
from zhike.record.shipments.policies import LATE_RULE

SHIPMENT = _("shipment")


def _delivered(rows: ir.Table) -> ir.BooleanValue:
    return rows["delivered_date"].notnull()


def _promised_and_delivered(rows: ir.Table) -> ir.BooleanValue:
    return rows["delivered_date"].notnull() & rows["promised_date"].notnull()


def _finished(rows: ir.Table) -> ir.BooleanValue:
    """Delivered, or known to be lost: both had the chance to arrive whole."""
    return rows["delivered_date"].notnull() | rows["is_lost"]


SHIPMENTS_COUNT = define(
    Metric(
        id="shipments",
        version=1,
        label=_("Shipments"),
        definition=_("All shipments ordered in the period."),
        unit="",
        kind=Kind.COUNT,
        direction=Direction.NONE,
        fact="shipments",
        grain=SHIPMENT,
        time="ordered_date",
        source="SHIP-12",
        eligible=lambda rows: rows["id"].notnull(),
        known=lambda rows: rows["id"].notnull(),
        order=50,
    )
)

ON_TIME = define(
    Metric(
        id="on_time",
        version=1,
        label=_("On-time"),
        definition=_(
            "Shipments delivered no later than the calendar day first promised, in the destination's zone, of all that"
            " are delivered. Delivered without a promise counts as missing."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="shipments",
        grain=SHIPMENT,
        time="delivered_date",
        source="SHIP-07; methods §8.2",
        eligible=_delivered,
        known=_promised_and_delivered,
        hit=lambda rows: ~rows["is_late"],
        parameters=(LATE_RULE,),
        order=10,
    )
)

LATE = define(
    Metric(
        id="late",
        version=1,
        label=_("Delivered late"),
        definition=_(
            "Shipments delivered on a later calendar day than first promised, in the destination's zone, of all that"
            " are delivered. Delivered without a promise counts as missing."
        ),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="shipments",
        grain=SHIPMENT,
        time="delivered_date",
        source="SHIP-07; methods §8.2",
        eligible=_delivered,
        known=_promised_and_delivered,
        hit=lambda rows: rows["is_late"],
        parameters=(LATE_RULE,),
        order=15,
    )
)

INTACT = define(
    Metric(
        id="intact",
        version=1,
        label=_("Intact"),
        definition=_("Shipments delivered without damage, shortage or loss, of all delivered or lost."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="shipments",
        grain=SHIPMENT,
        time="promised_date",
        source="SHIP-07",
        eligible=_finished,
        known=_finished,
        hit=lambda rows: ~(rows["is_damaged"] | rows["is_lost"] | rows["is_short"]),
        order=20,
    )
)

DAMAGED = define(
    Metric(
        id="damaged",
        version=1,
        label=_("Damaged"),
        definition=_("Shipments delivered with damage, of all delivered."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="shipments",
        grain=SHIPMENT,
        time="delivered_date",
        source="SHIP-07; methods §8.2",
        eligible=_delivered,
        known=_delivered,
        hit=lambda rows: rows["is_damaged"],
        order=25,
    )
)

LOST = define(
    Metric(
        id="lost",
        version=1,
        label=_("Lost"),
        definition=_("Shipments known to be lost, of all delivered or lost."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.LOWER,
        fact="shipments",
        grain=SHIPMENT,
        time="promised_date",
        source="SHIP-07",
        eligible=_finished,
        known=_finished,
        hit=lambda rows: rows["is_lost"],
        order=26,
    )
)

COURIER_PHONE = define(
    Metric(
        id="courier_phone",
        version=1,
        label=_("Deliveries with courier phone"),
        definition=_("Shipments that went out for delivery with the courier's phone known, of all that went out."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="shipments",
        grain=SHIPMENT,
        time="ordered_date",
        source="SHIP-04",
        eligible=lambda rows: rows["went_out"],
        known=lambda rows: rows["went_out"],
        hit=lambda rows: rows["has_courier_phone"],
        order=40,
    )
)

DELIVERY_REPLY = define(
    Metric(
        id="delivery_reply",
        version=1,
        label=_("Deliveries with reply"),
        definition=_("Delivered shipments with a delivery reply (signer, time, condition), of all delivered."),
        unit="%",
        kind=Kind.RATE,
        direction=Direction.HIGHER,
        fact="shipments",
        grain=SHIPMENT,
        time="delivered_date",
        source="SHIP-05",
        eligible=_delivered,
        known=_delivered,
        hit=lambda rows: rows["has_reply"],
        order=41,
    )
)

_CYCLES = (
    ("total_time", "total_hours", _("Order to delivery"), _("Hours from order to delivery."), _delivered, 30),
    ("transport_time", "transport_hours", _("Transport"), _("Hours from pick-up to delivery."), _delivered, 31),
    (
        "pickup_time",
        "pickup_hours",
        _("Order to pick-up"),
        _("Hours from order to pick-up."),
        lambda rows: rows["pickup_hours"].notnull() | rows["delivered_date"].notnull(),
        32,
    ),
    (
        "preparation_time",
        "preparation_hours",
        _("Preparation"),
        _("Hours from the confirmed order to goods made ready."),
        lambda rows: rows["preparation_hours"].notnull() | rows["delivered_date"].notnull(),
        33,
    ),
    (
        "processing_time",
        "processing_hours",
        _("Information processing"),
        _("Hours from order to confirmation."),
        lambda rows: rows["processing_hours"].notnull() | rows["delivered_date"].notnull(),
        34,
    ),
)

for _id, _column, _label, _definition, _eligible, _order in _CYCLES:
    define(
        Metric(
            id=_id,
            version=1,
            label=_label,
            definition=_definition,
            unit="h",
            kind=Kind.DURATION,
            direction=Direction.LOWER,
            fact="shipments",
            grain=SHIPMENT,
            time="ordered_date",
            source="SHIP-06",
            eligible=_eligible,
            known=lambda rows, column=_column: rows[column].notnull(),  # type: ignore[misc]
            value=lambda rows, column=_column: rows[column],  # type: ignore[misc]
            order=_order,
        )
    )
