from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from zhike.platform import audit
from zhike.platform.actors import Reach
from zhike.platform.audit.models import AuditEntry
from zhike.platform.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.shipments import actions, queries
from zhike.record.shipments.models import (
    EstimateChange,
    Leg,
    Order,
    Party,
    ProofOfDelivery,
    Shipment,
    StatusCode,
    TrackingEvent,
    UnknownCode,
    WaitingEvent,
)
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import BusinessLine, Condition, LegKind, ServiceMode, Status, WatchKind
from zhike.record.shipments.types.inputs import Address, LegDraft, OrderDraft, ShipmentDraft

pytestmark = pytest.mark.django_db
ORDER = OrderDraft(business_line=BusinessLine.EXPRESS, service_mode=ServiceMode.NATIONAL, references=("PO-77",))
TO = Address(name="陈静", phone="13812345678", city="上海", region="上海", country="CN", address="世纪大道1号")
FROM = Address(name="华夏电子", phone="021-62345678", city="杭州", region="浙江", country="CN")


def draft(**given: object) -> ShipmentDraft:
    values: dict[str, object] = {"consignor": FROM, "consignee": TO, "zone": make.ZONE, **given}
    return ShipmentDraft(**values)  # type: ignore[arg-type]


@pytest.mark.req("SHIP-01")
def test_register__takes_numbers_snapshots_and_the_frozen_promise() -> None:
    make.unit("HQ", 1, 100)
    outlet = make.unit("PD", 10, phones=["+862150001111"], name="浦东网点")
    promise = make.NOW + make.hours(48)
    order = OrderDraft(
        business_line=BusinessLine.EXPRESS,
        service_mode=ServiceMode.LOCAL,
        references=("PO-77",),
        declared_value=Decimal("1200.50"),
        declared_currency="CNY",
        department_id=outlet.pk,
    )
    made = actions.register_order(
        actor=make.SYSTEM,
        order=order,
        shipments=[draft(promised_delivery_at=promise, destination_unit_id=outlet.pk), draft(waybill=" sf 12 ")],
        now=make.NOW,
    )
    row = Order.objects.get(pk=made.id)
    assert (row.number, row.references, row.declared_value) == (made.number, ["PO-77"], Decimal("1200.5000"))
    first, second = Shipment.objects.order_by("pk")
    assert (first.promised_delivery_at, first.zone, first.scope_unit_id) == (promise, make.ZONE, 10)
    assert len(first.waybill) == 12
    assert first.waybill.isdigit()
    assert second.waybill == "SF12"
    consignee = Party.objects.get(shipment=first, role="consignee")
    assert (consignee.phone, consignee.phone_key) == ("+8613812345678", "12345678")
    leg = Leg.objects.get(shipment=first)
    assert (leg.kind, leg.outlet_phone) == ("delivery", "+862150001111")
    assert OutboxEvent.objects.get(type="shipments.registered").payload == {"shipment_ids": [first.pk, second.pk]}
    logged = AuditEntry.objects.get(type="shipments.order_registered")
    assert logged.personal == {"after": {"consignor": "华夏电子", "consignee": "陈静"}}


def test_register__names_everything_that_is_wrong() -> None:
    with pytest.raises(Invalid) as refused:
        actions.register_order(
            actor=make.SYSTEM,
            order=OrderDraft(
                business_line=BusinessLine.AIR, service_mode=ServiceMode.LOCAL, price=Decimal(5), customer_id=99
            ),
            shipments=[
                draft(consignee=Address(), promised_delivery_at=make.NOW - make.hours(1), pieces=0, zone="Moon/Base")
            ],
            now=make.NOW,
        )
    assert {name: [e.code for e in errors] for name, errors in refused.value.fields.items()} == {
        "customer": ["unknown"],
        "price": ["no_currency"],
        "shipments.0.zone": ["unknown"],
        "shipments.0.pieces": ["too_small"],
        "shipments.0.consignee.name": ["required"],
        "shipments.0.promised_delivery_at": ["before_order"],
    }
    assert Order.objects.count() == 0


