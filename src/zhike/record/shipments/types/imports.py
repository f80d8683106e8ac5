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


# What Chinese exports call the two sides, and what of them; "收件人" alone is the name.
_SIDES: Final = {
    "consignor": ("发货人", "發貨人", "寄件人", "发件人", "發件人"),
    "consignee": ("收货人", "收貨人", "收件人"),
}
_PARTS: Final = {
    "name": ("", "姓名"),
    "phone": ("电话", "電話", "手机", "手機"),
    "address": ("地址",),
    "postcode": ("邮编", "郵遞區號"),
    "city": ("城市",),
    "region": ("省份",),
    "country": ("国家", "國家"),
}


def _called(prefix: str, part: str) -> tuple[str, ...]:
    return tuple(side + word for side in _SIDES[prefix] for word in _PARTS[part])


def _party(prefix: str, who: Label) -> tuple[TargetField, ...]:
    """The address snapshot of one side."""

    def called(what: Label) -> Label:
        return format_lazy("{who} · {what}", who=who, what=what)

    return (
        TargetField(
            f"{prefix}_name",
            called(pgettext_lazy("address", "Name")),
            max_length=160,
            also_called=_called(prefix, "name"),
        ),
        TargetField(
            f"{prefix}_phone",
            called(pgettext_lazy("address", "Phone")),
            max_length=24,
            also_called=_called(prefix, "phone"),
        ),
        TargetField(
            f"{prefix}_address",
            called(pgettext_lazy("address", "Address")),
            max_length=300,
            also_called=_called(prefix, "address"),
        ),
        TargetField(
            f"{prefix}_postcode",
            called(pgettext_lazy("address", "Postcode")),
            max_length=16,
            also_called=_called(prefix, "postcode"),
        ),
        TargetField(
            f"{prefix}_city",
            called(pgettext_lazy("address", "City")),
            max_length=80,
            also_called=_called(prefix, "city"),
        ),
        TargetField(
            f"{prefix}_region",
            called(pgettext_lazy("address", "Region")),
            max_length=40,
            also_called=_called(prefix, "region"),
        ),
        TargetField(
            f"{prefix}_country",
            called(pgettext_lazy("address", "Country")),
            max_length=_COUNTRY,
            also_called=_called(prefix, "country"),
        ),
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
        also_called=("customer_id", "客户号", "客戶號", "客户编号", "客戶編號", "客户", "客戶", "货主", "貨主"),
    ),
    TargetField(
        "department", _("Department code"), max_length=40, also_called=("部门", "部門", "部门编号", "部門編號")
    ),
    TargetField("business_line", _("Business line"), FieldKind.CODE, choices=_codes(LINE_LABELS)),
    TargetField("service_mode", _("Service mode"), FieldKind.CODE, choices=_codes(MODE_LABELS)),
    TargetField(
        "reference", _("Customer's reference"), max_length=80, also_called=("客户单号", "客戶單號", "参考号", "參考號")
    ),
    TargetField("goods", _("Goods"), max_length=300, also_called=("品名", "货物名称", "貨物名稱", "货品", "貨品")),
    TargetField(
        "declared_value",
        _("Declared value"),
        FieldKind.DECIMAL,
        minimum=0,
        also_called=("声明价值", "聲明價值", "保价金额", "保價金額"),
    ),
    TargetField("declared_currency", _("Currency of the declared value"), max_length=_CURRENCY),
    TargetField("price", _("Price"), FieldKind.DECIMAL, also_called=("运费", "運費")),
    TargetField("price_currency", _("Currency of the price"), max_length=_CURRENCY),
    TargetField("agreement", _("Agreement"), max_length=80, also_called=("合同", "合約", "协议", "協議")),
    TargetField("pieces", _("Pieces"), FieldKind.INTEGER, minimum=1, maximum=100_000, also_called=("件数", "件數")),
    TargetField(
        "weight_kg",
        _("Weight, kg"),
        FieldKind.DECIMAL,
        minimum=0,
        maximum=100_000_000,
        decimals=3,
        also_called=("weight", "重量", "重量kg", "重量公斤"),
    ),
    TargetField(
        "ordered_at",
        _("Ordered"),
        FieldKind.INSTANT,
        required=True,
        also_called=("order_time", "下单时间", "下單時間", "下单日期", "下單日期", "订单时间", "訂單時間"),
    ),
    TargetField(
        "confirmed_at",
        _("Order accepted"),
        FieldKind.INSTANT,
        also_called=("接单时间", "接單時間", "确认时间", "確認時間"),
    ),
    TargetField(
        "prepared_at", _("Goods ready"), FieldKind.INSTANT, also_called=("备货完成", "備貨完成", "备货时间", "備貨時間")
    ),
    TargetField(
        "promised_pickup_at",
        _("Promised pick-up"),
        FieldKind.INSTANT,
        also_called=("承诺揽收时间", "承諾攬收時間", "约定取件时间", "約定取件時間"),
    ),
    TargetField(
        "promised_delivery_at",
        _("Promised delivery"),
        FieldKind.INSTANT,
        also_called=(
            "promised",
            "承诺送达",
            "承諾送達",
            "承诺时间",
            "承諾時間",
            "应送达时间",
            "應送達時間",
            "承诺送达时间",
            "承諾送達時間",
        ),
    ),
    TargetField(
        "picked_up_at", _("Picked up"), FieldKind.INSTANT, also_called=("揽收时间", "攬收時間", "取件时间", "取件時間")
    ),
    TargetField(
        "out_for_delivery_at",
        _("Out for delivery"),
        FieldKind.INSTANT,
        also_called=("派送时间", "派送時間", "派件时间", "派件時間"),
    ),
    TargetField(
        "delivered_at",
        _("Delivered"),
        FieldKind.INSTANT,
        also_called=("delivered", "签收时间", "簽收時間", "送达时间", "送達時間", "妥投时间", "签收日期", "簽收日期"),
    ),
    TargetField(
        "status",
        _("Status"),
        FieldKind.CODE,
        choices=_codes(STATUS_LABELS),
        also_called=("状态", "狀態", "运单状态", "運單狀態"),
    ),
    TargetField("incident_reason", _("Incident"), FieldKind.CODE, choices=_codes(REASON_LABELS)),
    TargetField("zone", _("Destination's time zone"), max_length=64),
    TargetField(
        "origin_outlet",
        _("Pick-up outlet code"),
        max_length=40,
        also_called=("揽收网点", "攬收據點", "始发网点", "始發據點"),
    ),
    TargetField(
        "destination_outlet",
        _("Delivery outlet code"),
        max_length=40,
        also_called=("派送网点", "派送據點", "目的网点", "目的據點"),
    ),
    TargetField(
        "courier_name", _("Courier"), max_length=120, also_called=("courier", "快递员", "快遞員", "派件员", "派件員")
    ),
    TargetField(
        "courier_phone",
        _("Courier's phone"),
        max_length=24,
        also_called=("快递员电话", "快遞員電話", "派件员电话", "派件員電話"),
    ),
    TargetField("signer", _("Signed by"), max_length=120, also_called=("签收人", "簽收人")),
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
    "no_offset": _("is a time without its offset, such as +08:00"),
    "unreadable": _("is not in the form that this field takes"),
    "no_unit": _("names no outlet or department of yours, and you may import only for units within your reach"),
}
