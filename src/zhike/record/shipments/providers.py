"""What shipments offers to the rooms and doors around it."""

from django.utils.translation import gettext_lazy as _

from zhike.platform.bulk.types import Target, register
from zhike.record.organization.types import ScopeColumn, register_unit_move
from zhike.record.shipments.actions.imports_events import load_events
from zhike.record.shipments.actions.imports_orders import load_orders
from zhike.record.shipments.policies import IMPORT_SHIPMENTS
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
