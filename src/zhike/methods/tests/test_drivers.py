"""Golden values 22–24 of methods §11, and what must hold for any answers."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zhike.methods.drivers import drivers, lmg, moments, ols, relative_weights, standardised

Floats = NDArray[np.float64]
NAMES = ("complaints", "privileges", "learning", "raises", "critical", "advance")
# R datasets::attitude (Chatterjee & Price 1977): rating, then the six of NAMES; 30 departments.
ATTITUDE = np.array([
    (43, 51, 30, 39, 61, 92, 45), (63, 64, 51, 54, 63, 73, 47), (71, 70, 68, 69, 76, 86, 48),
    (61, 63, 45, 47, 54, 84, 35), (81, 78, 56, 66, 71, 83, 47), (43, 55, 49, 44, 54, 49, 34),
    (58, 67, 42, 56, 66, 68, 35), (71, 75, 50, 55, 70, 66, 41), (72, 82, 72, 67, 71, 83, 31),
    (67, 61, 45, 47, 62, 80, 41), (64, 53, 53, 58, 58, 67, 34), (67, 60, 47, 39, 59, 74, 41),
    (69, 62, 57, 42, 55, 63, 25), (68, 83, 83, 45, 59, 77, 35), (77, 77, 54, 72, 79, 77, 46),
    (81, 90, 50, 72, 60, 54, 36), (74, 85, 64, 69, 79, 79, 63), (65, 60, 65, 75, 55, 80, 60),
    (65, 70, 46, 57, 75, 85, 46), (50, 58, 68, 54, 64, 78, 52), (50, 40, 33, 34, 43, 64, 33),
    (64, 61, 52, 62, 66, 80, 41), (53, 66, 52, 50, 63, 80, 37), (40, 37, 42, 58, 50, 57, 49),
    (63, 54, 42, 48, 66, 75, 33), (66, 77, 66, 63, 88, 76, 72), (78, 75, 58, 74, 80, 78, 49),
    (48, 57, 44, 45, 51, 83, 38), (85, 85, 71, 71, 77, 74, 55), (82, 82, 39, 59, 64, 78, 39),
], dtype=float)  # fmt: skip
RATING, ASKED = ATTITUDE[:, 0], ATTITUDE[:, 1:]
THREE = [[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]], [0.6, 0.5, 0.4]
TWO = [[1, 0.5], [0.5, 1]], [0.6, 0.4]


def answers(seed: int, *, n: int = 60, p: int = 4) -> tuple[Floats, Floats]:
    """Related answers of n people: no two predictors determine each other."""
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(n, p)) @ dice.normal(size=(p, p)) + dice.normal(size=(n, p))
    return x, x @ dice.normal(size=p) + dice.normal(size=n)


def test_ols__gives_the_published_regression_of_attitude() -> None:
    found = ols(moments(ASKED, RATING, names=NAMES))

    assert round(found.intercept, 3) == 10.787
    assert found.slopes.round(3).tolist() == [0.613, -0.073, 0.320, 0.082, 0.038, -0.217]
    assert found.standardised.round(4).tolist() == [0.6707, -0.0734, 0.3089, 0.0698, 0.0312, -0.1835]
    assert round(found.r2, 6) == 0.732602
    # The standard errors, t values and residual error that R's summary(lm(rating ~ ., attitude)) prints.
    assert round(found.intercept_error, 4) == 11.5893
    assert found.errors.round(4).tolist() == [0.1610, 0.1357, 0.1685, 0.2215, 0.1470, 0.1782]
    assert found.t.round(3).tolist() == [3.809, -0.538, 1.901, 0.369, 0.261, -1.218]
    assert found.p_values[[0, 2]].round(6).tolist() == [0.000903, 0.069925]
    assert (round(found.residual, 3), round(found.r2_adjusted, 4)) == (7.068, 0.6628)


def test_ols__warns_of_the_suppressors_of_attitude() -> None:
    found = ols(moments(ASKED, RATING, names=NAMES))

    assert [name for name, flagged in zip(NAMES, found.suppressors, strict=True) if flagged] == [
        "privileges",
        "advance",
    ]


def test_ols__inflates_the_variance_by_what_the_others_explain() -> None:
    found = ols(moments(ASKED, RATING))

    for at in range(6):
        others = ols(moments(np.delete(ASKED, at, axis=1), ASKED[:, at]))
        assert found.vif[at] == pytest.approx(1 / (1 - others.r2))


def test_ols__of_a_perfect_fit_is_certain() -> None:
    x = np.arange(10.0)[:, None]

    found = ols(moments(x, 3 - 2 * x[:, 0]))

    assert found.slopes[0] == pytest.approx(-2)
    assert found.r2 == pytest.approx(1)
    assert found.p_values[0] < 1e-12


@pytest.mark.parametrize(
    ("correlations", "beta", "r2"),
    [(THREE, [0.441935, 0.204839, 0.185484], 0.441774), (TWO, [0.533333, 0.133333], 0.373333)],
)
def test_standardised__gives_the_golden_values(
    correlations: tuple[list[list[float]], list[float]], beta: list[float], r2: float
) -> None:
    found, explained = standardised(*correlations)

    assert (found.round(6).tolist(), round(explained, 6)) == (beta, r2)


@pytest.mark.parametrize(
    ("correlations", "exact", "johnson"),
    [
        (THREE, [0.237472, 0.124688, 0.079615], [0.238098, 0.122410, 0.081266]),
        (TWO, [0.286667, 0.086667], [0.286667, 0.086667]),
    ],
)
def test_weights__give_the_golden_values_from_correlations(
    correlations: tuple[list[list[float]], list[float]], exact: list[float], johnson: list[float]
) -> None:
    assert lmg(*correlations).round(6).tolist() == exact
    assert relative_weights(*correlations).round(6).tolist() == johnson


def test_weights__give_the_golden_values_of_attitude() -> None:
    found = moments(ASKED, RATING)

    exact, johnson = lmg(found.r_xx, found.r_xy), relative_weights(found.r_xx, found.r_xy)

    assert exact.round(4).tolist() == [0.3708, 0.0509, 0.1558, 0.1203, 0.0066, 0.0282]
    assert johnson.round(4).tolist() == [0.3628, 0.0560, 0.1636, 0.1218, 0.0083, 0.0202]
    assert (round(exact.sum(), 6), round(johnson.sum(), 6)) == (0.732602, 0.732602)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_lmg__is_the_definition_summed_over_subsets(seed: int, p: int) -> None:
    """φ_j = Σ |S|!(p−1−|S|)!/p! · [R²(S ∪ j) − R²(S)], each R² by a regression of its own."""
    x, y = answers(seed, p=p)
    found = moments(x, y)

    def explained(chosen: tuple[int, ...]) -> float:
        return ols(moments(x[:, sorted(chosen)], y)).r2 if chosen else 0.0

    expected = [
        sum(
            factorial(size) * factorial(p - 1 - size) / factorial(p) * (explained((*rest, j)) - explained(rest))
            for size in range(p)
            for rest in combinations([other for other in range(p) if other != j], size)
        )
        for j in range(p)
    ]

    assert lmg(found.r_xx, found.r_xy) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_weights__add_up_to_the_explained_variance(seed: int, p: int) -> None:
    found = moments(*answers(seed, p=p))
    r2 = ols(found).r2

    for weights in (lmg(found.r_xx, found.r_xy), relative_weights(found.r_xx, found.r_xy)):
        assert weights.sum() == pytest.approx(r2, abs=1e-9)
        assert (weights > -1e-12).all()


@given(st.integers(0, 2**32 - 1))
def test_weights__of_two_predictors_agree(seed: int) -> None:
    found = moments(*answers(seed, p=2))

    assert lmg(found.r_xx, found.r_xy) == pytest.approx(relative_weights(found.r_xx, found.r_xy), abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.permutations(range(5)))
def test_weights__do_not_depend_on_the_order_of_rows_or_columns(seed: int, columns: list[int]) -> None:
    x, y = answers(seed, p=5)
    rows = np.random.default_rng(seed).permutation(len(y))
    plain, mixed = moments(x, y), moments(x[rows][:, columns], y[rows])

    for weights in (lmg, relative_weights):
        expected = weights(plain.r_xx, plain.r_xy)[columns]
        assert weights(mixed.r_xx, mixed.r_xy) == pytest.approx(expected, abs=1e-9)
    assert ols(mixed).slopes == pytest.approx(ols(plain).slopes[columns], rel=1e-6, abs=1e-9)


@given(st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_standardised__turns_negative_where_a_stronger_twin_says_all(between: float, strong: float) -> None:
    """x2 is related to y through x1 alone, and a little less: its slope is negative, its correlation is not."""
    r_xx, r_xy = [[1, between], [between, 1]], [strong, strong * between * 0.9]

    beta, _r2 = standardised(r_xx, r_xy)

    assert beta[1] < 0 < r_xy[1]


def test_ols__flags_such_a_suppressor() -> None:
    dice = np.random.default_rng(3)
    speed = dice.normal(size=500)
    price = speed + dice.normal(size=500)

    found = ols(moments(np.column_stack([speed, price]), 2 * speed - 0.5 * price + dice.normal(size=500)))

    assert found.r[1] > 0 > found.slopes[1]
    assert found.suppressors.tolist() == [False, True]


def test_ols__does_not_flag_what_lowers_the_outcome() -> None:
    dice = np.random.default_rng(3)
    delay, damage = dice.normal(size=(2, 500))

    found = ols(moments(np.column_stack([delay, damage]), -2 * delay - damage + dice.normal(size=500)))

    assert (found.slopes < 0).all()
    assert not found.suppressors.any()


def test_moments__leave_out_rows_with_a_missing_answer_and_count_them() -> None:
    x, y = ASKED.copy(), RATING.copy()
    x[[0, 1], 0], x[1, 3], y[4] = np.nan, np.nan, np.nan

    found = moments(x, y)

    assert (found.n, found.left_out) == (27, 3)
    assert (found.missing.tolist(), found.missing_y) == ([2, 0, 0, 1, 0, 0], 1)
    kept = np.delete(np.arange(30), [0, 1, 4])
    assert found.r_xy == pytest.approx(moments(ASKED[kept], RATING[kept]).r_xy)


@pytest.mark.parametrize(
    ("n", "p", "needed", "is_enough"), [(99, 3, 100, False), (100, 3, 100, True), (139, 14, 140, False)]
)
def test_moments__say_whether_the_base_is_enough(n: int, p: int, needed: int, *, is_enough: bool) -> None:
    found = moments(*answers(1, n=n, p=p))

    assert (found.needed, found.is_enough) == (needed, is_enough)


def test_moments__leave_the_answers_as_they_were() -> None:
    x, y = answers(1)
    before = x.copy(), y.copy()

    moments(x, y)

    assert (x == before[0]).all()
    assert (y == before[1]).all()


def test_moments__refuse_what_does_not_vary() -> None:
    x = ASKED.copy()
    x[:, 1] = 0.1

    with pytest.raises(ValueError, match=r"no variation in privileges$"):
        moments(x, RATING, names=NAMES)
    with pytest.raises(ValueError, match=r"no variation in the outcome$"):
        moments(ASKED, np.full(30, 5.0))


def test_moments__refuse_a_predictor_that_others_determine() -> None:
    x = ASKED.copy()
    x[:, 4] = 2 * x[:, 0] - x[:, 2] + 7

    with pytest.raises(ValueError, match="critical is determined by complaints, privileges, learning, raises"):
        moments(x, RATING, names=NAMES)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (ASKED[:7], RATING[:7], "7 complete rows are too few for 6 predictors"),
        (ASKED, RATING[:9], r"x \(n, p\)"),
        (ASKED[:, 0], RATING, r"x \(n, p\)"),
        (np.where(ASKED == 92, np.inf, ASKED), RATING, "infinite"),
    ],
)
def test_moments__refuse_what_cannot_be_read(x: Floats, y: Floats, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        moments(x, y)


@pytest.mark.parametrize(
    ("r_xx", "r_xy", "words"),
    [
        ([[1, 0.5], [0.4, 1]], [0.1, 0.2], "symmetric"),
        ([[1, 0.5], [0.5, 1.1]], [0.1, 0.2], "symmetric"),
        ([[1, 0.5], [0.5, 1]], [0.1, 1.2], "no correlation lies beyond"),
        ([[1, 1], [1, 1]], [0.3, 0.3], "predictor 2 is determined"),
        ([[1, 0.9], [0.9, 1]], [0.9, 0.1], "more than all"),
        ([[1, 0.5], [0.5, 1]], [0.1], r"r_xx \(p, p\)"),
        ([[1, np.nan], [np.nan, 1]], [0.1, 0.2], "symmetric"),
    ],
)
def test_weights__refuse_what_no_sample_has(r_xx: list[list[float]], r_xy: list[float], words: str) -> None:
    for method in (standardised, lmg, relative_weights):
        with pytest.raises(ValueError, match=words):
            method(r_xx, r_xy)


def test_lmg__says_where_it_ends() -> None:
    assert lmg(np.eye(15), np.full(15, 0.1)) == pytest.approx(np.full(15, 0.01))
    with pytest.raises(ValueError, match="up to 15 predictors"):
        lmg(np.eye(16), np.full(16, 0.1))


def test_drivers__bring_both_weights_with_their_intervals() -> None:
    x, y = answers(7, n=400)

    found = drivers(x, y, rng=np.random.default_rng(1))

    assert found.lmg is not None
    assert (found.resamples, found.degenerate) == (1000, 0)
    for weights in (found.lmg, found.johnson):
        assert weights.weight.sum() == pytest.approx(found.regression.r2)
        assert weights.share.sum() == pytest.approx(1)
        assert (weights.weight_limits.low < weights.weight).all()
        assert (weights.weight < weights.weight_limits.high).all()
        assert (weights.share_limits.low < weights.share).all()
        assert (weights.share < weights.share_limits.high).all()
    assert found.r2_limits.low < found.regression.r2 < found.r2_limits.high


def test_drivers__resample_as_if_rows_were_laid_out() -> None:
    """The spread over resamples is that of a bootstrap which draws rows and computes everything anew."""
    x, y = answers(11, n=5000, p=3)
    dice = np.random.default_rng(2)
    drawn = []
    for _resample in range(400):
        rows = dice.integers(0, 5000, size=5000)
        found = moments(x[rows], y[rows])
        drawn.append(lmg(found.r_xx, found.r_xy))

    found_by_counts = drivers(x, y, rng=np.random.default_rng(3)).lmg

    assert found_by_counts is not None
    assert found_by_counts.error == pytest.approx(np.std(drawn, axis=0, ddof=1), rel=0.15)
    assert found_by_counts.weight_limits.low == pytest.approx(np.quantile(drawn, 0.025, axis=0), abs=0.01)
    assert found_by_counts.weight_limits.high == pytest.approx(np.quantile(drawn, 0.975, axis=0), abs=0.01)


def test_drivers__are_the_same_for_the_same_seed() -> None:
    x, y = answers(5)

    once, again = (drivers(x, y, rng=np.random.default_rng(9), resamples=50) for _turn in range(2))

    assert once.johnson.weight_limits.low.tolist() == again.johnson.weight_limits.low.tolist()


def test_drivers__beyond_fifteen_predictors_have_johnsons_weights_only() -> None:
    found = drivers(*answers(5, n=300, p=16), rng=np.random.default_rng(1), resamples=20)

    assert found.lmg is None
    assert found.johnson.weight.sum() == pytest.approx(found.regression.r2)


@pytest.mark.parametrize("n", [8, 2049])
def test_drivers__leave_out_resamples_in_which_nothing_varies(n: int) -> None:
    """Only the last person answers differently: a third of all resamples does not contain that person.

    Of 2,049 rows that person makes up a block alone, which must be left out as often.
    """
    x = np.zeros((n, 1))
    x[-1] = 1

    found = drivers(x, np.arange(float(n)), rng=np.random.default_rng(4), resamples=300)

    assert found.resamples + found.degenerate == 300
    assert 70 < found.degenerate < 140


def test_drivers__refuse_a_single_resample() -> None:
    with pytest.raises(ValueError, match="at least 2 resamples"):
        drivers(ASKED, RATING, rng=np.random.default_rng(1), resamples=1)


def test_drivers__refuse_rows_too_few_for_any_interval() -> None:
    """Both resamples of these three rows draw nobody, or only the one, who answered differently."""
    with pytest.raises(ValueError, match="hardly any resample varies"):
        drivers([[1], [0], [0]], [1, 2, 4], rng=np.random.default_rng(0), resamples=2)
