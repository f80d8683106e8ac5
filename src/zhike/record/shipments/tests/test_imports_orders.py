from pathlib import Path
from typing import Any

import pytest

from zhike.platform.actors import Actor, ActorKind
from zhike.platform.bulk.engine import RunContext, run_files
from zhike.platform.bulk.mapping import mapping_of
from zhike.platform.bulk.reading import TableFile
from zhike.platform.bulk.types import StepResult
from zhike.platform.outbox.models import OutboxEvent
from zhike.record.organization.queries import reach_of_units
from zhike.record.organization.tests import factories as people
from zhike.record.shipments.models import EstimateChange, Leg, Order, Party, ProofOfDelivery, Shipment, TrackingEvent
from zhike.record.shipments.policies import IMPORT_SHIPMENTS
from zhike.record.shipments.tests import factories as make
from zhike.record.shipments.types.codes import Status

pytestmark = pytest.mark.django_db

HEAD = "id,state,bought,accepted,shipped,arrived,due,city,st,phone,signer,condition,courier,cphone,amount"
FIELDS: dict[str, Any] = {
    "order_id": "id",
    "waybill": "id",
    "status": {
        "column": "state",
        "values": {"done": "delivered", "sent": "in_transit", "void": "cancelled", "new": "info_received"},
    },
    "ordered_at": "bought",
    "confirmed_at": "accepted",
    "picked_up_at": "shipped",
    "delivered_at": "arrived",
    "promised_delivery_at": "due",
    "consignee_city": "city",
    "consignee_region": "st",
    "consignee_phone": "phone",
    "signer": "signer",
    "condition": "condition",
    "courier_name": "courier",
    "courier_phone": "cphone",
    "declared_value": "amount",
    "declared_currency": {"constant": "CNY"},
}
ROWS = [
    # Arrived on the day it was due, at 22:30 in São Paulo, which is the next day in UTC.
    "a1,done,2018-01-02 10:00:00,2018-01-02 11:00,2018-01-03 09:00,2018-01-10 22:30:00,2018-01-10,Recife,PE,,,,,,10.50",
    "a2,done,2018-01-02 10:00:00,2018-01-02 11:00,2018-01-03 09:00,2018-01-11 00:10:00,2018-01-10,Olinda,PE,,,,,,",
    "a3,sent,2018-01-02 10:00:00,,2018-01-03 09:00,,2018-01-10,Santos,SP,,,,,,",
    "a4,void,2018-01-02 10:00:00,,,,2018-01-10,Santos,SP,,,,,,",
    "a5,new,2018-01-02 10:00:00,,,,,Santos,SP,13812345678,,,,,",
    "a6,done,2018-01-02 10:00,,2018-01-03 09:00,2018-01-09 12:00,2018-01-10,Santos,SP,,林,damaged,赵磊,13900001111,",
]


def load(tmp_path: Path, lines: list[str], *, mode: str = "backfill", head: str = HEAD) -> StepResult:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    mapping = mapping_of(
        {
            "name": "export",
            "mode": mode,
            "zone": "America/Sao_Paulo",
            "sources": {"orders": "orders.csv"},
            "steps": [{"target": "shipments.orders", "source": "orders", "fields": FIELDS}],
        }
    )
    context = RunContext(actor=make.SYSTEM, mapping=mapping, now=make.NOW, source_label="market")
    (result,) = run_files(context, {"orders": TableFile(file, "orders.csv")})
    return result


def by_id(external_id: str) -> Shipment:
    return Shipment.objects.select_related("order").get(order__external_id=external_id)


