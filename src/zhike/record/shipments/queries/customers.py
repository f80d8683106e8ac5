"""Goods of one customer for its file: lines of the timeline, counts for groups, what is late or lost now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext

from zhike.platform.actors import Actor
from zhike.platform.db.ids import ids_of
from zhike.platform.i18n.regions import place_name
from zhike.record.customers.types import Facet, TimelineCursor, TimelineEntry, cut_timeline
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.policies import scope
from zhike.record.shipments.queries.figures import orders_by_department
from zhike.record.shipments.rules import normal_waybill
from zhike.record.shipments.types.codes import STATUS_LABELS, Status
from zhike.record.shipments.types.views import OrdersByDepartment

SOURCE = "shipments"
LATEST = 15
# Digits of a bigint.


def timeline(
    *, actor: Actor, customer_id: int, facet: Facet, after: TimelineCursor | None, limit: int
) -> list[TimelineEntry]:
    """Each shipment as one line: what was sent where, and where it stands. One query."""
    if facet not in {Facet.ALL, Facet.GOODS}:
        return []
    rows = Shipment.objects.filter(scope(actor), customer_id=customer_id)
    return [_entry(row) for row in cut_timeline(rows, source=SOURCE, after=after, limit=limit, at="ordered_at")]


def _entry(row: Shipment) -> TimelineEntry:
    state = str(STATUS_LABELS[Status(row.status)])
    late = pgettext("shipment", "late") if row.is_late else ""
    place = row.city or place_name(row.region)
    to = gettext("to %(place)s") % {"place": place} if place else ""
    return TimelineEntry(
        at=row.ordered_at,
        source=SOURCE,
        key=row.pk,
        channel="system",
        audience="system",
        zone=row.zone,
        subject=" ".join(part for part in (row.waybill, to, state, late) if part),
        number=row.waybill,
        url=_url(row.pk),
        count=max(1, row.event_count),
    )


def _url(pk: int) -> str:
    try:
        return reverse("desk:shipment", args=[pk])
    except NoReverseMatch:
        return ""


def shipment_counts(*, actor: Actor, customer_ids: Sequence[int]) -> Mapping[int, int | Decimal]:
    """Shipments of each of these customers, for groups. One query."""
    rows = Shipment.objects.filter(scope(actor), customer_id__in=customer_ids)
    return {pk: n for pk, n in rows.values_list("customer_id").annotate(n=Count("pk")).order_by() if pk is not None}


@dataclass(frozen=True, slots=True)
class GoodsNow:
    """What is on the way for a customer, and how much of it is late."""

    on_the_way: int
    overdue: int
    troubled: int


def goods_now(*, actor: Actor, customer_id: int, now: datetime) -> GoodsNow:
    """One query over the open shipments of the customer."""
    found = Shipment.objects.filter(scope(actor), customer_id=customer_id, is_open=True).aggregate(
        n=Count("pk"),
        overdue=Count("pk", filter=Q(overdue_at__lte=now)),
        troubled=Count("pk", filter=Q(status__in=[Status.EXCEPTION.value, Status.ATTEMPT_FAILED.value])),
    )
    return GoodsNow(found["n"], found["overdue"], found["troubled"])


@dataclass(frozen=True, slots=True)
class CustomerGoods:
    """What the customer's tab of goods shows."""

    number: str
    latest: Sequence[Shipment]
    orders: OrdersByDepartment


def goods_of(*, actor: Actor, customer_id: int) -> CustomerGoods:
    """The latest shipments with their orders, and all orders by department. Six queries."""
    rows = Shipment.objects.filter(scope(actor), customer_id=customer_id).select_related("order", "customer")
    latest = list(rows.order_by("-ordered_at", "-pk")[:LATEST])
    number = latest[0].customer.number if latest and latest[0].customer else ""
    return CustomerGoods(number, latest, orders_by_department(actor=actor, customer_id=customer_id))


def spells_sql() -> str:
    """Services done for customers: each shipment from its order to its end (CUST-14)."""
    return (
        "SELECT customer_id, ordered_at, CASE WHEN NOT is_open THEN"
        " greatest(ordered_at, coalesce(delivered_at, last_event_at, ordered_at)) END"
        " FROM shipments_shipment WHERE customer_id = ANY(%(customers)s) AND status <> 'cancelled'"
    )


def customer_ids_by_number(*, actor: Actor, key: str) -> QuerySet[Any, Any]:
    """Whose goods a waybill or an order's number means, as part of a larger query (CUST-05)."""
    mine = Shipment.objects.filter(scope(actor), customer__isnull=False)
    by_order = mine.filter(order__number=key.strip().upper())
    return mine.filter(waybill=normal_waybill(key)).values("customer_id").union(by_order.values("customer_id"))


def parcels_held(staff_ids: Sequence[int]) -> QuerySet[Any, tuple[int, int]]:
    """Open shipments by the courier who carries them."""
    rows = Shipment.objects.filter(is_open=True, courier_staff_id__in=staff_ids)
    return rows.values_list("courier_staff_id").annotate(n=Count("pk"))


def some_parcels(staff_id: int, limit: int) -> list[tuple[int, str, str]]:
    """Id, waybill and place of some of a courier's open shipments."""
    rows = Shipment.objects.filter(is_open=True, courier_staff_id=staff_id).order_by("pk")
    return list(rows.values_list("pk", "waybill", "city")[:limit])


def shipments_by_key(*, actor: Actor, keys: Sequence[str]) -> dict[str, tuple[int | None, str]]:
    """Customer and waybill of each of these shipments within reach, by id as text. One query."""
    ids = ids_of(keys)
    rows = Shipment.objects.filter(scope(actor), pk__in=ids).values_list("pk", "customer_id", "waybill")
    return {str(pk): (customer_id, waybill) for pk, customer_id, waybill in rows}
