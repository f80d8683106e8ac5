"""Goods tell of themselves: notices of new states, told once and never of history (SHIP-03)."""

from datetime import timedelta

import pytest
from django.utils import translation

from zhike.platform import outbox
from zhike.platform.messaging.models import Message
from zhike.record.contacting.models import ContactRecord
from zhike.record.contacting.tests.factories import person
from zhike.record.customers.tests.factories import customer
from zhike.record.organization.tests import factories as organization
from zhike.record.shipments import actions
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.queries.notices import notice_values
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Status

# Monday, 14:00 in Shanghai.
NOW = make.NOW
MINUTE = timedelta(minutes=1)
PHONE = {"phone": "+8613700000001"}


def _feed(row: Shipment, status: Status, at_minutes_ago: int, **more: object) -> None:
    at = NOW - at_minutes_ago * MINUTE
    actions.add_events(actor=make.SYSTEM, events=[make.event(row, status, at, **more)], source="feed", now=NOW)


@pytest.mark.django_db
def test_status__is_told_with_courier_and_phone_and_once_though_the_feed_repeats() -> None:
    file = customer()
    person(file)
    outlet = organization.unit(phones=("+862162345678",))
    row = make.shipment(customer=file, consignee=PHONE, destination_unit=outlet)
    for _again in range(2):
        _feed(row, Status.OUT_FOR_DELIVERY, 5, handler_name="赵磊", handler_phone="13987654321")
        outbox.drain_all(now=NOW)
    texts = sorted(Message.objects.values_list("channel", "body"))
    assert [channel for channel, _body in texts] == ["email", "sms"]
    assert all("赵磊" in body and "13987654321" in body for _channel, body in texts)
    assert set(Message.objects.values_list("related_kind", "related_id")) == {("shipment", str(row.pk))}


@pytest.mark.django_db
def test_status__history_and_old_events_are_not_told() -> None:
    row = make.shipment(consignee=PHONE)
    actions.add_events(
        actor=make.SYSTEM,
        events=[make.event(row, Status.OUT_FOR_DELIVERY, NOW - MINUTE)],
        source="old",
        mode=outbox.Mode.BACKFILL,
        now=NOW,
    )
    outbox.drain_all(now=NOW)
    assert ContactRecord.objects.count() == 0
    late = make.shipment(consignee=PHONE)
    _feed(late, Status.OUT_FOR_DELIVERY, 25 * 60)
    outbox.drain_all(now=NOW)
    assert list(ContactRecord.objects.values_list("outcome", "rule")) == [("deny", "act_within")]
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_delay__is_told_when_the_promise_has_passed() -> None:
    row = make.shipment(consignee=PHONE, promised_delivery_at=NOW - timedelta(hours=20), eta=NOW, eta_source="carrier")
    assert actions.tell_late(actor=make.SYSTEM, now=NOW) == 1
    outbox.drain_all(now=NOW)
    record = ContactRecord.objects.get()
    assert (record.event, record.party, record.related_id) == ("exception", "consignee", str(row.pk))


@pytest.mark.django_db
def test_preview__has_the_values_of_a_waybill() -> None:
    row = make.shipment(customer=customer(name="华夏电子"), courier_name="赵磊")
    found = notice_values(actor=make.SYSTEM, reference=row.waybill.lower())
    assert found is not None
    with translation.override("en"):
        assert {name: str(found[name]) for name in ("waybill", "courier", "customer", "name", "status")} == {
            "waybill": row.waybill,
            "courier": "赵磊",
            "customer": "华夏电子",
            "name": "陈静",
            "status": "Order received",
        }
    assert notice_values(actor=make.SYSTEM, reference="nothing") is None
