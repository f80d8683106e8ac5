"""Calendars for programs: opening hours, holidays, and what is due when."""

from datetime import date, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Status
from pydantic import Field

from zhike.platform import clock
from zhike.platform.api import actor_of
from zhike.platform.calendars import actions, queries
from zhike.platform.calendars.queries.preview import preview_due
from zhike.platform.calendars.rules.reading import NotShifts, read_shifts, shifts_text, week_of
from zhike.platform.calendars.schemas import (
    CalendarChangeIn,
    CalendarDetailOut,
    CalendarIn,
    CalendarOut,
    CreatedOut,
    DueIn,
    DueOut,
    HolidayIn,
    HolidaySetDetailOut,
    HolidaySetIn,
    HolidaySetOut,
    LoadIn,
    LoadOut,
    OverrideIn,
    WeekIn,
)
from zhike.platform.calendars.types import CalendarEntry, DayKind, LoadReport, Shifts, Week
from zhike.platform.errors import FieldError, Invalid

router = Router(tags=["calendars"])
Year = Annotated[int, Field(ge=2000, le=2199)]


@router.get("/calendars", response=list[CalendarOut], summary="Every calendar with its hours of this week")
def list_calendars(request: HttpRequest) -> list[dict[str, Any]]:
    actor = actor_of(request)
    today = clock.local_date(clock.now(), actor.zone)
    return [_row(row) for row in queries.list_calendars(actor=actor, today=today, include_inactive=True)]


@router.post("/calendars", response={201: CreatedOut}, summary="Open a calendar")
def create_calendar(request: HttpRequest, payload: CalendarIn) -> Status[dict[str, int]]:
    entry = CalendarEntry(
        code=payload.code,
        labels=payload.labels,
        zone=payload.zone,
        week=_week(payload.week),
        holidays_id=payload.holidays_id,
        makeup_weekday=payload.makeup_weekday,
        is_default=payload.is_default,
    )
    return Status(201, {"id": actions.create_calendar(actor=actor_of(request), entry=entry, now=clock.now())})


@router.get("/calendars/{calendar_id}", response=CalendarDetailOut, summary="One calendar and a year of its days")
def get_calendar(request: HttpRequest, calendar_id: int, year: Year | None = None) -> dict[str, Any]:
    actor = actor_of(request)
    today = clock.local_date(clock.now(), actor.zone)
    found = queries.get_calendar(actor=actor, calendar_id=calendar_id, year=year or today.year, today=today)
    return {
        **_row(found.row),
        "year": found.year,
        "is_announced": found.is_announced,
        "periods": [
            {"valid_from": period.valid_from, "week": [shifts_text(day) for day in period.week]}
            for period in found.periods
        ],
        "days": [
            {
                "day": cell.day,
                "kind": cell.kind.value,
                "hours": shifts_text(cell.shifts),
                "labels": cell.labels,
                "is_own": cell.is_own,
            }
            for cell in found.cells
            if cell.kind is not None
        ],
    }


@router.put("/calendars/{calendar_id}", response={204: None}, summary="Change everything but the hours")
def change_calendar(request: HttpRequest, calendar_id: int, payload: CalendarChangeIn) -> Status[None]:
    actions.change_calendar(
        actor=actor_of(request),
        calendar_id=calendar_id,
        labels=payload.labels,
        zone=payload.zone,
        holidays_id=payload.holidays_id,
        makeup_weekday=payload.makeup_weekday,
        is_default=payload.is_default,
        is_active=payload.is_active,
        now=clock.now(),
    )
    return Status(204, None)


@router.put("/calendars/{calendar_id}/hours/{valid_from}", response={204: None}, summary="The week from a day on")
def set_hours(request: HttpRequest, calendar_id: int, valid_from: date, payload: WeekIn) -> Status[None]:
    actions.set_hours(
        actor=actor_of(request),
        calendar_id=calendar_id,
        valid_from=valid_from,
        week=_week(payload.week),
        now=clock.now(),
    )
    return Status(204, None)


@router.delete("/calendars/{calendar_id}/hours/{valid_from}", response={204: None}, summary="Take out an entry")
def remove_hours(request: HttpRequest, calendar_id: int, valid_from: date) -> Status[None]:
    actions.remove_hours(actor=actor_of(request), calendar_id=calendar_id, valid_from=valid_from, now=clock.now())
    return Status(204, None)


@router.put("/calendars/{calendar_id}/days/{day}", response={204: None}, summary="Make one date different")
def set_override(request: HttpRequest, calendar_id: int, day: date, payload: OverrideIn) -> Status[None]:
    actions.set_override(
        actor=actor_of(request),
        calendar_id=calendar_id,
        day=day,
        kind=_kind(payload.kind),
        shifts=_shifts(payload.hours, "hours"),
        name=payload.name,
        now=clock.now(),
    )
    return Status(204, None)


