"""What the customer's tracking page shows, ready to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What a link opens; one link opens one thing."""

    TRACK = "track"


@dataclass(frozen=True, slots=True)
class Link:
    """A signed link: one subject (`shipment:7304…`), one purpose, until a moment."""

    subject: str
    purpose: Purpose
    until: datetime


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the points of the way; `state` also names the style class."""

    label: str
    state: StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody who can be called: name, what is said beside it, the number."""

    name: str
    phone: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    at: datetime
    zone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackView:
    """The page of one waybill. `why` explains a delay; `calls` are empty until the phone ending was right."""

    waybill: str
    headline: str
    why: str
    late: bool
    status: str
    steps: Sequence[Step]
    trouble: bool
    calls: Sequence[Call]
    events: Sequence[EventLine]
    earlier: Sequence[EventLine]
    proof: str
    consignee: str
    unlocked: bool
    zone: str
    last_event_at: datetime | None
    help: Sequence[Call] = ()
