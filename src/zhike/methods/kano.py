"""Kano: what a service must have, what it is better to have more of, what delights, what leaves people cold."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhike.methods.intervals import Interval, wilson

# Rows: how it is if the feature is there; columns: how it is if it is missing; both in the order of `Answer`.
TABLE: Final = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
# Of equally frequent categories the one whose neglect costs most comes first.
CATEGORIES: Final = "MOAIRQ"
_FONG: Final = 1.65


class Answer(IntEnum):
    LIKE = 1
    MUST_BE = 2
    NEUTRAL = 3
    LIVE_WITH = 4
    DISLIKE = 5


@dataclass(frozen=True, slots=True)
class Kano:
    """One feature as people sort it.

    counts: people by category (A attractive, O one-dimensional, M must-be, I indifferent, R reverse, Q questionable);
    n: their sum; missing: people without both answers.
    better, worse: in [0, 1] and [−1, 0], not a number where everybody is R or Q; with 95 % Wilson limits.
    category: the most frequent one; runner_up: the next; is_distinct: whether the two differ by more than chance
    (`gap` at least `bound`).
    """

    counts: Mapping[str, int]
    n: int
    missing: int
    better: float
    better_limits: Interval
    worse: float
    worse_limits: Interval
    category: str
    runner_up: str
    gap: int
    bound: float
    is_distinct: bool


def classify(functional: ArrayLike, dysfunctional: ArrayLike) -> NDArray[np.str_]:
    """The category of each pair of answers, "" where one is missing.

    functional, dysfunctional: same shape, values of `Answer` 1–5, not-a-number = missing: how would you find it if it
    were there, and if it were not. Raises ValueError for other values or unequal shapes.
    Source: Kano et al. 1984; evaluation table of Berger et al. 1993, Center for Quality of Management J. 2(4); §2.3.
    """
    present, absent = np.asarray(functional, dtype=float), np.asarray(dysfunctional, dtype=float)
    if present.shape != absent.shape:
        raise ValueError("kano pairs each functional answer with a dysfunctional one")
    known = ~(np.isnan(present) | np.isnan(absent))
    for answers in (present[known], absent[known]):
        if not np.isin(answers, list(Answer)).all():
            raise ValueError("kano answers are 1 (like) to 5 (dislike)")
    table = np.array([list(row) for row in TABLE])
    found = np.full(present.shape, "", dtype="<U1")
    found[known] = table[present[known].astype(int) - 1, absent[known].astype(int) - 1]
    return found


def kano(functional: ArrayLike, dysfunctional: ArrayLike) -> Kano:
    """Classify one feature's pairs of answers, (n,) each, and sum them up. Errors and source as `classify`."""
    categories = classify(functional, dysfunctional).ravel()
    counts = {one: int((categories == one).sum()) for one in CATEGORIES}
    return summary(counts, missing=int((categories == "").sum()))


def summary(counts: Mapping[str, int], *, missing: int = 0) -> Kano:
    """Better, worse, category and whether it is distinct, out of counts by category letter.

    Ties: M > O > A > I > R > Q. Raises ValueError for other letters, negative counts or nobody at all.
    Sources: better and worse, Berger et al. 1993; distinctness, Fong 1996, Center for Quality of Management J. 5(3);
    methods §2.3, golden value 21.
    """
    if set(counts) - set(CATEGORIES) or min(counts.values(), default=0) < 0 or sum(counts.values()) == 0:
        raise ValueError("kano counts people of the categories A, O, M, I, R, Q, and there is at least one")
    people = {one: int(counts.get(one, 0)) for one in CATEGORIES}
    n = sum(people.values())
    base = n - people["R"] - people["Q"]
    pleased, displeased = people["A"] + people["O"], people["O"] + people["M"]
    first, second = sorted(CATEGORIES, key=lambda one: -people[one])[:2]
    most, next_most = people[first], people[second]
    bound = _FONG * float(np.sqrt((most + next_most) * (2 * n - most - next_most) / (2 * n)))
    unknown = Interval(np.array(np.nan), np.array(np.nan))
    lost = wilson(displeased, base) if base else unknown
    return Kano(
        counts=people,
        n=n,
        missing=missing,
        better=pleased / base if base else float("nan"),
        better_limits=wilson(pleased, base) if base else unknown,
        worse=-displeased / base if base else float("nan"),
        worse_limits=Interval(-lost.high, -lost.low),
        category=first,
        runner_up=second,
        gap=most - next_most,
        bound=bound,
        is_distinct=most - next_most >= bound,
    )
