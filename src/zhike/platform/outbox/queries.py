"""How the outbox is doing, for the operations page; rights are asked there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zhike.platform.outbox.models import OutboxEvent, OutboxFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedEvent:
    """An event that a subscriber failed at five times."""

    event_id: int
    event_type: str
    subscriber: str
    attempts: int
    error: str
    parked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """Open events, the age of the oldest, parked deliveries."""

    waiting: int
    age: timedelta
    parked: int


def depth(*, now: datetime) -> Depth:
    """The present state of the queue."""
    open_events = OutboxEvent.objects.filter(done_at__isnull=True)
    oldest = open_events.order_by("id").values_list("received_at", flat=True).first()
    return Depth(
        waiting=open_events.count(),
        age=max(now - oldest, timedelta()) if oldest else timedelta(),
        parked=OutboxFailure.objects.filter(parked_at__isnull=False).count(),
    )


def parked(*, limit: int) -> list[ParkedEvent]:
    """Parked deliveries, the latest first."""
    rows = OutboxFailure.objects.filter(parked_at__isnull=False).select_related("event").order_by("-parked_at", "-id")
    return [
        ParkedEvent(
            event_id=row.event.pk,
            event_type=row.event.type,
            subscriber=row.subscriber,
            attempts=row.attempts,
            error=row.last_error,
            parked_at=parked_at,
        )
        for row in rows[:limit]
        if (parked_at := row.parked_at) is not None
    ]
