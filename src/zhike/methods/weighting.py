"""Weights that make those who answered stand for those who were meant, and what the weights cost."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_CELL: Final = 5
# Weights stay between these multiples of their mean.
TRIM: Final = (0.2, 5.0)
TOLERANCE: Final = 1e-8
MOST_PASSES: Final = 1000
MOST_TRIMS: Final = 50


class Raked(NamedTuple):
    """Raked weights or table.

    `gap`: how far the margins are from those wanted, relative, at most; `passes`: over all margins; `trimmed`: how many
    weights stand at a limit. A gap above the tolerance says that the margins cannot be met, or not within the limits:
    it belongs beside the figure.
    """

    weights: Floats
    gap: float
    passes: int
    trimmed: int


def post_strata(stratum: ArrayLike, population: ArrayLike) -> Floats:
    """Weights N_h/n_h of answers by stratum; they sum to the population.

    stratum: (rows,), 0 … strata − 1; population: (strata,), how many there are in each, ≥ 0, in any unit. Returns
    (rows,). Raises ValueError for a stratum that is not there, for people without an answer or answers without people
    (see `collapsed`), and if all would be 0. Source: Holt & Smith 1979, JRSS A 142:33; methods §1.9.
    """
    people = np.asarray(population, dtype=float)
    where = _codes(stratum, len(people))
    answers = _sums(where, np.ones(len(where)), len(people))
    _possible(people, answers)
    return (people / np.where(answers > 0, answers, 1.0))[where]


def collapsed(answers: ArrayLike, *, least: int = LEAST_CELL) -> Integers:
    """Into which cell each ordered cell goes so that every one holds at least `least` answers.

    answers: (cells,) counts ≥ 0, neighbours being alike (size classes, ages). Returns (cells,) numbers from 0, to be
    taken by `collapsed(...)[stratum]`. Neighbours are joined from the first on, what is left over joins the last; all
    become one where there are fewer than `least` in all. Raises ValueError for negative counts. Source: methods §1.9.
    """
    counts = np.asarray(answers, dtype=float)
    if counts.ndim != 1 or not np.all(counts >= 0):
        message = "collapsed needs counts >= 0 of cells in a row"
        raise ValueError(message)
    into = np.zeros(len(counts), dtype=np.int64)
    cell, held = 0, 0.0
    for position, count in enumerate(counts.tolist()):
        if held >= least:
            cell, held = cell + 1, 0.0
        into[position] = cell
        held += count
    if held < least and cell > 0:
        into[into == cell] = cell - 1
    return into


def rake_table(
    table: ArrayLike, margins: Sequence[ArrayLike], *, tolerance: float = TOLERANCE, most: int = MOST_PASSES
) -> Raked:
    """Iterative proportional fitting: scale a table to the margins of each of its axes, keeping its odds ratios.

    table: any number of axes, ≥ 0; margins: one array per axis, as long as the axis, all of the same sum. Stops when no
    cell changes by more than the tolerance, relative, or after `most` passes; look at `gap`. Raises ValueError for an
    all-zero table, negative numbers, margins of other lengths or sums, and a margin wanted of an empty line. Source:
    Deming & Stephan 1940, Annals of Mathematical Statistics 11:427; methods §1.9, golden value 14.
    """
    cells = np.array(table, dtype=float)
    targets = _margins(margins, cells.shape)
    if not np.all(cells >= 0) or not np.any(cells > 0):
        message = "a table to be raked holds numbers >= 0, and not all are 0"
        raise ValueError(message)
    others = [tuple(other for other in range(cells.ndim) if other != axis) for axis in range(cells.ndim)]
    for axis, target in enumerate(targets):
        _possible(target, cells.sum(axis=others[axis]))
    passes, change = 0, np.inf
    while passes < most and change > tolerance:
        before = cells
        for axis, target in enumerate(targets):
            cells = cells * np.expand_dims(_ratio(target, cells.sum(axis=others[axis])), others[axis])
        passes, change = passes + 1, _change(before, cells)
    gap = max(_gap(cells.sum(axis=others[axis]), target) for axis, target in enumerate(targets))
    return Raked(cells, gap, passes, 0)


def rake(
    categories: Sequence[ArrayLike],
    margins: Sequence[ArrayLike],
    *,
    start: ArrayLike | None = None,
    trim: tuple[float, float] | None = TRIM,
    tolerance: float = TOLERANCE,
    most: int = MOST_PASSES,
) -> Raked:
    """Weights for rows so that each margin is that of the population, none far from the mean.

    categories: per margin (rows,), numbers 0 … categories − 1; margins: per margin (categories,), how many there are of
    each, all of the same sum, which the weights then have. start: (rows,) weights to begin with, 1 by default; trim:
    limits as multiples of the mean weight, None for none. Trimmed weights are raked again until both hold, at most 50
    times; the limits have the last word and `gap` says what they cost. Raises ValueError for all-zero or negative start
    weights, unknown categories, margins of other sums, a margin wanted of nobody. Source: Deming & Stephan 1940; Kalton
    & Flores-Cervantes 2003, Journal of Official Statistics 19:81 for trimming; methods §1.9.
    """
    if not categories or len(categories) != len(margins):
        message = "rake needs one margin per set of categories"
        raise ValueError(message)
    targets = _margins(margins, None)
    codes = [_codes(code, len(target)) for code, target in zip(categories, targets, strict=True)]
    begun = np.ones(len(codes[0])) if start is None else np.array(start, dtype=float)
    if any(code.shape != begun.shape for code in codes):
        message = "categories and weights are of one length"
        raise ValueError(message)
    _weighing(begun)
    for code, target in zip(codes, targets, strict=True):
        _possible(target, _sums(code, begun, len(target)))
    first, of_row, rows = _alike(begun, codes)
    weights, codes = begun[first], [code[first] for code in codes]
    mean = targets[0].sum() / np.count_nonzero(begun)
    low, high = (0.0, np.inf) if trim is None else (trim[0] * mean, trim[1] * mean)
    passes = 0
    for _ in range(MOST_TRIMS):
        raked, made = _raked(weights, rows, codes, targets, tolerance=tolerance, most=most)
        weights = np.where(raked > 0, np.clip(raked, low, high), 0.0)
        passes += made
        if _change(raked, weights) <= tolerance:
            break
    gap = max(
        _gap(_sums(code, weights * rows, len(target)), target) for code, target in zip(codes, targets, strict=True)
    )
    weights = weights[of_row]
    at_a_limit = (weights > 0) & ((weights <= low * (1 + tolerance)) | (weights >= high * (1 - tolerance)))
    return Raked(weights, gap, passes, int(np.count_nonzero(at_a_limit)))


def weighted_base(weights: ArrayLike, *, axis: int = -1) -> Floats:
    """How many equally weighted answers the weighted ones are worth: (Σw)²/Σw², from 1 to n, for Wilson and NPS.

    weights: ≥ 0, summed over `axis`. Raises ValueError where all are 0. Source: Kish 1965, Survey Sampling; methods
    §1.9, golden value 15.
    """
    w = np.asarray(weights, dtype=float)
    _weighing(w, axis)
    # Against the largest, so that tiny weights do not vanish when squared.
    scaled = w / w.max(axis=axis, keepdims=True)
    return np.asarray(scaled.sum(axis=axis) ** 2 / (scaled**2).sum(axis=axis))


def design_effect(weights: ArrayLike, *, axis: int = -1) -> Floats:
    """By how much weighting widens the variance: n·Σw²/(Σw)², from 1 on. Arguments and errors as `weighted_base`.

    Source: Kish 1965; methods §1.9, golden value 15.
    """
    return np.asarray(np.shape(weights)[axis] / weighted_base(weights, axis=axis))


def _alike(weights: Floats, codes: Sequence[Integers]) -> tuple[Integers, Integers, Floats]:
    """Rows that raking cannot tell apart: the first of each kind, the kind of each row, how many of each kind."""
    kind = np.unique(weights, return_inverse=True)[1]
    for code in codes:
        kind = np.unique(kind * (int(code.max()) + 1) + code, return_inverse=True)[1]
    _, first, counts = np.unique(kind, return_index=True, return_counts=True)
    return first, kind, counts.astype(float)


def _raked(
    weights: Floats,
    rows: Floats,
    codes: Sequence[Integers],
    targets: Sequence[Floats],
    *,
    tolerance: float,
    most: int,
) -> tuple[Floats, int]:
    passes, change = 0, np.inf
    while passes < most and change > tolerance:
        before = weights
        for code, target in zip(codes, targets, strict=True):
            weights = weights * _ratio(target, _sums(code, weights * rows, len(target)))[code]
        passes, change = passes + 1, _change(before, weights)
    return weights, passes


def _sums(codes: Integers, weights: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(codes, weights=weights, minlength=count), dtype=float)


def _codes(codes: ArrayLike, count: int) -> Integers:
    where = np.asarray(codes, dtype=np.int64)
    if where.ndim != 1 or not len(where) or np.any((where < 0) | (where >= count)):
        message = f"categories are numbers from 0 to {count - 1}, one for each row"
        raise ValueError(message)
    return where


def _margins(margins: Sequence[ArrayLike], shape: tuple[int, ...] | None) -> list[Floats]:
    targets = [np.asarray(margin, dtype=float) for margin in margins]
    if shape is not None and tuple(target.shape for target in targets) != tuple((length,) for length in shape):
        message = "a table has one margin for each axis, as long as the axis"
        raise ValueError(message)
    totals = np.array([target.sum() for target in targets])
    if not all(np.all(target >= 0) for target in targets) or not np.all(totals > 0):
        message = "margins are numbers >= 0, and not all are 0"
        raise ValueError(message)
    if not np.allclose(totals, totals[0], rtol=1e-6, atol=0):
        message = "margins do not have the same sum"
        raise ValueError(message)
    # What rounding left between them would keep the fitting from ever settling.
    return [target * (totals[0] / total) for target, total in zip(targets, totals, strict=True)]


def _possible(target: Floats, found: Floats) -> None:
    if not np.any(target > 0):
        message = "weights would all be 0"
        raise ValueError(message)
    if np.any((target > 0) & (found <= 0)):
        message = "people without an answer cannot be stood for: join their cell with another"
        raise ValueError(message)
    if np.any((target == 0) & (found > 0)) or not np.all(target >= 0):
        message = "there are answers from where nobody is said to be"
        raise ValueError(message)


def _weighing(weights: Floats, axis: int = -1) -> None:
    if not weights.size or not np.all(weights >= 0) or not np.all(np.any(weights > 0, axis=axis)):
        message = "weights are numbers >= 0, and not all are 0"
        raise ValueError(message)


def _ratio(target: Floats, found: Floats) -> Floats:
    return np.where(found > 0, target / np.where(found > 0, found, 1.0), 0.0)


def _change(before: Floats, after: Floats) -> float:
    some = before > 0
    return float(np.max(np.abs(after[some] / before[some] - 1), initial=0.0))


def _gap(found: Floats, target: Floats) -> float:
    wanted = target > 0
    return float(np.max(np.abs(found[wanted] / target[wanted] - 1), initial=0.0))
