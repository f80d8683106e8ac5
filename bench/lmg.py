"""Exact LMG shares of 14 predictors over 130,000 answers against plain Python on the same data.

`python -m bench.lmg [ROWS] [PREDICTORS]`. Two baselines that anybody would write: every subset regressed on the rows
(a sample of the subsets, scaled up to all of them) and every subset solved by itself out of the correlations (all of
them). Then bootstrap intervals against laying out and computing each resample. The results must agree; the actor is
nobody, nothing is read from a database.
"""

import random
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from math import factorial
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zhike.methods import drivers

T = TypeVar("T")
Floats = NDArray[np.float64]
Subset = tuple[int, ...]
RUNS = 5
REGRESSED, LAID_OUT, RESAMPLES = 40, 10, 1000


def answers(rows: int, p: int) -> tuple[Floats, Floats]:
    """Ratings from 1 to 10 that go together as ratings do."""
    dice = np.random.default_rng(14)
    mood = dice.normal(size=(rows, 1))
    x = np.clip(np.round(6 + 1.2 * mood + 1.5 * dice.normal(size=(rows, p))), 1, 10)
    y = np.clip(np.round(2 + x @ dice.uniform(0, 1.4 / p, p) + dice.normal(size=rows)), 1, 10)
    return x, y


def ours(x: Floats, y: Floats) -> Floats:
    found = drivers.moments(x, y)
    return drivers.lmg(found.r_xx, found.r_xy)


def subsets(p: int) -> list[Subset]:
    return [chosen for size in range(1, p + 1) for chosen in combinations(range(p), size)]


def regressed(x: Floats, y: Floats, wanted: Iterable[Subset]) -> dict[Subset, float]:
    """R² of each subset by a regression on the rows."""
    total = float(((y - y.mean()) ** 2).sum())
    found = {}
    for chosen in wanted:
        design = np.column_stack([np.ones(len(y)), x[:, list(chosen)]])
        slopes = np.linalg.lstsq(design, y, rcond=None)[0]
        found[chosen] = 1 - float(((y - design @ slopes) ** 2).sum()) / total
    return found


def solved(x: Floats, y: Floats) -> Floats:
    """The correlations once, then each subset by itself, and the definition as it stands in the book."""
    r = np.corrcoef(x, y, rowvar=False)
    p = x.shape[1]
    r2: dict[Subset, float] = {(): 0.0}
    for chosen in subsets(p):
        at = list(chosen)
        r2[chosen] = float(r[at, p] @ np.linalg.solve(r[np.ix_(at, at)], r[at, p]))
    return shares(r2, p)


def shares(r2: Mapping[Subset, float], p: int) -> Floats:
    found = np.zeros(p)
    for chosen, explained in r2.items():
        weight = factorial(len(chosen)) * factorial(p - 1 - len(chosen)) / factorial(p) if len(chosen) < p else 0
        for j in set(range(p)).difference(chosen):
            found[j] += weight * (r2[tuple(sorted((*chosen, j)))] - explained)
    return found


def taken(work: Callable[[], T], runs: int = RUNS) -> tuple[T, float, float]:
    """What it gives, its fastest time in seconds, and its highest memory in megabytes, looked at in a run apart."""
    seconds = []
    for _run in range(runs):
        began = perf_counter()
        found = work()
        seconds.append(perf_counter() - began)
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return found, min(seconds), peak


def laid_out(x: Floats, y: Floats, resamples: int) -> Floats:
    """Each resample drawn as rows and computed anew."""
    dice = np.random.default_rng(3)
    drawn = []
    for _resample in range(resamples):
        rows = dice.integers(0, len(y), size=len(y))
        drawn.append(ours(x[rows], y[rows]))
    return np.array(drawn)


def main(rows: int, p: int) -> None:
    x, y = answers(rows, p)
    every = subsets(p)
    sample = random.Random(1).sample(every, min(REGRESSED, len(every)))
    print(f"LMG: {rows:,} rows, {p} predictors, {len(every) + 1:,} subsets, no actor")
    found, seconds, peak = taken(lambda: ours(x, y))
    print(f"LMG ours, reading the rows included: {seconds * 1000:.1f} ms, peak {peak:.1f} MB")
    plain, plain_seconds, plain_peak = taken(lambda: solved(x, y), runs=1)
    assert np.allclose(found, plain, rtol=0, atol=1e-9), (found, plain)
    print(
        f"LMG baseline, each subset solved out of the correlations: {plain_seconds:.2f} s, peak {plain_peak:.1f} MB;"
        f" time ratio {plain_seconds / seconds:.0f}, memory ratio {plain_peak / peak:.2f}"
    )
    r2, sample_seconds, sample_peak = taken(lambda: regressed(x, y, sample), runs=1)
    moments = drivers.moments(x, y)
    for chosen, explained in r2.items():
        at = list(chosen)
        ours_r2 = drivers.standardised(moments.r_xx[np.ix_(at, at)], moments.r_xy[at])[1]
        assert abs(ours_r2 - explained) < 1e-9, chosen
    scaled = sample_seconds * len(every) / len(sample)
    print(
        f"LMG baseline, each subset regressed on the rows: {sample_seconds:.2f} s for {len(sample)} subsets, scaled to"
        f" all {scaled:.0f} s, peak {sample_peak:.1f} MB; time ratio {scaled / seconds:,.0f},"
        f" memory ratio {sample_peak / peak:.2f}"
    )
    sure, sure_seconds, sure_peak = taken(
        lambda: drivers.drivers(x, y, rng=np.random.default_rng(2), resamples=RESAMPLES), runs=1
    )
    assert sure.lmg is not None
    assert np.allclose(sure.lmg.weight, found)
    _drawn, laid_seconds, laid_peak = taken(lambda: laid_out(x, y, LAID_OUT), runs=1)
    scaled = laid_seconds * RESAMPLES / LAID_OUT
    print(
        f"LMG with intervals of {RESAMPLES:,} resamples, regression and Johnson's weights: {sure_seconds:.2f} s, peak"
        f" {sure_peak:.1f} MB; baseline, our own shares of {LAID_OUT} resamples laid out as rows {laid_seconds:.2f} s,"
        f" scaled {scaled:.0f} s, peak {laid_peak:.1f} MB; time ratio {scaled / sure_seconds:.1f}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 130_000, int(sys.argv[2]) if len(sys.argv) > 2 else 14)
