"""Figures as cards, plots and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from zhike.insight.metrics.forms import Asked
from zhike.insight.metrics.queries import MONTH, compare, dimensions_of
from zhike.insight.metrics.types import Answer, Base, Change, Direction, Figure, Kind, Metric
from zhike.methods.signals import control_limits
from zhike.platform.ui.components import Definition, FigureCard, SparkPoint, Trend, Verdict
from zhike.platform.ui.plots import FUNNEL_FROM, DotPlot, FunnelPlot, Limit, LinePlot, Plot, Series, Unit

TREND_MONTHS = 3
MOST_DOTS = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a figure's table."""

    names: tuple[str, ...]
    figure: Figure
    rows_url: str
    hits_url: str
    deeper_url: str


def dimension_label(metric: Metric, dimension: str) -> str:
    return gettext("Month") if dimension == MONTH else str(dimensions_of(metric)[dimension].label)


def value_name(figure: Figure, dimension: str) -> str:
    """What people call the value; nothing known is said, never shown as an empty cell."""
    return figure.names.get(dimension) or figure.at.get(dimension) or gettext("not stated")


def definition_of(metric: Metric) -> Definition:
    return Definition(
        id=metric.id,
        version=metric.version,
        label=metric.label,
        formula=metric.definition,
        source=metric.source,
        url=f"{reverse('metrics:dictionary')}#{metric.id}",
    )


def card_of(answer: Answer, months: Sequence[Figure], asked: Asked, period: str) -> FigureCard:
    """The figure card: value, interval, base, missing, trend in words, course, and the way to its rows."""
    metric, total = answer.metric, answer.total
    is_count = metric.kind is Kind.COUNT
    return FigureCard(
        label=metric.label,
        value=total.value if is_count or total.base is not Base.WITHHELD else 0,
        unit=metric.unit,
        decimals=0 if is_count else 1,
        interval=(total.low, total.high) if total.low is not None and total.high is not None else None,
        n=None if is_count else total.n,
        missing=None if is_count else total.missing,
        trend=None if is_count else trend_of(metric, months),
        spark=[SparkPoint(f.value, f.low, f.high, f.at[MONTH]) for f in months],
        as_of=answer.as_of,
        definition=definition_of(metric),
        rows_url=reverse("metrics:rows", args=[metric.id]) + asked.query(split=(), generation=str(answer.generation)),
        base_matters=not is_count,
        period=period,
    )


def trend_of(metric: Metric, months: Sequence[Figure]) -> Trend | None:
    """The last three months against the three before, by the interval of the difference."""
    if len(months) < 2 * TREND_MONTHS:
        return None
    against = gettext("the 3 months before")
    now, before = (_pooled(part) for part in (months[-TREND_MONTHS:], months[-2 * TREND_MONTHS : -TREND_MONTHS]))
    if metric.kind is not Kind.RATE:
        return None
    change = compare(metric, now, before)
    if change is None:
        return Trend(verdict=Verdict.NOT_COMPARABLE, against=against)
    return Trend.of(
        change.low,
        change.high,
        higher_is_better=metric.direction is Direction.HIGHER,
        against=against,
        difference=_points(change),
    )


def _points(change: Change) -> str:
    sign = "+" if change.difference > 0 else "−"
    return gettext("%(difference)s points") % {"difference": f"{sign}{abs(change.difference):.1f}"}


def _pooled(figures: Sequence[Figure]) -> Figure:
    n = sum(f.n for f in figures)
    hits = sum(f.hits or 0 for f in figures)
    base = Base.SOUND if n >= 30 else Base.SMALL  # noqa: PLR2004 - methods §1.10
    return Figure(at={}, names={}, n=n, missing=0, base=base, hits=hits)


def month_plot(metric: Metric, months: Sequence[Figure], note: str) -> Plot:
    """Getting better? One line with its band."""
    return LinePlot(
        title=gettext("%(figure)s by month") % {"figure": metric.label},
        note=note,
        unit=metric.unit,
        decimals=0 if metric.kind is Kind.COUNT else 1,
        name=f"{metric.id}-month",
        x=[f.at[MONTH] for f in months],
        series=[
            Series(
                name=str(metric.label),
                values=[f.value for f in months],
                low=[f.low for f in months] if metric.kind is not Kind.COUNT else (),
                high=[f.high for f in months] if metric.kind is not Kind.COUNT else (),
                n=months[-1].n if months else None,
            )
        ],
    )


def split_plot(answer: Answer, dimension: str, asked: Asked, note: str, *, most: int = MOST_DOTS) -> Plot | None:
    """Who differs? Sorted dots with intervals; beyond 30 units the rate against its base with control limits."""
    metric, total = answer.metric, answer.total
    shown = [f for f in answer.figures if f.value is not None]
    if not shown or total.value is None:
        return None
    ordered = sorted(shown, key=lambda f: f.value or 0.0, reverse=metric.direction is not Direction.LOWER)
    rows = [
        Unit(
            name=value_name(f, dimension),
            value=f.value,
            low=f.low,
            high=f.high,
            n=f.n,
            verdict=_verdict(metric, f, total),
            url=reverse("metrics:figure", args=[metric.id]) + asked.query(split=(MONTH,), **dict(f.at)),
        )
        for f in ordered
    ]
    texts: dict[str, Any] = {
        "title": gettext("%(figure)s by %(dimension)s")
        % {"figure": metric.label, "dimension": dimension_label(metric, dimension)},
        "note": note,
        "unit": metric.unit,
        "name": f"{metric.id}-{dimension}",
    }
    if len(rows) > FUNNEL_FROM and metric.kind is Kind.RATE and total.hits is not None:
        largest = max(f.n for f in shown)
        limits = [Limit(*one) for one in control_limits(total.hits / total.n, largest)]
        return FunnelPlot(**texts, rows=rows, limits=limits, reference=total.value, reference_label=gettext("company"))
    return DotPlot(
        **texts,
        rows=[*rows[: most // 2], *rows[-(most // 2) :]] if len(rows) > most else rows,
        reference=total.value,
        reference_label=gettext("company"),
        decimals=0 if metric.kind is Kind.COUNT else 1,
    )


def _verdict(metric: Metric, figure: Figure, total: Figure) -> Verdict:
    """Coloured only when the unit's interval leaves the company's value out."""
    if figure.low is None or figure.high is None or total.value is None or metric.direction is Direction.NONE:
        return Verdict.NO_CLEAR_CHANGE
    if figure.low <= total.value <= figure.high:
        return Verdict.NO_CLEAR_CHANGE
    above = figure.low > total.value
    return Verdict.BETTER if above == (metric.direction is Direction.HIGHER) else Verdict.WORSE


def lines_of(answer: Answer, split: Sequence[str], asked: Asked) -> list[Line]:
    """The table: every group with its count, so that nothing withheld is lost from sight."""
    metric = answer.metric
    rows_at = reverse("metrics:rows", args=[metric.id])
    figure_at = reverse("metrics:figure", args=[metric.id])
    generation = str(answer.generation)
    return [
        Line(
            names=tuple(value_name(figure, dimension) for dimension in split),
            figure=figure,
            rows_url=rows_at + asked.query(split=(), generation=generation, **dict(figure.at)),
            hits_url=rows_at + asked.query(split=(), generation=generation, hits="1", **dict(figure.at)),
            deeper_url=figure_at + asked.query(split=(MONTH,), **dict(figure.at)),
        )
        for figure in answer.figures
    ]
