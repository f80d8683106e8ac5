"""The list of shipments, many waybills at once, and orders over all departments."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.platform import clock
from zhike.platform.errors import NotFound
from zhike.platform.i18n.regions import place_name
from zhike.platform.ui import navigation, slots
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Empty, EmptyKind
from zhike.platform.ui.navigation import Job, NavItem
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.tables import BuiltInView, Choice, Column, Days, Flag, Kind, Search, Table
from zhike.record.customers import queries as customers
from zhike.record.shipments import queries
from zhike.record.shipments.pages._shared import Row, page_url, promised_cell, rows_of, state_status
from zhike.record.shipments.policies import REGISTER_ORDERS, VIEW_SHIPMENTS
from zhike.record.shipments.queries.customers import goods_now as goods_of
from zhike.record.shipments.rules import normal_waybill
from zhike.record.shipments.types.codes import LINE_LABELS, MODE_LABELS, STATUS_LABELS, BusinessLine, ServiceMode

navigation.register(
    NavItem(
        job=Job.GOODS,
        label=pgettext_lazy("list", "Shipments"),
        url_name="shipments:list",
        right=VIEW_SHIPMENTS.code,
        order=10,
    ),
    NavItem(job=Job.GOODS, label=_("Orders"), url_name="shipments:orders", right=VIEW_SHIPMENTS.code, order=30),
)
slots.register_live("shipments_shipment", right=VIEW_SHIPMENTS.code)
SHORTEST_END = 4


def _codes(labels: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - any enum with its labels
    return [(str(code), label) for code, label in labels.items()]


def find(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """A whole waybill, or its ending from four characters on."""
    waybill = normal_waybill(text)
    exact: QuerySet[Any] = rows.filter(waybill=waybill)
    if len(waybill) < SHORTEST_END or exact.exists():
        return exact
    ending: QuerySet[Any] = rows.alias(ending=queries.WAYBILL_REVERSED).filter(ending__startswith=waybill[::-1])
    return ending


COLUMNS = (
    Column(
        "waybill",
        _("Waybill"),
        Kind.WAYBILL,
        value="shipment.waybill",
        url=lambda row: page_url(row.shipment),
    ),
    Column("customer", _("Customer"), lines=2),
    Column("consignee", _("Consignee")),
    Column("city", _("City")),
    Column("status", _("Status"), Kind.STATUS, value=lambda row: state_status(row.shipment.status)),
    Column("promised", _("Promised"), Kind.MARKUP, value=promised_cell, plain=lambda row: row.promised_on),
    Column("place", _("Last place"), value="shipment.last_place", shown=False),
    Column("scan", _("Last event"), Kind.AGO, value="shipment.last_event_at", zone="shipment.zone"),
    Column("ordered_at", _("Ordered"), Kind.TIME, value="shipment.ordered_at", sort="ordered_at"),
    Column("line", _("Business line"), value=lambda row: LINE_LABELS[BusinessLine(row.shipment.business_line)]),
    Column(
        "mode",
        _("Service mode"),
        value=lambda row: MODE_LABELS[ServiceMode(row.shipment.service_mode)],
        shown=False,
    ),
    Column("region", _("Region"), value=lambda row: place_name(row.shipment.region), shown=False),
    Column("delivered", _("Delivered"), Kind.TIME, value="shipment.delivered_at", zone="shipment.zone", shown=False),
)
SHIPMENTS = Table(
    key="shipments.list",
    title=pgettext_lazy("list", "Shipments"),
    sort="-ordered_at",
    columns=COLUMNS,
    filters=(
        Search(key="q", label=_("Search"), apply=find, placeholder=_("Waybill or its last four")),
        Choice(key="status", label=_("Status"), options=_codes(STATUS_LABELS)),
        Choice(key="line", label=_("Business line"), options=_codes(LINE_LABELS), field="business_line"),
        Choice(key="mode", label=_("Service mode"), options=_codes(MODE_LABELS), field="service_mode"),
        Search(
            key="region",
            label=_("Region"),
            apply=lambda rows, text: rows.filter(region=text),
            placeholder=_("Destination region"),
        ),
        Search(
            key="outlet",
            label=_("Outlet"),
            apply=lambda rows, text: rows.filter(destination_unit__code=text.upper()),
            placeholder=_("Outlet code"),
        ),
        Search(
            key="customer",
            label=_("Customer"),
            apply=lambda rows, text: rows.filter(customer__number=text.upper()),
            placeholder=_("Customer number"),
        ),
        Flag(key="late", label=_("Delivered late"), condition=Q(is_late=True)),
        Flag(key="open", label=_("On the way"), condition=Q(is_open=True)),
        Flag(key="damaged", label=_("Damaged or short"), condition=Q(is_damaged=True) | Q(is_short=True)),
        Days(key="ordered", label=_("Ordered"), field="ordered_at"),
        Days(key="delivered", label=_("Delivered"), field="delivered_at"),
        Days(key="out", label=_("Out for delivery"), field="out_for_delivery_at"),
        Flag(key="judged", label=_("Delivered with a promise"), condition=Q(is_late__isnull=False)),
    ),
    views=(
        BuiltInView(label=_("On the way"), query="open=1"),
        BuiltInView(label=_("Exceptions"), query="status=exception&status=attempt_failed&status=returning"),
        BuiltInView(label=_("Delivered late"), query="late=1"),
    ),
    row_url=lambda row: page_url(row.shipment),
    row_severity=lambda row: row.severity,
    empty=Empty(
        kind=EmptyKind.NOTHING_YET,
        title=_("No shipments yet"),
        text=_("Register an order, or import orders from a file."),
    ),
)
ORDERS = Table(
    key="shipments.orders",
    title=_("Orders"),
    sort="-ordered_at",
    columns=(
        Column("number", _("Order number")),
        Column("customer", _("Customer"), value=lambda row: row.customer.name if row.customer else "", lines=2),
        Column("department", _("Department"), value=lambda row: row.department.name if row.department else ""),
        Column("line", _("Business line"), value=lambda row: LINE_LABELS[BusinessLine(row.business_line)]),
        Column("mode", _("Service mode"), value=lambda row: MODE_LABELS[ServiceMode(row.service_mode)]),
        Column("reference", _("Customer's reference"), value=lambda row: " ".join(row.references)),
        Column("price", _("Price"), Kind.MONEY, currency="price_currency"),
        Column("ordered_at", _("Ordered"), Kind.TIME, sort="ordered_at", zone="zone"),
    ),
    filters=(
        Search(
            key="q",
            label=_("Search"),
            apply=lambda rows, text: rows.filter(Q(number=text.upper()) | Q(references__contains=[text])),
            placeholder=_("Order number or reference"),
        ),
        Search(
            key="customer",
            label=_("Customer"),
            apply=lambda rows, text: rows.filter(customer__number=text.upper()),
            placeholder=_("Customer number"),
        ),
        Choice(key="line", label=_("Business line"), options=_codes(LINE_LABELS), field="business_line"),
        Days(key="ordered", label=_("Ordered"), field="ordered_at"),
    ),
    row_url=lambda row: reverse("shipments:batch") + f"?order={row.pk}",
    empty=Empty(kind=EmptyKind.NOTHING_YET, title=_("No orders yet"), text=_("Register one, or import a file.")),
)


def _register(request: HttpRequest) -> Button | None:
    if not require_actor(request).has(REGISTER_ORDERS.code):
        return None
    return Button(label=_("Register an order"), url=reverse("shipments:order_new"), icon="plus", key="n")


@requires(VIEW_SHIPMENTS)
def shipment_list(request: HttpRequest) -> HttpResponseBase:
    actor, now = require_actor(request), clock.now()

    def decorate(found: Sequence[Any]) -> list[Row]:
        return rows_of(actor, now, found)

    context = {
        "primary": _register(request),
        "actions": [Button(label=_("Many waybills"), url=reverse("shipments:batch"), icon="list-check")],
    }
    rows = queries.shipment_rows(actor=actor)
    return SHIPMENTS.respond(request, rows, template="shipments/list.html", context=context, decorate=decorate)


@requires(VIEW_SHIPMENTS)
def batch(request: HttpRequest) -> HttpResponseBase:
    """Up to 200 pasted waybills (批量查单), or the shipments of one order."""
    actor, now, text = require_actor(request), clock.now(), request.GET.get("w", "")
    order = request.GET.get("order", "")
    if order.isascii() and order.isdigit() and len(order) < SHORTEST_END * 4:
        rows = queries.order_shipments(actor=actor, order_id=int(order))
        context: dict[str, Any] = {"rows": rows_of(actor, now, rows), "asked": True, "text": ""}
    else:
        found = queries.find_batch(actor=actor, text=text.replace("\x00", " "))
        rows = list(queries.shipment_rows(actor=actor).filter(pk__in=found.ids).order_by("waybill"))
        context = {
            "rows": rows_of(actor, now, rows),
            "missing": found.missing,
            "dropped": found.dropped,
            "asked": bool(text.strip()),
            "text": text,
        }
    lines = [(row, page_url(row.shipment), state_status(row.shipment.status)) for row in context["rows"]]
    return render(request, "shipments/batch.html", {**context, "lines": lines})


@requires(VIEW_SHIPMENTS)
def order_list(request: HttpRequest) -> HttpResponseBase:
    """Orders over all departments with one filter (SHIP-12)."""
    rows = queries.order_rows(actor=require_actor(request))
    return ORDERS.respond(request, rows, template="shipments/list.html", context={"primary": _register(request)})


@requires(VIEW_SHIPMENTS)
def goods_now(request: HttpRequest, customer_id: int) -> HttpResponse:
    """What is on the way for a customer and how much of it is late, on the line Now of their page; a fragment."""
    actor = require_actor(request)
    known = customers.summaries(actor=actor, customer_ids=[customer_id]).get(customer_id)
    if known is None:
        raise NotFound
    found = goods_of(actor=actor, customer_id=customer_id, now=clock.now())
    return render(request, "shipments/goods_now.html", {"goods": found, "number": known.number})
