"""Surveys of a history, whole: what was asked, of whom, what they said and what was done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from zhike.voice.surveys.types.words import (
    CampaignState,
    CommentDeed,
    Disposition,
    FollowReason,
    FollowResult,
    Trigger,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAnswer:
    """What was said to the question of this key: one of value, choices and text, or `skipped`."""

    key: str
    value: int | None = None
    choices: tuple[int, ...] = ()
    text: str = ""
    skipped: bool = False
    strong: bool = False
    deed: CommentDeed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFollowUp:
    """Whom somebody talked to afterwards, and how it ended; open where `result` is OPEN. `acted_at`: the first try."""

    reason: FollowReason
    opened_at: datetime
    due_at: datetime
    staff_id: int
    result: FollowResult = FollowResult.OPEN
    acted_at: datetime | None = None
    done_at: datetime | None = None
    tries: int = 0
    cause: str = ""
    score_after: int | None = None
    note: str = ""
    case_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecipient:
    """Somebody who was to be asked. What was known of them then is read from the files of today."""

    contact_id: int
    customer_id: int
    audience: str
    disposition: Disposition
    planned_at: datetime
    reason: str = ""
    invited_at: datetime | None = None
    submitted_at: datetime | None = None
    seconds: int | None = None
    shipment_id: int | None = None
    case_id: int | None = None
    staff_id: int | None = None
    category: str = ""
    value_class: str = ""
    annual_value: Decimal | None = None
    contact_role: str = ""
    answers: tuple[PastAnswer, ...] = ()
    follow: PastFollowUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCampaign:
    """A campaign that has been, or that goes on. `forms` names the published form of each audience by its code."""

    name: str
    trigger: Trigger
    state: CampaignState
    forms: Mapping[str, str]
    planned_on: date
    zone: str
    started_at: datetime
    wave: str = ""
    closes_on: date | None = None
    closed_at: datetime | None = None
    reported_at: datetime | None = None
    acted_at: datetime | None = None
    checked_at: datetime | None = None
    channels: tuple[str, ...] = ("email",)
    share: Decimal = Decimal(1)
    purpose: str = ""
    method: str = ""
    causes: str = ""
    measures: str = ""
    effect: str = ""
    population: int = 0
    owner_id: int | None = None
    recipients: tuple[PastRecipient, ...] = field(default=())
