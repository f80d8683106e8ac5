from datetime import timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from zhike.platform.ui import render
from zhike.platform.ui.components import (
    Audience,
    Channel,
    Clock,
    ClockState,
    FigureCard,
    Person,
    SparkPoint,
    TimelineEntry,
    Trend,
    Verdict,
)
from zhike.platform.ui.figures import card_context, sparkline
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.tests.factories import NOW
from zhike.platform.ui.timeline import days

INK = Ink(NOW, "Asia/Shanghai")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("clock", "kind", "words"),
    [
        (Clock(state=ClockState.RUNNING, due=NOW + 38 * timedelta(minutes=1)), "running", "38m left"),
        (Clock(state=ClockState.RUNNING, due=NOW + HOUR, near_at=NOW), "near", "1h left"),
        (Clock(state=ClockState.RUNNING, due=NOW - 72 * timedelta(minutes=1)), "over", "1h 12m over"),
        (Clock(state=ClockState.PAUSED, due=NOW + HOUR, holder="customer", since=NOW - 24 * HOUR), "paused", "for 1d"),
        (Clock(state=ClockState.PAUSED, due=NOW + HOUR, statutory=True), "running", "1h left"),
        (Clock(state=ClockState.MET, took=12 * timedelta(minutes=1)), "met", "12m"),
        (Clock(state=ClockState.MISSED, over_by=3 * HOUR), "missed", "missed by 3h"),
        (Clock(state=ClockState.RUNNING), "running", "no due time"),
    ],
)
def test_clock__says_its_state_in_words(clock: Clock, kind: str, words: str) -> None:
    with translation.override("en"):
        drawn = render.clock_chip(clock, INK)
    assert f"zk-clock-{kind}" in drawn
    assert words in drawn


def test_clocks__the_most_urgent_first_then_how_many_more() -> None:
    later, sooner = (Clock(state=ClockState.RUNNING, due=NOW + n * HOUR) for n in (5, 1))
    with translation.override("en"):
        drawn = render.clock_chips([later, Clock(state=ClockState.MET), sooner], INK)
    assert "1h left" in drawn
    assert "5h left" not in drawn
    assert "+2" in drawn


@pytest.mark.parametrize(
    ("value", "n", "base"),
    [(None, 50, "none"), (1, 0, "none"), (1, 9, "withheld"), (1, 10, "small"), (1, 29, "small"), (1, 30, "enough")],
)
def test_figure__says_how_far_its_base_carries(value: int | None, n: int, base: str) -> None:
    assert FigureCard(label="x", value=value, n=n).base == base


def test_figure__below_ten_shows_no_value_anywhere() -> None:
    page = Template("{% figure_card card %}").render(
        Context({"card": FigureCard(label="x", value=Decimal("77.7"), interval=(60, 90), n=9)})
    )
    assert "77.7" not in page
    assert "60" not in page


def test_figure__no_data_is_never_zero() -> None:
    with translation.override("en"):
        page = Template("{% figure_card card %}").render(Context({"card": FigureCard(label="x", value=None)}))
    assert "no data" in page
    assert ">0" not in page


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict", "arrow"),
    [
        (-1, 2, "up", Verdict.NO_CLEAR_CHANGE, ""),
        (0, 2, "up", Verdict.NO_CLEAR_CHANGE, ""),
        (0.1, 2, "up", Verdict.BETTER, "▲"),
        (0.1, 2, "down", Verdict.WORSE, "▲"),
        (-2, -0.1, "down", Verdict.BETTER, "▼"),
        (None, None, "up", Verdict.NOT_COMPARABLE, ""),
    ],
)
def test_trend__has_an_arrow_only_beyond_noise(
    low: float | None, high: float | None, direction: str, verdict: Verdict, arrow: str
) -> None:
    trend = Trend.of(low, high, higher_is_better=direction == "up", against="Q2")
    assert trend.verdict is verdict
    assert card_context(FigureCard(label="x", value=1, trend=trend))["arrow"] == arrow


def test_sparkline__a_missing_period_is_a_gap() -> None:
    drawn = sparkline([SparkPoint(1), SparkPoint(2), SparkPoint(None), SparkPoint(3), SparkPoint(4)])
    assert drawn.split("zk-spark-line")[1].split('d="')[1].split('"')[0].count("M") == 2


def test_person__calling_and_revealing_are_apart() -> None:
    drawn = render.person(Person(name="陈静", phone="138****5678", call_url="/call", reveal_url="/reveal"), INK)
    assert 'href="/call"' in drawn
    assert 'data-zk-reveal="/reveal"' in drawn
    assert "138****5678" in drawn


def test_cells__what_people_typed_is_escaped() -> None:
    assert "<script>" not in render.person(Person(name="<script>alert(1)</script>"), INK)
    assert "<script>" not in render.waybill("<script>")


def test_timeline__groups_by_the_readers_day_and_folds_scans() -> None:
    def entry(key: str, hours: int, audience: Audience) -> TimelineEntry:
        return TimelineEntry(key=key, at=NOW - hours * HOUR, channel=Channel.GOODS, who="x", audience=audience)

    entries = [entry("call", 0, Audience.CUSTOMER), *(entry(f"s{n}", 1 + n, Audience.SYSTEM) for n in range(4))]
    entries.append(entry("old", 15, Audience.CUSTOMER))
    found = days(entries, INK)
    assert [day.day.isoformat() for day in found] == ["2025-11-21", "2025-11-20"]
    assert [(len(group.entries), group.collapsed) for group in found[0].groups] == [(1, False), (4, True)]
