"""People at a customer: adding, changing, leaving, their numbers, their places in the decision chain."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.errors import Invalid
from zhike.platform.i18n.labels import filled
from zhike.platform.ui.access import requires
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers import actions, queries
from zhike.record.customers.forms import ContactForm, PointForm, SeatForm
from zhike.record.customers.pages._shared import (
    clashes_of,
    crumbs_of,
    customer_url,
    form_page,
    kept_choice,
    staff_choices,
)
from zhike.record.customers.policies import EDIT, ERASE, REVEAL
from zhike.record.customers.types import ChainRole, CustomerSummary, EditClash


def _customer(request: HttpRequest, customer_id: int) -> CustomerSummary:
    return queries.summary(actor=require_actor(request), customer_id=customer_id)


def _done(request: HttpRequest, customer: CustomerSummary, text: str, undo: str = "") -> HttpResponseRedirect:
    toast(request, text, undo=undo)
    return HttpResponseRedirect(customer_url(customer.number))


@requires(EDIT)
def new(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    customer = _customer(request, queries.id_of(actor=actor, number=number))
    form = ContactForm(
        request.POST or None, staff=staff_choices(actor), new=True, initial={"language": customer.language}
    )
    if form.is_bound and form.is_valid():
        try:
            made = actions.create_contact(
                actor=actor, customer_id=customer.id, entry=form.entry(), points=form.points(), now=clock.now()
            )
            return _done(request, customer, gettext("%(name)s was added.") % {"name": made.name})
        except Invalid as error:
            add_errors(form, error)
    return form_page(
        request,
        form,
        title=filled(_("Add a contact at %(name)s"), {"name": customer.name}),
        submit=_("Add the contact"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
    )


@requires(EDIT)
def edit(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    card = queries.contact(actor=actor, contact_id=contact_id)
    customer = _customer(request, card.customer_id)
    form = ContactForm(request.POST or None, staff=staff_choices(actor), new=False, initial=ContactForm.values_of(card))
    context: dict[str, Any] = {"card": card, "point_form": PointForm(), "can_erase": actor.has(ERASE.code)}
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or card.version
        try:
            actions.update_contact(actor=actor, contact_id=contact_id, entry=form.entry(), version=version, now=now)
            return _done(request, customer, gettext("Saved."))
        except EditClash as clash:
            chosen = kept_choice(request, clash, form.entry())
            if chosen is not None:
                actions.update_contact(actor=actor, contact_id=contact_id, entry=chosen, version=clash.version, now=now)
                return _done(request, customer, gettext("Saved."))
            context |= {"clashes": clashes_of(form, clash), "who": gettext("Somebody else")}
        except Invalid as error:
            add_errors(form, error)
    return form_page(
        request,
        form,
        title=filled(_("Edit %(name)s"), {"name": card.name}),
        submit=_("Save"),
        crumbs=crumbs_of(customer),
        back=customer_url(customer.number),
        template="customers/contact_form.html",
        context=context,
    )


@requires(EDIT)
@require_POST
def left(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = require_actor(request)
    card = queries.contact(actor=actor, contact_id=contact_id)
    actions.contact_left(actor=actor, contact_id=contact_id, now=clock.now())
    back = reverse("customers:contact_back", args=[contact_id])
    said = gettext("%(name)s no longer works there.") % {"name": card.name}
    return _done(request, _customer(request, card.customer_id), said, undo=back)


@requires(EDIT)
@require_POST
def back(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = require_actor(request)
    actions.contact_returned(actor=actor, contact_id=contact_id, now=clock.now())
    card = queries.contact(actor=actor, contact_id=contact_id)
    return _done(request, _customer(request, card.customer_id), gettext("Saved."))


@requires(EDIT)
@require_POST
def add_point(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = require_actor(request)
    card = queries.contact(actor=actor, contact_id=contact_id)
    form = PointForm(request.POST)
    if not form.is_valid():
        raise Invalid.of("raw", "required", _("Give a number or an address."))
    actions.add_point(
        actor=actor, customer_id=card.customer_id, contact_id=contact_id, entry=form.entry(), now=clock.now()
    )
    return HttpResponseRedirect(reverse("customers:contact", args=[contact_id]))


@requires(EDIT)
@require_POST
def change_point(request: HttpRequest, contact_id: int, point_id: int, deed: str) -> HttpResponse:
    """`primary`, `verified`, `shared`, `remove`."""
    actor, now = require_actor(request), clock.now()
    if deed == "remove":
        actions.remove_point(actor=actor, point_id=point_id, now=now)
        toast(request, gettext("The number or address was removed; the history keeps it."))
    else:
        wanted = {name: True if name == deed else None for name in ("primary", "verified", "shared")}
        actions.change_point(actor=actor, point_id=point_id, now=now, **wanted)
    return HttpResponseRedirect(reverse("customers:contact", args=[contact_id]))


@requires(REVEAL)
@require_POST
def reveal(request: HttpRequest, point_id: int) -> HttpResponse:
    """The whole number as plain text; the look is logged."""
    shown = actions.reveal_point(actor=require_actor(request), point_id=point_id, now=clock.now())
    return HttpResponse(shown, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@requires(EDIT)
def seat(request: HttpRequest, number: str) -> HttpResponse:
    """Note a place in the decision chain that nobody known holds yet."""
    actor = require_actor(request)
    customer = _customer(request, queries.id_of(actor=actor, number=number))
    form = SeatForm(request.POST or None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        actions.add_seat(
            actor=actor,
            customer_id=customer.id,
            role=ChainRole(data["role"]),
            title=data["title"],
            now=clock.now(),
        )
        return _done(request, customer, gettext("Saved."))
    return form_page(
        request,
        form,
        title=filled(_("A place in the decision chain of %(name)s"), {"name": customer.name}),
        submit=_("Add the place"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
    )


@requires(EDIT)
@require_POST
def seat_remove(request: HttpRequest, number: str, seat_id: int) -> HttpResponse:
    actor = require_actor(request)
    customer = _customer(request, queries.id_of(actor=actor, number=number))
    actions.remove_seat(actor=actor, seat_id=seat_id, now=clock.now())
    return _done(request, customer, gettext("Saved."))