def test_register__refuses_a_known_waybill_and_a_known_order() -> None:
    known = make.shipment()
    with pytest.raises(Conflict) as refused:
        actions.register_order(actor=make.SYSTEM, order=ORDER, shipments=[draft(waybill=known.waybill)], now=make.NOW)
    assert refused.value.code == "waybill_taken"
    again = OrderDraft(business_line=BusinessLine.AIR, service_mode=ServiceMode.LOCAL, source="erp", external_id="7")
    actions.register_order(actor=make.SYSTEM, order=again, shipments=[draft()], now=make.NOW)
    with pytest.raises(Conflict) as twice:
        actions.register_order(actor=make.SYSTEM, order=again, shipments=[draft()], now=make.NOW)
    assert twice.value.code == "order_known"


def test_register__without_the_right_changes_nothing_and_is_recorded() -> None:
    with pytest.raises(Forbidden):
        actions.register_order(actor=make.staff("shipments.view"), order=ORDER, shipments=[draft()], now=make.NOW)
    assert Order.objects.count() == 0
    assert AuditEntry.objects.get().changes["after"]["right"] == "shipments.register"


@pytest.mark.req("SHIP-05")
def test_reply__delivers_and_keeps_condition_and_files() -> None:
    shipment = make.shipment()
    signed = make.NOW - make.hours(2)
    actions.record_delivery_reply(
        actor=make.staff(),
        shipment_id=shipment.pk,
        signer="陈静",
        signed_at=signed,
        condition=Condition.DAMAGED,
        remark="外箱压痕",
        file_ids=[5],
        now=make.NOW,
    )
    found = make.fresh(shipment)
    assert (found.status, found.delivered_at, found.replied_at) == ("delivered", signed, make.NOW)
    assert (found.is_damaged, found.is_short, found.is_late) == (True, False, False)
    reply = ProofOfDelivery.objects.get()
    assert (reply.signer, reply.files, reply.actor_label) == ("陈静", [5], "赵敏")
    told = set(OutboxEvent.objects.values_list("type", flat=True))
    assert {"shipments.delivered", "shipments.status_changed"} <= told


def test_reply__is_replaced_only_with_a_reason() -> None:
    shipment = make.shipment()
    given = {"shipment_id": shipment.pk, "signed_at": make.NOW - make.hours(2), "now": make.NOW}
    actions.record_delivery_reply(actor=make.staff(), signer="陈静", condition=Condition.SHORT, **given)  # type: ignore[arg-type]
    with pytest.raises(Conflict) as refused:
        actions.record_delivery_reply(actor=make.staff(), signer="陈静", condition=Condition.INTACT, **given)  # type: ignore[arg-type]
    assert refused.value.code == "reply_known"
    actions.record_delivery_reply(
        actor=make.staff(),
        signer="陈静",
        condition=Condition.INTACT,
        replaces_because="少件已补到",
        **given,  # type: ignore[arg-type]
    )
    assert make.fresh(shipment).is_short is False
    lines = queries.replies_of(actor=make.staff(), shipment_id=shipment.pk)
    assert [(line.condition, line.replaced_reason) for line in lines] == [
        (Condition.INTACT, ""),
        (Condition.SHORT, "少件已补到"),
    ]


def test_reply__in_the_future_or_unsigned_is_refused() -> None:
    shipment = make.shipment()
    with pytest.raises(Invalid) as refused:
        actions.record_delivery_reply(
            actor=make.staff(),
            shipment_id=shipment.pk,
            signer=" ",
            signed_at=make.NOW + make.hours(1),
            condition=Condition.INTACT,
            now=make.NOW,
        )
    assert set(refused.value.fields) == {"signer", "signed_at"}
    assert make.fresh(shipment).status == "info_received"


def test_estimate__is_kept_beside_the_promise() -> None:
    shipment = make.shipment()
    later = make.NOW + make.hours(30)
    actions.change_estimate(actor=make.staff(), shipment_id=shipment.pk, eta=later, reason="车辆故障", now=make.NOW)
    found = make.fresh(shipment)
    assert (found.eta, found.eta_source, found.promised_delivery_at) == (later, "staff", make.NOW)
    assert EstimateChange.objects.get().said_by == "赵敏"
    with pytest.raises(Invalid):
        actions.change_estimate(actor=make.staff(), shipment_id=shipment.pk, eta=later, reason=" ", now=make.NOW)


