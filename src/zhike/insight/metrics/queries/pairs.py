"""What a figure is made of: two side by side by month or by group, levels of a scale, values by person."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np

from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries.figures import asked_rows, check_dimensions, day_of, key_by, measured, state_of
from zhike.insight.metrics.types import Question, metric_of
from zhike.methods.intervals import Interval, clustered_mean_interval
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize


class Pair(NamedTuple):
    """What both figures are for one value of the dimension: means, or shares from 0 to 1."""

    key: str
    one: float
    other: float


def paired(*, actor: Actor, one: Question, other: Question, by: str, least: int = 1) -> list[Pair]:
    """Both figures for every value of the dimension `by` for which each has at least `least` known rows, by key.

    Of a duration or a mean it is the mean, of a rate the share. Raises UnknownMetric, UnknownDimension.
    """
    authorize(actor, VIEW_FIGURES)
    first, second = _by(actor, one, by, least), _by(actor, other, by, least)
    second = second.rename(other_key="key", other_value="value")
    both = first.inner_join(second, first["key"] == second["other_key"]).select("key", "value", "other_value")
    records = both.order_by("key").to_pyarrow().to_pylist()
    return [Pair(record["key"], record["value"], record["other_value"]) for record in records]


def _by(actor: Actor, question: Question, by: str, least: int) -> ir.Table:
    metric = metric_of(question.metric)
    check_dimensions(metric, Question(metric.id, split=(by,), filters=question.filters))
    rows = _known(actor, question)
    amount = rows["_value"] if metric.value is not None else rows["_hit"].cast("float64")
    found = rows.group_by(key=key_by(metric, rows, by)).aggregate(value=amount.mean(), n=ibis._.count())
    return found.filter((found["n"] >= least) & found["key"].notnull() & (found["key"] != "")).select("key", "value")


def level_counts(*, actor: Actor, question: Question) -> dict[int, int]:
    """How often each level was answered among the known rows of a mean on one scale; levels without answers are 0.

    Raises UnknownMetric, UnknownDimension; empty for a figure that is not a mean on one scale.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    check_dimensions(metric, question)
    if metric.levels is None or metric.value is None:
        return {}
    rows = _known(actor, question)
    counted = rows.group_by(level=rows["_value"].cast("int64")).aggregate(n=ibis._.count()).to_pyarrow().to_pylist()
    found = {record["level"]: record["n"] for record in counted}
    return {level: found.get(level, 0) for level in metric.levels.levels}


class Clustered(NamedTuple):
    """The mean of all known values, its interval counting each person once, how many values, and of how many people."""

    mean: float
    interval: Interval
    n: int
    people: int


def clustered_means(*, actor: Actor, question: Question, by: str, person: str = "recipient_id") -> dict[str, Clustered]:
    """A mean for every value of the dimension `by`, with an interval for several values of one person.

    Only for facts that say whose a value is, in the column `person`. Raises UnknownMetric, UnknownDimension.
    """
    authorize(actor, VIEW_FIGURES)
    metric = metric_of(question.metric)
    check_dimensions(metric, Question(metric.id, split=(by,), filters=question.filters))
    rows = _known(actor, question)
    whose = rows.group_by(key=key_by(metric, rows, by), person=rows[person]).aggregate(
        total=rows["_value"].sum(), n=ibis._.count()
    )
    records = whose.to_pyarrow()
    keys = np.asarray(records["key"].to_pylist(), dtype=object)
    totals, counts = (records[name].to_numpy().astype(float) for name in ("total", "n"))
    found = {}
    for key in sorted({str(one) for one in keys if one}):
        own = keys == key
        mean, interval = clustered_mean_interval(totals[own], counts[own])
        found[key] = Clustered(mean, interval, int(counts[own].sum()), int(own.sum()))
    return found


def _known(actor: Actor, question: Question) -> ir.Table:
    metric = metric_of(question.metric)
    state = state_of(metric, question)
    rows = measured(metric, asked_rows(actor, metric, question, state), state, day_of(actor, state))
    return rows.filter(rows["_known"])
