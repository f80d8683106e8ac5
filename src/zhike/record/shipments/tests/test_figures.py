from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import available_timezones

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.platform.actors import Actor, ActorKind, Reach
from zhike.platform.errors import NotFound
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.shipments import actions, queries, rules
from zhike.record.shipments.models import Party, ProofOfDelivery, Shipment
from zhike.record.shipments.models.orders import IS_LATE, OVERDUE_AT
from zhike.record.shipments.queries import Narrow
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Condition, LateRule, Status, WatchKind

pytestmark = pytest.mark.django_db
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ZONES = st.sampled_from(
    ["Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"]
)
WEEK = Narrow(begin=make.NOW - timedelta(days=7), end=make.NOW)


@settings(max_examples=300, deadline=None)
@given(
    promised=MOMENTS | st.none(),
    after=st.integers(-100, 100) | st.none(),
    zone=ZONES,
    rule=st.sampled_from(list(LateRule)),
)
@pytest.mark.req("SHIP-07")
def test_late__in_sql_is_that_of_the_rule(
    promised: datetime | None, after: int | None, zone: str, rule: LateRule
) -> None:
    delivered = None if promised is None or after is None else promised + timedelta(hours=after)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {IS_LATE}, {OVERDUE_AT} FROM (SELECT %s::text AS late_rule, %s::text AS zone,"  # noqa: S608
            " %s::timestamptz AS delivered_at, %s::timestamptz AS promised_delivery_at) s",
            [rule.value, zone, delivered, promised],
        )
        (late, overdue) = cursor.fetchone() or (None, None)
    assert late == rules.is_late(delivered_at=delivered, promised_at=promised, zone=zone, rule=rule)
    assert overdue == rules.overdue_at(promised_at=promised, zone=zone, rule=rule)
    assert zone in available_timezones()


@pytest.mark.parametrize(
    ("delivered", "late"),
    [
        ("2018-08-27T02:59:59+00:00", False),  # 23:59:59 on the 26th in São Paulo
        ("2018-08-28T02:59:59+00:00", False),  # 23:59:59 on the promised 27th
        ("2018-08-28T03:00:00+00:00", True),  # midnight of the 28th
    ],
)
def test_late__is_a_later_calendar_day_in_the_destinations_zone(delivered: str, late: bool) -> None:  # noqa: FBT001
    shipment = make.shipment(
        zone="America/Sao_Paulo", promised_delivery_at=datetime.fromisoformat("2018-08-27T03:00:00+00:00")
    )
    moment = datetime.fromisoformat(delivered)
    actions.add_events(
        actor=make.SYSTEM, events=[make.event(shipment, Status.DELIVERED, moment)], source="f", now=make.NOW
    )
    assert make.fresh(shipment).is_late is late


def delivered(at: datetime, **given: object) -> Shipment:
    shipment = make.shipment(**given)
    actions.add_events(actor=make.SYSTEM, events=[make.event(shipment, Status.DELIVERED, at)], source="f", now=make.NOW)
    return make.fresh(shipment)


@pytest.mark.req("SHIP-07")
def test_reliability__states_base_and_missing() -> None:
    in_time = [delivered(make.NOW - make.hours(n)) for n in (1, 2, 3)]
    late = delivered(make.NOW - make.hours(4), promised_delivery_at=make.NOW - timedelta(days=2))
    without = delivered(make.NOW - make.hours(5), promised_delivery_at=None)
    Shipment.objects.filter(pk=in_time[0].pk).update(is_damaged=True)
    Shipment.objects.filter(pk=late.pk).update(is_damaged=True, is_short=True)
    lost = make.shipment()
    actions.add_events(
        actor=make.SYSTEM,
        events=[make.event(lost, Status.EXCEPTION, make.NOW - make.hours(6), incident_reason="carrier_lost")],
        source="f",
        now=make.NOW,
    )
    assert without.is_late is None
    found = queries.reliability(actor=make.staff(), narrow=WEEK)
    assert (found.on_time.hits, found.on_time.base, found.on_time.missing) == (3, 4, 1)
    assert found.on_time.value == Decimal("0.75")
    assert (found.intact.hits, found.intact.base, found.intact.value) == (3, 5, Decimal("0.6"))
    assert (found.lost.hits, found.lost.base) == (1, 6)


