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
    successes, trials = _counts("wilson", x, n)
    return _wilson(successes / trials, trials, z)


def wilson_share(p: ArrayLike, n: ArrayLike, *, z: float = Z95) -> Interval:
    """Wilson score interval of a share that rests on an effective base: weighted answers, a finite population.

    p: shares, 0 … 1, NaN where there is nothing; n: effective bases (`weighting.weighted_base`,
    `samples.finite_base`), > 0, infinite for a census; scalars or arrays that broadcast. The limits are NaN where p
    is, or where n is 0. Raises ValueError for shares and bases that cannot be. Source: Wilson 1927; Kish 1965 for the
    effective base; methods §1.7, §1.9, golden value 8.
    """
    share, base = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(n, dtype=float))
    if np.any((share < 0) | (share > 1)) or np.any(base < 0):
        message = "wilson_share needs 0 <= p <= 1 and n >= 0"
        raise ValueError(message)
    none = np.isnan(share) | np.isnan(base) | (base == 0)
    low, high = _wilson(np.where(none, 0.5, share), np.where(none, 1.0, base), z)
    return Interval(np.where(none, np.nan, low), np.where(none, np.nan, high))


def wald(x: ArrayLike, n: ArrayLike, *, z: float = Z95) -> Interval:
    """Wald interval of x successes in n trials, within [0, 1]: only to check against older reports.

    Counts as in `wilson`. Too narrow for small n and of no width at 0 and n. Raises ValueError for counts that cannot
    be. Source: Laplace 1812; methods golden value 2.
    """
    successes, trials = _counts("wald", x, n)
    p = successes / trials
    half = z * np.sqrt(p * (1 - p) / trials)
    return Interval(np.clip(p - half, 0.0, 1.0), np.clip(p + half, 0.0, 1.0))


def agresti_coull(x: ArrayLike, n: ArrayLike, *, z: float = Z95) -> Interval:
    """Agresti–Coull interval of x successes in n trials, within [0, 1].

    Counts as in `wilson`; never narrower than Wilson's. Raises ValueError for counts that cannot be. Source: Agresti &
    Coull 1998, American Statistician 52:119; methods §1.4, golden value 3.
    """
    successes, trials = _counts("agresti_coull", x, n)
    base = trials + z * z
    p = (successes + z * z / 2) / base
    half = z * np.sqrt(p * (1 - p) / base)
    return Interval(np.clip(p - half, 0.0, 1.0), np.clip(p + half, 0.0, 1.0))


def clopper_pearson(x: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Interval:
    """Exact interval of x successes in n trials: covers at least `level`, for audits.

    Counts as in `wilson`. Raises ValueError for counts that cannot be. Source: Clopper & Pearson 1934, Biometrika
    26:404; methods §1.4, golden value 3.
    """
    successes, trials = _counts("clopper_pearson", x, n)
    tail = (1 - level) / 2
    none, all_of_them = successes == 0, successes == trials
    # The beta distribution has no parameter 0: there the limits are 0 and 1 themselves.
    low = stats.beta.ppf(tail, np.where(none, 1.0, successes), trials - successes + 1)
    high = stats.beta.ppf(1 - tail, successes + 1, np.where(all_of_them, 1.0, trials - successes))
    return Interval(np.where(none, 0.0, low), np.where(all_of_them, 1.0, high))


def nonresponse_bounds(x: ArrayLike, n: ArrayLike, silent: ArrayLike) -> Interval:
    """Where the share of x in everybody asked lies, whatever those who did not answer think: bounds, no estimate.

    x, n: counts as in `wilson`, n may be 0; silent: how many were asked and did not answer, ≥ 0. What a census reports
    instead of a sampling error. NaN where nobody was asked. Raises ValueError for counts that cannot be. Source: Manski
    1989, Journal of Human Resources 24:343; methods §1.8, golden value 8.
    """
    hits, answers, missing = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (x, n, silent)))
    if np.any(hits < 0) or np.any(hits > answers) or np.any(missing < 0):
        message = "nonresponse_bounds needs 0 <= x <= n and silent >= 0"
        raise ValueError(message)
    asked = np.where(answers + missing > 0, answers + missing, np.nan)
    return Interval(hits / asked, (hits + missing) / asked)


def _counts(name: str, x: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    successes, trials = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(n, dtype=float))
    if np.any(trials <= 0) or np.any(successes < 0) or np.any(successes > trials):
        message = f"{name} needs 0 <= x <= n and n > 0"
        raise ValueError(message)
    return successes, trials


def _wilson(p: NDArray[np.float64], n: NDArray[np.float64], z: float) -> Interval:
    spread = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / spread
    half = z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2) / spread
    low = np.where(p == 0, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(p == 1, 1.0, np.clip(centre + half, 0.0, 1.0))
    # Rounding alone could carry a limit past a share close to 0 or 1.
    return Interval(np.minimum(low, p), np.maximum(high, p))


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


def clustered_mean_interval(totals: ArrayLike, counts: ArrayLike, *, level: float = 0.95) -> tuple[float, Interval]:
    """Mean of all values and its interval where several of them come from the same person.

    totals: sum of each person's values, (people,); counts: how many values that is, > 0, (people,). The mean is
    Σ totals ÷ Σ counts, in the values' unit; its error is that of a ratio between people, so that somebody who answers
    ten questions counts as one. Limits NaN for fewer than two people, all NaN for none. Raises ValueError for other
    shapes. Source: Cochran 1977, Sampling Techniques, §2.11 and §9A.1 (ratio to size); Student's t with people − 1.
    """
    s, k = np.asarray(totals, dtype=float), np.asarray(counts, dtype=float)
    if s.ndim != 1 or s.shape != k.shape or not np.all(k > 0):
        message = "clustered_mean_interval needs a total and a count > 0 for each person"
        raise ValueError(message)
    if not len(s):
        return float("nan"), Interval(np.asarray(np.nan), np.asarray(np.nan))
    mean, n = s.sum() / k.sum(), len(s)
    if n < 2:  # noqa: PLR2004 - one person does not vary
        return float(mean), Interval(np.asarray(np.nan), np.asarray(np.nan))
    error = np.sqrt(n / (n - 1) * ((s - mean * k) ** 2).sum()) / k.sum()
    half = stats.t.ppf((1 + level) / 2, n - 1) * error
    return float(mean), Interval(np.asarray(mean - half), np.asarray(mean + half))


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
    # Where nothing varies on either side there is nothing to estimate: the interval is the difference itself.
    half = stats.t.ppf((1 + level) / 2, satterthwaite(v1, k1, v2, k2)) * np.sqrt(v1 + v2)
    return Interval(m1 - m2 - half, m1 - m2 + half)


def satterthwaite(
    error1: NDArray[np.float64], n1: NDArray[np.float64], error2: NDArray[np.float64], n2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Degrees of freedom of the difference of two means: error1, error2 are their squared standard errors, n ≥ 2.

    Arrays of one shape; 1 where neither varies. Source: Satterthwaite 1946, Biometrics Bulletin 2:110; Welch 1947.
    """
    # As shares of the sum, so that squares of tiny errors do not vanish.
    spread = error1 + error2
    varies = spread > 0
    part1, part2 = (np.where(varies, one / np.where(varies, spread, 1.0), 1.0) for one in (error1, error2))
    return np.where(varies, 1 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1)), 1.0)


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
