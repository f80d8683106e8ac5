"""What shipments offers to the rooms and doors around it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit
from zhike.platform.actors import Actor, system_actor
from zhike.platform.bulk.types import Target, register
from zhike.platform.ops.types import OpsCard, Reading
from zhike.platform.ops.types import register_card as register_operations
from zhike.platform.search.types import Document, Hit, Numbers, Sight, register_numbers, register_source
from zhike.record.agreements.types import register_subject
from zhike.record.contacting.types import Value, register_sample_source
from zhike.record.customers.types import (
    CardPlace,
    CustomerColumn,
    ErasedPeople,
    Facet,
    Label,
    TimelineCursor,
    TimelineEntry,
    Via,
    register_card,
    register_customer_move,
    register_group_measure,
    register_keys,
    register_personal_data,
    register_service_source,
    register_timeline,
)
from zhike.record.organization.types import HeldCounts, HeldItem, ScopeColumn, register_holdings, register_unit_move
from zhike.record.shipments.actions import load_events, load_orders, pass_parcels
from zhike.record.shipments.actions.erasure import count_parties, empty_parties, traces_of
from zhike.record.shipments.pages._shared import lateness, state_status
from zhike.record.shipments.policies import IMPORT_SHIPMENTS, VIEW_SHIPMENTS
from zhike.record.shipments.queries import (
    customers,
    documents,
    notices,
    orders_named,
    shipments_named,
    unknown_code_count,
)
from zhike.record.shipments.types.imports import EVENT_FIELDS, ORDER_FIELDS, REASONS


class HeldParcels:
    """Goods that a courier has and has not delivered."""

    kind = "shipments"
    label: Label = _("Shipments on the way")

    def counts(self, *, staff_ids: Sequence[int]) -> HeldCounts:
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


class OwnersOfWaybills:
    name = "shipments"
    via = Via.WAYBILL

    def customer_ids(self, *, actor: Actor, key: str) -> QuerySet[Any, Any]:
        return customers.customer_ids_by_number(actor=actor, key=key)


class ShipmentMeasure:
    code = "shipments"
    label: Label = _("Shipments")
    right = VIEW_SHIPMENTS.code

    def values(self, *, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
        return customers.shipment_counts(actor=actor, customer_ids=customer_ids)


class GoodsCard:
    """On the way and late: a fragment with its own address, beside the first view."""

    code = "goods_now"
    label: Label = _("Goods")
    place = CardPlace.NOW
    right = VIEW_SHIPMENTS.code
    order = 20
    template = "shipments/card_now.html"

    def context(
        self,
        *,
        actor: Actor,  # noqa: ARG002 - the protocol's signature
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,  # noqa: ARG002 - the protocol's signature
    ) -> Mapping[str, Any] | None:
        return {"url": reverse("shipments:goods_now", args=[customer_id])}


class GoodsTab:
    """Orders over all departments with their sum, and the latest shipments, each one click away (CUST-04, SHIP-12)."""

    code = "goods"
    label: Label = _("Goods")
    place = CardPlace.TAB
    right = VIEW_SHIPMENTS.code
    order = 10
    template = "shipments/card_goods.html"

    def context(
        self,
        *,
        actor: Actor,
        customer_id: int,
        query: Mapping[str, str],  # noqa: ARG002 - the protocol's signature
        now: datetime,
    ) -> Mapping[str, Any] | None:
        found = customers.goods_of(actor=actor, customer_id=customer_id)
        lines = [
            (row, reverse("desk:shipment", args=[row.pk]), state_status(row.status), lateness(row, now))
            for row in found.latest
        ]
        return {"goods": found, "lines": lines} if lines or found.orders.orders else None


class Parties:
    """Consignors and consignees, by their telephone numbers."""

    name = "shipments"
    label: Label = _("Consignor or consignee on shipments")

    def count(self, *, people: ErasedPeople) -> int:
        return count_parties(people)

    def erase(self, *, people: ErasedPeople, now: datetime) -> int:
        return empty_parties(people, now)

    def traces(self, *, people: ErasedPeople) -> Sequence[audit.Trace]:
        return traces_of(people)


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


class WaybillSamples:
    """Real values of a shipment for previews of templates."""

    name = "shipments"
    label: Label = _("Waybill number")

    def values(self, *, actor: Actor, reference: str) -> Mapping[str, Value] | None:
        return notices.notice_values(actor=actor, reference=reference)


class PromisesOfGoods:
    """Promises may be about a shipment of the customer."""

    kind = "shipment"
    label: Label = _("Shipment")

    def customer_of(self, *, actor: Actor, key: str) -> int | None:
        return customers.shipments_by_key(actor=actor, keys=[key]).get(key, (None, ""))[0]

    def links(self, *, actor: Actor, keys: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        found = customers.shipments_by_key(actor=actor, keys=keys)
        return {
            key: (waybill, reverse("desk:shipment", args=[int(key)])) for key, (_customer, waybill) in found.items()
        }


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
register_subject(PromisesOfGoods())
register_timeline(Entries())
register_group_measure(ShipmentMeasure())
register_card(GoodsCard())
register_card(GoodsTab())
register_keys(OwnersOfWaybills())
register_personal_data(Parties(), keys=[])
register_source(ShipmentSearch())
register_numbers(Waybills())


def _codes(_now: datetime) -> list[Reading]:
    waiting = unknown_code_count(actor=system_actor("shipments.operations"))
    return [
        Reading(
            label=_("Status codes nobody has explained"),
            value=waiting,
            metric="zhike_shipments_unknown_codes",
            trouble=waiting > 0,
            url=reverse("shipments:gaps"),
        )
    ]


register_operations(OpsCard("50-shipments-codes", _("Tracking codes"), _codes))
register_sample_source(WaybillSamples())
audit.register_naming("shipment", shipments_named)
audit.register_naming("order", orders_named)
