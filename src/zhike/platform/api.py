"""What every room's JSON API shares: who asks, pages with cursors, and the shape of an error."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid

T = TypeVar("T")
M = TypeVar("M", bound=Model)
MOST_ITEMS = 200


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
    """One page of a list. `next` is the cursor of the following page, null at the end."""

    items: list[T]
    next: str | None = None


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; the API's sign-in has set it."""
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


def encode_cursor(*values: object) -> str:
    """An opaque cursor of the last row's sort values."""
    plain = [_plain(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: Callable[[str], Any]) -> list[Any]:
    """The values of a cursor read as these kinds; raises `Invalid` for one that this list did not give out."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [None if value is None else kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, ArithmeticError):
        raise Invalid.of("cursor", "bad_cursor", _("This cursor does not belong to this list.")) from None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def page_by_id(
    rows: QuerySet[M], *, cursor: str, limit: int, out: Callable[[M], T], newest_first: bool = True
) -> dict[str, Any]:
    """A page of a query set by primary key, for `response=Page[Out]`; one query."""
    limit = max(1, min(limit, MOST_ITEMS))
    if cursor:
        (last,) = decode_cursor(cursor, int)
        rows = rows.filter(pk__lt=last) if newest_first else rows.filter(pk__gt=last)
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    more = encode_cursor(found[limit - 1].pk) if len(found) > limit else None
    return {"items": [out(row) for row in found[:limit]], "next": more}


def page_of(items: Sequence[T], more: str | None) -> dict[str, Any]:
    """A page that a room's own query has cut already."""
    return {"items": list(items), "next": more}
