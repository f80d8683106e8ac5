"""What the URL says about a table, and the addresses that change one thing of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from zhike.platform.ui.components import ChipFilter
from zhike.platform.ui.tables.columns import Column
from zhike.platform.ui.tables.filters import Filter, values_of
from zhike.platform.ui.tables.keyset import Sort

Pair = tuple[str, str]
OWN = ("sort", "cols", "density", "after", "before", "at", "view", "export")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    path: str
    filters: Sequence[Filter]
    values: dict[str, Any]
    unreadable: dict[str, str]
    sort: Sort
    default_sort: Sort
    columns: tuple[str, ...] = ()
    compact: bool | None = None
    after: str = ""
    before: str = ""
    at: date | None = None
    view: int | None = None
    kept: tuple[Pair, ...] = field(default=())

    def filter_pairs(self, *, without: str = "") -> list[Pair]:
        return [
            pair
            for one in self.filters
            if one.key in self.values and one.key != without
            for pair in one.write(self.values[one.key])
        ]

    def own_pairs(self, *, sort: Sort | None = None, view: bool = True) -> list[Pair]:
        order = sort or self.sort
        pairs = [("sort", str(order))] if order != self.default_sort else []
        if self.columns:
            pairs.append(("cols", ",".join(self.columns)))
        if self.compact is not None:
            pairs.append(("density", "compact" if self.compact else "normal"))
        if view and self.view is not None:
            pairs.append(("view", str(self.view)))
        return pairs

    def url(self, *pairs: Pair, sort: Sort | None = None, without: str = "") -> str:
        """This list with other cursors or order; filters stay."""
        return self._address([*self.kept, *self.filter_pairs(without=without), *self.own_pairs(sort=sort), *pairs])

    def cleared(self) -> str:
        return self._address([*self.kept, *self.own_pairs(view=False)])

    def _address(self, pairs: Iterable[Pair]) -> str:
        found = urlencode(list(pairs))
        return f"{self.path}?{found}" if found else self.path

    @property
    def query(self) -> str:
        """Filters and order: what a saved view keeps and a bulk action repeats."""
        pairs = self.filter_pairs()
        if self.sort != self.default_sort:
            pairs.append(("sort", str(self.sort)))
        return urlencode(pairs)

    def chips(self) -> list[ChipFilter]:
        return [
            ChipFilter(label=one.label, value=one.words(self.values[one.key]), remove_url=self.url(without=one.key))
            for one in self.filters
            if one.key in self.values
        ]

    @property
    def address(self) -> str:
        """The canonical address of exactly this page of the list."""
        cursor = [(name, text) for name, text in (("after", self.after), ("before", self.before)) if text]
        if self.at is not None:
            cursor.append(("at", self.at.isoformat()))
        return self.url(*cursor)


def read(
    path: str, query: QueryDict, *, columns: Sequence[Column], filters: Sequence[Filter], default_sort: str
) -> State:
    values, unreadable = values_of(filters, query)
    default = Sort.parse(default_sort)
    sort = Sort.parse(query.get("sort", ""))
    sortable = {column.sort for column in columns if column.sort} | {default.field}
    names = {column.key for column in columns}
    chosen = tuple(name for name in dict.fromkeys(query.get("cols", "").split(",")) if name in names)
    density = {"compact": True, "normal": False}.get(query.get("density", ""))
    view = query.get("view", "")
    taken = {*OWN, *(name for one in filters for name in one.names())}
    return State(
        path=path,
        filters=filters,
        values=values,
        unreadable=unreadable,
        sort=sort if sort.field in sortable else default,
        default_sort=default,
        columns=chosen,
        compact=density,
        after=query.get("after", ""),
        before=query.get("before", ""),
        at=_day(query.get("at", "")),
        view=int(view) if view.isascii() and view.isdigit() and len(view) < 16 else None,  # noqa: PLR2004  # an id
        kept=tuple((name, text) for name, found in query.lists() if name not in taken for text in found),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(1900, 1, 1) <= found <= date(2200, 1, 1) else None
