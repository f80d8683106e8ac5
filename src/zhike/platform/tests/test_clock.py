from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform import clock

ZONES = ["UTC", "Asia/Shanghai", "Asia/Taipei", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"]
WALLS = st.datetimes(min_value=datetime(2010, 1, 1), max_value=datetime(2035, 1, 1))  # noqa: DTZ001 - wall times


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_now__is_aware_and_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_is_zone__knows_iana_names_only() -> None:
    assert clock.is_zone("Asia/Shanghai")
    assert not clock.is_zone("Asia/Beijing")
    assert not clock.is_zone("")


def test_local_date__is_the_zones_day() -> None:
    instant = at("2026-03-01T17:30:00+00:00")

    assert clock.local_date(instant, "Asia/Shanghai") == date(2026, 3, 2)
    assert clock.local_date(instant, "America/New_York") == date(2026, 3, 1)


def test_local_date__refuses_an_instant_without_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        clock.local_date(datetime(2026, 3, 1), "UTC")  # noqa: DTZ001 - the very thing refused


def test_day_bounds__of_a_short_and_a_long_day() -> None:
    spring = clock.day_bounds(date(2026, 3, 8), "America/New_York")
    autumn = clock.day_bounds(date(2026, 11, 1), "America/New_York")

    assert spring == (at("2026-03-08T05:00:00+00:00"), at("2026-03-09T04:00:00+00:00"))
    assert autumn[1] - autumn[0] == timedelta(hours=25)


def test_day_start__where_midnight_is_skipped() -> None:
    # São Paulo went from 00:00 straight to 01:00 on 2018-11-04.
    assert clock.day_start(date(2018, 11, 4), "America/Sao_Paulo") == at("2018-11-04T03:00:00+00:00")


def test_instant_of__maps_skipped_times_to_the_skip() -> None:
    skip = at("2026-03-08T07:00:00+00:00")

    for wall in ("2026-03-08T02:00:00", "2026-03-08T02:00:01", "2026-03-08T02:59:59.999999"):
        assert clock.instant_of(at(wall), "America/New_York") == skip
    assert clock.instant_of(at("2026-03-08T03:00:00"), "America/New_York") == skip


def test_instant_of__takes_the_first_of_a_repeated_time() -> None:
    assert clock.instant_of(at("2026-11-01T01:30:00"), "America/New_York") == at("2026-11-01T05:30:00+00:00")


@given(first=WALLS, second=WALLS, zone=st.sampled_from(ZONES))
def test_instant_of__never_runs_backwards(first: datetime, second: datetime, zone: str) -> None:
    early, late = sorted((first, second))

    assert clock.instant_of(early, zone) <= clock.instant_of(late, zone)


@given(day=st.dates(min_value=date(2010, 1, 1), max_value=date(2034, 12, 31)), zone=st.sampled_from(ZONES))
def test_day_bounds__enclose_exactly_their_day(day: date, zone: str) -> None:
    start, end = clock.day_bounds(day, zone)
    tick = timedelta(microseconds=1)

    assert clock.local_date(start, zone) == clock.local_date(end - tick, zone) == day
    assert clock.local_date(start - tick, zone) < day < clock.local_date(end, zone)


def test_deadline_parts__midnight_is_24_00_of_the_day_before() -> None:
    assert clock.deadline_parts(datetime(2026, 3, 8, 16, tzinfo=UTC), "Asia/Shanghai") == (date(2026, 3, 8), "24:00")
    assert clock.deadline_parts(datetime(2026, 3, 8, 9, 5, tzinfo=UTC), "Asia/Shanghai") == (date(2026, 3, 8), "17:05")
