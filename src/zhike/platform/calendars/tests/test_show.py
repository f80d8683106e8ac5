from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from zhike.platform.calendars import actions, queries, show
from zhike.platform.calendars.models import Clock
from zhike.platform.calendars.tests.factories import CASE, HOUR, make_actor, make_calendar, make_request, start
from zhike.platform.calendars.tests.test_hours import at
from zhike.platform.calendars.types import Chip, PauseReason
from zhike.platform.ui.components import ClockState

pytestmark = pytest.mark.django_db


def chip(when: str) -> Chip:
    return queries.chips(actor=make_actor(), subjects=[CASE], now=at(when))[CASE][0]


def test_chip_component__of_a_running_and_a_paused_clock() -> None:
    start(make_request(make_calendar()))
    running = show.chip_component(chip("2026-03-02 10:00"), holder="华东仓", ledger_url="/x/")
    assert (running.state, running.due, running.near_at) == (
        ClockState.RUNNING,
        at("2026-03-02 17:00"),
        at("2026-03-02 15:00"),
    )
    assert (running.holder, running.ledger_url) == ("华东仓", "/x/")

    actions.pause_clocks(actor=make_actor(), subjects=[CASE], reason=PauseReason.CUSTOMER, now=at("2026-03-02 11:00"))
    paused = show.chip_component(chip("2026-03-04 10:00"), holder="华东仓")
    with translation.override("en"):
        assert (paused.state, str(paused.holder)) == (ClockState.PAUSED, "waiting for the customer")
    assert (paused.since, paused.due) == (at("2026-03-02 11:00"), None)


def test_chip_component__missed_says_by_how_much() -> None:
    start(make_request(make_calendar()))
    actions.stop_clocks(actor=make_actor(), subjects=[CASE], now=at("2026-03-02 19:30"))

    missed = show.chip_component(chip("2026-03-03 10:00"))

    assert (missed.state, missed.over_by) == (ClockState.MISSED, timedelta(hours=2, minutes=30))
    assert missed.took == 9 * HOUR


def test_ledger__in_words() -> None:
    start(make_request(make_calendar(), holder_unit_id=12))
    actions.pause_clocks(actor=make_actor(), subjects=[CASE], reason=PauseReason.AUTHORITY, now=at("2026-03-02 11:30"))
    lines = queries.ledger(actor=make_actor(), clock_id=Clock.objects.get().pk)

    with translation.override("en"):
        rows = show.ledger_rows(lines, now=at("2026-03-02 12:00"), unit_name=lambda unit_id: f"unit {unit_id}")
        html = render_to_string("calendars/ledger.html", {"rows": rows, "zone": "Asia/Shanghai"})

        told = [(str(row.what), str(row.counted), row.used, row.holder) for row in rows]

    assert told == [("started", "nothing yet", "0m", "unit 12"), ("paused", "+2h 30m", "2h 30m", "unit 12")]
    assert "waiting for an authority" in html


@pytest.mark.req("CASE-08")
def test_ledger__says_that_the_calendar_is_closed_now_and_why_nothing_counts() -> None:
    start(make_request(make_calendar(), started_at=at("2026-03-07 10:00")), now=at("2026-03-07 10:00"))  # a Saturday
    lines = queries.ledger(actor=make_actor(), clock_id=Clock.objects.get().pk)

    def last(when: str) -> tuple[str, str, object]:
        row = show.ledger_rows(lines, now=at(when), chip=chip(when))[-1]
        return str(row.what), str(row.counted), row.opens_at

    with translation.override("en"):
        assert last("2026-03-08 12:00") == ("runs", "nothing: closed hours", at("2026-03-09 09:00"))
        assert last("2026-03-09 10:00") == ("runs", "+1h", None)
        assert last("2026-03-09 18:00") == ("runs", "+9h", at("2026-03-10 09:00"))
        html = render_to_string(
            "calendars/ledger.html",
            {
                "rows": show.ledger_rows(lines, now=at("2026-03-08 12:00"), chip=chip("2026-03-08 12:00")),
                "zone": "Asia/Shanghai",
            },
        )
    assert "The calendar is closed now" in html


def test_ledger__says_why_no_time_counts_on_a_line() -> None:
    start(make_request(make_calendar()))
    by = make_actor()
    actions.pause_clocks(actor=by, subjects=[CASE], reason=PauseReason.CUSTOMER, now=at("2026-03-02 10:00"))
    actions.resume_clocks(actor=by, subjects=[CASE], now=at("2026-03-02 20:00"))
    actions.stop_clocks(actor=by, subjects=[CASE], now=at("2026-03-03 03:00"))
    lines = queries.ledger(actor=by, clock_id=Clock.objects.get().pk)
    with translation.override("en"):
        told = [str(row.counted) for row in show.ledger_rows(lines, now=at("2026-03-03 04:00"))]
    assert told == ["nothing yet", "+1h", "nothing: it stood still", "nothing: closed hours"]


def test_ledger__a_column_of_time_is_not_called_a_unit() -> None:
    with translation.override("zh-hans"):
        html = render_to_string("calendars/ledger.html", {"rows": [], "zone": "Asia/Shanghai"})
    assert "计入时间" in html
    assert "计数单位" not in html
