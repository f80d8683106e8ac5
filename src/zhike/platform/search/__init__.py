"""One search over everything: rooms register a source, the index follows their changes."""

from typing import TYPE_CHECKING

from zhike.platform.lazy import lazily
from zhike.platform.search.types import (
    Document,
    Hit,
    Numbers,
    NumberSource,
    Results,
    SearchSource,
    Sight,
    register_numbers,
    register_source,
)

if TYPE_CHECKING:
    from zhike.platform.search.index import refresh_later
    from zhike.platform.search.queries import batch, search

__all__ = [
    "Document",
    "Hit",
    "NumberSource",
    "Numbers",
    "Results",
    "SearchSource",
    "Sight",
    "batch",
    "refresh_later",
    "register_numbers",
    "register_source",
    "search",
]
__getattr__ = lazily(__name__, {"refresh_later": "index", "search": "queries", "batch": "queries"})
