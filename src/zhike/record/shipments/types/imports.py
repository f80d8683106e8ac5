"""The columns that files of orders and of tracking events can fill."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.record.shipments.types.codes import (
    CONDITION_LABELS,
    LINE_LABELS,
    MODE_LABELS,
    REASON_LABELS,
    STATUS_LABELS,
    Classifier,
)

Label = str | Promise
_CURRENCY: Final = 3
_COUNTRY: Final = 2


def _codes(labels: Mapping[Any, Label]) -> dict[str, Label]:
    return {str(code): label for code, label in labels.items()}


EVENT_FIELDS: Final = (
    TargetField(
        "waybill", _("Waybill"), required=True, max_length=60, also_called=("tracking_number", "运单号", "運單號")
    ),
    TargetField("carrier", _("Carrier"), max_length=40, also_called=("承运商", "承運商")),
    TargetField(
        "occurred_at",
        _("Time"),
        FieldKind.INSTANT,
        required=True,
        also_called=("event_time", "time", "时间", "時間"),
    ),
    TargetField("status", _("Status"), FieldKind.CODE, choices=_codes(STATUS_LABELS), also_called=("状态", "狀態")),
    TargetField("code", _("Raw code"), max_length=60, help=_("Kept as it is; its meaning comes from the vocabulary.")),
    TargetField("text", _("Text"), max_length=500, also_called=("description", "描述")),
    TargetField("place", _("Place"), max_length=160, also_called=("location", "地点", "地點")),
    TargetField("zone", _("Time zone"), max_length=64),
    TargetField("outlet", _("Outlet code"), max_length=40, also_called=("网点", "據點")),
    TargetField("handler_name", _("Handler"), max_length=120, also_called=("courier", "快递员", "快遞員")),
    TargetField("handler_phone", _("Handler's phone"), max_length=24, also_called=("快递员电话", "快遞員電話")),
    TargetField("incident_reason", _("Incident"), FieldKind.CODE, choices=_codes(REASON_LABELS)),
    TargetField(
        "classifier",
        _("Classifier"),
        FieldKind.CODE,
        choices={c.value: c.value for c in Classifier},
        help=_("Only what happened (ACT) moves the status."),
    ),
    TargetField("eta", _("Estimated delivery"), FieldKind.INSTANT),
    TargetField("external_id", _("Source's own id"), max_length=80),
)


def _party(prefix: str, who: Label) -> tuple[TargetField, ...]:
    """The address snapshot of one side."""

    def called(what: Label) -> Label:
        return format_lazy("{who} · {what}", who=who, what=what)

    return (
        TargetField(f"{prefix}_name", called(pgettext_lazy("address", "Name")), max_length=160),
        TargetField(f"{prefix}_phone", called(pgettext_lazy("address", "Phone")), max_length=24),
        TargetField(f"{prefix}_address", called(pgettext_lazy("address", "Address")), max_length=300),
        TargetField(f"{prefix}_postcode", called(pgettext_lazy("address", "Postcode")), max_length=16),
        TargetField(f"{prefix}_city", called(pgettext_lazy("address", "City")), max_length=80),
        TargetField(f"{prefix}_region", called(pgettext_lazy("address", "Region")), max_length=40),
        TargetField(f"{prefix}_country", called(pgettext_lazy("address", "Country")), max_length=_COUNTRY),
        TargetField(
            f"{prefix}_lat", called(pgettext_lazy("address", "Latitude")), FieldKind.DECIMAL, minimum=-90, maximum=90
        ),
        TargetField(
            f"{prefix}_lon", called(pgettext_lazy("address", "Longitude")), FieldKind.DECIMAL, minimum=-180, maximum=180
        ),
    )


ORDER_FIELDS: Final = (
    TargetField("order_id", _("Order id"), required=True, max_length=80, also_called=("order", "订单号", "訂單號")),
    TargetField("waybill", _("Waybill"), required=True, max_length=60, also_called=("运单号", "運單號")),
    TargetField("carrier", _("Carrier"), max_length=40),
    TargetField(
        "customer",
        _("Customer"),
        max_length=120,
        help=_("Our number, or what the source calls the customer; empty where the shipper is unknown."),
        also_called=("customer_id", "客户号", "客戶號"),
    ),
    TargetField("department", _("Department code"), max_length=40),
    TargetField("business_line", _("Business line"), FieldKind.CODE, choices=_codes(LINE_LABELS)),
    TargetField("service_mode", _("Service mode"), FieldKind.CODE, choices=_codes(MODE_LABELS)),
    TargetField("reference", _("Customer's reference"), max_length=80),
    TargetField("goods", _("Goods"), max_length=300),
    TargetField("declared_value", _("Declared value"), FieldKind.DECIMAL, minimum=0),
    TargetField("declared_currency", _("Currency of the declared value"), max_length=_CURRENCY),
    TargetField("price", _("Price"), FieldKind.DECIMAL),
    TargetField("price_currency", _("Currency of the price"), max_length=_CURRENCY),
    TargetField("agreement", _("Agreement"), max_length=80),
    TargetField("pieces", _("Pieces"), FieldKind.INTEGER, minimum=1, maximum=100_000),
    TargetField("weight_kg", _("Weight, kg"), FieldKind.DECIMAL, minimum=0, maximum=100_000_000, decimals=3),
    TargetField("ordered_at", _("Ordered"), FieldKind.INSTANT, required=True),
    TargetField("confirmed_at", _("Order accepted"), FieldKind.INSTANT),
    TargetField("prepared_at", _("Goods ready"), FieldKind.INSTANT),
    TargetField("promised_pickup_at", _("Promised pick-up"), FieldKind.INSTANT),
    TargetField("promised_delivery_at", _("Promised delivery"), FieldKind.INSTANT),
    TargetField("picked_up_at", _("Picked up"), FieldKind.INSTANT),
    TargetField("out_for_delivery_at", _("Out for delivery"), FieldKind.INSTANT),
    TargetField("delivered_at", _("Delivered"), FieldKind.INSTANT),
    TargetField("status", _("Status"), FieldKind.CODE, choices=_codes(STATUS_LABELS)),
    TargetField("incident_reason", _("Incident"), FieldKind.CODE, choices=_codes(REASON_LABELS)),
    TargetField("zone", _("Destination's time zone"), max_length=64),
    TargetField("origin_outlet", _("Pick-up outlet code"), max_length=40),
    TargetField("destination_outlet", _("Delivery outlet code"), max_length=40),
    TargetField("courier_name", _("Courier"), max_length=120),
    TargetField("courier_phone", _("Courier's phone"), max_length=24),
    TargetField("signer", _("Signed by"), max_length=120),
    TargetField("condition", _("Condition on arrival"), FieldKind.CODE, choices=_codes(CONDITION_LABELS)),
    TargetField("replied_at", _("Delivery reply received"), FieldKind.INSTANT),
    *_party("consignor", _("Consignor")),
    *_party("consignee", _("Consignee")),
)

REASONS: Final = {
    "no_status": _("has neither a status nor a code"),
    "unknown_waybill": _("is not a waybill within your reach"),
    "ambiguous_waybill": _("exists with more than one carrier; name the carrier"),
    "unknown_outlet": _("is not the code of a unit"),
    "unknown_zone": _("is not the name of a time zone, such as Asia/Shanghai"),
    "unknown_customer": _("is not a customer that we know"),
    "repeated_waybill": _("stands in the file more than once; line %(first)s was kept"),
    "other_order": _("belongs to another order: %(order)s"),
    "outside_reach": _("is outside the units within your reach"),
    "no_currency": _("needs a currency beside the amount"),
    "before_order": _("is before the order"),
}
