"""Where a table's rows come from: a QuerySet, a short list, or anything with the same three answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from django.db.models import DateField, DateTimeField, QuerySet

from zhike.platform import clock
from zhike.platform.ui.tables import keyset
from zhike.platform.ui.tables.filters import Filter, narrowed
from zhike.platform.ui.tables.keyset import Sort

CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the reader wants to see. `after` and `before` are cursors of this source, `at` a day to go to."""

    sort: Sort
    values: dict[str, Any] = field(default_factory=dict)
    size: int = 50
    after: str = ""
    before: str = ""
    at: date | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    rows: Sequence[Any]
    newer: str = ""
    older: str = ""


class Source(Protocol):
    def page(self, ask: Ask) -> Slice:
        """One page, with the cursors of the pages before (`newer`) and after (`older`) it."""

    def count(self, ask: Ask, most: int) -> int:
        """How many rows match, counting no further than `most`."""

    def every(self, ask: Ask) -> Iterator[Any]:
        """All matching rows in order."""

    def keeps_time(self, sort: Sort) -> bool:
        """Whether this order runs along time, so that one can go to a date."""


@dataclass(frozen=True, slots=True)
class QuerySetSource:
    """`parts` are the same rows cut up without overlap, each found by an index of its own: read and counted so.

    Rows that are seen for one of several reasons have no index in common: without parts, who sees few of a million
    would wait until all were looked at.
    """

    rows: QuerySet[Any]
    filters: Sequence[Filter] = ()
    parts: Sequence[QuerySet[Any]] = ()

    def matching(self, ask: Ask) -> QuerySet[Any]:
        return narrowed(self.rows, self.filters, ask.values, ask.zone)

    def keeps_time(self, sort: Sort) -> bool:
        return isinstance(keyset.sort_field(self.rows.model, sort.field), DateField)

    def page(self, ask: Ask) -> Slice:
        model = self.rows.model
        after = keyset.read_cursor(ask.after, ask.sort, model) if ask.after else None
        before = keyset.read_cursor(ask.before, ask.sort, model) if ask.before else None
        backwards = before is not None
        found = self._some(ask, after, before)
        more, found = len(found) > ask.size, found[: ask.size]
        if backwards:
            found.reverse()
        if not found:
            return Slice(rows=[])
        first, last = (keyset.cursor_of(row, ask.sort).text(ask.sort) for row in (found[0], found[-1]))
        has_newer = more if backwards else after is not None or ask.at is not None
        has_older = True if backwards else more
        return Slice(rows=found, newer=first if has_newer else "", older=last if has_older else "")

    def _some(self, ask: Ask, after: keyset.Cursor | None, before: keyset.Cursor | None) -> list[Any]:
        """A page and one row more, in the order in which they are read."""

        def next_of(rows: QuerySet[Any]) -> QuerySet[Any]:
            if before is not None:
                rows = keyset.beyond(rows, ask.sort, before, backwards=True)
            elif after is not None:
                rows = keyset.beyond(rows, ask.sort, after)
            elif ask.at is not None and self.keeps_time(ask.sort):
                rows = keyset.from_edge(rows, ask.sort, self._edge(ask, ask.at))
            return ask.sort.ordered(rows, backwards=before is not None)[: ask.size + 1]

        if len(self.parts) <= 1:
            return list(next_of(self.matching(ask)))
        narrow = [narrowed(part, self.filters, ask.values, ask.zone) for part in self.parts]
        first, *others = [next_of(part).values("pk") for part in narrow]
        picked = self.rows.filter(pk__in=first.union(*others, all=True))
        return list(ask.sort.ordered(picked, backwards=before is not None)[: ask.size + 1])

    def _edge(self, ask: Ask, day: date) -> datetime | date:
        instants = isinstance(keyset.sort_field(self.rows.model, ask.sort.field), DateTimeField)
        edge = day + timedelta(days=1) if ask.sort.descending else day
        return clock.day_start(edge, ask.zone) if instants else edge

    def countable(self, ask: Ask, most: int) -> QuerySet[Any]:
        first, *others = [
            narrowed(part, self.filters, ask.values, ask.zone).order_by().values("pk")
            for part in self.parts or [self.rows]
        ]
        return (first.union(*others, all=True) if others else first)[:most]

    def count(self, ask: Ask, most: int) -> int:
        return self.countable(ask, most).count()

    def every(self, ask: Ask) -> Iterator[Any]:
        return ask.sort.ordered(self.matching(ask)).iterator(chunk_size=CHUNK)


@dataclass(frozen=True, slots=True)
class ListSource:
    """Rows already at hand, filtered and sorted by the page; at most some thousands."""

    rows: Sequence[Any]

    def keeps_time(self, sort: Sort) -> bool:  # noqa: ARG002  # as in the protocol
        return False

    def page(self, ask: Ask) -> Slice:
        start = _position(ask.after) if ask.after else max(0, _position(ask.before) - ask.size)
        found = self.rows[start : start + ask.size]
        newer = str(start) if start else ""
        older = str(start + ask.size) if start + ask.size < len(self.rows) else ""
        return Slice(rows=found, newer=newer, older=older)

    def count(self, ask: Ask, most: int) -> int:  # noqa: ARG002
        return min(len(self.rows), most)

    def every(self, ask: Ask) -> Iterator[Any]:  # noqa: ARG002
        return islice(self.rows, None)


def _position(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004  # ten million rows
