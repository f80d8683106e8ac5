"""Whether two groups or two waves differ: a test, and always the interval of the difference beside it."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from zhike.methods.intervals import Z95, Interval, newcombe, satterthwaite, welch, wilson

# Below this expected count in any of the four cells the normal curve does not hold (Campbell 2007).
LEAST_EXPECTED: Final = 1.0
# Tables as probable as the one at hand count as at least as extreme, whatever the last bits say.
_AS_PROBABLE: Final = 1 + 1e-7

Floats = NDArray[np.float64]


class NormalTest(NamedTuple):
    """A test statistic (z) and its two-sided p, arrays of the inputs' common shape."""

    z: Floats
    p: Floats


class RateComparison(NamedTuple):
    """p1 − p2 as a share with its Newcombe interval; z of the N − 1 test; `p` is Fisher's where `exact`."""

    difference: Floats
    interval: Interval
    z: Floats
    p: Floats
    exact: NDArray[np.bool_]


class PairedComparison(NamedTuple):
    """p1 − p2 of the same people as a share, with its interval and McNemar's exact two-sided p."""

    difference: Floats
    interval: Interval
    p: Floats


class MeanComparison(NamedTuple):
    """mean1 − mean2 in their unit with its interval, Welch's t, its degrees of freedom and two-sided p."""

    difference: Floats
    interval: Interval
    t: Floats
    freedom: Floats
    p: Floats


class OrderComparison(NamedTuple):
    """`superiority`: P(first > second) + ½ P(equal), 0.5 for no difference; `difference`: twice that − 1, −1 … 1."""

    superiority: float
    difference: float
    interval: Interval
    u: float
    p: float


