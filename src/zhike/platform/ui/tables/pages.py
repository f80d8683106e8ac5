"""A table as its template draws it: heads, cells, tabs, chips, the ways on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from zhike.platform.actors import Actor
from zhike.platform.ui import formats, policies
from zhike.platform.ui.components import Empty, EmptyKind, Severity, Tab, Text
from zhike.platform.ui.formats import Ink
from zhike.platform.ui.tables.cells import cell
from zhike.platform.ui.tables.columns import Column
from zhike.platform.ui.tables.filters import Filter
from zhike.platform.ui.tables.keyset import Sort
from zhike.platform.ui.tables.sources import Slice
from zhike.platform.ui.tables.spec import TableSpec
from zhike.platform.ui.tables.state import State
from zhike.platform.ui.types import TableMemory, View

COUNTED = 10_000
BARE_FILTERS = 4


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    url: str
    order: str


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    markup: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    url: str
    wrapped: bool
    severity: str
    first: Cell
    rest: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class FilterMenu:
    filter: Filter
    value: Any
    options: Sequence[tuple[str, Text, bool]]
    active: bool


@dataclass(frozen=True, slots=True)
class Deed:
    label: Text
    url: str
    icon: str
    danger: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """`table` in the template."""

    key: str
    id: str
    title: Text
    state: State
    heads: Sequence[Head]
    rows: Sequence[Row]
    tabs: Sequence[Tab]
    current_view: View | None
    menus: Sequence[FilterMenu]
    more_menus: Sequence[FilterMenu]
    choices: Sequence[tuple[Column, bool]]
    bulk: Sequence[Deed]
    total: int
    total_words: str
    compact: bool
    newer_url: str
    older_url: str
    newer_label: str
    older_label: str
    timed: bool
    empty: Empty
    clear_url: str
    can_save: bool
    can_share: bool
    can_export: bool
    csv_url: str
    xlsx_url: str
    drawer: bool

    @property
    def chips(self) -> Sequence[Any]:
        return self.state.chips()

    @property
    def span(self) -> int:
        return len(self.heads) + bool(self.bulk)


def build_page(
    table: TableSpec, *, state: State, found: Slice, memory: TableMemory, actor: Actor | None, ink: Ink, timed: bool
) -> TablePage:
    columns = _columns(table, state, memory)
    menus = [_menu(one, state) for one in table.filters]
    newest_first = not timed or state.sort.descending
    bare = menus if len(menus) <= BARE_FILTERS + 1 else menus[:BARE_FILTERS]
    return TablePage(
        key=table.key,
        id=f"table-{table.key.replace('.', '-')}",
        title=table.title,
        state=state,
        heads=[_head(column, state) for column in columns],
        rows=[_row(table, columns, row, ink) for row in found.rows],
        tabs=_tabs(table, state, memory),
        current_view=next((view for view in memory.views if view.id == state.view), None),
        menus=bare,
        more_menus=menus[len(bare) :],
        choices=[(column, column in columns) for column in table.columns],
        bulk=_deeds(table, actor),
        total=memory.total,
        total_words=f"{COUNTED:,}+" if memory.total > COUNTED else formats.number(memory.total),
        compact=memory.compact if state.compact is None else state.compact,
        newer_url=state.url(("before", found.newer)) if found.newer else "",
        older_url=state.url(("after", found.older)) if found.older else "",
        newer_label=_way_words(timed=timed, newer=newest_first),
        older_label=_way_words(timed=timed, newer=not newest_first),
        timed=timed,
        empty=_empty(table, state),
        clear_url=state.cleared(),
        can_save=bool(actor and table.saves_views and actor.has(policies.VIEWS.code)),
        can_share=bool(actor and actor.has(policies.SHARE_VIEWS.code)),
        can_export=bool(actor and table.exportable and actor.has(policies.EXPORT.code)),
        csv_url=state.url(("export", "csv")),
        xlsx_url=state.url(("export", "xlsx")),
        drawer=table.row_drawer,
    )


def _columns(table: TableSpec, state: State, memory: TableMemory) -> list[Column]:
    """As in the URL, else as remembered, else as declared; the first column always stands."""
    known = {column.key for column in table.columns}
    wanted = set(state.columns) or {name for name in memory.columns if name in known}
    first = table.columns[0]
    if not wanted:
        return [column for column in table.columns if column.shown or column is first]
    return [column for column in table.columns if column.key in wanted or column is first]


def _head(column: Column, state: State) -> Head:
    if not column.sort:
        return Head(column, "", "")
    current = state.sort.field == column.sort
    order = ("descending" if state.sort.descending else "ascending") if current else ""
    return Head(column, state.url(sort=Sort(column.sort, current and not state.sort.descending)), order)


def _row(table: TableSpec, columns: Sequence[Column], row: Any, ink: Ink) -> Row:  # noqa: ANN401  # the room's own row
    cells = [Cell(column, cell(column, row, ink)) for column in columns]
    severity = table.row_severity(row) if table.row_severity else Severity.NONE
    identity = getattr(row, "pk", None) or getattr(row, "id", "")
    url = table.row_url(row) if table.row_url else ""
    wrapped = bool(url) and columns[0].url is None
    return Row(str(identity), url, wrapped, severity.value, cells[0], cells[1:])


def _menu(one: Filter, state: State) -> FilterMenu:
    value = state.values.get(one.key)
    options: list[tuple[str, Text, bool]] = []
    choices = getattr(one, "choices", None)
    if one.widget == "choice" and choices is not None:
        chosen = set(value or ())
        options = [(code, label, code in chosen) for code, label in choices()]
    return FilterMenu(one, value, options, one.key in state.values)


def _tabs(table: TableSpec, state: State, memory: TableMemory) -> list[Tab]:
    query = state.query
    tabs = [Tab(label=pgettext("view", "All"), url=state.path, current=not query and state.view is None)]
    tabs.extend(
        Tab(label=view.label, url=f"{state.path}?{view.query}", current=state.view is None and query == view.query)
        for view in table.views
    )
    for view in memory.views:
        start = f"{view.query}&" if view.query else ""
        tabs.append(Tab(label=view.name, url=f"{state.path}?{start}view={view.id}", current=view.id == state.view))
    return tabs


def _deeds(table: TableSpec, actor: Actor | None) -> list[Deed]:
    found = []
    for one in table.bulk:
        if one.right and not (actor and actor.has(one.right)):
            continue
        try:
            found.append(Deed(one.label, reverse(one.url_name), one.icon, one.danger))
        except NoReverseMatch:
            continue
    return found


def _way_words(*, timed: bool, newer: bool) -> str:
    if timed:
        return gettext("newer") if newer else gettext("older")
    return pgettext("page", "previous") if newer else pgettext("page", "next")


def _empty(table: TableSpec, state: State) -> Empty:
    if state.values or state.at or state.after or state.before:
        return Empty(
            kind=EmptyKind.NO_MATCH,
            title=gettext("Nothing matches"),
            text=gettext("No entry of this list fits all of these filters. Remove one:"),
        )
    return table.empty or Empty(kind=EmptyKind.NOTHING_YET, title=gettext("Nothing here yet"))
