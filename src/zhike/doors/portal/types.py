"""What the customer's tracking page shows, ready to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zhike.service.cases.types.web import OutsideView


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
    """Somebody who can be called: name, what is said beside it, the number as it is dialled and as it is read."""

    name: str
    phone: str
    shown: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    at: datetime
    zone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackView:
    """The page of one waybill. `why` explains a delay; `calls` are empty until the phone ending was right.

    Every time on it is of the place `zone`; `zone_note` says so where that is not the company's own time.
    """

    waybill: str
    headline: str
    why: str
    late: bool
    status: str
    steps: Sequence[Step]
    trouble: bool
    calls: Sequence[Call]
    latest: EventLine | None
    earlier: Sequence[EventLine]
    proof: str
    consignee: str
    unlocked: bool
    zone: str
    zone_note: str
    last_event_at: datetime | None
    help: Sequence[Call] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """The customer's view of a case; `call` is its owner."""

    view: OutsideView
    call: Call | None
    zone: str
    is_late: bool
