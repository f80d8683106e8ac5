"""The four elements of service (METR-15): a table by mode, outlet or region, and the card of one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics import queries
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.types import (
    CUT_LABELS,
    ELEMENT_LABELS,
    Base,
    Cut,
    Element,
    ElementCard,
    Elements,
    ElementScore,
    Kind,
    Points,
    metric_of,
)
from zhike.platform import clock
from zhike.platform.errors import NotFound
from zhike.platform.ui import formats
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Definition, Empty, EmptyKind, Tab, Text
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Column, Sort, Table, sheet
from zhike.platform.ui.tables import Kind as CellKind

PERIODS: tuple[tuple[str, Text], ...] = (
    ("12", _("Last 12 months")),
    ("3", _("Last 3 months")),
    ("24", _("Last 24 months")),
    ("all", pgettext_lazy("period", "All")),
)
MONTHS = {"12": 12, "3": 3, "24": 24}
USUAL_PERIOD = "12"
CUTS = (Cut.MODE, Cut.OUTLET, Cut.REGION)
BASE_WORDS: Mapping[Base, Text] = {
    Base.NONE: _("no data"),
    Base.WITHHELD: _("withheld"),
    Base.SMALL: _("small base"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A component as the card draws it."""

    label: Text
    figure: str
    points: str
    n: int
    base: Text
    rows_url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An element as the card draws it."""

    label: Text
    score: ElementScore
    value: str
    interval: str
    base: Text
    parts: tuple[Part, ...]
    absent: str


@require_GET
@requires(VIEW_FIGURES)
def elements(request: HttpRequest) -> HttpResponseBase:
    """The four elements by mode, outlet or region, with those of all together above."""
    actor, period = require_actor(request), _period(request)
    cut = _cut(request.GET.get("by", Cut.MODE.value), CUTS)
    since, until = _months(period, _today(request))
    found = queries.elements_by(actor=actor, cut=cut, since=since, until=until, now=clock.now())
    if (form := request.GET.get("export", "")) in {"csv", "xlsx"}:
        return _sheet(request, found, form)
    table = _table(cut, period)
    here = reverse("reports:elements")
    context = {
        "tabs": [
            Tab(label=CUT_LABELS[one], url=f"{here}?by={one.value}&period={period}", current=one is cut) for one in CUTS
        ],
        "cut": cut.value,
        "periods": PERIODS,
        "period": period,
        **_card(found, found.total),
    }
    rows = _ordered(found, table.state(request).sort)
    return table.respond(request, rows, template="reports/elements.html", context=context)


@require_GET
@requires(VIEW_FIGURES)
def element_page(request: HttpRequest, by: str, value: str) -> HttpResponse:
    """One mode, outlet, region or customer: in the drawer or as a page of its own."""
    return _one(request, by, value, "reports/element_page.html")


@require_GET
@requires(VIEW_FIGURES)
def element_card(request: HttpRequest, by: str, value: str) -> HttpResponse:
    """The card alone, as a fragment for the customer's and the outlet's page."""
    return _one(request, by, value, "reports/element_card.html")


def _one(request: HttpRequest, by: str, value: str, template: str) -> HttpResponse:
    cut, period = _cut(by, tuple(Cut)), _period(request)
    if "\x00" in value:
        raise NotFound
    since, until = _months(period, _today(request))
    found = queries.elements_of(
        actor=require_actor(request), cut=cut, value=value, since=since, until=until, now=clock.now()
    )
    name = queries.dimension_name(actor=require_actor(request), cut=cut, value=value) if "page" in template else ""
    return render(request, template, {**_card(found, found.total), "name": name, "cut_label": CUT_LABELS[cut]})


def _cut(text: str, known: tuple[Cut, ...]) -> Cut:
    found = next((one for one in known if one.value == text), None)
    if found is None:
        raise NotFound
    return found


def _period(request: HttpRequest) -> str:
    asked = request.GET.get("period", "")
    return asked if asked in dict(PERIODS) else USUAL_PERIOD


def _today(request: HttpRequest) -> date:
    return clock.local_date(clock.now(), require_actor(request).zone)


def _months(period: str, today: date) -> tuple[str, str]:
    """First and last month: so many, this one included; none for all."""
    if period not in MONTHS:
        return "", ""
    first = today.replace(day=1)
    for _step in range(MONTHS[period] - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first.strftime("%Y-%m"), today.strftime("%Y-%m")


def _card(found: Elements, card: ElementCard) -> dict[str, Any]:
    """What the card's template draws."""
    words = [gettext("Each element is the mean of its figures as points from 0 to 100, of those with a base of 10."),
             gettext("Its interval is the mean of their limits, its base the smallest of their bases.")]  # fmt: skip
    return {
        "shown": [_shown(found, score) for score in card.scores],
        "nothing": all(score.base is Base.NONE for score in card.scores),
        "as_of": found.as_of,
        "since": found.since,
        "until": found.until,
        "definition": Definition(
            id="four_elements",
            version=found.version,
            label=_("Four elements"),
            formula=" ".join([*words, *found.formulas.values()]),
            source=found.source,
        ),
    }


