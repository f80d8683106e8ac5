"""What shipments offers to the rooms and doors around it."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.facts import Row, name_dimension, open_rows_with
from zhike.platform.i18n.regions import region_name
from zhike.record.organization.types import ScopeColumn, register_unit_move
from zhike.record.shipments.actions.imports_events import load_events
from zhike.record.shipments.actions.imports_orders import load_orders
from zhike.record.shipments.policies import IMPORT_SHIPMENTS
from zhike.record.shipments.queries import shipment_rows
from zhike.record.shipments.types.codes import LINE_LABELS, MODE_LABELS, STATUS_LABELS, Label, Status
from zhike.record.shipments.types.imports import EVENT_FIELDS, ORDER_FIELDS, REASONS

ORDERS = register(
    Target(
        key="shipments.orders",
        label=_("Orders and shipments"),
        fields=ORDER_FIELDS,
        right=IMPORT_SHIPMENTS,
        load=load_orders,
        reasons=REASONS,
        list_url_name="desk:shipments",
    )
)
EVENTS = register(
    Target(
        key="shipments.events",
        label=_("Tracking events"),
        fields=EVENT_FIELDS,
        right=IMPORT_SHIPMENTS,
        load=load_events,
        reasons=REASONS,
        list_url_name="desk:shipments",
    )
)
register_unit_move(ScopeColumn("shipments_order"))
register_unit_move(ScopeColumn("shipments_shipment"))

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
        days = [date_format(at, "Y-m-d") if at else "" for at in (one.promised_delivery_at, one.delivered_at)]
        cells = (one.customer.name if one.customer else "", str(STATUS_LABELS[Status(one.status)]), *days)
        found.append(Row(one.pk, one.waybill, reverse("desk:shipment", args=[one.pk]), cells))
    return headings, found


name_dimension("business_line", Codes(LINE_LABELS.items()))
name_dimension("service_mode", Codes(MODE_LABELS.items()))
name_dimension("status", Codes(STATUS_LABELS.items()))
name_dimension("promised_weekday", Codes(_WEEKDAYS.items()))
name_dimension("region", _region_names)
open_rows_with("shipments", _rows_behind)
