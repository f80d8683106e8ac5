"""Writing the log, and taking people's data out of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from zhike.platform import operation
from zhike.platform.actors import Actor
from zhike.platform.audit.models import AuditEntry
from zhike.platform.audit.types import Event


def record(actor: Actor, event: Event, *, now: datetime) -> None:
    """Append one entry in the caller's transaction. Not an action itself: it is part of every action."""
    record_many(actor, [event], now=now)


def record_many(actor: Actor, events: Iterable[Event], *, now: datetime) -> None:
    """Append several entries with one statement."""
    AuditEntry.objects.bulk_create([_row(actor, event, now) for event in events], batch_size=1000)


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
