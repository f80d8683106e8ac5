"""Golden values 1 and 4 of methods §11, and what must hold for any counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.intervals import mean_interval, newcombe, wilson


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
