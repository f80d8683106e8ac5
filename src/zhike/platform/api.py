"""What every room's JSON API shares: who asks, pages with cursors, and the shape of an error."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from zhike.platform.actors import Actor
from zhike.platform.errors import FieldError, Invalid

T = TypeVar("T")
M = TypeVar("M", bound=Model)
MOST_ITEMS = 200
_FORTH, _BACK = ">", "<"


_BAD_CURSOR = _("This cursor does not belong to this list with these filters.")


class FieldProblem(Schema):
    """One thing wrong with one field; `field` is '' for the whole."""

    field: str
    code: str
    message: str


class Problem(Schema):
    """The one shape of every error: a stable code, what happened, what was kept, what to do next."""

    code: str
    message: str
    fields: list[FieldProblem] = []
    kept: str = ""
    next_step: str = ""
    operation: str = Field("", description="Id of this operation in the logs and the audit log.")


class Page(Schema, Generic[T]):
    """One page of a list, with the cursors of its neighbours; either is null where the list ends."""

    items: list[T]
    next: str | None = Field(None, description="Cursor of the following page; null at the end.")
    previous: str | None = Field(None, description="Cursor of the page before; null at the beginning.")


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; the API's sign-in has set it."""
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


_list: ContextVar[str] = ContextVar("zhike_list_asked", default="")


@contextmanager
def cursors_of(asked: str) -> Iterator[None]:
    """Bind the cursors made and read in this block to one list with its filters, described by `asked`."""
    token = _list.set(hashlib.sha256(asked.encode()).hexdigest()[:12])
    try:
        yield
    finally:
        _list.reset(token)


def encode_cursor(*values: object) -> str:
    """An opaque cursor of the last row's sort values, good for the list and filters it was made with."""
    plain = [*(_plain(value) for value in values), _list.get()]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: Callable[[str], Any]) -> list[Any]:
    """The values of a cursor read as these kinds.

    Raises `Invalid` for one that this list did not give out, or gave out with other filters.
    """
    try:
        *values, made_for = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if made_for != _list.get():
            raise ValueError(made_for)
        return [None if value is None else kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, ArithmeticError):
        raise Invalid.of("cursor", "bad_cursor", _BAD_CURSOR) from None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def page_by_id(
    rows: QuerySet[M], *, cursor: str, limit: int, out: Callable[[M], T], newest_first: bool = True
) -> dict[str, Any]:
    """A page of a query set by primary key, for `response=Page[Out]`; one query."""
    limit = max(1, min(limit, MOST_ITEMS))
    edge, backwards = decode_cursor(cursor, int, _way) if cursor else (None, False)
    falling = newest_first is not backwards
    if edge is not None:
        rows = rows.filter(pk__lt=edge) if falling else rows.filter(pk__gt=edge)
    found = list(rows.order_by("-pk" if falling else "pk")[: limit + 1])
    more, shown = len(found) > limit, found[:limit]
    if backwards:
        shown.reverse()
    # Beyond the edge that the cursor names there is the page that it came from.
    has_next, has_previous = (True, more) if backwards else (more, edge is not None)
    first, last = (shown[0].pk, shown[-1].pk) if shown else (edge, edge)
    return {
        "items": [out(row) for row in shown],
        "next": encode_cursor(last, _FORTH) if has_next and last is not None and (shown or backwards) else None,
        "previous": encode_cursor(first, _BACK) if has_previous and first is not None else None,
    }


def _way(text: str) -> bool:
    """Whether a cursor leads back; raises ValueError for anything else than the two ways."""
    if text not in {_FORTH, _BACK}:
        raise ValueError(text)
    return text == _BACK


def page_of(items: Sequence[T], more: str | None, before: str | None = None) -> dict[str, Any]:
    """A page that a room's own query has cut already."""
    return {"items": list(items), "next": more, "previous": before}


# What the framework finds wrong with a value, by its type of error, in words of ours; the names are its own.
_MESSAGES: Mapping[str, str | Promise] = {
    "missing": _("Please fill this in."),
    "string_type": _("This must be text."),
    "string_too_long": _("At most %(max_length)s characters."),
    "string_too_short": _("At least %(min_length)s characters."),
    "string_pattern_mismatch": _("This is not in the form that this field takes."),
    "int_type": _("This must be a whole number."),
    "int_parsing": _("This must be a whole number."),
    "int_parsing_size": _("This number is too large."),
    "int_from_float": _("This must be a whole number."),
    "float_type": _("This must be a number."),
    "float_parsing": _("This must be a number."),
    "finite_number": _("This must be a number."),
    "decimal_type": _("This must be a number, as exact text."),
    "decimal_parsing": _("This must be a number, as exact text."),
    "decimal_max_digits": _("At most %(max_digits)s digits in all."),
    "decimal_max_places": _("At most %(decimal_places)s digits after the point."),
    "decimal_whole_digits": _("At most %(whole_digits)s digits before the point."),
    "greater_than": _("This must be more than %(gt)s."),
    "greater_than_equal": _("This must be %(ge)s or more."),
    "less_than": _("This must be less than %(lt)s."),
    "less_than_equal": _("This must be %(le)s or less."),
    "bool_type": _("This must be true or false."),
    "bool_parsing": _("This must be true or false."),
    "enum": _("This must be one of: %(expected)s"),
    "literal_error": _("This must be one of: %(expected)s"),
    "list_type": _("This must be a list."),
    "too_long": _("At most %(max_length)s entries."),
    "too_short": _("At least %(min_length)s entries."),
    "dict_type": _("This must be an object with named fields."),
    "model_type": _("This must be an object with named fields."),
    "model_attributes_type": _("This must be an object with named fields."),
    "timezone_aware": _("A time needs its offset, such as 2026-03-02T08:00:00+08:00."),
}
_TIMES = _("This must be a date and time that exists, such as 2026-03-02T08:00:00+08:00.")
_DATES = _("This must be a date that exists, such as 2026-03-02.")
_OTHERWISE = _("This value cannot be taken.")


def told(error: Mapping[str, Any]) -> FieldError:
    """One error of the framework's validation, as a field error in the reader's language."""
    kind = str(error.get("type", "invalid"))
    message = _MESSAGES.get(kind)
    if message is None:
        message = _TIMES if kind.startswith("datetime") else _DATES if kind.startswith("date") else _OTHERWISE
    # "'a', 'b' or 'c'" is English; the quoted values alone are not.
    context = {**(error.get("ctx") or {})}
    if "expected" in context:
        context["expected"] = ", ".join(_QUOTED.findall(str(context["expected"])))
    return FieldError(kind, message, {name: str(value) for name, value in context.items()})


_QUOTED = re.compile(r"'([^']*)'")
