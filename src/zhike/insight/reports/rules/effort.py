"""How figures go together, and how answers lie on a scale: pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from zhike.insight.metrics.types import Metric, base_of
from zhike.insight.reports.rules.surveys import SHOWN, level_of, word_of
from zhike.insight.reports.types import Coefficient, Level, Link, Timed
from zhike.methods.association import LEAST_PAIRS, Correlation, correlation, rank_correlation
from zhike.methods.scales import Scale


def link_of(one: Metric, other: Metric, by: str, pairs: Sequence[tuple[float, float]]) -> Link:
    """How two figures go together over the values of a dimension; below ten pairs nothing is said."""
    x, y = ([pair[at] for pair in pairs] for at in (0, 1))
    return Link(
        one=one,
        other=other,
        by=by,
        n=len(pairs),
        line=coefficient_of(correlation(x, y)),
        rank=coefficient_of(rank_correlation(x, y)),
    )


def coefficient_of(found: Correlation) -> Coefficient:
    """As a reader sees it: nothing below ten pairs, and nothing where one side does not vary."""
    if found.n < LEAST_PAIRS or np.isnan(found.r):
        return Coefficient()
    return Coefficient(value=found.r, low=found.low, high=found.high)


def level_lines(scale: Scale | None, counts: Mapping[int, int]) -> list[Level]:
    """Every level of a scale, the best first, with its count and its share."""
    if scale is None:
        return []
    said = sum(counts.values())
    levels = reversed(scale.levels) if scale.higher_is_better else scale.levels
    is_shown = base_of(said) in SHOWN
    return [level_of(value, word_of(scale.id, value), counts.get(value, 0), said, shown=is_shown) for value in levels]


def timed_lines(answers: Sequence[tuple[str, int, int | None]]) -> list[Timed]:
    """By form, how the overall score goes with the length of the call; nothing where no length is known."""
    found = []
    for audience in sorted({one for one, _value, _seconds in answers}):
        own = [(value, seconds) for one, value, seconds in answers if one == audience]
        known = [(value, seconds) for value, seconds in own if seconds is not None]
        if not known:
            continue
        scores, minutes = [value for value, _seconds in known], [seconds / 60 for _value, seconds in known]
        found.append(
            Timed(
                audience=audience,
                n=len(known),
                unknown=len(own) - len(known),
                line=coefficient_of(correlation(minutes, scores)),
                rank=coefficient_of(rank_correlation(minutes, scores)),
            )
        )
    return found
