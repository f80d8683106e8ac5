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
