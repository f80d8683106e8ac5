"""Golden value 45 of methods §11, intimacy and shrinkage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.intimacy import intimacy, loyalty, minimum_line, shrunken


def test_intimacy__gives_the_golden_value() -> None:
    assert round(float(intimacy(0.8, 0.5)), 4) == 63.2456


def test_shrunken__gives_the_golden_value() -> None:
    assert round(float(shrunken(14 / 24, 24, 0.86)), 5) == 0.70909


def test_shrunken__of_nobody_is_the_parent() -> None:
    assert shrunken([np.nan, 0.5], [0, 10**9], 0.86) == pytest.approx([0.86, 0.5])


@pytest.mark.parametrize(
    ("satisfaction", "loyal", "value"),
    [(0.6, 0.9, 100 * np.sqrt(0.54)), (0.5, 0.9, 50), (0.5, 0.2, 100 * np.sqrt(0.1)), (0, 1, 0), (1, 1, 100)],
)
def test_intimacy__lets_no_loyalty_stand_above_too_little_satisfaction(
    satisfaction: float, loyal: float, value: float
) -> None:
    assert float(intimacy(satisfaction, loyal)) == pytest.approx(value)


def test_loyalty__weighs_retention_wallet_and_breadth() -> None:
    assert loyalty([1, 0, 0, 0.8], [0, 1, 0, 0.5], [0, 0, 1, 0.25]) == pytest.approx([0.5, 0.3, 0.2, 0.6])


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_intimacy__never_falls_as_satisfaction_rises(one: float, other: float, loyal: float) -> None:
    low, high = sorted((one, other))

    assert 0 <= intimacy(low, loyal) <= intimacy(high, loyal) + 1e-9 <= 100 + 1e-9


@pytest.mark.parametrize("part", [-0.1, 1.1])
def test_parts__lie_between_nought_and_one(part: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        intimacy(part, 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        loyalty(0.5, part, 0.5)


def test_shrunken__refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="n >= 0"):
        shrunken(0.5, -1, 0.5)
    with pytest.raises(ValueError, match="prior above 0"):
        shrunken(0.5, 1, 0.5, prior=0)


def test_minimum_line__finds_where_loyalty_bends() -> None:
    dice = np.random.default_rng(1)
    s = dice.uniform(0, 1, 1000)
    given = 0.7 + 0.1 * s - 1.2 * np.maximum(0.6 - s, 0) + dice.normal(0, 0.05, 1000)
    given[:7] = np.nan

    found = minimum_line(s, given)

    assert found is not None
    assert found.limits.low <= 0.6 <= found.limits.high
    assert found.limits.low <= found.at <= found.limits.high
    assert (found.below, found.above) == pytest.approx((1.3, 0.1), abs=0.1)
    assert (found.n, found.missing) == (993, 7)


@pytest.mark.parametrize("bend", [0.0, 1.0])
def test_minimum_line__draws_none_that_is_not_there(bend: float) -> None:
    """A straight line has no bend; one that is steeper above is no minimum."""
    dice = np.random.default_rng(2)
    s = dice.uniform(0, 1, 1000)

    assert minimum_line(s, 0.2 + 0.3 * s + bend * np.maximum(s - 0.5, 0) + dice.normal(0, 0.05, 1000)) is None


@pytest.mark.parametrize("n", [0, 1, 59])
def test_minimum_line__needs_people_on_both_sides(n: int) -> None:
    s = np.linspace(0, 1, n)

    assert minimum_line(s, np.minimum(s, 0.5)) is None


def test_minimum_line__of_points_on_the_lines_is_exact() -> None:
    s = np.linspace(0, 1, 401)

    found = minimum_line(s, np.minimum(s, 0.5))

    assert found is not None
    assert found.at == pytest.approx(0.5)


def test_minimum_line__refuses_unequal_shapes() -> None:
    with pytest.raises(ValueError, match="same customers"):
        minimum_line([0.5], [0.5, 0.6])
