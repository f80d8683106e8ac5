"""A satisfaction index of 0 to 100 in the manner of the ACSI, and the causal chain that gives its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.drivers import SINGULAR, standardised
from zhike.methods.intervals import Interval, mean_interval

Floats = NDArray[np.float64]
Chain = Mapping[str, tuple[str, ...]]

# Below this many people estimated weights are noise: the items count alike (methods §2.6).
WEIGHTED_FROM: Final = 200
# Each block with what acts on it (Fornell et al. 1996). A chain with a brand image, as in the CCSI, is passed in.
ACSI: Final[Chain] = {
    "expectations": (),
    "quality": ("expectations",),
    "value": ("expectations", "quality"),
    "satisfaction": ("expectations", "quality", "value"),
    "complaints": ("satisfaction",),
    "loyalty": ("satisfaction", "complaints"),
}
_ROUNDS, _STILL = 500, 1e-10


@dataclass(frozen=True, slots=True)
class Index:
    """value: 0–100, with its 95 % t interval (not a number for one person); n: people with every item.

    missing: people without; weights: those used, adding to 1; is_weighted: whether they are the ones given.
    """

    value: float
    limits: Interval
    n: int
    missing: int
    weights: tuple[float, ...]
    is_weighted: bool


@dataclass(frozen=True, slots=True)
class Model:
    """The chain as estimated.

    weights by block (k,): unstandardised, adding to 1, for `index_of`; loadings (k,): correlation of each item with its
    block; effects: standardised, by (what acts, on what); r2 by block acted on. n: people with every answer; missing:
    people without; rounds: until the weights stood still.
    """

    weights: Mapping[str, Floats]
    loadings: Mapping[str, Floats]
    effects: Mapping[tuple[str, str], float]
    r2: Mapping[str, float]
    n: int
    missing: int
    rounds: int


def index(means: ArrayLike, weights: ArrayLike | None = None, *, scale: tuple[float, float] = (1, 10)) -> float:
    """100·(Σ w·x̄ − min·Σw)/((max − min)·Σw): 0 if everything is worst, 100 if everything is best.

    means: (k,) of the items (overall, against expectation, against the ideal), on `scale`; weights: (k,) unstandardised
    outer weights, none negative, any sum; alike where none are given. Raises ValueError for shapes that do not fit,
    means off the scale, or weights without a positive sum.
    Source: Fornell, Johnson, Anderson, Cha & Bryant 1996, J. Marketing 60(4):7; methods §2.6, golden value 20.
    """
    values = np.asarray(means, dtype=float)
    low, high = scale
    if values.ndim != 1 or len(values) == 0 or not ((values >= low) & (values <= high)).all():
        raise ValueError(f"index needs the items' means (k,) on the scale {low} to {high}")
    # Parts that sum to one but for rounding could carry it past an end.
    return float(np.clip(100 * ((values - low) @ _parts(weights, len(values))) / (high - low), 0, 100))


def index_of(answers: ArrayLike, weights: ArrayLike | None = None, *, scale: tuple[float, float] = (1, 10)) -> Index:
    """The index of people's answers, with its interval.

    answers: (n, k) on `scale`, not-a-number = missing; people who lack an item are left out and counted. weights: as in
    `index`; with fewer than 200 people the items count alike all the same, and `is_weighted` says so.
    Raises ValueError as `index`, and where nobody answered everything. Source: as `index`.
    """
    given = np.asarray(answers, dtype=float)
    low, high = scale
    if given.ndim != 2 or given.shape[1] == 0 or ((given < low) | (given > high)).any():  # noqa: PLR2004
        raise ValueError(f"index_of needs answers (n, k) on the scale {low} to {high}")
    rows = given[~np.isnan(given).any(axis=1)]
    n, k = len(rows), given.shape[1]
    if n == 0:
        raise ValueError("nobody answered every item of the index")
    parts = _parts(weights, k)
    is_weighted = weights is not None and n >= WEIGHTED_FROM
    used = parts if is_weighted else np.full(k, 1 / k)
    people = np.clip(100 * ((rows - low) @ used) / (high - low), 0, 100)
    unknown = Interval(np.array(np.nan), np.array(np.nan))
    return Index(
        value=float(people.mean()),
        limits=mean_interval(people.mean(), people.std(ddof=1), n) if n > 1 else unknown,
        n=n,
        missing=len(given) - n,
        weights=tuple(used.tolist()),
        is_weighted=is_weighted,
    )


def model(blocks: Mapping[str, ArrayLike], chain: Chain = ACSI) -> Model:
    """Estimate the chain by partial least squares: reflective blocks (mode A), centroid scheme.

    blocks: by name (n, k) answers, not-a-number = missing (listwise over all blocks), each in its own unit; chain: each
    block with what acts on it, every block connected. Works on the items' correlations alone, so that the number of
    people costs one pass. Only correlations enter: neither origin nor unit of an item matters for the loadings.
    Raises ValueError for blocks and chain that do not fit, items that do not vary, fewer than 3 people, or weights that
    do not settle. Sources: Wold 1982; Lohmöller 1989; Tenenhaus et al. 2005, Comput. Stat. Data Analysis 48:159;
    methods §2.6.
    """
    columns, r, deviations, n, missing = _correlations(blocks, chain)
    joined = {frozenset((name, one)) for name, acting in chain.items() for one in acting}
    neighbours = {name: [one for one in chain if frozenset((name, one)) in joined] for name in chain}
    weights = {name: _scaled(np.ones(at.stop - at.start), r[at, at]) for name, at in columns.items()}
    rounds, moved = 0, np.inf
    while moved > _STILL:
        rounds += 1
        if rounds > _ROUNDS:
            raise ValueError("the weights do not settle: a block has little to do with its neighbours")
        renewed = {}
        for name, at in columns.items():
            # How the block's items go with its neighbours' scores, each counted with the sign of the connection.
            seen = [r[at, columns[one]] @ weights[one] for one in neighbours[name]]
            toward = np.sum([one * np.copysign(1.0, weights[name] @ one) for one in seen], axis=0)
            renewed[name] = _scaled(toward, r[at, at])
        moved = max(float(np.abs(renewed[name] - weights[name]).max()) for name in chain)
        weights = renewed
    loadings = {name: r[at, at] @ weights[name] for name, at in columns.items()}
    for name in chain:
        # A block points where most of its items point.
        if loadings[name].sum() < 0:
            weights[name], loadings[name] = -weights[name], -loadings[name]
    raw = {name: weights[name] / deviations[at] for name, at in columns.items()}
    effects, r2 = _effects(chain, columns, r, weights)
    return Model(
        weights={name: one / one.sum() for name, one in raw.items()},
        loadings=loadings,
        effects=effects,
        r2=r2,
        n=n,
        missing=missing,
        rounds=rounds,
    )


def _parts(weights: ArrayLike | None, k: int) -> Floats:
    given = np.ones(k) if weights is None else np.asarray(weights, dtype=float)
    if given.shape != (k,) or not (given >= 0).all() or given.sum() <= 0:
        raise ValueError(f"the index needs {k} weights, none negative, with a positive sum")
    found: Floats = given / given.sum()
    return found


def _correlations(blocks: Mapping[str, ArrayLike], chain: Chain) -> tuple[dict[str, slice], Floats, Floats, int, int]:
    """Where each block's items stand, their correlations and deviations, and how many people entered and did not."""
    if set(blocks) != set(chain) or any(one not in chain for acting in chain.values() for one in acting):
        raise ValueError("the chain names other blocks than there are answers for")
    alone = set(chain) - {one for name, acting in chain.items() for one in (*acting, *([name] if acting else []))}
    if alone:
        raise ValueError(f"{', '.join(sorted(alone))}: not connected with anything in the chain")
    given = {name: np.asarray(blocks[name], dtype=float) for name in chain}
    if any(one.ndim != 2 or one.shape[1] == 0 for one in given.values()) or len(set(map(len, given.values()))) != 1:  # noqa: PLR2004
        raise ValueError("each block needs answers (n, k) of the same people")
    columns, start = {}, 0
    for name, one in given.items():
        columns[name] = slice(start, start + one.shape[1])
        start += one.shape[1]
    every = np.hstack(list(given.values()))
    rows = every[~np.isnan(every).any(axis=1)]
    n = len(rows)
    if n < 3:  # noqa: PLR2004 - two people agree on everything
        raise ValueError(f"{n} people answered everything; the chain needs 3")
    deviations = rows.std(axis=0, ddof=1)
    if (deviations <= np.abs(rows).max(axis=0) * 1e-12).any():
        raise ValueError("an item does not vary")
    standard = (rows - rows.mean(axis=0)) / deviations
    return columns, standard.T @ standard / (n - 1), deviations, n, len(every) - n


def _scaled(weights: Floats, r: Floats) -> Floats:
    """Weights that give the block's score a variance of 1."""
    variance = float(weights @ r @ weights)
    if variance <= SINGULAR:
        raise ValueError("the weights do not settle: a block has nothing to do with its neighbours")
    found: Floats = weights / np.sqrt(variance)
    return found


def _effects(
    chain: Chain, columns: Mapping[str, slice], r: Floats, weights: Mapping[str, Floats]
) -> tuple[dict[tuple[str, str], float], dict[str, float]]:
    def between(one: str, other: str) -> float:
        return float(weights[one] @ r[columns[one], columns[other]] @ weights[other])

    effects, r2 = {}, {}
    for name, acting in chain.items():
        if acting:
            among = [[1.0 if one == other else between(one, other) for other in acting] for one in acting]
            beta, r2[name] = standardised(among, [between(one, name) for one in acting])
            effects.update({(one, name): float(effect) for one, effect in zip(acting, beta, strict=True)})
    return effects, r2
