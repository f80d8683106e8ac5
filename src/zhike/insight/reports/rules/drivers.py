"""What the overall answer of a form goes with: pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray

from zhike.insight.reports.types import DriverLine, DriverReport, Predictors
from zhike.methods.drivers import LEAST_ROWS, MOST_EXACT, Drivers
from zhike.methods.drivers import drivers as methods_drivers
from zhike.methods.ipa import quadrants
from zhike.methods.scales import SCALES, score100
from zhike.voice.surveys.types import Matrix, ScoredForm

# A question that fewer of those who sent the form off have answered is left out of an analysis of drivers.
LEAST_SAID = 0.5
# What is left of a matter beside those before it, as a part of its own spread: below this it repeats them.
ALIKE = 1e-4
# The seed is part of the definition: the same rows give the same intervals, whoever asks.
SEED, RESAMPLES = 20_260_101, 1_000


def driver_report(form: ScoredForm, by: Predictors, matrix: Matrix, labels: Mapping[str, str]) -> DriverReport:
    """Which predictors the overall answer goes with, by exact shares of the explained variance (methods §2.7)."""
    table = np.array([[np.nan if value is None else float(value) for value in row] for row in matrix.rows], dtype=float)
    plain: dict[str, Any] = {"form": form, "by": by, "n": 0, "rows": len(matrix.rows), "needed": LEAST_ROWS}
    if table.size == 0 or not matrix.keys:
        return DriverReport(**plain, why=gettext("Nobody has answered this form together with anything to explain it."))
    y = score100(table[:, 0], SCALES[matrix.scale])
    x = np.column_stack(
        [
            score100(table[:, at], SCALES[matrix.scales[key]]) if key in matrix.scales else table[:, at]
            for at, key in enumerate(matrix.keys, start=1)
        ]
    )
    # Hardly anybody was asked what few have used: it would take everybody else out of the analysis.
    said = (~np.isnan(x)).mean(axis=0) >= LEAST_SAID
    complete = ~np.isnan(x[:, said]).any(axis=1) & ~np.isnan(y)
    varies = said.copy()
    varies[said] = np.ptp(x[complete][:, said], axis=0) > 0 if complete.any() else False
    varies = _independent(x, complete, varies)
    constant = [labels[key] for key, goes in zip(matrix.keys, varies, strict=True) if not goes]
    keys = [key for key, goes in zip(matrix.keys, varies, strict=True) if goes][:MOST_EXACT]
    plain |= {"n": int(complete.sum()), "constant": constant}
    if not keys:
        return DriverReport(**plain, why=gettext("Nothing that could explain the answers differs between them."))
    chosen = x[:, [matrix.keys.index(key) for key in keys]]
    try:
        found = methods_drivers(chosen, y, rng=np.random.default_rng(SEED), resamples=RESAMPLES, names=keys)
    except ValueError as error:
        return DriverReport(**plain, why=gettext("The figures cannot be worked out: %(why)s") % {"why": error})
    lines, crosshair = _driver_lines(found, keys, labels, is_scored=by is Predictors.ITEMS)
    return DriverReport(
        **{**plain, "n": found.regression.moments.n, "needed": found.regression.moments.needed},
        r2=found.regression.r2,
        r2_low=float(found.r2_limits.low),
        r2_high=float(found.r2_limits.high),
        resamples=found.resamples,
        lines=lines,
        crosshair=crosshair,
    )


def _independent(x: NDArray[np.float64], complete: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of the chosen columns those that say something beyond the ones before them: what is lost is not delivered."""
    kept = chosen.copy()
    basis: list[NDArray[np.float64]] = []
    for at in np.flatnonzero(chosen):
        column = x[complete, at] - x[complete, at].mean()
        rest = column - sum((one * (one @ column) for one in basis), np.zeros_like(column))
        length = float(np.linalg.norm(rest))
        if length <= ALIKE * float(np.linalg.norm(column)):
            kept[at] = False
        else:
            basis.append(rest / length)
    return kept


def _driver_lines(
    found: Drivers, keys: Sequence[str], labels: Mapping[str, str], *, is_scored: bool
) -> tuple[list[DriverLine], tuple[float, float] | None]:
    regression, lmg = found.regression, found.lmg or found.johnson
    grid = None
    if is_scored and len(keys) > 1:
        error = regression.moments.deviations / np.sqrt(regression.moments.n)
        grid = quadrants(regression.moments.means, error, lmg.weight, lmg.error)
    lines = [
        DriverLine(
            key=key,
            label=labels[key],
            r=float(regression.r[at]),
            slope=float(regression.slopes[at]),
            standardised=float(regression.standardised[at]),
            p=float(regression.p_values[at]),
            vif=float(regression.vif[at]),
            share=100 * float(lmg.share[at]),
            low=100 * float(lmg.share_limits.low[at]),
            high=100 * float(lmg.share_limits.high[at]),
            johnson=100 * float(found.johnson.share[at]),
            is_suppressor=bool(regression.suppressors[at]),
            performance=float(regression.moments.means[at]),
            quadrant=grid.quadrants[at] if grid else None,
        )
        for at, key in enumerate(keys)
    ]
    crosshair = (grid.performance, 100 / len(keys)) if grid else None
    return sorted(lines, key=lambda line: -line.share), crosshair