def test_promise__changes_only_by_a_correction_with_reason() -> None:
    shipment = make.shipment()
    with pytest.raises(IntegrityError, match="frozen") as refused, transaction.atomic():
        Shipment.objects.filter(pk=shipment.pk).update(promised_delivery_at=make.NOW + make.hours(5))
    assert refused.value.__cause__.diag.constraint_name == "shipment_promise_frozen"  # type: ignore[union-attr]
    right = make.NOW + make.hours(24)
    version = actions.correct_promise(
        actor=make.staff(),
        shipment_id=shipment.pk,
        promised_pickup_at=None,
        promised_delivery_at=right,
        reason="录入时日期看错",
        now=make.NOW,
    )
    assert (version, make.fresh(shipment).promised_delivery_at) == (2, right)
    (line,) = queries.corrections_of(actor=make.staff(), shipment_id=shipment.pk)
    assert (line.before_delivery_at, line.reason) == (make.NOW, "录入时日期看错")
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Shipment.objects.filter(pk=shipment.pk).update(promise_version=3)


@pytest.mark.req("SHIP-04")
def test_leg__names_courier_and_phone_of_the_delivery() -> None:
    make.unit("HQ", 1, 100)
    outlet = make.unit("PD", 10, phones=["+862150001111"])
    shipment = make.shipment(destination_unit=outlet, scope_unit_id=10)
    actions.add_events(
        actor=make.SYSTEM,
        events=[make.event(shipment, Status.OUT_FOR_DELIVERY, make.NOW - make.hours(1))],
        source="scan",
        now=make.NOW,
    )
    assert [row.pk for row in queries.watch_rows(actor=make.staff(), kind=WatchKind.NO_PHONE, now=make.NOW)] == [
        shipment.pk
    ]
    actions.set_leg(
        actor=make.staff(),
        shipment_id=shipment.pk,
        leg=LegDraft(kind=LegKind.DELIVERY, unit_id=outlet.pk, courier_name="赵磊", courier_phone="139 0000 1111"),
        now=make.NOW,
    )
    found = queries.get_shipment(actor=make.staff(), shipment_id=shipment.pk)
    assert (found.courier_name, found.courier_phone) == ("赵磊", "+8613900001111")
    assert not queries.watch_rows(actor=make.staff(), kind=WatchKind.NO_PHONE, now=make.NOW).exists()
    events = queries.events_of(actor=make.staff(), shipment_id=shipment.pk)
    way = queries.stops(events, closed=False, now=make.NOW)
    (leg,) = queries.legs_of(actor=make.staff(), shipment=found, way=way)
    assert (leg.kind, leg.outlet_phone, leg.courier_name, leg.courier_phone) == (
        LegKind.DELIVERY,
        "+862150001111",
        "赵磊",
        "+8613900001111",
    )


def test_leg__doubtful_phone_is_refused() -> None:
    shipment = make.shipment()
    with pytest.raises(Invalid) as refused:
        actions.set_leg(
            actor=make.staff(),
            shipment_id=shipment.pk,
            leg=LegDraft(kind=LegKind.DELIVERY, courier_name="赵磊", courier_phone="12"),
            now=make.NOW,
        )
    assert list(refused.value.fields) == ["courier_phone"]


def test_events__outside_the_reach_are_unknown() -> None:
    shipment = make.shipment(scope_unit_id=50)
    outlet = make.staff(reach=Reach(intervals=((10, 20),)))
    result = actions.add_events(
        actor=outlet, events=[make.event(shipment, Status.PICKED_UP)], source="scan", now=make.NOW
    )
    assert [(r.line, r.field, r.code) for r in result.refused] == [(1, "waybill", "unknown_waybill")]
    assert TrackingEvent.objects.count() == 0
    with pytest.raises(NotFound):
        actions.change_estimate(actor=outlet, shipment_id=shipment.pk, eta=make.NOW, reason="x", now=make.NOW)


