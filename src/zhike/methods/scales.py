"""The scales on which customers answer, and the one way in which answers of different scales may meet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Kind(StrEnum):
    """What is asked. Figures of one kind are not made of answers of another."""

    SATISFACTION = "satisfaction"
    RECOMMENDATION = "recommendation"
    EFFORT = "effort"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One closed scale of whole numbers from `min` to `max`.

    `satisfied` is the top of the scale as its rate counts it (promoters, little effort), `dissatisfied` the bottom
    (detractors, great effort); what is in neither is the middle. `labels` are English words of the levels that have
    any. A changed cut is another id, never an edit: figures of both are kept apart.
    """

    id: str
    kind: Kind
    min: int
    max: int
    satisfied: frozenset[int]
    dissatisfied: frozenset[int]
    labels: Mapping[int, str]
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        levels = set(range(self.min, self.max + 1))
        if len(levels) < 2 or not self.satisfied or not self.dissatisfied:  # noqa: PLR2004 - one level says nothing
            message = f"scale {self.id} needs two levels, a top and a bottom"
            raise ValueError(message)
        if self.satisfied & self.dissatisfied or not self.satisfied | self.dissatisfied | set(self.labels) <= levels:
            message = f"top, bottom and labels of scale {self.id} must be levels, and no level both"
            raise ValueError(message)
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))

    @property
    def levels(self) -> range:
        return range(self.min, self.max + 1)

    @property
    def best(self) -> int:
        """The level of the unreservedly content: "basically satisfied" is not loyalty."""
        return self.max if self.higher_is_better else self.min


class ScalesDiffer(ValueError):
    """Answers of different scales were to be counted as if they were of one."""


def _scale(  # noqa: PLR0917 - a line of the table below
    id: str, kind: Kind, levels: tuple[int, int], satisfied: Iterable[int], dissatisfied: Iterable[int],
    labels: Mapping[int, str], *, higher_is_better: bool = True,
) -> Scale:  # fmt: skip
    return Scale(
        id=id,
        kind=kind,
        min=levels[0],
        max=levels[1],
        satisfied=frozenset(satisfied),
        dissatisfied=frozenset(dissatisfied),
        labels=labels,
        higher_is_better=higher_is_better,
    )


_ENDS_OF_10: Final = {1: "very dissatisfied", 10: "very satisfied"}
_LIKELY: Final = "extremely likely"
_UNLIKELY: Final = "not at all likely"

# Cuts: methods §1.1 to §1.3; those of csat7, csat10 and ivr0_9 are this house's own.
SCALES: Final[Mapping[str, Scale]] = MappingProxyType({
    scale.id: scale
    for scale in (
        _scale(
            "csat3", Kind.SATISFACTION, (1, 3), (2, 3), (1,), {3: "very satisfied", 2: "satisfied", 1: "dissatisfied"}
        ),
        # "Average" counts as dissatisfied: the four levels of the office-building survey.
        _scale(
            "csat4",
            Kind.SATISFACTION,
            (1, 4),
            (3, 4),
            (1, 2),
            {4: "very satisfied", 3: "satisfied", 2: "average", 1: "dissatisfied"},
        ),
        _scale(
            "csat5",
            Kind.SATISFACTION,
            (1, 5),
            (4, 5),
            (1, 2),
            {5: "very satisfied", 4: "satisfied", 3: "neither", 2: "dissatisfied", 1: "very dissatisfied"},
        ),
        _scale(
            "csat7",
            Kind.SATISFACTION,
            (1, 7),
            (6, 7),
            (1, 2),
            {
                7: "very satisfied",
                6: "satisfied",
                5: "somewhat satisfied",
                4: "neither",
                3: "somewhat dissatisfied",
                2: "dissatisfied",
                1: "very dissatisfied",
            },
        ),
        _scale("csat10", Kind.SATISFACTION, (1, 10), (9, 10), (1, 2), _ENDS_OF_10),
        _scale("csat10_top3", Kind.SATISFACTION, (1, 10), (8, 9, 10), (1, 2, 3), _ENDS_OF_10),
        # One key of the telephone.
        _scale("ivr0_9", Kind.SATISFACTION, (0, 9), (8, 9), (0, 1), {0: "very dissatisfied", 9: "very satisfied"}),
        _scale("nps11", Kind.RECOMMENDATION, (0, 10), (9, 10), range(7), {0: _UNLIKELY, 10: _LIKELY}),
        # Takes 4 for a promoter, who would be passive on the long form: never in one chart with nps11.
        _scale("nps5", Kind.RECOMMENDATION, (1, 5), (4, 5), (1, 2), {1: _UNLIKELY, 5: _LIKELY}),
        _scale(
            "ces1",
            Kind.EFFORT,
            (1, 5),
            (1, 2),
            (4, 5),
            {1: "very low effort", 2: "low effort", 3: "neither", 4: "high effort", 5: "very high effort"},
            higher_is_better=False,
        ),
        _scale(
            "ces2",
            Kind.EFFORT,
            (1, 7),
            (5, 6, 7),
            (1, 2, 3),
            {
                7: "strongly agree",
                6: "agree",
                5: "somewhat agree",
                4: "neither",
                3: "somewhat disagree",
                2: "disagree",
                1: "strongly disagree",
            },
        ),
        _scale("yesno", Kind.YES_NO, (0, 1), (1,), (0,), {1: "yes", 0: "no"}),
    )
})  # fmt: skip


def scale_of(id: str) -> Scale:
    """The scale of this id. Raises KeyError where there is none."""
    return SCALES[id]


def score100(values: ArrayLike, scale: Scale) -> NDArray[np.float64]:
    """Answers, or means of answers, as 0 … 100 with 100 the best end, whichever way the scale runs.

    values: any shape, within the scale, NaN for missing, which stays NaN; the result has the same shape. Raises
    ValueError for a value outside. Source: methods §1.1.
    """
    x = np.asarray(values, dtype=float)
    if np.any((x < scale.min) | (x > scale.max)):
        message = f"a value lies outside scale {scale.id}, {scale.min} to {scale.max}"
        raise ValueError(message)
    above = (x - scale.min) if scale.higher_is_better else (scale.max - x)
    return 100 * above / (scale.max - scale.min)


def the_one_scale(scales: Sequence[Scale]) -> Scale:
    """The scale that all of them are. Raises ScalesDiffer where they are not one, ValueError where there is none.

    What pools counts asks this first: the satisfied of four levels and of ten are not the same people.
    """
    if not scales:
        message = "there is no scale to pool on"
        raise ValueError(message)
    if len({scale.id for scale in scales}) > 1:
        message = "answers of different scales are not pooled: " + ", ".join(sorted({scale.id for scale in scales}))
        raise ScalesDiffer(message)
    return scales[0]
