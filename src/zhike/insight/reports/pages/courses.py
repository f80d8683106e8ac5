"""Figures over time beside each other: small multiples on the same months, their table, their sheet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.insight.metrics.queries import MONTH
from zhike.insight.metrics.types import Base, Figure, Kind, Metric
from zhike.insight.reports.types import Course
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.ui import formats
from zhike.platform.ui.components import Button
from zhike.platform.ui.plots import LinePlot, Plot, Series
from zhike.platform.ui.policies import EXPORT
from zhike.platform.ui.tables import Column
from zhike.platform.ui.tables import Kind as CellKind

PERIODS: Final = (("12", _("Last 12 months")), ("24", _("Last 24 months")), ("", pgettext_lazy("period", "All")))
_HOURS_A_DAY: Final = 24
# From here on days read better than hours, and hours better than minutes.
_IN_DAYS, _IN_HOURS = 48.0, 2.0


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit of the metric is called on a page, and how many of that it is."""

    factor: float
    word: str
    decimals: int

    def text(self, value: float | None) -> str:
        return "–" if value is None else formats.number(value * self.factor, self.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One figure as a reader sees it: numbers written out, with the ways to its months, its rows, its definition."""

    metric: Metric
    unit: str
    value: str
    interval: str
    median: str
    p90: str
    n: int
    missing: int
    note: str
    url: str
    rows_url: str
    definition_url: str
    plot: Plot | None


def period_of(asked: str, actor: Actor) -> tuple[str, str]:
    """The period of an address and the first of its months (YYYY-MM), '' for all; a year where it says nothing else."""
    period = asked if asked in {code for code, _label in PERIODS} else "12"
    if not period:
        return "", ""
    first = clock.local_date(clock.now(), actor.zone or "UTC").replace(day=1)
    for _step in range(int(period) - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return period, first.strftime("%Y-%m")


def months_of(courses: Sequence[Course]) -> list[str]:
    """Every month from the first to the last in which any of them has rows: all plots share them."""
    known = sorted({figure.at[MONTH] for course in courses for figure in course.months})
    if not known:
        return []
    month, last, found = date.fromisoformat(f"{known[0]}-01"), known[-1], []
    while (name := month.strftime("%Y-%m")) <= last:
        found.append(name)
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def unit_of(course: Course) -> Unit:
    """Days, hours or minutes, whichever reads best; what takes no time at all takes 0 days."""
    metric, total = course.metric, course.total
    if metric.unit != "h":
        return Unit(1.0, metric.unit, 2 if metric.kind is Kind.MEAN else 1)
    mean = total.mean
    if mean is None or mean == 0 or mean >= _IN_DAYS:
        return Unit(1 / _HOURS_A_DAY, gettext("days"), 2)
    return Unit(1.0, gettext("hours"), 1) if mean >= _IN_HOURS else Unit(60.0, gettext("minutes"), 1)


def shown(course: Course, months: Sequence[str], since: str) -> Shown:
    """One line of the table, with its plot on these months."""
    metric, total, unit = course.metric, course.total, unit_of(course)
    period = {"since": since} if since else {}
    return Shown(
        metric=metric,
        unit=unit.word,
        value=unit.text(total.value),
        interval=_interval(total, unit),
        median=unit.text(total.median) if metric.kind is Kind.DURATION else "",
        p90=unit.text(total.p90) if metric.kind is Kind.DURATION else "",
        n=total.n,
        missing=total.missing,
        note=note_of(total),
        url=_at("metrics:figure", metric, period),
        rows_url=_at("metrics:rows", metric, {**period, **course.answer.state()}),
        definition_url=f"{reverse('metrics:dictionary')}#{metric.id}",
        plot=_plot(course, months, unit) if course.months else None,
    )


def note_of(figure: Figure) -> str:
    """What the base allows, where it does not allow everything."""
    match figure.base:
        case Base.NONE:
            return gettext("no data")
        case Base.WITHHELD:
            return gettext("fewer than 10 answers: not shown")
        case Base.SMALL:
            return gettext("small base: n < 30")
        case _:
            return ""


def _at(name: str, metric: Metric, query: dict[str, str]) -> str:
    address = reverse(name, args=[metric.id])
    return f"{address}?{urlencode(query)}" if query else address


def _interval(figure: Figure, unit: Unit) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return formats.interval(figure.low * unit.factor, figure.high * unit.factor, unit.decimals) or formats.EN_DASH


def _plot(course: Course, months: Sequence[str], unit: Unit) -> Plot:
    by_month = {figure.at[MONTH]: figure for figure in course.months}

    def values(name: str) -> list[float | None]:
        found = [getattr(by_month[month], name) if month in by_month else None for month in months]
        return [None if one is None else one * unit.factor for one in found]

    series = [
        Series(
            name=gettext("mean") if course.metric.kind in {Kind.DURATION, Kind.MEAN} else str(course.metric.label),
            values=values("value"),
            low=values("low"),
            high=values("high"),
            n=next((figure.n for figure in reversed(course.months) if figure.value is not None), None),
        )
    ]
    if course.metric.kind is Kind.DURATION:
        series += [
            Series(name=gettext("median"), values=values("median")),
            Series(name="P90", values=values("p90")),
        ]
    return LinePlot(
        title=gettext("%(figure)s by month") % {"figure": course.metric.label},
        note=gettext("Months with fewer than 10 stay empty; n is that of the last one shown."),
        unit=unit.word,
        decimals=unit.decimals,
        name=f"{course.metric.id}-month",
        x=list(months),
        series=series,
    )


def ways(actor: Actor, query: dict[str, str]) -> list[Button]:
    """The exports, of the period shown."""
    if not actor.has(EXPORT.code):
        return []
    return [
        Button(label=label, url=f"?{urlencode({**query, 'export': form})}", icon="download")
        for form, label in (("xlsx", _("Spreadsheet")), ("csv", _("CSV")))
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: a figure of the whole period, or of one month; in the metric's own unit."""

    metric: Metric
    month: str
    figure: Figure


def rows_of(courses: Sequence[Course]) -> Iterator[Row]:
    for course in courses:
        yield Row(course.metric, "", course.total)
        for figure in course.months:
            yield Row(course.metric, figure.at[MONTH], figure)


def columns() -> Sequence[Column]:
    """The sheet: numbers as numbers, unrounded; empty where the base is too small."""
    number = CellKind.NUMBER
    return [
        Column("label", _("Figure"), value=lambda row: str(row.metric.label)),
        Column("id", _("Id"), value=lambda row: row.metric.id),
        Column("version", _("Version"), number, value=lambda row: row.metric.version),
        Column("month", _("Month"), value=lambda row: row.month or gettext("whole period")),
        Column("unit", _("Unit"), value=lambda row: row.metric.unit),
        Column("value", _("Value"), number, value=_of("value"), decimals=4),
        Column("low", _("95 % interval, from"), number, value=_of("low"), decimals=4),
        Column("high", _("95 % interval, to"), number, value=_of("high"), decimals=4),
        Column("median", pgettext("statistics", "Median"), number, value=_of("median"), decimals=4),
        Column("p90", "P90", number, value=_of("p90"), decimals=4),
        Column("n", "n", number, value=_of("n")),
        Column("missing", _("Missing"), number, value=_of("missing")),
        Column("note", _("Note"), value=lambda row: note_of(row.figure)),
    ]


def _of(name: str) -> Callable[[Row], float | int | None]:
    def value(row: Row) -> float | int | None:
        found: float | int | None = getattr(row.figure, name)
        return found

    return value
