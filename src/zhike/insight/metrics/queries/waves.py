"""One wave after the other (SURV-23): each with its base, and its change against the wave before."""

from dataclasses import replace

import ibis

from zhike.insight.metrics.queries.changes import compare
from zhike.insight.metrics.queries.figures import asked_rows, check_dimensions, compute, day_of, measured, state_of
from zhike.insight.metrics.types import Base, Figure, Kind, Question, WaveStep, metric_of
from zhike.methods.comparisons import compare_means, compare_rates
from zhike.methods.promoters import compare_nps
from zhike.platform.actors import Actor

WAVE = "wave"


def wave_steps(*, actor: Actor, question: Question) -> tuple[WaveStep, ...]:
    """The figure of each wave in the order in which they were asked; raises UnknownDimension where there are none.

    Bases of 10 to 29 are compared too, and marked.
    """
    asked = replace(question, split=(WAVE,))
    metric = metric_of(question.metric)
    check_dimensions(metric, asked)
    answer = compute(actor=actor, question=asked)
    order = _order(actor, replace(asked, generation=answer.generation, at=answer.as_of))
    figures = sorted((f for f in answer.figures if f.at[WAVE]), key=lambda f: order.index(f.at[WAVE]))
    return tuple(
        _step(metric.kind, figure, figures[position - 1] if position else None)
        for position, figure in enumerate(figures)
    )


def _order(actor: Actor, question: Question) -> list[str]:
    """Waves by the first day of any of their rows."""
    metric = metric_of(question.metric)
    state = state_of(metric, question)
    rows = measured(metric, asked_rows(actor, metric, question, state), state, day_of(actor, state))
    found = rows.group_by(WAVE).aggregate(first=rows[metric.time].min()).order_by([ibis.asc("first"), WAVE])
    return [str(one) for one in found.to_pyarrow()[WAVE].to_pylist()]


def _step(kind: Kind, now: Figure, before: Figure | None) -> WaveStep:
    if before is None:
        return WaveStep(wave=now.at[WAVE], figure=now)
    change = compare(kind, now, before, also=(Base.SMALL,))
    return WaveStep(
        wave=now.at[WAVE],
        figure=now,
        change=change,
        p=None if change is None else _p(kind, now, before),
        is_small=now.base is not Base.SOUND or before.base is not Base.SOUND,
    )


def _p(kind: Kind, now: Figure, before: Figure) -> float | None:
    """Two-sided p of no change: N − 1 or exact for rates, Welch for means, adjusted as the interval for net figures."""
    if kind is Kind.NET:
        parts = [(f.hits or 0, f.n - (f.hits or 0) - (f.against or 0), f.against or 0) for f in (now, before)]
        return float(compare_nps(parts[0], parts[1]).p)
    if kind is Kind.RATE and now.hits is not None and before.hits is not None:
        return float(compare_rates(now.hits, now.n, before.hits, before.n).p)
    if kind is Kind.MEAN:
        sides = [(f.mean or 0.0, f.deviation or 0.0, f.n) for f in (now, before)]
        return float(compare_means(*sides[0], *sides[1]).p)
    return None
