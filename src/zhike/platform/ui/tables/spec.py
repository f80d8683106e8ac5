"""What a room declares of a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.platform.ui.components import Empty, Severity, Text
from zhike.platform.ui.tables.columns import Column
from zhike.platform.ui.tables.filters import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """A deed on the chosen rows. The address takes a POST; `Table.selected` gives it the rows."""

    label: Text
    url_name: str
    right: str = ""
    icon: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInView:
    """A tab that everyone finds, e.g. `BuiltInView(label=_("Late"), query="late=1")`."""

    label: Text
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What a list is. `key` is stable (`<room>.<name>`); `sort` is the default order, `-field` descending."""

    key: str
    title: Text
    columns: Sequence[Column]
    sort: str
    filters: Sequence[Filter] = ()
    views: Sequence[BuiltInView] = ()
    bulk: Sequence[BulkAction] = ()
    row_url: Callable[[Any], str] | None = None
    row_severity: Callable[[Any], Severity] | None = None
    row_drawer: bool = False
    size: int = 50
    empty: Empty | None = None
    exportable: bool = True
    saves_views: bool = True