@pytest.mark.req("SHIP-16")
def test_events__bad_ones_are_named_and_good_ones_kept() -> None:
    shipment = make.shipment()
    make.shipment(waybill="TWICE", carrier="a")
    make.shipment(waybill="TWICE", carrier="b")
    events = [
        make.event(shipment, Status.PICKED_UP),
        make.event("NOWHERE", Status.PICKED_UP),
        make.event(shipment),
        make.event(shipment, Status.IN_TRANSIT, outlet="NONE"),
        make.event(shipment, Status.IN_TRANSIT, zone="Mars/North"),
        make.event("TWICE", Status.PICKED_UP),
        make.event("twice", Status.PICKED_UP, carrier="b"),
        make.event(shipment, Status.PICKED_UP),
    ]
    result = actions.add_events(actor=make.SYSTEM, events=events, source="feed", now=make.NOW)
    assert (result.read, result.created, result.duplicate, result.waiting) == (8, 2, 1, 0)
    assert [(r.line, r.field, r.value, r.code) for r in result.refused] == [
        (2, "waybill", "NOWHERE", "unknown_waybill"),
        (3, "status", "", "no_status"),
        (4, "outlet", "NONE", "unknown_outlet"),
        (5, "zone", "Mars/North", "unknown_zone"),
        (6, "waybill", "TWICE", "ambiguous_waybill"),
    ]


def test_events__of_doubles_the_first_line_stays_however_the_waybill_is_written() -> None:
    shipment = make.shipment(waybill="SF12")
    pushed = [make.event(written, Status.PICKED_UP, text=written) for written in ("sf 12", "SF12", "SF 12")]

    first = actions.add_events(actor=make.SYSTEM, events=pushed, source="feed", now=make.NOW)
    again = actions.add_events(actor=make.SYSTEM, events=pushed[1:], source="feed", now=make.NOW)

    assert [(r.created, r.duplicate) for r in (first, again)] == [(1, 2), (0, 2)]
    assert list(TrackingEvent.objects.values_list("shipment_id", "raw_text")) == [(shipment.pk, "sf 12")]


def test_events__before_their_order_wait_for_it() -> None:
    early = make.NOW - make.hours(5)
    pushed = [make.event("LATER1", Status.PICKED_UP, early), make.event("LATER1", Status.PICKED_UP, early)]
    result = actions.add_events(actor=make.SYSTEM, events=pushed, source="push", now=make.NOW, keep_unknown=True)
    assert (result.created, result.duplicate, result.waiting, result.refused) == (0, 1, 1, ())
    made = actions.register_order(
        actor=make.SYSTEM, order=ORDER, shipments=[draft(waybill="later1")], now=make.NOW + make.hours(1)
    )
    found = Shipment.objects.get(pk=made.shipments[0][0])
    assert (found.status, found.picked_up_at) == ("picked_up", early)
    event = TrackingEvent.objects.get(shipment=found)
    assert (event.source, event.received_at) == ("push", make.NOW)
    assert WaitingEvent.objects.count() == 0


@pytest.mark.req("SHIP-02")
def test_events__an_unknown_code_is_kept_listed_and_later_explained() -> None:
    shipment = make.shipment()
    push = [
        make.event(shipment, when=make.NOW - make.hours(3), code="1", text="已揽收"),
        make.event(shipment, when=make.NOW - make.hours(2), code="77", text="智能柜暂存"),
    ]
    actions.add_events(actor=make.SYSTEM, events=push, source="kd", vocabulary="kuaidi100", now=make.NOW)
    found = make.fresh(shipment)
    assert (found.status, found.event_count, found.last_event_at) == ("picked_up", 2, make.NOW - make.hours(2))
    (unknown,) = queries.unknown_codes(actor=make.staff())
    assert (unknown.vocabulary, unknown.code, unknown.sample_text, unknown.seen) == ("kuaidi100", "77", "智能柜暂存", 1)
    applied = actions.explain_code(
        actor=make.staff(),
        vocabulary="kuaidi100",
        code="77",
        status=Status.READY_FOR_PICKUP,
        origin="carrier's note of 2026-11",
        now=make.NOW,
    )
    assert (applied, make.fresh(shipment).status) == (1, "ready_for_pickup")
    assert queries.unknown_codes(actor=make.staff()) == []
    assert UnknownCode.objects.get().explained_at == make.NOW


