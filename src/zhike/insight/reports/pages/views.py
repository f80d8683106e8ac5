"""The views."""

from collections.abc import Sequence
from io import BytesIO

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics.policies import VIEW_FIGURES
from zhike.insight.reports import queries
from zhike.insight.reports.pages import lines, sheets
from zhike.insight.reports.pages.driving import drivers
from zhike.insight.reports.pages.effort import effort, words_of
from zhike.insight.reports.pages.elements import element_card, element_page, elements
from zhike.insight.reports.pages.latency import latency
from zhike.insight.reports.pages.retention import retention
from zhike.insight.reports.pages.stages import stages
from zhike.insight.reports.pages.stayers import movers, state_stayers, stayers
from zhike.insight.reports.pages.staying import stay
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.insight.reports.types import FormReport, ReportRest, SurveyReport
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.i18n.labels import pick
from zhike.platform.ui import actions as ui
from zhike.platform.ui import formats, navigation
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.pdf import pdf_of
from zhike.platform.ui.policies import EXPORT
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import export, sheet
from zhike.voice.surveys.types import AUDIENCE_LABELS, CAMPAIGN_STATE_LABELS, COMMENT_DEED_LABELS

MOUNT = "reports/"


@require_GET
@requires(VIEW_REPORTS)
def survey(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The report of one campaign: a page, or by `export` a PDF, a workbook or a list of its questions."""
    actor = require_actor(request)
    match request.GET.get("export", ""):
        case "pdf":
            return _pdf(actor, queries.survey_report(actor=actor, campaign_id=campaign_id))
        case "xlsx":
            return _workbook(actor, queries.survey_report(actor=actor, campaign_id=campaign_id))
        case "csv":
            return _list(request, queries.report_head(actor=actor, campaign_id=campaign_id))
    report = queries.report_head(actor=actor, campaign_id=campaign_id)
    rest_url = reverse("reports:survey_rest", args=[campaign_id])
    context = {**_context(actor, report), "actions": _ways(actor), "rest_url": rest_url}
    return render(request, "reports/survey.html", context)


@require_GET
@requires(VIEW_REPORTS)
def survey_rest(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """What follows the questions: splits, the rate by value, comments; a fragment."""
    rest = queries.report_rest(actor=require_actor(request), campaign_id=campaign_id)
    return render(request, "reports/rest.html", {**_rest(rest), "on_screen": True})


def _ways(actor: Actor) -> list[Button]:
    if not actor.has(EXPORT.code):
        return []
    return [
        Button(label=_("PDF"), url="?export=pdf", icon="download"),
        Button(label=_("Spreadsheet"), url="?export=xlsx", icon="download"),
        Button(label=_("CSV"), url="?export=csv", icon="download"),
    ]


def _context(actor: Actor, report: SurveyReport) -> dict[str, object]:
    head = report.head
    zone = actor.zone or "UTC"
    form_names = [AUDIENCE_LABELS[form.audience] for form in report.forms]
    return {
        "report": report,
        "head": head,
        "title": gettext("Report: %(name)s") % {"name": head.name},
        "state": CAMPAIGN_STATE_LABELS[head.state],
        "made_at": f"{clock.local(clock.now(), zone):%Y-%m-%d %H:%M}",
        "zone": zone,
        "texts": [
            (label, text)
            for label, text in (
                (_("Purpose"), head.purpose),
                (_("Method"), head.method),
            )
            if text
        ],
        "outcome": [
            (label, text)
            for label, text in (
                (_("Causes"), head.causes),
                (_("Countermeasures"), head.measures),
                (_("Effect"), head.effect),
            )
            if text
        ],
        "fates": [
            (name, list(zip(form_names, counts, strict=True)), total) for name, counts, total in lines.fates_of(report)
        ],
        "form_names": form_names,
        "forms": [
            {
                "form": form,
                "name": AUDIENCE_LABELS[form.audience],
                "title": pick(form.form.names),
                "sections": _sections(form),
                "plot": lines.plot_of(form),
            }
            for form in report.forms
        ],
        "dictionary_url": reverse("metrics:dictionary"),
    }


def _rest(rest: ReportRest) -> dict[str, object]:
    return {
        "rest": rest,
        "splits": [
            (
                lines.SPLIT_LABELS[by],
                [(AUDIENCE_LABELS[line.audience], line) for line in found if line.rate is not None],
                sum(line.rate is None for line in found),
            )
            for by, found in rest.splits.items()
            if any(line.value and line.rate is not None for line in found)
        ],
        "timed": [(AUDIENCE_LABELS[one.audience], one, words_of(one.line), words_of(one.rank)) for one in rest.timed],
        "weighted": [(AUDIENCE_LABELS[one.audience], one) for one in rest.weighted],
        "comments": [(one, COMMENT_DEED_LABELS.get(one.deed, _("open"))) for one in rest.comments],
        "comments_share": _share(rest.comments_done, rest.comments_total),
    }


def _sections(form: FormReport) -> list[tuple[str, Sequence[lines.Shown], str, int]]:
    rows = list(lines.form_rows(form))
    found: list[tuple[str, Sequence[lines.Shown], str, int]] = []
    start = 0
    for section in form.sections:
        own = rows[start : start + len(section.lines)]
        start += len(section.lines)
        mean = "" if section.mean is None else formats.number(section.mean, 2)
        found.append((pick(section.titles), own, mean, section.rated))
    return found


def _share(part: int, whole: int) -> str:
    return formats.percent(part / whole) if whole else ""


def _named(report: SurveyReport) -> str:
    return slugify(f"{report.head.number} {report.head.name}", allow_unicode=True)


def _exported(actor: Actor, report: SurveyReport, form: str, rows: int) -> None:
    authorize(actor, EXPORT)
    ui.record_export(
        actor=actor, table="reports.survey", form=form, query=report.head.number, rows=rows, now=clock.now()
    )


def _pdf(actor: Actor, report: SurveyReport) -> HttpResponseBase:
    _exported(actor, report, "pdf", len(list(lines.rows_of(report))))
    html = render_to_string("reports/survey_print.html", {**_context(actor, report), **_rest(report.rest)})
    content = BytesIO(pdf_of(html))
    return FileResponse(content, as_attachment=True, filename=f"{_named(report)}.pdf", content_type="application/pdf")


def _list(request: HttpRequest, report: SurveyReport) -> HttpResponseBase:
    rows = list(lines.rows_of(report))
    return sheet(
        request,
        table="reports.survey",
        title=f"{report.head.number} {report.head.name}",
        form="csv",
        query=report.head.number,
        columns=lines.columns(report),
        count=lambda _most: len(rows),
        rows=lambda: iter(rows),
    )


def _workbook(actor: Actor, report: SurveyReport) -> HttpResponseBase:
    """Sheets: questions, recipients and comments."""
    pages = sheets.sheets(report)
    _exported(actor, report, "xlsx", sum(len(list(one.rows)) for one in pages))
    return export.as_book(pages, Ink(clock.now(), actor.zone or "UTC"), _named(report))


for place, (label, name, right) in enumerate(
    (
        (_("Four elements"), "elements", VIEW_FIGURES),
        (_("What drives satisfaction"), "drivers", VIEW_REPORTS),
        (_("Who stays"), "retention", VIEW_REPORTS),
        (_("Who stays after a complaint"), "stay", VIEW_REPORTS),
        (_("Effort of customers"), "effort", VIEW_REPORTS),
        (_("How long it takes"), "latency", VIEW_REPORTS),
        (_("Stages of the journey"), "stages", VIEW_REPORTS),
    )
):
    navigation.register(
        NavItem(job=Job.FIGURES, label=label, url_name=f"reports:{name}", right=right.code, order=15 + place)
    )

urlpatterns = [
    path("elements/", elements, name="elements"),
    path("elements/<slug:by>/<str:value>/", element_page, name="element_page"),
    path("elements/<slug:by>/<str:value>/card/", element_card, name="element_card"),
    path("drivers/", drivers, name="drivers"),
    path("retention/", retention, name="retention"),
    path("retention/customers/", stayers, name="stayers"),
    path("retention/moves/", movers, name="movers"),
    path("retention/states/", state_stayers, name="state_stayers"),
    path("complaints/", stay, name="stay"),
    path("effort/", effort, name="effort"),
    path("latency/", latency, name="latency"),
    path("stages/", stages, name="stages"),
    path("surveys/<int:campaign_id>/", survey, name="survey"),
    path("surveys/<int:campaign_id>/rest/", survey_rest, name="survey_rest"),
]
