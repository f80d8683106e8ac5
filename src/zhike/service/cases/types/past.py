"""Cases that are taken over whole: what another system, or a history, knows of each from its beginning on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zhike.record.customers.types import Channel
from zhike.service.cases.types.records import Coding, RemedyEntry
from zhike.service.cases.types.words import CaseKind, CaseState, Ending, Origin, RemedyState, Severity, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSaid:
    """One contact; `staff_id` is who wrote it down. A contact with `external` is known to the timeline by it."""

    at: datetime
    channel: Channel
    incoming: bool
    body: str
    staff_id: int | None = None
    external: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTask:
    """What a unit was asked, and its reply; without `ended_at` it is open. `within` None: the category's standard."""

    unit_id: int
    title: str
    asked_at: datetime
    asked_by_id: int
    text: str = ""
    within: timedelta | None = None
    state: TaskState = TaskState.OPEN
    assignee_id: int | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True)
class PastStep:
    """A state and when it began."""

    at: datetime
    state: CaseState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastOwner:
    """Who owned the case from when on."""

    staff_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEscalation:
    """Somebody higher was asked; without `answered_at` the answer is still to come."""

    to_staff_id: int
    reason: str
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRemedy:
    """What the customer was given or shall be; `decided_at` and who decided stand for every state but ASKED."""

    entry: RemedyEntry
    asked_at: datetime
    state: RemedyState = RemedyState.ASKED
    decided_by_id: int | None = None
    decided_at: datetime | None = None
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """One case. `steps`, `owners` and `said` are in order of time and begin at `opened_at`; the last step holds now.

    What follows from these (counters, first response, whether promises were kept) is worked out, not stated.
    """

    customer_id: int
    kind: CaseKind
    category: str
    channel: Channel
    subject: str
    opened_at: datetime
    owners: tuple[PastOwner, ...]
    steps: tuple[PastStep, ...]
    text: str = ""
    contact_id: int | None = None
    shipment_id: int | None = None
    severity: Severity = Severity.NORMAL
    origin: Origin = Origin.DESK
    said: tuple[PastSaid, ...] = ()
    tasks: tuple[PastTask, ...] = ()
    coding: Coding | None = None
    ending: Ending = Ending.NONE
    solved: bool | None = None
    resolution: str = ""
    looked_at: datetime | None = None
    promised_at: datetime | None = None
    next_step: str = ""
    escalation: PastEscalation | None = None
    remedy: PastRemedy | None = None
