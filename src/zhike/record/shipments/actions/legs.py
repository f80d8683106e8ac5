"""Naming who answers for a part of the way."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from zhike.platform import audit, parameters, phones
from zhike.platform.actions import action
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.errors import Invalid
from zhike.platform.outbox.types import Mode
from zhike.record.customers.policies import PHONE_REGION
from zhike.record.organization.queries.staff import staff_rows
from zhike.record.organization.queries.units import unit_rows
from zhike.record.shipments.actions import _state
from zhike.record.shipments.actions._load import held
from zhike.record.shipments.actions._orders_sql import DELIVERY_SEQUENCE, PICKUP_SEQUENCE
from zhike.record.shipments.events import LegAssigned
from zhike.record.shipments.models import Leg, Shipment
from zhike.record.shipments.policies import ASSIGN_COURIERS
from zhike.record.shipments.types.codes import LegKind
from zhike.record.shipments.types.inputs import LegDraft

_ENDS = {LegKind.PICKUP: PICKUP_SEQUENCE, LegKind.DELIVERY: DELIVERY_SEQUENCE}


@action
def set_leg(*, actor: Actor, shipment_id: int, leg: LegDraft, now: datetime, sequence: int | None = None) -> int:
    """Say which outlet and which courier answer for a leg; returns its number.

    Pick-up and delivery are one leg each; a leg between takes the next number unless `sequence` names one.
    """
    shipment = held(actor, shipment_id)
    authorize(actor, ASSIGN_COURIERS, subject=("shipment", shipment_id), unit_no=shipment.scope_unit_id)
    row = _row(shipment, leg.kind, sequence)
    before = {"unit": row.unit_id, "courier_name": row.courier_name, "courier_phone": row.courier_phone}
    _fill(actor, row, leg, now)
    row.save()
    _state.touch([shipment_id])
    moved = _state.recompute(now=now, list_changes=True)
    audit.record(
        actor,
        LegAssigned(
            subject=("shipment", shipment_id),
            before=before,
            after={
                "leg": row.sequence,
                "unit": row.unit_id,
                "courier_staff": row.courier_staff_id,
                "courier_name": row.courier_name,
                "courier_phone": row.courier_phone,
            },
        ),
        now=now,
    )
    _state.tell(moved, now=now, mode=Mode(shipment.mode))
    return row.sequence


def _row(shipment: Shipment, kind: LegKind, sequence: int | None) -> Leg:
    rows = Leg.objects.select_for_update().filter(shipment=shipment)
    if kind in _ENDS:
        sequence = _ENDS[kind]
    elif sequence is None:
        last = rows.filter(sequence__lt=DELIVERY_SEQUENCE).aggregate(last=Max("sequence"))["last"]
        sequence = max(last or 0, PICKUP_SEQUENCE) + 1
    elif not PICKUP_SEQUENCE < sequence < DELIVERY_SEQUENCE:
        raise Invalid.of("sequence", "out_of_range", _("This number belongs to pick-up or delivery."))
    return rows.filter(sequence=sequence).first() or Leg(shipment=shipment, sequence=sequence, kind=kind.value)


def _fill(actor: Actor, row: Leg, leg: LegDraft, now: datetime) -> None:
    if leg.unit_id is not None:
        unit = unit_rows(actor=actor).filter(pk=leg.unit_id).first()
        if unit is None:
            raise Invalid.of("unit_id", "unknown", _("There is no unit %(unit)s."), unit=leg.unit_id)
        row.unit_id, row.outlet_phone = unit.pk, unit.phone
    if leg.courier_staff_id is not None:
        courier = staff_rows(actor=actor).filter(pk=leg.courier_staff_id, active=True).first()
        if courier is None:
            raise Invalid.of("courier_staff_id", "unknown", _("There is no such courier."))
        row.courier_staff_id, row.courier_name, row.courier_phone = courier.pk, courier.name, courier.phone
    else:
        read = phones.parse(leg.courier_phone, parameters.value(PHONE_REGION, at=now))
        if leg.courier_phone.strip() and not read.certain:
            raise Invalid.of("courier_phone", "doubt", read.reason)
        row.courier_staff_id, row.courier_name, row.courier_phone = None, leg.courier_name.strip(), read.e164
    if not (row.unit_id or row.courier_name or row.courier_phone):
        raise Invalid.of("unit_id", "required", _("Name an outlet or a courier."))
    row.assigned_at = now
