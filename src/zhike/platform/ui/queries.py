"""Reads of the interface: what a table remembers, and drafts."""

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from zhike.platform.actors import Actor
from zhike.platform.ui.models import Draft, SavedView
from zhike.platform.ui.policies import owner_of
from zhike.platform.ui.types import DraftText, TableMemory, View

_MEMORY = """
SELECT {count},
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'query', query, 'role', role,
                                                'mine', owner = %s) ORDER BY position, id), '[]')
     FROM ui_savedview WHERE "table" = %s AND (owner = %s OR (role <> '' AND role = ANY(%s)))),
  (SELECT jsonb_build_object('columns', columns, 'compact', compact)
     FROM ui_tablepreference WHERE "table" = %s AND owner = %s)
"""


def table_memory(*, actor: Actor | None, table: str, counted: QuerySet[Any] | None, total: int = 0) -> TableMemory:
    """Count, views and remembered columns with one query. `counted` is a sliced QuerySet, so the count has an end."""
    owner = owner_of(actor) if actor else ""
    roles = sorted(actor.roles) if actor else []
    count_sql, count_params = "%s::bigint", [total]
    if counted is not None:
        try:
            inner, params = counted.query.sql_with_params()
            count_sql, count_params = f"(SELECT count(*) FROM ({inner}) matching)", list(params)  # noqa: S608
        except EmptyResultSet:
            count_params = [0]
    with connection.cursor() as cursor:
        cursor.execute(_MEMORY.format(count=count_sql), [*count_params, owner, table, owner, roles, table, owner])
        found, views, preference = cursor.fetchone() or (0, "[]", None)
    kept = _json(preference) or {}
    return TableMemory(
        total=found,
        views=[View(v["id"], v["name"], v["query"], v["role"], v["mine"]) for v in _json(views) or []],
        columns=kept.get("columns", []),
        compact=kept.get("compact", False),
    )


def _json(value: Any) -> Any:  # noqa: ANN401  # a raw cursor gives jsonb as text
    return json.loads(value) if isinstance(value, str) else value


def views_of(*, actor: Actor) -> QuerySet[SavedView]:
    """The views that this actor may change: its own."""
    return SavedView.objects.filter(owner=owner_of(actor))


def draft(*, actor: Actor, key: str) -> DraftText | None:
    found = Draft.objects.filter(owner=owner_of(actor), key=key).first()
    if found is None:
        return None
    return _text(found)


def drafts(*, actor: Actor, most: int) -> list[DraftText]:
    """The latest first."""
    rows = Draft.objects.filter(Q(owner=owner_of(actor))).order_by("-saved_at")[:most]
    return [_text(row) for row in rows]


def _text(row: Draft) -> DraftText:
    return DraftText(
        key=row.key,
        label=row.label,
        url=row.url,
        content=row.content,
        saved_at=row.saved_at,
        labels=row.labels,
        meant=row.meant,
    )
