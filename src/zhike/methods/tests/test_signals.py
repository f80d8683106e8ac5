"""What differs by more than chance; golden values 32 and 45 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.signals import (
    change_point,
    excess_tails,
    rate_tails,
    shortfall_tails,
    silence_tails,
    volume_tails,
)


def test_rate_tails__is_fishers_test_against_the_rest() -> None:
    """Unit 8 of 10 in a company of 20 of 100: the hypergeometric upper tail, doubled."""
    (found,) = rate_tails([8], [10], 20, 100)

    assert found == pytest.approx(2 * 2.48e-05, rel=0.05)


def test_rate_tails__says_nothing_of_an_empty_unit() -> None:
    assert rate_tails([0], [0], 5, 50).tolist() == [1.0]


def test_change_point__finds_the_first_period_of_the_new_rate() -> None:
    x = np.array([1, 0, 1, 1, 0, 9, 11, 8])

    position, gain = change_point(x, np.full(8, 100))

    assert position == 5
    assert gain > 30


def test_change_point__finds_nothing_in_a_constant_rate() -> None:
    assert change_point([5, 5, 5, 5], [100] * 4) == (0, 0.0)


def test_volume_tails__compares_with_the_units_own_past() -> None:
    """12 against 25 expected of 37 with an equal share: P(Bin(37, .5) ≤ 12) = .0235."""
    (found,) = volume_tails([12], [25], 0.5)

    assert found == pytest.approx(0.0235, abs=0.0005)


def test_silence_tails__of_three_usual_gaps_is_below_the_warning() -> None:
    found = silence_tails([21, 0, 7], 7)

    assert found.round(5).tolist() == [0.04979, 1.0, 0.36788]


def test_shortfall_tails__is_poisson_and_wider_where_the_volume_varies_more() -> None:
    found = shortfall_tails(12, 25, dispersion=[1, 2])

    assert found.round(6).tolist() == [0.003144, 0.023516]


@given(st.integers(0, 200), st.floats(0.5, 200))
def test_shortfall_tails__with_hardly_any_dispersion_is_poissons(count: int, expected: float) -> None:
    poisson, nearly = shortfall_tails(count, expected, dispersion=[1, 1 + 1e-6])

    assert nearly == pytest.approx(poisson, abs=1e-4)


def test_excess_tails__opens_a_problem_for_nine_of_the_same_cause() -> None:
    found = excess_tails([9, 0], 2.5)

    assert found.round(5).tolist() == [0.00114, 1.0]


def test_tails__refuse_what_cannot_be_expected() -> None:
    with pytest.raises(ValueError, match="gap >= 0"):
        silence_tails(-1, 7)
    with pytest.raises(ValueError, match="usual > 0"):
        silence_tails(3, 0)
    with pytest.raises(ValueError, match="expected > 0"):
        shortfall_tails(3, 0)
    with pytest.raises(ValueError, match="dispersion >= 1"):
        shortfall_tails(3, 5, dispersion=0.9)
    with pytest.raises(ValueError, match="count >= 0"):
        excess_tails(-1, 2)
