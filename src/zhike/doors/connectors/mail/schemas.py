"""Shapes of mailboxes and of mails that wait, for programs."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from zhike.doors.connectors.mail.types import Kind, MailState, Proof, Reason
from zhike.platform.messaging.settings import Security

Id = Annotated[int, Field(ge=1, lt=2**63)]
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Code = Annotated[str, Field(max_length=40, pattern=_PLAIN)]
Line = Annotated[str, Field(max_length=254, pattern=_PLAIN)]


class MailboxIn(Schema):
    """How a mailbox is reached. An empty `password` leaves the one that is there; none is ever given out."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=_PLAIN)]
    address: Line
    host: Annotated[str, Field(min_length=1, max_length=253, pattern=_PLAIN)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    security: Security = Security.TLS
    user: Line
    password: Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")] = ""
    folder: Annotated[str, Field(max_length=120, pattern=_PLAIN)] = "INBOX"
    category: Code = "other"
    acknowledges: bool = True
    active: bool = True
    authserv_id: Annotated[str, Field(max_length=253, pattern=_PLAIN)] = ""


class MailboxOut(Schema):
    id: int
    name: str
    address: str
    host: str
    port: int
    security: Security
    user: str
    has_password: bool = Field(description="Whether one is kept; it is never given out.")
    folder: str
    category: str
    acknowledges: bool
    active: bool
    authserv_id: str
    asked_at: datetime | None
    answered_at: datetime | None
    error: str
    changed_at: datetime


class TriedOut(Schema):
    """Whether the mailbox was reached, and how many mails lie in its folder."""

    reached: bool
    mails: int
    error: str


class MailOut(Schema):
    """A mail and what became of it. `suggested`: the case that it names although its sender may not."""

    id: int
    mailbox_id: int
    state: MailState
    kind: Kind | None
    reason: Reason
    why: str
    proof: Proof
    sender: str
    sender_name: str
    subject: str
    received_at: datetime
    size: int
    case: str
    suggested: str


class WhoseOut(Schema):
    """Whose the sender's address is."""

    customer: str
    name: str
    contact_id: int | None
    contact_name: str


class MailDetailOut(Schema):
    mail: MailOut
    text: str
    quoted: str
    files: list[str]
    candidates: list[WhoseOut]


class CaseIn(Schema):
    case: Annotated[str, Field(max_length=20, pattern=_PLAIN)]


class CustomerIn(Schema):
    customer: Annotated[str, Field(max_length=20, pattern=_PLAIN)]
    contact_id: Id | None = None


class DismissIn(Schema):
    reason: Annotated[str, Field(min_length=1, max_length=300, pattern=_PLAIN)]


class FiledOut(Schema):
    """The case in which the mail now stands; `joined` says that it was there already."""

    case: str
    joined: bool
