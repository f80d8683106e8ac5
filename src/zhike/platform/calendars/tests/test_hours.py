from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from zhike.platform import clock
from zhike.platform.calendars import rules
from zhike.platform.calendars.rules.reading import read_shifts, week_of
from zhike.platform.calendars.tests.strategies import STEADY_ZONES, budgets, instants, specs
from zhike.platform.calendars.types import DayKind, NoOpenTime, Override, Period, Spec

SHANGHAI = "Asia/Shanghai"
ALWAYS = date(1970, 1, 1)
HOUR = timedelta(hours=1)


def weekly(days: str = "09:00-18:00", weekend: str = "", **more: object) -> Spec:
    """Monday to Friday, Saturday and Sunday."""
    week = week_of([read_shifts(days)] * 5 + [read_shifts(weekend)] * 2)
    return Spec(**{"zone": SHANGHAI, "periods": (Period(ALWAYS, week),), **more})  # type: ignore[arg-type]


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return clock.instant_of(datetime.fromisoformat(text), zone)


def spring_festival(*, makeup: bool) -> tuple[tuple[date, Override], ...]:
    closed = [(date(2026, 2, day), Override(DayKind.CLOSED)) for day in range(15, 24)]
    return ((date(2026, 2, 14), Override(DayKind.MAKEUP)), *closed) if makeup else tuple(closed)


@pytest.mark.parametrize(("makeup", "expected"), [(True, "2026-02-14 15:00"), (False, "2026-02-24 15:00")])
def test_due__golden_37_with_and_without_make_up_day(makeup: bool, expected: str) -> None:  # noqa: FBT001 - a case
    spec = weekly(overrides=spring_festival(makeup=makeup))

    assert rules.due(spec, at("2026-02-13 16:00"), 8 * HOUR) == at(expected)


def test_due__ends_at_the_close_not_at_the_next_opening() -> None:
    assert rules.due(weekly(), at("2026-03-02 16:00"), 2 * HOUR) == at("2026-03-02 18:00")


def test_due__begins_at_the_next_opening_when_closed() -> None:
    assert rules.due(weekly(), at("2026-03-06 20:00"), HOUR) == at("2026-03-09 10:00")


def test_due__of_nothing_is_the_start() -> None:
    start = at("2026-03-07 03:00")

    assert rules.due(weekly(), start, timedelta()) == start


def test_elapsed__counts_split_shifts() -> None:
    spec = weekly("09:00-12:00, 13:30-18:00")

    assert rules.elapsed(spec, at("2026-03-02 11:30"), at("2026-03-02 14:00")) == HOUR


def test_elapsed__counts_a_night_shift_with_the_day_it_begins_on() -> None:
    holiday = ((date(2026, 3, 3), Override(DayKind.CLOSED)),)
    spec = weekly("22:00-06:00", overrides=holiday)

    # Monday's night runs on into the holiday, the holiday's own night does not begin.
    assert rules.elapsed(spec, at("2026-03-02 21:00"), at("2026-03-03 12:00")) == 8 * HOUR
    assert rules.elapsed(spec, at("2026-03-03 12:00"), at("2026-03-04 12:00")) == timedelta()
    # Friday's night ends on Saturday.
    assert rules.due(spec, at("2026-03-06 22:00"), 8 * HOUR) == at("2026-03-07 06:00")


def test_elapsed__all_day_is_continuous() -> None:
    spec = weekly("00:00-24:00", "00:00-24:00")

    assert rules.elapsed(spec, at("2026-03-01 13:07"), at("2026-03-09 02:30")) == timedelta(days=7, minutes=803)
    assert rules.open_intervals(spec, at("2025-12-30 00:00"), at("2026-01-03 00:00")) == [
        (at("2025-12-30 00:00"), at("2026-01-03 00:00"))
    ]


def test_elapsed__overlapping_nights_and_mornings_count_once() -> None:
    spec = weekly("04:00-05:00, 22:00-06:00")

    assert rules.elapsed(spec, at("2026-03-03 00:00"), at("2026-03-03 12:00")) == 6 * HOUR


def test_elapsed__a_night_over_new_year_counts_once() -> None:
    spec = weekly("22:00-06:00", zone="UTC")
    start = datetime(2025, 12, 31, 12, tzinfo=UTC)

    assert rules.elapsed(spec, start, start + timedelta(days=1)) == 8 * HOUR


