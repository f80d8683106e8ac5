"""SERVQUAL and SERVPERF: service quality as perception less expectation, or as perception alone, by five dimensions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.intervals import Interval, mean_interval

Floats = NDArray[np.float64]

# The order of the published questionnaire; positions count from 0.
DIMENSIONS: Final[Mapping[str, range]] = {
    "tangibles": range(4),
    "reliability": range(4, 9),
    "responsiveness": range(9, 13),
    "assurance": range(13, 17),
    "empathy": range(17, 22),
}
ITEMS: Final = 22
# How people divided 100 points on average (Zeithaml, Parasuraman & Berry 1990).
PUBLISHED_WEIGHTS: Final[Mapping[str, float]] = {
    "reliability": 0.32,
    "responsiveness": 0.22,
    "assurance": 0.19,
    "empathy": 0.16,
    "tangibles": 0.11,
}
# The ten dimensions of 1985, and into which of the five of 1988 each went.
TEN_TO_FIVE: Final[Mapping[str, str]] = {
    "reliability": "reliability",
    "responsiveness": "responsiveness",
    "competence": "assurance",
    "access": "empathy",
    "courtesy": "assurance",
    "communication": "empathy",
    "credibility": "assurance",
    "security": "assurance",
    "understanding": "empathy",
    "tangibles": "tangibles",
}
# What opens between what customers expect and what they see, and where it comes from.
ORGANISATIONAL_GAPS: Final = ("listening", "design", "delivery", "communication", "customer")


@dataclass(frozen=True, slots=True)
class Score:
    """One dimension, in the scale's points.

    mean: over the n people who answered all of its items, with its 95 % t interval (not a number below two people);
    missing: people who left any of them open; alpha: Cronbach's reliability of the items (not a number where it is not
    defined).
    """

    mean: float
    limits: Interval
    n: int
    missing: int
    alpha: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores by dimension; mean and weighted over the five dimensions' means, in the scale's points."""

    scores: Mapping[str, Score]
    mean: float
    weighted: float
    weights: Mapping[str, float]


def servqual(
    perceived: ArrayLike, expected: ArrayLike, *, weights: Mapping[str, float] = PUBLISHED_WEIGHTS,
    scale: tuple[float, float] = (1, 7),
) -> Quality:  # fmt: skip
    """Gaps perceived − expected by dimension: negative where the service falls behind what is expected.

    perceived, expected: (n, 22) answers in the questionnaire's order, not-a-number = missing; weights: by dimension,
    adding to 1. alpha is that of the gaps. Gaps are less reliable than perceptions alone: offer `servperf` beside them.
    Raises ValueError for other shapes, answers off the scale, weights that do not fit, or a dimension nobody answered.
    Source: Parasuraman, Zeithaml & Berry 1985, 1988, 1991; methods §2.1, golden value 19.
    """
    return _quality(_answers(perceived, scale) - _answers(expected, scale), weights)


def servperf(
    perceived: ArrayLike, *, weights: Mapping[str, float] = PUBLISHED_WEIGHTS, scale: tuple[float, float] = (1, 7)
) -> Quality:
    """Perceptions alone by dimension, in the scale's points. Shapes and errors as `servqual`.

    Source: Cronin & Taylor 1992, J. Marketing 56(3):55; methods §2.1.
    """
    return _quality(_answers(perceived, scale), weights)


def weighted(by_dimension: Mapping[str, float], weights: Mapping[str, float] = PUBLISHED_WEIGHTS) -> float:
    """Σ w·score over the five dimensions, in the scores' unit.

    Raises ValueError unless both name the same dimensions and the weights, none negative, add to 1.
    Source: methods §2.1, golden value 19.
    """
    if set(by_dimension) != set(weights):
        raise ValueError("scores and weights name different dimensions")
    if min(weights.values()) < 0 or abs(sum(weights.values()) - 1) > 1e-9:  # noqa: PLR2004 - what floats need
        raise ValueError("the weights of the dimensions add up to 1, none of them negative")
    return float(sum(weights[name] * score for name, score in by_dimension.items()))


