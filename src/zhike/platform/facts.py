"""What rooms publish to the lake: own columns, scope and dimensions as at the event; no names, no free text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from zhike.platform.actors import Actor

_facts: dict[str, "Fact"] = {}
_added: dict[str, list[tuple["Column", tuple[str, ...]]]] = {}
_namers: dict[str, "Namer"] = {}
_openers: dict[str, "Opener"] = {}
# Names that one page has asked for: by dimension, each value with its name, or None where nobody knows it.
_told: ContextVar[dict[str, dict[str, str | None]] | None] = ContextVar("zhike_fact_names", default=None)


class ColumnType(StrEnum):
    """Types that survive the way from PostgreSQL through Parquet to any engine."""

    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"  # 18 digits, 4 of them after the point
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"  # microseconds, UTC


SQL_TYPES = {
    ColumnType.INTEGER: "bigint",
    ColumnType.FLOAT: "double precision",
    ColumnType.DECIMAL: "numeric(18,4)",
    ColumnType.TEXT: "text",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.INSTANT: "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One published column. `sql` is an expression over the table's own columns; empty means the column itself.

    `dimension` columns may be grouped and filtered by; `label` is what people read.
    """

    name: str
    type: ColumnType
    sql: str = ""
    dimension: bool = False
    label: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact table: a table with `id` and `changed_xid`, and the columns published from it.

    `month` is an SQL expression of an immutable date (the first of the event's month) that never changes for a row:
    the lake is partitioned by it. `scope` is the column of unit tree numbers that reach is compiled against.
    `rows_url_name` opens the rows behind a figure; `zone` says in which zone days and months are meant.
    `joins` brings further tables in, at most one row of each a row; columns then name their table. `follows` are
    selects of the ids whose joined rows changed at or after `{since}`, so that those are published anew.
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    month: str
    scope: str = "scope_unit_id"
    label: str | Promise = ""
    rows_url_name: str = ""
    joins: str = ""
    follows: tuple[str, ...] = ()

    def changed(self, since: str) -> str:
        """The SQL condition of rows that changed, themselves or in what they follow, at or after this transaction."""
        own = f"{self.table}.changed_xid >= '{int(since)}'::xid8"
        if not self.follows:
            return own
        # One list of ids out of indexes: an OR over the joined tables would read them all.
        found = [f"SELECT {self.table}.id FROM {self.table} WHERE {own}"]  # noqa: S608 - our own names
        found += [one.format(since=f"'{int(since)}'::xid8") for one in self.follows]
        return f"{self.table}.id IN ({' UNION '.join(found)})"

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def dimensions(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.dimension)


def publish(fact: Fact) -> Fact:
    """Register a fact; called at module level of a room's `facts.py`."""
    _facts[fact.name] = fact
    for column, follows in _added.get(fact.name, ()):
        _add(fact.name, column, follows)
    return fact


def add_column(fact: str, column: Column, *, follows: tuple[str, ...] = ()) -> None:
    """Publish what an upper room knows of a lower room's rows, e.g. whether somebody complained of the goods.

    The lower room knows nothing of it. `follows` as in `Fact`.
    """
    _added.setdefault(fact, []).append((column, follows))
    if fact in _facts:
        _add(fact, column, follows)


def _add(name: str, column: Column, follows: tuple[str, ...]) -> None:
    known = _facts[name]
    if column not in known.columns:
        _facts[name] = replace(known, columns=(*known.columns, column), follows=(*known.follows, *follows))


def published() -> dict[str, Fact]:
    return dict(sorted(_facts.items()))


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a figure, as its room shows it: what to call it, where it is, what to say of it."""

    id: int
    title: str
    url: str
    cells: tuple[str, ...] = ()


class Namer(Protocol):
    """Names of a dimension's values, in the reader's language; values it does not know are left out."""

    def __call__(self, values: Sequence[str]) -> Mapping[str, str]: ...


class Opener(Protocol):
    """The rows of a fact by id, those the actor may see, with the headings of their cells."""

    def __call__(self, *, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]: ...


def name_dimension(dimension: str, namer: Namer) -> None:
    """Register how a dimension's values are called; once in the room that owns them (`providers.py`)."""
    _namers[dimension] = namer


def names_of(dimension: str, values: Sequence[str]) -> Mapping[str, str]:
    """Names of a dimension's values; within `names_kept` each value is looked up once."""
    namer, told = _namers.get(dimension), _told.get()
    if namer is None:
        return {}
    if told is None:
        return namer(values)
    known = told.setdefault(dimension, {})
    if unknown := [value for value in dict.fromkeys(values) if value not in known]:
        found = namer(unknown)
        known.update({value: found.get(value) for value in unknown})
    return {value: name for value in values if (name := known[value]) is not None}


@contextmanager
def names_kept() -> Iterator[None]:
    """Within it no name is asked for twice; for one page in one language."""
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def open_rows_with(fact: str, opener: Opener) -> None:
    """Register how the rows behind a fact's figures are read; in the room that publishes it."""
    _openers[fact] = opener


def rows_of(fact: str, *, actor: Actor, ids: Sequence[int]) -> tuple[Sequence[str], Sequence[Row]]:
    return _openers[fact](actor=actor, ids=ids)
