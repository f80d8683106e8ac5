"""Shipments and everything on their page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Reverse
from django.urls import reverse
from django.utils.translation import pgettext

from zhike.platform import parameters, phones
from zhike.platform.actors import Actor
from zhike.platform.db.ids import ids_of
from zhike.platform.errors import NotFound
from zhike.platform.outbox.types import Mode
from zhike.record.organization.queries.units import unit_rows
from zhike.record.shipments.models import (
    EstimateChange,
    Leg,
    Order,
    Party,
    PromiseCorrection,
    ProofOfDelivery,
    Shipment,
    TrackingEvent,
)
from zhike.record.shipments.models.orders import ShipmentSet
from zhike.record.shipments.policies import SILENT_AFTER, scope
from zhike.record.shipments.rules import normal_waybill, stops_of
from zhike.record.shipments.types.codes import Classifier, Condition, LegKind, Status
from zhike.record.shipments.types.views import (
    CorrectionLine,
    EstimateLine,
    EventLine,
    LegLine,
    PartyLine,
    ReplyLine,
    Stop,
)

# What the doors call a row of `get_shipment`; tables stay in the room.
ShipmentRecord = Shipment
# Endings are prefixes of this; it has an index.
WAYBILL_REVERSED = Reverse("waybill")
MOST_WAYBILLS = 200
MOST_EVENTS = 500


def shipment_rows(*, actor: Actor) -> ShipmentSet:
    """Shipments within reach, for lists that filter, sort and page by themselves."""
    return Shipment.objects.filter(scope(actor)).select_related("customer")


def order_rows(*, actor: Actor) -> QuerySet[Order]:
    """Orders within reach with customer and department."""
    return Order.objects.filter(scope(actor)).select_related("customer", "department")


def get_shipment(*, actor: Actor, shipment_id: int) -> Shipment:
    """One shipment with order, customer, outlets and courier; raises NotFound."""
    found = _page_rows(actor).filter(pk=shipment_id).first()
    if found is None:
        raise NotFound
    return found


def find_by_waybill(*, actor: Actor, waybill: str, carrier: str | None = None) -> list[Shipment]:
    """The shipments that a typed waybill means: one, or one a carrier."""
    rows = _page_rows(actor).filter(waybill=normal_waybill(waybill))
    return list((rows if carrier is None else rows.filter(carrier=carrier)).order_by("carrier"))


def _page_rows(actor: Actor) -> ShipmentSet:
    return Shipment.objects.filter(scope(actor)).select_related(
        "order__department", "customer", "origin_unit", "destination_unit", "holder_unit", "courier_staff"
    )


def known_waybills(*, actor: Actor, waybills: Collection[str]) -> set[str]:
    """Which of these numbers, as written, are waybills within reach. One query."""
    normal = {waybill: normal_waybill(waybill) for waybill in waybills}
    rows = Shipment.objects.filter(scope(actor), waybill__in=set(normal.values()))
    found = set(rows.values_list("waybill", flat=True))
    return {waybill for waybill, stored in normal.items() if stored in found}


@dataclass(frozen=True, slots=True)
class BatchFound:
    """A batch query: the ids found, and the waybills that nothing was found for."""

    ids: tuple[int, ...]
    missing: tuple[str, ...]
    dropped: int


def find_batch(*, actor: Actor, text: str) -> BatchFound:
    """Pasted waybills, one a line or parted by blanks and commas (批量查单): at most 200 are looked up."""
    parts = text.replace(",", " ").replace("，", " ").replace("、", " ").replace(";", " ").split()
    wanted = list(dict.fromkeys(normal_waybill(part) for part in parts))
    asked = wanted[:MOST_WAYBILLS]
    found = dict(Shipment.objects.filter(scope(actor), waybill__in=asked).values_list("pk", "waybill"))
    known = set(found.values())
    return BatchFound(tuple(found), tuple(w for w in asked if w not in known), len(wanted) - len(asked))


def order_shipments(*, actor: Actor, order_id: int) -> list[Shipment]:
    """The shipments of one order, in the order of registration."""
    return list(Shipment.objects.filter(scope(actor), order_id=order_id).order_by("pk"))


def parties(*, actor: Actor, shipment_id: int) -> dict[str, PartyLine]:
    """Consignor and consignee, phones masked."""
    rows = Party.objects.filter(scope(actor, "shipment__"), shipment_id=shipment_id)
    return {
        row.role: PartyLine(
            role=row.role,
            name=row.name,
            phone=phones.mask(row.phone),
            address=row.address,
            city=row.city,
            region=row.region,
            country=row.country,
            zone=row.zone,
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Receiver:
    """A consignee by whose number somebody may be calling, with the parcel and whose matter it is."""

    shipment_id: int
    waybill: str
    name: str
    phone: str
    customer_id: int | None
    customer_name: str
    customer_number: str
    is_open: bool


def receivers(*, actor: Actor, phone_key: str, limit: int = 5) -> list[Receiver]:
    """Consignees with a number that ends so, the latest parcels first. One query."""
    if not phone_key:
        return []
    rows = Party.objects.filter(scope(actor, "shipment__"), phone_key=phone_key, role="consignee")
    rows = rows.select_related("shipment__customer").order_by("-shipment_id")[:limit]
    return [
        Receiver(
            shipment_id=row.shipment_id,
            waybill=row.shipment.waybill,
            name=row.name,
            phone=row.phone,
            customer_id=row.shipment.customer_id,
            customer_name=row.shipment.customer.name if row.shipment.customer else "",
            customer_number=row.shipment.customer.number if row.shipment.customer else "",
            is_open=row.shipment.is_open,
        )
        for row in rows
    ]


def consignees(*, actor: Actor, shipment_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and city of the consignee by shipment, for lists. One query."""
    rows = Party.objects.filter(scope(actor, "shipment__"), shipment_id__in=shipment_ids, role="consignee")
    return {pk: (name, city) for pk, name, city in rows.values_list("shipment_id", "name", "city")}


