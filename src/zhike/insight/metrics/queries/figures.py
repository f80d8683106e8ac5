"""Asking the lake: figures with base, missing and interval, and the rows behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir

from zhike.insight.lake import queries as lake
from zhike.insight.lake.types import Generation
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.types import (
    Answer,
    Base,
    Change,
    Figure,
    GenerationGone,
    Kind,
    Metric,
    Question,
    UnknownDimension,
    base_of,
    metric_of,
)
from zhike.methods.intervals import mean_interval, newcombe, wilson
from zhike.platform import clock, facts, parameters
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.facts import Row

MONTH = "month"
MOST_GROUPS = 5_000
NO = ibis.literal(value=False)
PERCENT = 100.0
SCALE = {Kind.RATE: 100.0, Kind.PER_THOUSAND: 1000.0}


def compute(*, actor: Actor, question: Question) -> Answer:
    """The figures of one question, within the actor's reach, from one generation of the lake.

    Raises UnknownMetric, UnknownDimension, GenerationGone.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    _check_dimensions(metric, question)
    state = _state(metric, question)
    rows = _measured(metric, _filtered(metric, question, lake.table(actor=actor, state=state)))
    total = _figures(metric, rows, ())
    split = _figures(metric, rows, question.split) if question.split else ()
    # zhike: allow clock-edge -- the parameter versions named are those of the moment of asking; no figure depends on it
    now = clock.now()
    return Answer(
        metric=metric,
        question=question,
        total=total[0] if total else _figure(metric, {}, {}),
        figures=_named(split),
        generation=state.number,
        as_of=state.as_of,
        parameter_versions={p.key: parameters.version(p, at=now) for p in metric.parameters},
    )


# zhike: allow query-actor -- it reads the definition, no rows
def dimensions_of(metric: Metric) -> Mapping[str, facts.Column]:
    """What the metric can be split and filtered by, besides `month`."""
    return {c.name: c for c in facts.published()[metric.fact].dimensions()}


def dimension_values(*, actor: Actor, metric_id: str, dimension: str) -> list[tuple[str, str]]:
    """The values of a dimension within reach, with their names, most rows first; at most 500."""
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(metric_id)
    _check_dimensions(metric, Question(metric_id, split=(dimension,)))
    rows = lake.table(actor=actor, state=lake.current(metric.fact))
    key = _key(metric, rows, dimension).name("value")
    counted = rows.group_by(key).aggregate(n=ibis._.count()).order_by(ibis.desc("n")).limit(500)
    values = [str(v) for v in counted.to_pyarrow()["value"].to_pylist() if v not in {None, ""}]
    names = facts.names_of(dimension, values)
    return [(value, names.get(value, value)) for value in values]


