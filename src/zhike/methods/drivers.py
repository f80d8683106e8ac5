"""What drives the overall judgement: regression, exact LMG shares, Johnson's relative weights, and how sure they are.

Importance is not cause: the weights share out the explained variance, they promise no effect of a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from zhike.methods.intervals import Interval

MOST_EXACT: Final = 15
LEAST_ROWS, ROWS_A_PREDICTOR = 100, 10
# The part of its variance that a predictor must have of its own beside the others.
SINGULAR: Final = 1e-10
# Working sets that stay in the processor's cache: rows a block of resampling, subsets a block of resamples.
_ROWS_AT_ONCE, _SUBSETS_AT_ONCE = 2048, 2**18

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """What an analysis needs of its rows; the rows themselves are read once.

    n: complete rows; left_out: rows with any answer missing, which are not used (listwise); missing (p,): answers
    missing of each predictor, missing_y of the outcome. means, deviations (p,; n − 1) and mean_y, deviation_y in the
    answers' units; r_xx (p, p) and r_xy (p,): correlations.
    """

    names: tuple[str, ...]
    n: int
    left_out: int
    missing: NDArray[np.int64]
    missing_y: int
    means: Floats
    deviations: Floats
    mean_y: float
    deviation_y: float
    r_xx: Floats
    r_xy: Floats

    @property
    def needed(self) -> int:
        """How many complete rows a result should stand on: max(100, 10 a predictor)."""
        return max(LEAST_ROWS, ROWS_A_PREDICTOR * len(self.names))

    @property
    def is_enough(self) -> bool:
        return self.n >= self.needed


@dataclass(frozen=True, slots=True)
class Regression:
    """Ordinary least squares with intercept; arrays are (p,) in the predictors' order unless said.

    slopes and errors (standard errors): units of the outcome for one unit of the predictor; covariance (p, p) of the
    slopes; standardised: standard deviations for one standard deviation; r: correlation with the outcome; p_values:
    two-sided, Student's t with n − p − 1 degrees of freedom; residual: standard error of the regression; vif: variance
    inflation, 1 where the predictor shares nothing with the others. suppressors: slope and correlation have opposite
    signs, so the slope must not be read as the predictor's influence.
    """

    moments: Moments
    intercept: float
    intercept_error: float
    slopes: Floats
    errors: Floats
    covariance: Floats
    standardised: Floats
    r: Floats
    t: Floats
    p_values: Floats
    r2: float
    r2_adjusted: float
    residual: float
    vif: Floats
    suppressors: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weights:
    """Explained variance shared out among the predictors; arrays are (p,).

    weight: adds up to R²; share: part of R², adds up to 1 (not a number where R² is 0); error: standard deviation
    over the resamples; weight_limits, share_limits: percentile intervals.
    """

    weight: Floats
    share: Floats
    error: Floats
    weight_limits: Interval
    share_limits: Interval


@dataclass(frozen=True, slots=True)
class Drivers:
    """The regression with both kinds of weights; lmg is None beyond 15 predictors.

    resamples: how many entered the intervals; degenerate: how many did not, because an answer did not vary in them.
    """

    regression: Regression
    lmg: Weights | None
    johnson: Weights
    r2_limits: Interval
    resamples: int
    degenerate: int


def moments(x: ArrayLike, y: ArrayLike, *, names: Sequence[str] = ()) -> Moments:
    """Means, deviations and correlations of the complete rows, with the count of what was left out.

    x: (n, p) predictors; y: (n,) outcome; any units; not-a-number = missing. names: p words for messages.
    Raises ValueError for shapes that do not fit, infinite values, fewer than p + 2 complete rows, an outcome or a
    predictor that does not vary, or a predictor that those before it determine. Source: methods §2.7.
    """
    return _read(x, y, names)[0]


def ols(found: Moments) -> Regression:
    """Ordinary least squares out of the moments. Shapes and units: see `Regression`.

    Source: Draper & Smith 1998, Applied Regression Analysis, chapters 5 and 6; VIF: Marquardt 1970; suppression:
    Conger 1974; methods §2.7, golden value 22.
    """
    p = len(found.names)
    inverse = np.linalg.inv(found.r_xx)
    beta = inverse @ found.r_xy
    r2 = float(np.clip(beta @ found.r_xy, 0, 1))
    freedom = found.n - p - 1
    unit = found.deviation_y / found.deviations
    slopes, covariance = beta * unit, (1 - r2) / freedom * inverse * np.outer(unit, unit)
    errors = np.sqrt(np.diag(covariance))
    residual = found.deviation_y * np.sqrt((1 - r2) * (found.n - 1) / freedom)
    # A perfect fit has no error, and whatever slope it has is certain.
    t = np.divide(slopes, errors, out=np.copysign(np.inf, slopes), where=errors > 0)
    return Regression(
        moments=found,
        intercept=float(found.mean_y - slopes @ found.means),
        intercept_error=float(np.sqrt(residual**2 / found.n + found.means @ covariance @ found.means)),
        slopes=slopes,
        errors=errors,
        covariance=covariance,
        standardised=beta,
        r=found.r_xy,
        t=t,
        p_values=2 * stats.t.sf(np.abs(t), freedom),
        r2=r2,
        r2_adjusted=1 - (1 - r2) * (found.n - 1) / freedom,
        residual=float(residual),
        vif=np.diag(inverse).copy(),
        suppressors=beta * found.r_xy < 0,
    )


def standardised(r_xx: ArrayLike, r_xy: ArrayLike) -> tuple[Floats, float]:
    """Standardised slopes (p,) and R² out of correlations alone.

    r_xx: (p, p) among the predictors, r_xy: (p,) with the outcome. Raises ValueError for what cannot be the
    correlations of one sample (pairwise deletion makes such). Source: methods §2.7, golden values 23 and 24.
    """
    xx, xy = _checked(r_xx, r_xy)
    beta = np.asarray(np.linalg.solve(xx, xy), dtype=np.float64)
    return beta, float(beta @ xy)


def lmg(r_xx: ArrayLike, r_xy: ArrayLike) -> Floats:
    """LMG shares (p,), which add up to R²: each predictor's gain of R² averaged over all orders of entry. Exact.

    r_xx: (p, p), r_xy: (p,) correlations, p ≤ 15. All 2^p subsets are fitted at once, see `_subset_r2`.
    Raises ValueError for more predictors and as `standardised`. Source: Lindeman, Merenda & Gold 1980; Grömping 2006,
    J. Statistical Software 17(1); the same as Shapley 1953; methods §2.7, golden values 22–24.
    """
    xx, xy = _checked(r_xx, r_xy)
    if len(xy) > MOST_EXACT:
        raise ValueError(f"lmg is exact up to {MOST_EXACT} predictors; relative_weights takes more")
    found: Floats = _lmg(_joined(xx, xy))[0]
    return found


def relative_weights(r_xx: ArrayLike, r_xy: ArrayLike) -> Floats:
    """Johnson's relative weights (p,), which add up to R²; for two predictors they are the LMG shares.

    r_xx: (p, p), r_xy: (p,) correlations, any p. Raises ValueError as `standardised`.
    Source: Johnson 2000, Multivariate Behavioral Research 35:1; methods §2.7, golden values 22–24.
    """
    found: Floats = _johnson(_joined(*_checked(r_xx, r_xy)))[0]
    return found


def drivers(
    x: ArrayLike, y: ArrayLike, *, rng: np.random.Generator, resamples: int = 1000, level: float = 0.95,
    names: Sequence[str] = (),
) -> Drivers:  # fmt: skip
    """Regression and both kinds of weights, with bootstrap intervals over resampled rows.

    x: (n, p), y: (n,), not-a-number = missing, as in `moments`; rng: the seeded source of chance; the same seed and
    rows give the same intervals. Percentile intervals at `level`. `regression.moments.is_enough` says whether the base
    carries a result. Raises ValueError as `moments`, and for fewer than 2 resamples.
    Source: Efron & Tibshirani 1993, ch. 13; methods §2.7.
    """
    if resamples < 2:  # noqa: PLR2004 - one resample has no spread
        raise ValueError("drivers needs at least 2 resamples")
    found, rows = _read(x, y, names)
    regression = ols(found)
    drawn, degenerate = _resample(rows, rng, resamples)
    if len(drawn) < 2:  # noqa: PLR2004 - as above
        raise ValueError("hardly any resample varies in every answer: there are too few rows for intervals")
    once = _joined(found.r_xx, found.r_xy)
    relative = _johnson(drawn)
    return Drivers(
        regression=regression,
        lmg=_weights(_lmg(once)[0], _lmg(drawn), level) if len(found.names) <= MOST_EXACT else None,
        johnson=_weights(_johnson(once)[0], relative, level),
        r2_limits=_limits(relative.sum(axis=1), level),
        resamples=len(drawn),
        degenerate=degenerate,
    )


def _read(x: ArrayLike, y: ArrayLike, names: Sequence[str]) -> tuple[Moments, Floats]:
    """Moments, and the complete rows in standard deviations from their means, the outcome last."""
    predictors, outcome = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if predictors.ndim != 2 or outcome.shape != predictors.shape[:1] or predictors.shape[1] == 0:  # noqa: PLR2004
        raise ValueError("drivers are read from x (n, p) with p >= 1 and y (n,)")
    p = predictors.shape[1]
    words = tuple(names) or tuple(f"predictor {at + 1}" for at in range(p))
    if len(words) != p:
        raise ValueError(f"{len(words)} names for {p} predictors")
    values = np.column_stack([predictors, outcome])
    if np.isinf(values).any():
        raise ValueError("an answer is infinite")
    gaps = np.isnan(values)
    missing = gaps.sum(axis=0)
    kept = ~gaps.any(axis=1)
    rows = values if kept.all() else values[kept]
    n = len(rows)
    if n < p + 2:
        raise ValueError(f"{n} complete rows are too few for {p} predictors; {len(values) - n} rows lack an answer")
    means, most = rows.mean(axis=0), np.maximum(rows.max(axis=0), -rows.min(axis=0))
    rows -= means  # our own copy, and the only one
    deviations = np.sqrt(np.einsum("ij,ij->j", rows, rows) / (n - 1))
    still = [word for word, one in zip((*words, "the outcome"), deviations <= most * 1e-12, strict=True) if one]
    if still:
        raise ValueError(f"no variation in {', '.join(still)}")
    rows /= deviations
    r = rows.T @ rows / (n - 1)
    np.fill_diagonal(r, 1.0)
    _refuse_determined(r[:p, :p], words)
    found = Moments(
        names=words,
        n=n,
        left_out=len(values) - n,
        missing=missing[:p],
        missing_y=int(missing[p]),
        means=means[:p],
        deviations=deviations[:p],
        mean_y=float(means[p]),
        deviation_y=float(deviations[p]),
        r_xx=r[:p, :p],
        r_xy=r[:p, p],
    )
    return found, rows


def _refuse_determined(r_xx: Floats, names: Sequence[str]) -> None:
    """What each predictor has of its own beside those before it are the pivots of the elimination."""
    rest = r_xx.copy()
    for at, name in enumerate(names):
        if rest[0, 0] <= SINGULAR:
            before = ", ".join(names[:at])
            raise ValueError(f"{name} is determined by {before}: leave one of them out")
        rest = rest[1:, 1:] - np.outer(rest[1:, 0], rest[0, 1:]) / rest[0, 0]


def _checked(r_xx: ArrayLike, r_xy: ArrayLike) -> tuple[Floats, Floats]:
    xx, xy = np.asarray(r_xx, dtype=float), np.asarray(r_xy, dtype=float)
    if xy.ndim != 1 or len(xy) == 0 or xx.shape != (len(xy), len(xy)):
        raise ValueError("correlations are r_xx (p, p) and r_xy (p,) with p >= 1")
    near = 1e-9
    whole = _joined(xx, xy)[0]
    if not (np.abs(whole) <= 1 + near).all() or np.abs(xx - xx.T).max() > near or np.abs(np.diag(xx) - 1).max() > near:
        raise ValueError("r_xx is symmetric with ones on its diagonal, and no correlation lies beyond -1 and 1")
    _refuse_determined(xx, [f"predictor {at + 1}" for at in range(len(xy))])
    if xy @ np.linalg.solve(xx, xy) > 1 + near:
        raise ValueError("no sample has these correlations: together they explain more than all of the outcome")
    return xx, xy


def _joined(r_xx: Floats, r_xy: Floats) -> Floats:
    """One correlation matrix with the outcome last, as a stack (1, p + 1, p + 1)."""
    p = len(r_xy)
    whole = np.ones((1, p + 1, p + 1))
    whole[0, :p, :p], whole[0, :p, p], whole[0, p, :p] = r_xx, r_xy, r_xy
    return whole


def _subset_r2(correlations: Floats) -> Floats:
    """R² of every subset of the predictors: (b, p + 1, p + 1) → (b, 2^p); bit j of a subset's number is predictor j.

    The predictors are decided on one after the other. What is carried along for each decision so far is the covariance
    that the chosen ones leave among the undecided and the outcome: a predictor left out loses its row and column, one
    taken in is eliminated (one step of Gauss, a Schur complement). The matrices shrink while the subsets double, so
    that all subsets together cost about 6 · 2^p multiplications instead of a regression each.
    """
    left = np.ascontiguousarray(np.moveaxis(correlations, 0, -1))[..., None]
    while len(left) > 1:
        pivot, row, rest = left[0, 0], left[0, 1:], left[1:, 1:]
        many = pivot.shape[-1]
        # A predictor that the chosen ones determine adds nothing.
        ratio = np.divide(row, pivot, out=np.zeros_like(row), where=pivot > SINGULAR)
        decided = np.empty((*rest.shape[:-1], 2 * many))
        decided[..., :many] = rest
        taken = decided[..., many:]
        np.multiply(row[:, None], ratio[None], out=taken)
        np.subtract(rest, taken, out=taken)
        left = decided
    found: Floats = 1 - left[0, 0]
    return found


@lru_cache(maxsize=MOST_EXACT)
def _shapley(p: int) -> Floats:
    """How R² of each subset enters each predictor's share: (2^p, p)."""
    member = (np.arange(2**p)[:, None] >> np.arange(p)) & 1 == 1
    size = member.sum(axis=1)[:, None]
    orders = np.array([1 / (p * comb(p - 1, others)) for others in range(p)])
    found: Floats = np.where(member, orders[np.maximum(size - 1, 0)], -orders[np.minimum(size, p - 1)])
    return found