def events_of(*, actor: Actor, shipment_id: int, newest_first: bool = True) -> list[EventLine]:
    """The line of events, planned and voided ones included (SHIP-02)."""
    order = ("-occurred_at", "-digest") if newest_first else ("occurred_at", "digest")
    rows = TrackingEvent.objects.filter(scope(actor, "shipment__"), shipment_id=shipment_id).order_by(*order)
    return [event_line(row) for row in rows[:MOST_EVENTS]]


def event_line(row: TrackingEvent) -> EventLine:
    return EventLine(
        id=row.pk,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        zone=row.zone,
        status=Status(row.status) if row.status else None,
        classifier=row.classifier,
        vocabulary=row.vocabulary,
        raw_code=row.raw_code,
        raw_text=row.raw_text,
        place=row.place,
        unit_id=row.unit_id,
        source=row.source,
        handler_name=row.handler_name,
        handler_phone=row.handler_phone,
        incident_reason=row.incident_reason,
        voided=row.voided_at is not None,
        void_reason=row.void_reason,
        history=row.mode == Mode.BACKFILL.value,
    )


# zhike: allow query-actor -- it reads no row, only the shipment given
def data_age(shipment: Shipment, now: datetime) -> timedelta | None:
    """Now minus the last event (SHIP-02); None before the first."""
    return now - shipment.last_event_at if shipment.last_event_at else None


# zhike: allow query-actor -- it reads no row, only the events given
def stops(events: Sequence[EventLine], *, closed: bool, now: datetime) -> list[Stop]:
    """The way of a shipment from its events in any order."""
    seen = sorted(
        (e for e in events if e.classifier == Classifier.ACT and not e.voided),
        key=lambda e: (e.occurred_at, list(Status).index(e.status) if e.status else -1),
    )
    steps = [(e.occurred_at, e.status, e.place, e.unit_id) for e in seen]
    return stops_of(steps, closed=closed, slow_after=parameters.value(SILENT_AFTER, at=now), now=now)


