"""Shapes of the contacting API."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.record.contacting.types import (
    ConsentSource,
    ConsentStatus,
    ContactChannel,
    EventKind,
    Outcome,
    Party,
    Purpose,
    SurveyKind,
)

Id = Annotated[int, Field(ge=1, lt=2**63)]
Body = Annotated[str, Field(max_length=20_000)]


class RecipientIn(Schema):
    """A contact by id, or a number or address without a file."""

    contact_id: Id | None = None
    phone: str = Field("", max_length=40)
    email: str = Field("", max_length=160)
    name: str = Field("", max_length=120)
    zone: str = Field("", max_length=64)
    language: str = Field("", max_length=8)


class ConsentIn(Schema):
    """An agreement names its text and evidence; a refusal needs neither."""

    to: RecipientIn
    purpose: Purpose
    channel: ContactChannel
    status: ConsentStatus
    source: ConsentSource = ConsentSource.FORM
    text_version: str = Field("", max_length=80)
    evidence: str = Field("", max_length=500)
    at: AwareDatetime | None = None


class ConsentsIn(Schema):
    entries: list[ConsentIn] = Field(min_length=1, max_length=1000)


class MadeOut(Schema):
    ids: list[int]


class ConsentOut(Schema):
    id: int
    purpose: Purpose
    channel: ContactChannel
    status: ConsentStatus
    source: ConsentSource
    text_version: str
    evidence: str
    at: datetime
    recorded_at: datetime


class WishIn(Schema):
    """Event → channels (`email`, `sms`); an event that is absent follows the notice table."""

    language: str = Field("", max_length=8)
    events: dict[EventKind, list[ContactChannel]] = {}


class WishOut(Schema):
    language: str
    events: dict[str, list[str]]


class AskIn(Schema):
    """One message, or the question whether it may be sent."""

    to: RecipientIn
    purpose: Purpose
    channel: ContactChannel
    survey: SurveyKind = SurveyKind.NONE
    invitation_id: Id | None = None
    urgent: bool = False
    subject: str = Field("", max_length=200)
    body: Body = ""
    occurred_at: AwareDatetime | None = None
    once: str = Field("", max_length=120)


class DecisionOut(Schema):
    """`rule` is stable; `reason` is it in words; `until` the moment until which it waits."""

    outcome: Outcome
    rule: str
    reason: str
    until: datetime | None


class SentOut(DecisionOut):
    """`id` of the entry in the contact log; none where an ask with this `once` had been made before."""

    id: int | None
    message_id: str | None


class RecordOut(Schema):
    """One entry of the contact log; the address is masked."""

    id: int
    at: datetime
    contact_id: int | None
    customer: str
    to: str
    purpose: Purpose
    channel: ContactChannel
    outcome: Outcome
    rule: str
    delivery: str
    event: str
    template: str
    template_version: int
    related_kind: str
    related_id: str
    hold_until: datetime | None


class CellOut(Schema):
    event: EventKind
    party: Party
    channel: ContactChannel
    on: bool
    is_default: bool


class WordingIn(Schema):
    body: Body
    subject: str = Field("", max_length=200)


class TemplateIn(Schema):
    """Texts and labels by language: zh-hans, zh-hant, en."""

    purpose: Purpose
    channel: ContactChannel
    labels: dict[str, str] = {}
    texts: dict[str, WordingIn]


class TemplateOut(Schema):
    """`version` 0 is the text that ships with the product."""

    code: str
    purpose: Purpose
    channel: ContactChannel
    event: str
    version: int
    draft_version: int | None
    labels: dict[str, str]
    texts: dict[str, WordingIn]


class VersionOut(Schema):
    version: int
