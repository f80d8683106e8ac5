"""Shapes of the API of agreements. Days are ISO 8601, times have their offset, money and numbers are exact text."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.record.agreements.types import Bound, Measure, StandardUnit, VagueKind

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, Field(max_length=300)]
Number = Annotated[str, Field(max_length=20)]
Code = Annotated[str, Field(max_length=40)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]


class TargetOut(Schema):
    """`seconds` of the calendar's open time, or with `every_hour` of day and night."""

    id: int
    measure: str
    seconds: int
    every_hour: bool
    category: str
    customer_class: str
    calendar_id: int | None
    valid_from: datetime
    valid_until: datetime | None
    source: str


class StandardIn(Schema):
    """Texts with a word of the list of vague words, without a number beside it, are refused."""

    object: Annotated[str, Field(max_length=200)]
    measure: Annotated[str, Field(max_length=200)]
    bound: Bound = Bound.AT_MOST
    number: Annotated[Decimal, Field(max_digits=16, decimal_places=4)] | None = None
    unit: StandardUnit = StandardUnit.HOURS
    unit_text: Code = ""
    condition: Text = ""
    valid_from: date
    valid_until: date | None = None
    source: Text
    clock: Measure | None = None
    category: Annotated[str, Field(max_length=40, pattern=r"^[-a-zA-Z0-9_]*$")] = ""
    texts: dict[Code, dict[Code, Text]] = Field(
        {}, description="Further languages: object, measure, condition or unit_text → zh-hans, zh-hant or en → text."
    )


class StandardOut(Schema):
    code: str
    version: int
    object: str
    measure: str
    bound: str
    number: Decimal
    unit: str
    unit_text: str
    condition: str
    texts: dict[str, dict[str, str]]
    valid_from: date
    valid_until: date | None
    source: str
    clock: str
    category: str


class CodeOut(Schema):
    code: str


class WordIn(Schema):
    word: Code
    kind: VagueKind
    active: bool = True


class WordOut(Schema):
    word: str
    kind: str
    active: bool


class ShareOut(Schema):
    """A share of now: `hits` of `n`."""

    hits: int
    n: int


class LastDayIn(Schema):
    last_day: date


class ItemIn(Schema):
    service: Annotated[str, Field(max_length=200)]
    price: Amount | None = None
    currency: Annotated[str, Field(max_length=3)] = "CNY"
    per: Code = ""
    tariff: Annotated[str, Field(max_length=120)] = ""


class CarriedIn(Schema):
    """A standard by its number; `number` is the agreement's own figure."""

    standard: Number
    number: Amount | None = None


class AgreementIn(Schema):
    title: Annotated[str, Field(max_length=200)]
    valid_from: date
    valid_until: date | None = None
    review_on: date | None = None
    deliverables: Annotated[str, Field(max_length=4000)] = ""
    items: Annotated[list[ItemIn], Field(max_length=60)] = []
    standards: Annotated[list[CarriedIn], Field(max_length=100)] = []


class RevisedAgreementIn(AgreementIn):
    """`reason` is needed once the agreement is in force: the next version says why it was written."""

    reason: Text = ""


class NewAgreementIn(AgreementIn):
    customer: Number
    owner_id: Id | None = None


class EndIn(Schema):
    last_day: date
    reason: Text


class OwnerIn(Schema):
    staff_id: Id


class NumberOut(Schema):
    number: str


class VersionNumberOut(Schema):
    version: int


class AgreementOut(Schema):
    number: str
    customer_id: int
    title: str
    state: str
    version: int
    valid_from: date
    valid_until: date | None
    review_on: date | None
    owner_id: int
    ended_because: str


class ItemOut(Schema):
    service: str
    price: Decimal | None
    currency: str
    per: str
    tariff: str


class CarriedOut(Schema):
    code: str
    version: int
    text: str
    own: bool


class VersionOut(Schema):
    version: int
    valid_from: date
    until: date | None
    deliverables: str
    reason: str
    signed_file_id: int | None
    items: list[ItemOut]
    standards: list[CarriedOut]


class AgreementDetailOut(AgreementOut):
    versions: list[VersionOut]


class HoldingOut(Schema):
    """An agreement that holds on the day, with its standards."""

    number: str
    version: int
    title: str
    valid_until: date | None
    review_on: date | None
    standards: list[CarriedOut]


class PromiseIn(Schema):
    """What was promised to a customer. `about_kind` and `about_id` name a case or a shipment of theirs."""

    customer: Number
    text: Text
    due_at: AwareDatetime
    contact_id: Id | None = None
    staff_id: Id | None = None
    about_kind: Annotated[str, Field(max_length=24)] = ""
    about_id: Annotated[str, Field(max_length=64)] = ""


class KeepIn(Schema):
    done_at: AwareDatetime | None = None
    note: Text = ""


class BreakIn(Schema):
    note: Text


class AgainIn(Schema):
    """`told`: the customer knows the new time and agrees."""

    due_at: AwareDatetime
    told: bool
    text: Text = ""
    note: Text = ""


class MadeOut(Schema):
    id: int


class StateOut(Schema):
    state: str


class PromiseOut(Schema):
    id: int
    number: str
    customer_id: int
    contact_id: int | None
    promised_by_id: int
    holder_id: int
    unit_id: int
    text: str
    made_at: datetime
    due_at: datetime
    zone: str
    about_kind: str
    about_id: str
    state: str
    done_at: datetime | None
    settled_at: datetime | None
    note: str
    replaces_id: int | None
    told_at: datetime | None
