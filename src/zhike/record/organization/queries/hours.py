"""When a unit is open: its own week where it has one, else its calendar's, with the calendar's special days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from zhike.platform import clock
from zhike.platform.calendars.queries.specs import rules_of
from zhike.platform.calendars.rules import hours_of, is_open
from zhike.platform.calendars.rules.reading import load_shifts, shift_text, week_of
from zhike.platform.calendars.types import DAY_MINUTES, Period, Shift, Spec
from zhike.record.organization.models import Unit


@dataclass(frozen=True, slots=True)
class Opening:
    """`today` as ("09:00", "12:00") in the unit's zone, None when nobody knows; `until` closes the running span."""

    today: tuple[tuple[str, str], ...] | None
    is_open: bool | None
    until: str


def specs_of(units: Sequence[Unit]) -> dict[int, Spec | None]:
    """The opening hours of each unit; None where it has neither own hours nor a calendar. Two queries at most."""
    wanted = {unit.calendar_id for unit in units if unit.calendar_id is not None}
    rules = rules_of(wanted) if wanted else {}
    specs = {pk: found.spec for pk, found in rules.items()}
    return {unit.pk: _spec(unit, specs.get(unit.calendar_id or 0)) for unit in units}


def _spec(unit: Unit, calendar: Spec | None) -> Spec | None:
    if unit.hours is None:
        return calendar
    own = (Period(date.min, week_of([load_shifts(day) for day in unit.hours])),)
    return replace(calendar, periods=own) if calendar else Spec(zone=unit.zone, periods=own)


def opening_of(spec: Spec | None, now: datetime) -> Opening:
    """Hours of the day that it is now where the unit is."""
    if spec is None:
        return Opening(None, None, "")
    day = clock.local_date(now, spec.zone)
    shifts = hours_of(spec, day)
    wall = clock.local(now, spec.zone)
    minute = wall.hour * 60 + wall.minute
    running = next((shift for shift in shifts if shift.start <= minute < shift.end), None)
    return Opening(tuple(_texts(shift) for shift in shifts), is_open(spec, now), _texts(running)[1] if running else "")


def _texts(shift: Shift) -> tuple[str, str]:
    start, _dash, end = shift_text(shift).partition("–")
    return start, "24:00" if shift.end == DAY_MINUTES else end


def days_of(spec: Spec, now: datetime) -> list[tuple[date, tuple[tuple[str, str], ...]]]:
    """The hours of seven days from today on, special days considered."""
    today = clock.local_date(now, spec.zone)
    days = [today + timedelta(days=n) for n in range(7)]
    return [(day, tuple(_texts(shift) for shift in hours_of(spec, day))) for day in days]
