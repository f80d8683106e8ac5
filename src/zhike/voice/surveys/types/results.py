"""What a campaign has brought in, counted: the raw material of its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from django.utils.translation import pgettext_lazy

from zhike.voice.surveys.types.forms import FormView, ItemView
from zhike.voice.surveys.types.words import Audience, CampaignState, Disposition, Journey, Label, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCount:
    """Answers to one question, by scale point or number of the choice. `said` people answered, of several choices too.

    `skipped` said “not used / not relevant”; whoever sent the form off without a word to it is in neither.
    """

    item: ItemView
    counts: Mapping[int, int] = field(default_factory=dict)
    said: int = 0
    skipped: int = 0
    texts: int = 0
    amount_mean: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormResult:
    """One form of a campaign: who was asked with it, and what they said. `submitted` counts forms sent off."""

    form: FormView
    audience: str
    fates: Mapping[Disposition, int]
    submitted: int
    items: tuple[ItemCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignHead:
    """A campaign as its report begins."""

    id: int
    number: str
    name: str
    trigger: Trigger
    state: CampaignState
    wave: str
    planned_on: date
    closes_on: date | None
    started_at: datetime | None
    closed_at: datetime | None
    reported_at: datetime | None
    purpose: str
    method: str
    causes: str
    measures: str
    effect: str
    recipients: int
    population: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitCount:
    """Answers to the overall question of one form among those with this value of a dimension."""

    value: str
    audience: str
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it stands in a report: what was asked, what was written, what was done. Nobody is named."""

    id: int
    item_key: str
    audience: str
    text: str
    strong: bool
    deed: str
    case_id: int | None
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult:
    """Everything that a campaign has brought in, within the reader's reach."""

    head: CampaignHead
    forms: tuple[FormResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredForm:
    """A form whose overall question `n` people have answered, on `scale`."""

    code: str
    audience: str
    names: Mapping[str, str]
    scale: str
    n: int


class GoodsFact(StrEnum):
    """What happened to the goods that somebody was asked about."""

    LATE = "late"
    UNDELIVERED = "undelivered"
    DAMAGED = "damaged"
    LOST = "lost"
    SHORT = "short"
    PROMISED_DAYS = "promised_days"
    PIECES = "pieces"


GOODS_FACT_LABELS: Final[Mapping[str, Label]] = {
    GoodsFact.LATE: pgettext_lazy("what happened to the goods", "Delivered late"),
    GoodsFact.UNDELIVERED: pgettext_lazy("what happened to the goods", "Not delivered when asked"),
    GoodsFact.DAMAGED: pgettext_lazy("what happened to the goods", "Damaged"),
    GoodsFact.LOST: pgettext_lazy("what happened to the goods", "Lost"),
    GoodsFact.PROMISED_DAYS: pgettext_lazy("what happened to the goods", "Days promised"),
    GoodsFact.SHORT: pgettext_lazy("what happened to the goods", "Incomplete"),
    GoodsFact.PIECES: pgettext_lazy("what happened to the goods", "Pieces"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Rows of (overall answer, value for each key …), the newest first; None where nothing was said.

    `labels` are the questions' texts and `scales` their scales, by key; `scale` is that of the overall answer.
    """

    keys: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    scales: Mapping[str, str]
    scale: str
    rows: Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMeasure:
    """What one form in use asks about one stage of the journey: the keys of its scaled questions."""

    stage: Journey
    code: str
    names: Mapping[str, str]
    audience: Audience
    keys: frozenset[str]
