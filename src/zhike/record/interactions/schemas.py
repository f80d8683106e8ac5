"""Shapes of the timeline API."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field

from zhike.record.contacting.types import Purpose
from zhike.record.customers.types import Channel
from zhike.record.interactions.types import Direction, NoteKind

Id = Annotated[int, Field(ge=1, lt=2**63)]


class EntryOut(Schema):
    """One line of a timeline. `source` and `key` name it; those of `interactions` can be corrected by key."""

    source: str
    key: int
    at: datetime
    zone: str
    channel: str
    direction: str
    audience: str
    by: str
    contact: str
    contact_id: int | None
    subject: str
    body: str
    number: str
    struck: bool
    corrects: int | None
    redacted: bool


class ContactLogIn(Schema):
    """A call, mail, visit, chat. Without `occurred_at`: now."""

    channel: Channel
    direction: Direction
    subject: str = Field("", max_length=200)
    body: str = Field("", max_length=20_000)
    contact_id: Id | None = None
    occurred_at: AwareDatetime | None = None
    zone: str = Field("", max_length=64)
    purpose: Purpose = Purpose.TRANSACTIONAL


class NoteIn(Schema):
    """A quick note, seen inside only."""

    body: str = Field(max_length=20_000)
    kind: NoteKind = NoteKind.OTHER
    contact_id: Id | None = None


class CorrectionIn(Schema):
    subject: str = Field("", max_length=200)
    body: str = Field(max_length=20_000)


class MadeOut(Schema):
    id: int
