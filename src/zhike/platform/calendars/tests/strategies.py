"""Random calendars and instants for property tests."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from zhike.platform.calendars.rules.reading import week_of
from zhike.platform.calendars.types import DayKind, Override, Period, Shift, Shifts, Spec

STEADY_ZONES = ("Asia/Shanghai", "UTC", "Asia/Kolkata")
CHANGING_ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
LONG_AGO = date(1970, 1, 1)
FIRST, LAST = datetime(2025, 12, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
GRID = 30


@st.composite
def shifts(draw: st.DrawFn, *, overnight: bool = True) -> Shifts:
    """Up to three shifts of a day on a half-hour grid, beside each other."""
    low, high = (0, 48) if overnight else (8, 46)
    edges = sorted(draw(st.sets(st.integers(low, high), max_size=6)))
    found = [
        Shift(start * GRID, end * GRID)
        for start, end in zip(edges[::2], edges[1::2], strict=False)
        if start < 48 and end > start
    ]
    if overnight and found and draw(st.booleans()):
        last = found[-1]
        longest = min(last.start + 24 * 60, 36 * 60)
        found[-1] = Shift(last.start, draw(st.integers(last.end // GRID, longest // GRID)) * GRID)
    return tuple(found)


@st.composite
def specs(draw: st.DrawFn, *, zones: tuple[str, ...] = STEADY_ZONES + CHANGING_ZONES, overnight: bool = True) -> Spec:
    """A calendar with some hours, a change of hours and a few overridden days."""
    day = shifts(overnight=overnight)
    weeks = [week_of([draw(day) for _day in range(7)]) for _period in range(draw(st.integers(1, 2)))]
    starts = [LONG_AGO, date(2026, 6, 1)]
    days = st.dates(date(2025, 12, 1), date(2027, 1, 31))
    overrides = draw(st.dictionaries(days, st.sampled_from(DayKind), max_size=12))
    return Spec(
        zone=draw(st.sampled_from(zones)),
        periods=tuple(Period(start, week) for start, week in zip(starts, weeks, strict=False)),
        overrides=tuple(
            (on, Override(kind, draw(day) if kind is DayKind.SPECIAL else ())) for on, kind in sorted(overrides.items())
        ),
        makeup_weekday=draw(st.integers(0, 4)),
    )


def instants(first: datetime = FIRST, last: datetime = LAST) -> st.SearchStrategy[datetime]:
    minutes = int((last - first) / timedelta(minutes=1))
    return st.integers(0, minutes).map(lambda minute: first + timedelta(minutes=minute))


def budgets(hours: int = 60) -> st.SearchStrategy[timedelta]:
    return st.integers(1, hours * 60).map(lambda minutes: timedelta(minutes=minutes))
