"""Golden values 5 and 6 of methods §11, and what a comparison may never say."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zhike.methods.comparisons import (
    compare_means,
    compare_rates,
    fisher,
    mann_whitney,
    mann_whitney_of_counts,
    mcnemar,
    n_minus_1,
    pooled_z,
)
from zhike.methods.intervals import newcombe, welch

COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ANSWERS = st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan]), min_size=1, max_size=40).filter(
    lambda answers: not np.isnan(answers).all()
)


def test_pooled_z_and_n_minus_1__give_the_values_of_their_formulas() -> None:
    z, p = pooled_z(56, 70, 48, 80)
    assert (round(float(z), 5), round(float(p), 6)) == (2.65017, 0.008045)

    z, p = n_minus_1(56, 70, 48, 80)
    assert (round(float(z), 5), round(float(p), 6)) == (2.64132, 0.008258)


def test_compare_rates__shows_the_difference_and_its_interval() -> None:
    found = compare_rates(56, 70, 48, 80)

    assert float(found.difference) == pytest.approx(0.2)
    assert (round(float(found.interval.low), 4), round(float(found.interval.high), 4)) == (0.0524, 0.3339)
    assert round(float(found.p), 6) == 0.008258
    assert not found.exact


def test_compare_rates__is_exact_where_less_than_one_is_expected() -> None:
    """One complaint of 30 against none of 10: 0.25 expected in the small group."""
    found = compare_rates([1, 56, 0], [30, 70, 30], [0, 48, 0], [10, 80, 10])

    assert found.exact.tolist() == [True, False, False]
    assert found.p.tolist() == pytest.approx([stats.fisher_exact([[1, 29], [0, 10]])[1], 0.008258, 1.0], abs=1e-6)


def test_compare_rates__at_another_level_has_another_interval() -> None:
    found = compare_rates(56, 70, 48, 80, level=0.9)
    expected = newcombe(56, 70, 48, 80, z=float(stats.norm.ppf(0.95)))

    assert [float(one) for one in found.interval] == pytest.approx([float(one) for one in expected])
    with pytest.raises(ValueError, match="level"):
        compare_rates(56, 70, 48, 80, level=95)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=8))
def test_fisher__agrees_with_scipy_in_one_go(tables: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    x1, n1, x2, n2 = (np.array([(*one, *other)[i] for one, other in tables]) for i in range(4))

    found = fisher(x1, n1, x2, n2)

    expected = [
        stats.fisher_exact([[a, k - a], [b, m - b]])[1] for a, k, b, m in zip(x1, n1, x2, n2, strict=True)
    ]  # fmt: skip
    assert found.tolist() == pytest.approx(expected, rel=1e-6)


def test_fisher__of_no_tables_is_nothing() -> None:
    assert fisher([], [], [], []).shape == (0,)


def test_fisher__refuses_counts_that_are_not_whole() -> None:
    with pytest.raises(ValueError, match="whole"):
        fisher(1.5, 4, 2, 4)


@given(COUNTS, COUNTS)
def test_compare_rates__says_the_opposite_the_other_way_round(one: tuple[int, int], other: tuple[int, int]) -> None:
    found, back = compare_rates(*one, *other), compare_rates(*other, *one)

    assert float(found.difference) == -float(back.difference)
    assert float(found.interval.low) == pytest.approx(-float(back.interval.high))
    assert float(found.p) == pytest.approx(float(back.p))
    assert 0 <= found.p <= 1
    assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1


@pytest.mark.parametrize("counts", [(4, 3, 1, 2), (-1, 3, 1, 2), (1, 3, 0, 0), (np.nan, 3, 1, 2)])
def test_comparisons_of_rates__refuse_counts_that_cannot_be(counts: tuple[float, float, float, float]) -> None:
    for comparison in (pooled_z, n_minus_1, fisher, compare_rates):
        with pytest.raises(ValueError, match="on both sides"):
            comparison(*counts)


def test_pooled_z__of_nobody_against_nobody_is_no_difference() -> None:
    assert [float(one) for one in pooled_z([0, 5], [4, 5], [0, 9], [9, 9]).p] == [1.0, 1.0]


def test_mcnemar__is_exact() -> None:
    found = mcnemar(40, 15, 5, 20)

    assert round(float(found.p), 6) == 0.041389
    assert float(found.difference) == pytest.approx(10 / 80)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [((36, 12, 2, 0), 0.0569, 0.3404), ((1, 1, 7, 12), -0.5069, -0.0256)],
)
def test_mcnemar__has_the_published_interval_of_paired_proportions(
    table: tuple[int, int, int, int], low: float, high: float
) -> None:
    """The first from Newcombe 1998, the second the patients of Bentur et al. 2009."""
    found = mcnemar(*table)

    assert (round(float(found.interval.low), 4), round(float(found.interval.high), 4)) == (low, high)


@given(st.tuples(*[st.integers(0, 300)] * 4).filter(any))
def test_mcnemar__holds_the_difference_within_minus_one_and_one(table: tuple[int, int, int, int]) -> None:
    both, first, second, neither = table

    found, back = mcnemar(*table), mcnemar(both, second, first, neither)

    assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1
    assert 0 < found.p <= 1
    assert float(found.p) == float(back.p)
    assert float(found.interval.low) == pytest.approx(-float(back.interval.high), abs=1e-12)


@pytest.mark.parametrize("table", [(0, 0, 0, 0), (1, -1, 2, 3), (1, 1.5, 2, 3)])
def test_mcnemar__refuses_what_is_nobody(table: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="at least one person"):
        mcnemar(*table)


def test_compare_means__is_welchs() -> None:
    found = compare_means(4.2, 0.9, 120, 4.0, 1.1, 100)
    interval = welch(4.2, 0.9, 120, 4.0, 1.1, 100)

    assert round(float(found.t), 5) == 1.45671
    assert round(float(found.freedom), 3) == 190.852
    assert round(float(found.p), 6) == 0.146839
    assert (float(found.interval.low), float(found.interval.high)) == (float(interval.low), float(interval.high))


VARYING = st.lists(st.integers(-50, 50), min_size=2, max_size=30).filter(lambda values: len(set(values)) > 1)


@given(VARYING, VARYING)
def test_compare_means__agrees_with_scipy_on_the_rows(first: list[int], second: list[int]) -> None:
    one, other = np.array(first, dtype=float), np.array(second, dtype=float)
    expected = stats.ttest_ind(one, other, equal_var=False)

    found = compare_means(one.mean(), one.std(ddof=1), len(one), other.mean(), other.std(ddof=1), len(other))

    assert float(found.p) == pytest.approx(float(expected.pvalue), abs=1e-9)


def test_compare_means__of_values_that_do_not_vary() -> None:
    found = compare_means([3.0, 3.0], 0.0, 5, [3.0, 2.0], 0.0, 5)

    assert found.p.tolist() == [1.0, 0.0]
    assert found.t.tolist() == [0.0, np.inf]


def test_mann_whitney__agrees_with_scipy_and_leaves_out_what_is_missing() -> None:
    expected = stats.mannwhitneyu([1, 2, 3, 4, 5], [3, 4, 5, 5, 5], method="asymptotic")

    found = mann_whitney([1, 2, 3, np.nan, 4, 5], [3, 4, 5, 5, 5])

    assert (found.u, found.p) == (float(expected.statistic), float(expected.pvalue))
    assert found.superiority == 5.5 / 25
    assert found.difference == pytest.approx(-0.56)


def test_mann_whitney__has_an_interval_also_where_the_samples_do_not_overlap() -> None:
    found = mann_whitney([4, 4, 5, 5, 5], [1, 1, 2, 2, 1])

    assert found.superiority == 1
    assert float(found.interval.high) == 1
    assert 0.2 < found.interval.low < 0.5


def test_mann_whitney__of_everybody_saying_the_same_is_no_difference() -> None:
    found = mann_whitney([3, 3], [3])

    assert (found.p, found.difference) == (1.0, 0.0)
    assert found.interval.low < 0 < found.interval.high


@given(ANSWERS, ANSWERS, st.randoms())
def test_mann_whitney__holds_the_difference_in_any_order(
    first: list[float], second: list[float], random: Random
) -> None:
    shuffled = list(first)
    random.shuffle(shuffled)

    found, other, back = mann_whitney(first, second), mann_whitney(shuffled, second), mann_whitney(second, first)

    assert (found.u, found.p) == (other.u, other.p)
    assert found.difference == pytest.approx(-back.difference)
    assert -1 <= found.interval.low <= found.difference + 1e-9
    assert found.difference - 1e-9 <= found.interval.high <= 1


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5).filter(any))
def test_mann_whitney__of_counts_is_that_of_the_rows(counts: list[int]) -> None:
    other = [3, 1, 4, 1, 5]

    found = mann_whitney_of_counts(counts, other)

    assert found.p == mann_whitney(np.repeat(range(5), counts), np.repeat(range(5), other)).p


def test_mann_whitney__refuses_an_empty_sample_and_broken_counts() -> None:
    with pytest.raises(ValueError, match="on both sides"):
        mann_whitney([np.nan], [3])
    for bad in ([1, -2, 3], [1, 2], [1, 2.5, 3]):
        with pytest.raises(ValueError, match="same levels"):
            mann_whitney_of_counts([1, 2, 3], bad)
