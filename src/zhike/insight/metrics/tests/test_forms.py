"""What the address of the figures pages may ask, and what is left out of it."""

import re
from datetime import date

import pytest
from django.http import QueryDict

from zhike.insight.metrics.forms import asked_of
from zhike.insight.metrics.pages import draw
from zhike.insight.metrics.types import metrics

TODAY = date(2026, 11, 23)
KNOWN = ["region", "outlet_id", "business_line"]


def test_asked_of__keeps_known_filters_and_two_splits() -> None:
    asked = asked_of(QueryDict("region=CN-JL&region=CN-SH&split=region&split=month&split=outlet_id"), KNOWN, TODAY)
    assert asked.filters == {"region": ("CN-JL", "CN-SH")}
    assert asked.split == ("region", "month")


def test_asked_of__counts_the_present_month_among_the_last_three() -> None:
    asked = asked_of(QueryDict("period=3&since=2020-01"), KNOWN, TODAY)
    assert (asked.since, asked.until) == ("2026-09", "2026-11")


@pytest.mark.parametrize(
    "garbage", ["since=2026-13", "until=x", "period=99", "colour=red", "split=colour", "region=%00"]
)
def test_asked_of__leaves_out_what_cannot_be_read(garbage: str) -> None:
    asked = asked_of(QueryDict(garbage), KNOWN, TODAY)
    assert (asked.period, asked.since, asked.until, asked.split) == ("", "", "", ())
    assert not any(asked.filters.values())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("since=2026-10&until=2026-12", ("2026-10", "2026-11")),
        ("since=2026-12&until=2027-02", ("2026-11", "2026-11")),
        ("since=2026-08&until=2026-10", ("2026-08", "2026-10")),
    ],
)
def test_asked_of__no_period_reaches_beyond_the_present_month(query: str, expected: tuple[str, str]) -> None:
    asked = asked_of(QueryDict(query), KNOWN, TODAY)
    assert (asked.since, asked.until) == expected


def test_without__takes_one_filter_away_and_keeps_the_others() -> None:
    asked = asked_of(QueryDict("region=CN-JL&outlet_id=7&split=month"), KNOWN, TODAY)
    assert asked.without("region") == "?outlet_id=7&split=month"


def test_dictionary__names_the_day_of_every_figure() -> None:
    assert {metric.time for metric in metrics().values()} <= set(draw.TIMES)


def test_dictionary__no_figure_names_a_requirement_by_its_number() -> None:
    texts = [str(text) for metric in metrics().values() for text in (metric.label, metric.definition, metric.source)]
    assert [text for text in texts if re.search(r"[A-Z]{3,4}-\d\d|§", text)] == []
