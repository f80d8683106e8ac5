"""Shapes of the shipments API. Times are ISO 8601 with offset; money is exact text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, Field, ValidationError, WrapValidator

from zhike.record.shipments.types.codes import (
    BusinessLine,
    Classifier,
    Condition,
    IncidentReason,
    LegKind,
    ServiceMode,
    Status,
)

Id = Annotated[int, Field(ge=1, lt=2**63)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Text40 = Annotated[str, Field(max_length=40)]
Text80 = Annotated[str, Field(max_length=80)]
Text160 = Annotated[str, Field(max_length=160)]
Text300 = Annotated[str, Field(max_length=300)]
Phone = Annotated[str, Field(max_length=24)]
Waybill = Annotated[str, Field(max_length=60)]
Currency = Annotated[str, Field(pattern="^([A-Z]{3})?$")]
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$")]
Zone = Annotated[str, Field(max_length=64)]


class AddressIn(Schema):
    """One side of a shipment; the phone as written."""

    name: Text160 = ""
    phone: Phone = ""
    address: Text300 = ""
    postcode: Annotated[str, Field(max_length=16)] = ""
    city: Text80 = ""
    region: Text40 = ""
    country: Country = ""
    lat: Annotated[Decimal, Field(ge=-90, le=90, max_digits=9, decimal_places=6)] | None = None
    lon: Annotated[Decimal, Field(ge=-180, le=180, max_digits=9, decimal_places=6)] | None = None


class ShipmentIn(Schema):
    """A shipment to register; without a waybill the next number of our own is taken."""

    consignor: AddressIn = AddressIn()
    consignee: AddressIn
    waybill: Waybill = ""
    carrier: Text40 = ""
    pieces: Annotated[int, Field(ge=1, le=100_000)] = 1
    weight_kg: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)] | None = None
    promised_pickup_at: AwareDatetime | None = None
    promised_delivery_at: AwareDatetime | None = None
    zone: Zone = ""
    origin_unit_id: Id | None = None
    destination_unit_id: Id | None = None


class OrderIn(Schema):
    """An order with its shipments; `source` and `external_id` together are taken once."""

    business_line: BusinessLine
    service_mode: ServiceMode
    shipments: Annotated[list[ShipmentIn], Field(min_length=1, max_length=200)]
    customer_id: Id | None = None
    department_id: Id | None = None
    references: Annotated[list[Text80], Field(max_length=20)] = []
    goods: Text300 = ""
    declared_value: Amount | None = None
    declared_currency: Currency = ""
    price: Amount | None = None
    price_currency: Currency = ""
    agreement_reference: Text80 = ""
    ordered_at: AwareDatetime | None = None
    confirmed_at: AwareDatetime | None = None
    prepared_at: AwareDatetime | None = None
    source: Annotated[str, Field(max_length=60, min_length=1)] = "api"
    external_id: Text80 = ""


class WaybillOut(Schema):
    id: int
    waybill: str


class OrderRefOut(Schema):
    id: int
    number: str
    shipments: list[WaybillOut]


class OrderOut(Schema):
    id: int
    number: str
    source: str
    external_id: str
    customer_id: int | None
    department_id: int | None
    business_line: BusinessLine
    service_mode: ServiceMode
    references: list[str]
    goods: str
    declared_value: Decimal | None
    declared_currency: str
    price: Decimal | None
    price_currency: str
    agreement_reference: str
    ordered_at: datetime
    confirmed_at: datetime | None
    prepared_at: datetime | None


class ShipmentOut(Schema):
    """`is_late` is null until delivered with a promise; `overdue_at` is when an undelivered one misses it."""

    id: int
    order_id: int
    waybill: str
    carrier: str
    customer_id: int | None
    business_line: BusinessLine
    service_mode: ServiceMode
    status: Status
    region: str
    city: str
    country: str
    zone: str
    pieces: int
    weight_kg: Decimal | None
    promised_pickup_at: datetime | None
    promised_delivery_at: datetime | None
    promise_version: int
    eta: datetime | None
    eta_source: str
    ordered_at: datetime
    picked_up_at: datetime | None
    out_for_delivery_at: datetime | None
    delivered_at: datetime | None
    replied_at: datetime | None
    last_event_at: datetime | None
    last_place: str
    origin_unit_id: int | None
    destination_unit_id: int | None
    holder_unit_id: int | None
    courier_name: str
    courier_phone: str
    is_open: bool
    is_late: bool | None
    overdue_at: datetime | None
    is_damaged: bool
    is_lost: bool
    is_short: bool
    incident_reason: str


class EventIn(Schema):
    """A canonical status, or a code of the push's vocabulary."""

    waybill: Annotated[str, Field(min_length=1, max_length=60)]
    occurred_at: AwareDatetime
    carrier: Text40 | None = None
    status: Status | None = None
    code: Annotated[str, Field(max_length=60)] | None = None
    text: Annotated[str, Field(max_length=500)] | None = None
    place: Text160 | None = None
    zone: Zone | None = None
    outlet: Text40 | None = None
    handler_name: Annotated[str, Field(max_length=120)] | None = None
    handler_phone: Phone | None = None
    incident_reason: IncidentReason | None = None
    classifier: Classifier | None = None
    eta: AwareDatetime | None = None
    external_id: Text80 | None = None


