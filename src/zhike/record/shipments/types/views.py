"""What queries return: the shipment page, its legs and events, the watch list, figures with their base."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from zhike.record.shipments.types.codes import Condition, LegKind, Status, WatchKind


@dataclass(frozen=True, slots=True)
class OrderRef:
    """A registered order with the ids and waybills of its shipments."""

    id: int
    number: str
    shipments: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One event as everybody sees it: time, place, status, raw code, source (SHIP-02, SHIP-16)."""

    id: int
    occurred_at: datetime
    received_at: datetime
    zone: str
    status: Status | None
    classifier: str
    vocabulary: str
    raw_code: str
    raw_text: str
    place: str
    unit_id: int | None
    source: str
    handler_name: str
    handler_phone: str
    incident_reason: str
    voided: bool
    void_reason: str
    history: bool = False

    @property
    def delay(self) -> timedelta:
        """Arrival minus event time; negative for what was announced before it happened."""
        return self.received_at - self.occurred_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """Who answers for one part of the way, with every phone that is known (SHIP-04)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stay on the way: consecutive events of one place. `slow` marks the longest of those that took too long."""

    name: str
    unit_id: int | None
    status: Status | None
    started_at: datetime
    ended_at: datetime | None
    slow: bool = False

    def stay(self, now: datetime) -> timedelta:
        return (self.ended_at or now) - self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """Consignor or consignee with the phone masked."""

    role: str
    name: str
    phone: str
    address: str
    city: str
    region: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    at: datetime
    eta: datetime
    source: str
    said_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLine:
    at: datetime
    version: int
    before_delivery_at: datetime | None
    promised_delivery_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLine:
    id: int
    signer: str
    signed_at: datetime
    zone: str
    condition: Condition
    remark: str
    file_ids: tuple[int, ...]
    recorded_at: datetime
    recorded_by: str
    replaced_at: datetime | None
    replaced_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCounts:
    """Entries of each tab, and how many rest with a reason."""

    overdue: int
    silent: int
    no_reply: int
    no_phone: int

    def of(self, kind: WatchKind) -> int:
        return int(getattr(self, kind.value))


@dataclass(frozen=True, slots=True)
class Share:
    """A rate with its base: `hits` of `base`; `missing` rows belong to it but have no answer."""

    hits: int
    base: int
    missing: int = 0

    @property
    def value(self) -> Decimal | None:
        """Between 0 and 1; None without a base."""
        return Decimal(self.hits) / Decimal(self.base) if self.base else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """SHIP-04, 05 and 07 over one set of shipments."""

    on_time: Share
    intact: Share
    lost: Share
    replied: Share
    phoned: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One cycle measure over one group: hours, with the period before beside it (SHIP-06)."""

    name: str
    group: str
    n: int
    missing: int
    disordered: int
    mean: float | None
    median: float | None
    p90: float | None
    deviation: float | None
    before_n: int
    before_mean: float | None
    before_median: float | None
    before_p90: float | None
    before_deviation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentOrders:
    """Orders of one customer with one department; `values` are sums by currency."""

    department_id: int | None
    department: str
    orders: int
    shipments: int
    values: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersByDepartment:
    """SHIP-12: the departments and the customer's total, counted apart; the two must agree."""

    departments: tuple[DepartmentOrders, ...]
    orders: int
    shipments: int

    @property
    def adds_up(self) -> bool:
        return (sum(d.orders for d in self.departments), sum(d.shipments for d in self.departments)) == (
            self.orders,
            self.shipments,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEvent:
    occurred_at: datetime
    zone: str
    status: Status | None
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTrack:
    """What somebody with a waybill may know; courier, outlet and name only with the ending of a phone of the shipment.

    `unlocked` says whether that ending was right.
    """

    waybill: str
    status: Status
    promised_on: date | None
    promised_at: datetime | None
    eta: datetime | None
    is_late: bool
    delivered_at: datetime | None
    zone: str
    city: str
    incident_reason: str
    last_event_at: datetime | None
    stops: Sequence[Stop]
    events: Sequence[PublicEvent]
    unlocked: bool
    consignee: str = ""
    signer: str = ""
    outlet_id: int | None = None
    outlet: str = ""
    outlet_phone: str = ""
    courier_name: str = ""
    courier_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One source of events: what came and how late (SHIP-16). Delays in minutes."""

    source: str
    vocabulary: str
    batches: int
    created: int
    duplicate: int
    rejected: int
    last_at: datetime
    median_delay: float | None
    p90_delay: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLine:
    id: int
    vocabulary: str
    code: str
    sample_text: str
    source: str
    seen: int
    first_at: datetime
    last_at: datetime
