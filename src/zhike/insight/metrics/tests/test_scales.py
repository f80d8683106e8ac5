"""Durations read in the unit that fits them; what programs read stays in hours."""

from dataclasses import replace

import pytest

from zhike.insight.metrics.pages.scales import drawn, drawn_change, scale_of
from zhike.insight.metrics.types import Base, Change, Figure, metric_of

TIME = metric_of("waiting_first_answer_time")
SECOND, MINUTE = 1 / 3600, 1 / 60


@pytest.mark.parametrize(
    ("mean", "median", "factor"),
    [
        (40 * SECOND, 30 * SECOND, 3600.0),
        (119 * SECOND, None, 3600.0),
        (2 * MINUTE, None, 60.0),
        (90 * MINUTE, 80 * MINUTE, 60.0),
        (2.0, 1.5, 1.0),
        # A few that waited long: the usual one is still to be read.
        (5.0, 45 * SECOND, 60.0),
        (None, None, 1.0),
    ],
)
def test_scale__follows_the_mean_and_keeps_the_usual_one_readable(
    mean: float | None, median: float | None, factor: float
) -> None:
    assert scale_of(TIME, mean, median).factor == factor


def test_scale__is_of_durations_alone() -> None:
    assert (scale_of(metric_of("on_time"), 0.001).factor, scale_of(metric_of("on_time"), 0.001).unit) == (1.0, "%")


def test_drawn__moves_the_whole_figure_and_leaves_counts() -> None:
    figure = Figure(
        at={}, names={}, n=12, missing=3, base=Base.SMALL, value=0.01, low=0.005, high=0.02, median=0.01, p90=0.02
    )
    shown = drawn(figure, scale_of(TIME, figure.value))
    assert (shown.value, shown.low, shown.high, shown.median, shown.p90) == pytest.approx((36, 18, 72, 36, 72))
    assert (shown.n, shown.missing, shown.base) == (12, 3, Base.SMALL)
    assert drawn(figure, scale_of(TIME, 5.0)) is figure
    assert drawn(replace(figure, value=None, low=None), scale_of(TIME, 0.01)).low is None
    change = drawn_change(Change(difference=-0.01, low=-0.02, high=0.001), scale_of(TIME, 0.01))
    assert (change.difference, change.low, change.high) == pytest.approx((-36, -72, 3.6))
