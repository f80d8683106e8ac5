"""Small records that queries give and actions take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhike.platform.calendars.types import Week
from zhike.record.organization.types.words import Duty, Labels, Service, Side, UnitKind


@dataclass(frozen=True, slots=True)
class UnitSummary:
    id: int
    code: str
    name: str
    kind: UnitKind
    side: Side
    parent_id: int | None
    no: int
    end: int
    depth: int
    zone: str
    phone: str
    active: bool


@dataclass(frozen=True, slots=True)
class StaffSummary:
    id: int
    number: str
    name: str
    form_of_address: str
    unit_id: int
    unit_name: str
    unit_no: int
    zone: str
    rank: str
    phone: str
    email: str
    duty: Duty
    is_courier: bool
    active: bool
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Courier:
    id: int
    number: str
    name: str
    phone: str
    duty: Duty


@dataclass(frozen=True, slots=True)
class OutletCard:
    """What an agent must know of an outlet while a customer waits on the line (SHIP-09).

    `hours` are today's spans in the outlet's zone as ("09:00", "12:00"); empty on a closed day, None when unknown.
    """

    id: int
    code: str
    name: str
    kind: UnitKind
    address: str
    phone: str
    phones: tuple[str, ...]
    zone: str
    hours: tuple[tuple[str, str], ...] | None
    is_open: bool | None
    until: str
    couriers: tuple[Courier, ...]
    disruptions: tuple[str, ...]
    services: tuple[Service, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class PointGap:
    """A service point and what its entry in the register lacks."""

    unit_id: int
    code: str
    name: str
    kind: UnitKind
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointRegister:
    """GEO-01: points with phone and courier list ÷ points, and the points that lack something."""

    base: int
    complete: int
    gaps: tuple[PointGap, ...]

    @property
    def share(self) -> Decimal | None:
        """Between 0 and 1; None without points."""
        return Decimal(self.complete) / Decimal(self.base) if self.base else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEntry:
    """Everything about a unit that people enter. `hours`: the unit's own week, None for the calendar's."""

    code: str
    name: str
    kind: UnitKind
    side: Side
    zone: str
    labels: Labels = field(default_factory=dict)
    hours: Week | None = None
    calendar_id: int | None = None
    address: str = ""
    city: str = ""
    region_code: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None
    phones: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    area_text: str = ""
    districts: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEntry:
    """Everything about a person that people enter; `skills` are levels 1 to 5 by skill code."""

    number: str
    name: str
    unit_id: int
    form_of_address: str = ""
    rank: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    is_courier: bool = False
    employed_from: date | None = None
    employed_until: date | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
