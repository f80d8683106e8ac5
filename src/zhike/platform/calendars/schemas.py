"""Shapes of the calendars API. A week is seven texts, Monday first: `09:00-12:00, 13:30-18:00`; empty is closed."""

from datetime import date, datetime

from ninja import Schema
from pydantic import AwareDatetime, Field

Labels = dict[str, str]


class CalendarOut(Schema):
    id: int
    code: str
    labels: Labels
    zone: str
    version: int
    is_default: bool
    is_active: bool
    makeup_weekday: int
    holidays_id: int | None
    week: list[str]


class PeriodOut(Schema):
    """The week that holds from a day on, until the next entry."""

    valid_from: date
    week: list[str]


class DayOut(Schema):
    """A day that is not like its weekday; `kind` is closed, makeup or special."""

    day: date
    kind: str
    hours: str
    labels: Labels
    is_own: bool


class CalendarDetailOut(CalendarOut):
    year: int
    is_announced: bool
    periods: list[PeriodOut]
    days: list[DayOut]


class CalendarIn(Schema):
    code: str = Field(max_length=40)
    labels: Labels
    zone: str = Field(max_length=60)
    week: list[str] = Field(min_length=7, max_length=7)
    holidays_id: int | None = None
    makeup_weekday: int = Field(0, ge=0, le=6)
    is_default: bool = False


class CalendarChangeIn(Schema):
    labels: Labels
    zone: str = Field(max_length=60)
    holidays_id: int | None = None
    makeup_weekday: int = Field(0, ge=0, le=6)
    is_default: bool = False
    is_active: bool = True


class WeekIn(Schema):
    week: list[str] = Field(min_length=7, max_length=7)


class OverrideIn(Schema):
    kind: str
    hours: str = ""
    name: str = Field("", max_length=120)


class StatutoryOut(Schema):
    """Calendar days, the first not counted; `rolled_at` is where the law would let it end."""

    due_date: date
    due_at: datetime
    rolled_date: date
    rolled_at: datetime
    unknown_years: list[int]


class DueOut(Schema):
    zone: str
    start: datetime
    due_at: datetime | None
    statutory: StatutoryOut | None


class HolidayYearOut(Schema):
    year: int
    days: int
    source: str
    verified_on: date | None


class HolidaySetOut(Schema):
    id: int
    code: str
    labels: Labels
    country: str
    subdivision: str
    weekend: list[int]
    years: list[HolidayYearOut]


class HolidayOut(Schema):
    day: date
    kind: str
    labels: Labels
    source: str
    verified_on: date
    is_edited: bool


class HolidaySetDetailOut(HolidaySetOut):
    days: list[HolidayOut]


class HolidaySetIn(Schema):
    code: str = Field(max_length=20)
    labels: Labels
    country: str = Field("", max_length=2)
    subdivision: str = Field("", max_length=10)
    weekend: list[int] | None = Field(None, max_length=7)


class LoadIn(Schema):
    years: list[int] = Field(max_length=60)


class LoadOut(Schema):
    """Days by year; `unknown_years` have not been announced and were left alone."""

    loaded: dict[int, int]
    unknown_years: list[int]
    kept: int
    source: str


class HolidayIn(Schema):
    kind: str
    labels: Labels
    source: str = Field(max_length=200)


class CreatedOut(Schema):
    id: int


class DueIn(Schema):
    start: AwareDatetime
    hours: float | None = Field(None, gt=0, le=24_000)
    statutory_days: int | None = Field(None, ge=1, le=400)
