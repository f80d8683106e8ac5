"""Many comparisons at once: which of them stand."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike, *, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Which hypotheses are rejected with the false discovery rate held at alpha.

    p: p-values, one-dimensional, each in [0, 1]; the result is in the same order. Largest k with p_(k) ≤ k·alpha/m.
    Raises ValueError for values outside [0, 1]. Source: Benjamini & Hochberg 1995; methods §1.11, golden value 16.
    """
    values = _checked(p)
    m = len(values)
    if m == 0:
        return np.zeros(0, dtype=bool)
    order = np.argsort(values, kind="stable")
    under = values[order] <= alpha * np.arange(1, m + 1) / m
    kept = np.zeros(m, dtype=bool)
    if under.any():
        kept[order[: int(np.flatnonzero(under)[-1]) + 1]] = True
    return kept


def adjusted_bh(p: ArrayLike) -> NDArray[np.float64]:
    """Benjamini–Hochberg adjusted p-values, in the order given."""
    values = _checked(p)
    m = len(values)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * m / np.arange(1, m + 1)
    adjusted = np.empty(m)
    adjusted[order] = np.clip(np.minimum.accumulate(scaled[::-1])[::-1], 0, 1)
    return adjusted


def holm(p: ArrayLike, *, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Which hypotheses are rejected with the chance of even one false rejection held at alpha: up to ten planned ones.

    p: p-values, one-dimensional, each in [0, 1]; the result is in the same order. In rising order p_(i) is held against
    alpha/(m − i + 1), up to the first that fails. Raises ValueError for values outside [0, 1]. Source: Holm 1979,
    Scandinavian Journal of Statistics 6:65; methods §1.11, golden value 16.
    """
    values = _checked(p)
    m = len(values)
    order = np.argsort(values, kind="stable")
    kept = np.zeros(m, dtype=bool)
    kept[order] = np.logical_and.accumulate(values[order] <= alpha / np.arange(m, 0, -1))
    return kept


def adjusted_holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm adjusted p-values, in the order given. Raises ValueError as `holm`."""
    values = _checked(p)
    m = len(values)
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(m, 0, -1)), 1.0)
    return adjusted


def _checked(p: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(p, dtype=float).ravel()
    if np.any((values < 0) | (values > 1) | np.isnan(values)):
        message = "p-values lie between 0 and 1"
        raise ValueError(message)
    return values
