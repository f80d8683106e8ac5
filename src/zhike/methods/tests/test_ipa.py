import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.methods.ipa import Quadrant, quadrants


def test_quadrants__sort_round_the_grand_means() -> None:
    found = quadrants([3, 5, 3, 5], 0.1, [0.4, 0.4, 0.1, 0.1], 0.01)

    assert (found.performance, found.importance) == (4, 0.25)
    assert found.quadrants == (Quadrant.CONCENTRATE, Quadrant.KEEP, Quadrant.LOW_PRIORITY, Quadrant.OVERKILL)


@pytest.mark.parametrize(
    ("x", "y", "quadrant"),
    [
        (3.69, 0.9, Quadrant.CONCENTRATE),
        (3.7, 0.9, Quadrant.UNDETERMINED),
        (4.3, 0.9, Quadrant.UNDETERMINED),
        (4.31, 0.9, Quadrant.KEEP),
        (4.31, 0.55, Quadrant.UNDETERMINED),
        (4.31, 0.44, Quadrant.OVERKILL),
    ],
)
def test_quadrants__leave_open_what_lies_within_one_standard_error(x: float, y: float, quadrant: Quadrant) -> None:
    assert quadrants([x], [0.3], [y], [0.05], crosshair=(4, 0.5)).quadrants == (quadrant,)


@given(st.lists(st.tuples(st.floats(1, 7), st.floats(0, 1)), min_size=1, max_size=20))
def test_quadrants__of_endless_doubt_are_all_undetermined(points: list[tuple[float, float]]) -> None:
    x, y = zip(*points, strict=True)

    assert set(quadrants(x, 10, y, 10).quadrants) == {Quadrant.UNDETERMINED}


@pytest.mark.parametrize(
    ("x", "error", "y", "words"),
    [
        ([1, 2], 0.1, [1], "same attributes"),
        ([], 0.1, [], "same attributes"),
        ([1, np.nan], 0.1, [1, 2], "every value"),
        ([1, 2], -0.1, [1, 2], "no negative error"),
        ([1, 2], [0.1, 0.1, 0.1], [1, 2], "one for each"),
    ],
)
def test_quadrants__refuse_what_does_not_fit(x: list[float], error: float, y: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        quadrants(x, error, y, 0.1)
