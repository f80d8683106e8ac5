"""Words of the organization: kinds, small records, and the questions that it asks the rooms above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform.actors import Actor
from zhike.platform.calendars.types import Week
from zhike.platform.errors import Conflict

Label = str | Promise
Labels = Mapping[str, str]


class UnitKind(StrEnum):
    COMPANY = "company"
    REGION = "region"
    DEPARTMENT = "department"
    OUTLET = "outlet"
    CONTRACTOR = "contractor"
    AGENCY_POINT = "agency_point"
    COMMUNITY_POINT = "community_point"


# Where a customer can go to, and so what the register of service points (GEO-01) counts.
SERVICE_POINTS = (UnitKind.OUTLET, UnitKind.AGENCY_POINT, UnitKind.COMMUNITY_POINT)


class Side(StrEnum):
    """Front units meet customers, back units serve the front."""

    FRONT = "front"
    BACK = "back"


class Service(StrEnum):
    PICKUP = "pickup"
    DELIVERY = "delivery"
    COLLECTION_POINT = "collection_point"
    DROP_OFF = "drop_off"
    PACKING = "packing"
    CASH_ON_DELIVERY = "cash_on_delivery"
    COLD_CHAIN = "cold_chain"
    FREIGHT = "freight"
    CUSTOMS = "customs"
    WAREHOUSE = "warehouse"


class Duty(StrEnum):
    ON_DUTY = "on_duty"
    BREAK = "break"
    OFF_DUTY = "off_duty"
    LEAVE = "leave"


class RoleReach(StrEnum):
    """What a role lets a person see: everything, one unit with all below it, or only what the person holds."""

    COMPANY = "company"
    SUBTREE = "subtree"
    OWN = "own"


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class LimitState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


# The roles of a new company: usual reach and names. Their rights come from what rooms declare.
DEFAULT_ROLES: Mapping[str, tuple[RoleReach, Labels]] = {
    "agent": (RoleReach.COMPANY, {"zh-hans": "客服专员", "zh-hant": "客服專員", "en": "Agent"}),
    "supervisor": (RoleReach.COMPANY, {"zh-hans": "客服主管", "zh-hant": "客服主管", "en": "Supervisor"}),
    "account_manager": (RoleReach.COMPANY, {"zh-hans": "客户经理", "zh-hant": "客戶經理", "en": "Account manager"}),
    "department": (RoleReach.SUBTREE, {"zh-hans": "协办部门", "zh-hant": "協辦部門", "en": "Department"}),
    "outlet": (RoleReach.SUBTREE, {"zh-hans": "网点", "zh-hant": "據點", "en": "Outlet"}),
    "claims": (RoleReach.COMPANY, {"zh-hans": "理赔专员", "zh-hant": "理賠專員", "en": "Claims handler"}),
    "quality": (RoleReach.COMPANY, {"zh-hans": "质量管理", "zh-hant": "品質管理", "en": "Quality"}),
    "executive": (RoleReach.COMPANY, {"zh-hans": "管理层", "zh-hant": "管理層", "en": "Executive"}),
    "admin": (RoleReach.COMPANY, {"zh-hans": "系统管理员", "zh-hant": "系統管理員", "en": "Administrator"}),
    "auditor": (RoleReach.COMPANY, {"zh-hans": "审计", "zh-hant": "稽核", "en": "Auditor"}),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A unit's number and the last number of its subtree; both belong to it."""

    no: int
    end: int


@dataclass(frozen=True, slots=True)
class Renumbered:
    """One unit whose number changed."""

    unit_id: int
    old_no: int
    new_no: int


class UnitMove(Protocol):
    """Keeps a room's own unit numbers right when units move; runs in the caller's transaction, set-based."""

    @property
    def name(self) -> str: ...

    def renumber(self, moves: Sequence[Renumbered]) -> int:
        """Change every old number to its new one at once; returns how many rows changed."""


@dataclass(frozen=True, slots=True)
class ScopeColumn:
    """The usual answer to `UnitMove`: a column that holds unit numbers. The organization changes it itself."""

    table: str
    column: str = "scope_unit_id"


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One thing that a person answers for: its public number, a line to know it by, and its page."""

    id: int
    number: str
    title: str
    url: str = ""


class Holdings(Protocol):
    """What a leaver holds in one room, and how it passes to somebody else (CUST-09)."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> Label: ...

    def counts(self, *, staff_ids: Sequence[int]) -> Mapping[int, int]:
        """How many each of these people holds; who holds nothing may be left out."""

    def items(self, *, staff_id: int, limit: int) -> Sequence[HeldItem]: ...

    def reassign(
        self, *, actor: Actor, from_staff_id: int, to_staff_id: int, item_ids: Sequence[int] | None, now: datetime
    ) -> int:
        """Hand over these items, or all where `item_ids` is None; returns how many. Attribution of the past stays."""


