"""What shipments publish to the lake: dates in the destination's zone, dimensions as they stood at the order."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.facts import Column, ColumnType, Fact, Row, name_dimension, open_rows_with, publish
from zhike.platform.i18n.regions import region_name
from zhike.record.shipments.queries import shipment_rows
from zhike.record.shipments.types.codes import LINE_LABELS, MODE_LABELS, STATUS_LABELS, Label, Status

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
            # History is not told to anybody: only what came live could be.
            Column("could_be_told", FLAG, "mode = 'live' AND event_count > 0"),
            Column("has_notice", FLAG, "noticed_at IS NOT NULL"),
            Column("recorded_hours", FLOAT, "recorded_after / 3600.0"),
            Column("pickup_hours", FLOAT, _hours("ordered_at", "picked_up_at")),
            Column("processing_hours", FLOAT, _hours("ordered_at", "confirmed_at")),
            Column("preparation_hours", FLOAT, _hours("confirmed_at", "prepared_at")),
            Column("transport_hours", FLOAT, _hours("picked_up_at", "delivered_at")),
            Column("total_hours", FLOAT, _hours("ordered_at", "delivered_at")),
            Column("promised_hours", FLOAT, _hours("ordered_at", "promised_delivery_at")),
        ),
    )
)  # fmt: skip

# What customers asked for, whichever unit took it and whatever became of the goods: who stays is told by it.
ORDERS = publish(
    Fact(
        name="orders",
        table="shipments_order",
        month="date_trunc('month', timezone('UTC', ordered_at))::date",
        label=_("Orders"),
        columns=(
            Column("customer_id", INTEGER, dimension=True, label=_("Customer")),
            Column("business_line", TEXT, dimension=True, label=_("Business line")),
            Column("service_mode", TEXT, dimension=True, label=_("Service mode")),
            Column("scope_unit_id", INTEGER),
            Column("ordered_date", DATE, _local("ordered_at"), label=_("day of the order")),
        ),
    )
)

_WEEKDAYS: Mapping[str, Label] = {
    "1": _("Monday"),
    "2": _("Tuesday"),
    "3": _("Wednesday"),
    "4": _("Thursday"),
    "5": _("Friday"),
    "6": _("Saturday"),
    "7": _("Sunday"),
}


class Codes:
    """Names of codes for figures."""

    def __init__(self, known: Iterable[tuple[str, Label]]) -> None:
        self._texts = {str(code): label for code, label in known}

    def __call__(self, values: Sequence[str]) -> Mapping[str, str]:
        return {value: str(self._texts[value]) for value in values if value in self._texts}


def _region_names(values: Sequence[str]) -> Mapping[str, str]:
    return {value: region_name(value) for value in values}


def _rows_behind(*, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    """The shipments behind a figure, in the order of their ids."""
    headings = [gettext("Waybill"), gettext("Customer"), gettext("Status"), gettext("Promised"), gettext("Delivered")]
    found = []
    for one in shipment_rows(actor=actor).filter(pk__in=ids).order_by("pk"):
        # Days of the destination's zone, by which the figure judged them.
        days = [
            clock.local_date(at, one.zone).isoformat() if at else ""
            for at in (one.promised_delivery_at, one.delivered_at)
        ]
        cells = (one.customer.name if one.customer else "", str(STATUS_LABELS[Status(one.status)]), *days)
        found.append(Row(one.pk, one.waybill, reverse("desk:shipment", args=[one.pk]), cells))
    return headings, found


name_dimension("business_line", Codes(LINE_LABELS.items()))
name_dimension("service_mode", Codes(MODE_LABELS.items()))
name_dimension("status", Codes(STATUS_LABELS.items()))
name_dimension("promised_weekday", Codes(_WEEKDAYS.items()))
name_dimension("region", _region_names)
open_rows_with("shipments", _rows_behind)
