"""What the interface remembers for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as its tab shows it."""

    id: int
    name: str
    query: str
    role: str
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMemory:
    """What one query fetches beside the rows: the count, the tabs, the remembered columns."""

    total: int
    views: Sequence[View] = ()
    columns: Sequence[str] = ()
    compact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    key: str
    label: str
    url: str
    content: dict[str, str]
    saved_at: datetime
    labels: Mapping[str, str]
    meant: Mapping[str, str]
