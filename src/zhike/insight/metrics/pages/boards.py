"""The figures of one's role (METR-23): six to ten cards, each with its change, its course and the way to its rows."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics import queries
from zhike.insight.metrics.forms import Asked
from zhike.insight.metrics.pages import draw, scales, trends
from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.metrics.types import WHOSE_LABELS, Board, Kind, TileAnswer, Whose
from zhike.platform import clock
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import FigureCard, Tab
from zhike.platform.ui.requests import require_actor

PERIODS = (("3", _("Last 3 months")), ("12", _("Last 12 months")), ("24", _("Last 24 months")))
USUAL = "3"


@require_GET
@requires(VIEW_FIGURES)
def board(request: HttpRequest, code: str = "") -> HttpResponse:
    """One dashboard; whoever has several roles switches between them. A period is so many months, this one included."""
    actor = require_actor(request)
    mine = queries.my_boards(actor=actor)
    period = request.GET.get("period", "")
    period = period if period in dict(PERIODS) else USUAL
    until = _today(request).strftime("%Y-%m")
    since = queries.moved(until, 1 - int(period))
    chosen, tiles = queries.board_tiles(
        actor=actor, code=code or (mine[0].code if mine else ""), since=since, until=until
    )
    context = {
        "board": chosen,
        "tabs": _tabs(mine, chosen, period) if len(mine) > 1 else [],
        "periods": PERIODS,
        "period": period,
        "cards": [card_of(tile, since, until) for tile in tiles],
        "by_class": any(tile.tile.whose is Whose.MY_KEY_CUSTOMERS for tile in tiles),
    }
    return render(request, "metrics/board.html", context)


def _today(request: HttpRequest) -> date:
    return clock.local_date(clock.now(), require_actor(request).zone)


def _tabs(mine: Sequence[Board], chosen: Board, period: str) -> list[Tab]:
    return [
        Tab(
            label=one.label,
            url=f"{reverse('metrics:board_of', args=[one.code])}?period={period}",
            current=one.code == chosen.code,
        )
        for one in mine
    ]


def card_of(found: TileAnswer, since: str, until: str) -> FigureCard:
    """A tile as a figure card; its period says whose rows are counted."""
    answer, tile = found.answer, found.tile
    asked = Asked(
        since="" if tile.of_now else since, until="" if tile.of_now else until, filters=dict(found.question.filters)
    )
    trend = None
    if found.spans is not None and answer.metric.kind is not Kind.COUNT:
        scale = scales.scale_of_answer(answer)
        trend = trends.trend_told(answer.metric, found.change, scale, found.question, found.spans)
    months = list(found.months[-queries.SPARK_MONTHS :])
    return draw.card_of(answer, months, asked, _period(tile.of_now, since, until, WHOSE_LABELS[tile.whose]), trend)


def _period(of_now: bool, since: str, until: str, whose: object) -> str:  # noqa: FBT001 - as the tile says
    told = gettext("now") if of_now else gettext("%(since)s to %(until)s") % {"since": since, "until": until}
    return pgettext("between listed things", ", ").join(part for part in (told, str(whose)) if part)
