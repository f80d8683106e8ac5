"""Golden values 1 and 4 of methods §11, and what must hold for any counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zhike.methods.intervals import difference, mean_interval, newcombe, quantile_ranks, welch, wilson


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson__gives_the_published_values(x: int, n: int, low: float, high: float) -> None:
    found = wilson(x, n)

    assert (round(float(found.low), 4), round(float(found.high), 4)) == (low, high)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((5, 56, 0, 29), -0.0381, 0.1926)],
)
def test_newcombe__gives_the_published_values(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe(*counts)

    assert (round(float(found.low), 4), round(float(found.high), 4)) == (low, high)


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson__holds_the_rate_and_stays_within_zero_and_one(counts: tuple[int, int]) -> None:
    x, n = counts

    found = wilson(x, n)

    assert 0 <= found.low <= x / n <= found.high <= 1


@pytest.mark.parametrize(("x", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_wilson__refuses_counts_that_cannot_be(x: int, n: int) -> None:
    with pytest.raises(ValueError, match="needs 0 <= x <= n"):
        wilson(x, n)


def test_wilson__works_on_whole_columns() -> None:
    found = wilson(np.array([0, 5, 10]), 10)

    assert found.low.shape == (3,)


def test_mean_interval__follows_students_t() -> None:
    """t(0.975, 9) = 2.262157; 10 values with mean 50 and deviation 6."""
    found = mean_interval(50, 6, 10)

    assert (round(float(found.low), 4), round(float(found.high), 4)) == (45.7079, 54.2921)


@pytest.mark.parametrize(("deviation", "n"), [(1, 1), (-1, 5)])
def test_mean_interval__refuses_what_has_no_interval(deviation: float, n: int) -> None:
    with pytest.raises(ValueError, match="n >= 2"):
        mean_interval(1, deviation, n)


def test_welch__agrees_with_the_test_of_scipy() -> None:
    """Two samples of unequal size and spread; the interval of scipy.stats.ttest_ind without equal variances."""
    first, second = np.array([27.5, 21.0, 19.0, 23.6, 17.0, 17.9]), np.array([27.1, 22.0, 20.8, 23.4, 28.1, 30.4, 26.9])
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)

    found = welch(first.mean(), first.std(ddof=1), 6, second.mean(), second.std(ddof=1), 7)

    assert float(found.low) == pytest.approx(expected.low, abs=1e-12)
    assert float(found.high) == pytest.approx(expected.high, abs=1e-12)


def test_welch__of_values_that_do_not_vary_is_the_difference_itself() -> None:
    found = welch([3.0, 3.0], [0.0, 0.0], [5, 5], [1.0, 3.0], [0.0, 0.0], [9, 9])

    assert found.low.tolist() == found.high.tolist() == [2.0, 0.0]


@pytest.mark.parametrize("bad", [(1, 0.0), (5, -1.0)])
def test_welch__refuses_what_cannot_be(bad: tuple[int, float]) -> None:
    n, deviation = bad

    with pytest.raises(ValueError, match="n >= 2"):
        welch(1.0, deviation, n, 1.0, 1.0, 9)


@pytest.mark.parametrize(
    ("n", "p", "ranks"),
    [(100, 0.5, (40, 61)), (30, 0.5, (10, 21)), (100, 0.9, (84, 96)), (30, 0.9, None), (5, 0.5, None)],
)
def test_quantile_ranks__are_the_tabulated_ones(n: int, p: float, ranks: tuple[int, int] | None) -> None:
    assert quantile_ranks(n, p) == ranks


@given(st.integers(1, 100_000), st.sampled_from([0.1, 0.5, 0.9]))
def test_quantile_ranks__cover_at_least_the_level(n: int, p: float) -> None:
    ranks = quantile_ranks(n, p)

    if ranks is not None:
        low, high = ranks
        assert 1 <= low < high <= n
        assert stats.binom.cdf(high - 1, n, p) - stats.binom.cdf(low - 1, n, p) >= 0.95


def test_difference__of_proportions_with_wilson_limits_is_newcombes() -> None:
    expected = newcombe(56, 70, 48, 80)

    found = difference(0.8, wilson(56, 70), 0.6, wilson(48, 80))

    assert (float(found.low), float(found.high)) == pytest.approx((float(expected.low), float(expected.high)))
