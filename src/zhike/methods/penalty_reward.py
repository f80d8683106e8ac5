"""Which attributes only spare displeasure, which please: penalty–reward contrasts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from zhike.methods.drivers import Moments, Regression, moments, ols

# Fewer rows than this on one side say nothing of that side.
LEAST: Final = 10


class Factor(StrEnum):
    """hygiene: bad is punished more than good is rewarded; motivator: the reverse; hybrid: both alike.

    neutral: neither shows; unclear: an effect shows on the smaller side only; unknown: a side has under 10 rows.
    """

    HYGIENE = "hygiene"
    MOTIVATOR = "motivator"
    HYBRID = "hybrid"
    NEUTRAL = "neutral"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Contrast:
    """One attribute: what a low rating takes from the outcome and what a high one adds.

    penalty, reward: in the outcome's unit, against a middling rating and with the other attributes held. Expected signs
    give positive numbers, |β_low| and β_high; a negative one has the unexpected sign and never counts. Not a number:
    not estimated. error, p: standard error and two-sided p-value of each; margin: how far apart penalty and reward must
    lie to differ by more than chance.
    """

    name: str
    n_low: int
    n_high: int
    penalty: float
    penalty_error: float
    penalty_p: float
    reward: float
    reward_error: float
    reward_p: float
    margin: float
    factor: Factor


@dataclass(frozen=True, slots=True)
class PenaltyReward:
    """base: the regression's rows, and what was left out of them; r2: what all contrasts together explain."""

    contrasts: tuple[Contrast, ...]
    base: Moments
    r2: float


def penalty_reward(
    x: ArrayLike, y: ArrayLike, *, low: ArrayLike, high: ArrayLike, names: tuple[str, ...] = (), alpha: float = 0.05
) -> PenaltyReward:
    """Regress the overall judgement on two dummies an attribute, rated low and rated high.

    x: (n, p) ratings of attributes, y: (n,) overall judgement, not-a-number = missing (listwise). low, high: scalars or
    (p,), in the ratings' unit: a rating ≤ low is low, ≥ high is high, between them middling (1–5: 2 and 4 or 5).
    An attribute is hygiene where the penalty is significant at alpha and beyond the reward, motivator the reverse;
    where both are significant and do not differ significantly, hybrid. A side with fewer than 10 rows is not estimated;
    its rows count as middling. Raises ValueError for low ≥ high, where no side can be estimated, and as
    `drivers.moments`.
    Source: Brandt 1987, Add Value to Your Service (AMA) 61; Mittal, Ross & Baldasare 1998, J. Marketing 62:33;
    methods §2.4.
    """
    ratings, outcome = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if ratings.ndim != 2 or outcome.shape != ratings.shape[:1]:  # noqa: PLR2004 - rows and columns
        raise ValueError("penalty_reward needs x (n, p) and y (n,)")
    p = ratings.shape[1]
    words = names or tuple(f"attribute {at + 1}" for at in range(p))
    lowest, highest = (np.broadcast_to(np.asarray(one, dtype=float), p) for one in (low, high))
    if (lowest >= highest).any() or len(words) != p:
        raise ValueError("penalty_reward needs low < high and as many names as attributes")
    complete = ~(np.isnan(ratings).any(axis=1) | np.isnan(outcome))
    sides = np.hstack([ratings <= lowest, ratings >= highest])
    bases = sides[complete].sum(axis=0)
    told = (bases >= LEAST) & (int(complete.sum()) - bases >= LEAST)
    if not told.any():
        raise ValueError(f"no attribute has {LEAST} low or {LEAST} high ratings beside as many others")
    # A missing rating is missing on both its sides.
    dummies = np.where(np.hstack([np.isnan(ratings)] * 2), np.nan, sides.astype(float))
    labels = [f"{side} {word}" for side in ("low", "high") for word in words]
    fit = ols(moments(dummies[:, told], outcome, names=[word for word, one in zip(labels, told, strict=True) if one]))
    contrasts = _contrasts(words, bases, told, fit, alpha)
    return PenaltyReward(contrasts=contrasts, base=fit.moments, r2=fit.r2)


def _contrasts(
    words: tuple[str, ...], bases: NDArray[np.int64], told: NDArray[np.bool_], fit: Regression, alpha: float
) -> tuple[Contrast, ...]:
    """bases, told (2p,): how many rows each side has and whether it was estimated; first all low sides, then high."""
    p = len(words)
    slopes, errors, p_values = (np.full(2 * p, np.nan) for _each in range(3))
    slopes[told], errors[told], p_values[told] = fit.slopes, fit.errors, fit.p_values
    covariance = np.full((2 * p, 2 * p), np.nan)
    covariance[np.ix_(told, told)] = fit.covariance
    quantile = stats.t.ppf(1 - alpha / 2, fit.moments.n - int(told.sum()) - 1)
    found = []
    for low, word in enumerate(words):
        high = p + low
        penalty, reward = -float(slopes[low]), float(slopes[high])
        # The variance of penalty − reward, that is of −(β_low + β_high).
        spread = covariance[low, low] + covariance[high, high] + 2 * covariance[low, high]
        margin = float(quantile * np.sqrt(np.maximum(spread, 0.0)))
        found.append(
            Contrast(
                name=word,
                n_low=int(bases[low]),
                n_high=int(bases[high]),
                penalty=penalty,
                penalty_error=float(errors[low]),
                penalty_p=float(p_values[low]),
                reward=reward,
                reward_error=float(errors[high]),
                reward_p=float(p_values[high]),
                margin=margin,
                factor=_factor(penalty, reward, p_values[[low, high]], margin, alpha),
            )
        )
    return tuple(found)


def _factor(penalty: float, reward: float, p_values: NDArray[np.float64], margin: float, alpha: float) -> Factor:
    if np.isnan(p_values).any():
        return Factor.UNKNOWN
    punished, rewarded = bool(p_values[0] < alpha and penalty > 0), bool(p_values[1] < alpha and reward > 0)
    if punished and rewarded and abs(penalty - reward) <= margin:
        return Factor.HYBRID
    if not punished and not rewarded:
        return Factor.NEUTRAL
    if (penalty > reward and not punished) or (reward > penalty and not rewarded):
        return Factor.UNCLEAR
    return Factor.HYGIENE if penalty > reward else Factor.MOTIVATOR
