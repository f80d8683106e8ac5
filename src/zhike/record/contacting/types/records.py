"""Frozen records of contacting: whom, what about, what is known of the person, what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils.functional import Promise

from zhike.platform.messaging.types import MailParts
from zhike.platform.outbox.types import Mode
from zhike.record.contacting.types.words import (
    ConsentSource,
    ConsentStatus,
    ContactChannel,
    EventKind,
    Outcome,
    Party,
    Purpose,
    Rule,
    SurveyKind,
)

# Of a placeholder: what is the same in every language, a text of ours, or an instant.
Value = str | Promise | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A contact of a customer, or somebody without a file by number and address.

    Without `contact_id`, `phone` is E.164 and `email` folded; an address that stands with exactly one contact is that
    contact. `customer_id` says whose own switchboard or mailbox it is; a consignee has none.
    """

    contact_id: int | None = None
    phone: str = ""
    email: str = ""
    customer_id: int | None = None
    name: str = ""
    zone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is said in one language; `template` with its version where it came from one."""

    body: str
    subject: str = ""
    template: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One contact that somebody wants to make.

    `occurred_at` is the event that it tells of, if any; `invitation_id` the log entry that a reminder belongs to;
    `once` makes it unique: a second ask with the same key is dropped.
    """

    to: Recipient
    purpose: Purpose
    channel: ContactChannel
    text: Text = field(default_factory=lambda: Text(body=""))
    survey: SurveyKind = SurveyKind.NONE
    invitation_id: int | None = None
    urgent: bool = False
    occurred_at: datetime | None = None
    mode: Mode = Mode.LIVE
    related: tuple[str, str] = ("", "")
    event: str = ""
    party: str = ""
    once: str = ""
    # What makes the text the same as another one; empty: the text itself.
    digest: str = ""
    # Of a mail: what it answers, what is attached, where answers go.
    mail: MailParts = field(default_factory=MailParts)
    # Of the customer whose matter it is, where the recipient is not of a customer: for its timeline and its reach.
    about_customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A contact that counts: when, why, in which survey, with which text."""

    at: datetime
    purpose: Purpose
    survey: SurveyKind = SurveyKind.NONE
    digest: str = ""
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a decision rests on, gathered beforehand.

    `past`: what this person has had, in any order; `account`: instants at which anybody of the person's customer was
    contacted; `promotions`: instants of marketing to anybody of the customer. Transactional contacts are in none.
    """

    zone: str
    account_zone: str
    has_address: bool
    consent: ConsentStatus | None = None
    past: tuple[Past, ...] = ()
    account: tuple[datetime, ...] = ()
    promotions: tuple[datetime, ...] = ()
    complaint_open: bool = False
    holidays: frozenset[date] = frozenset()
    survey: SurveyKind = SurveyKind.NONE
    invited_at: datetime | None = None
    reminders: int = 0
    digest: str = ""
    occurred_at: datetime | None = None
    mode: Mode = Mode.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The numbers of the contact policy, as they are at one moment."""

    act_within: timedelta = timedelta(hours=24)
    week_max: int = 2
    month_max: int = 4
    customer_day_max: int = 1
    promotional_max: int = 2
    promotional_days: int = 30
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    noon: bool = False
    noon_from: time = time(12)
    noon_until: time = time(14)
    holidays: bool = False
    quarantine_transaction: timedelta = timedelta(days=30)
    quarantine_relationship: timedelta = timedelta(days=90)
    reminder_after: timedelta = timedelta(days=3)
    reminders_max: int = 1
    ignored_max: int = 3
    ignored_after: timedelta = timedelta(days=14)
    same_text: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Decision:
    """allow, hold until a moment, or deny, and by which rule."""

    outcome: Outcome
    rule: Rule = Rule.FREE
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one ask: its entry in the contact log, the decision, the message if one is on its way.

    `log_id` is None where the ask had been made before (`once`): nothing was written.
    """

    log_id: int | None
    decision: Decision
    message_id: UUID | None = None
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whom an ask reaches after all look-ups. `keys` are all names under which the person has a budget."""

    person: str
    keys: tuple[str, ...]
    address: str
    contact_id: int | None
    customer_id: int | None
    about_customer_id: int | None
    scope_unit_id: int | None
    zone: str
    account_zone: str
    language: str
    name: str
    complaint_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """One line to be added to the ledger."""

    to: Recipient
    purpose: Purpose
    channel: ContactChannel
    status: ConsentStatus
    source: ConsentSource = ConsentSource.DESK
    text_version: str = ""
    evidence: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeContact:
    """A contact that a person has made: it counts in the budget."""

    to: Recipient
    purpose: Purpose
    channel: ContactChannel
    at: datetime
    staff_id: int | None = None
    related: tuple[str, str] = ("", "")
    once: str = ""
    mode: Mode = Mode.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that happened to a shipment and may be told.

    `values` fill the placeholders; instants are written out in the reader's language and zone. `occasion` tells two
    happenings of one kind apart, e.g. the day of an attempt.
    """

    event: EventKind
    subject: tuple[str, str]
    occurred_at: datetime
    values: Mapping[str, Value]
    zone: str
    customer_id: int | None = None
    consignee: Recipient | None = None
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Counts of one batch of notices."""

    allowed: int = 0
    held: int = 0
    withheld: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WishEntry:
    """Which events in which channels, and in which language; an event that is absent follows the notice table."""

    language: str = ""
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeCell:
    """One place of the notice table."""

    event: EventKind
    party: Party
    channel: ContactChannel
    on: bool
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A template's text in one language."""

    body: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEntry:
    """A template as somebody writes it: labels and texts by language."""

    code: str
    labels: Mapping[str, str]
    purpose: Purpose
    channel: ContactChannel
    texts: Mapping[str, Wording]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A template with the version that is used (0: the text that ships with the product) and a draft, if any."""

    code: str
    labels: Mapping[str, str]
    purpose: Purpose
    channel: ContactChannel
    event: str
    version: int
    texts: Mapping[str, Wording]
    draft_version: int | None = None
    draft: Mapping[str, Wording] = field(default_factory=dict)
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class Segments:
    """How an SMS is cut: characters counted, room in one part, parts."""

    characters: int
    room: int
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What may be sent to a person now, in one purpose and channel."""

    purpose: Purpose
    channel: ContactChannel
    decision: Decision