def rows_behind(
    *, actor: Actor, question: Question, only_hits: bool | None = None, after: int = 0, limit: int = 50
) -> tuple[Sequence[str], Sequence[Row], int | None]:
    """One page of the rows behind a figure, by id: headings, rows, and the id to go on after (None at the end).

    `only_hits`: True the numerator, False the rest of the base, None the whole base.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    _check_dimensions(metric, question)
    state = _state(metric, question)
    rows = _measured(metric, _filtered(metric, question, lake.table(actor=actor, state=state)))
    rows = rows.filter(rows["_known"], rows["id"] > after)
    if only_hits is not None and metric.hit is not None:
        rows = rows.filter(rows["_hit"] if only_hits else ~rows["_hit"])
    ids = rows.select("id").order_by("id").limit(limit + 1).to_pyarrow()["id"].to_pylist()
    headings, found = facts.rows_of(metric.fact, actor=actor, ids=ids[:limit])
    return headings, found, ids[limit - 1] if len(ids) > limit else None


# zhike: allow query-actor -- it reads no rows, only the figures given
def compare(metric: Metric, now: Figure, before: Figure) -> Change | None:
    """The change between two rates in their own unit, or None where either base is too small to say."""
    if metric.kind is not Kind.RATE or now.hits is None or before.hits is None:
        return None
    if now.base is not Base.SOUND or before.base is not Base.SOUND:
        return None
    found = newcombe(now.hits, now.n, before.hits, before.n)
    difference = now.hits / now.n - before.hits / before.n
    return Change(difference=difference * PERCENT, low=float(found.low) * PERCENT, high=float(found.high) * PERCENT)


def _state(metric: Metric, question: Question) -> Generation:
    if question.generation is None:
        return lake.current(metric.fact)
    found = lake.generation(metric.fact, question.generation)
    if found is None:
        raise GenerationGone
    return found


def _check_dimensions(metric: Metric, question: Question) -> None:
    known = {*dimensions_of(metric), MONTH}
    for dimension in (*question.split, *question.filters):
        if dimension not in known:
            raise UnknownDimension(metric=metric.id, dimension=dimension, known=", ".join(sorted(known)))


def _key(metric: Metric, rows: ir.Table, dimension: str) -> ir.Value:
    if dimension == MONTH:
        return rows[metric.time].strftime("%Y-%m")
    return rows[dimension].cast("string")


def _filtered(metric: Metric, question: Question, rows: ir.Table) -> ir.Table:
    for dimension, values in question.filters.items():
        key = _key(metric, rows, dimension)
        rows = rows.filter(key.isin(list(values)) | (key.isnull() if "" in values else ibis.literal(value=False)))
    if question.since:
        rows = rows.filter(rows[metric.time] >= ibis.date(date.fromisoformat(f"{question.since}-01")))
    if question.until:
        rows = rows.filter(rows[metric.time] < ibis.date(_next_month(question.until)))
    return rows


def _next_month(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1)


def _measured(metric: Metric, rows: ir.Table) -> ir.Table:
    eligible = metric.eligible(rows).fill_null(NO)
    rows = rows.filter(eligible)
    added: dict[str, ir.Value] = {"_known": metric.known(rows).fill_null(NO)}
    if metric.hit is not None:
        added["_hit"] = metric.hit(rows).fill_null(NO)
    if metric.value is not None:
        added["_value"] = metric.value(rows).cast("float64")
    return rows.mutate(**added)


def _figures(metric: Metric, rows: ir.Table, split: Sequence[str]) -> tuple[Figure, ...]:
    known = rows["_known"]
    measures: dict[str, ir.Value] = {"n": known.sum(), "missing": (~known).sum()}
    if metric.hit is not None:
        measures["hits"] = (known & rows["_hit"]).sum()
    if metric.value is not None:
        value = rows["_value"]
        measures |= {
            "mean": value.mean(where=known),
            "spread": value.std(where=known),
            "median": value.quantile(0.5, where=known),
            "p90": value.quantile(0.9, where=known),
        }
    if split:
        keys = [_key(metric, rows, name).name(f"_by_{name}") for name in split]
        found = rows.group_by(keys).aggregate(**measures).order_by([f"_by_{name}" for name in split])
    else:
        found = rows.aggregate(**measures)
    records = found.limit(MOST_GROUPS).to_pyarrow().to_pylist()
    return tuple(_figure(metric, {name: record[f"_by_{name}"] or "" for name in split}, record) for record in records)


def _figure(metric: Metric, at: Mapping[str, str], record: Mapping[str, float | int | None]) -> Figure:
    n = int(record.get("n") or 0)
    hits = int(record.get("hits") or 0) if metric.hit is not None else None
    plain = Figure(at=at, names={}, n=n, missing=int(record.get("missing") or 0), base=_base(metric, n), hits=hits)
    if metric.kind is Kind.COUNT:
        return replace(plain, value=float(n))
    if plain.base not in {Base.SMALL, Base.SOUND}:
        return plain
    if metric.kind is Kind.DURATION:
        mean = float(record["mean"] or 0.0)
        limits = mean_interval(mean, float(record["spread"] or 0.0), n)
        return replace(
            plain,
            value=mean,
            low=float(limits.low),
            high=float(limits.high),
            median=record["median"],
            p90=record["p90"],
        )
    scale = SCALE[metric.kind]
    limits = wilson(hits or 0, n)
    return replace(plain, value=scale * (hits or 0) / n, low=scale * float(limits.low), high=scale * float(limits.high))


def _base(metric: Metric, n: int) -> Base:
    """Counts are what they are, however few; rates and means need a base."""
    if metric.kind is Kind.COUNT:
        return Base.SOUND if n else Base.NONE
    return base_of(n)


def _named(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Names of the dimensions' values, one look-up a dimension."""
    names: dict[str, Mapping[str, str]] = {}
    for dimension in {name for figure in figures for name in figure.at if name != MONTH}:
        values = sorted({figure.at[dimension] for figure in figures if figure.at[dimension]})
        names[dimension] = facts.names_of(dimension, values)
    return tuple(
        replace(figure, names={d: names.get(d, {}).get(v, v) for d, v in figure.at.items()}) for figure in figures
    )
