"""Looking again and again while answers come in, without being fooled by the looks."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from scipy import stats

from zhike.methods.intervals import clopper_pearson, wilson

ALPHA: Final = 0.05


class Look(NamedTuple):
    """The first `n` outcomes in the order in which they came, and how many of them are hits."""

    n: int
    hits: int


class Crossing(NamedTuple):
    """The look (counted from 1) at which something was settled, with the share and its interval at that look."""

    look: int
    n: int
    hits: int
    low: float
    high: float


def look_sizes(first: int, most: int) -> list[int]:
    """After how many outcomes one looks: `first`, and each time twice as many, up to `most`.

    first ≥ 1. Which sizes these are does not depend on what came in, nor on how often a page is opened. Raises
    ValueError for a first look at nothing.
    """
    if first < 1:
        message = "the first look needs an outcome"
        raise ValueError(message)
    sizes = []
    while first <= most:
        sizes.append(first)
        first *= 2
    return sizes


def spent_at(look: int, *, alpha: float = ALPHA) -> float:
    """The part of `alpha` that the look may spend: α ÷ (k (k + 1)), which over all looks, however many, sums to α.

    look: counted from 1. So the chance that any look ever misleads is at most alpha, by the union bound. Raises
    ValueError for look < 1 or alpha outside 0 … 1. Source: Lan & DeMets 1983, Biometrika 70:659 (spending functions);
    Bonferroni 1936.
    """
    if look < 1 or not 0 < alpha < 1:
        message = "a look is counted from 1, and alpha lies between 0 and 1"
        raise ValueError(message)
    return alpha / (look * (look + 1))


def first_above(looks: Sequence[Look], limit: float, *, alpha: float = ALPHA) -> Crossing | None:
    """The first look at which the share is beyond doubt above `limit`: its exact lower bound, one-sided, lies above it.

    looks: in order, the first is look 1; limit: 0 … 1. The level of each look is what `spent_at` leaves to it, so the
    bound is stricter than at a single look; and it is exact, since so far out in the tail Wilson's, which is right on
    the average, errs too often at small bases. None where no look settles it. Source: Clopper & Pearson 1934; Lan &
    DeMets 1983.
    """
    for place, (n, hits) in enumerate(looks, 1):
        low, high = clopper_pearson(hits, n, level=1 - 2 * spent_at(place, alpha=alpha))
        if float(low) > limit:
            return Crossing(place, n, hits, float(low), float(high))
    return None


def first_within(looks: Sequence[Look], margin: float, *, alpha: float = ALPHA) -> Crossing | None:
    """The first look at which the share is known to ± `margin` or better: half the width of Wilson's interval.

    looks: as in `first_above`; margin: 0 … 1. Each look's interval is two-sided at the level that is left to it.
    Source: Wilson 1927; stopping at a fixed width: Chow & Robbins 1965, Annals of Mathematical Statistics 36:457.
    """
    for place, (n, hits) in enumerate(looks, 1):
        low, high = wilson(hits, n, z=float(stats.norm.isf(spent_at(place, alpha=alpha) / 2)))
        if float(high - low) / 2 <= margin:
            return Crossing(place, n, hits, float(low), float(high))
    return None