def test_elapsed__special_hours_replace_the_weekday() -> None:
    spec = weekly(overrides=((date(2026, 3, 2), Override(DayKind.SPECIAL, read_shifts("10:00-11:00"))),))

    assert rules.elapsed(spec, at("2026-03-02 00:00"), at("2026-03-03 00:00")) == HOUR


def test_hours_of__make_up_day_has_the_hours_of_its_weekday_unless_it_has_its_own() -> None:
    own = Override(DayKind.MAKEUP, read_shifts("10:00-12:00"))
    spec = weekly(weekend="10:00-13:00", overrides=((date(2026, 2, 14), own), (date(2026, 2, 28), Override(own.kind))))

    assert rules.hours_of(spec, date(2026, 2, 14)) == read_shifts("10:00-12:00")
    assert rules.hours_of(spec, date(2026, 2, 28)) == read_shifts("09:00-18:00")
    assert rules.hours_of(spec, date(2026, 3, 7)) == read_shifts("10:00-13:00")


def test_hours_of__follow_the_period_in_force() -> None:
    winter, summer = week_of([read_shifts("09:00-17:00")] * 7), week_of([read_shifts("08:00-18:00")] * 7)
    spec = Spec(SHANGHAI, (Period(date(2026, 1, 1), winter), Period(date(2026, 5, 1), summer)))

    assert rules.hours_of(spec, date(2025, 12, 31)) == ()
    assert rules.hours_of(spec, date(2026, 4, 30)) == read_shifts("09:00-17:00")
    assert rules.hours_of(spec, date(2026, 5, 1)) == read_shifts("08:00-18:00")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 3, 7), 8), (date(2026, 3, 14), 8), (date(2026, 10, 31), 9)],
)
def test_elapsed__a_night_in_which_clocks_change(day: date, expected: int) -> None:
    spec = weekly("22:00-06:00", "22:00-06:00", zone="America/New_York")
    noon = clock.instant_of(datetime.combine(day, datetime.min.time()), "America/New_York") + 12 * HOUR
    night = rules.elapsed(spec, noon, noon + 23 * HOUR)

    # 7 March is the night of the spring change: 22:00–06:00 lasts seven hours.
    assert night == (expected - 1 if day == date(2026, 3, 7) else expected) * HOUR


def test_elapsed__of_a_shift_inside_the_hour_that_is_skipped() -> None:
    spec = weekly("02:15-02:45", "02:15-02:45", zone="America/New_York")
    start = clock.day_start(date(2026, 3, 8), "America/New_York")

    assert rules.elapsed(spec, start, start + 12 * HOUR) == timedelta()


def test_due__without_open_time_is_an_error_not_a_loop() -> None:
    for spec in (weekly(""), Spec(SHANGHAI, ())):
        with pytest.raises(NoOpenTime) as caught:
            rules.due(spec, at("2026-03-02 09:00"), HOUR)
        assert "2038" in caught.value.text()


def test_due__a_budget_beyond_the_years_looked_at_is_an_error() -> None:
    with pytest.raises(NoOpenTime):
        rules.due(weekly(), at("2026-03-02 09:00"), timedelta(days=3000))


def test_is_open__at_the_edges() -> None:
    assert rules.is_open(weekly(), at("2026-03-02 09:00"))
    assert not rules.is_open(weekly(), at("2026-03-02 18:00"))
    assert not rules.is_open(weekly(), at("2026-03-02 08:59"))


def test_spec__equal_specs_are_one_key() -> None:
    assert {weekly(), weekly()} == {weekly()}
    assert weekly() != weekly("09:00-17:00")


@given(spec=specs(), moments=st.lists(instants(), min_size=3, max_size=3).map(sorted))
def test_elapsed__adds_up(spec: Spec, moments: list[datetime]) -> None:
    first, middle, last = moments

    whole = rules.elapsed(spec, first, last)
    assert rules.elapsed(spec, first, middle) + rules.elapsed(spec, middle, last) == whole
    assert timedelta() <= whole <= last - first


@given(spec=specs(), start=instants(), budget=budgets())
def test_due__is_the_earliest_instant_with_the_budget_behind_it(spec: Spec, start: datetime, budget: timedelta) -> None:
    try:
        found = rules.due(spec, start, budget)
    except NoOpenTime:
        reject()

    assert rules.elapsed(spec, start, found) == budget
    assert rules.elapsed(spec, start, found - timedelta(microseconds=1)) < budget