_moves: dict[str, UnitMove | ScopeColumn] = {}
_holdings: dict[str, Holdings] = {}
_answered_keys: dict[str, str] = {}


def register_unit_move(provider: UnitMove | ScopeColumn) -> None:
    """Called from a room's `providers.py`."""
    key = f"{provider.table}.{provider.column}" if isinstance(provider, ScopeColumn) else provider.name
    _moves[key] = provider


def unit_moves() -> list[UnitMove | ScopeColumn]:
    return [_moves[key] for key in sorted(_moves)]


def register_holdings(provider: Holdings, *, keys: Sequence[str]) -> None:
    """Called from a room's `providers.py`; `keys` are the foreign keys to Staff it answers for, `app.Model.field`."""
    _holdings[provider.kind] = provider
    for key in keys:
        _answered_keys[key] = provider.kind


def keep_as_history(*keys: str) -> None:
    """These foreign keys to Staff say who did something; they stay with the leaver."""
    for key in keys:
        _answered_keys[key] = ""


def holdings() -> list[Holdings]:
    return list(_holdings.values())


def answered_keys() -> Mapping[str, str]:
    """Each foreign key to Staff that somebody answers for, with the kind of holding ('' for history)."""
    return dict(_answered_keys)


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of things that a leaver still holds."""

    kind: str
    label: str
    count: int
    items: tuple[HeldItem, ...]


class StillHolding(Conflict):
    """A leaver still holds something; `held` lists it by kind."""

    code = "still_holding"
    message = _("This person still holds %(count)s items.")
    next_step = _("Hand them over to colleagues first.")

    def __init__(self, held: Sequence[Held]) -> None:
        super().__init__(count=sum(kind.count for kind in held))
        self.held = tuple(held)


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


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether an approval lies within a person's authority, and by which row of the table."""

    allowed: bool
    action: str
    reason: str
    why: str
    limit_id: int | None = None
    max_amount: Decimal | None = None
    currency: str = ""
    period: Period | None = None
    used_amount: Decimal = Decimal(0)
    used_count: int = 0
    left_amount: Decimal | None = None
    left_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """One row of the authority table as somebody proposes it."""

    role: str
    action: str
    reason: str = ""
    max_amount: Decimal | None = None
    currency: str = ""
    period: Period | None = None
    max_count: int | None = None
    max_total: Decimal | None = None
    valid_from: datetime
    valid_until: datetime | None = None
    source: str


@dataclass(frozen=True, slots=True)
class GatedAction:
    """Something that needs authority, e.g. `claims.settle`; declared by the room that does it."""

    code: str
    label: Label = field(compare=False)


_gated: dict[str, GatedAction] = {}


def register_gated_action(code: str, label: Label) -> GatedAction:
    """Declare at module level in a room's `types.py` or `policies.py` what the authority table can limit."""
    return _gated.setdefault(code, GatedAction(code, label))


def gated_actions() -> Mapping[str, GatedAction]:
    return dict(sorted(_gated.items()))


@dataclass(frozen=True, slots=True)
class DutyConflict:
    """Two duties that one person must not hold: deciding, executing and supervising are apart (CTRL-01).

    `of` says whether `first` and `second` name roles or rights.
    """

    of: str
    first: str
    second: str
    why: Label = field(compare=False)


_conflicts: dict[tuple[str, str, str], DutyConflict] = {}


def declare_role_conflict(first: str, second: str, why: Label) -> None:
    low, high = sorted((first, second))
    _conflicts["role", low, high] = DutyConflict("role", low, high, why)


def declare_right_conflict(first: str, second: str, why: Label) -> None:
    low, high = sorted((first, second))
    _conflicts["right", low, high] = DutyConflict("right", low, high, why)


def declared_conflicts() -> list[DutyConflict]:
    return [_conflicts[key] for key in sorted(_conflicts)]


@dataclass(frozen=True, slots=True)
class ConflictFound:
    """A person (or, with `staff_id` None, a role by itself) that holds two duties that must be apart."""

    conflict: DutyConflict
    staff_id: int | None
    who: str


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
