import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from zhike.methods.drivers import moments, ols
from zhike.methods.penalty_reward import Factor, penalty_reward

Floats = NDArray[np.float64]
NAMES = ("condition", "smile", "speed", "colour")


def judged(n: int = 2000) -> tuple[Floats, Floats]:
    """Damage is punished, a smile rewarded, speed both alike, the colour of the van neither."""
    dice = np.random.default_rng(1)
    x = dice.integers(1, 6, size=(n, 4)).astype(float)
    low, high = x <= 2, x >= 4
    y = 6 - 2 * low[:, 0] + 0.1 * high[:, 0] + 1.5 * high[:, 1] - 1.0 * low[:, 2] + 1.0 * high[:, 2]
    return x, y + dice.normal(0, 1, n)


def test_penalty_reward__tells_hygiene_from_motivators() -> None:
    found = penalty_reward(*judged(), low=2, high=4, names=NAMES)

    assert {one.name: one.factor for one in found.contrasts} == {
        "condition": Factor.HYGIENE,
        "smile": Factor.MOTIVATOR,
        "speed": Factor.HYBRID,
        "colour": Factor.NEUTRAL,
    }
    condition = found.contrasts[0]
    assert condition.penalty == pytest.approx(2, abs=3 * condition.penalty_error)
    assert condition.reward == pytest.approx(0.1, abs=3 * condition.reward_error)


def test_penalty_reward__is_the_regression_on_dummies() -> None:
    x, y = judged()
    fit = ols(moments(np.hstack([x <= 2, x >= 4]).astype(float), y))

    found = penalty_reward(x, y, low=2, high=4)

    assert [one.penalty for one in found.contrasts] == pytest.approx((-fit.slopes[:4]).tolist())
    assert [one.reward for one in found.contrasts] == pytest.approx(fit.slopes[4:].tolist())
    assert found.r2 == pytest.approx(fit.r2)
    apart = np.array([-1.0, -1.0])  # penalty − reward = −β_low − β_high
    spread = apart @ fit.covariance[np.ix_([0, 4], [0, 4])] @ apart
    assert found.contrasts[0].margin == pytest.approx(stats.t.ppf(0.975, 2000 - 9) * np.sqrt(spread))


def test_penalty_reward__counts_one_side_as_the_larger_where_both_are_significant() -> None:
    """Both sides show and differ by far more than chance: the larger one names the attribute."""
    dice = np.random.default_rng(2)
    x = dice.integers(1, 6, size=(5000, 1)).astype(float)
    y = 5 - 3.0 * (x[:, 0] <= 2) + 0.5 * (x[:, 0] >= 4) + dice.normal(0, 1, 5000)

    (found,) = penalty_reward(x, y, low=2, high=4).contrasts

    assert found.reward_p < 0.05
    assert found.factor is Factor.HYGIENE


def test_penalty_reward__says_nothing_of_a_side_that_hardly_anybody_chose() -> None:
    x, y = judged()
    x[:, 3] = np.where(x[:, 3] <= 2, 3, x[:, 3])
    x[:9, 3] = 1

    found = penalty_reward(x, y, low=2, high=4).contrasts[3]

    assert (found.n_low, found.factor) == (9, Factor.UNKNOWN)
    assert np.isnan(found.penalty)
    assert not np.isnan(found.reward)


def test_penalty_reward__leaves_out_missing_answers() -> None:
    x, y = judged()
    x[0, 0], y[1] = np.nan, np.nan

    found = penalty_reward(x, y, low=2, high=4)

    assert (found.base.n, found.base.left_out) == (1998, 2)


def test_penalty_reward__does_not_take_the_wrong_sign_for_a_penalty() -> None:
    """Low ratings go with better judgements: that is neither a penalty nor a hygiene factor."""
    dice = np.random.default_rng(3)
    x = dice.integers(1, 6, size=(2000, 1)).astype(float)

    (found,) = penalty_reward(x, 5 + 2.0 * (x[:, 0] <= 2) + dice.normal(0, 1, 2000), low=2, high=4).contrasts

    assert found.penalty < 0
    assert found.penalty_p < 0.05
    assert found.factor is Factor.NEUTRAL


@pytest.mark.parametrize(
    ("low", "high", "names", "words"),
    [(4, 4, (), "low < high"), (2, 4, ("one",), "as many names"), (0, 9, (), "no attribute has 10 low")],
)
def test_penalty_reward__refuses_what_cannot_be(low: float, high: float, names: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        penalty_reward(*judged(), low=low, high=high, names=names)