@given(spec=specs(), moments=st.lists(instants(), min_size=2, max_size=2).map(sorted))
def test_due__of_what_elapsed_is_not_later_than_the_end(spec: Spec, moments: list[datetime]) -> None:
    start, end = moments

    assert rules.due(spec, start, rules.elapsed(spec, start, end)) <= end


@given(
    spec=specs(),
    start=instants(),
    later=st.timedeltas(timedelta(), timedelta(days=9)),
    small=budgets(),
    more=budgets(),
)
def test_due__never_moves_earlier_with_a_later_start_or_a_larger_budget(
    spec: Spec, start: datetime, later: timedelta, small: timedelta, more: timedelta
) -> None:
    try:
        furthest = rules.due(spec, start + later, small + more)
    except NoOpenTime:
        reject()

    assert rules.due(spec, start, small) <= rules.due(spec, start + later, small) <= furthest
    assert rules.due(spec, start, small) <= rules.due(spec, start, small + more) <= furthest


@given(spec=specs(), moments=st.lists(instants(), min_size=2, max_size=2).map(sorted))
def test_open_intervals__are_disjoint_in_order_and_add_up(spec: Spec, moments: list[datetime]) -> None:
    start, end = moments
    intervals = rules.open_intervals(spec, start, end)

    edges = [edge for interval in intervals for edge in interval]
    assert edges == sorted(set(edges))
    assert all(start <= edge <= end for edge in edges)
    assert sum((closes - opens for opens, closes in intervals), timedelta()) == rules.elapsed(spec, start, end)


def _wall_says_open(spec: Spec, instant: datetime) -> bool:
    """The same question answered tick by tick from the wall clock: slow and simple."""
    wall = clock.local(instant, spec.zone)
    minute = wall.hour * 60 + wall.minute
    today, before = wall.date(), wall.date() - timedelta(days=1)
    return any(shift.start <= minute < shift.end for shift in rules.hours_of(spec, today)) or any(
        minute + 1440 < shift.end for shift in rules.hours_of(spec, before)
    )


def _count(spec: Spec, start: datetime, ticks: int) -> timedelta:
    tick = timedelta(minutes=10)
    opened = sum(_wall_says_open(spec, start + position * tick) for position in range(ticks))
    return opened * tick


GRID_STARTS = st.integers(0, 420).map(lambda day: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(days=day))


@settings(max_examples=40)
@given(spec=specs(zones=STEADY_ZONES), start=GRID_STARTS, ticks=st.integers(1, 400))
def test_elapsed__agrees_with_counting_the_wall_clock(spec: Spec, start: datetime, ticks: int) -> None:
    assert rules.elapsed(spec, start, start + ticks * timedelta(minutes=10)) == _count(spec, start, ticks)


@settings(max_examples=40)
@given(
    spec=specs(zones=("America/New_York", "Europe/Berlin"), overnight=False),
    day=st.sampled_from([date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31)]),
    ticks=st.integers(1, 400),
)
def test_elapsed__agrees_with_the_wall_clock_while_clocks_change(spec: Spec, day: date, ticks: int) -> None:
    start = clock.day_start(day, spec.zone)

    assert rules.elapsed(spec, start, start + ticks * timedelta(minutes=10)) == _count(spec, start, ticks)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-02 08:00", 2, "2026-03-04 18:00"),
        ("2026-03-02 23:00", 2, "2026-03-04 18:00"),
        ("2026-03-05 10:00", 2, "2026-03-09 18:00"),
        ("2026-03-07 10:00", 1, "2026-03-09 18:00"),
        # Two days of Spring Festival in between, and a Saturday that is worked.
        ("2026-02-13 16:00", 2, "2026-02-24 18:00"),
    ],
)
def test_closing_after__counts_open_days_without_the_day_itself(start: str, days: int, expected: str) -> None:
    spec = weekly(overrides=spring_festival(makeup=True))

    assert rules.closing_after(spec, at(start), days) == at(expected)


def test_closing_after__a_calendar_without_hours_never_ends() -> None:
    with pytest.raises(NoOpenTime):
        rules.closing_after(weekly(days=""), at("2026-03-02 08:00"), 1)
