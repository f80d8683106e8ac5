"""What shipments do about their own events: the search follows."""

from collections.abc import Sequence
from datetime import datetime

from zhike.platform import outbox, search
from zhike.record.shipments.events import BatchImported, ShipmentsRegistered
from zhike.record.shipments.queries.documents import KIND, of_batch


@outbox.subscribe(ShipmentsRegistered, name="shipments.search_new")
def registered(events: Sequence[outbox.Delivered[ShipmentsRegistered]], *, now: datetime) -> None:
    search.refresh_later(KIND, {pk for e in events for pk in e.event.shipment_ids})


@outbox.subscribe(BatchImported, name="shipments.search_imported")
def imported(events: Sequence[outbox.Delivered[BatchImported]], *, now: datetime) -> None:
    """Orders bring new names and numbers; events bring none that the search knows."""
    for delivered in events:
        if delivered.event.what == "orders" and delivered.mode is outbox.Mode.BACKFILL:
            search.refresh_later(KIND, of_batch(delivered.event.batch_id))
