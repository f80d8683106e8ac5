"""Emitting events and carrying them to their subscribers, each effect exactly once."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from zhike.platform import operation
from zhike.platform.audit.actions import plain
from zhike.platform.db.redacting import as_redactor
from zhike.platform.outbox.models import OutboxEvent, OutboxFailure, OutboxReceipt
from zhike.platform.outbox.policies import ACT_WITHIN
from zhike.platform.outbox.types import Delivered, Event, Mode, Subscription, event_of, is_known, subscriptions_of
from zhike.platform.parameters import value

logger = logging.getLogger(__name__)
BATCH = 500
MAX_ATTEMPTS = 5
CHANNEL = "zhike_outbox"


def emit(event: Event, *, now: datetime, occurred_at: datetime | None = None, mode: Mode = Mode.LIVE) -> None:
    """Append one event in the caller's transaction."""
    emit_many([event], now=now, occurred_at=occurred_at, mode=mode)


def emit_many(
    events: Iterable[Event], *, now: datetime, occurred_at: datetime | None = None, mode: Mode = Mode.LIVE
) -> None:
    """Append several events of one moment with one statement, and wake the drainer once."""
    operation_id = operation.current()
    rows = [_row(event, now, occurred_at or now, mode, operation_id) for event in events]
    if not rows:
        return
    OutboxEvent.objects.bulk_create(rows, batch_size=1000)
    # PostgreSQL folds equal notifications of one transaction into one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def redact(*, event_type: str, key: str, values: Sequence[str]) -> int:
    """Empty people's data in delivered events of this type that name one of `values`; returns how many.

    Part of an erasure, like `emit`. An event still on its way is left: it is gone from the queue within seconds, and
    its keys are useless once the rows that they name are emptied.
    """
    with as_redactor(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_outboxevent SET personal = NULL WHERE type = %s AND done_at IS NOT NULL"
            " AND jsonb_exists_any(personal->%s, %s::text[])",
            [event_type, key, list(values)],
        )
        emptied: int = cursor.rowcount
    return emptied


def _row(event: Event, now: datetime, occurred_at: datetime, mode: Mode, operation_id: UUID) -> OutboxEvent:
    payload = plain(event.payload())
    personal = {name: payload.pop(name) for name in list(payload) if name in event.personal}
    return OutboxEvent(
        type=event.type,
        payload=payload,
        personal=personal or None,
        mode=mode.value,
        occurred_at=occurred_at,
        received_at=now,
        operation_id=operation_id,
    )


def drain(*, now: datetime, limit: int = BATCH) -> int:
    """Carry one batch of open events to their subscribers; returns how many events were looked at.

    Several drainers may run: rows are claimed with SKIP LOCKED. Within a batch each (event type, subscriber) gets one
    list, in order of id. A failed list is tried again event by event, so that one bad event holds back nobody else.
    """
    with transaction.atomic():
        rows = _claim(now, limit)
        if not rows:
            return 0
        finished = {row.pk for row in rows}
        for event_type in dict.fromkeys(row.type for row in rows):
            batch = [row for row in rows if row.type == event_type]
            for subscription in subscriptions_of(event_type):
                finished -= _deliver(subscription, batch, now)
        OutboxEvent.objects.filter(pk__in=finished).update(done_at=now)
    return len(rows)


def drain_all(*, now: datetime, rounds: int = 10_000) -> int:
    """Drain until nothing that is due is left."""
    total = 0
    for _round in range(rounds):
        looked_at = drain(now=now)
        total += looked_at
        if looked_at == 0:
            break
    return total


def _claim(now: datetime, limit: int) -> list[OutboxEvent]:
    waiting = OutboxFailure.objects.filter(next_at__gt=now, parked_at__isnull=True).values("event_id")
    open_events = OutboxEvent.objects.filter(done_at__isnull=True).exclude(pk__in=waiting)
    return list(open_events.order_by("id").select_for_update(skip_locked=True)[:limit])


def _deliver(subscription: Subscription, rows: Sequence[OutboxEvent], now: datetime) -> set[int]:
    """Hand what this subscriber has not had; returns the ids that it must get later."""
    ids = [row.pk for row in rows]
    had = set(
        OutboxReceipt.objects.filter(event_id__in=ids, subscriber=subscription.name).values_list("event_id", flat=True)
    )
    had |= set(
        OutboxFailure.objects.filter(
            event_id__in=ids, subscriber=subscription.name, parked_at__isnull=False
        ).values_list("event_id", flat=True)
    )
    open_rows = [row for row in rows if row.pk not in had]
    if not open_rows or _try(subscription, open_rows, now) is None:
        return set()
    return {row.pk for row in open_rows if not _try_one(subscription, row, now)}


def _try(subscription: Subscription, rows: Sequence[OutboxEvent], now: datetime) -> Exception | None:
    try:
        with operation.operation(_cause(rows)), transaction.atomic():
            wanted = [row for row in rows if is_known(row.type) and _wants(subscription, row, now)]
            if wanted:
                subscription.handler([_delivered(row) for row in wanted], now=now)
            OutboxReceipt.objects.bulk_create(
                [OutboxReceipt(event_id=row.pk, subscriber=subscription.name, at=now) for row in rows]
            )
    except Exception as error:  # noqa: BLE001 - whatever a subscriber raises is kept with its event
        return error
    return None


def _cause(rows: Sequence[OutboxEvent]) -> UUID | None:
    """The operation that these events come from; several of them are carried under an id of their own."""
    causes = {row.operation_id for row in rows}
    return causes.pop() if len(causes) == 1 else None


def _try_one(subscription: Subscription, row: OutboxEvent, now: datetime) -> bool:
    """Whether the event is finished for this subscriber: delivered, or parked."""
    error = _try(subscription, [row], now)
    if error is None:
        OutboxFailure.objects.filter(event=row, subscriber=subscription.name).delete()
        return True
    with operation.operation(row.operation_id):
        told = {"subscriber": subscription.name, "event": row.pk}
        logger.warning("outbox subscriber failed", extra=told, exc_info=error)
    failure, _made = OutboxFailure.objects.get_or_create(
        event=row, subscriber=subscription.name, defaults={"last_at": now, "next_at": now}
    )
    failure.attempts += 1
    failure.last_error = f"{type(error).__name__}: {error}"[:2000]
    failure.last_at = now
    failure.next_at = now + timedelta(seconds=2**failure.attempts)
    failure.parked_at = now if failure.attempts >= MAX_ATTEMPTS else None
    failure.save()
    return failure.parked_at is not None


def _wants(subscription: Subscription, row: OutboxEvent, now: datetime) -> bool:
    if not subscription.acts:
        return True
    recent: timedelta = value(ACT_WITHIN, at=now)
    return row.mode == Mode.LIVE.value and row.occurred_at >= now - recent


def _delivered(row: OutboxEvent) -> Delivered[Any]:
    return Delivered(
        id=row.pk,
        event=event_of(row.type, {**row.payload, **(row.personal or {})}),
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        mode=Mode(row.mode),
    )


def retry_parked(*, now: datetime, event_ids: Sequence[int]) -> int:
    """Open parked events again; the caller (the operations room) authorizes and records."""
    OutboxFailure.objects.filter(event_id__in=event_ids, parked_at__isnull=False).update(
        parked_at=None, attempts=0, next_at=now
    )
    return OutboxEvent.objects.filter(pk__in=event_ids).update(done_at=None)
