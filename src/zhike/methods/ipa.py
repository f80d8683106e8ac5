"""Importance and performance: where to put the effort."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Quadrant(StrEnum):
    """集中改进, 保持, 低优先, 可能过度; undetermined: within one standard error of a line of the crosshair."""

    CONCENTRATE = "concentrate"
    KEEP = "keep"
    LOW_PRIORITY = "low_priority"
    OVERKILL = "overkill"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Grid:
    """The crosshair in the units given, and each attribute's quadrant, in the order given."""

    performance: float
    importance: float
    quadrants: tuple[Quadrant, ...]


def quadrants(
    performance: ArrayLike, performance_error: ArrayLike, importance: ArrayLike, importance_error: ArrayLike,
    *, crosshair: tuple[float, float] | None = None,
) -> Grid:  # fmt: skip
    """Sort attributes by performance (x) and importance (y) against the crosshair.

    performance: (p,) mean scores; importance: (p,), derived (`drivers`) rather than stated; their standard errors (p,)
    or scalars, ≥ 0, each in its unit. crosshair: (performance, importance); the grand means where none is given.
    Raises ValueError for shapes that do not fit, missing values or negative errors.
    Source: Martilla & James 1977, J. Marketing 41(1):77; one standard error: methods §2.5.
    """
    x, y = np.asarray(performance, dtype=float), np.asarray(importance, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or len(x) == 0:
        raise ValueError("quadrants need performance and importance of the same attributes, (p,) each")
    x_error, y_error = _errors(performance_error, x.shape), _errors(importance_error, y.shape)
    if np.isnan([x, y, x_error, y_error]).any() or (x_error < 0).any() or (y_error < 0).any():
        raise ValueError("quadrants need every value, and no negative error")
    across, up = crosshair or (float(x.mean()), float(y.mean()))
    # What floats lose must not decide: a point on the line is within any error.
    near = 1e-12
    unsure = (np.abs(x - across) <= x_error + near) | (np.abs(y - up) <= y_error + near)
    named = {
        (False, True): Quadrant.CONCENTRATE,
        (True, True): Quadrant.KEEP,
        (False, False): Quadrant.LOW_PRIORITY,
        (True, False): Quadrant.OVERKILL,
    }
    found = tuple(
        Quadrant.UNDETERMINED if doubt else named[bool(good), bool(heavy)]
        for doubt, good, heavy in zip(unsure, x > across, y > up, strict=True)
    )
    return Grid(performance=across, importance=up, quadrants=found)


def _errors(values: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    errors = np.asarray(values, dtype=float)
    if errors.shape not in {(), shape}:
        raise ValueError("quadrants need one error for all attributes or one for each")
    return np.broadcast_to(errors, shape)
