"""The form by which an order with one shipment is registered."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.ui.forms import CodeField, DecimalField, MomentField, WholeField
from zhike.record.organization.types import UnitKind, UnitSummary
from zhike.record.shipments.types.codes import LINE_LABELS, MODE_LABELS, BusinessLine, ServiceMode
from zhike.record.shipments.types.inputs import Address, OrderDraft, ShipmentDraft

# Names of the action's fields and of this form's.
ACTION_FIELDS = {
    "customer": "customer",
    "price": "price",
    "declared_value": "declared_value",
    "shipments.0.zone": "destination",
    "shipments.0.pieces": "pieces",
    "shipments.0.consignee.name": "consignee_name",
    "shipments.0.promised_pickup_at": "promised_pickup_at",
    "shipments.0.promised_delivery_at": "promised_delivery_at",
}


class OrderForm(forms.Form):
    """Only what cannot be left out is required; the waybill is numbered by itself."""

    customer = CodeField(
        label=_("Customer number"), required=False, max_length=20, help_text=_("Empty while the shipper is unknown.")
    )
    business_line = forms.ChoiceField(
        label=_("Business line"), choices=[(str(code), label) for code, label in LINE_LABELS.items()]
    )
    service_mode = forms.ChoiceField(
        label=_("Service mode"),
        choices=[(str(code), label) for code, label in MODE_LABELS.items()],
        initial=ServiceMode.NATIONAL.value,
    )
    department = forms.ChoiceField(label=_("Department"), required=False)
    reference = CodeField(label=_("Customer's reference"), required=False, max_length=80)
    waybill = CodeField(
        label=_("Waybill"), required=False, max_length=60, help_text=_("Empty: the next number of our own.")
    )
    consignor_name = forms.CharField(label=_("Consignor"), required=False, max_length=160)
    consignor_phone = CodeField(label=_("Consignor's phone"), required=False, max_length=24)
    consignor_city = forms.CharField(label=_("Consignor's city"), required=False, max_length=80)
    consignor_address = forms.CharField(label=_("Consignor's address"), required=False, max_length=300)
    origin = forms.ChoiceField(label=_("Pick-up outlet"), required=False)
    consignee_name = forms.CharField(label=_("Consignee"), max_length=160)
    consignee_phone = CodeField(label=_("Consignee's phone"), required=False, max_length=24)
    consignee_city = forms.CharField(label=_("Consignee's city"), max_length=80)
    consignee_region = forms.CharField(label=_("Consignee's region"), required=False, max_length=40)
    consignee_address = forms.CharField(label=_("Consignee's address"), required=False, max_length=300)
    destination = forms.ChoiceField(label=_("Delivery outlet"), required=False)
    goods = forms.CharField(label=_("Goods"), required=False, max_length=300)
    pieces = WholeField(label=_("Pieces"), min_value=1, max_value=100_000, initial=1)
    weight_kg = DecimalField(label=_("Weight, kg"), required=False, min_value=0, max_digits=12, decimal_places=3)
    declared_value = DecimalField(
        label=_("Declared value"), required=False, min_value=0, max_digits=18, decimal_places=4
    )
    price = DecimalField(label=_("Price"), required=False, min_value=0, max_digits=18, decimal_places=4)
    currency = CodeField(label=_("Currency"), max_length=3, initial="CNY")
    agreement = CodeField(label=_("Agreement"), required=False, max_length=80)
    promised_pickup_at = MomentField(label=_("Promised pick-up"), required=False)
    promised_delivery_at = MomentField(
        label=_("Promised delivery"), required=False, help_text=_("In the destination's time; it stays as promised.")
    )

    def __init__(self, *args: Any, units: list[UnitSummary], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {u.id: u for u in units}
        points = [("", "–"), *((str(u.id), f"{u.name} {u.code}") for u in units if u.kind is not UnitKind.COMPANY)]
        for name in ("department", "origin", "destination"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = points

    def order(self, customer_id: int | None) -> OrderDraft:
        data = self.cleaned_data
        return OrderDraft(
            business_line=BusinessLine(data["business_line"]),
            service_mode=ServiceMode(data["service_mode"]),
            customer_id=customer_id,
            department_id=self._unit("department"),
            references=(data["reference"],) if data["reference"] else (),
            goods=data["goods"],
            declared_value=data["declared_value"],
            declared_currency=data["currency"] if data["declared_value"] is not None else "",
            price=data["price"],
            price_currency=data["currency"] if data["price"] is not None else "",
            agreement_reference=data["agreement"],
        )

    def shipment(self, own_zone: str) -> ShipmentDraft:
        data = self.cleaned_data
        destination, origin = self._unit("destination"), self._unit("origin")
        zone = self.units[destination].zone if destination else own_zone
        start_zone = self.units[origin].zone if origin else own_zone
        return ShipmentDraft(
            consignor=Address(
                name=data["consignor_name"],
                phone=data["consignor_phone"],
                city=data["consignor_city"],
                address=data["consignor_address"],
            ),
            consignee=Address(
                name=data["consignee_name"],
                phone=data["consignee_phone"],
                city=data["consignee_city"],
                region=data["consignee_region"],
                address=data["consignee_address"],
            ),
            waybill=data["waybill"],
            pieces=data["pieces"],
            weight_kg=data["weight_kg"],
            promised_pickup_at=_instant(data["promised_pickup_at"], start_zone),
            promised_delivery_at=_instant(data["promised_delivery_at"], zone),
            zone=zone,
            origin_unit_id=origin,
            destination_unit_id=destination,
        )

    def _unit(self, name: str) -> int | None:
        return int(self.cleaned_data[name]) if self.cleaned_data[name] else None


def _instant(wall: datetime | None, zone: str) -> datetime | None:
    return clock.instant_of(wall.replace(tzinfo=None), zone) if wall else None
