"""How long it takes to know, to see, to act and to mend (METR-26)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from zhike.insight.metrics.queries import one_look
from zhike.insight.reports import queries
from zhike.insight.reports.pages import courses
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import sheet


@require_GET
@requires(VIEW_REPORTS)
def latency(request: HttpRequest) -> HttpResponseBase:
    """Five latencies with mean, median, P90, base and missing, by month; or by `export` as a list of them."""
    actor = require_actor(request)
    period, since = courses.period_of(request.GET.get("period", "12"), actor)
    with one_look():
        found = queries.latencies(actor=actor, since=since)
    form = request.GET.get("export", "")
    if form in {"csv", "xlsx"}:
        rows = list(courses.rows_of(found))
        return sheet(
            request,
            table="reports.latency",
            title=gettext("How long it takes"),
            form=form,
            query=since,
            columns=courses.columns(),
            count=lambda _most: len(rows),
            rows=lambda: iter(rows),
        )
    months = courses.months_of(found)
    context = {
        "periods": courses.PERIODS,
        "period": period,
        "lines": [courses.shown(one, months, since) for one in found],
        "is_duration": True,
        "as_of": max((one.answer.as_of for one in found if one.answer.as_of), default=None),
        "actions": courses.ways(actor, {"period": period}),
    }
    return render(request, "reports/latency.html", context)