@pytest.mark.parametrize(
    ("vocabulary", "code", "status"),
    [
        ("kuaidi100", "3", "delivered"),
        ("kdniao", "3", "delivered"),
        ("kuaidi100", "2", "exception"),
        ("kdniao", "2", "in_transit"),
        ("kuaidi100", "0", "in_transit"),
        ("kuaidi100", "4", "returned"),
        ("kdniao", "4", "exception"),
        ("kuaidi100", "14", "attempt_failed"),
        ("unece24", "21", "delivered"),
        ("iata", "RCF", "in_transit"),
        ("karrio", "delivery_failed", "attempt_failed"),
        ("aftership", "Expired", "stale"),
        ("dcsa", "TRANSPORT.DEPA", "in_transit"),
    ],
)
def test_codes__of_two_vendors_are_never_cross_read(vocabulary: str, code: str, status: str) -> None:
    shipment = make.shipment()
    actions.add_events(
        actor=make.SYSTEM, events=[make.event(shipment, code=code)], source="x", vocabulary=vocabulary, now=make.NOW
    )
    assert make.fresh(shipment).status == status


def test_codes__a_changed_meaning_leaves_history_as_it_was() -> None:
    shipment = make.shipment()
    code = {"vocabulary": "kdniao", "code": "4", "origin": "note"}
    push = make.event(shipment, when=make.NOW - make.hours(1), code="4")
    actions.add_events(actor=make.SYSTEM, events=[push], source="x", vocabulary="kdniao", now=make.NOW)
    actions.explain_code(actor=make.staff(), status=Status.RETURNING, now=make.NOW, **code)  # type: ignore[arg-type]
    assert make.fresh(shipment).status == "exception"
    assert StatusCode.objects.filter(vocabulary="kdniao", code="4").count() == 2
    assert queries.code_meaning(actor=make.staff(), vocabulary="kdniao", code="4", at=make.NOW) is Status.RETURNING


def test_void__takes_an_event_out_of_account_and_keeps_it() -> None:
    shipment = make.shipment()
    actions.add_events(
        actor=make.SYSTEM,
        events=[
            make.event(shipment, Status.PICKED_UP, make.NOW - make.hours(5)),
            make.event(shipment, Status.DELIVERED, make.NOW - make.hours(1)),
        ],
        source="scan",
        now=make.NOW,
    )
    wrong = TrackingEvent.objects.get(status="delivered")
    actions.void_event(actor=make.staff(), event_id=wrong.pk, reason="扫错件", now=make.NOW)
    found = make.fresh(shipment)
    assert (found.status, found.delivered_at) == ("picked_up", None)
    line = queries.events_of(actor=make.staff(), shipment_id=shipment.pk)
    assert [(e.status, e.voided, e.void_reason) for e in line] == [
        (Status.DELIVERED, True, "扫错件"),
        (Status.PICKED_UP, False, ""),
    ]
    with pytest.raises(Conflict):
        actions.void_event(actor=make.staff(), event_id=wrong.pk, reason="again", now=make.NOW)


def test_history__lists_what_was_done_to_a_shipment() -> None:
    shipment = make.shipment()
    actions.change_estimate(
        actor=make.staff(), shipment_id=shipment.pk, eta=make.NOW + make.hours(9), reason="雨", now=make.NOW
    )
    (entry,) = audit.history(actor=make.staff(), subject=("shipment", shipment.pk))
    assert (entry.type, entry.reason) == ("shipments.estimate_changed", "雨")


def test_late_rule__of_the_delivery_day_stays_with_the_shipment() -> None:
    shipment = make.shipment(promised_delivery_at=datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    actions.add_events(
        actor=make.SYSTEM,
        events=[make.event(shipment, Status.DELIVERED, datetime(2026, 11, 22, 4, 0, tzinfo=UTC) + timedelta(hours=1))],
        source="scan",
        now=make.NOW,
    )
    assert (make.fresh(shipment).is_late, make.fresh(shipment).late_rule_version) == (False, 1)
