"""Who stays (METR-10) and in what state (METR-08): by period, class, wave; as a page, a workbook, a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from zhike.insight.metrics import queries
from zhike.insight.metrics.queries import Part, StayAnswer, StayLine, StayQuestion
from zhike.insight.metrics.types import PeriodKind, described
from zhike.insight.reports.pages import staying_lines as lines
from zhike.insight.reports.pages.states import StatesAsked, states_context
from zhike.insight.reports.policies import VIEW_REPORTS
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.authz import authorize
from zhike.platform.ui import actions as ui
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.plots import LinePlot, Plot, Series
from zhike.platform.ui.policies import EXPORT
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import export, sheet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PERIODS = ((PeriodKind.MONTH, _("Months")), (PeriodKind.QUARTER, _("Quarters")), (PeriodKind.YEAR, _("Years")))
SPLITS = (("value_class", _("Value class")), ("industry", _("Industry")), ("region", _("Region")))
NOTHING_YET = Empty(
    kind=EmptyKind.NOTHING_YET,
    title=_("Nobody to stay yet"),
    text=_("As soon as customers have ordered in two periods, this page says who of them stays."),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks; whatever cannot be read is as if it had not been asked."""

    period: PeriodKind
    split: str
    name: str

    def question(self) -> StayQuestion:
        return StayQuestion(period=self.period, split=self.split)


def asked_of(request: HttpRequest) -> Asked:
    period, split = request.GET.get("period", ""), request.GET.get("split", "value_class")
    kind = PeriodKind(period) if period in set(PeriodKind) else PeriodKind.QUARTER
    name = request.GET.get("name", "")
    return Asked(
        kind,
        split if split in queries.SPLITS else "value_class",
        name if StayQuestion(period=kind).start_named(name) else "",
    )


@require_GET
@requires(VIEW_REPORTS)
def retention(request: HttpRequest) -> HttpResponseBase:
    """Retention by period and class, and the four states with their moves and who of them stays."""
    actor, asked = require_actor(request), asked_of(request)
    with queries.one_look():
        answer = queries.retention(actor=actor, question=asked.question())
        states = states_context(actor, StatesAsked.of(request.GET), asked.period)
    match request.GET.get("export", ""):
        case "xlsx":
            return _workbook(actor, answer, states)
        case "csv":
            return _list(request, answer)
    return render(request, "reports/retention.html", {**_context(actor, asked, answer), **states})


def _context(actor: Actor, asked: Asked, answer: StayAnswer) -> dict[str, object]:
    answer = replace(answer, totals=_since_the_first(answer))
    shown = _shown_period(asked, answer)
    own = {"period": asked.period.value, "split": asked.split}
    split_label = dict(SPLITS)[asked.split]
    return {
        "periods": [(kind.value, label) for kind, label in PERIODS],
        "period": asked.period.value,
        "splits": SPLITS,
        "split": asked.split,
        "split_label": split_label,
        "names": [line.period for line in reversed(answer.totals)],
        "name": shown.period if shown else "",
        "shown": shown,
        "totals": [lines.Drawn(line, line.period, _ways(own, answer, line, None)) for line in reversed(answer.totals)],
        "parts": [
            lines.Drawn(line, lines.value_name(line, asked.split), _ways(own, answer, line, line.value))
            for line in answer.lines
            if shown is not None and line.start == shown.start
        ],
        "plot": _plot(answer),
        "as_of": answer.as_of,
        "first_day": answer.first_day,
        "figures": [(one, f"{reverse('metrics:dictionary')}#{one.id}") for one in described().values()],
        "actions": _exports(actor, own),
        "empty": None if any(line.retention.n or line.repeat.n for line in answer.totals) else NOTHING_YET,
    }


def _since_the_first(answer: StayAnswer) -> Sequence[StayLine]:
    """Without the periods before anybody ordered."""
    return [line for line in answer.totals if answer.first_day and line.until > answer.first_day]


def _shown_period(asked: Asked, answer: StayAnswer) -> StayLine | None:
    """The period whose classes are shown: as asked, else the last one that has ended."""
    ended = [line for line in answer.totals if line.is_ended]
    found = [line for line in answer.totals if line.period == asked.name]
    return found[0] if found else ended[-1] if ended else None


def _ways(own: Mapping[str, str], answer: StayAnswer, line: StayLine, value: str | None) -> dict[str, str]:
    """The addresses of the customers behind a line, from the state of the data that it was counted from."""
    pairs = [("period", own["period"]), ("name", line.period)]
    if value is not None:
        pairs += [("split", own["split"]), ("value", value)]
    pairs += [(fact, str(number)) for fact, number in answer.generations.items()]
    if answer.as_of is not None:
        pairs.append(("moment", str((answer.as_of - EPOCH) // timedelta(microseconds=1))))
    base = reverse("reports:stayers")
    return {part.value: lines.address(base, [*pairs, ("part", part.value)]) for part in Part}


def _plot(answer: StayAnswer) -> Plot | None:
    """Periods that have ended; one that runs would look like a fall."""
    ended = [line for line in answer.totals if line.is_ended]
    figures = [line.retention for line in ended]
    if sum(figure.value is not None for figure in figures) < 2:  # noqa: PLR2004 - one point is no line
        return None
    return LinePlot(
        title=_("Retention"),
        note=_("95 % interval; periods that have ended"),
        unit="%",
        name="retention",
        x=[line.period for line in ended],
        series=[
            Series(
                name=gettext("All customers"),
                values=[figure.value for figure in figures],
                low=[figure.low for figure in figures],
                high=[figure.high for figure in figures],
                n=figures[-1].n,
            )
        ],
    )


def _exports(actor: Actor, own: Mapping[str, str]) -> list[Button]:
    if not actor.has(EXPORT.code):
        return []
    return [
        Button(label=label, url=lines.address("", [*own.items(), ("export", form)]), icon="download")
        for form, label in (("xlsx", _("Spreadsheet")), ("csv", _("CSV")))
    ]


def _rows(answer: StayAnswer) -> Sequence[StayLine]:
    """All together first, then by the split, each from the oldest period on."""
    return [*answer.totals, *answer.lines]


def _list(request: HttpRequest, answer: StayAnswer) -> HttpResponseBase:
    rows = _rows(answer)
    return sheet(
        request,
        table="reports.retention",
        title=gettext("Who stays"),
        form="csv",
        query=f"period={answer.question.period}&split={answer.question.split}",
        columns=lines.columns(answer.question.split),
        count=lambda _most: len(rows),
        rows=lambda: iter(rows),
    )


def _workbook(actor: Actor, answer: StayAnswer, states: Mapping[str, object]) -> HttpResponseBase:
    """Sheets: by period, by class, the moves between the two waves, and who of each state stays."""
    pages = [
        export.Sheet(gettext("By period"), lines.columns(""), list(answer.totals)),
        export.Sheet(gettext("By part"), lines.columns(answer.question.split), list(answer.lines)),
        *lines.state_sheets(states),
    ]
    authorize(actor, EXPORT)
    now = clock.now()
    ui.record_export(
        actor=actor,
        table="reports.retention",
        form="xlsx",
        query=f"period={answer.question.period}&split={answer.question.split}",
        rows=sum(len(list(one.rows)) for one in pages),
        now=now,
    )
    return export.as_book(pages, Ink(now, actor.zone or "UTC"), gettext("Who stays"))
