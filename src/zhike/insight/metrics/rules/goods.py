"""Reliability and cycle times of goods (SHIP-04, 05, 06, 07; methods §8.2)."""

from typing import Any

import ibis
import ibis.expr.types as ir
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Condition, Direction, Kind, Metric, define
from zhike.record.shipments.policies import LATE_RULE

SHIPMENT = _("shipment")
RELIABILITY = _("Company requirement: reliability")
CYCLES = _("Company requirement: cycle times")


def _delivered(rows: ir.Table) -> ir.BooleanValue:
    return rows["delivered_date"].notnull()


def _promised_and_delivered(rows: ir.Table) -> ir.BooleanValue:
    return rows["delivered_date"].notnull() & rows["promised_date"].notnull()


def _finished(rows: ir.Table) -> ir.BooleanValue:
    """Delivered, or known to be lost: both had the chance to arrive whole."""
    return rows["delivered_date"].notnull() | rows["is_lost"]


def _rate(
    *,
    eligible: Condition = _delivered,
    known: Condition | None = None,
    time: str = "delivered_date",
    version: int = 1,
    **own: Any,
) -> Metric:
    """A share of shipments; of those delivered and by the day of delivery, unless it says otherwise."""
    return define(
        Metric(
            version=version,
            fact="shipments",
            grain=SHIPMENT,
            time=time,
            eligible=eligible,
            known=known or eligible,
            **{"unit": "%", "kind": Kind.RATE, **own},
        )
    )


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
        source=_("Company requirement: orders of all departments"),
        eligible=lambda rows: rows["id"].notnull(),
        known=lambda rows: rows["id"].notnull(),
        order=50,
    )
)

ON_TIME = _rate(
    id="on_time",
    label=_("On-time"),
    definition=_(
        "Shipments delivered no later than the calendar day first promised, in the destination's zone, of all that"
        " are delivered. Delivered without a promise counts as missing."
    ),
    direction=Direction.HIGHER,
    source=RELIABILITY,
    known=_promised_and_delivered,
    hit=lambda rows: ~rows["is_late"],
    parameters=(LATE_RULE,),
    order=10,
)

LATE = _rate(
    id="late",
    label=_("Delivered late"),
    definition=_(
        "Shipments delivered on a later calendar day than first promised, in the destination's zone, of all that"
        " are delivered. Delivered without a promise counts as missing."
    ),
    direction=Direction.LOWER,
    source=RELIABILITY,
    known=_promised_and_delivered,
    hit=lambda rows: rows["is_late"],
    parameters=(LATE_RULE,),
    order=15,
)

INTACT = _rate(
    id="intact",
    version=2,
    label=_("Intact"),
    definition=_(
        "Shipments delivered without damage, shortage or loss, of all delivered or lost whose promised day has come."
        " Version 1 did not wait for that day."
    ),
    direction=Direction.HIGHER,
    time="promised_date",
    source=RELIABILITY,
    eligible=_finished,
    hit=lambda rows: ~(rows["is_damaged"] | rows["is_lost"] | rows["is_short"]),
    order=20,
)

DAMAGED = _rate(
    id="damaged",
    label=_("Damaged"),
    definition=_("Shipments delivered with damage, of all delivered."),
    direction=Direction.LOWER,
    source=RELIABILITY,
    hit=lambda rows: rows["is_damaged"],
    order=25,
)

LOST = _rate(
    id="lost",
    version=2,
    label=_("Lost"),
    definition=_(
        "Shipments known to be lost, of all delivered or lost whose promised day has come. Version 1 did not wait for"
        " that day."
    ),
    direction=Direction.LOWER,
    time="promised_date",
    source=RELIABILITY,
    eligible=_finished,
    hit=lambda rows: rows["is_lost"],
    order=26,
)

DELIVERY_PACE = define(
    Metric(
        id="delivery_pace",
        version=1,
        label=_("Delivery time against the promise"),
        definition=_(
            "Points of each delivered shipment: 100 where it took no longer from the order than was promised at first,"
            " else the promised hours as a share of the hours taken; twice as long is 50. Delivered without a promise"
            " counts as missing."
        ),
        unit="",
        kind=Kind.MEAN,
        direction=Direction.HIGHER,
        fact="shipments",
        grain=SHIPMENT,
        time="delivered_date",
        source=CYCLES,
        eligible=_delivered,
        known=lambda rows: (rows["promised_hours"] > 0) & rows["total_hours"].notnull(),
        value=lambda rows: 100.0 * rows["promised_hours"] / ibis.greatest(rows["total_hours"], rows["promised_hours"]),
        order=35,
    )
)

COMPLAINTS = _rate(
    id="complaints_per_thousand",
    label=_("Complaints per 1,000"),
    definition=_(
        "Shipments about which at least one complaint was registered, whenever it came, per 1,000 shipments delivered"
        " or lost whose promised day has come. Complaints about no shipment are not in it; duplicates do not count."
    ),
    kind=Kind.PER_THOUSAND,
    unit="‰",
    direction=Direction.LOWER,
    time="promised_date",
    source=RELIABILITY,
    eligible=_finished,
    hit=lambda rows: rows["has_complaint"],
    order=27,
)

COURIER_PHONE = _rate(
    id="courier_phone",
    label=_("Deliveries with courier phone"),
    definition=_("Shipments that went out for delivery with the courier's phone known, of all that went out."),
    direction=Direction.HIGHER,
    time="ordered_date",
    source=_("Company requirement: who answers for each leg"),
    eligible=lambda rows: rows["went_out"],
    hit=lambda rows: rows["has_courier_phone"],
    order=40,
)

DELIVERY_REPLY = _rate(
    id="delivery_reply",
    label=_("Deliveries with reply"),
    definition=_("Delivered shipments with a delivery reply (signer, time, condition), of all delivered."),
    direction=Direction.HIGHER,
    source=_("Company requirement: delivery replies"),
    hit=lambda rows: rows["has_reply"],
    order=41,
)

_CYCLES = (
    (
        "total_time",
        "total_hours",
        _("Order to delivery"),
        _("Hours from order to delivery, of all delivered in the period."),
        _delivered,
        30,
    ),
    (
        "transport_time",
        "transport_hours",
        _("Transport"),
        _("Hours from pick-up to delivery, of all delivered in the period."),
        _delivered,
        31,
    ),
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
            version=2 if _eligible is _delivered else 1,
            label=_label,
            definition=_definition,
            unit="h",
            kind=Kind.DURATION,
            direction=Direction.LOWER,
            fact="shipments",
            grain=SHIPMENT,
            time="delivered_date" if _eligible is _delivered else "ordered_date",
            source=CYCLES,
            eligible=_eligible,
            known=lambda rows, column=_column: rows[column].notnull(),  # type: ignore[misc]
            value=lambda rows, column=_column: rows[column],  # type: ignore[misc]
            order=_order,
        )
    )
