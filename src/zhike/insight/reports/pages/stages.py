"""Which stages of the customer's journey are measured, and how each is judged (METR-07)."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics.queries import one_look
from zhike.insight.reports import queries
from zhike.insight.reports.pages import courses
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.insight.reports.types import STAGE_SCORE, StageLine
from zhike.platform.i18n.labels import pick
from zhike.platform.ui.access import requires
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Column, Kind, sheet
from zhike.voice.surveys.types import JOURNEY_LABELS


@require_GET
@requires(VIEW_REPORTS)
def stages(request: HttpRequest) -> HttpResponseBase:
    """Five stages with their measures and scores, the gaps by name; or by `export` as a list."""
    actor = require_actor(request)
    period, since = courses.period_of(request.GET.get("period", "12"), actor)
    with one_look():
        report = queries.stages(actor=actor, since=since)
    form = request.GET.get("export", "")
    if form in {"csv", "xlsx"}:
        return sheet(
            request,
            table="reports.stages",
            title=gettext("Stages of the journey"),
            form=form,
            query=since,
            columns=_COLUMNS,
            count=lambda _most: len(report.lines),
            rows=lambda: iter(report.lines),
        )
    more = {"since": since} if since else {}
    rows = reverse("metrics:rows", args=[STAGE_SCORE])
    context = {
        "periods": courses.PERIODS,
        "period": period,
        "report": report,
        "lines": [
            (
                JOURNEY_LABELS[line.stage],
                line,
                measured_by(line),
                f"{rows}?{urlencode({'journey_stage': line.stage.value, **more, **report.state})}",
            )
            for line in report.lines
        ],
        "gaps": pgettext("between the parts of a list", ", ").join(str(JOURNEY_LABELS[one]) for one in report.gaps),
        "definition_url": f"{reverse('metrics:dictionary')}#{STAGE_SCORE}",
        "forms_url": reverse("surveys:forms"),
        "actions": courses.ways(actor, {"period": period}),
    }
    return render(request, "reports/stages.html", context)


def measured_by(line: StageLine) -> str:
    """The forms that ask about a stage, each with how many questions it has for it."""
    joint = pgettext("between the parts of a list", ", ")
    return joint.join(f"{pick(one.names) or one.code} ({len(one.keys)})" for one in line.measures)


_COLUMNS = (
    Column("stage", _("Stage of the customer's journey"), value=lambda line: str(JOURNEY_LABELS[line.stage])),
    Column("covered", _("Measured"), Kind.YES, value=lambda line: line.is_covered),
    Column("questions", _("Questions"), Kind.NUMBER, value=lambda line: line.questions),
    Column("forms", pgettext_lazy("survey", "Forms"), value=measured_by),
    Column("score", _("Score, 0 to 100"), Kind.NUMBER, value=lambda line: line.score, decimals=2),
    Column("low", _("95 % interval, from"), Kind.NUMBER, value=lambda line: line.low, decimals=2),
    Column("high", _("95 % interval, to"), Kind.NUMBER, value=lambda line: line.high, decimals=2),
    Column("people", pgettext_lazy("count", "People"), Kind.NUMBER, value=lambda line: line.people),
    Column("scores", pgettext_lazy("count", "Scores"), Kind.NUMBER, value=lambda line: line.scores),
)
