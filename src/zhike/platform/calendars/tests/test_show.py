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

        told = [(str(row.what), row.counted, row.used, row.holder) for row in rows]

    assert told == [("started", "", "0m", "unit 12"), ("paused", "+2h 30m", "2h 30m", "unit 12")]
    assert "waiting for an authority" in html
