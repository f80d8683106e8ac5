"""The rows behind figures as Parquet files for programs, and what the columns of those files mean."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import IO, Final

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from zhike.insight.lake import queries as lake
from zhike.insight.lake.policies import FETCH_FACTS
from zhike.insight.lake.types import Generation
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.figures import base_rows, state_of
from zhike.insight.metrics.types import (
    AS_OF,
    Metric,
    PublishedColumn,
    PublishedFact,
    Question,
    UnknownFact,
    Written,
    metric_of,
    metrics,
)
from zhike.platform import facts
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.facts import Fact

# What each row adds to the figure, beside its own columns.
_ADDED: Final[Mapping[str, tuple[str, pa.DataType]]] = {
    "_hit": ("figure_counts", pa.bool_()),
    "_against": ("figure_against", pa.bool_()),
    "_value": ("figure_value", pa.float64()),
    "_weight": ("figure_weight", pa.float64()),
}


def published_facts(*, actor: Actor) -> list[PublishedFact]:
    """Every fact with its columns, what they are called and which figures read them: the dictionary of the files."""
    authorize(actor, VIEW_FIGURES)
    return [_described(fact) for fact in facts.published().values()]


def write_fact(*, actor: Actor, fact: str, out: IO[bytes]) -> Written:
    """Write the rows of a fact's present generation that the actor may count as one Parquet file.

    Raises UnknownFact. The file's metadata name the fact, its generation and the moment of its data.
    """
    authorize(actor, FETCH_FACTS)
    spec = facts.published().get(fact)
    if spec is None:
        raise UnknownFact(fact=fact)
    state = lake.current(fact)
    count = lake.write_parquet(lake.table(actor=actor, state=state), lake.columns_of(spec), out, _told(state))
    return Written(fact, state.number, state.as_of, count)


def write_behind(*, actor: Actor, question: Question, out: IO[bytes], only_hits: bool | None = None) -> Written:
    """Write the rows behind a figure as one Parquet file: the fact's columns and what each row adds to the figure.

    `only_hits` as for `rows_behind`. Raises UnknownMetric, UnknownDimension, GenerationGone.
    """
    authorize(actor, VIEW_FIGURES)
    authorize(actor, FETCH_FACTS)
    metric = metric_of(question.metric)
    state = state_of(metric, question)
    rows = base_rows(actor, metric, question, only_hits)
    added = {own: found for own, found in _ADDED.items() if own in rows.columns}
    rows = rows.rename({name: own for own, (name, _type) in added.items()})
    schema = lake.columns_of(facts.published()[metric.fact])
    for name, type_ in added.values():
        schema = schema.append(pa.field(name, type_))
    told = {**_told(state), "zhike.figure": metric.id, "zhike.figure_version": str(metric.version)}
    return Written(metric.fact, state.number, state.as_of, lake.write_parquet(rows, schema, out, told))


def _told(state: Generation) -> dict[str, str]:
    """What a file says of itself."""
    return {
        "zhike.fact": state.fact,
        "zhike.generation": str(state.number),
        "zhike.as_of": state.as_of.isoformat() if state.as_of else "",
    }


def _described(fact: Fact) -> PublishedFact:
    readers = _readers(fact.name)
    return PublishedFact(
        name=fact.name,
        label=str(fact.label or fact.name),
        scope=fact.scope,
        columns=tuple(
            PublishedColumn(
                name=column.name,
                type=column.type,
                label=str(column.label),
                is_dimension=column.dimension,
                figures=readers.get(column.name, ()),
            )
            for column in fact.columns
        ),
    )


@cache
def _readers(fact: str) -> Mapping[str, tuple[str, ...]]:
    """By column, the figures whose definition reads it; out of the definitions themselves."""
    # A table of nothing but columns: what a condition reads of it is what the definition names.
    columns = lake.columns_of(facts.published()[fact]).append(pa.field(AS_OF, pa.timestamp("us", "UTC")))
    rows = ibis.table(ibis.Schema.from_pyarrow(columns), name=fact)
    found: dict[str, list[str]] = defaultdict(list)
    for metric in metrics().values():
        if metric.fact == fact:
            for name in sorted(_read_by(metric, rows)):
                found[name].append(metric.id)
    return {name: tuple(ids) for name, ids in found.items()}


def _read_by(metric: Metric, rows: ir.Table) -> set[str]:
    parts = (metric.eligible, metric.known, metric.hit, metric.value, metric.against, metric.weight)
    read = {field.name for part in parts if part is not None for field in part(rows).op().find(ops.Field)}
    return (read - {AS_OF}) | {metric.time}
