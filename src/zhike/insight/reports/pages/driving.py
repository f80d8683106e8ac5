"""What drives satisfaction: shares of the explained variance with their intervals, and where to put the effort."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.reports import queries
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.insight.reports.types import PREDICTOR_LABELS, DriverReport, Predictors
from zhike.methods.ipa import Quadrant
from zhike.platform import clock
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import formats
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Empty, EmptyKind
from zhike.platform.ui.plots import BarPlot, Plot, Unit
from zhike.platform.ui.requests import require_actor
from zhike.voice.surveys.queries import Span
from zhike.voice.surveys.types import ScoredForm

QUADRANT_LABELS = {
    Quadrant.CONCENTRATE: pgettext_lazy("importance and performance", "Improve first"),
    Quadrant.KEEP: pgettext_lazy("importance and performance", "Keep"),
    Quadrant.LOW_PRIORITY: pgettext_lazy("importance and performance", "Low priority"),
    Quadrant.OVERKILL: pgettext_lazy("importance and performance", "Perhaps too much"),
    Quadrant.UNDETERMINED: pgettext_lazy("importance and performance", "Undetermined"),
}
PERIODS = (("365", _("last 12 months")), ("180", _("last 6 months")), ("90", _("last 3 months")), ("", _("all")))
NOTHING_YET = Empty(
    kind=EmptyKind.NOTHING_YET,
    title=_("Nothing to explain yet"),
    text=_(
        "As soon as a form with a question about overall satisfaction has been answered, this page says what it goes"
        " with."
    ),
)


@require_GET
@requires(VIEW_REPORTS)
def drivers(request: HttpRequest) -> HttpResponseBase:
    """One form and one set of predictors: which of them the overall answer goes with."""
    actor = require_actor(request)
    forms = queries.driver_forms(actor=actor)
    form = _chosen(forms, request.GET.get("form", ""))
    by = _by(request.GET.get("by", ""), form)
    period = request.GET.get("period", "365")
    report = None
    if form is not None:
        zone = actor.zone or "UTC"
        today = clock.local_date(clock.now(), zone)
        report = queries.drivers(actor=actor, form=form, by=by, span=Span(since_of(period, today), None, zone))
    context = {
        "forms": [(one.code, f"{pick(one.names)} · n {formats.number(one.n)}") for one in forms],
        "form": form.code if form else "",
        "ways": list(PREDICTOR_LABELS.items()),
        "by": by,
        "periods": PERIODS,
        "period": period,
        "report": report,
        "lines": [(line, QUADRANT_LABELS.get(line.quadrant) if line.quadrant else "") for line in report.lines]
        if report
        else [],
        "has_quadrants": bool(report and report.crosshair),
        "plot": _plot(report) if report and report.lines else None,
        "empty": None if forms else NOTHING_YET,
    }
    return render(request, "reports/drivers.html", context)


def _chosen(forms: Sequence[ScoredForm], code: str) -> ScoredForm | None:
    return next((one for one in forms if one.code == code), forms[0] if forms else None)


def _by(asked: str, form: ScoredForm | None) -> Predictors:
    """As asked; otherwise what the form can tell: one that asks about a delivery is explained by the goods."""
    if asked in set(Predictors):
        return Predictors(asked)
    return Predictors.GOODS if form is not None and form.audience == "contact" else Predictors.ITEMS


def since_of(period: str, today: date) -> date | None:
    return today - timedelta(days=int(period)) if period in {"365", "180", "90"} else None


def _plot(report: DriverReport) -> Plot:
    return BarPlot(
        title=_("Share of what can be explained"),
        note=gettext("%(n)s complete answers, R² %(r2)s; bootstrap intervals over %(resamples)s resamples")
        % {
            "n": formats.number(report.n),
            "r2": formats.number(report.r2 or 0.0, 3),
            "resamples": formats.number(report.resamples),
        },
        unit="%",
        name="drivers",
        rows=[Unit(name=line.label, value=line.share, low=line.low, high=line.high) for line in report.lines],
    )