@router.delete("/calendars/{calendar_id}/days/{day}", response={204: None}, summary="Like its weekday again")
def clear_override(request: HttpRequest, calendar_id: int, day: date) -> Status[None]:
    actions.clear_override(actor=actor_of(request), calendar_id=calendar_id, day=day, now=clock.now())
    return Status(204, None)


@router.get("/calendars/{calendar_id}/due", response=DueOut, summary="What is due if opened at a moment")
def due(request: HttpRequest, calendar_id: int, asked: Query[DueIn]) -> dict[str, Any]:
    found = preview_due(
        actor=actor_of(request),
        calendar_id=calendar_id,
        start=asked.start,
        budget=None if asked.hours is None else timedelta(hours=asked.hours),
        statutory_days=asked.statutory_days,
    )
    statutory = found.statutory
    return {
        "zone": found.zone,
        "start": found.start,
        "due_at": found.due_at,
        "statutory": None
        if statutory is None
        else {
            "due_date": statutory.due_date,
            "due_at": statutory.due_at,
            "rolled_date": statutory.rolled_date,
            "rolled_at": statutory.rolled_at,
            "unknown_years": sorted(statutory.unknown_years),
        },
    }


@router.get("/holidays", response=list[HolidaySetOut], summary="Holiday lists and the years announced")
def list_holidays(request: HttpRequest) -> list[dict[str, Any]]:
    return [_set(row) for row in queries.list_holiday_sets(actor=actor_of(request))]


@router.post("/holidays", response={201: CreatedOut}, summary="Open a holiday list")
def create_holidays(request: HttpRequest, payload: HolidaySetIn) -> Status[dict[str, int]]:
    made = actions.create_holiday_set(
        actor=actor_of(request),
        code=payload.code,
        labels=payload.labels,
        country=payload.country,
        subdivision=payload.subdivision,
        weekend=payload.weekend,
        now=clock.now(),
    )
    return Status(201, {"id": made})


@router.get("/holidays/{holidays_id}", response=HolidaySetDetailOut, summary="One list and a year of its days")
def get_holidays(request: HttpRequest, holidays_id: int, year: Year | None = None) -> dict[str, Any]:
    actor = actor_of(request)
    chosen = year or clock.local_date(clock.now(), actor.zone).year
    row = queries.get_holiday_set(actor=actor, holidays_id=holidays_id, year=chosen)
    return {**_set(row), "days": row.days}


@router.post("/holidays/{holidays_id}/load", response=LoadOut, summary="Bring in the announced days of years")
def load_holidays(request: HttpRequest, holidays_id: int, payload: LoadIn) -> LoadReport:
    return actions.load_holidays(actor=actor_of(request), holidays_id=holidays_id, years=payload.years, now=clock.now())


@router.put("/holidays/{holidays_id}/days/{day}", response={204: None}, summary="Enter or correct one day")
def set_holiday(request: HttpRequest, holidays_id: int, day: date, payload: HolidayIn) -> Status[None]:
    actions.set_holiday(
        actor=actor_of(request),
        holidays_id=holidays_id,
        day=day,
        kind=_kind(payload.kind),
        labels=payload.labels,
        source=payload.source,
        now=clock.now(),
    )
    return Status(204, None)


@router.delete("/holidays/{holidays_id}/days/{day}", response={204: None}, summary="Take a day out of the list")
def clear_holiday(request: HttpRequest, holidays_id: int, day: date) -> Status[None]:
    actions.clear_holiday(actor=actor_of(request), holidays_id=holidays_id, day=day, now=clock.now())
    return Status(204, None)


def _row(row: queries.CalendarRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "labels": row.labels,
        "zone": row.zone,
        "version": row.version,
        "is_default": row.is_default,
        "is_active": row.is_active,
        "makeup_weekday": row.makeup_weekday,
        "holidays_id": row.holidays_id,
        "week": [shifts_text(day) for day in row.week or ()],
    }


def _set(row: queries.HolidaySetRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "labels": row.labels,
        "country": row.country,
        "subdivision": row.subdivision,
        "weekend": sorted(row.weekend),
        "years": row.years,
    }


def _week(texts: list[str]) -> Week:
    return week_of([_shifts(text, f"week.{position}") for position, text in enumerate(texts)])


def _shifts(text: str, field: str) -> Shifts:
    try:
        return read_shifts(text)
    except NotShifts as wrong:
        message = _("%(part)s is not a time like 09:00-18:00.")
        raise Invalid({field: [FieldError(wrong.code, message, {"part": wrong.part[:60]})]}) from wrong


def _kind(text: str) -> DayKind:
    try:
        return DayKind(text)
    except ValueError as wrong:
        raise Invalid.of("kind", "unknown", _("A day is closed, makeup or special.")) from wrong
