"""What shipments publish to the lake: dates in the destination's zone, dimensions as they stood at the order."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.facts import Column, ColumnType, Fact, publish

INTEGER, TEXT, FLAG, DATE, FLOAT = (
    ColumnType.INTEGER,
    ColumnType.TEXT,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.FLOAT,
)


def _local(column: str) -> str:
    return f"timezone(zone, {column})::date"


def _hours(start: str, end: str) -> str:
    """Hours between two milestones; nothing where one is missing or they stand in the wrong order."""
    return f"CASE WHEN {end} >= {start} THEN extract(epoch FROM {end} - {start}) / 3600.0 END"


SHIPMENTS = publish(
    Fact(
        name="shipments",
        table="shipments_shipment",
        month="event_month",
        scope="scope_unit_id",
        label=_("Shipments"),
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("business_line", TEXT, dimension=True, label=_("Business line")),
            Column("service_mode", TEXT, dimension=True, label=_("Service mode")),
            Column("region", TEXT, dimension=True, label=_("Destination region")),
            Column("outlet_id", INTEGER, "destination_unit_id", dimension=True, label=_("Delivery outlet")),
            Column("status", TEXT, dimension=True, label=_("Shipment status")),
            Column("scope_unit_id", INTEGER),
            Column("ordered_date", DATE, _local("ordered_at")),
            Column("promised_date", DATE, _local("promised_delivery_at")),
            Column("delivered_date", DATE, _local("delivered_at")),
            Column("promised_weekday", TEXT, "to_char(timezone(zone, promised_delivery_at), 'ID')", dimension=True,
                   label=_("Promised weekday")),
            Column("delivered_week", TEXT, "to_char(timezone(zone, delivered_at), 'IYYY-\"W\"IW')", dimension=True,
                   label=_("Week of delivery")),
            Column(
                "ordered_week",
                TEXT,
                "to_char(timezone(zone, ordered_at), 'IYYY-\"W\"IW')",
                dimension=True,
                label=_("Week of the order"),
            ),
            Column("is_late", FLAG),
            Column("is_damaged", FLAG),
            Column("is_lost", FLAG),
            Column("is_short", FLAG),
            Column("went_out", FLAG, "out_for_delivery_at IS NOT NULL"),
            Column("has_courier_phone", FLAG, "courier_phone <> ''"),
            Column("has_reply", FLAG, "replied_at IS NOT NULL"),
            Column("pickup_hours", FLOAT, _hours("ordered_at", "picked_up_at")),
            Column("processing_hours", FLOAT, _hours("ordered_at", "confirmed_at")),
            Column("preparation_hours", FLOAT, _hours("confirmed_at", "prepared_at")),
            Column("transport_hours", FLOAT, _hours("picked_up_at", "delivered_at")),
            Column("total_hours", FLOAT, _hours("ordered_at", "delivered_at")),
        ),
    )
)  # fmt: skip
