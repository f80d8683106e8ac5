"""The views."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.lake.policies import FETCH_FACTS
from zhike.insight.metrics import queries
from zhike.insight.metrics.forms import PERIODS, UNLISTED, Asked, asked_of, state_named, whole
from zhike.insight.metrics.pages import draw, scales, sheets, trends
from zhike.insight.metrics.pages.boards import board
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries import MONTH
from zhike.insight.metrics.types import (
    Answer,
    Estimate,
    Figure,
    Kind,
    Metric,
    PublishedColumn,
    PublishedFact,
    described,
    metric_of,
    metrics,
)
from zhike.platform import clock, facts
from zhike.platform.actors import Actor
from zhike.platform.ui import formats, navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import ChipFilter, Empty, EmptyKind, Tab, Trend
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.plots import Plot
from zhike.platform.ui.requests import require_actor

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
MOUNT = "figures/"
OVERVIEW_DOTS = 12
OVERVIEW = ("on_time", "intact", "total_time", "courier_phone")
NOTHING_YET = Empty(
    kind=EmptyKind.NOTHING_YET,
    title=_("No figures yet"),
    text=_("Figures appear within a minute after the first shipments have come in."),
)
NO_MATCH = Empty(
    kind=EmptyKind.NO_MATCH, title=_("Nothing matches"), text=_("Take a filter away or choose a longer period.")
)


def of_one_look(view: View[P]) -> View[P]:
    """The whole page from one state of the lake, with each name asked for once."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with queries.one_look(), facts.names_kept():
            return view(request, *args, **kwargs)

    return shown


@require_GET
@requires(VIEW_FIGURES)
@of_one_look
def overview(request: HttpRequest) -> HttpResponse:
    actor, today = require_actor(request), _today(request)
    asked = _asked(request, metric_of("on_time"))
    cards, months = [], {}
    for metric_id in OVERVIEW:
        answer = queries.compute(actor=actor, question=asked.question(metric_id, (MONTH,)))
        months[metric_id] = _dated(answer.figures)
        trend = _trend(actor, asked, answer, months[metric_id])
        cards.append(draw.card_of(answer, months[metric_id], asked, _period(asked), trend))
    outlets = queries.compute(actor=actor, question=asked.question("on_time", ("outlet_id",)))
    context = {
        **_bar(actor, metric_of("on_time"), asked),
        "cards": cards,
        "line": _on_time_line(months["on_time"], asked),
        "outlets": draw.split_plot(outlets, "outlet_id", asked, _period(asked), most=OVERVIEW_DOTS),
        "signals": [_signal(s) for s in queries.beyond_noise(actor=actor, until=today)],
        "others": [
            (metric, reverse("metrics:figure", args=[metric.id]) + asked.query()) for metric in metrics().values()
        ],
        "empty": None if any(card.n for card in cards) else (NO_MATCH if asked.filters or asked.since else NOTHING_YET),
    }
    return render(request, "metrics/overview.html", context)


def _on_time_line(months: Sequence[Figure], asked: Asked) -> Plot | None:
    metric = metric_of("on_time")
    return draw.month_plot(metric, months, _period(asked), scales.scale_of(metric, None)) if months else None


@require_GET
@requires(VIEW_FIGURES)
@of_one_look
def figure(request: HttpRequest, metric_id: str) -> HttpResponse:
    actor, metric = require_actor(request), metric_of(metric_id)
    asked = _asked(request, metric)
    split = asked.split or _usual_split(metric)
    answer = queries.compute(actor=actor, question=asked.question(metric_id, split))
    if split == (MONTH,):
        months = _dated(answer.figures)
    else:
        months = _dated(queries.compute(actor=actor, question=asked.question(metric_id, (MONTH,))).figures)
    scale = scales.scale_of_answer(answer)
    plot = draw.split_plot(answer, split[0], asked, _period(asked)) if len(split) == 1 and split[0] != MONTH else None
    context = {
        **_bar(actor, metric, asked),
        "metric": metric,
        "card": draw.card_of(answer, months, asked, _period(asked), _trend(actor, asked, answer, months)),
        "total": scales.drawn(answer.total, scale),
        "unit": scale.unit,
        "places": f"{metric.decimals}g",
        "total_hits_url": draw.hits_url(answer, asked),
        "is_rate": answer.total.hits is not None,
        "is_duration": answer.total.median is not None,
        "is_net": metric.kind is Kind.NET,
        "has_score": answer.total.score is not None,
        "is_weighted": metric.kind is Kind.WEIGHTED,
        **_changes(actor, asked, answer, split, months),
        "line": draw.month_plot(metric, months, _period(asked), scale) if months else None,
        "plot": plot,
        "heads": [draw.dimension_label(metric, name) for name in split],
        "groups": len(answer.figures),
        "split_choices": [
            (name, draw.dimension_label(metric, name)) for name in [MONTH, *queries.dimensions_of(metric)]
        ],
        "split": split,
        "empty": None if answer.total.n or answer.total.missing else NO_MATCH,
    }
    return render(request, "metrics/figure.html", context)


