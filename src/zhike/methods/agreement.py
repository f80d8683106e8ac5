"""How far people who rate the same thing agree beyond chance: Cohen's, weighted and Fleiss' kappa."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.intervals import Z95, Interval

# From which kappa raters count as calibrated.
CALIBRATED: Final = 0.7
# Landis & Koch 1977: upper ends of the bands.
BANDS: Final = ((0.0, "poor"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """kappa: 1 full agreement, 0 what chance gives; observed, by_chance: agreement in [0, 1]; n: things rated.

    missing: things that lack a rating and were left out; error, limits: large-sample standard error and 95 % interval.
    """

    kappa: float
    observed: float
    by_chance: float
    n: int
    missing: int
    error: float
    limits: Interval

    @property
    def band(self) -> str:
        return band(self.kappa)

    @property
    def is_calibrated(self) -> bool:
        return self.kappa >= CALIBRATED - 1e-9  # what floats lose does not decide


def band(kappa: float) -> str:
    """The word for a kappa: poor, slight, fair, moderate, substantial, almost perfect.

    Their limits belong to the published values of two decimals: up to .60 moderate, from .61 substantial, from .81
    almost perfect. Source: Landis & Koch 1977, Biometrics 33:159; methods §8.4.
    """
    rounded = round(kappa, 2)
    if rounded < 0:
        return BANDS[0][1]
    return next((word for top, word in BANDS[1:] if rounded <= top), "almost perfect")


def cohen(table: ArrayLike, *, quadratic: bool = False) -> Agreement:
    """Cohen's kappa of two raters, out of how often each pair of categories was given.

    table: (k, k) counts, rows the first rater's category, columns the second's, k ≥ 2. quadratic: the categories are
    steps of a scale and being two steps apart is four times as bad as one (weights 1 − (i − j)²/(k − 1)²).
    Raises ValueError for other shapes, negative or no counts, or where both raters used one category only.
    Sources: Cohen 1960, Educ. Psychol. Measurement 20:37; Cohen 1968, Psychol. Bulletin 70:213; error: Fleiss, Cohen &
    Everitt 1969, Psychol. Bulletin 72:323; methods §8.4, golden value 17.
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) < 2:  # noqa: PLR2004 - rows and columns
        raise ValueError("cohen needs a square table of at least two categories")
    n = counts.sum()
    if not (counts >= 0).all() or n == 0:
        raise ValueError("cohen counts things rated, none negative, one at least")
    k = len(counts)
    steps = np.subtract.outer(np.arange(k), np.arange(k))
    weights = 1 - (steps / (k - 1)) ** 2 if quadratic else np.eye(k)
    p = counts / n
    first, second = p.sum(axis=1), p.sum(axis=0)
    observed, chance = float((weights * p).sum()), float(first @ weights @ second)
    kappa = _kappa(observed, chance)
    usual = (weights @ second)[:, None] + (weights.T @ first)[None, :]
    variance = (p * (weights - usual * (1 - kappa)) ** 2).sum() - (kappa - chance * (1 - kappa)) ** 2
    return _agreement(kappa, observed, chance, int(n), 0, float(np.sqrt(max(variance, 0) / n)) / (1 - chance))


def cohen_of(first: ArrayLike, second: ArrayLike, *, categories: int, quadratic: bool = False) -> Agreement:
    """Cohen's kappa of two raters' categories 0 … k − 1, (n,) each; not-a-number = not rated, left out and counted.

    Raises ValueError for unequal shapes, other values, and as `cohen`.
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError("cohen_of needs two raters' categories of the same things, (n,) each")
    known = ~(np.isnan(one) | np.isnan(other))
    pairs = np.stack([one[known], other[known]])
    if not np.isin(pairs, np.arange(categories)).all():
        raise ValueError(f"categories are 0 to {categories - 1}")
    table = np.zeros((categories, categories))
    np.add.at(table, tuple(pairs.astype(int)), 1)
    found = cohen(table, quadratic=quadratic)
    return _agreement(found.kappa, found.observed, found.by_chance, found.n, int((~known).sum()), found.error)


def fleiss(counts: ArrayLike) -> Agreement:
    """Fleiss' kappa of several raters, who need not be the same for each thing.

    counts: (n, k): how many raters gave each thing each category; the same number of raters, ≥ 2, for every thing.
    Raises ValueError for other shapes, unequal numbers of raters, or where only one category was ever used.
    The error is that of kappa itself, by the jackknife over things, not the one under no agreement.
    Source: Fleiss 1971, Psychol. Bulletin 76:378; methods §8.4, golden value 17.
    """
    given = np.asarray(counts, dtype=float)
    if given.ndim != 2 or given.size == 0 or not (given >= 0).all():  # noqa: PLR2004 - rows and columns
        raise ValueError("fleiss needs counts (n, k), none negative")
    raters = given.sum(axis=1)
    m = raters[0]
    if (raters != m).any() or m < 2:  # noqa: PLR2004 - agreement takes two
        raise ValueError("fleiss needs the same number of raters for each thing, two at least")
    n = len(given)
    agreed = ((given**2).sum(axis=1) - m) / (m * (m - 1))
    observed, chance = float(agreed.mean()), float(((given.sum(axis=0) / (n * m)) ** 2).sum())
    kappa = _kappa(observed, chance)
    error = float("nan")
    if n > 1:
        left_observed = (agreed.sum() - agreed) / (n - 1)
        left_chance = (((given.sum(axis=0) - given) / ((n - 1) * m)) ** 2).sum(axis=1)
        if (left_chance < 1).all():
            left = (left_observed - left_chance) / (1 - left_chance)
            error = float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))
    return _agreement(kappa, observed, chance, n, 0, error)


def _kappa(observed: float, chance: float) -> float:
    if chance >= 1 - 1e-12:
        raise ValueError("only one category was ever used: agreement beyond chance is not defined")
    return (observed - chance) / (1 - chance)


def _agreement(  # noqa: PLR0917 - the fields in their order
    kappa: float, observed: float, by_chance: float, n: int, missing: int, error: float
) -> Agreement:
    half = Z95 * error
    limits = Interval(np.maximum(kappa - half, -1.0), np.minimum(kappa + half, 1.0))
    return Agreement(kappa, observed, by_chance, n, missing, error, limits)
