"""Shapes of the reception's API."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.service.cases.types import CaseKind
from zhike.service.reception.types import CallDirection, CallState, Told, WaitingState

Id = Annotated[int, Field(ge=1, lt=2**63)]
Code = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]


class CallEventIn(Schema):
    """One event of a call. `caller` is who dials; a number that is withheld is left empty."""

    system: str = Field(max_length=40)
    call_id: str = Field(max_length=120)
    event: Told
    direction: CallDirection = CallDirection.IN
    caller: str = Field("", max_length=60)
    called: str = Field("", max_length=40)
    extension: str = Field("", max_length=20)
    occurred_at: AwareDatetime | None = None


class CallEventOut(Schema):
    call_id: int
    duplicate: bool
    state: CallState
    staff_id: int | None


class CallOut(Schema):
    """A call; the number is masked."""

    id: int
    system: str
    ref: str
    direction: CallDirection
    state: CallState
    number: str
    extension: str
    staff_id: int | None
    who: str
    customer_id: int | None
    contact_id: int | None
    case_id: int | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    settled_at: datetime | None


class CallerOut(Schema):
    certainty: Literal["certain", "maybe"]
    name: str
    number: str
    customer_name: str
    customer_id: int | None
    contact_id: int | None
    shipment_id: int | None
    waybill: str
    shared: bool


class OpenCaseOut(Schema):
    id: int
    number: str
    subject: str
    due_at: datetime | None


class PopOut(Schema):
    """What an agent sees before speaking."""

    callers: list[CallerOut]
    customer: str
    customer_class: str
    marks: list[str]
    open_cases: list[OpenCaseOut]
    last_contact_at: datetime | None


class ConfirmIn(Schema):
    who: Literal["known", "consignee", "unknown", "shared"] = "known"
    customer_id: Id | None = None
    contact_id: Id | None = None
    shipment_id: Id | None = None


class AttachIn(Schema):
    """A complaint (`kind`) makes one of a lesser case, of `category` where given."""

    case_id: Id
    kind: CaseKind | None = None
    category: Code = ""


class TakeOutIn(Schema):
    reason: str = Field(min_length=1, max_length=300)


class NoteIn(Schema):
    note: str = Field("", max_length=4000)


class EnquiryIn(Schema):
    """Somebody waits for a first word. The same `external_ref` of a system is taken once."""

    channel: Literal["chat", "web", "counter"]
    unit_id: Id
    text: str = Field("", max_length=4000)
    name: str = Field("", max_length=120)
    phone: str = Field("", max_length=60)
    customer_id: Id | None = None
    asked_at: AwareDatetime | None = None
    external_system: str = Field("", max_length=40)
    external_ref: str = Field("", max_length=120)


class TookOut(Schema):
    id: int
    duplicate: bool


class EnquiryOut(Schema):
    """A waiting enquiry; `answer` is for whoever handed it over."""

    id: int
    channel: str
    unit_id: int
    text: str
    name: str
    state: WaitingState
    customer_id: int | None
    taken_by_id: int | None
    asked_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    answer: str
    external_system: str
    external_ref: str


class AnswerIn(Schema):
    answer: str = Field(max_length=4000)
    customer_id: Id | None = None


class DropIn(Schema):
    reason: str = Field(max_length=200)


class ExtensionIn(Schema):
    number: str = Field(max_length=20)
    staff_id: Id


class ExtensionOut(Schema):
    id: int
    number: str
    staff_id: int
    valid_from: datetime


class MadeOut(Schema):
    id: int