def _usual_split(metric: Metric) -> tuple[str, ...]:
    """What a figure is split by before anybody chooses: cases by category, else by region or the first short list."""
    known = [name for name in queries.dimensions_of(metric) if name not in UNLISTED]
    return next(((name,) for name in ("case_category", "region") if name in known), tuple(known[:1]) or (MONTH,))


def _trend(actor: Actor, asked: Asked, answer: Answer, months: Sequence[Figure]) -> Trend | None:
    question = asked.question(answer.metric.id, generation=answer.generation, at=answer.as_of)
    spans = queries.spans_of(question, [f.at[MONTH] for f in months])
    scale = scales.scale_of_answer(answer)
    return trends.trend_of(
        actor=actor, metric=answer.metric, question=question, spans=spans, months=months, scale=scale
    )


def _changes(
    actor: Actor, asked: Asked, answer: Answer, split: Sequence[str], months: Sequence[Figure]
) -> dict[str, object]:
    """The lines of the table and the spread of a duration, each against the period before."""
    metric, total = answer.metric, answer.total
    question = asked.question(metric.id, split, generation=answer.generation, at=answer.as_of)
    spans = queries.spans_of(question, [f.at[MONTH] for f in months])
    if tuple(split) == (queries.WAVE,):
        return _wave_changes(actor, asked, answer)
    changes = {}
    if spans is not None and MONTH not in split and metric.kind is not Kind.COUNT:
        changes = queries.changes_by(actor=actor, question=question, spans=spans, most=draw.MOST_LINES)
    spread: list[trends.SpreadLine] = []
    if metric.kind is Kind.DURATION and total.value is not None:
        spread = trends.spread_lines(
            actor=actor,
            metric=metric,
            question=asked.question(metric.id, generation=answer.generation, at=answer.as_of),
            spans=spans,
            months=months,
            mean=Estimate(total.value, total.low, total.high),
        )
    return {
        "lines": draw.lines_of(answer, split, asked, changes, scales.scale_of_answer(answer)),
        "has_changes": bool(changes),
        "against": trends.against(question, spans),
        "spread": spread,
    }


def _wave_changes(actor: Actor, asked: Asked, answer: Answer) -> dict[str, object]:
    """The lines of the table wave by wave, in their order, each against the one before."""
    metric, scale = answer.metric, scales.scale_of_answer(answer)
    question = asked.question(metric.id, generation=answer.generation, at=answer.as_of)
    steps = {step.wave: step for step in queries.wave_steps(actor=actor, question=question)}
    order = list(steps)
    figures = sorted(answer.figures, key=lambda f: order.index(f.at["wave"]) if f.at["wave"] in steps else len(order))
    lines = draw.lines_of(replace(answer, figures=tuple(figures)), (queries.WAVE,), asked, {}, scale)
    return {
        "lines": [
            replace(line, change=trends.step_words(metric, steps[line.figure.at["wave"]], scale))
            if line.figure.at["wave"] in steps
            else line
            for line in lines
        ],
        "has_changes": True,
        "by_wave": True,
        "against": gettext("the wave before"),
        "spread": [],
    }


