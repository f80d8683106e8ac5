"""Words and records of what was said: contacts with customers, notes, entries of the system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import pgettext_lazy

from zhike.record.customers.types import Channel, Label, TimelineCursor, TimelineEntry


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLog:
    """A contact as somebody writes it down. `occurred_at` None means now; an empty zone is the customer's."""

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
    """One page of a customer's timeline, newest first, and where the older part begins."""

    entries: tuple[TimelineEntry, ...]
    older: TimelineCursor | None
