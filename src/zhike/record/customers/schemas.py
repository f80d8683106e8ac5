"""Shapes of the customer API. Phones are masked; `POST /points/{id}/reveal` shows one and is logged."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.record.customers.types import (
    ChainRole,
    Channel,
    CustomerKind,
    ErasureBasis,
    Industry,
    LegalForm,
    LossReason,
    PointKind,
    RequestState,
    Source,
)

Id = Annotated[int, Field(ge=1, lt=2**63)]
Language = Annotated[str, Field(pattern="^(zh-hans|zh-hant|en)$")]


class OwnerOut(Schema):
    id: int
    name: str
    unit_name: str
    active: bool


class StandingOut(Schema):
    kind: str
    text: str
    number: Decimal | None
    data: Any = None
    as_of: datetime
    source: str
    run: str


class NamedOut(Schema):
    id: int
    number: str
    name: str


class CustomerOut(Schema):
    """One file. `version` goes back with every change; `merged_from` is the number asked for, where it was merged."""

    id: int
    number: str
    name: str
    kind: str
    stage: str
    stage_since: datetime
    owner: OwnerOut
    parent: NamedOut | None
    city: str
    language: str
    zone: str
    active: bool
    opened_at: datetime
    last_order_at: datetime | None
    last_contact_at: datetime | None
    last_verified_at: datetime | None
    version: int
    standing: dict[str, StandingOut] = {}
    merged_from: str = ""


class CustomerRowOut(Schema):
    """One line of the list."""

    id: int
    number: str
    name: str
    kind: str
    stage: str
    owner_id: int
    city: str
    active: bool
    version: int
    last_contact_at: datetime | None


class CustomerIn(Schema):
    name: str = Field(max_length=200)
    kind: CustomerKind = CustomerKind.CONSUMER
    legal_form: LegalForm = LegalForm.UNKNOWN
    registration_no: str = Field("", max_length=40)
    industry: Industry = Industry.UNKNOWN
    region_code: str = Field("", max_length=12)
    city: str = Field("", max_length=80)
    address: str = Field("", max_length=300)
    language: Language = "zh-hans"
    zone: str = Field("", max_length=64)
    source: Source = Source.UNKNOWN


class ReferenceIn(Schema):
    system: str = Field(min_length=1, max_length=40)
    ref: str = Field(min_length=1, max_length=120)


class NewCustomerIn(CustomerIn):
    """Without `owner_id` the file is refused: one customer, one responsible person."""

    owner_id: Id | None = None
    references: Annotated[list[ReferenceIn], Field(max_length=20)] = []
    opened_at: AwareDatetime | None = None


class ChangedCustomerIn(CustomerIn):
    """`version` is the one that was read (or send it as If-Match); a later one answers 409 with both values."""

    version: int | None = Field(None, ge=1, lt=2**31)


class OwnerIn(Schema):
    to_staff_id: Id
    reason: str = Field("", max_length=200)


class OwnersIn(OwnerIn):
    customer_ids: Annotated[list[Id], Field(min_length=1, max_length=100_000)]


class CountOut(Schema):
    count: int


class OwnerSpellOut(Schema):
    staff_id: int
    staff_name: str
    valid_from: datetime
    valid_until: datetime | None
    reason: str


class MatchOut(Schema):
    customer_id: int
    number: str
    name: str
    via: str
    certain: bool
    contact_id: int | None
    contact_name: str
    owner_name: str
    kind: str


class LookupOut(Schema):
    matches: list[MatchOut]
    summary: CustomerOut | None


class PointIn(Schema):
    kind: PointKind
    raw: str = Field(max_length=160)
    region: str = Field("", max_length=2)
    shared: bool = False
    primary: bool = False


class PointOut(Schema):
    id: int
    kind: str
    masked: str
    doubt: str
    primary: bool
    shared: bool
    verified_at: datetime | None
    extension: str


class RevealedOut(Schema):
    value: str


class RevealIn(Schema):
    purpose: str = Field("", max_length=200)


class ContactIn(Schema):
    name: str = Field(max_length=120)
    form_of_address: str = Field("", max_length=60)
    position: str = Field("", max_length=120)
    roles: Annotated[list[ChainRole], Field(max_length=4)] = []
    language: Language = "zh-hans"
    strength: int | None = Field(None, ge=1, le=5)
    our_staff_id: Id | None = None
    prefers_channel: Channel | None = None
    prefers_time: str = Field("", max_length=80)


class NewContactIn(ContactIn):
    points: Annotated[list[PointIn], Field(max_length=20)] = []


class ChangedContactIn(ContactIn):
    version: int = Field(ge=1, lt=2**31)


class ContactOut(Schema):
    id: int
    customer_id: int
    name: str
    form_of_address: str
    position: str
    roles: list[str]
    language: str
    strength: int | None
    our_staff_id: int | None
    prefers_channel: str
    prefers_time: str
    last_contact_at: datetime | None
    last_channel: str
    active: bool
    version: int
    points: list[PointOut]


class EnquiryIn(Schema):
    """For a known customer by number, or with the name of a new one, whose prospect file opens at once."""

    subject: str = Field(max_length=200)
    text: str = Field("", max_length=10_000)
    channel: Channel = Channel.CALL
    at: AwareDatetime | None = None
    next_contact_on: date | None = None
    customer: str = Field("", max_length=20)
    prospect_name: str = Field("", max_length=200)
    person: str = Field("", max_length=120)
    phone: str = Field("", max_length=160)
    owner_id: Id | None = None


class EnquiryOut(Schema):
    id: int
    number: str
    customer_id: int
    at: datetime
    channel: str
    subject: str
    text: str
    state: str
    closed_at: datetime | None
    loss_reason: str
    loss_note: str
    next_contact_on: date | None
    opened_file: bool


class LossIn(Schema):
    reason: LossReason
    next_contact_on: date
    note: str = Field("", max_length=300)


class ShareOut(Schema):
    """`value` is between 0 and 1; null where `base` is 0."""

    id: str
    hits: int
    base: int
    value: Decimal | None


class StageOut(Schema):
    """Customers in a stage now; completed stays in it with their average length in days."""

    stage: str
    count: int
    stays: int
    average_days: Decimal | None


class TransitionOut(Schema):
    left: str
    entered: str
    moves: int


class BaseOut(Schema):
    """The customer base. `departments` counts customers by the number of units that deal with them (CUST-06)."""

    shares: list[ShareOut]
    customers: int
    stages: list[StageOut]
    transitions: list[TransitionOut]
    departments: dict[int, int]


class UnitDealingOut(Schema):
    unit_id: int
    unit_name: str
    first_at: datetime
    last_at: datetime


class StagePeriodOut(Schema):
    stage: str
    at: datetime
    cause: str
    staff_name: str


class SeatOut(Schema):
    id: int
    role: str
    title: str
    contact_id: int | None
    contact_name: str
    covered: bool


class CoverageOut(Schema):
    """Decision-chain roles with a live contact ÷ roles identified; `share` is null where none is identified."""

    covered: int
    identified: int
    share: Decimal | None
    seats: list[SeatOut]


class GroupMemberOut(Schema):
    customer: NamedOut
    depth: int
    parent_id: int | None
    owner_name: str
    values: dict[str, Decimal]


class GroupOut(Schema):
    """`totals` are the sums of the members; members outside reach are counted in `hidden` and not added."""

    head: NamedOut
    members: list[GroupMemberOut]
    totals: dict[str, Decimal]
    hidden: int


class ParentIn(Schema):
    """The number of the customer above; null takes it out of its group."""

    parent: str | None = Field(None, max_length=20)


class MergeIn(Schema):
    into: str = Field(max_length=20)
    reason: str = Field("", max_length=200)


class PeopleMeantIn(Schema):
    """People by contact, or by whole telephone number or e-mail address where they are in no file."""

    contact_ids: list[Id] = Field([], max_length=20)
    phone_numbers: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=20)
    mail_addresses: list[Annotated[str, Field(max_length=160)]] = Field([], max_length=20)


class ErasureIn(PeopleMeantIn):
    key: UUID = Field(description="Names this erasure for ever: sent again with the same key it erases nothing twice.")
    basis: ErasureBasis
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ErasureRequestIn(PeopleMeantIn):
    key: UUID = Field(description="Names this request for ever; the certificate will have the same key.")
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class RequestOut(Schema):
    """A request for an erasure, and what became of it; it does not repeat whom it names."""

    key: UUID
    state: RequestState
    asked_at: datetime
    due_at: datetime = Field(description="Until then a person decides.")
    reason: str
    answer: str = Field(description="Why it was refused.")
    decided_at: datetime | None
    erasure: str = Field(description="Number of the certificate.")


class RoomCountOut(Schema):
    name: str
    rows: int


class ErasurePreviewOut(Schema):
    """What every room holds of these people; nothing has changed."""

    people: int
    numbers: list[str]
    rooms: list[RoomCountOut]
    log_lines: int
    texts: int = Field(description="Texts about others that say a number or address of theirs: blanked as well.")
    to_decide: int = Field(description="Texts that say the name alone: a person decides on the page.")
    more_texts: bool = Field(description="There are at least so many texts: more than are looked at in one erasure.")


class ErasureOut(Schema):
    """A certificate; it names nobody who was erased."""

    key: UUID
    number: str
    at: datetime
    by: str
    basis: ErasureBasis
    reason: str
    people: int
    numbers: int
    rooms: list[RoomCountOut]
    log_lines: int
    retention: dict[str, int] = Field(description="Made because the time of keeping was over: days by kind.")
    first_at: datetime | None = Field(None, description="Made again after a restore: when it was made first.")