@require_GET
@requires(VIEW_FIGURES)
@of_one_look
def card(request: HttpRequest, metric_id: str) -> HttpResponse:
    """One figure card as a fragment, for pages that show how we stand."""
    actor, metric = require_actor(request), metric_of(metric_id)
    asked = _asked(request, metric)
    answer = queries.compute(actor=actor, question=asked.question(metric_id, (MONTH,)))
    months = _dated(answer.figures)
    drawn = draw.card_of(answer, months, asked, _period(asked), _trend(actor, asked, answer, months))
    return render(request, "metrics/card.html", {"card": drawn})


@require_GET
@requires(VIEW_FIGURES)
@of_one_look
def rows(request: HttpRequest, metric_id: str) -> HttpResponseBase:
    """The rows behind a figure, newest first, in the drawer, as a page of their own or as a sheet."""
    actor, metric = require_actor(request), metric_of(metric_id)
    asked = _asked(request, metric)
    generation, at = state_named(request.GET)
    question = asked.question(metric_id, generation=generation, at=at)
    only_hits = {"1": True, "0": False}.get(request.GET.get("hits", ""))
    if (form := request.GET.get("export", "")) in {"csv", "xlsx"}:
        return sheets.rows_sheet(request, metric, question, only_hits, form)
    if form == "parquet":
        return sheets.rows_file(request, question, only_hits)
    page = queries.newest_rows(
        actor=actor, question=question, only_hits=only_hits, after=whole(request.GET.get("after"))
    )
    total = queries.compute(actor=actor, question=question).total
    parts = _parts(request, total, only_hits)
    scale = scales.scale_of(metric, total.mean or total.value, total.median)
    context = {
        "metric": metric,
        "title": gettext("Rows behind %(figure)s") % {"figure": metric.label},
        "parts": parts,
        "count": next(part.count for part in parts if part.current),
        "chips": _chips(metric, asked),
        "only_hits": only_hits,
        "headings": page.headings,
        "rows": [(row, list(zip(page.headings[1:], _cells(page, row, scale), strict=True))) for row in page.rows],
        "is_duration": metric.value is not None,
        "unit": scale.unit,
        # Without a path: the drawer turns its own pages over.
        "older": sheets.own_query(request, after=str(page.next)) if page.next else "",
        "sheets": sheets.forms_of(request) if page.rows else [],
        "generation": generation,
        "empty": NO_MATCH,
    }
    return render(request, "metrics/rows.html", context)


def _cells(page: queries.NewestRows, row: facts.Row, scale: scales.Scale) -> Sequence[str]:
    """The cells of a row, its duration in the unit of the page."""
    value = scale.of(page.values.get(row.id))
    return row.cells if value is None else (*row.cells[:-1], formats.number(value, 1))


def _parts(request: HttpRequest, total: Figure, only_hits: bool | None) -> list[Tab]:  # noqa: FBT001 - as the address
    """The whole base, its numerator and the rest, each with its count, so that the rows can be held against it."""

    def tab(label: str, count: int, hits: str, *, current: bool) -> Tab:
        own = request.GET.copy()
        own.pop("after", None)
        own.pop("hits", None)
        if hits:
            own["hits"] = hits
        return Tab(label=label, url=f"?{own.urlencode()}", count=count, current=current)

    whole = tab(gettext("All rows of the base"), total.n, "", current=only_hits is None or total.hits is None)
    if total.hits is None:
        return [whole]
    rest = tab(gettext("Rows of the base that do not count"), total.n - total.hits, "0", current=only_hits is False)
    return [whole, tab(gettext("Rows that count"), total.hits, "1", current=only_hits is True), rest]


@require_GET
@requires(VIEW_FIGURES)
def dictionary(request: HttpRequest) -> HttpResponse:
    """The figure dictionary, generated from the definitions."""
    entries = [
        {
            "metric": metric,
            "definition": draw.definition_of(metric),
            "unit": draw.unit_word(metric),
            "interval": draw.INTERVALS[metric.kind],
            "time": draw.TIMES[metric.time],
            "fact": facts.published()[metric.fact].label,
            "dimensions": _listed(column.label for column in queries.dimensions_of(metric).values()),
            "parameters": _listed(parameter.label for parameter in metric.parameters),
            "url": reverse("metrics:figure", args=[metric.id]),
        }
        for metric in metrics().values()
    ]
    others = [(figure, reverse(figure.url_name)) for figure in described().values()]
    found = queries.published_facts(actor=actor) if (actor := require_actor(request)).has(FETCH_FACTS.code) else []
    facts_told = [(fact, [(one, _meaning(fact, one), _readers(one)) for one in fact.columns]) for fact in found]
    return render(request, "metrics/dictionary.html", {"entries": entries, "others": others, "facts": facts_told})


