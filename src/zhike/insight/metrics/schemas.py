"""Shapes of the figures API."""

from datetime import datetime

from ninja import Schema
from pydantic import Field


class MetricOut(Schema):
    """One definition of the figure dictionary."""

    id: str
    version: int
    label: str
    definition: str
    unit: str = Field(description="% of the base, h (hours), or nothing for counts")
    kind: str
    direction: str
    grain: str
    fact: str
    time: str = Field(description="The date that periods and months are taken by")
    source: str
    dimensions: list[str]


class FigureOut(Schema):
    """A value with its account; value and interval are null where the base is too small or there is no data."""

    at: dict[str, str] = Field(description="The values of the dimensions split by; '' where a row has none")
    names: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    median: float | None
    p90: float | None
    hits: int | None
    n: int
    missing: int
    base: str = Field(description="none, withheld (n < 10), small (10–29), sound")


class AnswerOut(Schema):
    """Figures of one question."""

    metric: MetricOut
    total: FigureOut
    figures: list[FigureOut]
    generation: int
    as_of: datetime | None
    parameter_versions: dict[str, int]


class RowOut(Schema):
    """One row behind a figure."""

    id: int
    title: str
    url: str
    cells: list[str]


class RowsOut(Schema):
    """One page of rows; `next` is null at the end, `previous` at the beginning."""

    headings: list[str]
    items: list[RowOut]
    next: str | None
    previous: str | None
