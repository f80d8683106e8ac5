"""What goes into actions of the reception and what its queries give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zhike.platform.errors import FieldError
from zhike.record.customers.types import Channel, CustomerSummary
from zhike.service.cases.types import CaseKind
from zhike.service.reception.types.words import CallDirection, CallState, Certainty, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTold:
    """One event of a call as a telephone system told it. `occurred_at` None means now.

    `caller` is the number of the other side in an incoming call, our own in an outgoing one; `called` the reverse.
    """

    call_id: str
    event: Told
    direction: CallDirection = CallDirection.IN
    caller: str = ""
    called: str = ""
    extension: str = ""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallPast:
    """One event that is on record; what the state of a call follows from."""

    event: Told
    extension: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call as all its events together have it, in whatever order they came."""

    state: CallState
    extension: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenEvent:
    """What became of an event: new or known already, the call, and whose telephone it is."""

    call_id: int
    duplicate: bool
    state: str
    staff_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How the payload of one telephone system reads: where each field stands, what its words mean."""

    fields: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A payload as read through a profile; `ignored` where it tells of something that is no matter of ours."""

    told: CallTold | None
    ignored: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Who may be calling: a file, or the consignee of a parcel that is a file's matter.

    `shared`: several people have the number. Its file may still be certain; which of them speaks never is.
    """

    certainty: Certainty
    name: str
    number: str = ""
    customer_name: str = ""
    customer_id: int | None = None
    contact_id: int | None = None
    owner_name: str = ""
    shipment_id: int | None = None
    waybill: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Pop:
    """What a screen-pop shows before anybody speaks: who it may be, and of the likeliest file what counts.

    The same for every agent who may see the file (CUST-05). Of a number that people of several files share no file is
    the likeliest: there is no summary until somebody is confirmed.
    """

    candidates: tuple[Candidate, ...]
    summary: CustomerSummary | None
    open_cases: Sequence[Any] = ()
    last_case: Any = None

    @property
    def shared(self) -> bool:
        return any(one.shared for one in self.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEntry:
    """Somebody waits for a first word: in a chat, on the web site, at a counter. `asked_at` None means now."""

    channel: Channel
    unit_id: int
    text: str = ""
    name: str = ""
    phone: str = ""
    customer_id: int | None = None
    asked_at: datetime | None = None
    external: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class TookEnquiry:
    """A waiting enquiry that now has somebody; `duplicate` where it was there before."""

    id: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMatter:
    """The matter of a call that becomes a case."""

    kind: CaseKind
    category: str
    subject: str
    text: str = ""
    separate: bool = False


@dataclass(slots=True)
class HandedOver:
    """What became of the payloads of one push; `refused` by position, from 1."""

    taken: int = 0
    duplicate: int = 0
    ignored: int = 0
    refused: dict[int, Mapping[str, Sequence[FieldError]]] = field(default_factory=dict)