def legs_of(*, actor: Actor, shipment: Shipment, way: Sequence[Stop]) -> list[LegLine]:
    """Who answers where: the stays that the events show, with the outlets and couriers named for them."""
    named = list(
        Leg.objects.filter(scope(actor, "shipment__"), shipment=shipment).select_related("unit").order_by("sequence")
    )
    wanted = {unit_id for unit_id in (*(s.unit_id for s in way), shipment.holder_unit_id) if unit_id is not None}
    loaded = (shipment.origin_unit, shipment.destination_unit, shipment.holder_unit)
    units = {u.pk: u for u in loaded if u is not None}
    if wanted - units.keys():
        units |= {u.pk: u for u in unit_rows(actor=actor).filter(pk__in=wanted - units.keys())}
    lines: list[LegLine] = []
    used: set[int] = set()
    for position, stop in enumerate(way):
        last = position == len(way) - 1
        kind = _kind(stop, position, last=last)
        leg = next((x for x in named if x.pk not in used and _fits(x, stop, kind)), None)
        if leg is not None:
            used.add(leg.pk)
        unit = units.get(stop.unit_id or 0) or (leg.unit if leg else None)
        holder = last and kind is LegKind.DELIVERY
        lines.append(
            LegLine(
                sequence=leg.sequence if leg else position,
                kind=kind,
                unit_id=unit.pk if unit else None,
                outlet=unit.name if unit else stop.name,
                outlet_phone=(leg.outlet_phone if leg else "") or (unit.phone if unit else ""),
                courier_staff_id=leg.courier_staff_id if leg else None,
                courier_name=(leg.courier_name if leg else "") or (shipment.courier_name if holder else ""),
                courier_phone=(leg.courier_phone if leg else "") or (shipment.courier_phone if holder else ""),
                started_at=stop.started_at,
                ended_at=stop.ended_at,
                now=last and shipment.is_open,
            )
        )
    return lines + [_planned(leg) for leg in named if leg.pk not in used]


def _kind(stop: Stop, position: int, *, last: bool) -> LegKind:
    if position == 0 and stop.status in {Status.INFO_RECEIVED, Status.PICKED_UP, None}:
        return LegKind.PICKUP
    delivering = {Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.ATTEMPT_FAILED, Status.READY_FOR_PICKUP}
    return LegKind.DELIVERY if last and stop.status in delivering else LegKind.HUB


def _fits(leg: Leg, stop: Stop, kind: LegKind) -> bool:
    if leg.unit_id and stop.unit_id:
        return leg.unit_id == stop.unit_id
    return leg.kind == kind.value


def _planned(leg: Leg) -> LegLine:
    return LegLine(
        sequence=leg.sequence,
        kind=LegKind(leg.kind),
        unit_id=leg.unit_id,
        outlet=leg.unit.name if leg.unit else pgettext("leg", "Not named yet"),
        outlet_phone=leg.outlet_phone,
        courier_staff_id=leg.courier_staff_id,
        courier_name=leg.courier_name,
        courier_phone=leg.courier_phone,
        started_at=leg.started_at,
        ended_at=leg.ended_at,
        now=False,
    )


def estimates_of(*, actor: Actor, shipment_id: int) -> list[EstimateLine]:
    """Later estimates, the newest first."""
    rows = EstimateChange.objects.filter(scope(actor, "shipment__"), shipment_id=shipment_id).order_by("-at", "-eta")
    return [EstimateLine(at=r.at, eta=r.eta, source=r.source, said_by=r.said_by, reason=r.reason) for r in rows[:50]]


def corrections_of(*, actor: Actor, shipment_id: int) -> list[CorrectionLine]:
    rows = PromiseCorrection.objects.filter(scope(actor, "shipment__"), shipment_id=shipment_id).order_by("-version")
    return [
        CorrectionLine(
            at=r.at,
            version=r.version,
            before_delivery_at=r.before_delivery_at,
            promised_delivery_at=r.promised_delivery_at,
            reason=r.reason,
        )
        for r in rows
    ]


def replies_of(*, actor: Actor, shipment_id: int) -> list[ReplyLine]:
    """Delivery replies, the one that counts first."""
    rows = ProofOfDelivery.objects.filter(scope(actor, "shipment__"), shipment_id=shipment_id).order_by("-pk")
    return [
        ReplyLine(
            id=r.pk,
            signer=r.signer,
            signed_at=r.signed_at,
            zone=r.zone,
            condition=Condition(r.condition),
            remark=r.remark,
            file_ids=tuple(r.files),
            recorded_at=r.recorded_at,
            recorded_by=r.actor_label or r.actor_id,
            replaced_at=r.replaced_at,
            replaced_reason=r.replaced_reason,
        )
        for r in rows
    ]


def shipments_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Waybill and page of the shipments within reach, by id as text."""
    rows = Shipment.objects.filter(scope(actor), pk__in=ids_of(keys))
    found = rows.values_list("pk", "waybill")
    return {str(pk): (waybill, reverse("desk:shipment", args=[pk])) for pk, waybill in found}


def orders_named(*, actor: Actor, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Numbers of the orders within reach, by id as text."""
    rows = order_rows(actor=actor).filter(pk__in=ids_of(keys))
    return {str(pk): (number, "") for pk, number in rows.values_list("pk", "number")}