def pooled_z(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> NormalTest:
    """The z test of two independent proportions with the variance of both together.

    Counts as in `intervals.wilson`, scalars or arrays that broadcast. z = 0, p = 1 where nobody or everybody is
    satisfied. Raises ValueError for counts that cannot be. Source: Pearson 1900; methods §1.6, golden value 5.
    """
    a, k, b, m = _pairs(x1, n1, x2, n2)
    return _normal(_pooled(a, k, b, m))


def n_minus_1(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> NormalTest:
    """`pooled_z` times √((N − 1)/N), N = n1 + n2: right also for small groups with expected counts from 1.

    Counts as in `pooled_z`. Source: E. Pearson 1947; Campbell 2007, Statistics in Medicine 26:3661; methods §1.6,
    golden value 5.
    """
    a, k, b, m = _pairs(x1, n1, x2, n2)
    return _normal(_pooled(a, k, b, m) * np.sqrt((k + m - 1) / (k + m)))


def fisher(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> Floats:
    """Fisher's exact two-sided p: the probability of all tables with these margins that are no more probable.

    Whole counts as in `pooled_z`, scalars or arrays that broadcast. Raises ValueError for counts that cannot be or are
    not whole. Source: Fisher 1935; two-sided after Irwin 1935; methods §1.6.
    """
    a, k, b, m = _pairs(x1, n1, x2, n2)
    tables = np.stack([a.ravel(), k.ravel(), b.ravel(), m.ravel()])
    if np.any(tables % 1 != 0):
        message = "an exact test needs whole counts"
        raise ValueError(message)
    first, base1, second, base2 = tables.astype(np.int64)
    hits, whole = first + second, base1 + base2
    # Every value that the first count could take, of all tables in one row.
    least = np.maximum(0, hits - base2)
    sizes = np.minimum(base1, hits) - least + 1
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    table = np.repeat(np.arange(len(sizes)), sizes)
    value = np.arange(int(sizes.sum())) - starts[table] + least[table]
    probability = stats.hypergeom.pmf(value, whole[table], hits[table], base1[table])
    found = stats.hypergeom.pmf(first, whole, hits, base1)
    extreme = np.where(probability <= found[table] * _AS_PROBABLE, probability, 0.0)
    total = np.bincount(table, weights=extreme, minlength=len(sizes))
    return np.minimum(total, 1.0).reshape(a.shape)


def compare_rates(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, *, level: float = 0.95) -> RateComparison:
    """Two independent proportions: the N − 1 test, Fisher's exact one where an expected count is below 1.

    Counts as in `pooled_z`; where Fisher's test is needed they must be whole, otherwise weighted ones may be given as
    effective counts. Raises ValueError as those do. Source: Campbell 2007; Newcombe 1998; methods §1.4, §1.6.
    """
    a, k, b, m = _pairs(x1, n1, x2, n2)
    z, p = n_minus_1(a, k, b, m)
    rarer = np.minimum(a + b, k + m - a - b)
    exact = (np.minimum(k, m) * rarer / (k + m) < LEAST_EXPECTED) & (rarer > 0)
    p = np.array(p)
    if exact.any():
        p[exact] = fisher(a[exact], k[exact], b[exact], m[exact])
    return RateComparison(a / k - b / m, newcombe(a, k, b, m, z=_quantile(level)), z, p, exact)


def mcnemar(
    both: ArrayLike, only_first: ArrayLike, only_second: ArrayLike, neither: ArrayLike, *, level: float = 0.95
) -> PairedComparison:
    """Whether the satisfied share has changed among the same respondents, asked twice.

    Whole counts ≥ 0 of people satisfied both times, only the first, only the second time, and neither time; scalars or
    arrays that broadcast, at least one person each. p = 2·P(Bin(b + c, ½) ≤ min(b, c)), at most 1. The interval is
    Newcombe's for paired proportions (method 10). Raises ValueError for other counts. Source: McNemar 1947,
    Psychometrika 12:153; Newcombe 1998, Statistics in Medicine 17:2635; methods §1.6, golden value 6.
    """
    a, b, c, d = np.broadcast_arrays(
        *(np.asarray(one, dtype=float) for one in (both, only_first, only_second, neither))
    )
    n = a + b + c + d
    if not np.all((a >= 0) & (b >= 0) & (c >= 0) & (d >= 0) & (n > 0)) or np.any((b % 1 != 0) | (c % 1 != 0)):
        message = "mcnemar needs whole counts >= 0 of at least one person"
        raise ValueError(message)
    p = np.minimum(1.0, 2 * stats.binom.cdf(np.minimum(b, c), b + c, 0.5))
    z = _quantile(level)
    p1, p2 = (a + b) / n, (a + c) / n
    low1, high1 = wilson(a + b, n, z=z)
    low2, high2 = wilson(a + c, n, z=z)
    phi = _phi(a, b, c, d)
    down1, up1, down2, up2 = p1 - low1, high1 - p1, p2 - low2, high2 - p2
    # A sum of squares with a correlation within ±1: below 0 only by rounding.
    below = np.sqrt(np.maximum(down1**2 - 2 * phi * down1 * up2 + up2**2, 0.0))
    above = np.sqrt(np.maximum(up1**2 - 2 * phi * up1 * down2 + down2**2, 0.0))
    gap = (b - c) / n
    return PairedComparison(gap, Interval(np.maximum(gap - below, -1.0), np.minimum(gap + above, 1.0)), p)


def compare_means(  # noqa: PLR0917 - two samples, three numbers each
    mean1: ArrayLike, deviation1: ArrayLike, n1: ArrayLike, mean2: ArrayLike, deviation2: ArrayLike, n2: ArrayLike,
    *, level: float = 0.95,
) -> MeanComparison:  # fmt: skip
    """Welch's t test of two independent means from their summaries; arguments and errors as `intervals.welch`.

    Where neither side varies t is 0 for equal means, infinite otherwise. Source: Welch 1947, Biometrika 34:28; methods
    §1.6, golden value 6.
    """
    interval = welch(mean1, deviation1, n1, mean2, deviation2, n2, level=level)
    m1, s1, k1, m2, s2, k2 = np.broadcast_arrays(
        *(np.asarray(one, dtype=float) for one in (mean1, deviation1, n1, mean2, deviation2, n2))
    )
    v1, v2 = s1**2 / k1, s2**2 / k2
    freedom = satterthwaite(v1, k1, v2, k2)
    difference, error = m1 - m2, np.sqrt(v1 + v2)
    certain = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    t = np.where(error > 0, difference / np.where(error > 0, error, 1.0), certain)
    return MeanComparison(difference, interval, t, freedom, 2 * stats.t.sf(np.abs(t), freedom))


def mann_whitney(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> OrderComparison:
    """Whether one of two independent samples of ordered answers tends to answer higher.

    first, second: one-dimensional answers of one scale, NaN for missing (left out), at least one valid each. p is the
    normal approximation with correction for ties and continuity. The interval is Newcombe's method 5 for the
    superiority; with many ties it is rather too wide. Raises ValueError for an empty sample. Source: Mann & Whitney
    1947; Newcombe 2006, Statistics in Medicine 25:559; Cliff 1993 for the difference; methods §1.6.
    """
    one, other = (x[~np.isnan(x)] for x in (np.asarray(each, dtype=float).ravel() for each in (first, second)))
    if not len(one) or not len(other):
        message = "mann_whitney needs an answer on both sides"
        raise ValueError(message)
    if one.min() == one.max() == other.min() == other.max():
        # Everybody says the same: no rank differs, and the statistic has no variance to be measured by.
        u, p = len(one) * len(other) / 2, 1.0
    else:
        tested = stats.mannwhitneyu(one, other, alternative="two-sided", method="asymptotic")
        u, p = float(tested.statistic), float(tested.pvalue)
    superiority = u / (len(one) * len(other))
    low, high = _superiority_limits(superiority, len(one), len(other), _quantile(level))
    return OrderComparison(
        superiority, 2 * superiority - 1, Interval(np.asarray(2 * low - 1), np.asarray(2 * high - 1)), u, p
    )


def mann_whitney_of_counts(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> OrderComparison:
    """`mann_whitney` of answers that are counted: whole counts per level, both (levels,) from least to greatest.

    Raises ValueError for other shapes, negative or broken counts, and empty samples.
    """
    counts = [np.asarray(each, dtype=float) for each in (first, second)]
    if any(one.ndim != 1 or len(one) != len(counts[0]) or np.any((one < 0) | (one % 1 != 0)) for one in counts):
        message = "mann_whitney_of_counts needs whole counts >= 0 of the same levels"
        raise ValueError(message)
    answers = [np.repeat(np.arange(len(one)), one.astype(np.int64)) for one in counts]
    return mann_whitney(answers[0], answers[1], level=level)


def _quantile(level: float) -> float:
    if not 0 < level < 1:
        message = "a level lies between 0 and 1"
        raise ValueError(message)
    return Z95 if level == 0.95 else float(stats.norm.ppf((1 + level) / 2))  # noqa: PLR2004 - the usual one, to the bit


def _pairs(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    a, k, b, m = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (x1, n1, x2, n2)))
    if not np.all((k > 0) & (m > 0) & (a >= 0) & (b >= 0) & (a <= k) & (b <= m)):
        message = "a comparison needs 0 <= x <= n and n > 0 on both sides"
        raise ValueError(message)
    return a, k, b, m


def _pooled(a: Floats, k: Floats, b: Floats, m: Floats) -> Floats:
    together = (a + b) / (k + m)
    error = np.sqrt(together * (1 - together) * (1 / k + 1 / m))
    return np.where(error > 0, (a / k - b / m) / np.where(error > 0, error, 1.0), 0.0)


def _normal(z: Floats) -> NormalTest:
    return NormalTest(z, 2 * stats.norm.sf(np.abs(z)))


def _phi(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """The correlation of both times, a positive one corrected for continuity; 0 where one of them does not vary."""
    n, tie = a + b + c + d, a * d - b * c
    corrected = np.where(tie > 0, np.maximum(tie - n / 2, 0.0), tie)
    # Roots one by one: the product of four large counts would lose its last digits.
    scale = np.sqrt(a + b) * np.sqrt(c + d) * np.sqrt(a + c) * np.sqrt(b + d)
    return np.where(scale > 0, corrected / np.where(scale > 0, scale, 1.0), 0.0)


def _superiority_limits(found: float, n1: int, n2: int, z: float) -> tuple[float, float]:
    """The two values from which `found` lies just z of their own standard errors away, by bisection."""
    extra = (n1 + n2) / 2 - 1

    def error(at: Floats) -> Floats:
        return np.sqrt(at * (1 - at) * (1 + extra * ((1 - at) / (2 - at) + at / (1 + at))) / (n1 * n2))

    # The near end of each bracket is within reach of `found`, the far end of the scale is not (its error is 0).
    near, far = np.array([found, found]), np.array([0.0, 1.0])
    for _ in range(60):
        middle = (near + far) / 2
        within = np.abs(middle - found) <= z * error(middle)
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return float(near[0]), float(near[1])
