"""What goes into actions of cases and what queries give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from zhike.record.contacting.types import Decision
from zhike.record.customers.types import Channel
from zhike.record.interactions.types import LetterEntry
from zhike.service.cases.types.words import CaseKind, Origin, Party, RemedyKind, Severity

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """A matter as somebody brings it. `at` is when the customer spoke; None means now.

    `owner_id` None lets the desk choose (`queries.owner_for`).
    """

    customer_id: int
    kind: CaseKind
    category: str
    channel: Channel
    subject: str
    text: str = ""
    contact_id: int | None = None
    shipment_id: int | None = None
    severity: Severity = Severity.NORMAL
    origin: Origin = Origin.DESK
    owner_id: int | None = None
    at: datetime | None = None
    zone: str = ""
    # What another system calls the contact (a message id, a call id): the same one is never taken twice.
    external: tuple[str, str] = ("", "")
    letter: LetterEntry | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a contact: a new case, or one that was open (`attached`) or closed (`reopened`) already.

    `raised`: the case was a lesser matter and is a complaint since this contact.
    """

    case_id: int
    number: str
    attached: bool = False
    reopened: bool = False
    interaction_id: int | None = None
    raised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceEntry:
    """What somebody let us know without bringing a matter; `key` is the caller's own id of it.

    `case_id` is the case that they were asked about: it takes the matter while it is open.
    """

    key: int
    customer_id: int
    subject: str
    contact_id: int | None = None
    shipment_id: int | None = None
    case_id: int | None = None
    kind: CaseKind = CaseKind.ENQUIRY
    severity: Severity = Severity.NORMAL


@dataclass(frozen=True, slots=True)
class VoiceCase:
    """The case that a voice is heard in, and in whose hands it is; `new` where it was opened for it."""

    case_id: int
    owner_id: int
    scope_unit_id: int
    calendar_id: int | None
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One contact on a case: what they or we said."""

    channel: Channel
    body: str
    subject: str = ""
    contact_id: int | None = None
    # True: without `contact_id` nobody of the file spoke; else the person of the case did.
    own_name: bool = False
    at: datetime | None = None
    external: tuple[str, str] = ("", "")
    letter: LetterEntry | None = None
    # False where the contact log has it already.
    counted: bool = True
    # Of what kind their word is; a complaint makes one of a lesser case, of this category where it is for complaints.
    kind: CaseKind | None = None
    category: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReply:
    """An answer by mail as somebody writes it. `nonce` makes it one, however often the button is pressed."""

    body: str
    file_ids: tuple[int, ...] = ()
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class MailSent:
    """What became of it. Where contacting withheld it, `entry_id` is None and nothing was told to the customer."""

    decision: Decision
    address: str = ""
    entry_id: int | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """What we ask of a department or outlet; `within` None takes the standard of the category."""

    unit_id: int
    title: str
    text: str = ""
    assignee_id: int | None = None
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """Why it happened and who answers for it (CASE-22). `route` is a lane or product, where one is meant."""

    cause: str
    party: Party
    unit_id: int | None = None
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyEntry:
    """Something given to the customer; without amount for a redelivery."""

    kind: RemedyKind
    reason: str
    amount: Decimal = Decimal(0)
    currency: str = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryEntry:
    """A category of matters: its words in three languages, the time that counts as quick, what first contact can do."""

    code: str
    labels: Labels
    kind: CaseKind
    quick_within: timedelta
    first_contact: bool = True
    order: int = 100
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseEntry:
    """A cause by which closed cases are coded."""

    code: str
    labels: Labels
    order: int = 100
    active: bool = True


@dataclass(frozen=True, slots=True)
class FiveAnswers:
    """What the customer sees of an open case (CASE-26): state, who, how to reach them, until when, what is next."""

    number: str
    subject: str
    state: str
    owner_name: str
    owner_phone: str
    promised_at: datetime | None
    zone: str
    next_step: str
    kind: str
    opened_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Effort:
    """What the matter cost the customer (CASE-15); `hours` from opening to the answer, or until now."""

    contacts: int
    repeats: int
    transfers: int
    switches: int
    hours: Decimal
    index: Decimal


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case as programs and pages read it first."""

    id: int
    number: str
    subject: str
    kind: str
    category: str
    severity: str
    state: str
    state_since: datetime
    channel: str
    origin: str
    customer_id: int
    contact_id: int | None
    shipment_id: int | None
    owner_id: int
    owner_name: str
    owner_phone: str
    owner_unit_id: int
    opened_at: datetime
    answered_at: datetime | None
    answer_leaves_at: datetime | None
    closed_at: datetime | None
    ending: str
    solved: bool | None
    resolution: str
    next_step: str
    promised_at: datetime | None
    breach_at: datetime | None
    version: int
    zone: str
