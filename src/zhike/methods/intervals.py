"""Confidence intervals of proportions, means and quantiles, and of their differences."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Z95 = float(stats.norm.ppf(0.975))


class Interval(NamedTuple):
    """Lower and upper limits, arrays of the inputs' common shape, in the unit of what they belong to."""

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


def welch(  # noqa: PLR0917 - two samples, three numbers each
    mean1: ArrayLike, deviation1: ArrayLike, n1: ArrayLike, mean2: ArrayLike, deviation2: ArrayLike, n2: ArrayLike,
    *, level: float = 0.95,
) -> Interval:  # fmt: skip
    """Welch t interval of the difference of two independent means, mean1 − mean2, in the means' unit.

    Means, sample standard deviations (n − 1) and counts (≥ 2): scalars or arrays that broadcast. The variances need
    not be equal; degrees of freedom by Welch–Satterthwaite. Raises ValueError for smaller counts or negative
    deviations. Source: Welch 1947, Biometrika 34:28; methods §1.6.
    """
    m1, s1, k1, m2, s2, k2 = np.broadcast_arrays(
        *(np.asarray(one, dtype=float) for one in (mean1, deviation1, n1, mean2, deviation2, n2))
    )
    if np.any(k1 < 2) or np.any(k2 < 2) or np.any(s1 < 0) or np.any(s2 < 0):  # noqa: PLR2004 - one value has no deviation
        message = "welch needs n >= 2 and deviations >= 0 on both sides"
        raise ValueError(message)
    v1, v2 = s1**2 / k1, s2**2 / k2
    spread = v1 + v2
    # Where nothing varies on either side there is nothing to estimate: the interval is the difference itself.
    least = np.where(spread > 0, spread, 1.0)
    freedom = np.where(spread > 0, least**2 / np.where(spread > 0, v1**2 / (k1 - 1) + v2**2 / (k2 - 1), 1.0), 1.0)
    half = stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(spread)
    return Interval(m1 - m2 - half, m1 - m2 + half)


def quantile_ranks(n: int, p: float, *, level: float = 0.95) -> tuple[int, int] | None:
    """Ranks of the two ordered values between which the p-quantile lies with at least the confidence `level`.

    n: how many values, ≥ 1; p: 0 < p < 1. Ranks count from 1, 1 ≤ low < high ≤ n; None where n is too small for so far
    a quantile (a P90 of 30 values has no upper limit). No assumption on the distribution: the count of values below the
    quantile is Bin(n, p). Source: Thompson 1936; David & Nagaraja 2003, Order Statistics, §7.1.
    """
    if n < 1 or not 0 < p < 1:
        message = "quantile_ranks needs n >= 1 and 0 < p < 1"
        raise ValueError(message)
    low, high = int(stats.binom.ppf((1 - level) / 2, n, p)), int(stats.binom.ppf((1 + level) / 2, n, p)) + 1
    return (low, high) if low >= 1 and high <= n else None


def difference(value1: float, limits1: Interval, value2: float, limits2: Interval) -> Interval:
    """Interval of value1 − value2 out of the two independent estimates' own intervals, which need not be symmetric.

    Everything in one unit. Method of variance estimates recovery (MOVER). Source: Zou & Donner 2008, Statistics in
    Medicine 27:1693; for proportions with Wilson limits it is Newcombe's method 10.
    """
    gap = value1 - value2
    down = np.sqrt((value1 - limits1.low) ** 2 + (limits2.high - value2) ** 2)
    up = np.sqrt((limits1.high - value1) ** 2 + (value2 - limits2.low) ** 2)
    return Interval(gap - down, gap + up)
