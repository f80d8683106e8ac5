"""A mailbox, a mail as it was read, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from zhike.platform import parameters
from zhike.platform.messaging.settings import Security

Label = str | Promise
_SOURCE = gettext_noop("chosen by the makers of Zhike")

SECURITY_LABELS: Final[Mapping[Security, Label]] = {
    Security.TLS: "TLS",
    Security.STARTTLS: "STARTTLS",
    Security.NONE: _("none"),
}


class Kind(StrEnum):
    """Who speaks in a mail: a person, or a program that nobody answers."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"


KIND_LABELS: Final[Mapping[Kind, Label]] = {
    Kind.PERSON: pgettext_lazy("kind of mail", "Written by a person"),
    Kind.AUTOMATIC: pgettext_lazy("kind of mail", "Automatic reply"),
    Kind.BOUNCE: pgettext_lazy("kind of mail", "Delivery report"),
    Kind.LIST: pgettext_lazy("kind of mail", "Mailing list"),
    Kind.OWN: pgettext_lazy("kind of mail", "Our own mail"),
}


class MailState(StrEnum):
    """kept → taken | waiting | silent | parked; waiting and parked wait for a person, who may also drop them."""

    KEPT = "kept"
    TAKEN = "taken"
    WAITING = "waiting"
    PARKED = "parked"
    SILENT = "silent"
    DROPPED = "dropped"


STATE_LABELS: Final[Mapping[MailState, Label]] = {
    MailState.KEPT: pgettext_lazy("state of a mail", "Received"),
    MailState.TAKEN: pgettext_lazy("state of a mail", "In a case"),
    MailState.WAITING: pgettext_lazy("state of a mail", "Sender to be confirmed"),
    MailState.PARKED: pgettext_lazy("state of a mail", "Set aside"),
    MailState.SILENT: pgettext_lazy("state of a mail", "Nothing to answer"),
    MailState.DROPPED: pgettext_lazy("state of a mail", "Dropped"),
}
OPEN = (MailState.WAITING, MailState.PARKED)


class Proof(StrEnum):
    """What our receiving server found about who sent a mail; NONE where it said nothing that is believed."""

    NONE = ""
    PASS = "pass"  # noqa: S105 - a result of RFC 8601
    FAIL = "fail"


class Reason(StrEnum):
    """Why a mail waits or was set aside."""

    NONE = ""
    UNKNOWN_SENDER = "unknown_sender"
    SEVERAL_CUSTOMERS = "several_customers"
    OTHERS_CASE = "others_case"
    UNPROVEN = "unproven"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    FAILED = "failed"


REASON_LABELS: Final[Mapping[Reason, Label]] = {
    Reason.NONE: "",
    Reason.UNKNOWN_SENDER: _("No customer has this address."),
    Reason.SEVERAL_CUSTOMERS: _("Several people or customers have this address."),
    Reason.OTHERS_CASE: _("It names a case that its sender has nothing to do with so far."),
    Reason.UNPROVEN: _("The mail server found that it does not come from where it says (DMARC)."),
    Reason.BROKEN: _("This mail is damaged and could not be read."),
    Reason.TOO_LARGE: _("This mail is too large; only its head was fetched. It is still in the mailbox."),
    Reason.TOO_MANY: _("This sender has sent more mails within an hour than are taken in by themselves."),
    Reason.FAILED: _("Taking this mail in failed."),
}


def told_why(reason: str, detail: str) -> str:
    """Why a mail waits, in words."""
    return " ".join(part for part in (str(REASON_LABELS[Reason(reason)]), detail) if part)


class BoxUnreachable(Exception):
    """The mail server did not let us in or broke off; the message is for whoever looks after the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxAccess:
    """How one mailbox is reached. `password` is in memory only."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str = "INBOX"
    seconds: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxEntry:
    """A mailbox as somebody sets it up; an empty `password` keeps the one that is there."""

    name: str
    address: str
    host: str
    port: int
    security: Security
    user: str
    password: str = ""
    folder: str = "INBOX"
    category: str = "other"
    acknowledges: bool = True
    active: bool = True
    # Under which name the receiving server writes Authentication-Results (RFC 8601); empty: none is believed.
    authserv_id: str = ""


# What of a mailbox is shown: everything but its password.
SHOWN_OF_BOX: Final = (
    *("name", "address", "host", "port", "security", "user", "folder", "category", "acknowledges", "active"),
    "authserv_id",
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail off the server. `whole` is false where only the head was fetched."""

    validity: int
    uid: int
    raw: bytes
    size: int
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An attached file as it came."""

    name: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as read. `own` are ids of messages of ours that it belongs to; `text` is without quoted history."""

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    quoted: str
    sent_at: datetime | None
    kind: Kind
    no_answer: bool
    own: tuple[UUID, ...]
    parts: tuple[Part, ...]
    dropped_parts: int = 0
    was_html: bool = False
    proof: Proof = Proof.NONE


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail belongs: into a case for certain, or perhaps into one that a person has to look at."""

    case_id: int | None = None
    suggested: int | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """The case that a mail names, for whoever decides."""

    case_id: int
    number: str
    subject: str
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464)."""

    ref: UUID | None
    recipient: str
    action: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whose mail it may be."""

    customer_id: int
    number: str
    name: str
    contact_id: int | None
    contact_name: str


MOST_AN_HOUR = parameters.Parameter(
    key="mail.most_an_hour",
    label=_("Mails of one sender that are taken in by themselves within an hour"),
    kind=int,
    default=30,
    minimum=1,
    maximum=10_000,
    unit=_("mails"),
    source=_SOURCE,
)
ACKNOWLEDGED_AN_HOUR = parameters.Parameter(
    key="mail.acknowledged_an_hour",
    label=_("Receipts that one sender gets within an hour"),
    kind=int,
    default=3,
    minimum=0,
    maximum=100,
    unit=_("mails"),
    source="RFC 3834",
)
AT_A_TIME = parameters.Parameter(
    key="mail.at_a_time",
    label=_("Mails fetched from a mailbox at a time"),
    kind=int,
    default=200,
    minimum=1,
    maximum=5_000,
    unit=_("mails"),
    source=_SOURCE,
)
ANSWERED_OF_LATE = timedelta(hours=1)
REFUSED_NOTE = gettext_noop("An attached file was not taken: %(name)s. It is in the mail as it came. %(reason)s")
MANY_PARTS_NOTE = gettext_noop("%(count)s more attached files were not taken; they are in the mail as it came.")
AUTOMATIC_NOTE = gettext_noop("An automatic reply came from %(sender)s: %(subject)s")
BOUNCED_NOTE = gettext_noop("The mail server reports that %(address)s cannot be reached: %(text)s")
