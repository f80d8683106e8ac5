"""Golden value 16 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.multiplicity import adjusted_bh, benjamini_hochberg

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


def test_benjamini_hochberg__refuses_what_is_no_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.2, 1.2])
