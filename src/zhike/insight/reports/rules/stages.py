"""The five stages of the customer's journey, with what measures them: pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from zhike.insight.metrics.types import base_of
from zhike.insight.reports.rules.surveys import SHOWN
from zhike.insight.reports.types import StageLine
from zhike.methods.intervals import Interval
from zhike.voice.surveys.types import JOURNEY, Journey, StageMeasure

# Mean, its interval, how many scores, of how many people.
Scored = tuple[float, Interval, int, int]
_NOTHING: Scored = (float("nan"), Interval(np.asarray(np.nan), np.asarray(np.nan)), 0, 0)


def stage_lines(measures: Sequence[StageMeasure], scores: Mapping[str, Scored]) -> list[StageLine]:
    """Every stage in its order, whether or not anything is asked about it."""
    return [
        _line(stage, [one for one in measures if one.stage is stage], scores.get(stage.value, _NOTHING))
        for stage in JOURNEY
    ]


def _line(stage: Journey, measures: Sequence[StageMeasure], scored: Scored) -> StageLine:
    mean, (low, high), n, people = scored
    base = base_of(people)
    is_shown = base in SHOWN
    return StageLine(
        stage=stage,
        measures=measures,
        scores=n,
        people=people,
        base=base,
        score=mean if is_shown else None,
        low=max(0.0, float(low)) if is_shown else None,
        high=min(100.0, float(high)) if is_shown else None,
    )
