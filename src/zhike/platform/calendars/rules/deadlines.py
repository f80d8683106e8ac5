"""Statutory deadlines in calendar days."""

from datetime import date, datetime, timedelta

from zhike.platform import clock
from zhike.platform.calendars.types import WEEK, StatutoryDeadline, WorkdayRules

DAY = timedelta(days=1)


def statutory_deadline(received: datetime, days: int, zone: str, workdays: WorkdayRules) -> StatutoryDeadline:
    """The end of the last day: the day of receipt does not count, and the last one ends at 24:00.

    Civil Code 203 lets a deadline that falls on a day off end on the next workday. Zhike keeps the stricter date and
    shows both (methods §4.3).
    """
    due_date = clock.local_date(received, zone) + days * DAY
    rolled = next_workday(due_date, workdays)
    return StatutoryDeadline(
        due_date=due_date,
        due_at=clock.day_start(due_date + DAY, zone),
        rolled_date=rolled,
        rolled_at=clock.day_start(rolled + DAY, zone),
        unknown_years=frozenset({due_date.year, rolled.year}) - workdays.years,
    )


def next_workday(day: date, workdays: WorkdayRules) -> date:
    """The day itself, or the first workday after it."""
    if len(workdays.weekend) >= WEEK:
        message = "a week without workdays"
        raise ValueError(message)
    while not workdays.is_workday(day):
        day += DAY
    return day
