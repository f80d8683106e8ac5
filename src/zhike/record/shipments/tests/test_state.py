from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.platform.outbox.types import Mode
from zhike.record.shipments import rules
from zhike.record.shipments.actions.tracking import add_events
from zhike.record.shipments.models import Shipment, TrackingEvent
from zhike.record.shipments.rules import Scan, State, event_digest
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Classifier, Status
from zhike.record.shipments.types.inputs import EventDraft

pytestmark = pytest.mark.django_db

# Few instants and places, so that doubles, ties and reopenings are common.
INSTANTS = st.integers(0, 6).map(lambda n: make.NOW - timedelta(hours=6 - n))
REPORTS = st.lists(
    st.tuples(
        INSTANTS,
        st.sampled_from([*Status, None]),
        st.sampled_from([Classifier.ACT, Classifier.ACT, Classifier.ACT, Classifier.EST]),
        st.sampled_from(["上海", "杭州"]),
    ),
    min_size=1,
    max_size=14,
)
STATED = st.sampled_from([Status.INFO_RECEIVED, Status.DELIVERED, Status.CANCELLED, Status.RETURNED])
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def drafts(waybill: str, reports: list[Any]) -> list[EventDraft]:
    return [
        make.event(waybill, status, at, code=None if status else "??", classifier=classifier, place=place)
        for at, status, classifier, place in reports
    ]


def expected(reports: list[Any], stated: Status) -> State:
    scans = [
        Scan(
            at=at,
            status=status,
            classifier=classifier,
            digest=event_digest(
                vocabulary="zhike", classifier=classifier, code=status.value if status else "??", place=place
            ),
        )
        for at, status, classifier, place in reports
    ]
    return rules.state_of(scans, stated=stated)


def stored(shipment: Shipment) -> State:
    row = make.fresh(shipment)
    return State(Status(row.status), row.picked_up_at, row.out_for_delivery_at, row.delivered_at, row.last_event_at)


@SLOW
@given(reports=REPORTS, stated=STATED)
def test_state__in_sql_is_that_of_the_rule(reports: list[Any], stated: Status) -> None:
    with transaction.atomic():
        shipment = make.shipment(stated_status=stated.value)
        add_events(actor=make.SYSTEM, events=drafts(shipment.waybill, reports), source="feed", now=make.NOW)
        assert stored(shipment) == expected(reports, stated)
        transaction.set_rollback(True)


@SLOW
@given(reports=REPORTS, data=st.data())
@pytest.mark.req("SHIP-02", "SHIP-16")
def test_feed__late_shuffled_repeated_or_cut_ends_in_one_state(reports: list[Any], data: st.DataObject) -> None:
    with transaction.atomic():
        whole, torn = make.shipment(), make.shipment()
        add_events(actor=make.SYSTEM, events=drafts(whole.waybill, reports), source="feed", now=make.NOW)
        again = data.draw(st.permutations(reports + data.draw(st.lists(st.sampled_from(reports), max_size=6))))
        cut = data.draw(st.integers(0, len(again)))
        for step, part in enumerate((again[:cut], again[cut:])):
            if part:
                add_events(
                    actor=make.SYSTEM,
                    events=drafts(torn.waybill, part),
                    source="feed",
                    now=make.NOW + timedelta(hours=step),
                )
        assert facts(torn) == facts(whole)
        assert line(torn) == line(whole)
        transaction.set_rollback(True)


def facts(shipment: Shipment) -> dict[str, Any]:
    # How long after it happened the first report came is a fact of the feed, and may differ.
    own = {"id", "waybill", "order_id", "changed_xid", "_state", "recorded_after"}
    return {name: value for name, value in vars(make.fresh(shipment)).items() if name not in own}


def line(shipment: Shipment) -> list[tuple[Any, ...]]:
    rows = TrackingEvent.objects.filter(shipment=shipment).order_by("occurred_at", "digest")
    return list(rows.values_list("occurred_at", "digest", "status", "raw_code", "classifier", "place"))


@pytest.mark.parametrize(
    ("reports", "status", "delivered"),
    [
        ("picked_up in_transit out_for_delivery delivered", Status.DELIVERED, 4),
        ("delivered in_transit out_for_delivery", Status.DELIVERED, 1),
        ("delivered delivered", Status.DELIVERED, 1),
        ("delivered exception", Status.EXCEPTION, None),
        ("delivered exception delivered", Status.DELIVERED, 3),
        ("delivered returning in_transit returned delivered", Status.RETURNED, None),
        ("cancelled picked_up delivered", Status.CANCELLED, None),
        ("cancelled exception picked_up delivered", Status.DELIVERED, 4),
        ("returned returning delivered", Status.RETURNED, None),
        ("attempt_failed out_for_delivery", Status.OUT_FOR_DELIVERY, None),
    ],
)
def test_state__terminal_reopens_only_on_a_later_exception(reports: str, status: Status, delivered: int | None) -> None:
    shipment = make.shipment()
    moments = [make.NOW + timedelta(hours=n) for n in range(1, 10)]
    events = [make.event(shipment, Status(word), at) for word, at in zip(reports.split(), moments, strict=False)]
    add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW)
    found = make.fresh(shipment)
    assert (found.status, found.delivered_at) == (status.value, moments[delivered - 1] if delivered else None)


def test_state__two_events_of_one_instant_leave_the_further_state() -> None:
    shipment = make.shipment()
    events = [make.event(shipment, word) for word in (Status.DELIVERED, Status.PICKED_UP, Status.EXCEPTION)]
    add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW)
    assert make.fresh(shipment).status == Status.DELIVERED.value


def test_state__expected_and_planned_events_move_nothing() -> None:
    shipment = make.shipment()
    events = [
        make.event(shipment, Status.DELIVERED, classifier=Classifier.EST),
        make.event(shipment, Status.PICKED_UP, classifier=Classifier.PLN),
    ]
    add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW)
    found = make.fresh(shipment)
    assert (found.status, found.event_count, found.last_event_at) == (Status.INFO_RECEIVED.value, 0, None)


def test_events__sent_again_leave_the_row_untouched() -> None:
    shipment = make.shipment()
    events = [make.event(shipment, Status.PICKED_UP)]
    add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW)
    before = make.rows_of("SELECT xmin::text FROM shipments_shipment WHERE id = %s", shipment.pk)
    again = add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW + timedelta(days=1))
    assert (again.created, again.duplicate) == (0, 1)
    assert make.rows_of("SELECT xmin::text FROM shipments_shipment WHERE id = %s", shipment.pk) == before


def test_recompute__does_not_depend_on_the_session_zone() -> None:
    shipment = make.shipment(promised_delivery_at=datetime.fromisoformat("2026-11-22T15:30:00+00:00"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'America/Sao_Paulo'")
    delivered = datetime.fromisoformat("2026-11-22T16:30:00+00:00")
    add_events(
        actor=make.SYSTEM, events=[make.event(shipment, Status.DELIVERED, delivered)], source="feed", now=make.NOW
    )
    # 23:30 on the 22nd and 00:30 on the 23rd in Shanghai.
    assert make.fresh(shipment).is_late is True
    assert Mode.LIVE.value == make.fresh(shipment).mode