@pytest.mark.req("SHIP-04", "SHIP-05")
def test_reliability__counts_phones_and_replies() -> None:
    out = make.NOW - make.hours(9)
    for courier in ("13900001111", ""):
        shipment = make.shipment()
        events = [
            make.event(shipment, Status.OUT_FOR_DELIVERY, out, handler_name="赵磊", handler_phone=courier),
            make.event(shipment, Status.DELIVERED, make.NOW - make.hours(5)),
        ]
        actions.add_events(actor=make.SYSTEM, events=events, source="f", now=make.NOW)
    first = Shipment.objects.order_by("pk").first()
    assert first is not None
    actions.record_delivery_reply(
        actor=make.SYSTEM,
        shipment_id=first.pk,
        signer="陈",
        signed_at=make.NOW - make.hours(5),
        condition=Condition.INTACT,
        now=make.NOW,
    )
    found = queries.reliability(actor=make.staff(), narrow=WEEK)
    assert (found.phoned.hits, found.phoned.base) == (1, 2)
    assert (found.replied.hits, found.replied.base, found.replied.value) == (1, 2, Decimal("0.5"))
    assert queries.reliability(actor=make.staff(), narrow=WEEK.before()).replied.value is None


@pytest.mark.req("SHIP-06")
def test_cycles__mean_median_and_p90_with_the_period_before() -> None:
    start = make.NOW - timedelta(days=3)
    for hours in (10, 20, 30, 60):
        shipment = make.shipment(
            ordered_at=start, confirmed_at=start + make.hours(2), prepared_at=start + make.hours(5)
        )
        events = [
            make.event(shipment, Status.PICKED_UP, start + make.hours(6)),
            make.event(shipment, Status.DELIVERED, start + make.hours(6 + hours)),
        ]
        actions.add_events(actor=make.SYSTEM, events=events, source="f", now=make.NOW)
    old = make.shipment(ordered_at=make.NOW - timedelta(days=12))
    actions.add_events(
        actor=make.SYSTEM,
        events=[make.event(old, Status.DELIVERED, make.NOW - timedelta(days=10))],
        source="f",
        now=make.NOW,
    )
    found = {m.name: m for m in queries.cycle_measures(actor=make.staff(), narrow=WEEK)}
    transport = found["transport"]
    assert (transport.n, transport.mean, transport.median) == (4, 30.0, 25.0)
    assert transport.p90 == pytest.approx(51.0)
    assert (transport.missing, transport.before_n) == (0, 0)
    total = found["total"]
    assert (total.n, total.mean, total.before_n, total.before_mean) == (4, 36.0, 1, 48.0)
    assert (found["order_to_pickup"].mean, found["processing"].mean, found["preparation"].mean) == (6.0, 2.0, 3.0)


@pytest.mark.req("SHIP-06")
def test_cycles__by_mode_count_what_is_missing_or_disordered() -> None:
    start = make.NOW - timedelta(days=3)
    never_picked = make.shipment(ordered_at=start, service_mode="local")
    wrong = make.shipment(ordered_at=start, service_mode="national")
    events = [
        make.event(never_picked, Status.DELIVERED, start + make.hours(9)),
        make.event(wrong, Status.PICKED_UP, start + make.hours(9)),
        make.event(wrong, Status.DELIVERED, start + make.hours(8)),
    ]
    actions.add_events(actor=make.SYSTEM, events=events, source="f", now=make.NOW)
    found = {(m.group, m.name): m for m in queries.cycle_measures(actor=make.staff(), narrow=WEEK, group_by="mode")}
    local, national = found["local", "transport"], found["national", "transport"]
    assert (local.n, local.missing, local.mean) == (0, 1, None)
    assert (national.n, national.disordered, national.mean) == (0, 1, None)


@pytest.mark.req("SHIP-12")
def test_orders__of_departments_add_up_to_the_customers_total(customer: int) -> None:
    sea, air = make.unit("SEA", 10, kind="department"), make.unit("AIR", 20, kind="department")
    for department, price in ((sea, "100"), (sea, "50"), (air, "7.5"), (None, None)):
        own = make.order(
            department=department,
            customer_id=customer,
            price=price,
            price_currency="CNY" if price else "",
        )
        make.shipment(order=own, customer_id=customer)
    make.order()
    with translation.override("en"):
        found = queries.orders_by_department(actor=make.staff(), customer_id=customer)
    assert [(d.department, d.orders, d.shipments, d.values) for d in found.departments] == [
        ("AIR", 1, 1, (("CNY", Decimal("7.5")),)),
        ("SEA", 2, 2, (("CNY", Decimal(150)),)),
        ("Not named", 1, 1, ()),
    ]
    assert (found.orders, found.shipments, found.adds_up) == (4, 4, True)


