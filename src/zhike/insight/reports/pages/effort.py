"""Effort as customers say it beside effort as it is counted (METR-05)."""

from collections.abc import Callable, Sequence
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics.queries import one_look
from zhike.insight.reports import queries
from zhike.insight.reports.pages import courses
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.insight.reports.types import Coefficient, EffortReport, EffortScale, Link
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.ui import actions as ui
from zhike.platform.ui.access import requires
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.plots import Counts, DivergingPlot, Plot
from zhike.platform.ui.policies import EXPORT
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Column, Kind, export, sheet
from zhike.platform.ui.tables.export import Sheet

OVER_LABELS: Final = {
    "month": pgettext_lazy("correlation over", "months"),
    "customer_id": pgettext_lazy("correlation over", "customers"),
}
_TABLE: Final = "reports.effort"


@require_GET
@requires(VIEW_REPORTS)
def effort(request: HttpRequest) -> HttpResponseBase:
    """Mean effort and the three counters on the same months, the answers, and what goes with what; or an export."""
    actor = require_actor(request)
    period, since = courses.period_of(request.GET.get("period", "12"), actor)
    with one_look():
        report = queries.effort(actor=actor, since=since)
    match request.GET.get("export", ""):
        case "csv":
            return _list(request, report, since)
        case "xlsx":
            return _book(actor, report, since)
    months = courses.months_of(report.courses)
    context = {
        "periods": courses.PERIODS,
        "period": period,
        "lines": [courses.shown(one, months, since) for one in report.courses],
        "as_of": max((one.answer.as_of for one in report.courses if one.answer.as_of), default=None),
        "scales": [(one.course.metric.label, one.levels, _answers(one)) for one in report.scales],
        "links": [(link, OVER_LABELS[link.by], words_of(link.line), words_of(link.rank)) for link in report.links],
        "actions": courses.ways(actor, {"period": period}),
    }
    return render(request, "reports/effort.html", context)


def words_of(found: Coefficient) -> str:
    """A coefficient with its interval; said in words where there is none."""
    if found.value is None:
        return gettext("too few")
    value = f"{found.value:+.2f}".replace("-", "−")
    if found.low is None or found.high is None:
        return value
    low, high = (f"{limit:+.2f}".replace("-", "−") for limit in (found.low, found.high))
    return f"{value} ({low} … {high})"


def _answers(one: EffortScale) -> Plot | None:
    """How the answers lie; great effort stands on the bad side whichever way the scale runs."""
    if not any(level.share is not None for level in one.levels):
        return None
    worst_first = list(reversed(one.levels))
    label = str(one.course.metric.label)
    return DivergingPlot(
        title=_("How the answers lie"),
        unit="%",
        name=f"{one.course.metric.id}-levels",
        levels=[level.label for level in worst_first],
        rows=[Counts(name=label, counts=[level.n for level in worst_first])],
    )


def _list(request: HttpRequest, report: EffortReport, since: str) -> HttpResponseBase:
    rows = list(courses.rows_of(report.courses))
    return sheet(
        request,
        table=_TABLE,
        title=gettext("Effort of customers"),
        form="csv",
        query=since,
        columns=courses.columns(),
        count=lambda _most: len(rows),
        rows=lambda: iter(rows),
    )


def _book(actor: Actor, report: EffortReport, since: str) -> HttpResponseBase:
    authorize(actor, EXPORT)
    now, pages = clock.now(), sheets(report)
    rows = sum(len(list(one.rows)) for one in pages)
    ui.record_export(actor=actor, table=_TABLE, form="xlsx", query=since, rows=rows, now=now)
    name = slugify(gettext("Effort of customers"), allow_unicode=True)
    return export.as_book(pages, Ink(now, actor.zone or "UTC"), name)


def sheets(report: EffortReport) -> Sequence[Sheet]:
    """Three sheets: the figures by month, the levels of each scale, the correlations; numbers as numbers."""
    levels = [
        Column("scale", _("Figure"), value=lambda row: str(row[0].course.metric.label)),
        Column("level", pgettext_lazy("of a scale", "Level"), value=lambda row: row[1].label),
        Column("count", _("Count"), Kind.NUMBER, value=lambda row: row[1].n),
        Column("share", _("Share, %"), Kind.NUMBER, value=lambda row: row[1].share, decimals=2),
    ]
    links = [
        Column("one", _("Figure"), value=lambda link: str(link.one.label)),
        Column("other", _("held against"), value=lambda link: str(link.other.label)),
        Column("by", pgettext_lazy("correlation", "Over"), value=lambda link: str(OVER_LABELS[link.by])),
        Column("n", "n", Kind.NUMBER, value=lambda link: link.n),
        *(
            Column(f"{way}_{name}", label, Kind.NUMBER, value=_part(way, name), decimals=4)
            for way, name, label in (
                ("line", "value", _("Pearson r")),
                ("line", "low", _("95 % interval, from")),
                ("line", "high", _("95 % interval, to")),
                ("rank", "value", _("Spearman ρ")),
                ("rank", "low", _("95 % interval, from")),
                ("rank", "high", _("95 % interval, to")),
            )
        ),
    ]
    return [
        Sheet(gettext("Figures"), courses.columns(), list(courses.rows_of(report.courses))),
        Sheet(gettext("Answers"), levels, [(one, level) for one in report.scales for level in one.levels]),
        Sheet(gettext("Correlations"), links, report.links),
    ]


def _part(way: str, name: str) -> Callable[[Link], float | None]:
    def value(link: Link) -> float | None:
        found: float | None = getattr(getattr(link, way), name)
        return found

    return value
