"""Figures of one set of shipments: reliability, completeness, cycle times, orders by department."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from zhike.platform.actors import Actor
from zhike.record.shipments.models import Order, Shipment
from zhike.record.shipments.models.orders import ShipmentSet
from zhike.record.shipments.policies import scope
from zhike.record.shipments.types.codes import Label, Status
from zhike.record.shipments.types.views import DepartmentOrders, Measure, OrdersByDepartment, Reliability, Share

# Each measure from one milestone to another; `transport` has no `prepared` because goods may be ready before the order.
MEASURES: Final[Mapping[str, tuple[str, str]]] = {
    "order_to_pickup": ("ordered_at", "picked_up_at"),
    "processing": ("ordered_at", "confirmed_at"),
    "preparation": ("coalesce(confirmed_at, ordered_at)", "prepared_at"),
    "transport": ("picked_up_at", "delivered_at"),
    "total": ("ordered_at", "delivered_at"),
}
MEASURE_LABELS: Final[Mapping[str, Label]] = {
    "order_to_pickup": _("Order to pick-up"),
    "processing": _("Information processing"),
    "preparation": _("Preparation of goods"),
    "transport": _("Transport"),
    "total": _("Order to delivery"),
}
# Groups of SHIP-06: the column of a shipment that each is named by.
GROUPS: Final[Mapping[str, str]] = {
    "": "''",
    "customer": "customer_id::text",
    "line": "business_line",
    "mode": "service_mode",
    "outlet": "destination_unit_id::text",
    "region": "region",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Which shipments a figure is about; a period holds those whose last milestone lies in [begin, end)."""

    begin: datetime
    end: datetime
    customer_id: int | None = None
    business_line: str = ""
    service_mode: str = ""
    unit_id: int | None = None
    region: str = ""

    def q(self) -> Q:
        found = Q()
        for field, value in (
            ("customer_id", self.customer_id),
            ("business_line", self.business_line),
            ("service_mode", self.service_mode),
            ("destination_unit_id", self.unit_id),
            ("region", self.region),
        ):
            if value:
                found &= Q(**{field: value})
        return found

    def before(self) -> "Narrow":
        """The period of equal length before this one."""
        return replace(self, begin=self.begin - (self.end - self.begin), end=self.begin)


def reliability(*, actor: Actor, narrow: Narrow) -> Reliability:
    """On-time, intact, lost, replied and phoned shares of deliveries in a period. One query.

    On time: of those delivered with a promise. Intact: of those delivered. Lost: of those delivered, returned or lost
    in it. Replied: of those delivered. Phoned: of those that went out for delivery (SHIP-04).
    """
    period = Q(delivered_at__gte=narrow.begin, delivered_at__lt=narrow.end)
    ended = period | Q(is_lost=True, last_event_at__gte=narrow.begin, last_event_at__lt=narrow.end)
    out = Q(out_for_delivery_at__gte=narrow.begin, out_for_delivery_at__lt=narrow.end)
    harmed = Q(is_damaged=True) | Q(is_short=True)
    found = (
        Shipment.objects.filter(scope(actor))
        .filter(narrow.q())
        .filter(ended | out)
        .aggregate(
            delivered=Count("pk", filter=period),
            judged=Count("pk", filter=period & Q(is_late__isnull=False)),
            late=Count("pk", filter=period & Q(is_late=True)),
            harmed=Count("pk", filter=period & harmed),
            lost=Count("pk", filter=ended & Q(is_lost=True)),
            ended=Count("pk", filter=ended),
            replied=Count("pk", filter=period & Q(replied_at__isnull=False)),
            out=Count("pk", filter=out),
            phoned=Count("pk", filter=out & ~Q(courier_phone="")),
        )
    )
    return Reliability(
        on_time=Share(found["judged"] - found["late"], found["judged"], found["delivered"] - found["judged"]),
        intact=Share(found["delivered"] - found["harmed"], found["delivered"]),
        lost=Share(found["lost"], found["ended"]),
        replied=Share(found["replied"], found["delivered"]),
        phoned=Share(found["phoned"], found["out"]),
    )


