"""One shipment: promise and now, the way, who holds it, every event, replies and estimates (ui.md §2)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.doors.desk.pages import shipment_parts as parts
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb
from zhike.platform.ui.requests import require_actor
from zhike.record.organization.queries import outlet_cards
from zhike.record.shipments import queries
from zhike.record.shipments.policies import (
    ASSIGN_COURIERS,
    CORRECT_PROMISES,
    REPLY_DELIVERY,
    TRACK_SHIPMENTS,
    VIEW_SHIPMENTS,
)
from zhike.record.shipments.types.codes import Status


@requires(VIEW_SHIPMENTS)
def shipment(request: HttpRequest, shipment_id: int) -> HttpResponse:
    """The whole page. Its sections cost at most twelve queries."""
    actor, now = require_actor(request), clock.now()
    row = queries.get_shipment(actor=actor, shipment_id=shipment_id)
    events = queries.events_of(actor=actor, shipment_id=shipment_id)
    way = queries.stops(events, closed=not row.is_open, now=now)
    holder = row.holder_unit or row.destination_unit
    cards = outlet_cards(actor=actor, unit_ids=[holder.pk], now=now) if holder else {}
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
        "facts": parts.facts(row),
        "replies": parts.reply_rows(actor, row),
        "estimates": queries.estimates_of(actor=actor, shipment_id=shipment_id),
        "corrections": queries.corrections_of(actor=actor, shipment_id=shipment_id) if row.promise_version > 1 else [],
        "watch": parts.watch_rows(actor, row, now),
        "crumbs": [Crumb(gettext("Shipments"), reverse("shipments:list"))],
        **_buttons(actor, row.status, shipment_id),
    }
    return render(request, "desk/shipment.html", context)


def _buttons(actor: Actor, status: str, shipment_id: int) -> dict[str, Any]:
    """The next step is the delivery reply while the goods are on the way or it is missing; the rest stands beside."""

    def to(name: str) -> str:
        return reverse(f"shipments:{name}", args=[shipment_id])

    offers = (
        (ASSIGN_COURIERS, Button(label=_("Name the courier"), url=to("leg"), icon="truck")),
        (TRACK_SHIPMENTS, Button(label=_("Add an event"), url=to("event"), icon="plus")),
        (TRACK_SHIPMENTS, Button(label=_("New estimate"), url=to("estimate"), icon="calendar")),
        (CORRECT_PROMISES, Button(label=_("Correct the promise"), url=to("promise"))),
    )
    offered = [button for right, button in offers if actor.has(right.code)]
    reply = Button(label=_("Record the delivery reply"), url=to("reply"), key="r")
    closed = Status(status) in {Status.CANCELLED, Status.RETURNED}
    return {"primary": reply if actor.has(REPLY_DELIVERY.code) and not closed else None, "actions": offered}


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
