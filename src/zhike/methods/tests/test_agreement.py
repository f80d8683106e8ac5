"""Golden value 17 of methods §11."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from zhike.methods.agreement import band, cohen, cohen_of, fleiss

Floats = NDArray[np.float64]
FLEISS = [
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1), (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
]  # fmt: skip
STEPS = np.array([(11, 3, 1, 0), (2, 9, 4, 1), (0, 3, 12, 2), (1, 0, 2, 9)], dtype=float)


def test_cohen__gives_the_golden_value() -> None:
    found = cohen([(20, 5), (10, 15)])

    assert (found.kappa, found.observed, found.by_chance, found.n) == pytest.approx((0.4, 0.7, 0.5, 50))


def test_fleiss__gives_the_golden_values() -> None:
    found = fleiss(FLEISS)

    assert (round(found.observed, 3), round(found.by_chance, 3), round(found.kappa, 3)) == (0.378, 0.213, 0.210)


@pytest.mark.parametrize("quadratic", [False, True])
def test_cohen__has_the_error_of_the_delta_method(*, quadratic: bool) -> None:
    """The gradient of kappa over the table's cells, numerically, in the variance of a multinomial."""
    n, tiny = STEPS.sum(), 1e-5
    p = STEPS / n

    def kappa(shares: Floats) -> float:
        steps = np.subtract.outer(np.arange(4), np.arange(4))
        off = steps**2 if quadratic else (steps != 0).astype(float)
        return float(1 - (off * shares).sum() / (off * np.outer(shares.sum(1), shares.sum(0)) / shares.sum()).sum())

    slope = np.zeros((4, 4))
    for cell in np.ndindex(4, 4):
        up, down = p.copy(), p.copy()
        up[cell] += tiny
        down[cell] -= tiny
        slope[cell] = (kappa(up) - kappa(down)) / (2 * tiny)
    variance = ((p * slope**2).sum() - (p * slope).sum() ** 2) / n

    found = cohen(STEPS, quadratic=quadratic)

    assert found.kappa == pytest.approx(kappa(p))
    assert found.error == pytest.approx(np.sqrt(variance), rel=1e-5)


def test_cohen__quadratic_forgives_neighbours() -> None:
    assert cohen(STEPS, quadratic=True).kappa > cohen(STEPS).kappa


def test_cohen__quadratic_is_the_intraclass_view_of_scores() -> None:
    """Weighted so, kappa is 2·cov/(s1² + s2² + (m1 − m2)²) of the scores (Fleiss & Cohen 1973)."""
    first, second = (np.repeat(np.indices((4, 4))[at].ravel(), STEPS.ravel().astype(int)) for at in (0, 1))
    expected = (
        2 * np.cov(first, second, ddof=0)[0, 1] / (first.var() + second.var() + (first.mean() - second.mean()) ** 2)
    )

    assert cohen(STEPS, quadratic=True).kappa == pytest.approx(expected)


def test_cohen__of_two_categories_is_the_same_weighted() -> None:
    assert cohen([(20, 5), (10, 15)], quadratic=True).kappa == pytest.approx(0.4)


@given(arrays(float, (3, 3), elements=st.integers(0, 50).map(float)))
def test_cohen__lies_within_its_limits(table: Floats) -> None:
    chance = table.sum(axis=1) @ table.sum(axis=0)
    assume(table.sum() > 0 and chance < table.sum() ** 2)

    found = cohen(table)

    assert -1 <= found.limits.low <= found.kappa <= found.limits.high <= 1
    assert cohen(table.T).kappa == pytest.approx(found.kappa)


def test_cohen_of__pairs_ratings_and_counts_those_without() -> None:
    found = cohen_of([0, 0, 1, 1, np.nan, 1], [0, 1, 1, 1, 0, np.nan], categories=2)

    assert (found.n, found.missing) == (4, 2)
    assert found.kappa == cohen([(1, 1), (0, 2)]).kappa


def test_fleiss__of_full_agreement_is_one() -> None:
    assert fleiss([(3, 0), (0, 3), (3, 0)]).kappa == pytest.approx(1)


def test_fleiss__error_is_the_spread_over_things() -> None:
    """300 things drawn from the ten of the example: the spread of kappa over such draws."""
    dice, things = np.random.default_rng(1), np.array(FLEISS)
    drawn = [fleiss(things[dice.integers(0, 10, 300)]).kappa for _draw in range(400)]

    assert fleiss(np.repeat(things, 30, axis=0)).error == pytest.approx(np.std(drawn), rel=0.1)


@pytest.mark.parametrize(
    ("kappa", "word"),
    [
        (-0.1, "poor"),
        (0, "slight"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.40, "fair"),
        (0.60, "moderate"),
        (0.61, "substantial"),
        (0.80, "substantial"),
        (0.81, "almost perfect"),
        (1, "almost perfect"),
    ],
)
def test_band__is_landis_and_kochs(kappa: float, word: str) -> None:
    assert band(kappa) == word


def test_agreement__counts_as_calibrated_from_point_seven() -> None:
    assert cohen([(85, 15), (15, 85)]).is_calibrated
    assert not cohen([(84, 16), (16, 84)]).is_calibrated
    assert cohen([(85, 15), (15, 85)]).band == "substantial"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[1, 2, 3], [1, 2, 3]], "square table"),
        ([[3]], "square table"),
        ([[0, 0], [0, 0]], "one at least"),
        ([[-1, 2], [1, 1]], "none negative"),
        ([[9, 0], [0, 0]], "only one category"),
    ],
)
def test_cohen__refuses_what_has_no_agreement(table: list[list[int]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cohen(table)


def test_cohen_of__refuses_other_categories() -> None:
    with pytest.raises(ValueError, match="categories are 0 to 1"):
        cohen_of([0, 2], [0, 1], categories=2)
    with pytest.raises(ValueError, match="two raters"):
        cohen_of([0, 1], [0], categories=2)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([[3, 0], [1, 1]], "same number of raters"),
        ([[1, 0], [0, 1]], "two at least"),
        ([[3, 0], [3, 0]], "only one category"),
        ([3, 0], r"counts \(n, k\)"),
    ],
)
def test_fleiss__refuses_what_has_no_agreement(counts: list[list[int]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fleiss(counts)