@pytest.mark.req("SHIP-01", "SHIP-07")
def test_orders__become_shipments_with_milestones_and_their_promise(tmp_path: Path) -> None:
    result = load(tmp_path, ROWS)
    assert (result.read, result.counts.created, result.rejected) == (6, 6, 0)
    found = {e: by_id(e) for e in ("a1", "a2", "a3", "a4", "a5", "a6")}
    assert [(s.status, s.is_late, s.is_open) for s in found.values()] == [
        ("delivered", False, False),
        ("delivered", True, False),
        ("in_transit", None, True),
        ("cancelled", None, False),
        ("info_received", None, True),
        ("delivered", False, False),
    ]
    assert Shipment.objects.filter(is_late__isnull=False).count() == 3
    first = found["a1"]
    assert (first.zone, str(first.event_month), first.region, first.waybill) == (
        "America/Sao_Paulo",
        "2018-01-01",
        "PE",
        "A1",
    )
    assert str(first.order.declared_value) == "10.5000"
    assert first.order.number.startswith("OR-")
    line = TrackingEvent.objects.filter(shipment=first).order_by("occurred_at").values_list("status", flat=True)
    assert list(line) == ["picked_up", "delivered"]
    assert Party.objects.get(shipment=found["a5"]).phone == "+8613812345678"
    assert Party.objects.get(shipment=found["a5"]).phone_key == "12345678"


def test_orders__carry_reply_courier_and_condition(tmp_path: Path) -> None:
    load(tmp_path, ROWS)
    found = by_id("a6")
    assert (found.courier_name, found.courier_phone, found.is_damaged) == ("赵磊", "+8613900001111", True)
    assert ProofOfDelivery.objects.get().signer == "林"
    assert found.replied_at == found.delivered_at
    assert Leg.objects.get().sequence == 90


@pytest.mark.req("SHIP-01")
def test_orders__sent_twice_change_no_figure(tmp_path: Path) -> None:
    load(tmp_path, ROWS)
    before = make.rows_of("SELECT xmin::text, * FROM shipments_shipment ORDER BY id")
    again = load(tmp_path, list(reversed(ROWS)))
    assert (again.counts.created, again.counts.updated, again.counts.duplicate) == (0, 0, 6)
    assert make.rows_of("SELECT xmin::text, * FROM shipments_shipment ORDER BY id") == before
    assert TrackingEvent.objects.count() == 8


def test_orders__speak_to_nobody_when_they_are_history(tmp_path: Path) -> None:
    load(tmp_path, ROWS)
    assert list(OutboxEvent.objects.values_list("type", "mode")) == [("shipments.batch_imported", "backfill")]
    sent = OutboxEvent.objects.get().payload
    assert (sent["what"], sent["created"], sent["touched"]) == ("orders", 6, 5)


def test_orders__tell_of_live_deliveries(tmp_path: Path) -> None:
    load(tmp_path, ROWS[:1], mode="live")
    told = dict(OutboxEvent.objects.values_list("type", "payload"))
    (pk,) = Shipment.objects.values_list("pk", flat=True)
    assert told["shipments.registered"] == {"shipment_ids": [pk]}
    assert told["shipments.delivered"] == {"shipment_ids": [pk]}


def test_orders__changed_rows_keep_the_promise_and_move_the_milestones(tmp_path: Path) -> None:
    load(tmp_path, ROWS)
    moved = ROWS[1].replace("2018-01-11 00:10:00,2018-01-10", "2018-01-12 08:00:00,2018-01-20")
    result = load(tmp_path, [ROWS[0], moved])
    assert (result.counts.updated, result.counts.duplicate) == (1, 1)
    found = by_id("a2")
    assert str(found.promised_delivery_at) == "2018-01-10 02:00:00+00:00"
    assert str(found.delivered_at) == "2018-01-12 10:00:00+00:00"
    assert str(found.eta) == "2018-01-20 02:00:00+00:00"
    assert EstimateChange.objects.get().source == "system"
    struck = TrackingEvent.objects.get(shipment=found, voided_at__isnull=False)
    assert (struck.status, str(struck.occurred_at)) == ("delivered", "2018-01-11 02:10:00+00:00")
    back = load(tmp_path, [ROWS[1]])
    assert back.counts.updated == 1
    assert str(by_id("a2").delivered_at) == "2018-01-11 02:10:00+00:00"


