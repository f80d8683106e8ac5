from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.platform import clock
from zhike.platform.calendars import rules
from zhike.platform.calendars.rules.deadlines import next_workday
from zhike.platform.calendars.tests.strategies import CHANGING_ZONES, STEADY_ZONES, instants
from zhike.platform.calendars.types import WorkdayRules

SHANGHAI = "Asia/Shanghai"
CHINA_2026 = WorkdayRules(
    holidays=frozenset({date(2026, 2, day) for day in range(15, 24)}),
    makeup_days=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
    years=frozenset({2026}),
)


def at(text: str) -> datetime:
    return clock.instant_of(datetime.fromisoformat(text), SHANGHAI)


@pytest.mark.parametrize("received", ["2026-03-01 00:00", "2026-03-01 13:20", "2026-03-01 23:59:59"])
def test_statutory_deadline__golden_38_whatever_the_hour_of_receipt(received: str) -> None:
    found = rules.statutory_deadline(at(received), 7, SHANGHAI, CHINA_2026)

    assert found.due_date == date(2026, 3, 8)
    assert clock.deadline_parts(found.due_at, SHANGHAI) == (date(2026, 3, 8), "24:00")
    # Both are shown: a Sunday may by law roll to Monday.
    assert found.rolled_date == date(2026, 3, 9)
    assert clock.deadline_parts(found.rolled_at, SHANGHAI) == (date(2026, 3, 9), "24:00")
    assert found.unknown_years == frozenset()


def test_statutory_deadline__rolls_over_a_holiday_to_its_make_up_day() -> None:
    weekend_at_work = rules.statutory_deadline(at("2026-02-07 10:00"), 7, SHANGHAI, CHINA_2026)
    festival = rules.statutory_deadline(at("2026-02-08 10:00"), 7, SHANGHAI, CHINA_2026)

    assert (weekend_at_work.due_date, weekend_at_work.rolled_date) == (date(2026, 2, 14), date(2026, 2, 14))
    assert (festival.due_date, festival.rolled_date) == (date(2026, 2, 15), date(2026, 2, 24))


def test_statutory_deadline__says_which_years_nobody_has_announced() -> None:
    found = rules.statutory_deadline(at("2026-12-28 10:00"), 7, SHANGHAI, CHINA_2026)

    assert found.due_date == date(2027, 1, 4)
    assert found.unknown_years == frozenset({2027})


def test_next_workday__refuses_a_week_of_days_off() -> None:
    with pytest.raises(ValueError, match="workdays"):
        next_workday(date(2026, 3, 1), WorkdayRules(weekend=frozenset(range(7))))


@given(received=instants(), days=st.integers(1, 60), zone=st.sampled_from(STEADY_ZONES + CHANGING_ZONES))
def test_statutory_deadline__gives_full_days_and_never_less(received: datetime, days: int, zone: str) -> None:
    found = rules.statutory_deadline(received, days, zone, CHINA_2026)

    assert found.due_date - clock.local_date(received, zone) == timedelta(days=days)
    # Full days after the day of receipt; a day may be an hour short where clocks change.
    assert found.due_at - received >= timedelta(days=days) - timedelta(hours=1)
    assert found.due_at <= found.rolled_at
    assert CHINA_2026.is_workday(found.rolled_date)
