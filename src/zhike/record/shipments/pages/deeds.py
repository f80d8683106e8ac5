"""What people do to one shipment: each a small form with one primary button."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock, files
from zhike.platform.actors import Actor
from zhike.platform.errors import Conflict, Invalid, NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers.policies import REVEAL
from zhike.record.organization.queries import couriers_of, unit_tree
from zhike.record.organization.types import SERVICE_POINTS
from zhike.record.shipments import actions, queries
from zhike.record.shipments.forms.deeds import (
    EstimateForm,
    EventForm,
    LegForm,
    PromiseForm,
    ReasonForm,
    ReplyForm,
    moment,
)
from zhike.record.shipments.models import Shipment
from zhike.record.shipments.pages._shared import form_page, page_url, posted, posted_files
from zhike.record.shipments.policies import (
    ACKNOWLEDGE_WATCH,
    ASSIGN_COURIERS,
    CORRECT_PROMISES,
    PROOF,
    REPLY_DELIVERY,
    TRACK_SHIPMENTS,
)
from zhike.record.shipments.types.codes import Condition, IncidentReason, LegKind, PartyRole, Status, WatchKind
from zhike.record.shipments.types.inputs import EventDraft, LegDraft

Do = Callable[[Actor, Shipment, datetime], Any]


def _page(
    request: HttpRequest,
    form: forms.Form,
    row: Shipment,
    *,
    title: str | Promise,
    submit: str | Promise,
    note: str | Promise = "",
) -> HttpResponse:
    back = page_url(row)
    crumbs = [Crumb(gettext("Shipments"), reverse("shipments:list")), Crumb(row.waybill, back)]
    return form_page(request, form, title=title, submit=submit, crumbs=crumbs, back=back, note=note)


def _done(request: HttpRequest, form: forms.Form, row: Shipment, do: Do, said: str) -> HttpResponse | None:
    """Do it and go back; None where the action refused and the form says why."""
    if not (form.is_bound and form.is_valid()):
        return None
    try:
        do(require_actor(request), row, clock.now())
    except Invalid as error:
        add_errors(form, error)
        return None
    except Conflict as error:
        form.add_error(None, f"{error.text()} {error.next_step}")
        return None
    toast(request, said)
    return HttpResponseRedirect(page_url(row))


def _row(request: HttpRequest, shipment_id: int) -> Shipment:
    return queries.get_shipment(actor=require_actor(request), shipment_id=shipment_id)


@requires(REPLY_DELIVERY)
def reply(request: HttpRequest, shipment_id: int) -> HttpResponse:
    row = _row(request, shipment_id)
    wall = clock.local(row.delivered_at or clock.now(), row.zone).replace(tzinfo=None, second=0, microsecond=0)
    form = ReplyForm(posted(request), posted_files(request), initial={"signed_at": wall})
    if row.replied_at is None:
        del form.fields["because"]

    def do(actor: Actor, shipment: Shipment, now: datetime) -> None:
        data = form.cleaned_data
        kept = [
            files.store(actor=actor, content=photo.file, filename=photo.name, purpose=PROOF, now=now)
            for photo in data["photos"]
        ]
        actions.record_delivery_reply(
            actor=actor,
            shipment_id=shipment.pk,
            signer=data["signer"],
            signed_at=moment(data["signed_at"], shipment.zone),
            condition=Condition(data["condition"]),
            remark=data["remark"],
            file_ids=[ref.id for ref in kept],
            replaces_because=data.get("because", ""),
            now=now,
        )

    return _done(request, form, row, do, gettext("The delivery reply is recorded.")) or _page(
        request,
        form,
        row,
        title=_("Delivery reply"),
        submit=_("Record the reply"),
        note=gettext("Times are those of %(zone)s.") % {"zone": row.zone},
    )


@requires(TRACK_SHIPMENTS)
def event(request: HttpRequest, shipment_id: int) -> HttpResponse:
    row = _row(request, shipment_id)
    wall = clock.local(clock.now(), row.zone).replace(tzinfo=None, second=0, microsecond=0)
    form = EventForm(posted(request), initial={"occurred_at": wall})

    def do(actor: Actor, shipment: Shipment, now: datetime) -> None:
        data = form.cleaned_data
        reason = data["incident_reason"]
        draft = EventDraft(
            waybill=shipment.waybill,
            carrier=shipment.carrier,
            occurred_at=moment(data["occurred_at"], shipment.zone),
            status=Status(data["status"]),
            place=data["place"],
            text=data["text"],
            incident_reason=IncidentReason(reason) if reason else None,
        )
        result = actions.add_events(actor=actor, events=[draft], source="desk", zone=shipment.zone, now=now)
        if result.duplicate:
            raise Conflict(_("This event is on record already."), next_step="")

    return _done(request, form, row, do, gettext("The event is added.")) or _page(
        request,
        form,
        row,
        title=_("Add an event"),
        submit=_("Add the event"),
        note=gettext("Times are those of %(zone)s.") % {"zone": row.zone},
    )


@requires(TRACK_SHIPMENTS)
def estimate(request: HttpRequest, shipment_id: int) -> HttpResponse:
    row = _row(request, shipment_id)
    form = EstimateForm(posted(request))

    def do(actor: Actor, shipment: Shipment, now: datetime) -> None:
        actions.change_estimate(
            actor=actor,
            shipment_id=shipment.pk,
            eta=moment(form.cleaned_data["eta"], shipment.zone),
            reason=form.cleaned_data["reason"],
            now=now,
        )

    return _done(request, form, row, do, gettext("The estimate stands beside the promise.")) or _page(
        request,
        form,
        row,
        title=_("New estimate"),
        submit=_("Save the estimate"),
        note=gettext("Times are those of %(zone)s.") % {"zone": row.zone},
    )


@requires(CORRECT_PROMISES)
def promise(request: HttpRequest, shipment_id: int) -> HttpResponse:
    row = _row(request, shipment_id)
    form = PromiseForm(posted(request))

    def do(actor: Actor, shipment: Shipment, now: datetime) -> None:
        actions.correct_promise(
            actor=actor,
            shipment_id=shipment.pk,
            promised_pickup_at=shipment.promised_pickup_at,
            promised_delivery_at=moment(form.cleaned_data["promised_delivery_at"], shipment.zone),
            reason=form.cleaned_data["reason"],
            now=now,
        )

    note = _("Only for a promise that was entered wrongly. A delay is an estimate: the promise stays.")
    return _done(request, form, row, do, gettext("The promise is corrected; the one before stays on record.")) or _page(
        request, form, row, title=_("Correct the promise"), submit=_("Correct the promise"), note=note
    )


@requires(ASSIGN_COURIERS)
def leg(request: HttpRequest, shipment_id: int) -> HttpResponse:
    actor, row = require_actor(request), _row(request, shipment_id)
    outlet = row.destination_unit_id or row.holder_unit_id
    couriers = couriers_of(actor=actor, unit_id=outlet) if outlet else []
    units = [(str(u.id), f"{u.name} {u.code}") for u in unit_tree(actor=actor) if u.kind in SERVICE_POINTS]
    form = LegForm(
        posted(request),
        units=units,
        couriers=[(str(c.id), c.name) for c in couriers],
        initial={"unit": outlet, "courier": row.courier_staff_id},
    )

    def do(by: Actor, shipment: Shipment, now: datetime) -> None:
        data = form.cleaned_data
        draft = LegDraft(
            kind=LegKind(data["kind"]),
            unit_id=int(data["unit"]) if data["unit"] else None,
            courier_staff_id=int(data["courier"]) if data["courier"] else None,
            courier_name=data["courier_name"],
            courier_phone=data["courier_phone"],
        )
        actions.set_leg(actor=by, shipment_id=shipment.pk, leg=draft, now=now)

    return _done(request, form, row, do, gettext("Outlet and courier are named.")) or _page(
        request, form, row, title=_("Name the courier"), submit=_("Save outlet and courier")
    )


@requires(TRACK_SHIPMENTS)
def void(request: HttpRequest, shipment_id: int, event_id: int) -> HttpResponse:
    row = _row(request, shipment_id)
    form = ReasonForm(posted(request))

    def do(actor: Actor, _shipment: Shipment, now: datetime) -> None:
        actions.void_event(actor=actor, event_id=event_id, reason=form.cleaned_data["reason"], now=now)

    note = _("The event stays visible, struck through, with your reason; the state follows from the others.")
    return _done(request, form, row, do, gettext("The event no longer counts.")) or _page(
        request, form, row, title=_("Strike a wrong event"), submit=_("Strike the event"), note=note
    )


@requires(REVEAL)
@require_POST
def phone(request: HttpRequest, shipment_id: int, role: str) -> HttpResponseBase:
    """The whole number as plain text; the look is logged."""
    try:
        side = PartyRole(role)
    except ValueError:
        raise NotFound from None
    number = actions.reveal_phone(actor=require_actor(request), shipment_id=shipment_id, role=side, now=clock.now())
    return HttpResponse(number, content_type="text/plain; charset=utf-8")


@requires(ACKNOWLEDGE_WATCH)
@require_POST
def lift(request: HttpRequest, shipment_id: int, kind: str) -> HttpResponseBase:
    try:
        reason = WatchKind(kind)
    except ValueError:
        raise NotFound from None
    actions.lift_watch(actor=require_actor(request), shipment_id=shipment_id, kind=reason, now=clock.now())
    toast(request, gettext("It is watched again."))
    return HttpResponseRedirect(page_url(_row(request, shipment_id)))