def _shown(found: Elements, score: ElementScore) -> Shown:
    return Shown(
        label=ELEMENT_LABELS[score.element],
        score=score,
        value="" if score.value is None else formats.number(score.value, 1),
        interval=""
        if score.low is None or score.high is None
        else formats.interval(round(score.low, 1), round(score.high, 1)),
        base=BASE_WORDS.get(score.base, ""),
        parts=tuple(_part(one) for one in score.points),
        absent=pgettext("between listed things", ", ").join(found.absent[score.element]),
    )


def _part(one: Points) -> Part:
    metric, figure = metric_of(one.component.metric), one.figure
    value = ""
    if figure.value is not None:
        unit = gettext("hours") if metric.unit == "h" else metric.unit
        value = f"{formats.number(figure.value, 1)} {unit}".strip()
    return Part(
        label=metric.label,
        figure=value if metric.kind is not Kind.MEAN else "",
        points="" if one.value is None else formats.number(one.value, 1),
        n=figure.n,
        base=BASE_WORDS.get(figure.base, ""),
        rows_url=reverse("metrics:rows", args=[metric.id]) + queries.rows_query(one.question),
    )


def _table(cut: Cut, period: str) -> Table:
    def score_column(element: Element) -> Column:
        return Column(
            element.value,
            ELEMENT_LABELS[element],
            CellKind.MARKUP,
            value=lambda card: _cell(card.score(element)),
            sort=element.value,
        )

    return Table(
        key="reports.elements",
        title=_("Four elements"),
        sort="name",
        columns=(
            Column("name", CUT_LABELS[cut], sort="name", lines=2),
            *(score_column(element) for element in Element),
        ),
        row_url=lambda card: f"{reverse('reports:element_page', args=[cut.value, card.value])}?period={period}",
        row_drawer=True,
        saves_views=False,
        empty=Empty(
            kind=EmptyKind.NO_MATCH,
            title=_("Nothing in this period"),
            text=_("Choose a longer period or another split."),
        ),
    )


def _cell(score: ElementScore) -> SafeString | str:
    """Score, interval and base of one element in a table."""
    if score.value is None or score.low is None or score.high is None:
        return format_html(
            '<span class="zk-quiet">{}</span> <span class="zk-second zk-small">n {}</span>',
            BASE_WORDS[score.base],
            formats.number(score.n),
        )
    return format_html(
        '<strong class="zk-num">{}</strong> <span class="zk-second zk-small">{} · n {}</span>{}',
        formats.number(score.value, 1),
        formats.interval(round(score.low, 1), round(score.high, 1)),
        formats.number(score.n),
        format_html(' <span class="zk-small-base zk-nowrap">{}</span>', BASE_WORDS[Base.SMALL])
        if score.base is Base.SMALL
        else "",
    )


def _ordered(found: Elements, sort: Sort) -> list[ElementCard]:
    """By name or by one element; what has no score stands last either way."""
    cards = list(found.cards)
    if sort.field == "name":
        return cards[::-1] if sort.descending else cards
    element = Element(sort.field)
    known = [card for card in cards if card.score(element).value is not None]
    known.sort(key=lambda card: card.score(element).value or 0.0, reverse=sort.descending)
    return known + [card for card in cards if card.score(element).value is None]


def _sheet(request: HttpRequest, found: Elements, form: str) -> HttpResponseBase:
    """One line a figure of an element: the score with its account, and what the figure gives to it."""
    number = CellKind.NUMBER

    def column(key: str, label: Text, get: Callable[[Any], Any], decimals: int | None = None) -> Column:
        kind = CellKind.TEXT if decimals is None else number
        return Column(key, label, kind, value=get, decimals=decimals)

    columns = [
        column("name", CUT_LABELS[found.cut], lambda row: row[0].name or gettext("All together")),
        column("element", _("Element"), lambda row: str(ELEMENT_LABELS[row[1].element])),
        column("score", _("Score, 0 to 100"), lambda row: row[1].value, 2),
        column("low", _("95 % interval, from"), lambda row: row[1].low, 2),
        column("high", _("95 % interval, to"), lambda row: row[1].high, 2),
        column("n", "n", lambda row: row[1].n, 0),
        column("note", _("Note"), lambda row: str(BASE_WORDS.get(row[1].base, ""))),
        column("figure", _("Figure"), lambda row: str(metric_of(row[2].component.metric).label)),
        column("value", _("Result"), lambda row: row[2].figure.value, 2),
        column("unit", _("Unit"), lambda row: metric_of(row[2].component.metric).unit),
        column("points", _("Points"), lambda row: row[2].value, 2),
        column("base", _("n of the figure"), lambda row: row[2].figure.n, 0),
        column("missing", _("Missing"), lambda row: row[2].figure.missing, 0),
    ]

    def rows() -> Iterator[tuple[ElementCard, ElementScore, Points]]:
        for card in (found.total, *found.cards):
            for score in card.scores:
                for one in score.points:
                    yield card, score, one

    return sheet(
        request,
        table="reports.elements",
        title=gettext("Four elements"),
        form=form,
        query=f"by={found.cut.value}&since={found.since}&until={found.until}",
        columns=columns,
        count=lambda _most: sum(1 for _row in rows()),
        rows=rows,
    )
