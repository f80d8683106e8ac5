"""Records that go in and out of the customer file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.platform.errors import FieldError, Invalid
from zhike.record.customers.types.standing import Standing
from zhike.record.customers.types.words import (
    ChainRole,
    Channel,
    CustomerKind,
    Industry,
    LegalForm,
    LossReason,
    PointKind,
    Source,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointEntry:
    """A way to reach somebody as it was typed. `region` (ISO country) reads numbers without a country code."""

    kind: PointKind
    raw: str
    region: str = ""
    extension: str = ""
    primary: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEntry:
    """What people write into a file. An empty zone is that of the owner's unit."""

    name: str
    kind: CustomerKind = CustomerKind.CONSUMER
    legal_form: LegalForm = LegalForm.UNKNOWN
    registration_no: str = ""
    industry: Industry = Industry.UNKNOWN
    region_code: str = ""
    city: str = ""
    address: str = ""
    language: str = "zh-hans"
    zone: str = ""
    source: Source = Source.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """A person as people write them. `roles` are the places they hold in the decision chain."""

    name: str
    form_of_address: str = ""
    position: str = ""
    roles: tuple[ChainRole, ...] = ()
    language: str = "zh-hans"
    strength: int | None = None
    our_staff_id: int | None = None
    prefers_channel: Channel | None = None
    prefers_time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryEntry:
    """An enquiry (咨询). Empty `at` means now."""

    subject: str
    text: str = ""
    channel: Channel = Channel.CALL
    at: datetime | None = None
    next_contact_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Why an enquiry led to no deal, and when we ask again."""

    reason: LossReason
    next_contact_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class OwnerCard:
    """Whose matter the customer is."""

    id: int
    name: str
    phone: str
    unit_name: str
    on_duty: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A customer as others refer to it."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSummary:
    """The same few facts for everybody who picks up the phone (CUST-05)."""

    id: int
    number: str
    name: str
    kind: str
    stage: str
    stage_since: datetime
    owner: OwnerCard
    parent: Named | None
    city: str
    language: str
    zone: str
    active: bool
    opened_at: datetime
    last_order_at: datetime | None
    last_contact_at: datetime | None
    last_verified_at: datetime | None
    version: int
    scope_unit_id: int
    standing: Mapping[str, Standing] = field(default_factory=dict)
    # The number that was asked for, where that file has been merged into this one.
    merged_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFile:
    """The whole master record, for forms and the API."""

    id: int
    number: str
    entry: CustomerEntry
    owner_id: int
    parent_id: int | None
    stage: str
    active: bool
    merged_into: str
    version: int
    opened_at: datetime
    converted_at: datetime | None
    first_order_at: datetime | None
    last_order_at: datetime | None
    last_contact_at: datetime | None
    last_verified_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A way to reach somebody as it is shown; `masked` may be seen by everybody who sees the file."""

    id: int
    kind: str
    masked: str
    doubt: str
    primary: bool
    shared: bool
    verified_at: datetime | None
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A person at the customer with roles, ways to reach them, and how long ago we spoke."""

    id: int
    customer_id: int
    name: str
    form_of_address: str
    position: str
    roles: tuple[str, ...]
    language: str
    strength: int | None
    our_staff: str
    our_staff_id: int | None
    prefers_channel: str
    prefers_time: str
    last_contact_at: datetime | None
    last_channel: str
    active: bool
    version: int
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the decision chain; without a person, or with one who has left, it is not covered."""

    id: int
    role: str
    title: str
    contact_id: int | None
    contact_name: str
    covered: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Decision-chain roles with a live contact ÷ roles identified."""

    covered: int
    identified: int
    seats: tuple[Seat, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """Between 0 and 1; None where no role is identified."""
        return Decimal(self.covered) / Decimal(self.identified) if self.identified else None


class Via(StrEnum):
    """By which key a file was found."""

    NUMBER = "number"
    REFERENCE = "reference"
    PHONE = "phone"
    ENDING = "ending"
    ADDRESS = "address"
    NAME = "name"
    WAYBILL = "waybill"
    CASE = "case"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A file that may be meant; `certain` when the key belongs to it and to nobody else.

    `shared`: several people have this number, or it is marked so; who of them it is nobody can know.
    """

    customer_id: int
    number: str
    name: str
    via: Via
    certain: bool
    contact_id: int | None = None
    contact_name: str = ""
    owner_name: str = ""
    kind: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """A file that may be the same customer as the one being typed."""

    id: int
    number: str
    name: str
    owner_name: str
    why: str


@dataclass(frozen=True, slots=True)
class OwnerSpell:
    staff_id: int
    staff_name: str
    valid_from: datetime
    valid_until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class UnitDealing:
    """A unit that deals with the customer."""

    unit_id: int
    unit_name: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """A unit dealt with a customer at a moment; pushed by the room where it happened."""

    customer_id: int
    unit_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StagePeriod:
    stage: str
    at: datetime
    cause: str
    staff_name: str


@dataclass(frozen=True, slots=True)
class StageFigures:
    """Counts per stage, average days of completed stays with their number, and how often each move was made."""

    base: int
    counts: Mapping[str, int]
    average_days: Mapping[str, tuple[Decimal, int]]
    transitions: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class EnquiryFigures:
    """CUST-02: files ÷ enquiries, conversion, share of lost enquiries with a reason."""

    enquiries: int
    filed: int
    opened_files: int
    won: int
    lost: int
    lost_with_reason: int


@dataclass(frozen=True, slots=True)
class BaseFigure:
    """A share of the customer base: its row of the requirements, what was counted, and out of how many."""

    id: str
    hits: int
    base: int

    @property
    def value(self) -> Decimal | None:
        """Between 0 and 1; None where there is no base."""
        return Decimal(self.hits) / Decimal(self.base) if self.base else None


@dataclass(frozen=True, slots=True)
class OwnerCoverage:
    """CUST-01: active customers with an active owner ÷ active customers."""

    active: int
    with_active_owner: int


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """CUST-06: how many customers deal with how many units, and how many are known to at least two."""

    customers: int
    known_to_two: int
    by_count: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """A customer in a group, with its depth below the head and its figures by measure."""

    customer: Named
    depth: int
    parent_id: int | None
    stage: str
    active: bool
    owner_name: str
    values: Mapping[str, int | Decimal]


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group as one whole (视为一个完整个体): its members and the sums over them."""

    head: Named
    members: Sequence[GroupMember]
    measures: Sequence[tuple[str, str | Promise]]
    totals: Mapping[str, int | Decimal]
    # Members outside the actor's reach are counted, not shown and not added.
    hidden: int = 0


class EditClash(Invalid):
    """Somebody saved meanwhile; `clashes` holds both values (mine, theirs) of each field that differs."""

    code = "edit_clash"
    status = 409
    message = _("%(who)s saved this record while you were writing.")
    kept = _("What you typed is still in the form.")
    next_step = _("Choose the value to keep for each field and save again.")

    def __init__(self, clashes: Mapping[str, tuple[Any, Any]], *, version: int, who: str = "") -> None:
        self.clashes = dict(clashes)
        self.version = version
        text = _("Yours: %(mine)s. Stored: %(theirs)s.")
        super().__init__(
            {name: [FieldError("changed", text, {"mine": m, "theirs": t})] for name, (m, t) in clashes.items()},
            who=who or _("Somebody else"),
        )
