"""What narrows a table: each filter reads its part of the URL, changes the query and names itself as a chip."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, pgettext

from zhike.platform import clock
from zhike.platform.ui.components import Text
from zhike.platform.ui.forms import narrow

Rows = QuerySet[Any]
Option = tuple[str, Text]
MOST_TEXT = 200


class Unreadable(ValueError):
    """A value in the URL that means nothing; the filter is ignored and the reader is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(ABC):
    """Base. `key` is its name in the URL."""

    key: str
    label: Text

    widget = "text"

    @abstractmethod
    def read(self, query: QueryDict) -> Any:  # noqa: ANN401  # each filter has its own kind of value
        """The value, or None when the URL does not set it."""

    @abstractmethod
    def narrow(self, rows: Rows, value: Any, zone: str) -> Rows:  # noqa: ANN401
        """The rows that remain; days begin in `zone`."""

    def words(self, value: Any) -> str:  # noqa: ANN401
        return str(value)

    def write(self, value: Any) -> list[tuple[str, str]]:  # noqa: ANN401
        """The value as the URL holds it."""
        return [(self.key, str(value))]

    def names(self) -> tuple[str, ...]:
        return (self.key,)


def _text(query: QueryDict, key: str) -> str:
    found = query.get(key, "")
    if "\x00" in found or len(found) > MOST_TEXT:
        raise Unreadable(found[:40])
    return found.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Filter):
    """Free text; the room says what it means (through its own indexes)."""

    apply: Callable[[Rows, str], Rows]
    placeholder: Text = ""

    widget = "search"

    def read(self, query: QueryDict) -> str | None:
        return narrow(_text(query, self.key)) or None

    def narrow(self, rows: Rows, value: str, zone: str) -> Rows:  # noqa: ARG002
        return self.apply(rows, value)

    def words(self, value: str) -> str:
        return f"“{value}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Filter):
    """Any of several values. `options` may be a function, called once a page; values of `field` are their codes."""

    options: Sequence[Option] | Callable[[], Sequence[Option]]
    field: str = ""
    apply: Callable[[Rows, Sequence[str]], Rows] | None = None
    several: bool = True

    widget = "choice"

    def choices(self) -> list[Option]:
        found = self.options() if callable(self.options) else self.options
        return [(str(code), label) for code, label in found]

    def read(self, query: QueryDict) -> tuple[str, ...] | None:
        found = [value for value in query.getlist(self.key) if value]
        if not found:
            return None
        known = {code for code, _label in self.choices()}
        strange = [value for value in found if value not in known]
        if strange:
            raise Unreadable(strange[0][:40])
        return tuple(dict.fromkeys(found if self.several else found[:1]))

    def narrow(self, rows: Rows, value: Sequence[str], zone: str) -> Rows:  # noqa: ARG002
        if self.apply is not None:
            return self.apply(rows, value)
        return rows.filter(**{f"{self.field or self.key}__in": value})

    def words(self, value: Sequence[str]) -> str:
        labels = dict(self.choices())
        return gettext(", ").join(str(labels[code]) for code in value)

    def write(self, value: Sequence[str]) -> list[tuple[str, str]]:
        return [(self.key, code) for code in value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Filter):
    """Yes or nothing."""

    condition: Q | None = None
    apply: Callable[[Rows], Rows] | None = None

    widget = "flag"

    def read(self, query: QueryDict) -> bool | None:
        return True if query.get(self.key) == "1" else None

    def narrow(self, rows: Rows, value: bool, zone: str) -> Rows:  # noqa: ARG002, FBT001
        if self.apply is not None:
            return self.apply(rows)
        return rows.filter(self.condition) if self.condition is not None else rows.filter(**{self.key: True})

    def words(self, value: bool) -> str:  # noqa: ARG002, FBT001
        return pgettext("answer", "Yes")

    def write(self, value: bool) -> list[tuple[str, str]]:  # noqa: ARG002, FBT001
        return [(self.key, "1")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days(Filter):
    """From and to a day, both included. With `instants` the field holds instants and days are the reader's."""

    field: str = ""
    instants: bool = True

    widget = "days"

    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")

    def read(self, query: QueryDict) -> tuple[date | None, date | None] | None:
        first, last = (self._day(_text(query, name)) for name in self.names())
        return None if first is None and last is None else (first, last)

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            found = date.fromisoformat(narrow(text))
        except ValueError as error:
            raise Unreadable(text[:40]) from error
        if not date(1900, 1, 1) <= found <= date(2200, 1, 1):
            raise Unreadable(text[:40])
        return found

    def narrow(self, rows: Rows, value: tuple[date | None, date | None], zone: str) -> Rows:
        first, last = value
        name = self.field or self.key
        if first is not None:
            rows = rows.filter(**{f"{name}__gte": clock.day_start(first, zone) if self.instants else first})
        if last is not None:
            end = last + timedelta(days=1)
            rows = rows.filter(**{f"{name}__lt": clock.day_start(end, zone) if self.instants else end})
        return rows

    def words(self, value: tuple[date | None, date | None]) -> str:
        first, last = value
        values = {"first": first, "last": last}
        if first is None:
            return gettext("until %(last)s") % values
        if last is None:
            return gettext("from %(first)s") % values
        return str(first) if first == last else gettext("%(first)s to %(last)s") % values

    def write(self, value: tuple[date | None, date | None]) -> list[tuple[str, str]]:
        return [(name, day.isoformat()) for name, day in zip(self.names(), value, strict=True) if day is not None]


def values_of(filters: Sequence[Filter], query: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """Values by key, and what could not be read by key."""
    values: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for one in filters:
        try:
            value = one.read(query)
        except Unreadable as error:
            unreadable[one.key] = str(error)
            continue
        if value is not None:
            values[one.key] = value
    return values, unreadable


def narrowed(rows: Rows, filters: Sequence[Filter], values: Mapping[str, Any], zone: str) -> Rows:
    for one in filters:
        if one.key in values:
            rows = one.narrow(rows, values[one.key], zone)
    return rows
