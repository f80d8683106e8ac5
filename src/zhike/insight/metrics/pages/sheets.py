"""The rows behind a figure as they leave the house: as a sheet for people, as Parquet for programs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from operator import itemgetter
from tempfile import TemporaryFile

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from zhike.insight.lake import actions as lake
from zhike.insight.lake.policies import FETCH_FACTS
from zhike.insight.lake.types import PARQUET
from zhike.insight.metrics import queries
from zhike.insight.metrics.pages import scales
from zhike.insight.metrics.types import Metric, Question
from zhike.platform import clock, facts
from zhike.platform.ui.policies import EXPORT
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import Column, sheet
from zhike.platform.ui.tables import Kind as CellKind


def forms_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The forms in which the rows may leave, with their addresses."""
    actor = require_actor(request)
    forms = [("XLSX", EXPORT), ("CSV", EXPORT), ("Parquet", FETCH_FACTS)]
    return [
        (name, request.path + own_query(request, export=name.lower())) for name, right in forms if actor.has(right.code)
    ]


def own_query(request: HttpRequest, **more: str) -> str:
    """These rows, begun at the top unless `more` says where to go on."""
    own = request.GET.copy()
    own.pop("after", None)
    for name, value in more.items():
        own[name] = value
    return f"?{own.urlencode()}"


def rows_sheet(
    request: HttpRequest,
    metric: Metric,
    question: Question,
    only_hits: bool | None,  # noqa: FBT001 - as the address
    form: str,
) -> HttpResponseBase:
    """All the rows, with what each adds to the figure as a number in the metric's own unit."""
    actor = require_actor(request)
    scale = scales.scale_of(metric, None)
    own = request.GET.copy()
    own.pop("export", None)
    own.pop("after", None)
    # What the columns are called is known with the first page, which is empty where nothing is behind the figure.
    headings = queries.newest_rows(actor=actor, question=question, only_hits=only_hits, limit=1).headings

    def rows() -> Iterator[Sequence[str | float | None]]:
        # Which rows they are is settled here, within one look; the sheet is written after the request.
        pages = queries.all_rows(actor=actor, question=question, only_hits=only_hits)
        return (_line(page, row) for page in pages for row in page.rows)

    def column(position: int, heading: str) -> Column:
        last = metric.value is not None and position == len(headings) - 1
        label = f"{heading} ({scale.unit})" if last and scale.unit else heading
        return Column(str(position), label, CellKind.NUMBER if last else CellKind.TEXT, value=itemgetter(position))

    return sheet(
        request,
        table=f"metrics.{metric.id}",
        title=gettext("Rows behind %(figure)s") % {"figure": metric.label},
        form=form,
        query=own.urlencode(),
        columns=[column(position, heading) for position, heading in enumerate(headings)],
        count=lambda most: queries.count_rows(actor=actor, question=question, only_hits=only_hits, most=most),
        rows=rows,
    )


def rows_file(request: HttpRequest, question: Question, only_hits: bool | None) -> HttpResponseBase:  # noqa: FBT001 - as asked
    """All the rows as programs read them: the columns of the fact, and what each row adds."""
    actor = require_actor(request)
    with ExitStack() as unless_sent:
        out = unless_sent.enter_context(TemporaryFile())
        made = queries.write_behind(actor=actor, question=question, only_hits=only_hits, out=out)
        lake.record_fetch(
            actor=actor,
            fact=made.fact,
            generation=made.generation,
            rows=made.rows,
            query=request.GET.urlencode(),
            now=clock.now(),
        )
        unless_sent.pop_all()
    out.seek(0)
    name = f"{question.metric}-{made.generation}.parquet"
    return FileResponse(out, as_attachment=True, filename=name, content_type=PARQUET)


def _line(page: queries.NewestRows, row: facts.Row) -> Sequence[str | float | None]:
    last = (*row.cells[:-1], page.values[row.id]) if row.id in page.values else row.cells
    return (row.title, *last)