def test_orders__bad_rows_are_named_and_good_ones_kept(tmp_path: Path) -> None:
    lines = [
        ROWS[0],
        ROWS[0].replace("a1,", "b2,").replace("2018-01-02 10:00:00", "2018-13-02 10:00:00"),
        ROWS[0].replace("a1,done", "b3,lost in space"),
        ROWS[0].replace("2018-01-03", "2018-01-04"),
        "b5,done,2018-01-02 10:00:00",
        ROWS[4].replace("a5", "b6"),
    ]
    result = load(tmp_path, lines)
    assert (result.read, result.counts.created, result.rejected) == (6, 2, 4)
    assert [(r.line, r.field, r.value, r.code) for r in result.rejections] == [
        (3, "ordered_at", "2018-13-02 10:00:00", "not_instant"),
        (4, "status", "lost in space", "unknown_code"),
        (5, "waybill", "a1", "repeated_waybill"),
        (6, "", "b5,done,2018-01-02 10:00:00", "columns"),
    ]
    assert result.rejections[2].params == {"first": 2}
    assert Order.objects.count() == 2


def test_orders__a_waybill_of_another_order_is_refused(tmp_path: Path) -> None:
    make.shipment(waybill="A1")
    result = load(tmp_path, ROWS[:1])
    assert [(r.field, r.code) for r in result.rejections] == [("waybill", "other_order")]
    assert by_number_count() == 1


def by_number_count() -> int:
    return Shipment.objects.filter(waybill="A1").count()


def test_orders__terminal_state_without_a_time_stands(tmp_path: Path) -> None:
    load(tmp_path, ["c1,done,2018-01-02 10:00:00,,,,2018-01-10,Santos,SP,,,,,,"])
    found = by_id("c1")
    assert (found.status, found.delivered_at, found.is_late) == (Status.DELIVERED.value, None, None)


def load_joined(tmp_path: Path, orders: list[str], buyers: str, sendings: str) -> StepResult:
    """Orders with their buyers and milestones in files beside."""
    files = {"orders": "\n".join(["id,buyer,state,bought", *orders]) + "\n", "buyers": buyers, "sendings": sendings}
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    mapping = mapping_of(
        {
            "name": "joined",
            "mode": "backfill",
            "zone": "America/Sao_Paulo",
            "sources": {name: f"{name}.csv" for name in files},
            "steps": [
                {
                    "target": "shipments.orders",
                    "source": "orders",
                    "lookups": [
                        {"name": "buyer", "source": "buyers", "on": {"id": "buyer"}},
                        {"name": "sending", "source": "sendings", "on": {"order": "id"}},
                    ],
                    "fields": {
                        "order_id": "id",
                        "waybill": "id",
                        "status": {"column": "state", "values": {"done": "delivered", "sent": "in_transit"}},
                        "ordered_at": "bought",
                        "consignee_name": "buyer.name",
                        "consignee_city": "buyer.city",
                        "consignee_country": {"constant": "BR"},
                        "picked_up_at": "sending.shipped",
                        "delivered_at": "sending.arrived",
                        "courier_name": "sending.courier",
                    },
                }
            ],
        }
    )
    context = RunContext(actor=make.SYSTEM, mapping=mapping, now=make.NOW, source_label="market")
    (result,) = run_files(context, {name: TableFile(tmp_path / f"{name}.csv", f"{name}.csv") for name in files})
    return result


JOINED = ["j1,b1,done,2018-01-02 10:00", "j2,b2,done,2018-01-02 10:00", "j3,b3,sent,2018-01-02 10:00"]
BUYERS = "id,name,city\nb1,Ana,Recife\nb2,Bia,Olinda\nb3,Caio,Santos\n"
SENDINGS = (
    "order,shipped,arrived,courier\nj1,2018-01-03 09:00,2018-01-09 12:00,Rui\n"
    "j2,2018-01-03 09:00,2018-01-09 12:00,Rui\nj3,2018-01-03 09:00,,Rui\n"
)


