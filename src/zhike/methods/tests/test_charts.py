"""Golden values 32 and 45 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.charts import cusum_low, ewma, ewma_limits, share_chart, share_limits

LOSS = [100, 104, 98, 102, 96, 80, 78, 75]
SERIES = st.lists(st.floats(-1000, 1000), min_size=1, max_size=40)


def test_share_limits__of_a_satisfaction_rate() -> None:
    found = share_limits(0.86, 150)

    assert (round(float(found.low), 4), round(float(found.high), 4)) == (0.7750, 0.9450)


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_share_limits__hold_the_share_within_zero_and_one(share: float, n: int) -> None:
    found = share_limits(share, n)

    assert 0 <= found.low <= share <= found.high <= 1


@pytest.mark.parametrize(("share", "n"), [(1.2, 5), (-0.1, 5), (0.5, 0), (np.nan, 5)])
def test_share_limits__refuse_what_is_no_share(share: float, n: int) -> None:
    with pytest.raises(ValueError, match="needs 0 <= share"):
        share_limits(share, n)


def test_share_chart__shows_the_period_that_is_beyond_noise() -> None:
    found = share_chart([90, 88, 91, 60, 0], [100, 100, 100, 100, 0])

    assert float(found.centre) == 329 / 400
    assert found.outside.tolist() == [False, False, False, True, False]
    assert np.isnan(found.shares[4])
    assert np.isnan(found.limits.low[4])
    expected = share_limits(329 / 400, 100)
    assert (float(found.limits.low[0]), float(found.limits.high[0])) == (float(expected.low), float(expected.high))


def test_share_chart__of_many_units_at_once() -> None:
    found = share_chart([[5, 5], [9, 1]], [[10, 10], [10, 10]])

    assert found.centre.tolist() == [0.5, 0.5]
    assert found.shares.shape == (2, 2)


@pytest.mark.parametrize(("x", "n"), [([3], [2]), ([-1], [2]), ([0, 0], [0, 0]), (3, 4)])
def test_share_chart__refuses_counts_that_cannot_be(x: list[int], n: list[int]) -> None:
    with pytest.raises(ValueError, match="by period"):
        share_chart(x, n)


def test_ewma__follows_the_loss() -> None:
    found = ewma(LOSS)

    assert round(float(found[-1]), 4) == 84.7128
    assert found[:3].tolist() == pytest.approx([100, 101.2, 100.24])


def test_ewma__begins_where_it_is_told_and_works_on_many_series() -> None:
    found = ewma([LOSS, LOSS[::-1]], start=[100, 75])

    assert found[0].tolist() == pytest.approx(ewma(LOSS).tolist())
    assert found[1].tolist() == pytest.approx(ewma(LOSS[::-1]).tolist())
    assert float(ewma([10.0], start=0)[0]) == pytest.approx(3)


@given(SERIES, st.floats(0.01, 1))
def test_ewma__stays_within_what_was_seen(values: list[float], smoothing: float) -> None:
    expected = values[0]
    for value, found in zip(values, ewma(values, smoothing=smoothing), strict=True):
        expected = smoothing * value + (1 - smoothing) * expected
        assert float(found) == pytest.approx(expected, abs=1e-6)
    assert min(values) - 1e-6 <= expected <= max(values) + 1e-6


def test_ewma_limits__widen_from_the_first_step_to_their_final_distance() -> None:
    found = ewma_limits(100, 5, 60)

    assert float(found.high[0]) == pytest.approx(100 + 3 * 5 * 0.3)
    assert float(found.high[-1]) == pytest.approx(100 + 15 * np.sqrt(0.3 / 1.7))
    assert (np.diff(found.low) <= 0).all()


def test_cusum_low__raises_the_alarm_in_the_seventh_week() -> None:
    found = cusum_low(LOSS, 100, 5)

    assert found.path.round(4).tolist() == [0, 0, 0, 0, 0.3, 3.8, 7.7, 12.2]
    assert int(found.alarm) == 6


def test_cusum_low__of_many_series_names_each_alarm() -> None:
    found = cusum_low([LOSS, [100] * 8], [100, 100], [5, 5])

    assert found.alarm.tolist() == [6, -1]


@given(SERIES)
def test_cusum_low__is_the_sum_that_never_falls_below_nought(values: list[float]) -> None:
    expected = 0.0
    for value, found in zip(values, cusum_low(values, 10, 25).path, strict=True):
        expected = max(0.0, expected - (value - 10) / 25 - 0.5)
        assert float(found) == pytest.approx(expected, abs=1e-9)


def test_series__without_order_or_with_gaps_are_refused() -> None:
    for bad in ([], [1.0, np.nan]):
        with pytest.raises(ValueError, match="no gaps"):
            ewma(bad)
        with pytest.raises(ValueError, match="no gaps"):
            cusum_low(bad, 0, 1)
    with pytest.raises(ValueError, match="deviation > 0"):
        cusum_low([1.0], 0, 0)
    with pytest.raises(ValueError, match="smoothing"):
        ewma([1.0], smoothing=0)
    with pytest.raises(ValueError, match="smoothing"):
        ewma_limits(0, 1, 3, smoothing=1.5)
    with pytest.raises(ValueError, match="a period"):
        ewma_limits(0, 1, 0)
