"""This period against the one before, in words; an arrow only where the interval of the change leaves zero out."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from zhike.insight.metrics import queries
from zhike.insight.metrics.pages.scales import Scale, drawn_change, drawn_estimate, scale_of
from zhike.insight.metrics.types import Change, Direction, Estimate, Figure, Kind, Metric, Question, Span, WaveStep
from zhike.platform.actors import Actor
from zhike.platform.ui import figures, formats
from zhike.platform.ui.components import Trend

LEAST_P = 0.001


@dataclass(frozen=True, slots=True)
class Word:
    """A change as the page says it: the words, and `better`, `worse`, `no_clear_change` or `not_comparable`."""

    text: str
    verdict: str
    arrow: str


@dataclass(frozen=True, slots=True)
class SpreadLine:
    """Mean, median or P90: value and interval as written, and its change."""

    label: str
    value: str
    interval: str
    change: Word | None


def against(question: Question, spans: tuple[Span, Span] | None) -> str:
    """What the present is compared with."""
    if spans is None:
        return ""
    now, before = (_span(one) for one in spans)
    if question.since:
        return before
    # The figure itself is of all time, so both sides of the comparison are named.
    return gettext("%(before)s (taking %(now)s)") % {"before": before, "now": now}


def _span(span: Span) -> str:
    if span.since == span.until:
        return span.since
    return gettext("%(since)s to %(until)s") % {"since": span.since, "until": span.until}


def trend_of(
    *,
    actor: Actor,
    metric: Metric,
    question: Question,
    spans: tuple[Span, Span] | None,
    months: Sequence[Figure],
    scale: Scale,
) -> Trend | None:
    """The trend of a card; None for counts and where the data do not reach back so far."""
    if spans is None or metric.kind is Kind.COUNT:
        return None
    change = queries.change_of(actor=actor, question=question, spans=spans, months=months)
    return _trend(metric, change, scale, against(question, spans))


def trend_told(
    metric: Metric, change: Change | None, scale: Scale, question: Question, spans: tuple[Span, Span]
) -> Trend:
    """The trend of a card whose change is known already."""
    return _trend(metric, change, scale, against(question, spans))


def spread_lines(
    *,
    actor: Actor,
    metric: Metric,
    question: Question,
    spans: tuple[Span, Span] | None,
    months: Sequence[Figure],
    mean: Estimate,
) -> list[SpreadLine]:
    """Mean, median and P90 of a duration, each with interval and change in the unit in which it reads best.

    Empty for other kinds and small bases.
    """
    spread = queries.spread_of(actor=actor, question=question)
    if spread is None or metric.kind is not Kind.DURATION:
        return []
    changes: Sequence[Change | None] = (None, None, None)
    if spans is not None:
        whole = queries.change_of(actor=actor, question=question, spans=spans, months=months)
        changes = (whole, *queries.spread_changes(actor=actor, question=question, spans=spans))
    labels = (pgettext("statistics", "Mean"), pgettext("statistics", "Median"), "P90")
    return [
        _spread_line(label, metric, one, change, compared=spans is not None)
        for label, one, change in zip(labels, (mean, spread.median, spread.p90), changes, strict=True)
    ]


def _spread_line(label: str, metric: Metric, one: Estimate, change: Change | None, *, compared: bool) -> SpreadLine:
    scale = scale_of(metric, one.value)
    shown = drawn_estimate(one, scale)
    return SpreadLine(
        label=label,
        value=f"{formats.number(shown.value, 1)} {scale.unit}",
        interval=_interval(shown),
        change=words_of(metric, change, scale) if compared else None,
    )


def step_words(metric: Metric, step: WaveStep, scale: Scale) -> Word:
    """A wave against the one before: the change in points with its significance, whether or not it is clear."""
    if step.change is None:
        return Word(gettext("nothing to compare"), "not_comparable", "")
    trend = _trend(metric, step.change, scale, "")
    parts = [
        _amount(metric, drawn_change(step.change, scale), scale.unit),
        f"({formats.number(step.change.low, 1)}{formats.EN_DASH}{formats.number(step.change.high, 1)})",
    ]
    if step.p is not None:
        parts.append("p < 0.001" if step.p < LEAST_P else f"p = {formats.number(step.p, 3)}")
    if step.is_small:
        parts.append(gettext("base below 30"))
    return Word(" ".join(parts), trend.verdict.value, figures.arrow(trend) if step.change.is_clear else "")


def words_of(metric: Metric, change: Change | None, scale: Scale) -> Word | None:
    """A change without the period it is against, which stands above it."""
    trend = _trend(metric, change, scale, "")
    if change is None:
        return Word(gettext("base too small to compare"), trend.verdict.value, "")
    if not change.is_clear:
        return Word(gettext("no clear change"), trend.verdict.value, "")
    word = pgettext("change", "better") if trend.verdict.value == "better" else pgettext("change", "worse")
    return Word(f"{trend.difference} {word}", trend.verdict.value, figures.arrow(trend))


def _trend(metric: Metric, change: Change | None, scale: Scale, period: str) -> Trend:
    return Trend.of(
        None if change is None else change.low,
        None if change is None else change.high,
        higher_is_better=metric.direction is Direction.HIGHER,
        against=period,
        difference="" if change is None else _amount(metric, drawn_change(change, scale), scale.unit),
    )


def _amount(metric: Metric, change: Change, unit: str) -> str:
    decimals = 2 if metric.kind is Kind.MEAN else 1
    amount = f"{'+' if change.difference > 0 else ''}{formats.number(change.difference, decimals)}"
    if metric.kind in {Kind.RATE, Kind.NET, Kind.WEIGHTED}:
        return gettext("%(difference)s points") % {"difference": amount}
    return f"{amount} {unit}" if unit else amount


def _interval(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return gettext("base too small")
    return formats.interval(one.low, one.high)
