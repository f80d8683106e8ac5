"""Shapes of the organization API. A week is seven texts, Monday first: `09:00-12:00, 13:30-18:00`; empty is closed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.record.organization.types import Duty, Period, Service, Side, UnitKind

Labels = dict[str, str]
Id = Annotated[int, Field(ge=1, lt=2**63)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Phones = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=10)]


class UnitOut(Schema):
    """`phones` are E.164; `hours` is null where the calendar's week holds."""

    id: int
    code: str
    name: str
    labels: Labels
    kind: UnitKind
    side: Side
    parent_id: int | None
    depth: int
    zone: str
    calendar_id: int | None
    hours: list[str] | None
    address: str
    city: str
    region_code: str
    lat: Decimal | None
    lon: Decimal | None
    phones: list[str]
    services: list[str]
    area_text: str
    districts: list[str]
    valid_from: date | None
    valid_until: date | None
    active: bool


class UnitIn(Schema):
    code: str = Field(max_length=40)
    name: str = Field(max_length=120)
    kind: UnitKind
    side: Side = Side.FRONT
    zone: str = Field(max_length=64)
    labels: Labels = {}
    calendar_id: Id | None = None
    hours: Annotated[list[Annotated[str, Field(max_length=120)]], Field(min_length=7, max_length=7)] | None = None
    address: str = Field("", max_length=300)
    city: str = Field("", max_length=80)
    region_code: str = Field("", max_length=12)
    lat: Annotated[Decimal, Field(ge=-90, le=90, decimal_places=6)] | None = None
    lon: Annotated[Decimal, Field(ge=-180, le=180, decimal_places=6)] | None = None
    phones: Phones = []
    services: list[Service] = []
    area_text: str = Field("", max_length=500)
    districts: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=200)] = []
    valid_from: date | None = None
    valid_until: date | None = None


class NewUnitIn(UnitIn):
    parent_id: Id | None = None


class MoveIn(Schema):
    parent_id: Id
    reason: str = Field("", max_length=500)


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=500)


class CourierOut(Schema):
    id: int
    number: str
    name: str
    phone: str
    duty: Duty


class OutletCardOut(Schema):
    """`hours` are today's spans in the outlet's zone; null when nobody knows them."""

    id: int
    code: str
    name: str
    kind: UnitKind
    address: str
    phone: str
    phones: list[str]
    zone: str
    hours: list[tuple[str, str]] | None
    is_open: bool | None
    until: str
    couriers: list[CourierOut]
    disruptions: list[str]
    services: list[str]
    active: bool


class PointGapOut(Schema):
    unit_id: int
    code: str
    name: str
    kind: UnitKind
    lacks: list[str]


class PointRegisterOut(Schema):
    """Points with phone and courier list ÷ all active points (GEO-01); `share` is null without points."""

    base: int
    complete: int
    share: Decimal | None
    gaps: list[PointGapOut]


class StaffOut(Schema):
    id: int
    number: str
    name: str
    form_of_address: str
    unit_id: int
    unit_name: str
    rank: str
    phones: list[str]
    email: str
    duty: Duty
    is_courier: bool
    employed_from: date | None
    employed_until: date | None
    active: bool
    has_sign_in: bool


class StaffIn(Schema):
    number: str = Field(max_length=40)
    name: str = Field(max_length=120)
    unit_id: Id
    form_of_address: str = Field("", max_length=60)
    rank: str = Field("", max_length=60)
    phones: Phones = []
    email: str = Field("", max_length=254)
    is_courier: bool = False
    employed_from: date | None = None
    employed_until: date | None = None
    skills: dict[str, Annotated[int, Field(ge=1, le=5)]] = {}


class CourierIn(Schema):
    """What is null stays."""

    phones: Phones | None = None
    duty: Duty | None = None


class HeldItemOut(Schema):
    id: int
    number: str
    title: str


class HeldOut(Schema):
    """One kind of things that a person holds; `items` are the first of `count`."""

    kind: str
    label: str
    count: int
    items: list[HeldItemOut]


class HandOverIn(Schema):
    to_staff_id: Id
    kind: str = Field(max_length=80)
    item_ids: Annotated[list[Id], Field(max_length=5000)] | None = None
    reason: str = Field("", max_length=500)


class HandedOverOut(Schema):
    count: int


class LimitOut(Schema):
    id: int
    role: str
    action: str
    reason: str
    max_amount: Decimal | None
    currency: str
    period: str
    max_count: int | None
    max_total: Decimal | None
    valid_from: datetime
    valid_until: datetime | None
    source: str
    state: str


class LimitIn(Schema):
    role: str = Field(max_length=40)
    action: str = Field(max_length=60)
    reason: str = Field("", max_length=60)
    max_amount: Amount | None = None
    currency: str = Field("", pattern="^([A-Z]{3})?$")
    period: Period | None = None
    max_count: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    max_total: Amount | None = None
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    source: str = Field(max_length=300)


class DecisionIn(Schema):
    approve: bool
    reason: str = Field("", max_length=500)


class CreatedOut(Schema):
    id: int
