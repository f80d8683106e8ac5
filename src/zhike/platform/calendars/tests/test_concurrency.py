from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from zhike.platform import operation
from zhike.platform.calendars import actions
from zhike.platform.calendars.actions.clocks import ClockBegun, ClockBusy
from zhike.platform.calendars.models import Clock, ClockEntry
from zhike.platform.calendars.tests.factories import CASE, make_actor, make_calendar, make_request, start
from zhike.platform.calendars.tests.test_hours import at
from zhike.platform.calendars.types import ClockNotOpen, PauseReason

pytestmark = pytest.mark.concurrency


def _start(calendar_id: int) -> int:
    try:
        with operation.operation():
            return start(make_request(calendar_id))
    except ClockBegun:
        return 0
    finally:
        connection.close()


def _turn(minute: int) -> int:
    when = at(f"2026-03-02 10:{minute:02d}")
    try:
        with operation.operation():
            if minute % 2:
                return actions.resume_clocks(actor=make_actor(), subjects=[CASE], now=when)
            return actions.pause_clocks(actor=make_actor(), subjects=[CASE], reason=PauseReason.CUSTOMER, now=when)
    except (ClockNotOpen, ClockBusy):
        return 0
    finally:
        connection.close()


def test_start_clocks__begins_one_clock_under_several_hands(fresh_db: str) -> None:
    calendar_id = make_calendar()

    with ThreadPoolExecutor(4) as pool:
        begun = sum(pool.map(_start, [calendar_id] * 8))

    assert begun == 1
    assert (Clock.objects.count(), ClockEntry.objects.count()) == (1, 1)


def test_pause_and_resume__leave_a_ledger_that_adds_up(fresh_db: str) -> None:
    start(make_request(make_calendar()))

    with ThreadPoolExecutor(4) as pool:
        turns = sum(pool.map(_turn, range(24)))

    entries = list(ClockEntry.objects.order_by("id"))
    row = Clock.objects.get()
    assert len(entries) == turns + 1
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert row.used == sum((entry.counted for entry in entries[1:]), entries[0].counted)
    assert row.state == ("paused" if entries[-1].kind == "paused" else "running")
