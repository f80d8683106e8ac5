"""Customer intimacy (客户亲密度): satisfaction and loyalty in one figure, and the line below which loyalty falls."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.intervals import Interval

Floats = NDArray[np.float64]

# The minimum satisfaction: below it no loyalty counts for more than the satisfaction it stands on.
FLOOR: Final = 0.6
RETENTION, WALLET, BREADTH = 0.5, 0.3, 0.2
# The weight of the parent's mean in a small base, in people.
PRIOR: Final = 20
# People on each side of a line, and how many lines are tried, roughly and then closely.
_SIDE, _LINES = 30, 81
# Twice the fall of the log-likelihood that a 95 % profile interval allows: chi-square, 1 degree of freedom.
_PROFILE: Final = 3.841458820694124


@dataclass(frozen=True, slots=True)
class MinimumLine:
    """Where loyalty bends.

    at: satisfaction in [0, 1] with its 95 % profile limits; below, above: loyalty gained for one unit of satisfaction
    on either side; gain: fall of BIC against one straight line, above 0; n: people with both, missing: without.
    """

    at: float
    limits: Interval
    below: float
    above: float
    gain: float
    n: int
    missing: int


def shrunken(mean: ArrayLike, n: ArrayLike, parent: ArrayLike, *, prior: float = PRIOR) -> Floats:
    """(n·mean + k·parent)/(n + k): a small base is drawn toward the mean of what it belongs to.

    mean, parent: rates or scores in one unit; n: people, ≥ 0; prior: k, > 0; scalars or arrays that broadcast. Where n
    is 0 the mean may be missing. Raises ValueError for other counts. Source: methods §1.10, golden value 45.
    """
    count, weight = np.asarray(n, dtype=float), float(prior)
    if (count < 0).any() or weight <= 0:
        raise ValueError("shrunken needs n >= 0 and a prior above 0")
    own = np.where(count > 0, np.asarray(mean, dtype=float), 0.0)
    found: Floats = (count * own + weight * np.asarray(parent, dtype=float)) / (count + weight)
    return found


def loyalty(retention: ArrayLike, wallet: ArrayLike, breadth: ArrayLike) -> Floats:
    """.5·retention + .3·share of wallet + .2·product breadth, in [0, 1].

    retention: probability or tenure as a part of the longest, wallet: part of the customer's spend, breadth: services
    used of those offered; each in [0, 1], scalars or arrays that broadcast. Raises ValueError beyond.
    Source: methods §3.4.
    """
    parts = [_unit(one, "loyalty") for one in (retention, wallet, breadth)]
    found: Floats = RETENTION * parts[0] + WALLET * parts[1] + BREADTH * parts[2]
    return found


def intimacy(satisfaction: ArrayLike, loyal: ArrayLike, *, floor: float = FLOOR) -> Floats:
    """100·√(S·L), 0–100; where S lies below the floor, L counts as min(L, S).

    satisfaction: S, shrunken Score100/100, loyal: L of `loyalty`; in [0, 1], scalars or arrays that broadcast. The
    geometric mean lets neither stand in for the other: a hostage is not intimate. Raises ValueError beyond [0, 1].
    Source: methods §3.4, golden value 45; `minimum_line` draws the floor from own data.
    """
    s, given = _unit(satisfaction, "intimacy"), _unit(loyal, "intimacy")
    used = np.where(s < floor, np.minimum(given, s), given)
    found: Floats = 100 * np.sqrt(s * used)
    return found


def minimum_line(satisfaction: ArrayLike, loyal: ArrayLike) -> MinimumLine | None:
    """The satisfaction below which loyalty falls more steeply, out of own customers; None where the data show none.

    satisfaction, loyal: (n,), not-a-number = missing, left out by pairs. Two joined straight lines are fitted by least
    squares with the bend at up to 81 places, each with 30 people on either side, then closer round the best; it counts
    if it is better than a single line by BIC (two parameters more), and if loyalty rises with satisfaction below it
    and does so more steeply than above. Raises ValueError for unequal shapes.
    Source: Hinkley 1971, JASA 66:736; Schwarz 1978; METR-19.
    """
    s, given = np.asarray(satisfaction, dtype=float), np.asarray(loyal, dtype=float)
    if s.shape != given.shape or s.ndim != 1:
        raise ValueError("minimum_line needs satisfaction and loyalty of the same customers, (n,) each")
    known = ~(np.isnan(s) | np.isnan(given))
    x, y = s[known], given[known]
    n = len(x)
    coarse = _places(x)
    if len(coarse) == 0:
        return None
    # Where all points lie on the lines, there is no scatter to compare with; a trace of it keeps the figures finite.
    least = np.finfo(float).eps * max(float(((y - y.mean()) ** 2).sum()), np.finfo(float).tiny)
    rests = np.maximum([_bent(x, y, at)[1] for at in coarse], least)
    held = np.flatnonzero(n * np.log(rests / rests.min()) <= _PROFILE)
    around = coarse[max(held[0] - 1, 0)], coarse[min(held[-1] + 1, len(coarse) - 1)]
    places = np.linspace(*around, _LINES)
    rests = np.maximum([_bent(x, y, at)[1] for at in places], least)
    best = int(rests.argmin())
    straight = max(_fit(np.column_stack([np.ones(n), x]), y)[1], least)
    gain = float(n * np.log(straight / rests[best]) - 2 * np.log(n))
    _start, below, turn = _bent(x, y, places[best])[0]
    if gain <= 0 or turn >= 0 or below <= 0:
        return None
    within = places[n * np.log(rests / rests[best]) <= _PROFILE]
    return MinimumLine(
        at=float(places[best]),
        limits=Interval(within.min(), within.max()),
        below=float(below),
        above=float(below + turn),
        gain=gain,
        n=n,
        missing=len(s) - n,
    )


def _places(x: Floats) -> Floats:
    """Where a bend is looked for first: at most 81 values between the first and the last tenth, 30 people each side."""
    if len(x) < 2 * _SIDE:
        return x[:0]
    places = np.unique(np.quantile(x, np.linspace(0.1, 0.9, _LINES)))
    below = np.searchsorted(np.sort(x), places, side="right")
    found: Floats = places[(below >= _SIDE) & (len(x) - below >= _SIDE)]
    return found


def _bent(x: Floats, y: Floats, at: float) -> tuple[Floats, float]:
    return _fit(np.column_stack([np.ones(len(x)), x, np.maximum(x - at, 0)]), y)


def _fit(design: Floats, y: Floats) -> tuple[Floats, float]:
    """Coefficients and what is left of the squares. A bend between equal values leaves the rank short; no matter."""
    found = np.asarray(np.linalg.lstsq(design, y, rcond=None)[0], dtype=np.float64)
    return found, float(((y - design @ found) ** 2).sum())


def _unit(values: ArrayLike, what: str) -> Floats:
    found = np.asarray(values, dtype=float)
    if ((found < 0) | (found > 1)).any():
        raise ValueError(f"{what} needs parts between 0 and 1")
    return found
