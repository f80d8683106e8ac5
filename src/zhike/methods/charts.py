"""Charts that tell a drift from noise: limits of a share, smoothed averages, cumulative sums."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

from zhike.methods.intervals import Interval

Floats = NDArray[np.float64]

SIGMAS: Final = 3.0
SMOOTHING: Final = 0.3
SLACK: Final = 0.5
ALARM: Final = 4.0


class ShareChart(NamedTuple):
    """`centre`: the share of all periods, (…); the rest (…, periods), NaN where there is no base."""

    centre: Floats
    shares: Floats
    limits: Interval
    outside: NDArray[np.bool_]


class Cusum(NamedTuple):
    """`path`: the sum after each period, (…, periods); `alarm`: the position of the first above the limit, or −1."""

    path: Floats
    alarm: NDArray[np.int64]


def share_limits(share: ArrayLike, n: ArrayLike, *, sigmas: float = SIGMAS) -> Interval:
    """Control limits p̄ ± 3·√(p̄(1 − p̄)/n) of a p-chart, within [0, 1].

    share: the process's own share p̄, 0 … 1; n: answers of a period, > 0; scalars or arrays that broadcast. Raises
    ValueError for other values. Source: Shewhart 1931; Montgomery 2013, §7.2; methods §1.6, golden value 45.
    """
    centre, base = np.broadcast_arrays(np.asarray(share, dtype=float), np.asarray(n, dtype=float))
    if not np.all((centre >= 0) & (centre <= 1) & (base > 0)):
        message = "share_limits needs 0 <= share <= 1 and n > 0"
        raise ValueError(message)
    half = sigmas * np.sqrt(centre * (1 - centre) / base)
    return Interval(np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0))


def share_chart(x: ArrayLike, n: ArrayLike, *, sigmas: float = SIGMAS) -> ShareChart:
    """The p-chart of counts per period: x of n, (…, periods), periods without a base allowed.

    Raises ValueError for counts that cannot be and where no period has a base. Source: as `share_limits`.
    """
    hits, base = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(n, dtype=float))
    if hits.ndim == 0 or not np.all((hits >= 0) & (hits <= base)) or not np.all(base.sum(axis=-1) > 0):
        message = "share_chart needs 0 <= x <= n by period, and a period with n > 0"
        raise ValueError(message)
    centre = np.asarray(hits.sum(axis=-1) / base.sum(axis=-1))
    some = base > 0
    shares = np.where(some, hits / np.where(some, base, 1.0), np.nan)
    low, high = share_limits(centre[..., None], np.where(some, base, 1.0), sigmas=sigmas)
    limits = Interval(np.where(some, low, np.nan), np.where(some, high, np.nan))
    # A share on its limit, but for rounding, is not beyond it.
    outside = some & ((shares < low - 1e-12) | (shares > high + 1e-12))
    return ShareChart(centre, shares, limits, outside)


def ewma(values: ArrayLike, *, smoothing: float = SMOOTHING, start: ArrayLike | None = None) -> Floats:
    """Exponentially weighted averages z_t = λ·x_t + (1 − λ)·z_(t−1), in the values' unit.

    values: (…, periods) without gaps, in order; smoothing λ: 0 < λ ≤ 1; start: z_0, (…), by default the first value.
    Returns (…, periods). Raises ValueError for another λ, missing values or no period. Source: Roberts 1959,
    Technometrics 1:239; methods §6.4, golden value 32.
    """
    x = _series(values)
    _smooth(smoothing)
    first = np.asarray(x[..., 0] if start is None else start, dtype=float)
    before = np.broadcast_to(first[..., None], (*x.shape[:-1], 1)) * (1 - smoothing)
    found, _ = signal.lfilter([smoothing], [1.0, smoothing - 1.0], x, axis=-1, zi=before)
    return np.asarray(found)


def ewma_limits(
    mean: ArrayLike, deviation: ArrayLike, periods: int, *, smoothing: float = SMOOTHING, sigmas: float = SIGMAS
) -> Interval:
    """Control limits of `ewma` after 1 … periods, started from the mean: they widen to their final distance.

    mean and deviation (≥ 0) of single values, (…), in their unit. Returns (…, periods). Raises ValueError for other
    values. Source: Lucas & Saccucci 1990, Technometrics 32:1.
    """
    _smooth(smoothing)
    centre, spread = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(deviation, dtype=float))
    if not np.all(spread >= 0) or periods < 1:
        message = "ewma_limits needs a deviation >= 0 and a period"
        raise ValueError(message)
    grown = 1 - (1 - smoothing) ** (2 * np.arange(1, periods + 1))
    half = sigmas * spread[..., None] * np.sqrt(smoothing / (2 - smoothing) * grown)
    return Interval(centre[..., None] - half, centre[..., None] + half)


def cusum_low(
    values: ArrayLike, mean: ArrayLike, deviation: ArrayLike, *, slack: float = SLACK, alarm: float = ALARM
) -> Cusum:
    """Lower cumulative sum C = max(0, C − (x − μ)/σ − k): small losses that add up, alarm above h.

    values: (…, periods) without gaps, in order; mean μ and deviation σ > 0 of the series when nothing is wrong, (…);
    slack k and alarm h in deviations. Raises ValueError for σ ≤ 0, missing values or no period. Source: Page 1954,
    Biometrika 41:100; methods §6.4, golden value 32.
    """
    x = _series(values)
    centre, spread = np.asarray(mean, dtype=float), np.asarray(deviation, dtype=float)
    if not np.all(spread > 0):
        message = "cusum_low needs a deviation > 0"
        raise ValueError(message)
    # A sum kept from falling below 0 is the plain sum above its own lowest point so far.
    plain = np.cumsum((centre[..., None] - x) / spread[..., None] - slack, axis=-1)
    path = plain - np.minimum(np.minimum.accumulate(plain, axis=-1), 0.0)
    over = path > alarm
    return Cusum(path, np.where(over.any(axis=-1), over.argmax(axis=-1), -1))


def _series(values: ArrayLike) -> Floats:
    x = np.asarray(values, dtype=float)
    if x.ndim == 0 or x.shape[-1] == 0 or np.isnan(x).any():
        message = "a series has periods in order and no gaps"
        raise ValueError(message)
    return x


def _smooth(smoothing: float) -> None:
    if not 0 < smoothing <= 1:
        message = "smoothing lies above 0 and not above 1"
        raise ValueError(message)
