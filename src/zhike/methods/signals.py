"""Units that differ from the rest by more than chance, and since when."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


def rate_tails(x: ArrayLike, n: ArrayLike, total_x: int, total_n: int) -> NDArray[np.float64]:
    """Two-sided p-values of each unit's rate against the rest of the company.

    x, n: counts a unit (0 ≤ x ≤ n). The unit itself is taken out of the reference; x given the margins is
    hypergeometric, so the test is Fisher's exact one, doubled one tail, capped at 1. Units with n = 0 give 1.
    """
    successes, trials = np.asarray(x, dtype=np.int64), np.asarray(n, dtype=np.int64)
    upper = stats.hypergeom.sf(successes - 1, total_n, total_x, trials)
    lower = stats.hypergeom.cdf(successes, total_n, total_x, trials)
    return np.where(trials == 0, 1.0, np.minimum(1.0, 2 * np.minimum(upper, lower)))


def change_point(x: ArrayLike, n: ArrayLike) -> tuple[int, float]:
    """The most likely moment at which a rate changed.

    x, n: counts a period, in order. Returns the position of the first period after the change and twice the
    log-likelihood gain over one constant rate; position 0 where no split helps. Binomial likelihood ratio.
    """
    successes, trials = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    best, gain = 0, 0.0
    whole = _loglikelihood(successes.sum(), trials.sum())
    before_x, before_n = np.cumsum(successes), np.cumsum(trials)
    for split in range(1, len(successes)):
        if before_n[split - 1] == 0 or trials.sum() - before_n[split - 1] == 0:
            continue
        parts = _loglikelihood(before_x[split - 1], before_n[split - 1]) + _loglikelihood(
            successes.sum() - before_x[split - 1], trials.sum() - before_n[split - 1]
        )
        if 2 * (parts - whole) > gain:
            best, gain = split, float(2 * (parts - whole))
    return best, gain


def _loglikelihood(x: float, n: float) -> float:
    if x in {0, n}:
        return 0.0
    p = x / n
    return float(x * np.log(p) + (n - x) * np.log1p(-p))


def volume_tails(recent: ArrayLike, earlier: ArrayLike, share: float) -> NDArray[np.float64]:
    """Lower-tail p-values that a unit's recent volume fits its own earlier volume.

    recent, earlier: counts a unit in two spans; `share`: the part of the whole company's volume of both spans that
    fell into the recent one, so that season and growth of the company do not count against anybody. Given the sum,
    the recent count is binomial.
    """
    late, early = np.asarray(recent, dtype=np.int64), np.asarray(earlier, dtype=np.int64)
    found: NDArray[np.float64] = stats.binom.cdf(late, late + early, share)
    return found


def control_limits(rate: float, largest: int, *, steps: int = 24) -> list[tuple[int, float, float, float, float]]:
    """Limits of a funnel plot round a company's rate, in per cent: n, 95 % low and high, 99.8 % low and high.

    rate: 0 … 1; largest: the largest base drawn, at least 1. Exact binomial limits at bases spread evenly on a
    logarithmic scale. Source: Spiegelhalter 2005, Statistics in Medicine 24:1185.
    """
    bases = np.unique(np.geomspace(max(5, min(10, largest)), max(largest, 6), steps).astype(int))
    found = []
    for n in bases:
        low, high = stats.binom.interval(0.95, n, rate)
        far_low, far_high = stats.binom.interval(0.998, n, rate)
        scale = 100.0 / float(n)
        found.append((int(n), low * scale, high * scale, far_low * scale, far_high * scale))
    return found


def silence_tails(gap: ArrayLike, usual: ArrayLike) -> NDArray[np.float64]:
    """Probability of a silence at least so long for somebody who otherwise is heard of at random every `usual`.

    gap ≥ 0 and usual mean gap > 0 in one unit of time, scalars or arrays that broadcast; exp(−gap/usual), a warning
    below .05. Raises ValueError for other values. Source: methods §6.4, golden value 32.
    """
    since, mean = np.broadcast_arrays(np.asarray(gap, dtype=float), np.asarray(usual, dtype=float))
    if not np.all((since >= 0) & (mean > 0)):
        message = "silence_tails needs gap >= 0 and usual > 0"
        raise ValueError(message)
    return np.asarray(np.exp(-since / mean))


def shortfall_tails(count: ArrayLike, expected: ArrayLike, *, dispersion: ArrayLike = 1.0) -> NDArray[np.float64]:
    """Probability of at most so many where `expected` were to be expected: a volume that falls by more than chance.

    count: whole, ≥ 0; expected > 0, season-adjusted; dispersion: variance/mean, 1 for Poisson, above for negative
    binomial (size expected/(dispersion − 1), probability 1/dispersion). Scalars or arrays that broadcast. Raises
    ValueError for other values. Source: methods §6.4, golden value 32.
    """
    seen, mean, spread = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (count, expected, dispersion)))
    if not np.all((seen >= 0) & (mean > 0) & (spread >= 1)):
        message = "shortfall_tails needs count >= 0, expected > 0 and dispersion >= 1"
        raise ValueError(message)
    wide = spread > 1
    size = mean / np.where(wide, spread - 1, 1.0)
    found: NDArray[np.float64] = np.where(wide, stats.nbinom.cdf(seen, size, 1 / spread), stats.poisson.cdf(seen, mean))
    return found


def excess_tails(count: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """Probability P(Pois(expected) ≥ count): of the same causes coming together by chance.

    count: whole, ≥ 0; expected > 0; scalars or arrays that broadcast. A problem is opened below .01. Raises ValueError
    for other values. Source: Poisson 1837; methods §4.2, golden value 45.
    """
    seen, mean = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(expected, dtype=float))
    if not np.all((seen >= 0) & (mean > 0)):
        message = "excess_tails needs count >= 0 and expected > 0"
        raise ValueError(message)
    found: NDArray[np.float64] = stats.poisson.sf(seen - 1, mean)
    return found