@pytest.mark.req("SHIP-08")
def test_watch__lists_each_reason_and_rests_with_one() -> None:
    day = timedelta(days=1)
    overdue = make.shipment(promised_delivery_at=make.NOW - 2 * day, ordered_at=make.NOW - make.hours(3))
    silent = make.shipment(promised_delivery_at=make.NOW + 2 * day, ordered_at=make.NOW - make.hours(25))
    fresh = make.shipment(promised_delivery_at=make.NOW + 2 * day, ordered_at=make.NOW - make.hours(23))
    unanswered = delivered(make.NOW - make.hours(25))
    delivered(make.NOW - make.hours(23))
    out = make.shipment(promised_delivery_at=make.NOW + day)
    actions.add_events(
        actor=make.SYSTEM,
        events=[make.event(out, Status.OUT_FOR_DELIVERY, make.NOW - make.hours(1))],
        source="f",
        now=make.NOW,
    )
    ancient = make.shipment(promised_delivery_at=make.NOW - 100 * day, ordered_at=make.NOW - 101 * day)
    listed = {
        kind: {row.pk for row in queries.watch_rows(actor=make.staff(), kind=kind, now=make.NOW)} for kind in WatchKind
    }
    assert listed == {
        WatchKind.OVERDUE: {overdue.pk},
        WatchKind.SILENT: {silent.pk},
        WatchKind.NO_REPLY: {unanswered.pk},
        WatchKind.NO_PHONE: {out.pk},
    }
    everything = {pk for found in listed.values() for pk in found}
    assert not {fresh.pk, ancient.pk} & everything
    actions.acknowledge_watch(
        actor=make.staff(),
        shipment_id=overdue.pk,
        kind=WatchKind.OVERDUE,
        reason="客户改约周五",
        until=make.NOW + day,
        now=make.NOW,
    )
    counts = queries.watch_counts(actor=make.staff(), now=make.NOW)
    assert (counts.overdue, counts.silent, counts.no_reply, counts.no_phone) == (0, 1, 1, 1)
    resting = queries.watch_rows(actor=make.staff(), kind=WatchKind.OVERDUE, now=make.NOW, resting=True)
    assert [row.pk for row in resting] == [overdue.pk]
    assert queries.watch_counts(actor=make.staff(), now=make.NOW + day).overdue == 1
    actions.lift_watch(actor=make.staff(), shipment_id=overdue.pk, kind=WatchKind.OVERDUE, now=make.NOW)
    assert queries.watch_counts(actor=make.staff(), now=make.NOW).overdue == 1
    with pytest.raises(NotFound):
        actions.lift_watch(actor=make.staff(), shipment_id=overdue.pk, kind=WatchKind.OVERDUE, now=make.NOW)


def test_late__is_told_once_and_never_of_history() -> None:
    two_days = timedelta(days=2)
    late = make.shipment(promised_delivery_at=make.NOW - two_days)
    make.shipment(promised_delivery_at=make.NOW - two_days, mode="backfill")
    assert actions.tell_late(actor=make.SYSTEM, now=make.NOW) == 1
    assert actions.tell_late(actor=make.SYSTEM, now=make.NOW) == 0
    assert OutboxEvent.objects.get(type="shipments.late").payload == {"shipment_ids": [late.pk]}


def test_scope__shows_only_what_is_within_reach() -> None:
    inside, outside = make.shipment(scope_unit_id=15), make.shipment(scope_unit_id=30)
    outlet = make.staff(reach=Reach(intervals=((10, 20),)))
    assert [row.pk for row in queries.shipment_rows(actor=outlet)] == [inside.pk]
    with pytest.raises(NotFound):
        queries.get_shipment(actor=outlet, shipment_id=outside.pk)
    found = queries.find_batch(actor=outlet, text=f"{inside.waybill}，{outside.waybill}\nNONE")
    assert (found.ids, found.missing) == ((inside.pk,), (outside.waybill, "NONE"))