@pytest.mark.req("SHIP-16")
def test_orders__a_cut_lookup_blanks_and_changes_nothing(tmp_path: Path) -> None:
    def known() -> list[tuple[object, ...]]:
        return [
            *make.rows_of("SELECT * FROM shipments_shipment ORDER BY id"),
            *make.rows_of("SELECT * FROM shipments_party ORDER BY id"),
            *make.rows_of("SELECT * FROM shipments_leg ORDER BY id"),
            *make.rows_of("SELECT * FROM shipments_trackingevent ORDER BY id"),
        ]

    assert load_joined(tmp_path, JOINED, BUYERS, SENDINGS).counts.created == 3
    before = known()

    # Cut off in the second buyer, and in the second sending.
    cut = load_joined(tmp_path, JOINED, BUYERS[:28], SENDINGS[:90])

    assert [(join.name, join.rejected, join.unmatched) for join in cut.joins] == [("buyer", 1, 2), ("sending", 1, 2)]
    assert (cut.counts.created, cut.counts.updated, cut.counts.duplicate, cut.rejected) == (0, 0, 3, 0)
    assert known() == before
    # What the order's own file says anew still counts.
    moved = load_joined(tmp_path, [*JOINED[:2], JOINED[2].replace("sent", "done")], BUYERS[:28], SENDINGS[:90])
    assert (moved.counts.updated, moved.counts.duplicate) == (1, 2)
    assert (by_id("j3").status, Party.objects.get(shipment=by_id("j3")).name) == ("delivered", "Caio")
    # Only the whole row takes back what the order no longer says: that it is still on its way.
    arrived = [*JOINED[:2], JOINED[2].replace("sent", "done")]
    turns = [load_joined(tmp_path, arrived, BUYERS, SENDINGS).counts for _turn in range(2)]
    assert [(c.created, c.updated, c.duplicate) for c in turns] == [(0, 1, 2), (0, 0, 3)]
    struck = TrackingEvent.objects.get(voided_at__isnull=False)
    assert (struck.shipment_id, struck.status) == (by_id("j3").pk, "in_transit")


@pytest.mark.parametrize("whole_tree", [True, False])
def test_orders__without_an_outlet_are_the_whole_companys(tmp_path: Path, *, whole_tree: bool) -> None:
    """A key of the head unit sees the whole company; a key of one outlet is told which order names no unit."""
    outlet = people.unit()
    unit = people.company() if whole_tree else outlet
    rights = frozenset({IMPORT_SHIPMENTS.code})
    actor = Actor(kind=ActorKind.API_KEY, id="5", rights=rights, reach=reach_of_units([unit]))
    file = tmp_path / "orders.csv"
    other = people.unit()
    file.write_text(f"id,at,to\nk1,2018-01-02,\nk2,2018-01-02,{other.code}\nk3,2018-01-02,{outlet.code}\n")
    fields = {"order_id": "id", "waybill": "id", "ordered_at": "at", "destination_outlet": "to"}
    mapping = mapping_of(
        {
            "zone": "Asia/Shanghai",
            "sources": {"orders": "orders.csv"},
            "steps": [{"target": "shipments.orders", "source": "orders", "fields": fields}],
        }
    )
    context = RunContext(actor=actor, mapping=mapping, now=make.NOW, source_label="market")

    (result,) = run_files(context, {"orders": TableFile(file, "orders.csv")})

    refused = [(r.line, r.column, r.value, r.code) for r in result.rejections]
    assert (result.counts.created, refused) == (
        (3, []) if whole_tree else (1, [(2, "id", "k1", "no_unit"), (3, "to", other.code, "outside_reach")])
    )