def allocated(points: ArrayLike, order: Sequence[str] = tuple(PUBLISHED_WEIGHTS)) -> dict[str, float]:
    """Weights by dimension out of 100 points that each person divides.

    points: (n, k), columns in `order`; rows with a missing answer are left out, others are scaled to their own sum, so
    that 90 or 110 points given in a hurry still count. Raises ValueError for other shapes, negative points or nobody
    who gave any. Source: Zeithaml, Parasuraman & Berry 1990; methods §2.1.
    """
    given = np.asarray(points, dtype=float)
    if given.ndim != 2 or given.shape[1] != len(order) or (given < 0).any():  # noqa: PLR2004 - rows and columns
        raise ValueError("allocated needs points (n, k), none negative, one column a dimension")
    total = given.sum(axis=1)
    rows = total > 0
    if not rows.any():
        raise ValueError("nobody divided any points")
    shares = (given[rows] / total[rows, None]).mean(axis=0)
    return dict(zip(order, shares.tolist(), strict=True))


def five_of_ten(by_dimension: Mapping[str, float]) -> dict[str, float]:
    """Scores of the ten dimensions of 1985 as the five of 1988: the plain mean of those that were merged.

    Raises ValueError for unknown dimensions, or where one of the five would be empty.
    Source: Parasuraman, Zeithaml & Berry 1988, J. Retailing 64(1):12; methods §2.1.
    """
    unknown = set(by_dimension) - set(TEN_TO_FIVE)
    merged = {five: [by_dimension[ten] for ten in by_dimension if TEN_TO_FIVE.get(ten) == five] for five in DIMENSIONS}
    empty = [five for five, scores in merged.items() if not scores]
    if unknown or empty:
        raise ValueError(f"five_of_ten knows {', '.join(TEN_TO_FIVE)} and needs one at least for each of the five")
    return {five: float(np.mean(scores)) for five, scores in merged.items()}


def cronbach(items: ArrayLike) -> float:
    """Cronbach's alpha, k/(k−1)·(1 − Σ s_i²/s_T²): how far items say the same; at most 1, negative if they contradict.

    items: (n, k) answers; rows with a missing one are left out. Raises ValueError for k < 2, fewer than 2 complete
    rows, or totals that do not vary. Source: Cronbach 1951, Psychometrika 16:297; methods §2.1, golden value 18.
    """
    answers = np.asarray(items, dtype=float)
    if answers.ndim != 2 or answers.shape[1] < 2:  # noqa: PLR2004 - one item has no consistency
        raise ValueError("cronbach needs answers (n, k) of at least two items")
    rows = answers[~np.isnan(answers).any(axis=1)]
    if len(rows) < 2:  # noqa: PLR2004 - one row has no variance
        raise ValueError("cronbach needs two complete rows")
    k = rows.shape[1]
    own, total = rows.var(axis=0, ddof=1).sum(), rows.sum(axis=1).var(ddof=1)
    if total <= 1e-12 * max(own, 1.0):
        raise ValueError("the items' totals do not vary: alpha is not defined")
    return float(k / (k - 1) * (1 - own / total))


def score(answers: ArrayLike) -> Score:
    """Mean, interval and reliability of the items of one dimension, (n, k) answers; see `Score`.

    Raises ValueError where nobody answered all of its items.
    """
    given = np.asarray(answers, dtype=float)
    rows = given[~np.isnan(given).any(axis=1)]
    n = len(rows)
    if n == 0:
        raise ValueError("nobody answered every item of a dimension")
    people = rows.mean(axis=1)
    unknown = Interval(np.array(np.nan), np.array(np.nan))
    try:
        alpha = cronbach(rows)
    except ValueError:
        alpha = float("nan")
    return Score(
        mean=float(people.mean()),
        limits=mean_interval(people.mean(), people.std(ddof=1), n) if n > 1 else unknown,
        n=n,
        missing=len(given) - n,
        alpha=alpha,
    )


def _answers(values: ArrayLike, scale: tuple[float, float]) -> Floats:
    answers = np.asarray(values, dtype=float)
    if answers.ndim != 2 or answers.shape[1] != ITEMS:  # noqa: PLR2004 - rows and columns
        raise ValueError(f"the questionnaire has answers (n, {ITEMS})")
    if ((answers < scale[0]) | (answers > scale[1])).any():
        raise ValueError(f"answers lie on the scale {scale[0]} to {scale[1]}")
    return answers


def _quality(items: Floats, weights: Mapping[str, float]) -> Quality:
    scores = {name: score(items[:, list(at)]) for name, at in DIMENSIONS.items()}
    means = {name: one.mean for name, one in scores.items()}
    return Quality(
        scores=scores, mean=float(np.mean(list(means.values()))), weighted=weighted(means, weights), weights=weights
    )
