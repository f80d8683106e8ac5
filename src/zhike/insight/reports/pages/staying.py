"""Who stays after a complaint: the published table laid on one's own complaints (METR-11)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from zhike.insight.reports import queries
from zhike.insight.reports.pages.driving import PERIODS, since_of
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.methods.tarp import MAJOR, Outcome
from zhike.platform import clock
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.voice.surveys.queries import Span

OUTCOME_LABELS = {
    Outcome.SILENT: pgettext_lazy("outcome of dissatisfaction", "Dissatisfied in a survey, did not complain"),
    Outcome.UNRESOLVED: pgettext_lazy("outcome of dissatisfaction", "Complained, not handled"),
    Outcome.RESOLVED: pgettext_lazy("outcome of dissatisfaction", "Complained, solved"),
    Outcome.QUICK: pgettext_lazy("outcome of dissatisfaction", "Complained, solved quickly"),
}


@require_GET
@requires(VIEW_REPORTS)
def stay(request: HttpRequest) -> HttpResponseBase:
    """Own complaints by outcome, with how many are expected to stay and how many more could."""
    actor = require_actor(request)
    period = request.GET.get("period", "365")
    zone = actor.zone or "UTC"
    since = since_of(period, clock.local_date(clock.now(), zone))
    report = queries.complaints_stay(actor=actor, span=Span(since, None, zone))
    context = {
        "periods": PERIODS,
        "period": period,
        "report": report,
        "lines": [(OUTCOME_LABELS[line.outcome], line) for line in report.lines],
        "source": MAJOR[Outcome.SILENT].source.rpartition(",")[0],
        # The smaller loss may have less to win: the ends are put in order for reading.
        "more": sorted((report.more.low, report.more.high)),
    }
    return render(request, "reports/stay.html", context)
