"""Golden value 20 of methods §11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhike.methods.index_model import ACSI, index, index_of, model

Floats = NDArray[np.float64]


def chained(n: int = 4000, seed: int = 1) -> dict[str, Floats]:
    """Answers made by the chain: quality counts most for satisfaction, complaints go down as it rises."""
    dice = np.random.default_rng(seed)

    def items(latent: Floats, k: int) -> Floats:
        return latent[:, None] + 0.6 * dice.normal(size=(n, k))

    expectations = dice.normal(size=n)
    quality = 0.5 * expectations + dice.normal(size=n)
    value = 0.6 * quality + 0.6 * dice.normal(size=n)
    satisfaction = 0.8 * quality + 0.3 * value + 0.4 * dice.normal(size=n)
    complaints = -0.5 * satisfaction + dice.normal(size=n)
    loyalty = 0.9 * satisfaction + 0.5 * dice.normal(size=n)
    made = (expectations, quality, value, satisfaction, complaints, loyalty)
    return {name: items(latent, k) for name, latent, k in zip(ACSI, made, (3, 3, 2, 3, 1, 2), strict=True)}


def test_index__gives_the_golden_value() -> None:
    assert round(index([7.8, 7.2, 7.0], [0.4, 0.3, 0.3]), 4) == 70.8889


@pytest.mark.parametrize(("means", "value"), [([1, 1, 1], 0), ([10, 10, 10], 100), ([5.5, 5.5, 5.5], 50)])
def test_index__runs_from_nought_to_a_hundred(means: list[float], value: float) -> None:
    assert index(means, [2, 1, 1]) == pytest.approx(value)


@given(st.lists(st.tuples(st.floats(1, 10), st.floats(0.1, 10)), min_size=1, max_size=6), st.floats(0.1, 100))
def test_index__does_not_depend_on_the_weights_sum(items: list[tuple[float, float]], factor: float) -> None:
    means, weights = (np.array(one) for one in zip(*items, strict=True))

    found = index(means, weights)

    assert 0 <= found <= 100
    assert index(means, factor * weights) == pytest.approx(found)


def test_index_of__weighs_from_two_hundred_people_on() -> None:
    answers = np.tile([[9.0, 5.0, 5.0], [7.0, 3.0, 1.0]], (100, 1))

    few, enough = index_of(answers[:199], [0.6, 0.2, 0.2]), index_of(answers, [0.6, 0.2, 0.2])

    assert (few.is_weighted, enough.is_weighted) == (False, True)
    assert few.weights == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert enough.weights == pytest.approx((0.6, 0.2, 0.2))
    assert enough.value == pytest.approx(index([8, 4, 3], [0.6, 0.2, 0.2]))
    assert few.value == pytest.approx(index(answers[:199].mean(axis=0)))
    assert enough.limits.low < enough.value < enough.limits.high


def test_index_of__leaves_out_who_lacks_an_item() -> None:
    found = index_of([(10.0, 10.0), (1.0, 1.0), (10.0, np.nan)])

    assert (found.value, found.n, found.missing) == (50, 2, 1)


@pytest.mark.parametrize(
    ("means", "weights", "words"),
    [([11, 5], None, "scale 1 to 10"), ([5, 5], [1], "2 weights"), ([5, 5], [-1, 2], "none negative"),
     ([5, 5], [0, 0], "positive sum"), ([5, np.nan], None, "scale")],
)  # fmt: skip
def test_index__refuses_what_does_not_fit(means: list[float], weights: list[float] | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        index(means, weights)


def test_index_of__refuses_where_nobody_answered_everything() -> None:
    with pytest.raises(ValueError, match="nobody"):
        index_of([(np.nan, 5.0)])


def test_model__finds_the_chain_that_made_the_answers() -> None:
    found = model(chained())

    strongest = max(found.effects, key=lambda pair: abs(found.effects[pair]) if pair[1] == "satisfaction" else 0)
    assert strongest == ("quality", "satisfaction")
    assert found.effects["satisfaction", "complaints"] < -0.3
    assert found.effects["satisfaction", "loyalty"] > 0.6
    assert set(found.r2) == {"quality", "value", "satisfaction", "complaints", "loyalty"}
    assert all(loadings.min() > 0.7 for loadings in found.loadings.values())
    assert {name: pytest.approx(1) for name in ACSI} == {name: one.sum() for name, one in found.weights.items()}
    # Its items were made alike, so they weigh alike.
    assert found.weights["satisfaction"] == pytest.approx(np.full(3, 1 / 3), abs=0.02)


def test_model__of_two_blocks_is_their_first_singular_vectors() -> None:
    """Mode A settles where the weights are proportional to the first singular vectors of the cross-correlations."""
    answers = chained(300)
    first, second = answers["quality"], answers["satisfaction"] * [1, 5, 20]
    cross = np.corrcoef(first, second, rowvar=False)[:3, 3:]
    left, _values, right = np.linalg.svd(cross)

    found = model({"quality": first, "satisfaction": second}, {"quality": (), "satisfaction": ("quality",)})

    for name, items, vector in (("quality", first, left[:, 0]), ("satisfaction", second, right[0])):
        raw = vector / items.std(axis=0, ddof=1)
        assert found.weights[name] == pytest.approx(raw / raw.sum(), abs=1e-7)


def test_model__counts_a_neighbour_with_the_sign_of_its_connection() -> None:
    """Praise and complaints go with satisfaction alike, in opposite directions: they must not cancel out."""
    dice = np.random.default_rng(4)
    latent = dice.normal(size=(2000, 1))
    made = {"praise": latent, "satisfaction": latent, "complaints": -latent}
    blocks = {name: one + 0.6 * dice.normal(size=(2000, 3)) for name, one in made.items()}

    found = model(blocks, {"praise": (), "satisfaction": ("praise",), "complaints": ("satisfaction",)})

    assert found.weights["satisfaction"] == pytest.approx(np.full(3, 1 / 3), abs=0.03)
    assert found.effects["praise", "satisfaction"] > 0.7
    assert found.effects["satisfaction", "complaints"] < -0.7


def test_model__depends_neither_on_units_nor_on_the_order_of_people() -> None:
    answers = chained(200)
    rows = np.random.default_rng(5).permutation(200)
    changed = {name: 3 + 2 * one[rows] for name, one in answers.items()}

    plain, other = model(answers), model(changed)

    assert other.effects == {pair: pytest.approx(effect) for pair, effect in plain.effects.items()}
    for name in ACSI:
        assert other.weights[name] == pytest.approx(plain.weights[name])


def test_model__leaves_out_people_with_a_missing_answer() -> None:
    answers = chained(100)
    answers["loyalty"][3, 0], answers["quality"][4, 1] = np.nan, np.nan

    found = model(answers)

    assert (found.n, found.missing) == (98, 2)


def test_model__refuses_what_does_not_fit() -> None:
    answers = chained(50)
    with pytest.raises(ValueError, match="other blocks"):
        model({**answers, "image": answers["quality"]})
    with pytest.raises(ValueError, match="image: not connected"):
        model({**answers, "image": answers["quality"]}, {**ACSI, "image": ()})
    with pytest.raises(ValueError, match="same people"):
        model({**answers, "value": answers["value"][:9]})
    with pytest.raises(ValueError, match="does not vary"):
        model({**answers, "value": np.full((50, 2), 5.0)})
    with pytest.raises(ValueError, match="the chain needs 3"):
        model({name: one[:2] for name, one in answers.items()})