def cycle_measures(*, actor: Actor, narrow: Narrow, group_by: str = "") -> list[Measure]:
    """Mean, median and P90 of each part of the cycle in hours, with the period before beside it (SHIP-06). One query.

    A shipment counts in the period in which the measured part ended. `missing` ended without a known beginning;
    `disordered` ended before it began, and counts in neither mean nor median.
    """
    group = GROUPS[group_by]
    rows = Shipment.objects.filter(scope(actor)).filter(narrow.q()).order_by()
    inner, params = rows.values(*_COLUMNS).query.sql_with_params()
    parts = ", ".join(f"('{name}', {start}, {end})" for name, (start, end) in MEASURES.items())
    before = narrow.before()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, grp, {_NUMBERS} FROM ("  # noqa: S608 - columns and names of our own
            f" SELECT m.name, {group} AS grp, m.ends >= %s AS present, m.begins,"
            " extract(epoch FROM m.ends - m.begins) / 3600.0 AS hours"
            f" FROM ({inner}) h CROSS JOIN LATERAL (VALUES {parts}) AS m (name, begins, ends)"
            " WHERE m.ends >= %s AND m.ends < %s) t GROUP BY name, grp ORDER BY grp, name",
            [narrow.begin, *params, before.begin, narrow.end],
        )
        found = [Measure(name=row[0], group=row[1] or "", **_measure(row[2:])) for row in cursor.fetchall()]
    return sorted(found, key=lambda m: (m.group, list(MEASURES).index(m.name)))


_COLUMNS: Final = (
    "customer_id",
    "business_line",
    "service_mode",
    "destination_unit_id",
    "region",
    "ordered_at",
    "confirmed_at",
    "prepared_at",
    "picked_up_at",
    "delivered_at",
)
_OF: Final = "FILTER (WHERE {when} AND hours >= 0)"


def _numbers(when: str) -> str:
    good = _OF.format(when=when)
    return (
        f"count(*) {good}, avg(hours) {good}, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) {good},"
        f" percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) {good}, stddev_samp(hours) {good}"
    )


_NUMBERS: Final = (
    "count(*) FILTER (WHERE present AND begins IS NULL), count(*) FILTER (WHERE present AND hours < 0), "
    f"{_numbers('present')}, {_numbers('NOT present')}"
)


def _measure(row: tuple[Any, ...]) -> dict[str, Any]:
    missing, disordered, n, mean, median, p90, deviation, *rest = row
    before_n, before_mean, before_median, before_p90, before_deviation = rest
    return {
        "n": n,
        "missing": missing,
        "disordered": disordered,
        "mean": _float(mean),
        "median": _float(median),
        "p90": _float(p90),
        "deviation": _float(deviation),
        "before_n": before_n,
        "before_mean": _float(before_mean),
        "before_median": _float(before_median),
        "before_p90": _float(before_p90),
        "before_deviation": _float(before_deviation),
    }


def _float(value: Any) -> float | None:  # noqa: ANN401 - numeric or double precision
    return None if value is None else float(value)


def orders_by_department(*, actor: Actor, customer_id: int) -> OrdersByDepartment:
    """All orders of a customer over the departments (SHIP-12), with the customer's total counted by itself."""
    mine = Order.objects.filter(scope(actor), customer_id=customer_id)
    counted = mine.values("department_id", "department__name").annotate(orders=Count("pk")).order_by("department__name")
    sums: dict[int | None, list[tuple[str, Decimal]]] = {}
    for row in (
        mine.filter(price__isnull=False)
        .values("department_id", "price_currency")
        .annotate(value=Sum("price"))
        .order_by("price_currency")
    ):
        sums.setdefault(row["department_id"], []).append((row["price_currency"], row["value"]))
    shipments = dict(
        Shipment.objects.filter(order__in=mine).values_list("order__department_id").annotate(n=Count("pk")).order_by()
    )
    departments = tuple(
        DepartmentOrders(
            department_id=row["department_id"],
            department=row["department__name"] or pgettext("department", "Not named"),
            orders=row["orders"],
            shipments=shipments.get(row["department_id"], 0),
            values=tuple(sums.get(row["department_id"], ())),
        )
        for row in counted
    )
    return OrdersByDepartment(
        departments=departments,
        orders=mine.count(),
        shipments=Shipment.objects.filter(order__in=mine).count(),
    )


def backlog(*, actor: Actor, unit_id: int) -> int:
    """Shipments that an outlet holds and has not delivered (SHIP-09)."""
    return _open(actor).filter(holder_unit_id=unit_id).count()


def backlogs(*, actor: Actor) -> dict[int, int]:
    """Backlog by outlet. One query over the open shipments."""
    rows = _open(actor).filter(holder_unit__isnull=False).values_list("holder_unit_id")
    return dict(rows.annotate(n=Count("pk")).order_by())


def _open(actor: Actor) -> ShipmentSet:
    return Shipment.objects.filter(scope(actor), is_open=True)


def open_by_status(*, actor: Actor) -> dict[Status, int]:
    """Open shipments by state."""
    rows = _open(actor).values_list("status").annotate(n=Count("pk")).order_by()
    return {Status(code): n for code, n in rows}