def _meaning(fact: PublishedFact, column: PublishedColumn) -> str:
    """What a column is called, where anybody calls it anything."""
    if column.name == fact.scope:
        return gettext("Unit that it belongs to, by its number in the tree: reach is held against it")
    return column.label or str(draw.TIMES.get(column.name, ""))


def _readers(column: PublishedColumn) -> str:
    known = metrics()
    return _listed(known[name].label for name in column.figures)


def _listed(labels: Iterable[object]) -> str:
    return pgettext("between listed things", ", ").join(str(label) for label in labels)


def _asked(request: HttpRequest, metric: Metric) -> Asked:
    return asked_of(request.GET, list(queries.dimensions_of(metric)), _today(request))


def _today(request: HttpRequest) -> date:
    return clock.local_date(clock.now(), require_actor(request).zone)


def _dated(figures: Sequence[Figure]) -> list[Figure]:
    return [f for f in figures if f.at[MONTH]]


def _period(asked: Asked) -> str:
    if not asked.since and not asked.until:
        return gettext("All time")
    return gettext("%(since)s to %(until)s") % {"since": asked.since or "…", "until": asked.until or "…"}


def _bar(actor: Actor, metric: Metric, asked: Asked) -> dict[str, object]:
    """The filter bar: period and the dimensions with few values."""
    selects = [
        {
            "name": name,
            "label": column.label,
            "chosen": asked.filters.get(name, ("",))[0],
            "options": queries.dimension_values(actor=actor, metric_id=metric.id, dimension=name),
        }
        for name, column in queries.dimensions_of(metric).items()
        if name not in UNLISTED
    ]
    return {"asked": asked, "periods": PERIODS, "selects": selects, "chips": _chips(metric, asked)}


def _chips(metric: Metric, asked: Asked) -> list[ChipFilter]:
    found = []
    for name, values in asked.filters.items():
        names = facts.names_of(name, values) if name != MONTH else {}
        found.append(
            ChipFilter(
                label=draw.dimension_label(metric, name),
                value=_listed(names.get(v, v) or gettext("not stated") for v in values),
                remove_url=asked.without(name),
            )
        )
    if asked.since or asked.until:
        found.append(ChipFilter(label=gettext("Period"), value=_period(asked), remove_url=asked.without("period")))
    return found


def _signal(signal: queries.Signal) -> dict[str, object]:
    metric = signal.metric
    asked = Asked(filters={name: (value,) for name, value in signal.at.items()})
    names = " · ".join(signal.names.get(name, value) for name, value in signal.at.items())
    return {
        "names": names,
        "label": metric.label,
        "rate": signal.rate,
        "usual": signal.usual,
        "unit": metric.unit,
        "n": signal.n,
        "since": signal.since,
        "url": reverse("metrics:figure", args=[metric.id]) + asked.query(split=(MONTH,)),
    }


navigation.register(
    NavItem(job=Job.FIGURES, label=_("Figures of my role"), url_name="metrics:board", right=VIEW_FIGURES.code, order=5)
)
navigation.register(
    NavItem(job=Job.FIGURES, label=_("Dashboards"), url_name="metrics:overview", right=VIEW_FIGURES.code, order=10)
)
navigation.register(
    NavItem(job=Job.FIGURES, label=_("Dictionary"), url_name="metrics:dictionary", right=VIEW_FIGURES.code, order=30)
)

urlpatterns = [
    path("", overview, name="overview"),
    path("dictionary/", dictionary, name="dictionary"),
    path("role/", board, name="board"),
    path("role/<slug:code>/", board, name="board_of"),
    path("<slug:metric_id>/", figure, name="figure"),
    path("<slug:metric_id>/card/", card, name="card"),
    path("<slug:metric_id>/rows/", rows, name="rows"),
]
