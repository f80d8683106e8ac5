"""What a net promoter score of so few answers says: its interval, and whether two of them differ."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from zhike.methods.intervals import Z95

# What the adjusted interval adds: three answers, a quarter of each to either end, half to the middle.
_ADDED: Final = 3.0
_ADDED_AT_AN_END: Final = 0.75


class Score(NamedTuple):
    """A score in points, −100 … 100, its standard error and limits in points, and the variance of one answer."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    variance: NDArray[np.float64]


class ScoreComparison(NamedTuple):
    """score1 − score2 in points with standard error, limits, z and two-sided p. Arrays of the inputs' common shape."""

    difference: NDArray[np.float64]
    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]
    p: NDArray[np.float64]


def nps(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> NDArray[np.float64]:
    """Net promoter score 100·(promoters − detractors)/n in points, NaN where nobody answered: no data is not 0.

    Counts ≥ 0 (weighted ones need not be whole), scalars or arrays that broadcast. Raises ValueError for negative
    counts. Source: Reichheld 2003, Harvard Business Review 81(12); methods §1.2.
    """
    high, low, n = _counts(promoters, passives, detractors)
    return 100 * (high - low) / np.where(n > 0, n, np.nan)


def nps_wald(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike, *, z: float = Z95) -> Score:
    """The score as it is with its Wald interval, within −100 … 100. For large n; `nps_adjusted` holds for small ones.

    Counts as in `nps`; NaN where nobody answered. Source: Rocks 2016, American Statistician 70:365; methods §1.5,
    golden value 9.
    """
    high, low, n = _counts(promoters, passives, detractors)
    return _score(high, low, np.where(n > 0, n, np.nan), z)


def nps_adjusted(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike, *, z: float = Z95) -> Score:
    """Adjusted Wald interval AW(3), the one to show. `value` is the adjusted score at its centre, not the NPS.

    Counts as in `nps`; NaN where nobody answered. The limits always hold the score itself: for one single answer they
    are carried to it. Source: after Rocks 2016; methods §1.5, golden values 9, 10.
    """
    high, low, n = _counts(promoters, passives, detractors)
    base = np.where(n > 0, n, np.nan)
    plain = 100 * (high - low) / base
    found = _score(high + _ADDED_AT_AN_END, low + _ADDED_AT_AN_END, base + _ADDED, z)
    return found._replace(low=np.minimum(found.low, plain), high=np.maximum(found.high, plain))


def compare_nps(
    first: tuple[ArrayLike, ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike, ArrayLike],
    *,
    level: float = 0.95,
) -> ScoreComparison:
    """Whether two independent net promoter scores of the same form differ: adjusted as in `nps_adjusted`, both sides.

    first, second: promoters, passives, detractors as in `nps`. `difference` is the one of the adjusted scores. NaN
    where either side has no answer. Source: Rocks 2016; methods §1.5, golden value 11.
    """
    one, other = nps_adjusted(*first), nps_adjusted(*second)
    difference = one.value - other.value
    error = np.sqrt(one.error**2 + other.error**2)
    statistic = difference / error
    half = stats.norm.ppf((1 + level) / 2) * error
    return ScoreComparison(
        difference, error, difference - half, difference + half, statistic, 2 * stats.norm.sf(np.abs(statistic))
    )


def _counts(
    promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    high, middle, low = np.broadcast_arrays(
        *(np.asarray(one, dtype=float) for one in (promoters, passives, detractors))
    )
    if not np.all((high >= 0) & (middle >= 0) & (low >= 0)):
        message = "promoters, passives and detractors are counts >= 0"
        raise ValueError(message)
    return high, low, high + middle + low


def _score(high: NDArray[np.float64], low: NDArray[np.float64], n: NDArray[np.float64], z: float) -> Score:
    mean = (high - low) / n
    variance = np.maximum((high + low) / n - mean**2, 0.0)
    error = np.sqrt(variance / n)
    return Score(
        100 * mean,
        100 * error,
        np.clip(100 * (mean - z * error), -100.0, 100.0),
        np.clip(100 * (mean + z * error), -100.0, 100.0),
        variance,
    )
