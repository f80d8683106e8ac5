"""Lists: declared once, then a page, a fragment, a sheet, a bulk selection. Usage: docs/reference/ui.md."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.ui.tables.columns import Column, Kind
from zhike.platform.ui.tables.filters import Choice, Days, Filter, Flag, Search, Unreadable

if TYPE_CHECKING:
    from zhike.platform.ui.tables.keyset import Sort
    from zhike.platform.ui.tables.pages import TablePage
    from zhike.platform.ui.tables.sources import Ask, ListSource, QuerySetSource, Slice, Source
    from zhike.platform.ui.tables.spec import BuiltInView, BulkAction
    from zhike.platform.ui.tables.table import Table, sheet

__all__ = [
    "Ask",
    "BuiltInView",
    "BulkAction",
    "Choice",
    "Column",
    "Days",
    "Filter",
    "Flag",
    "Kind",
    "ListSource",
    "QuerySetSource",
    "Search",
    "Slice",
    "Sort",
    "Source",
    "Table",
    "TablePage",
    "Unreadable",
    "sheet",
]
__getattr__ = lazily(
    __name__,
    {
        "Ask": "sources",
        "BuiltInView": "spec",
        "BulkAction": "spec",
        "ListSource": "sources",
        "QuerySetSource": "sources",
        "Slice": "sources",
        "Sort": "keyset",
        "Source": "sources",
        "Table": "table",
        "TablePage": "pages",
        "sheet": "table",
    },
)
