"""What a report says: figures with their base, ready to be drawn, printed or written to a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.types import Answer, Base, Change, Figure, Metric, base_of
from zhike.methods.ipa import Quadrant
from zhike.methods.tarp import Outcome, Range
from zhike.voice.surveys.types import (
    CampaignHead,
    Disposition,
    FormView,
    ItemView,
    Journey,
    Label,
    Said,
    ScoredForm,
    StageMeasure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One point of a scale or one choice: how many took it, and which share of those who answered, in per cent."""

    value: int
    label: str
    n: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One question's result. Shares in per cent with Wilson's interval, `mean` in points of the scale, `score` 0…100.

    `n` answered, `skipped` said “not relevant”, `unasked` were not asked or left it out; `share` is n of those who
    sent the form off. `rate` is NPS in points, with its own interval, where the question asks for a recommendation.
    Everything but counts is None where fewer than 10 answered.
    """

    item: ItemView
    n: int
    skipped: int
    unasked: int
    share: float | None
    base: Base
    levels: Sequence[Level] = ()
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    dissatisfied: float | None = None
    top: float | None = None
    mean: float | None = None
    score: float | None = None
    texts: int = 0
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionReport:
    """A part of a form: `mean` is the mean of its items' rates of satisfaction, over `rated` items (SURV-07)."""

    titles: Mapping[str, str]
    lines: Sequence[ItemLine]
    mean: float | None
    rated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Who was asked and what became of it; rates in per cent.

    `low` and `high` bound the overall rate: had all the silent been dissatisfied, or satisfied (methods §1.8).
    """

    fates: Mapping[Disposition, int]
    asked: int
    answered: int
    rate: float | None
    refused: int
    unscored: int
    complaints: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitScore:
    """A department's result: the mean of the rates of its items (SURV-18)."""

    unit_id: int
    name: str
    mean: float | None
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReport:
    """One form of a campaign, apart from the others."""

    form: FormView
    audience: str
    response: Response
    sections: Sequence[SectionReport]
    units: Sequence[UnitScore]

    @property
    def lines(self) -> list[ItemLine]:
        return [line for section in self.sections for line in section.lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLine:
    """The overall rate of one form among those with one value of a dimension."""

    value: str
    name: str
    audience: str
    n: int
    base: Base
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """The rate in which every answer counts by what its customer is worth, beside the plain one (SURV-19)."""

    audience: str
    n: int
    unvalued: int
    plain: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """How closely two go together, −1 … 1, with its 95 % interval; None where there are too few or nothing varies."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How the score of one form goes with the length of the call (SURV-11): known of `n`, of `unknown` it is not."""

    audience: str
    n: int
    unknown: int
    line: Coefficient
    rank: Coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRest:
    """What follows the questions: splits, the rate by value, comments."""

    splits: Mapping[str, Sequence[SplitLine]] = field(default_factory=dict)
    timed: Sequence[Timed] = ()
    weighted: Sequence[Weighted] = ()
    comments: Sequence[Said] = ()
    comments_total: int = 0
    comments_done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyReport:
    """Everything that the report of one campaign says; page, PDF and sheet are drawn from this and nothing else."""

    head: CampaignHead
    previous: CampaignHead | None
    response: Response
    forms: Sequence[FormReport]
    rest: ReportRest = ReportRest()


class Predictors(StrEnum):
    """What the overall judgement is explained by: the other questions of the form, or what happened to the goods."""

    ITEMS = "items"
    GOODS = "goods"


PREDICTOR_LABELS: Final[Mapping[Predictors, Label]] = {
    Predictors.ITEMS: _("the other questions of the form"),
    Predictors.GOODS: _("what happened to the goods"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverLine:
    """One predictor. `share` of the explained variance in per cent with its bootstrap interval; LMG, exact.

    `johnson` is the same by relative weights. `slope`: points of the overall answer for one point more, or for yes
    instead of no. `performance`: mean of the predictor, of scales as 0…100. `quadrant` only for questions.
    """

    key: str
    label: str
    r: float
    slope: float
    standardised: float
    p: float
    vif: float
    share: float
    low: float
    high: float
    johnson: float
    is_suppressor: bool
    performance: float
    quadrant: Quadrant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverReport:
    """What drives the overall answer of one form. `lines` by share, the largest first; empty where it cannot be said.

    `n` complete rows of `rows`; `needed`: how many a result should stand on; `constant`: predictors that did not vary
    and were left out; `why`: what stands in the way.
    """

    form: ScoredForm
    by: Predictors
    n: int
    rows: int
    needed: int
    r2: float | None = None
    r2_low: float | None = None
    r2_high: float | None = None
    resamples: int = 0
    lines: Sequence[DriverLine] = ()
    constant: Sequence[str] = ()
    why: str = ""
    crosshair: tuple[float, float] | None = None

    @property
    def is_enough(self) -> bool:
        return self.n >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class StayLine:
    """Dissatisfied customers or complaints with one outcome, and how many of them are expected to stay."""

    outcome: Outcome
    n: int
    share_low: float
    share_high: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StayReport:
    """The TARP table on own complaints (METR-11). `more`: if those not handled had been solved quickly."""

    lines: Sequence[StayLine]
    total: Range
    more: Range
    open: int

    @property
    def complained(self) -> int:
        """Complaints, with those still open."""
        return self.open + sum(line.n for line in self.lines if line.outcome is not Outcome.SILENT)

    @property
    def reasons(self) -> int:
        """Complaints and silent dissatisfied together: whoever had a reason to complain."""
        return self.open + sum(line.n for line in self.lines)

    @property
    def captured(self) -> float | None:
        """Capture ratio, per cent: complaints ÷ (complaints + silent dissatisfied) (CASE-28); None below 10 of both."""
        return 100 * self.complained / self.reasons if base_of(self.reasons) in {Base.SMALL, Base.SOUND} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One figure over time: the whole of the period, and by month. `months` are those that have rows, in order."""

    answer: Answer
    months: Sequence[Figure]

    @property
    def metric(self) -> Metric:
        return self.answer.metric

    @property
    def total(self) -> Figure:
        return self.answer.total


# Event to record, answer to visible, to action and to its end, problem to fixed (METR-26).
LATENCIES: Final = (
    "event_recorded_time",
    "survey_visible_time",
    "survey_action_time",
    "survey_done_time",
    "case_fixed_time",
)

# Effort as customers say it, and as it is counted: asking again, being passed on, changing the channel (METR-05).
EFFORT_SCALES: Final = ("ces1", "ces2")
EFFORT_COUNTERS: Final = ("case_repeat_rate", "case_transfer_rate", "case_switch_rate")
# Over what the two are held against each other.
EFFORT_PAIRS: Final = ("month", "customer_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One figure held against another over the values of a dimension: `n` pairs; on a line, and by rank."""

    one: Metric
    other: Metric
    by: str
    n: int
    line: Coefficient
    rank: Coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortScale:
    """Mean effort on one scale over time, and how often each level was answered; least effort first."""

    course: Course
    levels: Sequence[Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortReport:
    """Effort as it is felt beside effort as it is counted."""

    scales: Sequence[EffortScale]
    counters: Sequence[Course]
    links: Sequence[Link]

    @property
    def courses(self) -> list[Course]:
        return [*(one.course for one in self.scales), *self.counters]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """One stage of the customer's journey: what is asked about it, and how it is judged, 0 … 100.

    `scores` answers of `people`, who count once each in the interval; score and limits None below ten people.
    """

    stage: Journey
    measures: Sequence[StageMeasure]
    scores: int
    people: int
    base: Base
    score: float | None
    low: float | None
    high: float | None

    @property
    def is_covered(self) -> bool:
        return bool(self.measures)

    @property
    def questions(self) -> int:
        return sum(len(one.keys) for one in self.measures)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReport:
    """Which of the five stages have a measure, and the score of each (METR-07)."""

    lines: Sequence[StageLine]
    state: Mapping[str, str]
    as_of: datetime | None

    @property
    def covered(self) -> int:
        return sum(line.is_covered for line in self.lines)

    @property
    def share(self) -> float:
        """Stages covered ÷ 5, in per cent."""
        return 100 * self.covered / len(self.lines)

    @property
    def gaps(self) -> list[Journey]:
        return [line.stage for line in self.lines if not line.is_covered]


STAGE_SCORE: Final = "survey_stage_score"
