"""In which unit a duration is read: one for a page, so that its figures can be held against each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import pgettext

from zhike.insight.metrics.types import Answer, Change, Estimate, Figure, Metric

HOUR = timedelta(hours=1)
# Below so long, the next smaller unit reads better: 96 seconds, 96 minutes.
IN_SECONDS, IN_MINUTES = timedelta(minutes=2), timedelta(hours=2)
# A few long ones lift the mean; the usual one should not read 0.0.
USUAL_IN_MINUTES = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class Scale:
    """How many of `unit` one unit of the metric is. What programs read stays in the metric's own unit."""

    factor: float
    unit: str

    def of(self, value: float | None) -> float | None:
        return None if value is None else value * self.factor


def scale_of(metric: Metric, mean: float | None, median: float | None = None) -> Scale:
    """Hours, or minutes or seconds where hours would be fractions; the metric's own unit where it is no time."""
    if metric.unit != "h":
        return Scale(1.0, metric.unit)
    if mean is None:
        return Scale(1.0, pgettext("hours", "h"))
    if HOUR * mean < IN_SECONDS:
        return Scale(3600.0, pgettext("seconds", "s"))
    if HOUR * mean < IN_MINUTES or (median is not None and HOUR * median < USUAL_IN_MINUTES):
        return Scale(60.0, pgettext("minutes", "min"))
    return Scale(1.0, pgettext("hours", "h"))


def scale_of_answer(answer: Answer) -> Scale:
    return scale_of(answer.metric, answer.total.mean or answer.total.value, answer.total.median)


def drawn(figure: Figure, scale: Scale) -> Figure:
    """The figure as it is shown."""
    if scale.factor == 1.0:
        return figure
    return replace(
        figure,
        value=scale.of(figure.value),
        low=scale.of(figure.low),
        high=scale.of(figure.high),
        median=scale.of(figure.median),
        p90=scale.of(figure.p90),
        mean=scale.of(figure.mean),
        deviation=scale.of(figure.deviation),
    )


def drawn_all(figures: Sequence[Figure], scale: Scale) -> list[Figure]:
    return [drawn(figure, scale) for figure in figures]


def drawn_answer(answer: Answer, scale: Scale) -> Answer:
    return replace(answer, total=drawn(answer.total, scale), figures=tuple(drawn_all(answer.figures, scale)))


def drawn_change(change: Change, scale: Scale) -> Change:
    return Change(
        difference=change.difference * scale.factor,
        low=change.low * scale.factor,
        high=change.high * scale.factor,
    )


def drawn_estimate(one: Estimate, scale: Scale) -> Estimate:
    return Estimate(one.value * scale.factor, scale.of(one.low), scale.of(one.high))
