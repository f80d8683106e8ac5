"""How many to ask, and how much a sample of a small population tells."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.intervals import Z95, Interval, wilson_share

# Below this part of the population the correction is not worth its explanation.
FINITE_FROM: Final = 0.05


class Needed(NamedTuple):
    """A sample size: as computed, and in whole people. Arrays of the inputs' common shape."""

    exact: NDArray[np.float64]
    people: NDArray[np.int64]


def needed_for_rate(
    margin: ArrayLike, *, share: ArrayLike = 0.5, population: ArrayLike = np.inf, z: float = Z95
) -> Needed:
    """How many valid answers hold a rate's interval to ± margin.

    margin: half-width as a share (0.05 for 5 points), > 0; share: the expected rate, 0 … 1, 0.5 being the worst case;
    population: how many there are in all, ≥ 1, infinite if unknown. Scalars or arrays that broadcast. Raises ValueError
    for other values. Source: Cochran 1977, Sampling Techniques, §4.4; methods §1.7, golden value 13.
    """
    half, p, people = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (margin, share, population)))
    if not np.all((half > 0) & (p >= 0) & (p <= 1) & (people >= 1)):
        message = "needed_for_rate needs margin > 0, 0 <= share <= 1 and population >= 1"
        raise ValueError(message)
    endless = z * z * p * (1 - p) / half**2
    return _needed(endless / (1 + np.maximum(endless - 1, 0) / people))


def needed_for_nps(margin: ArrayLike, variance: ArrayLike, *, z: float = Z95) -> Needed:
    """How many valid answers hold a net promoter score to ± margin.

    margin: half-width in points (5 for ± 5), > 0; variance of one answer, promoters + detractors − (promoters −
    detractors)² in shares, 0 … 1. Scalars or arrays that broadcast. Raises ValueError for other values. Source: Rocks
    2016, American Statistician 70:365; methods §1.5, golden value 13.
    """
    half, spread = np.broadcast_arrays(np.asarray(margin, dtype=float) / 100, np.asarray(variance, dtype=float))
    if not np.all((half > 0) & (spread >= 0) & (spread <= 1)):
        message = "needed_for_nps needs margin > 0 and 0 <= variance <= 1"
        raise ValueError(message)
    return _needed(z * z * spread / half**2)


def effective_base(n: ArrayLike, population: ArrayLike) -> NDArray[np.float64]:
    """What n answers out of a small population are worth: n·(N − 1)/(N − n), once n is more than 5 % of N.

    n: answers, ≥ 0; population: N ≥ max(n, 1). Scalars or arrays that broadcast. Infinite at a census, where no
    sampling error is left: report `intervals.nonresponse_bounds`. Raises ValueError for other values. Source: Cochran
    1977, §2.6; methods §1.7, golden value 8.
    """
    answers, people = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(population, dtype=float))
    if not np.all((answers >= 0) & (people >= 1) & (answers <= people)):
        message = "effective_base needs 0 <= n <= population and population >= 1"
        raise ValueError(message)
    left = people - answers
    corrected = np.where(left > 0, answers * (people - 1) / np.where(left > 0, left, 1.0), np.inf)
    return np.where(answers > FINITE_FROM * people, corrected, answers)


def wilson_of_population(x: ArrayLike, n: ArrayLike, population: ArrayLike, *, z: float = Z95) -> Interval:
    """Wilson interval of x in n answers out of a population of N, corrected for how much of it has answered.

    x, n: counts, 0 ≤ x ≤ n, n > 0; population: N ≥ n. Scalars or arrays that broadcast. At a census the interval is the
    share itself. Raises ValueError for counts that cannot be. Source: methods §1.7, golden value 8.
    """
    hits, answers = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if np.any(answers <= 0):
        message = "wilson_of_population needs n > 0"
        raise ValueError(message)
    return wilson_share(hits / answers, effective_base(answers, population), z=z)


def _needed(exact: NDArray[np.float64]) -> Needed:
    # Rounded first: a computed 400.0000000001 asks for 400 people.
    return Needed(exact, np.ceil(np.round(exact, 9)).astype(np.int64))
