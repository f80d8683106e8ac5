"""Golden value 16 of methods §11."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.multiplicity import adjusted_bh, adjusted_holm, benjamini_hochberg, holm

BH_1995 = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.0,
]


def test_benjamini_hochberg__rejects_the_four_of_the_paper() -> None:
    assert benjamini_hochberg(BH_1995).tolist() == [True] * 4 + [False] * 11
    assert adjusted_bh(BH_1995)[3:5].round(6).tolist() == [0.035625, 0.0603]


@given(st.lists(st.floats(0, 1), max_size=60))
def test_benjamini_hochberg__agrees_with_the_adjusted_values(values: list[float]) -> None:
    kept = benjamini_hochberg(values)

    clear = np.abs(adjusted_bh(values) - 0.05) > 1e-12
    assert (kept == (adjusted_bh(values) <= 0.05))[clear].all()


def test_holm__rejects_the_three_that_bonferroni_rejects_too() -> None:
    assert holm(BH_1995).tolist() == [True] * 3 + [False] * 12
    assert (np.array(BH_1995) <= 0.05 / 15).sum() == 3
    assert adjusted_holm(BH_1995)[:4].round(4).tolist() == [0.0015, 0.0056, 0.0247, 0.114]


def test_holm__stops_at_the_first_that_fails() -> None:
    """.024 would be held against .025 and pass, but .02 before it has failed against .0167."""
    assert holm([0.024, 0.03, 0.02]).tolist() == [False, False, False]
    assert holm([0.024, 0.03, 0.01]).tolist() == [True, True, True]


@given(st.lists(st.floats(0, 1), max_size=60))
def test_holm__agrees_with_the_adjusted_values(values: list[float]) -> None:
    kept = holm(values)

    clear = np.abs(adjusted_holm(values) - 0.05) > 1e-12
    assert (kept == (adjusted_holm(values) <= 0.05))[clear].all()


@given(st.lists(st.floats(0, 1), max_size=60), st.randoms())
def test_holm__lies_between_bonferroni_and_benjamini_hochberg_in_any_order(values: list[float], random: Random) -> None:
    p = np.array(values)
    order = list(range(len(values)))
    random.shuffle(order)

    kept = holm(p)

    assert (kept >= (p <= 0.05 / max(len(p), 1) * (1 - 1e-9))).all()
    assert (benjamini_hochberg(p) >= kept).all()
    assert (adjusted_holm(p) >= adjusted_bh(p) - 1e-15).all()
    assert holm(p[order]).tolist() == kept[order].tolist()
    assert adjusted_holm(p[order]).tolist() == adjusted_holm(p)[order].tolist()


def test_every_correction__refuses_what_is_no_probability() -> None:
    for correction in (benjamini_hochberg, adjusted_bh, holm, adjusted_holm):
        with pytest.raises(ValueError, match="between 0 and 1"):
            correction([0.2, 1.2])
