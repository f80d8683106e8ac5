"""Open time of a calendar: intervals, how much of a span is open, and when a budget of it is used up."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise

from zhike.platform import clock
from zhike.platform.calendars.types import DayKind, NoOpenTime, Shift, Shifts, Spec, Week

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
# A deadline that is not reached within so many years means a calendar without hours, not patience.
MAX_YEARS = 12
LAST_YEAR = 9_900


@dataclass(frozen=True, slots=True)
class _Year:
    """Open intervals within one UTC year as microseconds since 1970, disjoint and in order.

    `before[i]` is the open time ahead of interval i; its last item is the whole year's.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]

    def open_until(self, at: int) -> int:
        """Open time of this year ahead of `at`."""
        position = bisect_right(self.starts, at) - 1
        if position < 0:
            return 0
        return self.before[position] + min(at, self.ends[position]) - self.starts[position]

    def reached(self, amount: int) -> int | None:
        """The earliest instant of this year with that much open time behind it; None when there is less."""
        if amount > self.before[-1]:
            return None
        position = max(bisect_left(self.before, amount) - 1, 0)
        return self.starts[position] + amount - self.before[position]


def hours_of(spec: Spec, day: date) -> Shifts:
    """The shifts that begin on this day, overrides considered."""
    override = spec.by_day.get(day)
    if override is not None and (override.kind is not DayKind.MAKEUP or override.shifts):
        return () if override.kind is DayKind.CLOSED else override.shifts
    week = week_at(spec, day)
    if week is None:
        return ()
    return week[spec.makeup_weekday if override is not None else day.weekday()]


def week_at(spec: Spec, day: date) -> Week | None:
    """The weekly hours in force on this day; None before the first."""
    found: Week | None = None
    for period in spec.periods:
        if period.valid_from > day:
            break
        found = period.week
    return found


def open_intervals(spec: Spec, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The open intervals of a span in UTC, clipped to it, disjoint, in order."""
    low, high = _ticks(start), _ticks(end)
    found: list[tuple[int, int]] = []
    for year in range(_year_of(low), _year_of(max(low, high)) + 1):
        chunk = _year(spec, year)
        for opens, closes in zip(chunk.starts, chunk.ends, strict=True):
            found.append((max(opens, low), min(closes, high)))
    return [(_instant(opens), _instant(closes)) for opens, closes in _merged(found)]


def elapsed(spec: Spec, start: datetime, end: datetime) -> timedelta:
    """Open time between two instants; zero when `end` is not after `start`."""
    low, high = _ticks(start), _ticks(end)
    if high <= low:
        return timedelta()
    first, last = _year_of(low), _year_of(high)
    total = _year(spec, last).open_until(high) - _year(spec, first).open_until(low)
    total += sum(_year(spec, year).before[-1] for year in range(first, last))
    return timedelta(microseconds=total)


def due(spec: Spec, start: datetime, budget: timedelta) -> datetime:
    """The earliest instant at which `budget` of open time has passed since `start`; a close, not the next opening.

    Raises NoOpenTime when the calendar does not hold so much within twelve years.
    """
    if budget <= timedelta():
        return start.astimezone(UTC)
    low = _ticks(start)
    first = _year_of(low)
    wanted = budget // TICK + _year(spec, first).open_until(low)
    for year in range(first, min(first + MAX_YEARS, LAST_YEAR)):
        chunk = _year(spec, year)
        found = chunk.reached(wanted)
        if found is not None:
            return _instant(found)
        wanted -= chunk.before[-1]
    raise NoOpenTime(until=str(first + MAX_YEARS))


def closing_after(spec: Spec, start: datetime, days: int) -> datetime:
    """The close of the `days`-th open day after the day of `start`: what is to be done within so many working days.

    Raises NoOpenTime when the calendar does not hold so many within twelve years.
    """
    day = clock.local_date(start, spec.zone)
    last = day + MAX_YEARS * 366 * DAY
    while day < last:
        day += DAY
        shifts = hours_of(spec, day)
        days -= bool(shifts)
        if days <= 0 and shifts:
            return _instant(_edge(spec.zone, day, max(shift.end for shift in shifts)))
    raise NoOpenTime(until=str(last.year))


def is_open(spec: Spec, at: datetime) -> bool:
    ticks = _ticks(at)
    chunk = _year(spec, _year_of(ticks))
    position = bisect_right(chunk.starts, ticks) - 1
    return position >= 0 and ticks < chunk.ends[position]


def opens_at(spec: Spec, at: datetime) -> datetime | None:
    """When time counts again; None while it is open, and for a calendar that does not open within twelve years."""
    if is_open(spec, at):
        return None
    ticks = _ticks(at)
    for year in range(_year_of(ticks), min(_year_of(ticks) + MAX_YEARS, LAST_YEAR)):
        starts = _year(spec, year).starts
        position = bisect_left(starts, ticks)
        if position < len(starts):
            return _instant(starts[position])
    return None


@lru_cache(maxsize=1024)
def _year(spec: Spec, year: int) -> _Year:
    """The open time of one UTC year, shifts of the days around it included."""
    low, high = _ticks(datetime(year, 1, 1, tzinfo=UTC)), _ticks(datetime(year + 1, 1, 1, tzinfo=UTC))
    clipped = [(max(opens, low), min(closes, high)) for opens, closes in _shifts_around(spec, year)]
    merged = _merged(clipped)
    return _Year(
        starts=tuple(opens for opens, _closes in merged),
        ends=tuple(closes for _opens, closes in merged),
        before=tuple(accumulate((closes - opens for opens, closes in merged), initial=0)),
    )


def _shifts_around(spec: Spec, year: int) -> Iterator[tuple[int, int]]:
    day = date(year, 1, 1) - 3 * DAY if year > 1 else date(1, 1, 1)
    last = date(year + 1, 1, 1) + 2 * DAY
    while day <= last:
        for shift in hours_of(spec, day):
            yield _edge(spec.zone, day, shift.start), _edge(spec.zone, day, shift.end)
        day += DAY


def _edge(zone: str, day: date, minute: int) -> int:
    # Wall times, not durations: a night shift of the night of a change of clocks is an hour shorter or longer.
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return _ticks(clock.instant_of(wall, zone))


def _merged(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(intervals):
        if closes <= opens:
            continue
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return found


def _ticks(instant: datetime) -> int:
    return (instant - EPOCH) // TICK


def _instant(ticks: int) -> datetime:
    return EPOCH + ticks * TICK


def _year_of(ticks: int) -> int:
    return _instant(ticks).year


def overlap(shifts: Shifts) -> tuple[Shift, Shift] | None:
    """Two shifts of one day that overlap; None when they can stand beside each other."""
    ordered = sorted(shifts)
    for earlier, later in pairwise(ordered):
        if later.start < earlier.end:
            return earlier, later
    return None
