"""Small makers for tests of shipments."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from zhike.platform.actors import Actor, ActorKind, Reach, system_actor
from zhike.platform.authz import rights
from zhike.record.organization.models import Unit
from zhike.record.shipments.models import Order, Party, Shipment
from zhike.record.shipments.rules import event_month
from zhike.record.shipments.types.codes import BusinessLine, ServiceMode, Status
from zhike.record.shipments.types.inputs import EventDraft

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
SYSTEM = system_actor("tests")
_numbers = count(1)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def staff(*names: str, reach: Reach | None = None, staff_id: int = 1) -> Actor:
    """A member of staff with these rights (all that exist without any), reaching everything unless told."""
    return Actor(
        kind=ActorKind.STAFF,
        id=str(staff_id),
        staff_id=staff_id,
        rights=frozenset(names or rights()),
        reach=reach or Reach(everything=True),
        label="赵敏",
        zone=ZONE,
    )


def order(**given: Any) -> Order:
    number = next(_numbers)
    values: dict[str, Any] = {
        "number": f"OR-T{number:05d}",
        "business_line": BusinessLine.EXPRESS.value,
        "service_mode": ServiceMode.NATIONAL.value,
        "ordered_at": NOW - hours(72),
        "zone": ZONE,
        **given,
    }
    return Order.objects.create(**values)


def shipment(**given: Any) -> Shipment:
    """One shipment of one order, ordered three days ago, promised for today, as it came from the order's system."""
    number = next(_numbers)
    own = given.pop("order", None) or order(
        **{k: given[k] for k in ("ordered_at", "zone", "customer", "customer_id", "scope_unit_id") if k in given}
    )
    consignee = given.pop("consignee", {})
    values: dict[str, Any] = {
        "order": own,
        "waybill": f"73041182{number:04d}",
        "business_line": own.business_line,
        "service_mode": own.service_mode,
        "zone": ZONE,
        "ordered_at": own.ordered_at,
        "promised_delivery_at": NOW,
        "event_month": event_month(own.ordered_at, own.zone),
        "customer": own.customer,
        "status": given.get("stated_status", Status.INFO_RECEIVED.value),
        **given,
    }
    made = Shipment.objects.create(**values)
    Party.objects.create(shipment=made, role="consignee", **{"name": "陈静", "city": "上海", **consignee})
    return made


def event(at: Shipment | str, status: Status | None = None, when: datetime = NOW, **given: Any) -> EventDraft:
    waybill = at if isinstance(at, str) else at.waybill
    return EventDraft(waybill=waybill, occurred_at=when, status=status, **given)


def unit(code: str, tree_no: int, tree_end: int | None = None, **given: Any) -> Unit:
    """A unit; the first one of a test is the company."""
    company = Unit.objects.filter(parent__isnull=True).first()
    values: dict[str, Any] = {
        "code": code,
        "name": given.pop("name", code),
        "kind": "outlet" if company else "company",
        "side": "front",
        "parent": company,
        "depth": 1 if company else 0,
        "tree_no": tree_no,
        "tree_end": tree_end or tree_no,
        "zone": ZONE,
        **given,
    }
    return Unit.objects.create(**values)


def fresh(row: Shipment) -> Shipment:
    return Shipment.objects.get(pk=row.pk)


def rows_of(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
