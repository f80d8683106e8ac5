"""Shipments for programs: register, push, read, and one shape of every refusal."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from zhike.platform import clock
from zhike.platform.accounts.models import User
from zhike.record.organization import actions as organization
from zhike.record.organization.tests import factories as people
from zhike.record.shipments.models import Shipment, TrackingEvent
from zhike.record.shipments.tests import factories as make

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


def client_of(*roles: str) -> Client:
    member = people.staff(roles=roles)
    opened = organization.open_staff_account(
        actor=people.SETUP,
        staff_id=member.pk,
        username=f"user{member.pk}",
        password="correct horse battery",
        now=people.NOW,
    )
    client = Client()
    client.force_login(User.objects.get(pk=opened.user_id))
    return client


def send(client: Client, method: str, path: str, body: dict[str, Any] | None, expected: int) -> Any:  # noqa: ANN401
    answer = client.generic(method, f"{ROOT}{path}", json.dumps(body) if body else "", content_type="application/json")
    assert answer.status_code == expected, answer.content.decode()
    return json.loads(answer.content) if answer.content else None


def order(**changes: Any) -> dict[str, Any]:
    return {
        "business_line": "express",
        "service_mode": "national",
        "source": "erp",
        "external_id": "E-1",
        "shipments": [{"consignee": {"name": "陈静", "phone": "13812345678", "city": "上海"}, "waybill": "api001"}],
        **changes,
    }


@pytest.mark.req("SHIP-16")
def test_orders_and_events__are_taken_from_programs() -> None:
    client, now = client_of("department"), clock.now()
    made = send(client, "POST", "/orders", order(), 201)
    (shipment,) = made["shipments"]
    assert shipment["waybill"] == "API001"
    assert send(client, "POST", "/orders", order(), 409)["code"] == "order_known"
    push = {
        "source": "partner",
        "events": [
            {"waybill": "API001", "occurred_at": (now - timedelta(minutes=30)).isoformat(), "status": "picked_up"},
            {"waybill": "API001", "occurred_at": (now - timedelta(minutes=30)).isoformat(), "status": "picked_up"},
            {"waybill": "NONE", "occurred_at": now.isoformat(), "status": "picked_up"},
        ],
    }
    result = send(client, "POST", "/tracking-events", push, 200)
    assert (result["read"], result["created"], result["duplicate"]) == (3, 1, 1)
    assert [(r["line"], r["field"], r["code"]) for r in result["refused"]] == [(3, "waybill", "unknown_waybill")]
    assert result["refused"][0]["reason"]
    (event,) = send(client, "GET", f"/shipments/{shipment['id']}/events", None, 200)
    assert (event["source"], event["status"]) == ("partner", "picked_up")
    assert 1790 <= event["delay_seconds"] <= 1900
    assert send(client, "GET", f"/shipments/{shipment['id']}", None, 200)["status"] == "picked_up"


@pytest.mark.req("SHIP-16")
def test_push__bad_events_are_named_and_good_ones_kept() -> None:
    client, now = client_of("supervisor"), clock.now()
    row = make.shipment(ordered_at=now - timedelta(days=2))
    at = (now - timedelta(hours=1)).isoformat()
    events: list[object] = [
        {"waybill": row.waybill, "occurred_at": at, "status": "picked_up"},
        {"waybill": row.waybill, "occurred_at": at, "status": "flying"},
        {"waybill": row.waybill, "occurred_at": "2026-13-02T08:00:00+08:00", "status": "in_transit"},
        {"waybill": row.waybill, "occurred_at": "2026-03-02T08:00:00", "status": "in_transit"},
        {"occurred_at": at, "status": "in_transit"},
        {"waybill": "W" * 61, "occurred_at": at, "status": "in_transit"},
        "nothing",
        {"waybill": "NONE", "occurred_at": at, "status": "in_transit"},
        {"waybill": row.waybill, "occurred_at": now.isoformat(), "status": "in_transit"},
    ]

    result = send(client, "POST", "/tracking-events", {"source": "partner", "events": events}, 200)

    assert (result["read"], result["created"], result["duplicate"], len(result["refused"])) == (9, 2, 0, 7)
    assert [(r["line"], r["field"], r["value"], r["code"]) for r in result["refused"]] == [
        (2, "status", "flying", "unknown_code"),
        (3, "occurred_at", "2026-13-02T08:00:00+08:00", "not_instant"),
        (4, "occurred_at", "2026-03-02T08:00:00", "no_offset"),
        (5, "waybill", "", "required"),
        (6, "waybill", "W" * 61, "too_long"),
        (7, "", "nothing", "unreadable"),
        (8, "waybill", "NONE", "unknown_waybill"),
    ]
    assert all(r["reason"] and "%" not in r["reason"] for r in result["refused"])
    assert "picked_up" in result["refused"][0]["reason"]
    assert TrackingEvent.objects.filter(shipment=row, source="partner").count() == 2


def test_shipments__are_listed_by_pages_and_filters() -> None:
    client = client_of("supervisor")
    first, second = make.shipment(), make.shipment(business_line="sea")
    page = send(client, "GET", "/shipments?limit=1", None, 200)
    assert [item["id"] for item in page["items"]] == [second.pk]
    rest = send(client, "GET", f"/shipments?limit=1&cursor={page['next']}", None, 200)
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([first.pk], None)
    sea = send(client, "GET", "/shipments?business_line=sea", None, 200)
    assert [item["waybill"] for item in sea["items"]] == [second.waybill]
    other = send(client, "GET", f"/shipments?business_line=sea&cursor={page['next']}", None, 422)
    assert [(f["field"], f["code"]) for f in other["fields"]] == [("cursor", "bad_cursor")]
    assert send(client, "GET", "/shipments?status=flying", None, 422)["code"] == "invalid"
    assert send(client, "GET", "/shipments?cursor=zzz", None, 422)["fields"][0]["field"] == "cursor"
    assert send(client, "GET", f"/shipments/{2**62}", None, 404)["code"] == "not_found"


def test_replies_legs_estimates_and_watch() -> None:
    client, now = client_of("supervisor", "outlet"), clock.now()
    row = make.shipment(ordered_at=now - timedelta(days=2), promised_delivery_at=now - timedelta(days=1))
    assert send(client, "GET", "/shipments/watch", None, 200)["overdue"] == 1
    (entry,) = send(client, "GET", "/shipments/watch/overdue", None, 200)["items"]
    assert entry["id"] == row.pk
    send(client, "POST", f"/shipments/{row.pk}/watch/overdue/acknowledge", {"reason": "已联系"}, 204)
    assert send(client, "GET", "/shipments/watch", None, 200)["overdue"] == 0
    later = (now + timedelta(days=1)).isoformat()
    send(client, "POST", f"/shipments/{row.pk}/estimates", {"eta": later, "reason": "雨"}, 204)
    leg = {"kind": "delivery", "courier_name": "赵磊", "courier_phone": "13900001111"}
    send(client, "PUT", f"/shipments/{row.pk}/legs", leg, 204)
    (shown,) = send(client, "GET", f"/shipments/{row.pk}/legs", None, 200)
    assert shown["courier_phone"] == "+8613900001111"
    reply = {"signer": "陈静", "signed_at": (now - timedelta(hours=1)).isoformat()}
    send(client, "POST", f"/shipments/{row.pk}/replies", reply, 201)
    assert send(client, "POST", f"/shipments/{row.pk}/replies", reply, 409)["code"] == "reply_known"
    (line,) = send(client, "GET", f"/shipments/{row.pk}/replies", None, 200)
    assert (line["signer"], line["condition"]) == ("陈静", "intact")
    promise = {"promised_delivery_at": later, "reason": "录错"}
    assert send(client, "POST", f"/shipments/{row.pk}/promise", promise, 200) == {"version": 2}
    span = f"begin={(now - timedelta(days=3)).isoformat()}&end={later}".replace("+", "%2B")
    found = send(client, "GET", f"/shipments/reliability?{span}", None, 200)
    assert (found["replied"]["hits"], found["replied"]["base"]) == (1, 1)
    cycles = send(client, "GET", f"/shipments/cycles?{span}&group_by=line", None, 200)
    assert [(m["name"], m["group"], m["n"]) for m in cycles if m["n"]] == [("total", "express", 1)]
    assert send(client, "GET", "/outlets/backlog", None, 200) == []


def test_tracking__by_waybill() -> None:
    client = client_of("agent")
    row = make.shipment()
    found = send(client, "GET", f"/tracking/{row.waybill}", None, 200)
    assert (found["waybill"], found["unlocked"]) == (row.waybill, True)
    assert send(client, "GET", "/tracking/NOWHERE", None, 404)["code"] == "not_found"


def test_orders__by_department_and_without_the_right(customer: int) -> None:
    make.shipment(customer_id=customer)
    found = send(client_of("supervisor"), "GET", f"/customers/{customer}/orders-by-department", None, 200)
    assert (found["orders"], found["adds_up"]) == (1, True)
    refused = send(client_of("auditor"), "POST", "/orders", order(), 403)
    assert refused["code"] == "forbidden"
    assert Shipment.objects.count() == 1
