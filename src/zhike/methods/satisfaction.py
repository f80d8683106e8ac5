"""What customers answered, in figures: satisfaction, recommendation and effort, each with its base and interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods import promoters
from zhike.methods.intervals import Z95, Interval, wilson_share
from zhike.methods.scales import Kind, Scale, ScalesDiffer, score100, the_one_scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Answers counted by level, for one group or many at once.

    `counts`: (…, levels of the scale from its least to its greatest), whole or weighted; `n` valid and `missing`
    answers, (…), unweighted; `effective`: (…), the base that the weights leave, n where there are none. Missing is
    what was asked and not answered on the scale: not applicable, don't know, timeout, hang-up.
    """

    scale: Scale
    counts: Floats
    n: Floats
    missing: Floats
    effective: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """Shares 0 … 1, `net` −1 … 1, `mean` and `deviation` in points of the scale, `score` 0 … 100; NaN without data.

    `interval` is Wilson's of `rate`; `deviation` the sample's (n − 1); `top` the share of the best level alone.
    """

    rate: Floats
    interval: Interval
    dissatisfied: Floats
    net: Floats
    top: Floats
    mean: Floats
    deviation: Floats
    score: Floats
    n_valid: Floats
    n_missing: Floats
    n_effective: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """`nps` in points −100 … 100 with its adjusted Wald interval in points; the three parts as shares 0 … 1."""

    nps: Floats
    interval: Interval
    promoters: Floats
    passives: Floats
    detractors: Floats
    n_valid: Floats
    n_missing: Floats
    n_effective: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """`mean` and `deviation` in points of the scale, shares of `easy` (with interval) and `hard`, `score` 0 … 100.

    On ces1 a high mean is bad, on ces2 it is good; `score` is 100 at the least effort on both.
    """

    mean: Floats
    deviation: Floats
    easy: Floats
    interval: Interval
    hard: Floats
    score: Floats
    n_valid: Floats
    n_missing: Floats
    n_effective: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedRate:
    """The value-weighted rate, published beside the `plain` one and never in its place; shares 0 … 1.

    Both over the same answers, those whose value is known. `n_unvalued`: valid answers without a value, left out.
    """

    rate: Floats
    interval: Interval
    plain: Floats
    n_valid: Floats
    n_missing: Floats
    n_unvalued: Floats
    n_effective: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledScore:
    """Mean Score100 over all valid answers, with the ids of the scales that it was made of: more than one is a mark."""

    score: float
    scales: tuple[str, ...]
    n_valid: float
    n_missing: float


def tally(
    values: ArrayLike,
    scale: Scale,
    *,
    group: ArrayLike | None = None,
    groups: int | None = None,
    weights: ArrayLike | None = None,
) -> Tally:
    """Count raw answers by level.

    values: (rows,), whole numbers of the scale, NaN for missing. group: (rows,), each row's group 0 … groups − 1; the
    counts are then (groups, levels), otherwise (levels,). weights: (rows,), ≥ 0. The order of rows does not matter.
    Raises ValueError for an answer that is no level, for groups beyond their number, for negative, missing or all-zero
    weights. Source: methods §1.1; Kish 1965 for the effective base.
    """
    x = np.asarray(values, dtype=float)
    where, count = _groups(x, group, groups)
    valid = ~np.isnan(x)
    if np.any((x[valid] < scale.min) | (x[valid] > scale.max) | (x[valid] % 1 != 0)):
        message = f"an answer is no level of scale {scale.id}, {scale.min} to {scale.max}"
        raise ValueError(message)
    width = len(scale.levels)
    cell = where[valid] * width + (x[valid].astype(np.int64) - scale.min)
    w = None if weights is None else _weights(weights, x)[valid]
    counts = np.bincount(cell, weights=w, minlength=count * width).astype(float).reshape(count, width)
    n = _count(where[valid], count)
    missing = _count(where[~valid], count)
    effective = n if w is None else _effective(where[valid], w, count)
    if group is None:
        counts, n, missing, effective = counts[0], n[0], missing[0], effective[0]
    return Tally(
        scale=scale, counts=counts, n=np.asarray(n), missing=np.asarray(missing), effective=np.asarray(effective)
    )


def tally_of_counts(counts: ArrayLike, scale: Scale, *, missing: ArrayLike = 0) -> Tally:
    """Answers that are counted already.

    counts: (…, levels), whole numbers from the scale's least level to its greatest; missing: (…) or one number.
    Raises ValueError for another number of levels or negative counts.
    """
    found = np.asarray(counts, dtype=float)
    if found.ndim == 0 or found.shape[-1] != len(scale.levels):
        message = f"scale {scale.id} has {len(scale.levels)} levels"
        raise ValueError(message)
    silent = np.broadcast_to(np.asarray(missing, dtype=float), found.shape[:-1])
    if not np.all(found >= 0) or not np.all(silent >= 0):
        message = "counts and missing are >= 0"
        raise ValueError(message)
    n = np.asarray(found.sum(axis=-1))
    return Tally(scale=scale, counts=found, n=n, missing=silent, effective=n)


