"""Confidence intervals of proportions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Z95 = float(stats.norm.ppf(0.975))


class Interval(NamedTuple):
    """Lower and upper limits, arrays of the inputs' common shape, as proportions in [0, 1]."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def wilson(x: ArrayLike, n: ArrayLike, *, z: float = Z95) -> Interval:
    """Wilson score interval of x successes in n trials.

    x, n: counts, scalars or arrays that broadcast; 0 ≤ x ≤ n, n > 0. z: normal quantile (default two-sided 95 %).
    Raises ValueError for counts that cannot be. Source: Wilson 1927; methods §1.4, golden value 1.
    """
    successes, trials = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(n, dtype=float))
    if np.any(trials <= 0) or np.any(successes < 0) or np.any(successes > trials):
        message = "wilson needs 0 <= x <= n and n > 0"
        raise ValueError(message)
    p = successes / trials
    spread = 1 + z * z / trials
    centre = (p + z * z / (2 * trials)) / spread
    half = z * np.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / spread
    low = np.where(successes == 0, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(successes == trials, 1.0, np.clip(centre + half, 0.0, 1.0))
    return Interval(low, high)


def newcombe(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, z: float = Z95) -> Interval:
    """Interval of the difference of two independent proportions p1 − p2, in [−1, 1].

    Counts as in `wilson`. Source: Newcombe 1998, Statistics in Medicine 17:873, method 10; methods §1.4, golden 4.
    """
    low1, high1 = wilson(x1, n1, z=z)
    low2, high2 = wilson(x2, n2, z=z)
    p1 = np.asarray(x1, dtype=float) / np.asarray(n1, dtype=float)
    p2 = np.asarray(x2, dtype=float) / np.asarray(n2, dtype=float)
    difference = p1 - p2
    return Interval(
        difference - np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        difference + np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )


def mean_interval(mean: ArrayLike, deviation: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Interval:
    """Student t interval of a mean, in the mean's unit.

    mean, deviation (sample standard deviation, n − 1) and n: scalars or arrays that broadcast; n ≥ 2.
    Raises ValueError for smaller n or a negative deviation. Source: Student 1908.
    """
    centre, spread, count = np.broadcast_arrays(
        np.asarray(mean, dtype=float), np.asarray(deviation, dtype=float), np.asarray(n, dtype=float)
    )
    if np.any(count < 2) or np.any(spread < 0):  # noqa: PLR2004 - one value has no deviation
        message = "mean_interval needs n >= 2 and a deviation >= 0"
        raise ValueError(message)
    half = stats.t.ppf((1 + level) / 2, count - 1) * spread / np.sqrt(count)
    return Interval(centre - half, centre + half)