def _lmg(correlations: Floats) -> Floats:
    p = correlations.shape[-1] - 1
    step = max(1, _SUBSETS_AT_ONCE >> p)
    parts = [_subset_r2(correlations[at : at + step]) @ _shapley(p) for at in range(0, len(correlations), step)]
    return np.concatenate(parts)


def _johnson(correlations: Floats) -> Floats:
    values, vectors = np.linalg.eigh(correlations[:, :-1, :-1])
    root = (vectors * np.sqrt(np.maximum(values, 0))[:, None, :]) @ vectors.transpose(0, 2, 1)
    slopes = np.linalg.solve(root, correlations[:, :-1, -1:])
    found: Floats = (root**2 @ slopes**2)[..., 0]
    return found


def _resample(rows: Floats, rng: np.random.Generator, resamples: int) -> tuple[Floats, int]:
    """Correlation matrices of rows drawn with replacement: (at most `resamples`, q, q), and how many were unusable.

    No resample is ever laid out. How often each row is drawn is multinomial: first how many draws fall into each block
    of rows, then which rows of the block. Those counts times the rows' products add up to all resamples' sums in
    one pass over the rows, by matrix multiplication.
    """
    n, q = rows.shape
    first, second = np.triu_indices(q)
    sums = np.zeros((resamples, q + len(first)))
    starts = np.arange(0, n, _ROWS_AT_ONCE)
    sizes = np.diff(np.append(starts, n))
    draws = rng.multinomial(n, sizes / n, size=resamples)
    for start, size, drawn in zip(starts, sizes, draws.T, strict=True):
        block = rows[start : start + size]
        at = rng.integers(0, size, size=drawn.sum(), dtype=np.uint16).astype(np.intp)
        at += np.repeat(np.arange(resamples) * size, drawn)
        counts = np.bincount(at, minlength=resamples * size).reshape(resamples, size).astype(float)
        sums += counts @ np.hstack([block, block[:, first] * block[:, second]])
    means = sums[:, :q] / n
    products = np.empty((resamples, q, q))
    products[:, first, second] = products[:, second, first] = sums[:, q:] / n
    products -= means[:, :, None] * means[:, None, :]
    variances = np.einsum("bii->bi", products)
    varied = (variances > 1e-12).all(axis=1)  # noqa: PLR2004 - the rows are in standard deviations
    deviations = np.sqrt(variances[varied])
    correlations: Floats = products[varied] / (deviations[:, :, None] * deviations[:, None, :])
    usable = np.linalg.eigvalsh(correlations[:, :-1, :-1])[:, 0] > SINGULAR
    return correlations[usable], resamples - int(usable.sum())


def _weights(weight: Floats, drawn: Floats, level: float) -> Weights:
    return Weights(
        weight=weight,
        share=_shares(weight[None])[0],
        error=drawn.std(axis=0, ddof=1),
        weight_limits=_limits(drawn, level),
        share_limits=_limits(_shares(drawn), level),
    )


def _shares(weights: Floats) -> Floats:
    total = weights.sum(axis=1, keepdims=True)
    found: Floats = np.divide(weights, total, out=np.full_like(weights, np.nan), where=total > SINGULAR)
    return found


def _limits(drawn: Floats, level: float) -> Interval:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Interval(low, high)
