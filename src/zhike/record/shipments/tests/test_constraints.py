from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from zhike.record.shipments.models import (
    EstimateChange,
    FeedBatch,
    Leg,
    Order,
    Party,
    PromiseCorrection,
    ProofOfDelivery,
    Shipment,
    StatusCode,
    TrackingEvent,
    UnknownCode,
    WaitingEvent,
    WatchAck,
)
from zhike.record.shipments.tests import factories as make

pytestmark = pytest.mark.django_db
ONE = UUID(int=1)


def order(**given: Any) -> None:
    make.order(**given)


def shipment(**given: Any) -> None:
    make.shipment(**given)


def party(**given: Any) -> None:
    Party.objects.create(**{"shipment": make.shipment(), "role": "consignor", **given})


def leg(**given: Any) -> None:
    values = {"shipment": make.shipment(), "sequence": 1, "kind": "hub", "assigned_at": make.NOW, **given}
    Leg.objects.create(**values)


def batch(**given: Any) -> FeedBatch:
    values = {"source": "f", "vocabulary": "zhike", "mode": "live", "received_at": make.NOW, **given}
    return FeedBatch.objects.create(**values)


def tracked(**given: Any) -> TrackingEvent:
    values = {
        "shipment": given.pop("shipment", None) or make.shipment(),
        "occurred_at": make.NOW,
        "digest": ONE,
        "received_at": make.NOW,
        "zone": make.ZONE,
        "source": "f",
        "vocabulary": "zhike",
        "batch": batch(),
        **given,
    }
    return TrackingEvent.objects.create(**values)


def waiting(**given: Any) -> None:
    values = {"waybill": "W", "occurred_at": make.NOW, "digest": ONE, "received_at": make.NOW, "fields": {}, **given}
    WaitingEvent.objects.create(batch=batch(), **values)


def code(**given: Any) -> None:
    values = {
        "vocabulary": "v",
        "code": "c",
        "status": "delivered",
        "valid_from": make.NOW,
        "origin": "note",
        **given,
    }
    StatusCode.objects.create(**values)


def unknown(**given: Any) -> None:
    values = {"vocabulary": "v", "code": "c", "source": "f", "seen": 1, "first_at": make.NOW, "last_at": make.NOW}
    UnknownCode.objects.create(**{**values, **given})


def estimate(**given: Any) -> None:
    values = {"shipment": make.shipment(), "at": make.NOW, "eta": make.NOW, "source": "carrier", **given}
    EstimateChange.objects.create(**values)


def correction(**given: Any) -> None:
    values = {"version": 2, "reason": "r", "at": make.NOW, "actor_kind": "staff", "actor_id": "1", **given}
    PromiseCorrection.objects.create(**{"shipment": make.shipment(), **values})


def reply(**given: Any) -> None:
    values = {
        "shipment": make.shipment(),
        "signer": "陈",
        "signed_at": make.NOW,
        "zone": make.ZONE,
        "condition": "intact",
        "recorded_at": make.NOW,
        **given,
    }
    ProofOfDelivery.objects.create(**values)


def ack(**given: Any) -> None:
    values = {"shipment": make.shipment(), "kind": "silent", "at": make.NOW, "reason": "r", **given}
    WatchAck.objects.create(**values)


def twice(maker: Callable[..., Any], **given: Any) -> Callable[[], None]:
    def run() -> None:
        own = {"shipment": make.shipment(), **given} if maker in OF_SHIPMENT else given
        maker(**own)
        maker(**own)

    return run


def once(maker: Callable[..., Any], **given: Any) -> Callable[[], None]:
    def run() -> None:
        maker(**given)

    return run


