"""The customers behind a figure of who stays: a list with the way to each file, within the reader's reach."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import STATES, Part, StayQuestion, Traces
from zhike.insight.metrics.types import PeriodKind, Question
from zhike.insight.reports.pages.staying_lines import STATE_LABELS
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.platform.errors import NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb, Empty, EmptyKind
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Column, Kind, Table
from zhike.record.customers import queries as customers
from zhike.record.customers.types import INDUSTRY_LABELS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACTS = ("customers", "orders", "value_classes")
PART_LABELS = {
    Part.BASE: _("Customers of the period before"),
    Part.STAYED: _("Stayed"),
    Part.LEFT: _("Left"),
    Part.ACTIVE: _("Customers of the period"),
    Part.REPEAT: _("Two orders or more"),
}


def _file_url(row: Any) -> str:  # noqa: ANN401 - a row of the list
    return reverse("desk:customer", args=[row.number])


FILE_COLUMNS = (
    Column("number", _("Number"), sort="id", width="narrow", url=_file_url),
    Column("name", _("Name"), sort="name_pinyin", lines=2, width="wide"),
)
OTHER_COLUMNS = (
    Column("owner", _("Responsible"), value="owner.name"),
    Column("unit", _("Unit"), value="owner.unit.name", lines=2),
    Column("industry", _("Industry"), value=lambda row: INDUSTRY_LABELS[row.industry]),
    Column("last_order_at", _("Last order"), Kind.DAY),
)
NOBODY = Empty(
    kind=EmptyKind.NO_MATCH,
    title=_("No customers here"),
    text=_("Nobody stands behind this figure, or none of them is within your reach."),
)
STAYERS = Table(
    key="reports.stayers",
    title=_("Customers behind the figure"),
    sort="name_pinyin",
    columns=(
        *FILE_COLUMNS,
        Column("class", pgettext_lazy("customer", "Class then"), Kind.CLASS, value="trace.value_class"),
        Column("before", _("Orders in the period before"), Kind.NUMBER, value="trace.before"),
        Column("orders", _("Orders in the period"), Kind.NUMBER, value="trace.orders"),
        Column("services", _("Services in the period"), Kind.NUMBER, value="trace.services"),
        *OTHER_COLUMNS,
    ),
    row_url=_file_url,
    empty=NOBODY,
)
MOVERS = Table(
    key="reports.movers",
    title=_("Customers behind the figure"),
    sort="name_pinyin",
    columns=(*FILE_COLUMNS, *OTHER_COLUMNS),
    row_url=_file_url,
    empty=NOBODY,
)


@require_GET
@requires(VIEW_REPORTS)
def stayers(request: HttpRequest) -> HttpResponseBase:
    """Who stayed, left, ordered in one period, of one class where the line was of one."""
    data, kind = request.GET, _kind(request.GET)
    start, part = StayQuestion(period=kind).start_named(data.get("name", "")), data.get("part", "")
    split = data.get("split", "")
    if start is None or part not in set(Part) or split not in {"", *queries.SPLITS}:
        raise NotFound
    moment = _whole(data.get("moment", ""))
    question = StayQuestion(
        period=kind,
        split=split,
        generations={name: number for name in FACTS if (number := _whole(data.get(name, ""))) is not None},
        at=None if moment is None else EPOCH + timedelta(microseconds=moment),
    )
    found = queries.stay_customers(
        actor=require_actor(request),
        question=question,
        start=start,
        part=Part(part),
        value=_clean(data.get("value", "")) if split else None,
    )

    def traced(rows: Sequence[Any]) -> Sequence[Any]:
        traces = found.of(row.pk for row in rows)
        for row in rows:
            row.trace = traces[row.pk]
        return rows

    return _answer(request, STAYERS, found, f"{data['name']}: {PART_LABELS[Part(part)]}", traced)


@require_GET
@requires(VIEW_REPORTS)
def movers(request: HttpRequest) -> HttpResponseBase:
    """The customers of a state in one wave or both: a cell of the moves."""
    data = request.GET
    state, then = data.get("state", ""), data.get("then", "")
    if not {state, then} <= {"", *STATES} or not (state or then):
        raise NotFound
    first, second = _clean(data.get("first", "")), _clean(data.get("second", ""))
    ids = queries.move_customers(
        actor=require_actor(request), question=_figure(data), before=first, after=second, state=state, then=then
    )
    sides = [f"{wave}: {STATE_LABELS[one]}" for wave, one in ((first, state), (second, then)) if one]
    return _answer(request, MOVERS, ids, " → ".join(sides))


@require_GET
@requires(VIEW_REPORTS)
def state_stayers(request: HttpRequest) -> HttpResponseBase:
    """The customers of a state in a wave, or those of them who ordered in the period after it, or did not."""
    data = request.GET
    state, part, wave = data.get("state", ""), data.get("part", ""), _clean(data.get("wave", ""))
    if state not in STATES or part not in {Part.BASE, Part.STAYED, Part.LEFT}:
        raise NotFound
    ids = queries.state_customers(
        actor=require_actor(request),
        question=_figure(data),
        wave=wave,
        period=_kind(data),
        state=state,
        part=Part(part),
    )
    title = f"{wave}: {STATE_LABELS[state]}"
    if part != Part.BASE:
        title = pgettext("between the parts of a list", ", ").join((title, str(PART_LABELS[Part(part)])))
    return _answer(request, MOVERS, ids, title)


def _answer(
    request: HttpRequest,
    table: Table,
    found: Traces | Sequence[int],
    title: str,
    decorate: Any = None,  # noqa: ANN401
) -> HttpResponseBase:
    ids = found.ids if isinstance(found, Traces) else found
    rows = customers.customers_among(actor=require_actor(request), customer_ids=ids)
    context = {
        "title": title,
        "crumbs": [Crumb(gettext("Who stays"), reverse("reports:retention"))],
        "counted": len(ids),
    }
    return _by_name(table).respond(request, rows, template="reports/stayers.html", context=context, decorate=decorate)


def _by_name(table: Table) -> Table:
    """In the order of names of the reader's script: strokes in traditional Chinese, pinyin elsewhere."""
    if get_language() != "zh-hant":
        return table
    columns = [replace(one, sort="name_strokes") if one.sort == "name_pinyin" else one for one in table.columns]
    return replace(table, sort="name_strokes", columns=tuple(columns))


def _kind(data: QueryDict) -> PeriodKind:
    period = data.get("period", "")
    return PeriodKind(period) if period in set(PeriodKind) else PeriodKind.QUARTER


def _figure(data: QueryDict) -> Question:
    figure = data.get("figure", "")
    if figure not in {metric.id for metric in queries.state_metrics()}:
        raise NotFound
    return Question(figure)


def _clean(text: str) -> str:
    return "" if "\x00" in text else text


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None  # noqa: PLR2004 - int64
