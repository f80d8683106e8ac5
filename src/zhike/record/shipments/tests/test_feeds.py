"""Feeds that arrive at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from zhike.record.shipments import actions
from zhike.record.shipments.models import TrackingEvent
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Status
from zhike.record.shipments.types.inputs import EventDraft


@pytest.mark.concurrency
def test_events__of_two_feeds_at_once_are_there_once_and_counted_once(fresh_db: str) -> None:
    shipments = [make.shipment() for _ in range(20)]
    pushed = [make.event(s, status) for s in shipments for status in (Status.PICKED_UP, Status.DELIVERED)]

    def push(events: list[EventDraft]) -> tuple[int, int]:
        try:
            found = actions.add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW)
            return found.created, found.duplicate
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(push, [pushed, pushed[::-1], pushed[10:], pushed[:30][::-1]] * 3))

    assert sum(created for created, _duplicate in told) == TrackingEvent.objects.count() == 40
    assert sum(duplicate for _created, duplicate in told) == 3 * (40 + 40 + 30 + 30) - 40
    assert {make.fresh(s).event_count for s in shipments} == {2}
