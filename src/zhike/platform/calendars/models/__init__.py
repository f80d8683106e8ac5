"""Calendars and the holidays they follow; clocks and their ledgers."""

from zhike.platform.calendars.models.calendars import (
    Calendar,
    CalendarVersion,
    DayOverride,
    HolidayDay,
    HolidaySet,
    HolidayYear,
    WeeklyHours,
)
from zhike.platform.calendars.models.clocks import Clock, ClockEntry

__all__ = [
    "Calendar",
    "CalendarVersion",
    "Clock",
    "ClockEntry",
    "DayOverride",
    "HolidayDay",
    "HolidaySet",
    "HolidayYear",
    "WeeklyHours",
]