def pooled(parts: Sequence[Tally]) -> Tally:
    """The answers of several tallies of one scale and shape as one.

    Raises ScalesDiffer (a ValueError) for different scales: their tops are not the same people. Tallies whose
    weights are on one footing only: the effective base of the whole is (Σw)²/Σw² over the parts.
    """
    scale = the_one_scale([part.scale for part in parts])
    totals = np.array([part.counts.sum(axis=-1) for part in parts])
    bases = np.array([part.effective for part in parts])
    squares = np.where(bases > 0, totals**2 / np.where(bases > 0, bases, 1.0), 0.0).sum(axis=0)
    return Tally(
        scale=scale,
        counts=np.sum([part.counts for part in parts], axis=0),
        n=np.sum([part.n for part in parts], axis=0),
        missing=np.sum([part.missing for part in parts], axis=0),
        effective=np.where(squares > 0, totals.sum(axis=0) ** 2 / np.where(squares > 0, squares, 1.0), 0.0),
    )


def satisfaction(answers: Tally, *, z: float = Z95) -> Satisfaction:
    """Satisfaction rate (CSAT) with everything that stands beside it, in the tally's shape (…).

    Raises ScalesDiffer for a recommendation or effort scale. Source: methods §1.1, golden value 7; Wilson 1927.
    """
    _of_kind(answers.scale, Kind.SATISFACTION, Kind.YES_NO)
    rate, bad = _share(answers, answers.scale.satisfied), _share(answers, answers.scale.dissatisfied)
    mean, deviation = _moments(answers)
    return Satisfaction(
        rate=rate,
        interval=wilson_share(rate, answers.effective, z=z),
        dissatisfied=bad,
        net=rate - bad,
        top=_share(answers, frozenset({answers.scale.best})),
        mean=mean,
        deviation=deviation,
        score=score100(mean, answers.scale),
        n_valid=answers.n,
        n_missing=answers.missing,
        n_effective=answers.effective,
    )


def recommendation(answers: Tally, *, z: float = Z95) -> Recommendation:
    """Net promoter score of nps11 or nps5, in the tally's shape (…); the two are never pooled.

    The interval is AW(3) on the effective base. Raises ScalesDiffer for another kind of scale. Source: Reichheld 2003;
    Rocks 2016; methods §1.2, §1.5, golden values 9, 10, 12.
    """
    _of_kind(answers.scale, Kind.RECOMMENDATION)
    high, low = _share(answers, answers.scale.satisfied), _share(answers, answers.scale.dissatisfied)
    middle = np.maximum(1 - high - low, 0.0)
    parts = [np.where(answers.effective > 0, answers.effective * part, 0.0) for part in (high, middle, low)]
    found = promoters.nps_adjusted(*parts, z=z)
    score = 100 * (high - low)
    return Recommendation(
        nps=score,
        interval=Interval(np.minimum(found.low, score), np.maximum(found.high, score)),
        promoters=high,
        passives=middle,
        detractors=low,
        n_valid=answers.n,
        n_missing=answers.missing,
        n_effective=answers.effective,
    )


def effort(answers: Tally, *, z: float = Z95) -> Effort:
    """Customer effort of ces1 (low is good) or ces2 (high is good), in the tally's shape (…).

    Raises ScalesDiffer for another kind of scale. Source: Dixon, Freeman & Toman 2010, Harvard Business Review
    88(7/8) for ces1; CEB 2013 for ces2; methods §1.3.
    """
    _of_kind(answers.scale, Kind.EFFORT)
    mean, deviation = _moments(answers)
    easy = _share(answers, answers.scale.satisfied)
    return Effort(
        mean=mean,
        deviation=deviation,
        easy=easy,
        interval=wilson_share(easy, answers.effective, z=z),
        hard=_share(answers, answers.scale.dissatisfied),
        score=score100(mean, answers.scale),
        n_valid=answers.n,
        n_missing=answers.missing,
        n_effective=answers.effective,
    )


