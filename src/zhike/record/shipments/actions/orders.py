"""Registering an order with its shipments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, clock, numbering, outbox, parameters, phones
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Conflict, FieldError, Invalid
from zhike.platform.outbox.types import Mode
from zhike.record.customers.policies import PHONE_REGION
from zhike.record.customers.queries.customers import visible_ids
from zhike.record.organization.queries.units import summary_of, unit_rows
from zhike.record.organization.types import UnitSummary
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._customers import follow
from zhike.record.shipments.actions._orders_sql import DELIVERY_SEQUENCE, PICKUP_SEQUENCE
from zhike.record.shipments.actions._waiting import take_up_waiting
from zhike.record.shipments.events import OrderRegistered, ShipmentsRegistered
from zhike.record.shipments.models import Leg, Order, Party, Shipment
from zhike.record.shipments.policies import LATE_RULE, REGISTER_ORDERS
from zhike.record.shipments.rules import event_month, normal_waybill
from zhike.record.shipments.types.codes import LegKind, PartyRole
from zhike.record.shipments.types.inputs import Address, OrderDraft, ShipmentDraft
from zhike.record.shipments.types.views import OrderRef

MOST_SHIPMENTS = 200


class WaybillTaken(Conflict):
    code = "waybill_taken"
    message = _("Waybill %(waybill)s exists already.")
    next_step = _("Open that shipment, or leave the waybill empty to take a new number.")


class OrderKnown(Conflict):
    code = "order_known"
    message = _("This order is registered already as %(number)s.")
    next_step = _("Open that order.")


@action
def register_order(*, actor: Actor, order: OrderDraft, shipments: Sequence[ShipmentDraft], now: datetime) -> OrderRef:
    """Register an order and its shipments (SHIP-01); a waybill left empty takes our next number."""
    units = _units(actor, order, shipments)
    scope_no = _scope_no(order, shipments, units, actor)
    authorize(actor, REGISTER_ORDERS, subject=("order", order.external_id or "new"), unit_no=scope_no)
    _check(actor, order, shipments, now)
    row = _order_row(order, scope_no, _zone(shipments[0], units, actor), now)
    row.save(force_insert=True)
    made = [_shipment(row, draft, units, actor, now) for draft in shipments]
    ids = [shipment.pk for shipment in made]
    take_up_waiting(ids, now=now)
    _state.touch(ids)
    _state.recompute(now=now, list_changes=False)
    follow([row.customer_id] if row.customer_id else [], mode=Mode.LIVE, now=now)
    audit.record(
        actor,
        OrderRegistered(
            subject=("order", row.pk),
            after={
                "number": row.number,
                "customer": row.customer_id,
                "waybills": [shipment.waybill for shipment in made],
                "consignor": shipments[0].consignor.name,
                "consignee": shipments[0].consignee.name,
            },
        ),
        now=now,
    )
    outbox.emit(ShipmentsRegistered(shipment_ids=ids), now=now, occurred_at=row.ordered_at)
    return OrderRef(row.pk, row.number, tuple((shipment.pk, shipment.waybill) for shipment in made))


def _units(actor: Actor, order: OrderDraft, shipments: Sequence[ShipmentDraft]) -> dict[int, UnitSummary]:
    named = {order.department_id, *(s.origin_unit_id for s in shipments), *(s.destination_unit_id for s in shipments)}
    wanted = {pk for pk in named if pk is not None}
    found = {unit.pk: summary_of(unit) for unit in unit_rows(actor=actor).filter(pk__in=wanted)}
    if missing := wanted - set(found):
        raise Invalid.of("unit", "unknown", _("There is no unit %(unit)s."), unit=min(missing))
    return found


def _scope_no(
    order: OrderDraft, shipments: Sequence[ShipmentDraft], units: dict[int, UnitSummary], actor: Actor
) -> int | None:
    """An order belongs to the department that took it; without one to where it starts, or to whoever enters it."""
    first = shipments[0] if shipments else None
    for pk in (order.department_id, first.origin_unit_id if first else None):
        if pk is not None:
            return units[pk].no
    return actor.unit_no


def _zone(draft: ShipmentDraft, units: dict[int, UnitSummary], actor: Actor) -> str:
    if draft.zone:
        return draft.zone
    return units[draft.destination_unit_id].zone if draft.destination_unit_id else actor.zone


@dataclass(slots=True)
class _Findings:
    fields: dict[str, list[FieldError]]

    def add(self, name: str, code: str, message: str | Promise, **params: int) -> None:
        self.fields.setdefault(name, []).append(FieldError(code, message, params))


def _check(actor: Actor, order: OrderDraft, shipments: Sequence[ShipmentDraft], now: datetime) -> None:
    found = _Findings({})
    if not shipments:
        found.add("shipments", "required", _("An order needs at least one shipment."))
    if len(shipments) > MOST_SHIPMENTS:
        found.add("shipments", "too_many", _("At most %(most)s shipments at a time."), most=MOST_SHIPMENTS)
    if order.customer_id is not None and not visible_ids(actor=actor, customer_ids=[order.customer_id]):
        found.add("customer", "unknown", _("There is no such customer within your reach."))
    for name, amount, currency in (
        ("declared_value", order.declared_value, order.declared_currency),
        ("price", order.price, order.price_currency),
    ):
        if amount is not None and not currency:
            found.add(name, "no_currency", _("An amount needs its currency."))
        if amount is not None and amount < 0:
            found.add(name, "negative", _("An amount is not negative."))
    for position, draft in enumerate(shipments):
        _check_shipment(found, position, draft, order.ordered_at or now)
    if found.fields:
        raise Invalid(found.fields)
    _refuse_known(order, shipments)


def _check_shipment(found: _Findings, position: int, draft: ShipmentDraft, ordered_at: datetime) -> None:
    prefix = f"shipments.{position}."
    if draft.zone and not clock.is_zone(draft.zone):
        found.add(f"{prefix}zone", "unknown", _("This is not the name of a time zone."))
    if draft.pieces < 1:
        found.add(f"{prefix}pieces", "too_small", _("A shipment has at least one piece."))
    if not draft.consignee.name.strip():
        found.add(f"{prefix}consignee.name", "required", _("Please say who receives the goods."))
    for name, moment in (
        ("promised_pickup_at", draft.promised_pickup_at),
        ("promised_delivery_at", draft.promised_delivery_at),
    ):
        if moment is not None and moment < ordered_at:
            found.add(f"{prefix}{name}", "before_order", _("A promise cannot lie before the order."))


def _refuse_known(order: OrderDraft, shipments: Sequence[ShipmentDraft]) -> None:
    if order.external_id:
        known = Order.objects.filter(source=order.source, external_id=order.external_id).first()
        if known is not None:
            raise OrderKnown(number=known.number)
    waybills = [(s.carrier, normal_waybill(s.waybill)) for s in shipments if s.waybill.strip()]
    taken = Shipment.objects.filter(waybill__in=[w for _c, w in waybills]).values_list("carrier", "waybill")
    doubled = set(waybills) & set(taken) or {w for w in waybills if waybills.count(w) > 1}
    if doubled:
        raise WaybillTaken(waybill=min(doubled)[1])


def _order_row(order: OrderDraft, scope_no: int | None, zone: str, now: datetime) -> Order:
    return Order(
        number=numbering.next_number("order"),
        source=order.source,
        external_id=order.external_id,
        customer_id=order.customer_id,
        department_id=order.department_id,
        business_line=order.business_line.value,
        service_mode=order.service_mode.value,
        references=[r.strip() for r in order.references if r.strip()],
        goods=order.goods.strip(),
        declared_value=order.declared_value,
        declared_currency=order.declared_currency.upper(),
        price=order.price,
        price_currency=order.price_currency.upper(),
        agreement_reference=order.agreement_reference.strip(),
        ordered_at=order.ordered_at or now,
        confirmed_at=order.confirmed_at,
        prepared_at=order.prepared_at,
        zone=zone,
        mode=Mode.LIVE.value,
        scope_unit_id=scope_no,
    )


def _shipment(
    order: Order, draft: ShipmentDraft, units: dict[int, UnitSummary], actor: Actor, now: datetime
) -> Shipment:
    origin = units.get(draft.origin_unit_id or 0)
    destination = units.get(draft.destination_unit_id or 0)
    zone = _zone(draft, units, actor)
    row = Shipment.objects.create(
        order=order,
        waybill=normal_waybill(draft.waybill) or numbering.next_number("waybill"),
        carrier=draft.carrier.strip(),
        customer_id=order.customer_id,
        business_line=order.business_line,
        service_mode=order.service_mode,
        origin_region=draft.consignor.region.strip(),
        region=draft.consignee.region.strip(),
        city=draft.consignee.city.strip(),
        country=draft.consignee.country.upper(),
        zone=zone,
        pieces=draft.pieces,
        weight_kg=draft.weight_kg,
        promised_pickup_at=draft.promised_pickup_at,
        promised_delivery_at=draft.promised_delivery_at,
        ordered_at=order.ordered_at,
        confirmed_at=order.confirmed_at,
        prepared_at=order.prepared_at,
        origin_unit_id=draft.origin_unit_id,
        destination_unit_id=draft.destination_unit_id,
        scope_unit_id=destination.no if destination else order.scope_unit_id,
        late_rule=parameters.value(LATE_RULE, at=now).value,
        late_rule_version=parameters.version(LATE_RULE, at=now),
        event_month=event_month(order.ordered_at, zone),
        mode=order.mode,
    )
    Party.objects.bulk_create(
        [
            _party(row, PartyRole.CONSIGNOR, draft.consignor, origin.zone if origin else "", now),
            _party(row, PartyRole.CONSIGNEE, draft.consignee, zone, now),
        ]
    )
    _legs(row, origin, destination, now)
    return row


def _party(row: Shipment, role: PartyRole, said: Address, zone: str, now: datetime) -> Party:
    read = phones.parse(said.phone, said.country or parameters.value(PHONE_REGION, at=now))
    return Party(
        shipment=row,
        role=role.value,
        name=said.name.strip(),
        phone=read.e164 or said.phone.strip()[:24],
        phone_key=read.key8,
        address=said.address.strip(),
        postcode=said.postcode.strip(),
        city=said.city.strip(),
        region=said.region.strip(),
        country=said.country.upper(),
        zone=zone,
        lat=said.lat,
        lon=said.lon,
    )


def _legs(row: Shipment, origin: UnitSummary | None, destination: UnitSummary | None, now: datetime) -> None:
    """The planned ends of the way, each with the outlet that answers for it."""
    planned = ((PICKUP_SEQUENCE, LegKind.PICKUP, origin), (DELIVERY_SEQUENCE, LegKind.DELIVERY, destination))
    Leg.objects.bulk_create(
        Leg(
            shipment=row,
            sequence=sequence,
            kind=kind.value,
            unit_id=unit.id,
            outlet_phone=unit.phone,
            assigned_at=now,
        )
        for sequence, kind, unit in planned
        if unit is not None
    )
