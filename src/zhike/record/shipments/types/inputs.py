"""What actions take: addresses, shipments to register, events to add."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from zhike.record.shipments.types.codes import BusinessLine, Classifier, IncidentReason, LegKind, ServiceMode, Status
from zhike.record.shipments.types.imports import EVENT_FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One side of a shipment. `phone` is as typed; it is kept in E.164 where it can be read with certainty."""

    name: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDraft:
    """A shipment to register. Without a waybill the next number of our own is taken."""

    consignor: Address
    consignee: Address
    waybill: str = ""
    carrier: str = ""
    pieces: int = 1
    weight_kg: Decimal | None = None
    promised_pickup_at: datetime | None = None
    promised_delivery_at: datetime | None = None
    zone: str = ""
    origin_unit_id: int | None = None
    destination_unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    business_line: BusinessLine
    service_mode: ServiceMode
    customer_id: int | None = None
    department_id: int | None = None
    references: tuple[str, ...] = ()
    goods: str = ""
    declared_value: Decimal | None = None
    declared_currency: str = ""
    price: Decimal | None = None
    price_currency: str = ""
    agreement_reference: str = ""
    ordered_at: datetime | None = None
    confirmed_at: datetime | None = None
    prepared_at: datetime | None = None
    source: str = "desk"
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """One tracking event to add: a canonical status, or a code of the feed's vocabulary."""

    waybill: str
    occurred_at: datetime
    carrier: str | None = None
    status: Status | None = None
    code: str | None = None
    text: str | None = None
    place: str | None = None
    zone: str | None = None
    outlet: str | None = None
    handler_name: str | None = None
    handler_phone: str | None = None
    incident_reason: IncidentReason | None = None
    classifier: Classifier | None = None
    eta: datetime | None = None
    external_id: str | None = None

    def row(self) -> tuple[object, ...]:
        """Values in the order of `EVENT_FIELDS`; empty texts are absent."""
        cells = (getattr(self, spec.name) for spec in EVENT_FIELDS)
        return tuple(cell if cell != "" else None for cell in cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDraft:
    """Who answers for one part of the way. A courier is a member of staff, or a name with a phone."""

    kind: LegKind
    unit_id: int | None = None
    courier_staff_id: int | None = None
    courier_name: str = ""
    courier_phone: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why one event of a push was not taken; `line` counts from 1 in the order of the push."""

    line: int
    field: str
    value: str
    code: str
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedResult:
    """One push of events: read = created + duplicate + waiting + refused, always."""

    batch_id: int
    read: int
    created: int
    duplicate: int
    waiting: int
    refused: tuple[Refused, ...]
