"""Writing the log, and taking people's data out of it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection

from zhike.platform import operation
from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.audit.types import Event, Trace
from zhike.platform.db.redacting import as_redactor


def record(actor: Actor, event: Event, *, now: datetime) -> None:
    """Append one entry in the caller's transaction. Not an action itself: it is part of every action."""
    record_many(actor, [event], now=now)


def record_many(actor: Actor, events: Iterable[Event], *, now: datetime) -> None:
    """Append several entries with one statement."""
    AuditEntry.objects.bulk_create([_row(actor, event, now) for event in events], batch_size=1000)


_FOUND = """
personal IS NOT NULL AND subject_kind = %(kind)s AND (%(ids)s::text[] IS NULL OR subject_id = ANY(%(ids)s::text[]))
AND (%(types)s::text[] = '{}' OR type = ANY(%(types)s::text[]))
AND (%(key)s = '' OR EXISTS (
  SELECT 1 FROM (VALUES (changes->'before'->%(key)s), (changes->'after'->%(key)s)) side (said),
    jsonb_array_elements_text(
      CASE jsonb_typeof(said) WHEN 'array' THEN said ELSE jsonb_build_array(said) END) one (value)
  WHERE one.value = ANY(%(values)s::text[])))
"""
_PLACE = re.compile(r"%\((\w+)\)s")


def redact(traces: Iterable[Trace], *, now: datetime) -> int:
    """Empty what these lines say of people, for good; returns how many. Part of an erasure, like `record`."""
    emptied = 0
    with as_redactor(), connection.cursor() as cursor:
        for trace in traces:
            statement = f"UPDATE audit_auditentry SET personal = NULL, redacted_at = %(now)s WHERE {_FOUND}"  # noqa: S608
            cursor.execute(statement, {**_given(trace), "now": now})
            emptied += cursor.rowcount
    return emptied


def count_traces(traces: Iterable[Trace]) -> int:
    """How many lines `redact` would empty."""
    wanted = [trace for trace in traces if trace.ids is None or list(trace.ids)]
    if not wanted:
        return 0
    parts: list[str] = []
    values: dict[str, Any] = {}
    for at, trace in enumerate(wanted):
        given = _given(trace)
        # One statement for all: every part has its values under names of its own.
        part = _PLACE.sub(rf"%(\g<1>{at})s", _FOUND)
        parts.append(f"SELECT id FROM audit_auditentry WHERE {part}")  # noqa: S608 - constant
        values |= {f"{name}{at}": value for name, value in given.items()}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({' UNION '.join(parts)}) found", values)  # noqa: S608 - constant
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def _given(trace: Trace) -> dict[str, Any]:
    return {
        "kind": trace.kind,
        "ids": None if trace.ids is None else [str(one) for one in trace.ids],
        "types": list(trace.types),
        "key": trace.key,
        "values": [str(one) for one in trace.values],
    }


def _row(actor: Actor, event: Event, now: datetime) -> AuditEntry:
    personal = {
        side: kept
        for side, values in (("before", event.before), ("after", event.after))
        if (kept := {k: plain(v) for k, v in values.items() if k in event.personal})
    }
    public = event.redact()
    return AuditEntry(
        at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        type=event.type,
        subject_kind=event.subject[0],
        subject_id=str(event.subject[1]),
        operation_id=operation.current(),
        reason=event.reason,
        changes={"before": _plain_map(public.before), "after": _plain_map(public.after)},
        personal=personal or None,
    )


def _plain_map(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in values.items()}


def plain(value: object) -> Any:  # noqa: ANN401 - JSON is that
    """A JSON value that loses nothing: decimals and times as exact text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Iterable):
        return [plain(v) for v in value]
    return str(value)
