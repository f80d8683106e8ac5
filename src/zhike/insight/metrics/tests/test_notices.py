"""The share of shipments that were told of, and the delay of notices, from the feed to the figure (SHIP-03)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from zhike.insight.lake import actions as lake
from zhike.insight.metrics.queries import compute
from zhike.insight.metrics.types import Question
from zhike.platform import operation, outbox
from zhike.platform.messaging import delivery
from zhike.platform.messaging.models import Message
from zhike.platform.messaging.types import Accepted, Refused
from zhike.record.shipments import actions
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Status

# Monday, 14:00 in Shanghai.
NOW = make.NOW
MINUTE = timedelta(minutes=1)
PHONE = {"phone": "+8613700000001"}


def _feed(row: Shipment, status: Status, at_minutes_ago: int) -> None:
    at = NOW - at_minutes_ago * MINUTE
    actions.add_events(actor=make.SYSTEM, events=[make.event(row, status, at)], source="feed", now=NOW)


@pytest.fixture
def state(fresh_db: str, own_var: Path) -> Iterator[None]:
    """A database and a lake of this test alone."""
    with operation.operation():
        yield


@pytest.mark.concurrency
@pytest.mark.req("SHIP-03")
def test_figures__share_of_shipments_with_a_notice_and_its_delay_in_minutes(state: None) -> None:
    told = [make.shipment(consignee={"phone": f"+861370000{n:04d}"}) for n in range(9)]
    for n, row in enumerate(told):
        _feed(row, Status.OUT_FOR_DELIVERY, n)  # 0 to 8 minutes ago
    for _n in range(3):  # nobody to be told
        _feed(make.shipment(), Status.OUT_FOR_DELIVERY, 3)
    for _n in range(4):  # history, and goods that have not moved
        make.shipment(mode="backfill", consignee=PHONE)
    outbox.drain_all(now=NOW)
    # One is refused by the other side: no notice of it arrived.
    Message.objects.filter(related_id=str(told[8].pk)).update(to="+0")
    sent = NOW + 2 * MINUTE
    for message in Message.objects.order_by("created_at", "pk"):
        envelope = delivery.claim(message.pk, now=sent)
        assert envelope is not None
        refused = message.related_id == str(told[8].pk)
        outcome = Refused("number", "unknown") if refused else Accepted("1")
        delivery.settle(envelope, outcome, now=sent)
    outbox.drain_all(now=sent)
    assert Shipment.objects.filter(noticed_at=sent).count() == 8
    lake.refresh_all(actor=make.SYSTEM, now=sent)
    share = compute(actor=make.SYSTEM, question=Question("noticed")).total
    assert (share.hits, share.n, share.missing) == (8, 12, 0)
    assert share.value == pytest.approx(100 * 8 / 12)
    delay = compute(actor=make.SYSTEM, question=Question("notice_delay"))
    assert (delay.total.n, delay.metric.unit) == (8, "min")
    withheld = compute(actor=make.SYSTEM, question=Question("withheld")).total
    assert (withheld.hits, withheld.n) == (0, 9)
