"""What leaves the house, in which state it is, and what a transport answered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from zhike.platform import outbox, parameters


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class State(StrEnum):
    """queued → handed_over → sent | failed | uncertain; held waits for a person or for the settings."""

    QUEUED = "queued"
    HANDED_OVER = "handed_over"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    HELD = "held"


STATE_LABELS: dict[State, str | Promise] = {
    State.QUEUED: pgettext_lazy("message", "waiting"),
    State.HANDED_OVER: pgettext_lazy("message", "being handed over"),
    State.SENT: pgettext_lazy("message", "sent"),
    State.FAILED: pgettext_lazy("message", "failed"),
    State.UNCERTAIN: pgettext_lazy("message", "uncertain"),
    State.HELD: pgettext_lazy("message", "held"),
}
CHANNEL_LABELS: dict[Channel, str | Promise] = {
    Channel.EMAIL: pgettext_lazy("channel", "E-mail"),
    Channel.SMS: pgettext_lazy("channel", "SMS"),
}


class Via(StrEnum):
    """How a channel leaves: `file` writes into the state folder, `off` holds messages until it is changed."""

    SMTP = "smtp"
    SMS_HTTP = "sms_http"
    FILE = "file"
    OFF = "off"


VIA_LABELS = {
    Via.SMTP: _("mail server (SMTP)"),
    Via.SMS_HTTP: _("provider over HTTP"),
    Via.FILE: _("files in the state folder"),
    Via.OFF: _("off, messages are held"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The text as it will be read, with the template it came from (message id and parameters), if any."""

    body: str
    subject: str = ""
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """A text of ours. `code` is stable; subject and body are msgids with %(x)s placeholders."""

    code: str
    body: str | Promise
    subject: str | Promise = ""


def words_of(template: Template, params: Mapping[str, str], *, language: str) -> Words:
    """The template in the recipient's language."""
    with translation.override(language):
        subject = " ".join((str(template.subject) % params).split())
        return Words(str(template.body) % params, subject, template.code, dict(params))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the store that goes with a mail; the content is read when the mail leaves."""

    sha256: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParts:
    """What a mail carries besides subject and text.

    `unsubscribe` is an address that takes a POST without sign-in (RFC 8058). `automatic` is false where a person wrote
    the words: programs on the other side then know whom they may answer (RFC 3834).
    """

    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    unsubscribe: str = ""
    automatic: bool = True
    attachments: tuple[Attached, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON; what is empty is left out."""
        found: dict[str, Any] = {name: value for name, value in asdict(self).items() if value or name == "automatic"}
        return found

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "MailParts":
        return cls(
            in_reply_to=stored.get("in_reply_to", ""),
            references=tuple(stored.get("references", ())),
            reply_to=stored.get("reply_to", ""),
            unsubscribe=stored.get("unsubscribe", ""),
            automatic=stored.get("automatic", True),
            attachments=tuple(Attached(**one) for one in stored.get("attachments", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message of many. `id` is given by the caller, who keeps it beside its own record."""

    id: UUID
    channel: Channel
    to: str
    words: Words
    purpose: str
    related: tuple[str, int | str] = ("", "")
    language: str = ""
    mail: MailParts = field(default_factory=MailParts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a transport gets. `id` is the same at every attempt."""

    id: UUID
    attempt: int
    channel: Channel
    to: str
    subject: str
    body: str
    created_at: datetime
    mail: MailParts = field(default_factory=MailParts)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side has it and answers for it."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side will never take it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """It was certainly not taken; trying again later is safe."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been taken: never sent again by itself."""

    code: str
    text: str


Outcome = Accepted | Refused | Deferred | Unknown


class Transport(Protocol):
    """Hands one message over. Never raises for what the other side does; may take as long as its time limits say."""

    def send(self, envelope: Envelope) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message as people of the house read it; `to`, `subject` and `body` are empty once forgotten."""

    id: UUID
    channel: Channel
    state: State
    purpose: str
    to: str
    subject: str
    body: str
    related: tuple[str, str]
    attempts: int
    provider_id: str
    error: str
    created_at: datetime
    handed_over_at: datetime | None
    settled_at: datetime | None
    next_at: datetime | None
    log: tuple[Mapping[str, Any], ...] = ()
    forgotten: bool = False
    error_code: str = ""

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def channel_label(self) -> str:
        return str(CHANNEL_LABELS[self.channel])


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettled(outbox.Event):
    """A message came to an end, or its end is unknown: for the room that asked for it."""

    type: ClassVar[str] = "messaging.settled"

    message_id: str
    channel: str
    state: str
    related_kind: str
    related_id: str
    purpose: str


_SOURCE = gettext_noop("chosen by the makers of Zhike")
EMAIL_VIA = parameters.Parameter(
    key="messaging.email_via",
    label=_("E-mail leaves by"),
    kind=Via,
    default=Via.FILE,
    choices={via: VIA_LABELS[via] for via in (Via.SMTP, Via.FILE, Via.OFF)},
    source=_SOURCE,
)
SMS_VIA = parameters.Parameter(
    key="messaging.sms_via",
    label=_("SMS leaves by"),
    kind=Via,
    default=Via.FILE,
    choices={via: VIA_LABELS[via] for via in (Via.SMS_HTTP, Via.FILE, Via.OFF)},
    source=_SOURCE,
)
MOST_ATTEMPTS = parameters.Parameter(
    key="messaging.most_attempts",
    label=_("Attempts before a message counts as failed"),
    kind=int,
    default=10,
    minimum=1,
    maximum=50,
    unit=_("attempts"),
    source=_SOURCE,
)
FIRST_PAUSE = parameters.Parameter(
    key="messaging.first_pause",
    label=_("Pause before the second attempt; it doubles each time"),
    kind=timedelta,
    default=timedelta(minutes=2),
    minimum=timedelta(seconds=10),
    maximum=timedelta(hours=4),
    source=_SOURCE,
)
LONGEST_PAUSE = timedelta(hours=4)
# The code of a message that was accepted and then came back (RFC 3464).
BOUNCED = "bounced"
