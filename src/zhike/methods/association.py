"""How closely two quantities go together: coefficients with their intervals. None of them says what causes what."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from zhike.methods.intervals import Z95

# Fewer pairs say nothing that a reader could use (methods §1.10).
LEAST_PAIRS: Final = 10
_FISHER: Final = 3
Floats = NDArray[np.float64]


class Correlation(NamedTuple):
    """A coefficient from −1 to 1 with its interval, of `n` complete pairs.

    All NaN where there are fewer than two pairs or one side does not vary; limits NaN for fewer than four pairs.
    """

    r: float
    low: float
    high: float
    n: int


def correlation(x: ArrayLike, y: ArrayLike, *, z: float = Z95) -> Correlation:
    """Pearson's coefficient of pairs, with Fisher's interval: how far they lie on one line.

    x, y: one-dimensional, of one length, NaN for missing (the pair is left out). z: normal quantile (default two-sided
    95 %). Raises ValueError for other shapes. Source: Pearson 1896; Fisher 1921, Metron 1:3: atanh r is about normal
    with variance 1/(n − 3).
    """
    a, b = _pairs(x, y)
    r = _pearson(a, b)
    return _with_limits(r, len(a), 1.0, z)


def rank_correlation(x: ArrayLike, y: ArrayLike, *, z: float = Z95) -> Correlation:
    """Spearman's coefficient: how far one rises with the other, whatever the curve; ties share their middle rank.

    Arguments and errors as `correlation`. For levels of a scale and for skewed quantities such as durations. Source:
    Spearman 1904; interval of Bonett & Wright 2000, Psychometrika 65:23: variance (1 + r²/2)/(n − 3) of atanh r;
    methods §5.4.
    """
    a, b = _pairs(x, y)
    r = _pearson(stats.rankdata(a), stats.rankdata(b))
    return _with_limits(r, len(a), 1 + r * r / 2, z)


def _pairs(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if a.ndim != 1 or a.shape != b.shape:
        message = "a correlation needs two one-dimensional samples of one length"
        raise ValueError(message)
    both = ~(np.isnan(a) | np.isnan(b))
    return a[both], b[both]


def _pearson(a: Floats, b: Floats) -> float:
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:  # noqa: PLR2004 - one pair has no direction
        return float("nan")
    one, other = a - a.mean(), b - b.mean()
    # Lengths one by one: the product of two large sums would lose its last digits.
    found = (one / np.linalg.norm(one)) @ (other / np.linalg.norm(other))
    return float(np.clip(found, -1.0, 1.0))


def _with_limits(r: float, n: int, spread: float, z: float) -> Correlation:
    if np.isnan(r) or n <= _FISHER:
        return Correlation(r, float("nan"), float("nan"), n)
    if abs(r) == 1:
        return Correlation(r, r, r, n)
    half = z * np.sqrt(spread / (n - _FISHER))
    return Correlation(r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half)), n)
