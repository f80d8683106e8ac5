"""What shipments do about events: the search follows, and people are told what happens to their goods."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import outbox, search
from zhike.platform.actors import system_actor
from zhike.record.contacting.events import NoticesSent
from zhike.record.shipments import actions
from zhike.record.shipments.events import BatchImported, ShipmentsLate, ShipmentsRegistered, StatusChanged
from zhike.record.shipments.queries.documents import KIND, of_batch
from zhike.record.shipments.queries.notices import SUBJECT
from zhike.record.shipments.types.codes import Status

TELLING = system_actor("shipments.notices")
# One event holds up to a thousand shipments; so many are told at a time.
PORTION = 1000


@outbox.subscribe(ShipmentsRegistered, name="shipments.search_new")
def registered(events: Sequence[outbox.Delivered[ShipmentsRegistered]], *, now: datetime) -> None:
    search.refresh_later(KIND, {pk for e in events for pk in e.event.shipment_ids})


@outbox.subscribe(BatchImported, name="shipments.search_imported")
def imported(events: Sequence[outbox.Delivered[BatchImported]], *, now: datetime) -> None:
    """Orders bring new names and numbers; events bring none that the search knows."""
    for delivered in events:
        if delivered.event.what == "orders" and delivered.mode is outbox.Mode.BACKFILL:
            search.refresh_later(KIND, of_batch(delivered.event.batch_id))


@outbox.subscribe(StatusChanged, name="shipments.notices", acts=True)
def status_changed(events: Sequence[outbox.Delivered[StatusChanged]], *, now: datetime) -> None:
    """History never gets here; what is older than the tracking feed admits is withheld and logged by contacting."""
    for status in dict.fromkeys(e.event.status for e in events):
        ids = {pk for e in events if e.event.status == status for pk in e.event.shipment_ids}
        for part in _portions(ids):
            actions.tell_status(actor=TELLING, shipment_ids=part, status=Status(status), mode=outbox.Mode.LIVE, now=now)


@outbox.subscribe(ShipmentsLate, name="shipments.delay_notices", acts=True)
def late(events: Sequence[outbox.Delivered[ShipmentsLate]], *, now: datetime) -> None:
    for part in _portions({pk for e in events for pk in e.event.shipment_ids}):
        actions.tell_delay(actor=TELLING, shipment_ids=part, mode=outbox.Mode.LIVE, now=now)


@outbox.subscribe(NoticesSent, name="shipments.noticed")
def noticed(events: Sequence[outbox.Delivered[NoticesSent]], *, now: datetime) -> None:
    """The earliest of several is kept: they come in the order in which they were sent."""
    for delivered in events:
        if delivered.event.kind == SUBJECT:
            ids = sorted({int(pk) for pk in delivered.event.ids})
            at = datetime.fromisoformat(delivered.event.at)
            actions.mark_noticed(actor=TELLING, shipment_ids=ids, at=at, now=now)


def _portions(ids: set[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + PORTION] for start in range(0, len(ordered), PORTION)]
