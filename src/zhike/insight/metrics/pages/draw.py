"""Figures as cards, plots and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.forms import Asked
from zhike.insight.metrics.pages.scales import Scale, drawn, drawn_all, drawn_answer, scale_of_answer
from zhike.insight.metrics.pages.trends import Word, words_of
from zhike.insight.metrics.queries import MONTH, dimensions_of
from zhike.insight.metrics.rules.readings import beside
from zhike.insight.metrics.types import Answer, Base, Change, Direction, Figure, Kind, Metric
from zhike.methods.signals import control_limits
from zhike.platform.ui.components import Definition, FigureCard, SparkPoint, Trend, Verdict
from zhike.platform.ui.plots import FUNNEL_FROM, DotPlot, FunnelPlot, Limit, LinePlot, Plot, Series, Unit

INTERVALS: Mapping[Kind, Promise | str] = {
    Kind.RATE: _("Wilson's score interval"),
    Kind.PER_THOUSAND: _("Wilson's score interval"),
    Kind.DURATION: _("Student's t for the mean, order statistics for median and P90"),
    Kind.MEAN: _("Student's t"),
    Kind.NET: _("adjusted Wald, AW(3)"),
    Kind.WEIGHTED: _("Wilson's score interval on Kish's effective base"),
    Kind.COUNT: "",
}
TIMES: Mapping[str, Promise | str] = {
    "ordered_date": _("day of the order"),
    "delivered_date": _("day of the delivery"),
    "promised_date": _("promised day"),
    "first_order_date": _("day of the first order"),
    "opened_date": _("day the case was opened"),
    "answered_date": _("day of the answer"),
    "closed_date": _("day the case was closed"),
    "asked_date": _("day the task was given"),
    "ended_date": _("day the task ended"),
    "said_date": _("day of the contact"),
    "due_date": _("day the promise was due"),
    "used_date": _("day of the use"),
    "published_date": _("day of publication"),
    "handed_date": _("day of the hand-over"),
    "invited_date": _("day of the invitation"),
    "submitted_date": _("day the answer was sent off"),
    "written_date": _("day of the comment"),
    "follow_date": _("day the follow-up began"),
}
MOST_DOTS = 40
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a figure's table."""

    names: tuple[str, ...]
    figure: Figure
    rows_url: str
    hits_url: str
    deeper_url: str
    change: Word | None


def dimension_label(metric: Metric, dimension: str) -> str:
    return gettext("Month") if dimension == MONTH else str(dimensions_of(metric)[dimension].label)


def unit_word(metric: Metric) -> str:
    """The unit in full, for the dictionary."""
    return gettext("hours") if metric.unit == "h" else metric.unit


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


def card_of(answer: Answer, months: Sequence[Figure], asked: Asked, period: str, trend: Trend | None) -> FigureCard:
    """The figure card: value, interval, base, missing, trend in words, course, and the way to its rows."""
    metric, scale = answer.metric, scale_of_answer(answer)
    total, months = drawn(answer.total, scale), drawn_all(months, scale)
    is_count = metric.kind is Kind.COUNT
    return FigureCard(
        label=metric.label,
        value=total.value if is_count or total.base is not Base.WITHHELD else 0,
        unit=scale.unit,
        decimals=0 if is_count else card_decimals(metric),
        interval=(total.low, total.high) if total.low is not None and total.high is not None else None,
        n=None if is_count else total.n,
        missing=None if is_count else total.missing,
        missing_label=pgettext("shipments", "without the data"),
        trend=trend,
        spark=[SparkPoint(f.value, f.low, f.high, f.at[MONTH]) for f in months],
        as_of=answer.as_of,
        definition=definition_of(metric),
        rows_url=reverse("metrics:rows", args=[metric.id]) + asked.query(split=(), **answer.state()),
        base_matters=not is_count,
        period=period,
        beside=beside(metric, total),
    )


def card_decimals(metric: Metric) -> int:
    """Cards have one decimal; means of a few levels say nothing with less than two."""
    return 2 if metric.kind is Kind.MEAN else 1


def month_plot(metric: Metric, months: Sequence[Figure], note: str, scale: Scale) -> Plot:
    """Getting better? One line with its band."""
    months = drawn_all(months, scale)
    return LinePlot(
        title=gettext("%(figure)s by month") % {"figure": metric.label},
        note=note,
        unit=scale.unit,
        decimals=0 if metric.kind is Kind.COUNT else card_decimals(metric),
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
    scale = scale_of_answer(answer)
    answer = drawn_answer(answer, scale)
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
        "unit": scale.unit,
        "name": f"{metric.id}-{dimension}",
    }
    if len(rows) > FUNNEL_FROM and metric.kind is Kind.RATE and total.hits is not None:
        largest = max(f.n for f in shown)
        limits = [Limit(*one) for one in control_limits(total.hits / total.n, largest)]
        return FunnelPlot(
            **texts, rows=rows, limits=limits, reference=total.value, reference_label=pgettext("line of a plot", "all")
        )
    return DotPlot(
        **texts,
        rows=[*rows[: most // 2], *rows[-(most // 2) :]] if len(rows) > most else rows,
        reference=total.value,
        reference_label=pgettext("line of a plot", "all"),
        decimals=0 if metric.kind is Kind.COUNT else card_decimals(metric),
    )


def _verdict(metric: Metric, figure: Figure, total: Figure) -> Verdict:
    """Coloured only when the unit's interval leaves the company's value out."""
    if figure.low is None or figure.high is None or total.value is None or metric.direction is Direction.NONE:
        return Verdict.NO_CLEAR_CHANGE
    if figure.low <= total.value <= figure.high:
        return Verdict.NO_CLEAR_CHANGE
    above = figure.low > total.value
    return Verdict.BETTER if above == (metric.direction is Direction.HIGHER) else Verdict.WORSE


def hits_url(answer: Answer, asked: Asked) -> str:
    """The numerator of the whole figure."""
    query = asked.query(split=(), hits="1", **answer.state())
    return reverse("metrics:rows", args=[answer.metric.id]) + query


def lines_of(
    answer: Answer, split: Sequence[str], asked: Asked, changes: Mapping[tuple[str, ...], Change | None], scale: Scale
) -> list[Line]:
    """The table: every group with its count, so that nothing withheld is lost from sight; the largest of very many."""
    metric = answer.metric
    rows_at = reverse("metrics:rows", args=[metric.id])
    figure_at = reverse("metrics:figure", args=[metric.id])
    state = answer.state()
    figures = answer.figures
    if len(figures) > MOST_LINES:
        figures = tuple(sorted(figures, key=lambda figure: -figure.n)[:MOST_LINES])
    return [
        Line(
            names=tuple(value_name(figure, dimension) for dimension in split),
            figure=drawn(figure, scale),
            rows_url=rows_at + asked.query(split=(), **state, **figure.at),
            hits_url=rows_at + asked.query(split=(), hits="1", **state, **figure.at),
            deeper_url=figure_at + asked.query(split=(MONTH,), **dict(figure.at)),
            change=words_of(metric, changes.get(tuple(figure.at.values())), scale) if changes else None,
        )
        for figure in figures
    ]