def value_weighted_rate(
    values: ArrayLike,
    value: ArrayLike,
    scale: Scale,
    *,
    group: ArrayLike | None = None,
    groups: int | None = None,
    z: float = Z95,
) -> WeightedRate:
    """Σ(value × satisfied) ÷ Σ value: how satisfied the money is, beside how satisfied the customers are.

    values: (rows,) answers as in `tally`; value: (rows,), each customer's value in any one unit, ≥ 0, NaN if unknown.
    The interval is Wilson's on Kish's effective base; NaN in a group without value. Raises ValueError as `tally` does,
    for negative and for all-zero values. Source: Kish 1965; methods §1.9.
    """
    x, worth = np.asarray(values, dtype=float), np.asarray(value, dtype=float)
    if worth.shape != x.shape:
        message = "each answer has one value"
        raise ValueError(message)
    unvalued = np.isnan(worth)
    where, count = _groups(x, group, groups)
    left_out = _count(where[unvalued & ~np.isnan(x)], count)
    kept = ~(unvalued & ~np.isnan(x))
    of_group = None if group is None else where[kept]
    plain = tally(x[kept], scale, group=of_group, groups=count)
    weighted = tally(x[kept], scale, group=of_group, groups=count, weights=np.where(unvalued, 0.0, worth)[kept])
    found, beside = satisfaction(weighted, z=z), satisfaction(plain, z=z)
    return WeightedRate(
        rate=found.rate,
        interval=found.interval,
        plain=beside.rate,
        n_valid=plain.n,
        n_missing=plain.missing,
        n_unvalued=left_out if group is not None else np.asarray(left_out[0]),
        n_effective=weighted.effective,
    )


def pooled_score(parts: Sequence[Tally], *, across_scales: bool = False) -> PooledScore:
    """Mean Score100 of all answers of several tallies.

    Answers of different scales meet only where the caller says so with `across_scales`, and the result names them.
    NaN without answers. Raises ScalesDiffer otherwise, ValueError for no parts. Source: methods §1.1.
    """
    if not across_scales:
        the_one_scale([part.scale for part in parts])
    if not parts:
        message = "there is nothing to pool"
        raise ValueError(message)
    weight = sum(float(part.counts.sum()) for part in parts)
    total = sum(float((part.counts * score100(np.array(part.scale.levels), part.scale)).sum()) for part in parts)
    return PooledScore(
        score=total / weight if weight > 0 else float("nan"),
        scales=tuple(sorted({part.scale.id for part in parts})),
        n_valid=sum(float(part.n.sum()) for part in parts),
        n_missing=sum(float(part.missing.sum()) for part in parts),
    )


def _groups(x: Floats, group: ArrayLike | None, groups: int | None) -> tuple[NDArray[np.int64], int]:
    if x.ndim != 1:
        message = "answers are one-dimensional; use group for several"
        raise ValueError(message)
    if group is None:
        return np.zeros(len(x), dtype=np.int64), 1
    where = np.asarray(group, dtype=np.int64)
    count = groups if groups is not None else int(where.max(initial=-1)) + 1
    if where.shape != x.shape or np.any((where < 0) | (where >= count)):
        message = "each answer has one group from 0 to groups - 1"
        raise ValueError(message)
    return where, count


def _weights(weights: ArrayLike, x: Floats) -> Floats:
    w = np.asarray(weights, dtype=float)
    valid = ~np.isnan(x)
    if w.shape != x.shape or not np.all(w >= 0) or (valid.any() and not np.any(w[valid] > 0)):
        message = "each answer has one weight >= 0, and not all are 0"
        raise ValueError(message)
    return w


def _count(where: NDArray[np.int64], count: int) -> Floats:
    return np.bincount(where, minlength=count).astype(float)


def _effective(where: NDArray[np.int64], w: Floats, count: int) -> Floats:
    totals = np.bincount(where, weights=w, minlength=count)
    squares = np.bincount(where, weights=w * w, minlength=count)
    return np.where(squares > 0, totals**2 / np.where(squares > 0, squares, 1.0), 0.0)


def _of_kind(scale: Scale, *kinds: Kind) -> None:
    if scale.kind not in kinds:
        message = f"scale {scale.id} asks for {scale.kind}, which is another figure"
        raise ScalesDiffer(message)


def _share(answers: Tally, levels: frozenset[int]) -> Floats:
    columns = sorted(level - answers.scale.min for level in levels)
    total = answers.counts.sum(axis=-1)
    # Rounding of weighted sums must not carry a share past 1.
    found = np.minimum(answers.counts[..., columns].sum(axis=-1) / np.where(total > 0, total, np.nan), 1.0)
    return np.asarray(found)


def _moments(answers: Tally) -> tuple[Floats, Floats]:
    levels = np.array(answers.scale.levels, dtype=float)
    total = answers.counts.sum(axis=-1)
    base = np.where(total > 0, total, np.nan)
    mean = np.clip((answers.counts * levels).sum(axis=-1) / base, answers.scale.min, answers.scale.max)
    spread = (answers.counts * (levels - np.asarray(mean)[..., None]) ** 2).sum(axis=-1) / base
    n = answers.effective
    return mean, np.sqrt(spread * np.where(n > 1, n / np.where(n > 1, n - 1, 1.0), np.nan))
