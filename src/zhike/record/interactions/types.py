"""Words and records of what was said: contacts with customers, notes, entries of the system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform.bulk.types import FieldKind, TargetField
from zhike.platform.files.types import FileRef
from zhike.record.contacting.types import PURPOSE_LABELS, Purpose
from zhike.record.customers.types import CHANNEL_LABELS, Channel, Label, TimelineCursor, TimelineEntry


class Direction(StrEnum):
    """Who reached out; a note has none."""

    NONE = ""
    IN = "in"
    OUT = "out"


DIRECTION_LABELS: Mapping[str, Label] = {
    Direction.IN: pgettext_lazy("direction of a contact", "They reached us"),
    Direction.OUT: pgettext_lazy("direction of a contact", "We reached them"),
    Direction.NONE: pgettext_lazy("direction of a contact", "No contact"),
}


class Audience(StrEnum):
    """Who may read an entry; everything but CUSTOMER lies inside."""

    CUSTOMER = "customer"
    INTERNAL = "internal"
    DEPARTMENT = "department"
    SYSTEM = "system"


class NoteKind(StrEnum):
    """What a quick note (随手记录) tells (CUST-15)."""

    NONE = ""
    RELOCATION = "relocation"
    EXPANSION = "expansion"
    NEW_PRODUCT = "new_product"
    PERSONNEL = "personnel"
    COMPETITOR = "competitor"
    OTHER = "other"


NOTE_LABELS: Mapping[str, Label] = {
    NoteKind.RELOCATION: pgettext_lazy("kind of note", "Relocation"),
    NoteKind.EXPANSION: pgettext_lazy("kind of note", "Expansion"),
    NoteKind.NEW_PRODUCT: pgettext_lazy("kind of note", "New product"),
    NoteKind.PERSONNEL: pgettext_lazy("kind of note", "Change of people"),
    NoteKind.COMPETITOR: pgettext_lazy("kind of note", "About a competitor"),
    NoteKind.OTHER: pgettext_lazy("kind of note", "Other"),
}
# Channels in which a person on each side is in touch.
CONTACT_CHANNELS = tuple(c for c in Channel if c not in {Channel.NOTE, Channel.SYSTEM})


@dataclass(frozen=True, slots=True)
class AttachmentEntry:
    """A stored file that goes with an entry."""

    file_id: int
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEntry:
    """What a mail has besides its text.

    `quoted` is the history under the answer, folded away; `ref` names the message of ours; `raw_file_id` the mail as
    it came. `unproven`: our mail server found that it does not come from where it says.
    """

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    quoted: str = ""
    was_cut: bool = False
    ref: UUID | None = None
    raw_file_id: int | None = None
    attachments: tuple[AttachmentEntry, ...] = ()
    unproven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """A mail of the timeline as pages and answers use it."""

    interaction_id: int
    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    quoted: str
    was_cut: bool
    ref: UUID | None
    raw_file_id: int | None
    incoming: bool
    attachments: tuple[tuple[FileRef, bool], ...] = ()
    unproven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLog:
    """A contact as somebody writes it down. `occurred_at` None means now; an empty zone is the customer's.

    `purpose` says why we reached the person: what is not about goods or an answer counts in the person's budget.
    """

    channel: Channel
    direction: Direction
    subject: str = ""
    body: str = ""
    contact_id: int | None = None
    occurred_at: datetime | None = None
    zone: str = ""
    audience: Audience = Audience.CUSTOMER
    audience_unit_id: int | None = None
    about: tuple[str, str] = ("", "")
    external: tuple[str, str] = ("", "")
    purpose: Purpose = Purpose.TRANSACTIONAL
    letter: LetterEntry | None = None
    # False where the contact log has it already, since it left through the room of contacting.
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedContact:
    """One contact of a batch: whose, who wrote it, and what."""

    customer_id: int
    staff_id: int | None
    log: ContactLog


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNote:
    """An entry of the system: a message id with parameters, rendered in the reader's language."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a customer's timeline, newest first, and where the older and the newer part begin."""

    entries: tuple[TimelineEntry, ...]
    older: TimelineCursor | None
    newer: TimelineCursor | None = None


CONTACT_FIELDS = (
    TargetField(
        "external_id",
        pgettext_lazy("contact", "Id in the other system"),
        required=True,
        max_length=120,
        help=_("Of the call or mail; finds it again when the list is sent once more."),
        also_called=("id", "call_id", "message_id"),
    ),
    TargetField("customer_number", _("Customer number"), max_length=20, also_called=("客户编号", "客戶編號")),
    TargetField(
        "reference",
        _("Id of the customer in the other system"),
        max_length=120,
        help=_("Used where the customer number is empty."),
    ),
    TargetField("person", _("Contact person"), max_length=120, also_called=("联系人", "聯絡人")),
    TargetField("staff", _("Staff number"), max_length=40, also_called=("工号", "工號")),
    TargetField(
        "channel",
        _("Channel"),
        FieldKind.CODE,
        required=True,
        choices={str(code): label for code, label in CHANNEL_LABELS.items() if code != Channel.SYSTEM},
    ),
    TargetField(
        "direction",
        _("Who reached whom"),
        FieldKind.CODE,
        choices={str(code): label for code, label in DIRECTION_LABELS.items() if code},
    ),
    TargetField("occurred_at", _("When"), FieldKind.INSTANT, required=True, also_called=("时间", "時間")),
    TargetField("subject", _("Subject"), max_length=200, also_called=("主题", "主旨")),
    TargetField("body", _("What was said"), max_length=4000, also_called=("内容", "內容")),
    TargetField(
        "note_kind",
        _("Kind of note"),
        FieldKind.CODE,
        choices={str(code): label for code, label in NOTE_LABELS.items() if code},
    ),
    TargetField(
        "purpose",
        _("Why we reached them"),
        FieldKind.CODE,
        choices={str(code): label for code, label in PURPOSE_LABELS.items()},
        help=_("Where we reached a person and this is empty, it counts in the person's budget as care."),
    ),
)
CONTACT_REASONS: Mapping[str, Label] = {
    "unknown_customer": _("names no customer within your reach"),
    "unknown_staff": _("names no member of staff"),
    "in_future": _("lies in the future"),
    "says_nothing": _("is missing; an entry says something"),
}
