"""What differs by more than chance."""

import numpy as np
import pytest

from zhike.methods.signals import change_point, rate_tails, volume_tails


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