@pytest.mark.req("SHIP-02", "SHIP-09")
def test_track__shows_people_only_to_who_knows_a_phone_ending() -> None:
    make.unit("HQ", 1, 100)
    outlet = make.unit("PD", 10, name="浦东网点", phones=["+862150001111"])
    shipment = make.shipment(
        destination_unit=outlet, consignee={"phone": "+8613812345678", "phone_key": "12345678", "name": "陈静"}
    )
    Party.objects.create(shipment=shipment, role="consignor", name="华夏")
    events = [
        make.event(shipment, Status.PICKED_UP, make.NOW - make.hours(30), place="杭州", text="张三揽收"),
        make.event(
            shipment,
            Status.OUT_FOR_DELIVERY,
            make.NOW - make.hours(1),
            outlet="PD",
            handler_name="赵磊",
            handler_phone="+8613900001111",
        ),
    ]
    actions.add_events(actor=make.SYSTEM, events=events, source="f", now=make.NOW)
    public = Actor(kind=ActorKind.PUBLIC, id="1.2.3.4")
    limited = queries.track_public(actor=public, waybill=shipment.waybill, now=make.NOW)
    assert (limited.status, limited.unlocked, limited.courier_phone, limited.outlet) == (
        Status.OUT_FOR_DELIVERY,
        False,
        "",
        "",
    )
    assert [(e.status, e.place) for e in limited.events] == [
        (Status.OUT_FOR_DELIVERY, "浦东网点"),
        (Status.PICKED_UP, "杭州"),
    ]
    wrong = queries.track_public(actor=public, waybill=shipment.waybill, now=make.NOW, phone_ending="0000")
    assert wrong == limited
    full = queries.track_public(actor=public, waybill=shipment.waybill, now=make.NOW, phone_ending="5678")
    assert (full.unlocked, full.consignee, full.courier_name, full.courier_phone, full.outlet_phone) == (
        True,
        "陈**",
        "赵磊",
        "+8613900001111",
        "+862150001111",
    )
    with pytest.raises(NotFound):
        queries.track_public(actor=public, waybill="NONE", now=make.NOW)


def test_way__fills_the_slowest_stay_only() -> None:
    start = make.NOW - timedelta(days=4)
    steps: list[rules.Step] = [
        (start, Status.PICKED_UP, "杭州", None),
        (start + make.hours(3), Status.IN_TRANSIT, "转运中心", None),
        (start + make.hours(5), Status.IN_TRANSIT, "转运中心", None),
        (start + make.hours(40), Status.IN_TRANSIT, "浦东", None),
        (start + make.hours(42), Status.OUT_FOR_DELIVERY, "浦东", None),
        (start + make.hours(45), Status.DELIVERED, "浦东", None),
    ]
    way = rules.stops_of(steps, closed=True, slow_after=timedelta(hours=24), now=make.NOW)
    assert [(s.name, s.status, s.slow) for s in way] == [
        ("杭州", Status.PICKED_UP, False),
        ("转运中心", Status.IN_TRANSIT, True),
        ("浦东", Status.IN_TRANSIT, False),
        ("浦东", Status.OUT_FOR_DELIVERY, False),
        ("浦东", Status.DELIVERED, False),
    ]
    assert way[1].stay(make.NOW) == timedelta(hours=37)


@pytest.mark.req("SHIP-16")
def test_feeds__state_source_arrival_and_delay() -> None:
    shipment = make.shipment()
    events = [make.event(shipment, Status.PICKED_UP, make.NOW - timedelta(minutes=n), place=str(n)) for n in (10, 30)]
    actions.add_events(actor=make.SYSTEM, events=events, source="partner", now=make.NOW)
    (feed,) = queries.feeds(actor=make.staff(), now=make.NOW)
    assert (feed.source, feed.created, feed.last_at, feed.median_delay) == ("partner", 2, make.NOW, 20.0)
    line = queries.events_of(actor=make.staff(), shipment_id=shipment.pk)
    assert [(e.source, e.delay) for e in line] == [
        ("partner", timedelta(minutes=10)),
        ("partner", timedelta(minutes=30)),
    ]
    assert queries.data_age(make.fresh(shipment), make.NOW) == timedelta(minutes=10)
    assert ProofOfDelivery.objects.count() == 0
