"""Golden value 41 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from zhike.methods.intervals import wilson
from zhike.methods.perfect_order import if_independent, joint, possible


@pytest.mark.parametrize(("rates", "percent"), [([0.95] * 4, 81.45), ([0.99, 0.98, 0.97, 0.96], 90.35)])
def test_if_independent__gives_the_golden_values(rates: list[float], percent: float) -> None:
    assert round(100 * if_independent(rates), 2) == percent


def test_joint__counts_orders_right_in_every_respect() -> None:
    """Late orders are the damaged ones: three respects of 90 %, yet nine of ten orders are perfect."""
    found = joint([(1, 1, 1)] * 9 + [(0, 0, 0), (1, np.nan, 1)])

    assert (found.rate, found.n, found.missing) == (0.9, 10, 1)
    assert found.limits == wilson(9, 10)
    assert found.product == pytest.approx(0.729)
    assert found.single == (0.9, 0.9, 0.9)


@given(arrays(float, st.tuples(st.integers(1, 40), st.integers(1, 5)), elements=st.sampled_from([0.0, 1.0])))
def test_joint__lies_where_the_single_rates_allow(holds: NDArray[np.float64]) -> None:
    found = joint(holds)
    low, high = possible(found.single)

    assert low - 1e-12 <= found.rate <= high + 1e-12
    assert low - 1e-12 <= found.product <= high + 1e-12


@pytest.mark.parametrize(
    ("holds", "words"),
    [([1, 0], r"flags \(n, k\)"), ([(1, 2)], "1 or 0"), ([(1, np.nan)], "one order at least")],
)
def test_joint__refuses_what_is_no_flag(holds: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        joint(holds)


@pytest.mark.parametrize("rates", [[], [1.1], [-0.1], [np.nan]])
def test_rates__lie_between_zero_and_one(rates: list[float]) -> None:
    for method in (if_independent, possible):
        with pytest.raises(ValueError, match="between 0 and 1"):
            method(rates)
