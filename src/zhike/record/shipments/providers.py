"""What shipments offers to the rooms and doors around it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.search.types import Document, Hit, Numbers, Sight, register_numbers, register_source
from zhike.record.customers.types import (
    CardPlace,
    CustomerColumn,
    Facet,
    Label,
    TimelineCursor,
    TimelineEntry,
    register_card,
    register_customer_move,
    register_group_measure,
    register_service_source,
    register_timeline,
)
from zhike.record.organization.types import HeldItem, ScopeColumn, register_holdings, register_unit_move
from zhike.record.shipments.actions import load_events, load_orders, pass_parcels
from zhike.record.shipments.policies import IMPORT_SHIPMENTS, VIEW_SHIPMENTS
from zhike.record.shipments.queries import customers, documents
from zhike.record.shipments.types.imports import EVENT_FIELDS, ORDER_FIELDS, REASONS


class HeldParcels:
    """Goods that a courier has and has not delivered."""

    kind = "shipments"
    label: Label = _("Shipments on the way")

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        return customers.parcels_held(staff_ids)

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]:
        rows = customers.some_parcels(staff_id, limit)
        return [HeldItem(pk, waybill, city, reverse("desk:shipment", args=[pk])) for pk, waybill, city in rows]

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        return pass_parcels(
            actor=actor, from_staff_id=from_staff_id, to_staff_id=to_staff_id, shipment_ids=item_ids, now=now
        )


class Services:
    name = "shipments"

    def spells_sql(self) -> str:
        return customers.spells_sql()


class Entries:
    name = customers.SOURCE
    facets = frozenset({Facet.GOODS})

    def entries(
        self, *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
    ) -> Sequence[TimelineEntry]:
        return customers.timeline(actor=actor, customer_id=customer_id, facet=facet, after=after, limit=limit)


class ShipmentMeasure:
    code = "shipments"
    label: Label = _("Shipments")
    right = VIEW_SHIPMENTS.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return customers.shipment_counts(actor=actor, customer_ids=customer_ids)


class GoodsCard:
    """On the way and late, on the customer's first view."""

    code = "goods_now"
    label: Label = _("Goods")
    place = CardPlace.NOW
    right = VIEW_SHIPMENTS.code
    order = 20
    template = "shipments/card_now.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,
    ) -> Mapping[str, Any] | None:
        found = customers.goods_now(actor=actor, customer_id=customer_id, now=now)
        return {"goods": found} if found.on_the_way else None


class ShipmentSearch:
    kind = documents.KIND
    label: Label = _("Shipments")
    order = 30

    def sight(self, actor: Actor) -> Sight:
        return documents.sight(actor)

    def documents(self, ids: Sequence[int]) -> Sequence[Document]:
        return documents.documents(ids)

    def ids(self, *, after: int, limit: int) -> Sequence[int]:
        return documents.document_ids(after, limit)

    def url(self, object_id: int) -> str:
        return reverse("desk:shipment", args=[object_id])


class Waybills:
    name = "shipments"

    def exact(self, *, actor: Actor, numbers: Sequence[Numbers], limit: int) -> Mapping[str, Sequence[Hit]]:
        return documents.exact_numbers(actor=actor, numbers=numbers, limit=limit)


ORDERS = register(
    Target(
        key="shipments.orders",
        label=_("Orders and shipments"),
        fields=ORDER_FIELDS,
        right=IMPORT_SHIPMENTS,
        load=load_orders,
        reasons=REASONS,
        list_url_name="shipments:list",
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
        list_url_name="shipments:list",
    )
)
for _table in ("shipments_order", "shipments_shipment"):
    register_unit_move(ScopeColumn(_table))
register_customer_move(CustomerColumn("shipments_order"), keys=["shipments.Order.customer"])
register_customer_move(CustomerColumn("shipments_shipment"), keys=["shipments.Shipment.customer"])
register_holdings(HeldParcels(), keys=["shipments.Shipment.courier_staff", "shipments.Leg.courier_staff"])
register_service_source(Services())
register_timeline(Entries())
register_group_measure(ShipmentMeasure())
register_card(GoodsCard())
register_source(ShipmentSearch())
register_numbers(Waybills())
