"""Golden values 1 to 4, 7 and 8 of methods §11, and what must hold for any counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zhike.methods.intervals import (
    Interval,
    agresti_coull,
    clopper_pearson,
    clustered_mean_interval,
    difference,
    mean_interval,
    newcombe,
    nonresponse_bounds,
    quantile_ranks,
    wald,
    welch,
    wilson,
    wilson_share,
)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (14, 24, 0.3883, 0.7553),
    ],
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


COUNTS = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_every_interval_of_a_rate__holds_the_rate_and_stays_within_zero_and_one(counts: tuple[int, int]) -> None:
    x, n = counts

    for interval in (wald, agresti_coull, clopper_pearson):
        found = interval(x, n)
        assert 0 <= found.low <= x / n * (1 + 1e-12)
        assert x / n * (1 - 1e-12) <= found.high <= 1


@given(COUNTS)
def test_agresti_coull__is_never_narrower_than_wilson(counts: tuple[int, int]) -> None:
    found, score = agresti_coull(*counts), wilson(*counts)

    assert found.low <= score.low + 1e-12
    assert found.high >= score.high - 1e-12


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson__leaves_half_the_error_on_either_side(counts: tuple[int, int]) -> None:
    x, n = counts

    found = clopper_pearson(x, n)

    if x > 0:
        assert stats.binom.sf(x - 1, n, found.low) == pytest.approx(0.025)
    if x < n:
        assert stats.binom.cdf(x, n, found.high) == pytest.approx(0.025)


@pytest.mark.parametrize(("x", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_every_interval_of_a_rate__refuses_counts_that_cannot_be(x: int, n: int) -> None:
    for interval in (wilson, wald, agresti_coull, clopper_pearson):
        with pytest.raises(ValueError, match="needs 0 <= x <= n"):
            interval(x, n)


def rounded(interval: Interval) -> tuple[float, float]:
    return round(float(interval.low), 4), round(float(interval.high), 4)


@pytest.mark.parametrize(("x", "n", "low", "high"), [(81, 263, 0.2522, 0.3638), (15, 148, 0.0527, 0.1500)])
def test_wald__gives_the_published_values(x: int, n: int, low: float, high: float) -> None:
    assert rounded(wald(x, n)) == (low, high)


def test_agresti_coull_and_clopper_pearson__give_the_values_of_their_formulas() -> None:
    assert rounded(agresti_coull(81, 263)) == (0.2552, 0.3663)
    assert rounded(clopper_pearson(15, 148)) == (0.0578, 0.1617)


def test_wilson_share__takes_an_effective_base_and_knows_no_data() -> None:
    found = wilson_share([14 / 24, np.nan, 0.4], [102.857, 50, 0])

    assert rounded(Interval(found.low[0], found.high[0])) == (0.4867, 0.6739)
    assert np.isnan(found.low[1:]).all()
    assert np.isnan(found.high[1:]).all()


def test_wilson_share__refuses_what_is_no_share() -> None:
    with pytest.raises(ValueError, match="0 <= p <= 1"):
        wilson_share(58.33, 24)


def test_nonresponse_bounds__say_what_the_seven_who_kept_silent_could_change() -> None:
    assert rounded(nonresponse_bounds(14, 24, 7)) == (0.4516, 0.6774)
    assert np.isnan(nonresponse_bounds(0, 0, 0).low)
    assert rounded(nonresponse_bounds(0, 0, 3)) == (0.0, 1.0)


@given(COUNTS, st.integers(0, 10**6))
def test_nonresponse_bounds__hold_the_rate(counts: tuple[int, int], silent: int) -> None:
    x, n = counts

    found = nonresponse_bounds(x, n, silent)

    assert 0 <= found.low <= x / n <= found.high <= 1


def test_nonresponse_bounds__refuse_fewer_than_nobody() -> None:
    with pytest.raises(ValueError, match="silent >= 0"):
        nonresponse_bounds(1, 2, -1)


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


def test_clustered_mean__counts_each_person_once() -> None:
    # Three people: 2 and 4; 5; 9, 9 and 9. Mean 38 ÷ 6; residuals 6 − 12.667, 5 − 6.333 and 27 − 19.
    mean, limits = clustered_mean_interval([6, 5, 27], [2, 1, 3])
    assert mean == pytest.approx(38 / 6)
    error = math.sqrt(1.5 * (6.666667**2 + 1.333333**2 + 8**2)) / 6
    # t of 0.975 with two degrees of freedom is 4.302653.
    assert float(limits.high) - mean == pytest.approx(4.302653 * error, abs=1e-4)
    # One value each is the usual interval of a mean.
    values = [1.0, 2.0, 4.0, 5.0]
    _mean, plain = clustered_mean_interval(values, [1, 1, 1, 1])
    assert plain == pytest.approx(mean_interval(3.0, np.std(values, ddof=1), 4))


def test_clustered_mean__of_nobody_and_of_one_person() -> None:
    assert math.isnan(clustered_mean_interval([], [])[0])
    mean, limits = clustered_mean_interval([6], [2])
    assert (mean, math.isnan(float(limits.low))) == (3.0, True)
    with pytest.raises(ValueError, match="each person"):
        clustered_mean_interval([1, 2], [1, 0])
