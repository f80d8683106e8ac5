"""Figures out of rows: counted in one pass over the files, their intervals worked out for all groups at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from zhike.insight.metrics.types import Base, Figure, Kind, Metric, base_of
from zhike.methods.intervals import mean_interval, wilson, wilson_share
from zhike.methods.promoters import nps_adjusted
from zhike.methods.scales import score100

SCALE = {Kind.RATE: 100.0, Kind.PER_THOUSAND: 1000.0}
Record = Mapping[str, Any]
Floats = NDArray[np.float64]
# By field of a figure, its values in the order of the records.
Made = Mapping[str, Sequence[float | None]]
_ADDING = ("n", "missing", "hits", "against", "weights", "squares", "weighted")
Counted = tuple[tuple[Figure, ...], tuple[Figure, ...]]


def counted(
    metric: Metric, split: Sequence[str], read: Callable[[Sequence[str]], list[dict[str, Any]]], *, most: int
) -> Counted:
    """The figure of all rows, in a tuple of its own, and those of each group of the split.

    `read` gives the records of `summed` for a split. What adds up is put together from the groups, so that the files
    are read once; medians do not add up, and of more groups than `most` not all are known.
    """
    if not split:
        return made(metric, (), read(())), ()
    records = read(split)
    adds_up = metric.kind is not Kind.DURATION and len(records) < most
    whole = [_whole(metric, records)] if adds_up else read(())
    return made(metric, (), whole), made(metric, tuple(split), records)


def summed(metric: Metric, rows: ir.Table, keys: Mapping[str, ir.Value], *, most: int) -> ir.Table:
    """Counts and sums of measured rows, a record a group in the order of the keys; one record without keys."""
    measures = _measures(metric, rows)
    if not keys:
        return rows.aggregate(**measures)
    named = [key.name(f"_by_{name}") for name, key in keys.items()]
    found = rows.group_by(named).aggregate(**measures).order_by([f"_by_{name}" for name in keys])
    return found.limit(most)


def _measures(metric: Metric, rows: ir.Table) -> dict[str, ir.Value]:
    known = rows["_known"]
    measures: dict[str, ir.Value] = {"n": known.sum(), "missing": (~known).sum()}
    if metric.hit is not None:
        measures["hits"] = (known & rows["_hit"]).sum()
    if metric.against is not None:
        measures["against"] = (known & rows["_against"]).sum()
    if metric.weight is not None:
        weight = rows["_weight"]
        measures |= {
            "weights": weight.sum(where=known),
            "squares": (weight * weight).sum(where=known),
            "weighted": weight.sum(where=known & rows["_hit"]),
        }
    if metric.value is not None:
        value = rows["_value"]
        measures |= {"mean": value.mean(where=known), "spread": value.std(where=known)}
        if metric.kind is Kind.DURATION:
            measures |= {"median": value.quantile(0.5, where=known), "p90": value.quantile(0.9, where=known)}
    return measures


def _whole(metric: Metric, records: Sequence[Record]) -> dict[str, Any]:
    """The record of all groups together: sums added, mean and deviation those of all values (Chan et al. 1983)."""
    whole: dict[str, Any] = {name: sum(one.get(name) or 0 for one in records) for name in _ADDING}
    if metric.value is not None:
        n, mean, spread = (_column([one for one in records if one["n"]], name) for name in ("n", "mean", "spread"))
        total = n.sum()
        centre = float((n * mean).sum() / total) if total else None
        whole["mean"] = centre
        if centre is not None and total > 1:
            squares = ((n - 1) * spread**2 + n * (mean - centre) ** 2).sum()
            whole["spread"] = float(np.sqrt(squares / (total - 1)))
    return whole


def made(metric: Metric, split: Sequence[str], records: Sequence[Record]) -> tuple[Figure, ...]:
    """A figure of each record, in order; value and interval only where the base allows them."""
    bases = [_base(metric, int(one["n"] or 0)) for one in records]
    shown = [at for at, base in enumerate(bases) if base in {Base.SMALL, Base.SOUND}]
    fields = _MADE.get(metric.kind, _rate)(metric, [records[at] for at in shown]) if shown else {}
    place = {at: position for position, at in enumerate(shown)}
    return tuple(
        Figure(
            at={name: _named(one[f"_by_{name}"]) for name in split},
            names={},
            n=int(one["n"] or 0),
            missing=int(one["missing"] or 0),
            base=bases[at],
            hits=int(one["hits"] or 0) if metric.hit is not None else None,
            against=int(one["against"] or 0) if metric.against is not None else None,
            mean=one.get("mean"),
            deviation=one.get("spread"),
            **{name: values[place[at]] for name, values in fields.items()} if at in place else _none(metric, one),
        )
        for at, one in enumerate(records)
    )


def _none(metric: Metric, one: Record) -> dict[str, float | None]:
    """A count is what it is, however small."""
    return {"value": float(one["n"] or 0)} if metric.kind is Kind.COUNT else {}


def _named(key: str | date | None) -> str:
    return f"{key:%Y-%m}" if isinstance(key, date) else key or ""


def _base(metric: Metric, n: int) -> Base:
    """Counts are what they are, however few; rates and means need a base."""
    if metric.kind is Kind.COUNT:
        return Base.SOUND if n else Base.NONE
    return base_of(n)


def _column(records: Sequence[Record], name: str) -> Floats:
    return np.array([float(one.get(name) or 0.0) for one in records])


def _known(values: Floats) -> list[float | None]:
    return [None if np.isnan(one) else one for one in values.tolist()]


def _count(metric: Metric, records: Sequence[Record]) -> Made:  # noqa: ARG001 - as the others
    return {"value": _column(records, "n").tolist()}


def _rate(metric: Metric, records: Sequence[Record]) -> Made:
    scale, n, hits = SCALE[metric.kind], _column(records, "n"), _column(records, "hits")
    limits = wilson(hits, n)
    return {
        "value": (scale * hits / n).tolist(),
        "low": (scale * limits.low).tolist(),
        "high": (scale * limits.high).tolist(),
    }


def _mean(metric: Metric, records: Sequence[Record]) -> Made:
    mean = _column(records, "mean")
    limits = mean_interval(mean, _column(records, "spread"), _column(records, "n"))
    scores = [None] * len(records) if metric.levels is None else score100(mean, metric.levels).tolist()
    return {
        "value": mean.tolist(),
        "low": limits.low.tolist(),
        "high": limits.high.tolist(),
        "median": [one.get("median") for one in records],
        "p90": [one.get("p90") for one in records],
        "score": scores,
    }


def _net(metric: Metric, records: Sequence[Record]) -> Made:  # noqa: ARG001 - as the others
    n, high, low = (_column(records, name) for name in ("n", "hits", "against"))
    limits = nps_adjusted(high, n - high - low, low)
    return {
        "value": (100.0 * (high - low) / n).tolist(),
        "low": limits.low.tolist(),
        "high": limits.high.tolist(),
    }


def _weighted(metric: Metric, records: Sequence[Record]) -> Made:  # noqa: ARG001 - as the others
    """The share of the weight; nothing where all weights are 0."""
    weights, squares, weighted = (_column(records, name) for name in ("weights", "squares", "weighted"))
    holds = (weights > 0) & (squares > 0)
    # Rounding of sums must not carry a share past 1.
    share = np.where(holds, np.minimum(weighted / np.where(holds, weights, 1.0), 1.0), np.nan)
    base = np.where(holds, weights**2 / np.where(holds, squares, 1.0), np.nan)
    limits = wilson_share(share, base)
    return {
        "plain": (100.0 * _column(records, "hits") / _column(records, "n")).tolist(),
        "value": _known(100 * share),
        "low": _known(100 * limits.low),
        "high": _known(100 * limits.high),
        "effective": _known(base),
    }


_MADE: Mapping[Kind, Callable[[Metric, Sequence[Record]], Made]] = {
    Kind.COUNT: _count,
    Kind.DURATION: _mean,
    Kind.MEAN: _mean,
    Kind.NET: _net,
    Kind.WEIGHTED: _weighted,
}