@dataclass(frozen=True, slots=True)
class UnreadEvent:
    """An event of a push that does not fit `EventIn`: as it came, and the first thing that is wrong with it."""

    given: Any
    error: Mapping[str, Any]


def _or_why(given: Any, read: Callable[[Any], EventIn]) -> EventIn | UnreadEvent:  # noqa: ANN401 - anything may come
    try:
        return read(given)
    except ValidationError as error:
        return UnreadEvent(given, error.errors(include_url=False)[0])


class EventsIn(Schema):
    """A push of events from one source; `keep_unknown` lets events of unregistered waybills wait.

    Events that cannot be read are named in the answer; they do not keep the others out.
    """

    source: Annotated[str, Field(min_length=1, max_length=60)]
    vocabulary: Annotated[str, Field(min_length=1, max_length=24)] = "zhike"
    zone: Zone = "UTC"
    keep_unknown: bool = False
    events: Annotated[list[Annotated[EventIn, WrapValidator(_or_why)]], Field(min_length=1, max_length=10_000)]


class RefusedOut(Schema):
    line: int
    field: str
    value: str
    code: str
    reason: str


class FeedOut(Schema):
    """read = created + duplicate + waiting + refused, always."""

    batch_id: int
    read: int
    created: int
    duplicate: int
    waiting: int
    refused: list[RefusedOut]


class EventOut(Schema):
    """`delay_seconds` is arrival minus event time."""

    id: int
    occurred_at: datetime
    received_at: datetime
    delay_seconds: float
    zone: str
    status: Status | None
    classifier: str
    vocabulary: str
    raw_code: str
    raw_text: str
    place: str
    source: str
    handler_name: str
    handler_phone: str
    incident_reason: str
    voided: bool
    void_reason: str


class LegOut(Schema):
    sequence: int
    kind: LegKind
    unit_id: int | None
    outlet: str
    outlet_phone: str
    courier_staff_id: int | None
    courier_name: str
    courier_phone: str
    started_at: datetime | None
    ended_at: datetime | None
    now: bool


class LegIn(Schema):
    """A courier is a member of staff, or a name with a phone."""

    kind: LegKind
    unit_id: Id | None = None
    courier_staff_id: Id | None = None
    courier_name: Annotated[str, Field(max_length=120)] = ""
    courier_phone: Phone = ""


class ReplyIn(Schema):
    signer: Annotated[str, Field(min_length=1, max_length=120)]
    signed_at: AwareDatetime
    condition: Condition = Condition.INTACT
    remark: Annotated[str, Field(max_length=500)] = ""
    file_ids: Annotated[list[Id], Field(max_length=10)] = []
    replaces_because: Text300 = ""


class ReplyOut(Schema):
    id: int
    signer: str
    signed_at: datetime
    condition: Condition
    remark: str
    file_ids: list[int]
    recorded_at: datetime
    recorded_by: str
    replaced_at: datetime | None
    replaced_reason: str


class EstimateIn(Schema):
    eta: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class PromiseIn(Schema):
    promised_delivery_at: AwareDatetime | None
    promised_pickup_at: AwareDatetime | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class AckIn(Schema):
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    until: AwareDatetime | None = None


class WatchCountsOut(Schema):
    overdue: int
    silent: int
    no_reply: int
    no_phone: int


class ShareOut(Schema):
    """A rate with its base; `value` is null without one."""

    hits: int
    base: int
    missing: int
    value: Decimal | None


class ReliabilityOut(Schema):
    on_time: ShareOut
    intact: ShareOut
    lost: ShareOut
    replied: ShareOut
    phoned: ShareOut


class MeasureOut(Schema):
    """Hours of one part of the cycle in one group, with the period before beside it."""

    name: str
    group: str
    n: int
    missing: int
    disordered: int
    mean: float | None
    median: float | None
    p90: float | None
    before_n: int
    before_mean: float | None
    before_median: float | None
    before_p90: float | None


class DepartmentOut(Schema):
    department_id: int | None
    department: str
    orders: int
    shipments: int
    values: list[tuple[str, Decimal]]


class FeedLineOut(Schema):
    """One source of the last 30 days: what came, and the delay (arrival − event time) of live events in minutes."""

    source: str
    vocabulary: str
    batches: int
    created: int
    duplicate: int
    rejected: int
    last_at: datetime
    median_delay: float | None
    p90_delay: float | None


class OrdersByDepartmentOut(Schema):
    """The departments' sums equal the totals, which are counted apart."""

    departments: list[DepartmentOut]
    orders: int
    shipments: int
    adds_up: bool


class BacklogOut(Schema):
    unit_id: int
    backlog: int


class TrackEventOut(Schema):
    occurred_at: datetime
    zone: str
    status: Status | None
    place: str


class TrackOut(Schema):
    """What the holder of a waybill may know; people and outlet only with a phone ending of the shipment."""

    waybill: str
    status: Status
    promised_on: date | None
    promised_at: datetime | None
    eta: datetime | None
    is_late: bool
    delivered_at: datetime | None
    zone: str
    city: str
    last_event_at: datetime | None
    events: list[TrackEventOut]
    unlocked: bool
    consignee: str
    signer: str
    outlet: str
    outlet_phone: str
    courier_name: str
    courier_phone: str
