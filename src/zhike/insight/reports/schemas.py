"""Shapes of the API of reports."""

from datetime import datetime

from ninja import Schema
from pydantic import Field


class MonthOut(Schema):
    """A figure of one month, or of the whole period where `month` is ''; null where the base is too small."""

    month: str
    value: float | None
    low: float | None
    high: float | None
    median: float | None
    p90: float | None
    n: int
    missing: int
    base: str = Field(description="none, withheld (n < 10), small (10–29), sound")


class CourseOut(Schema):
    """One figure over time; its full definition is in the figure dictionary."""

    metric: str
    version: int
    label: str
    unit: str = Field(description="h (hours), % or points of the scale where it is empty")
    as_of: datetime | None
    total: MonthOut
    months: list[MonthOut]


class LevelOut(Schema):
    """One level of a scale; the share in per cent, null where fewer than 10 answered."""

    level: int
    n: int
    share: float | None


class EffortScaleOut(Schema):
    """Mean effort on one scale over time, and how often each level was answered; least effort first."""

    course: CourseOut
    levels: list[LevelOut]


class CoefficientOut(Schema):
    """From −1 to 1 with its 95 % interval; null below 10 pairs or where nothing varies."""

    value: float | None
    low: float | None
    high: float | None


class LinkOut(Schema):
    """Two figures held against each other over months or customers."""

    one: str
    other: str
    by: str = Field(description="month or customer_id")
    n: int = Field(description="Pairs")
    line: CoefficientOut = Field(description="Pearson's r, interval of Fisher")
    rank: CoefficientOut = Field(description="Spearman's ρ, interval of Bonett and Wright")


class EffortOut(Schema):
    """Effort as it is said beside effort as it is counted."""

    scales: list[EffortScaleOut]
    counters: list[CourseOut]
    links: list[LinkOut]


class StageOut(Schema):
    """One stage of the customer's journey; score and limits 0 to 100, null below 10 people."""

    stage: str = Field(description="perceive, try, buy, use or evaluate")
    covered: bool
    questions: int
    forms: list[str] = Field(description="Codes of the forms in use that ask about it")
    score: float | None
    low: float | None
    high: float | None
    people: int
    scores: int


class StagesOut(Schema):
    """Which of the five stages are measured."""

    covered: int
    share: float = Field(description="Stages covered ÷ 5, in per cent")
    gaps: list[str]
    stages: list[StageOut]
