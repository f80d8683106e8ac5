"""Declared tables: one call turns a request and a source of rows into a page, a fragment or a sheet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhike.platform import clock, parameters
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.ui import actions, queries
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.requests import actor_of, is_fragment, require_actor
from zhike.platform.ui.tables import export
from zhike.platform.ui.tables.columns import Column
from zhike.platform.ui.tables.filters import narrowed, values_of
from zhike.platform.ui.tables.pages import COUNTED, TablePage, build_page
from zhike.platform.ui.tables.sources import Ask, ListSource, QuerySetSource, Source
from zhike.platform.ui.tables.spec import TableSpec
from zhike.platform.ui.tables.state import State, read

EXPORT_ROWS = parameters.Parameter(
    key="ui.export_rows",
    label=_("Most rows of one export"),
    kind=int,
    default=100_000,
    minimum=1_000,
    maximum=1_000_000,
    unit=_("rows"),
    source=gettext_noop("an Excel sheet holds 1,048,576 rows"),
)
Decorate = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(TableSpec):
    """A list that answers requests."""

    def state(self, request: HttpRequest) -> State:
        """What the URL asks for: read it when the rows are not a QuerySet."""
        return read(request.path, request.GET, columns=self.columns, filters=self.filters, default_sort=self.sort)

    def respond(
        self,
        request: HttpRequest,
        rows: QuerySet[Any] | Sequence[Any] | Source,
        *,
        template: str,
        context: Mapping[str, Any] | None = None,
        decorate: Decorate | None = None,
    ) -> HttpResponseBase:
        """The page (its template draws `{% table table %}`), its fragment, or the exported list.

        `rows` is already scoped. `decorate` turns the rows of one page into what the columns read, set-based and in
        the same order.
        """
        source, state = self.source(rows), self.state(request)
        wanted = request.GET.get("export", "")
        if wanted in {"csv", "xlsx"} and self.exportable:
            return self._export(request, source, state, wanted, decorate)
        page = self.page(request, source, decorate=decorate)
        if is_fragment(request) and request.headers.get("HX-Target") == page.id:
            response = render(request, "ui/table.html", {**(context or {}), "table": page})
            response.headers["HX-Push-Url"] = page.state.address
            return response
        return render(request, template, {**(context or {}), "table": page})

    def page(
        self, request: HttpRequest, rows: QuerySet[Any] | Sequence[Any] | Source, *, decorate: Decorate | None = None
    ) -> TablePage:
        """The table for a page that draws it itself; two queries."""
        source, state, actor = self.source(rows), self.state(request), actor_of(request)
        ink = _ink(actor)
        ask = self.ask(state, ink)
        found = source.page(ask)
        if decorate is not None:
            found = replace(found, rows=decorate(found.rows))
        counted = source.countable(ask, COUNTED + 1) if isinstance(source, QuerySetSource) else None
        total = 0 if counted is not None else source.count(ask, COUNTED + 1)
        memory = queries.table_memory(actor=actor, table=self.key, counted=counted, total=total)
        return build_page(
            self,
            state=state,
            found=found,
            memory=memory,
            actor=actor,
            ink=ink,
            timed=source.keeps_time(state.sort),
        )

    def source(self, rows: QuerySet[Any] | Sequence[Any] | Source) -> Source:
        if isinstance(rows, QuerySet):
            return QuerySetSource(rows, self.filters)
        return ListSource(rows) if isinstance(rows, Sequence) else rows

    def ask(self, state: State, ink: Ink) -> Ask:
        return Ask(
            sort=state.sort,
            values=state.values,
            size=self.size,
            after=state.after,
            before=state.before,
            at=state.at,
            zone=ink.zone,
        )

    def selected(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows of a bulk action, out of the scoped `rows`: the ticked ones, or all that match."""
        if request.POST.get("all") == "1":
            query = QueryDict(request.POST.get("query", ""))
            values, unreadable = values_of(self.filters, query)
            if unreadable:
                # Fewer filters than the reader saw would mean more rows than were meant.
                raise Invalid.of("query", "unreadable", _("The filters could not be read; nothing was selected."))
            return narrowed(rows, self.filters, values, _ink(actor_of(request)).zone)
        chosen = [text for text in request.POST.getlist("ids") if text.isascii() and text.isdigit()]
        return rows.filter(pk__in=[int(text) for text in chosen if len(text) < 19])  # noqa: PLR2004  # fits a bigint

    def _export(
        self, request: HttpRequest, source: Source, state: State, form: str, decorate: Decorate | None
    ) -> HttpResponseBase:
        ask = self.ask(state, _ink(require_actor(request)))
        shown = set(state.columns) or {column.key for column in self.columns if column.shown}

        def rows() -> Iterator[Any]:
            found = source.every(ask)
            return _decorated(found, decorate) if decorate else found

        return sheet(
            request,
            table=self.key,
            title=str(self.title),
            form=form,
            query=state.query,
            columns=[column for column in self.columns if column.key in shown],
            count=lambda most: source.count(ask, most),
            rows=rows,
        )


def sheet(
    request: HttpRequest,
    *,
    table: str,
    title: str,
    form: str,
    query: str,
    columns: Sequence[Column],
    count: Callable[[int], int],
    rows: Callable[[], Iterator[Any]],
) -> HttpResponseBase:
    """A list as CSV or XLSX: the right is checked, its size bounded, the export written down.

    `count` counts the rows up to a number; `rows` is asked for them only when all that has passed.
    """
    actor, now = require_actor(request), clock.now()
    most = parameters.value(EXPORT_ROWS, at=now)
    total = count(most + 1)
    if total > most:
        raise Invalid(
            message=_("This list has more than %(most)s rows; one export holds no more."),
            kept=_("Nothing was exported."),
            next_step=_("Narrow the filters, for example to a month, and export the parts."),
            most=f"{most:,}",
        )
    actions.record_export(actor=actor, table=table, form=form, query=query, rows=total, now=now)
    ink = _ink(actor)
    name = f"{slugify(title, allow_unicode=True)}-{clock.local_date(now, ink.zone)}"
    maker = export.as_csv if form == "csv" else export.as_xlsx
    return maker(columns, rows(), ink, name)


def _ink(actor: Actor | None) -> Ink:
    return Ink(clock.now(), actor.zone if actor else "UTC")


def _decorated(rows: Iterator[Any], decorate: Decorate, size: int = 500) -> Iterator[Any]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield from decorate(batch)
            batch = []
    if batch:
        yield from decorate(batch)