OF_SHIPMENT = (party, leg, tracked, estimate, correction, reply, ack)
VIOLATIONS: dict[str, Callable[[], None]] = {
    "order_number_once": twice(order, number="OR-1"),
    "order_external_once": twice(order, source="erp", external_id="7"),
    "order_number_given": once(order, number=""),
    "order_line_known": once(order, business_line="balloon"),
    "order_mode_known": once(order, service_mode="lunar"),
    "order_batch_mode_known": once(order, mode="maybe"),
    "order_money_has_currency": once(order, price=5),
    "shipment_waybill_once": twice(shipment, waybill="W1"),
    "shipment_waybill_form": once(shipment, waybill="w1"),
    "shipment_status_known": once(shipment, status="lost in space"),
    "shipment_stated_known": once(shipment, stated_status="?", status="delivered"),
    "shipment_delivered_has_status": once(shipment, delivered_at=make.NOW),
    "shipment_line_known": once(shipment, business_line="balloon"),
    "shipment_mode_known": once(shipment, service_mode="lunar"),
    "shipment_late_rule_known": once(shipment, late_rule="mood"),
    "shipment_batch_mode_known": once(shipment, mode="maybe"),
    "shipment_month_is_first": once(shipment, event_month=date(2026, 11, 2)),
    "shipment_has_pieces": once(shipment, pieces=0),
    "shipment_weight_not_negative": once(shipment, weight_kg=-1),
    "shipment_eta_has_source": once(shipment, eta=make.NOW),
    "party_role_once": twice(party),
    "party_role_known": once(party, role="witness"),
    "party_position_on_earth": once(party, lat=91, lon=0),
    "leg_sequence_once": twice(leg),
    "leg_kind_known": once(leg, kind="broom"),
    "leg_times_in_order": once(leg, started_at=make.NOW, ended_at=make.NOW - timedelta(hours=1)),
    "feed_batch_mode_known": once(batch, mode="maybe"),
    "tracking_event_once": twice(tracked),
    "tracking_classifier_known": once(tracked, classifier="FOO"),
    "tracking_status_known": once(tracked, status="flown"),
    "tracking_incident_known": once(tracked, incident_reason="dragon"),
    "tracking_void_has_reason": once(tracked, voided_at=make.NOW),
    "waiting_event_once": twice(waiting),
    "status_code_once": twice(code, valid_until=make.NOW + timedelta(days=1)),
    "status_code_one_open": lambda: (code(), code(valid_from=make.NOW + timedelta(days=1)))[0],  # type: ignore[func-returns-value]
    "status_code_named": once(code, code=""),
    "status_code_status_known": once(code, status="flown"),
    "status_code_incident_known": once(code, incident_reason="dragon"),
    "status_code_origin_given": once(code, origin=""),
    "status_code_validity_right": once(code, valid_until=make.NOW),
    "unknown_code_once": twice(unknown),
    "unknown_code_seen": once(unknown, seen=0),
    "estimate_once": twice(estimate),
    "estimate_source_known": once(estimate, source="oracle"),
    "estimate_by_staff_has_reason": once(estimate, source="staff"),
    "promise_correction_once": twice(correction),
    "promise_correction_has_reason": once(correction, reason=""),
    "delivery_reply_once": twice(reply),
    "delivery_reply_signed": once(reply, signer=""),
    "delivery_reply_condition_known": once(reply, condition="fine"),
    "delivery_reply_replaced_has_reason": once(reply, replaced_at=make.NOW),
    "watch_ack_once": twice(ack),
    "watch_ack_kind_known": once(ack, kind="bored"),
    "watch_ack_has_reason": once(ack, reason=""),
}


@pytest.mark.parametrize("name", sorted(VIOLATIONS))
def test_constraint__refuses(name: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        VIOLATIONS[name]()
    cause: Any = refused.value.__cause__
    assert cause.diag.constraint_name == name


def test_month__never_changes() -> None:
    row = make.shipment()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        Shipment.objects.filter(pk=row.pk).update(event_month=date(2001, 1, 1))
    cause: Any = refused.value.__cause__
    assert cause.diag.constraint_name == "shipment_month_frozen"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shipments_trackingevent SET occurred_at = now()",
        "UPDATE shipments_trackingevent SET raw_code = 'x'",
        "DELETE FROM shipments_trackingevent",
        "DELETE FROM shipments_promisecorrection",
    ],
)
def test_events__are_never_rewritten(statement: str) -> None:
    tracked()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert TrackingEvent.objects.count() == 1
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shipments_estimatechange SET eta = eta + interval '1 day'",
        "UPDATE shipments_estimatechange SET reason = 'another'",
        "DELETE FROM shipments_estimatechange",
    ],
)
def test_estimates__are_append_only(statement: str) -> None:
    estimate(reason="the sea was high")
    with (
        pytest.raises(DatabaseError, match=r"permission denied|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert EstimateChange.objects.values_list("eta", "reason").get() == (make.NOW, "the sea was high")
