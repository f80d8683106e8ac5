"""One shipment: promise and now, the way, who holds it, every event, replies and estimates (ui.md §2)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from zhike.doors.desk.pages import shipment_parts as parts
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb
from zhike.platform.ui.requests import require_actor
from zhike.record.agreements import queries as agreements
from zhike.record.agreements.types import Holding
from zhike.record.organization.queries import outlet_cards
from zhike.record.shipments import queries
from zhike.record.shipments.policies import (
    ASSIGN_COURIERS,
    CORRECT_PROMISES,
    REPLY_DELIVERY,
    TRACK_SHIPMENTS,
    VIEW_SHIPMENTS,
)
from zhike.record.shipments.queries import ShipmentRecord
from zhike.record.shipments.types.cards import cards
from zhike.record.shipments.types.codes import Status
from zhike.service.cases.policies import HANDLE


@requires(VIEW_SHIPMENTS)
def shipment(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """The whole page. Its sections cost at most twelve queries."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_shipment(actor=actor, shipment_id=shipment_id)
    events = queries.events_of(actor=actor, shipment_id=shipment_id)
    way = queries.stops(events, closed=not row.is_open, now=now)
    holder = row.holder_unit or row.destination_unit
    cards = outlet_cards(actor=actor, unit_ids=[holder.pk], now=now) if holder else {}
    holding = _holding(actor, row)
    context = {
        "shipment": row,
        "zone": actor.zone,
        "title": row.waybill,
        "state": parts.state_word(row),
        "late": parts.late_word(row, now),
        "promise": parts.promise(row, now),
        "steps": parts.steps(row, way, now),
        "holder": parts.holder(actor, row, cards.get(holder.pk) if holder else None),
        "events": parts.event_rows(row, events),
        "legs": parts.leg_rows(queries.legs_of(actor=actor, shipment=row, way=way)),
        "people": parts.people(actor, row),
        "facts": parts.facts(row, [one.number for one in holding]),
        "replies": parts.reply_rows(actor, row) if row.replied_at else [],
        "estimates": queries.estimates_of(actor=actor, shipment_id=shipment_id) if row.eta_source else [],
        "corrections": queries.corrections_of(actor=actor, shipment_id=shipment_id) if row.promise_version > 1 else [],
        "watch": parts.watch_rows(actor, row, now),
        "cards": _cards(actor, row, now),
        "agreements": holding,
        "crumbs": [Crumb(pgettext("list", "Shipments"), reverse("shipments:list"))],
        **_buttons(actor, row, now),
    }
    return render(request, "desk/shipment.html", context)


def _holding(actor: Actor, row: ShipmentRecord) -> list[Holding]:
    """The customer's agreements on the day of the order."""
    if row.customer_id is None:
        return []
    day = clock.local_date(row.ordered_at, row.zone)
    return list(agreements.holding_on(actor=actor, customer_id=row.customer_id, day=day))


def _cards(actor: Actor, row: ShipmentRecord, now: datetime) -> list[dict[str, Any]]:
    """What rooms above show of these goods; a card with nothing to say is absent."""
    shown = []
    for card in cards():
        if not actor.has(card.right):
            continue
        context = card.context(actor=actor, shipment_id=row.pk, now=now)
        if context is not None:
            shown.append({"template": card.template, "label": card.label, **context})
    return shown


def _new_case(row: ShipmentRecord) -> str:
    """A case about these goods; whose they are is asked first where nobody knows."""
    known = {"customer": row.customer.number, "waybill": row.waybill} if row.customer else {"whose": row.waybill}
    return f"{reverse('cases:new')}?{urlencode(known)}"


def _buttons(actor: Actor, row: ShipmentRecord, now: datetime) -> dict[str, Any]:
    """One next step, by the state of the goods; the rest stands beside it."""

    def to(name: str) -> str:
        return reverse(f"shipments:{name}", args=[row.pk])

    reply = _("Record the delivery reply") if row.replied_at is None else _("Correct the delivery reply")
    offers = {
        "leg": (ASSIGN_COURIERS, Button(label=_("Name the courier"), url=to("leg"), icon="truck")),
        "event": (TRACK_SHIPMENTS, Button(label=_("Add an event"), url=to("event"), icon="plus")),
        "estimate": (TRACK_SHIPMENTS, Button(label=_("New estimate"), url=to("estimate"), icon="calendar")),
        "promise": (CORRECT_PROMISES, Button(label=_("Correct the promise"), url=to("promise"))),
        "case": (HANDLE, Button(label=_("New case"), url=_new_case(row), icon="plus", key="c")),
        "reply": (REPLY_DELIVERY, Button(label=reply, url=to("reply"), key="r")),
    }
    if Status(row.status) in {Status.CANCELLED, Status.RETURNED}:
        del offers["reply"]
    if not row.is_open:
        del offers["leg"], offers["estimate"]
    offered = {name: button for name, (right, button) in offers.items() if actor.has(right.code)}
    primary = offered.pop(_next_step(row, now), None)
    return {"primary": primary, "actions": list(offered.values())}


def _next_step(row: ShipmentRecord, now: datetime) -> str:
    """What the goods need from whoever looks: a courier to call, a proof, a new estimate; else nothing."""
    status = Status(row.status)
    if status is Status.OUT_FOR_DELIVERY and not row.courier_phone:
        return "leg"
    if row.replied_at is None and status in {Status.DELIVERED, Status.OUT_FOR_DELIVERY, Status.READY_FOR_PICKUP}:
        return "reply"
    overdue = row.is_open and row.overdue_at is not None and row.overdue_at <= now
    return "estimate" if overdue and (row.eta is None or row.eta <= now) else ""


@requires(VIEW_SHIPMENTS)
def by_waybill(request: HttpRequest, waybill: str) -> HttpResponseBase:
    """A waybill from anywhere leads to its shipment; one number of several carriers to the list."""
    found = queries.find_by_waybill(actor=require_actor(request), waybill=waybill)
    if not found:
        raise NotFound
    if len(found) > 1:
        return HttpResponseRedirect(f"{reverse('shipments:list')}?q={found[0].waybill}")
    return HttpResponseRedirect(reverse("desk:shipment", args=[found[0].pk]))


urlpatterns = [
    path("goods/shipments/<int:shipment_id>/", shipment, name="shipment"),
    path("goods/waybills/<str:waybill>/", by_waybill, name="waybill"),
]
