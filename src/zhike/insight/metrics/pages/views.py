"""The views."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics import queries
from zhike.insight.metrics.forms import PERIODS, UNLISTED, Asked, asked_of
from zhike.insight.metrics.pages import draw
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.queries import MONTH
from zhike.insight.metrics.types import Figure, Metric, metric_of, metrics
from zhike.platform import clock, facts
from zhike.platform.actors import Actor
from zhike.platform.ui import navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import ChipFilter, Empty, EmptyKind
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor

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


@require_GET
@requires(VIEW_FIGURES)
def overview(request: HttpRequest) -> HttpResponse:
    actor, today = require_actor(request), _today(request)
    asked = _asked(request, metric_of("on_time"))
    cards, months = [], {}
    for metric_id in OVERVIEW:
        answer = queries.compute(actor=actor, question=asked.question(metric_id, (MONTH,)))
        months[metric_id] = _dated(answer.figures)
        cards.append(draw.card_of(answer, months[metric_id], asked, _period(asked)))
    outlets = queries.compute(actor=actor, question=asked.question("on_time", ("outlet_id",)))
    context = {
        **_bar(actor, metric_of("on_time"), asked),
        "cards": cards,
        "line": draw.month_plot(metric_of("on_time"), months["on_time"], _period(asked)) if months["on_time"] else None,
        "outlets": draw.split_plot(outlets, "outlet_id", asked, _period(asked), most=OVERVIEW_DOTS),
        "signals": [_signal(s) for s in queries.beyond_noise(actor=actor, until=today)],
        "others": [
            (metric, reverse("metrics:figure", args=[metric.id]) + asked.query()) for metric in metrics().values()
        ],
        "empty": None if any(card.n for card in cards) else (NO_MATCH if asked.filters or asked.since else NOTHING_YET),
    }
    return render(request, "metrics/overview.html", context)


@require_GET
@requires(VIEW_FIGURES)
def figure(request: HttpRequest, metric_id: str) -> HttpResponse:
    actor, metric = require_actor(request), metric_of(metric_id)
    asked = _asked(request, metric)
    split = asked.split or ("region",)
    answer = queries.compute(actor=actor, question=asked.question(metric_id, split))
    if split == (MONTH,):
        months = _dated(answer.figures)
    else:
        months = _dated(queries.compute(actor=actor, question=asked.question(metric_id, (MONTH,))).figures)
    plot = draw.split_plot(answer, split[0], asked, _period(asked)) if len(split) == 1 and split[0] != MONTH else None
    context = {
        **_bar(actor, metric, asked),
        "metric": metric,
        "card": draw.card_of(answer, months, asked, _period(asked)),
        "answer": answer,
        "is_rate": answer.total.hits is not None,
        "is_duration": answer.total.median is not None,
        "line": draw.month_plot(metric, months, _period(asked)) if months else None,
        "plot": plot,
        "heads": [draw.dimension_label(metric, name) for name in split],
        "lines": draw.lines_of(answer, split, asked),
        "split_choices": [
            (name, draw.dimension_label(metric, name)) for name in [MONTH, *queries.dimensions_of(metric)]
        ],
        "split": split,
        "empty": None if answer.total.n or answer.total.missing else NO_MATCH,
    }
    return render(request, "metrics/figure.html", context)


@require_GET
@requires(VIEW_FIGURES)
def card(request: HttpRequest, metric_id: str) -> HttpResponse:
    """One figure card as a fragment, for pages that show how we stand."""
    actor, metric = require_actor(request), metric_of(metric_id)
    asked = _asked(request, metric)
    answer = queries.compute(actor=actor, question=asked.question(metric_id, (MONTH,)))
    drawn = draw.card_of(answer, _dated(answer.figures), asked, _period(asked))
    return render(request, "metrics/card.html", {"card": drawn})


@require_GET
@requires(VIEW_FIGURES)
def rows(request: HttpRequest, metric_id: str) -> HttpResponse:
    """The rows behind a figure, in the drawer or as a page of their own."""
    actor, metric = require_actor(request), metric_of(metric_id)
    asked = _asked(request, metric)
    generation, after = _whole(request.GET.get("generation")), _whole(request.GET.get("after")) or 0
    only_hits = {"1": True, "0": False}.get(request.GET.get("hits", ""))
    headings, found, more = queries.rows_behind(
        actor=actor,
        question=asked.question(metric_id, generation=generation),
        only_hits=only_hits,
        after=after,
    )
    own = request.GET.copy()
    own["after"] = str(more or "")
    context = {
        "metric": metric,
        "chips": _chips(metric, asked),
        "only_hits": only_hits,
        "headings": headings,
        "rows": found,
        "older": f"?{own.urlencode()}" if more else "",
        "generation": generation,
        "empty": NO_MATCH,
    }
    return render(request, "metrics/rows.html", context)


@require_GET
@requires(VIEW_FIGURES)
def dictionary(request: HttpRequest) -> HttpResponse:
    """The figure dictionary, generated from the definitions."""
    entries = [
        {
            "metric": metric,
            "definition": draw.definition_of(metric),
            "fact": facts.published()[metric.fact].label,
            "dimensions": _listed(column.label for column in queries.dimensions_of(metric).values()),
            "parameters": _listed(parameter.label for parameter in metric.parameters),
            "url": reverse("metrics:figure", args=[metric.id]),
        }
        for metric in metrics().values()
    ]
    return render(request, "metrics/dictionary.html", {"entries": entries})


def _listed(labels: Iterable[object]) -> str:
    return pgettext("between listed things", ", ").join(str(label) for label in labels)


def _asked(request: HttpRequest, metric: Metric) -> Asked:
    return asked_of(request.GET, list(queries.dimensions_of(metric)), _today(request))


def _today(request: HttpRequest) -> date:
    return clock.local_date(clock.now(), require_actor(request).zone)


def _dated(figures: Sequence[Figure]) -> list[Figure]:
    return [f for f in figures if f.at[MONTH]]


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004 - int64


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
    NavItem(job=Job.FIGURES, label=_("Dashboards"), url_name="metrics:overview", right=VIEW_FIGURES.code, order=10)
)
navigation.register(
    NavItem(job=Job.FIGURES, label=_("Dictionary"), url_name="metrics:dictionary", right=VIEW_FIGURES.code, order=30)
)

urlpatterns = [
    path("", overview, name="overview"),
    path("dictionary/", dictionary, name="dictionary"),
    path("<slug:metric_id>/", figure, name="figure"),
    path("<slug:metric_id>/card/", card, name="card"),
    path("<slug:metric_id>/rows/", rows, name="rows"),
]
