"""Perfect orders: right in every respect at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhike.methods.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Joint:
    """rate: of orders that hold in every respect, in [0, 1], with 95 % Wilson limits; n: orders known in every respect.

    missing: orders not known in some respect; single: the rates of each respect over the same n; product: what the
    rate would be if the respects had nothing to do with each other.
    """

    rate: float
    limits: Interval
    n: int
    missing: int
    single: tuple[float, ...]
    product: float


def joint(holds: ArrayLike) -> Joint:
    """Count orders that hold in every respect (in full, on time, documents, condition): this is the figure to report.

    holds: (n, k), 1 holds, 0 does not, not-a-number = not known. Raises ValueError for other shapes or values, or where
    no order is known in every respect. Source: SCOR RL.1.1; methods §8.2.
    """
    flags = np.asarray(holds, dtype=float)
    if flags.ndim != 2 or flags.shape[1] == 0:  # noqa: PLR2004 - rows and columns
        raise ValueError("perfect orders need flags (n, k)")
    rows = flags[~np.isnan(flags).any(axis=1)]
    if len(rows) == 0 or not np.isin(rows, (0, 1)).all():
        raise ValueError("perfect orders need 1 or 0 in every respect of one order at least")
    single, perfect, n = rows.mean(axis=0), int(rows.all(axis=1).sum()), len(rows)
    return Joint(
        rate=perfect / n,
        limits=wilson(perfect, n),
        n=n,
        missing=len(flags) - n,
        single=tuple(single.tolist()),
        product=if_independent(single),
    )


def if_independent(rates: ArrayLike) -> float:
    """The product of the single rates: an approximation where only they are known, right if they are independent.

    rates: (k,) in [0, 1]. The true rate lies anywhere within `possible`. Raises ValueError for other rates.
    Source: methods §8.2, golden value 41.
    """
    return float(np.prod(_rates(rates)))


def possible(rates: ArrayLike) -> tuple[float, float]:
    """Lowest and highest rate of perfect orders that the single rates allow: max(0, Σr − k + 1) to min r.

    Raises ValueError for rates outside [0, 1] or none. Source: Fréchet 1935.
    """
    values = _rates(rates)
    return max(0.0, float(values.sum() - len(values) + 1)), float(values.min())


def _rates(rates: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = np.asarray(rates, dtype=float).ravel()
    if len(values) == 0 or not ((values >= 0) & (values <= 1)).all():
        raise ValueError("rates lie between 0 and 1, and there is at least one")
    return values
