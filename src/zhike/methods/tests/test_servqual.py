"""Golden values 18 and 19 of methods §11."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from zhike.methods import servqual as quality
from zhike.methods.servqual import DIMENSIONS, PUBLISHED_WEIGHTS, TEN_TO_FIVE, cronbach, servperf, servqual

Floats = NDArray[np.float64]
ORDER = ("reliability", "responsiveness", "assurance", "empathy", "tangibles")
EXPECTED = dict(zip(ORDER, (6.2, 6.0, 6.1, 5.5, 5.2), strict=True))
PERCEIVED = dict(zip(ORDER, (5.4, 5.6, 5.9, 5.3, 5.5), strict=True))


def answered(by_dimension: dict[str, float], people: int = 2) -> Floats:
    """Everybody gives each item its dimension's value."""
    found = np.empty((people, 22))
    for name, at in DIMENSIONS.items():
        found[:, list(at)] = by_dimension[name]
    return found


def test_servqual__gives_the_golden_values() -> None:
    found = servqual(answered(PERCEIVED), answered(EXPECTED))

    assert {name: round(one.mean, 6) for name, one in found.scores.items()} == {
        "tangibles": 0.3,
        "reliability": -0.8,
        "responsiveness": -0.4,
        "assurance": -0.2,
        "empathy": -0.2,
    }
    assert (round(found.mean, 6), round(found.weighted, 6)) == (-0.26, -0.381)


def test_servqual__has_twenty_two_items_in_five_dimensions() -> None:
    assert [at for items in DIMENSIONS.values() for at in items] == list(range(22))
    assert {name: len(items) for name, items in DIMENSIONS.items()} == {
        "tangibles": 4,
        "reliability": 5,
        "responsiveness": 4,
        "assurance": 4,
        "empathy": 5,
    }
    assert sum(PUBLISHED_WEIGHTS.values()) == pytest.approx(1)


def test_servperf__is_the_perception_alone() -> None:
    found = servperf(answered(PERCEIVED))

    assert found.scores["reliability"].mean == pytest.approx(5.4)
    assert found.mean == pytest.approx(np.mean(list(PERCEIVED.values())))


def test_servqual__counts_a_person_in_each_dimension_fully_answered() -> None:
    perceived, expected = answered(PERCEIVED, 5), answered(EXPECTED, 5)
    perceived[0, 4], expected[1, 6] = np.nan, np.nan

    found = servqual(perceived, expected)

    assert (found.scores["reliability"].n, found.scores["reliability"].missing) == (3, 2)
    assert (found.scores["empathy"].n, found.scores["empathy"].missing) == (5, 0)


def test_servqual__says_how_sure_a_dimension_is() -> None:
    dice = np.random.default_rng(1)
    perceived = np.clip(np.round(5 + dice.normal(size=(80, 1)) + 0.7 * dice.normal(size=(80, 22))), 1, 7)

    one = servperf(perceived).scores["assurance"]

    assert one.limits.low < one.mean < one.limits.high
    assert one.alpha == cronbach(perceived[:, 13:17])


def test_five_of_ten__merges_the_dimensions_of_1985() -> None:
    ten = {name: float(at) for at, name in enumerate(TEN_TO_FIVE)}

    assert len(ten) == 10
    assert quality.five_of_ten(ten) == {
        "tangibles": ten["tangibles"],
        "reliability": ten["reliability"],
        "responsiveness": ten["responsiveness"],
        "assurance": np.mean([ten[one] for one in ("competence", "courtesy", "credibility", "security")]),
        "empathy": np.mean([ten[one] for one in ("access", "communication", "understanding")]),
    }


@pytest.mark.parametrize("ten", [{"speed": 3.0}, {name: 3.0 for name in TEN_TO_FIVE if name != "tangibles"}])
def test_five_of_ten__refuses_what_does_not_make_five(ten: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="five_of_ten knows"):
        quality.five_of_ten(ten)


def test_allocated__averages_what_each_person_gave() -> None:
    found = quality.allocated(np.array([(40, 20, 20, 10, 10), (20, 20, 20, 20, 0), (np.nan, 50, 50, 0, 0)]))

    assert found["reliability"] == pytest.approx((0.40 + 0.25) / 2)
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize("points", [[[1, 2]], [[-1, 101, 0, 0, 0]], [[0, 0, 0, 0, 0]]])
def test_allocated__refuses_what_is_no_division(points: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"points"):
        quality.allocated(points)


def test_cronbach__gives_the_golden_value() -> None:
    assert round(cronbach([(4, 5, 4), (3, 3, 2), (5, 5, 5), (2, 3, 2), (4, 4, 5)]), 6) == 0.934426


@given(arrays(float, st.tuples(st.integers(2, 30), st.integers(2, 8)), elements=st.integers(1, 7).map(float)))
def test_cronbach__is_at_most_one(items: Floats) -> None:
    assume(np.ptp(items.sum(axis=1)) > 0)

    assert cronbach(items) <= 1 + 1e-12


def test_cronbach__of_equal_items_is_one() -> None:
    assert cronbach(np.repeat([[1.0], [2.0], [5.0]], 4, axis=1)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([[1], [2]], "two items"),
        ([[1, 2], [np.nan, 3]], "two complete rows"),
        ([[1, 2], [2, 1]], "do not vary"),
    ],
)
def test_cronbach__refuses_what_has_no_consistency(items: list[list[float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cronbach(items)


@pytest.mark.parametrize(
    ("perceived", "weights", "words"),
    [
        (np.full((3, 21), 4.0), PUBLISHED_WEIGHTS, r"answers \(n, 22\)"),
        (np.full((3, 22), 8.0), PUBLISHED_WEIGHTS, "scale 1 to 7"),
        (np.full((3, 22), np.nan), PUBLISHED_WEIGHTS, "nobody answered"),
        (np.full((3, 22), 4.0), {**PUBLISHED_WEIGHTS, "empathy": 0.5}, "add up to 1"),
        (np.full((3, 22), 4.0), {"reliability": 1.0}, "different dimensions"),
    ],
)
def test_servperf__refuses_what_cannot_be(perceived: Floats, weights: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        servperf(perceived, weights=weights)
