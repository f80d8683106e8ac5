"""Registering an order."""

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.platform import clock
from zhike.platform.errors import Conflict, FieldError, Invalid, NotFound
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers.queries.customers import id_of
from zhike.record.organization.queries.units import unit_tree
from zhike.record.shipments import actions
from zhike.record.shipments.forms.orders import ACTION_FIELDS, OrderForm
from zhike.record.shipments.pages._shared import form_page, posted
from zhike.record.shipments.policies import REGISTER_ORDERS


@requires(REGISTER_ORDERS)
def new(request: HttpRequest) -> HttpResponseBase:
    """One order with one shipment; more come by import or through the API."""
    actor = require_actor(request)
    units = unit_tree(actor=actor)
    form = OrderForm(posted(request), units=units, initial={"customer": request.GET.get("customer", "")[:20]})
    if form.is_bound and form.is_valid():
        try:
            customer = form.cleaned_data["customer"]
            customer_id = id_of(actor=actor, number=customer) if customer else None
            made = actions.register_order(
                actor=actor, order=form.order(customer_id), shipments=[form.shipment(actor.zone)], now=clock.now()
            )
        except NotFound:
            form.add_error("customer", gettext("There is no such customer within your reach."))
        except Conflict as error:
            form.add_error("waybill", error.text())
        except Invalid as error:
            add_errors(form, _renamed(error))
        else:
            pk, waybill = made.shipments[0]
            toast(request, gettext("Order %(number)s is registered.") % {"number": made.number})
            return HttpResponseRedirect(reverse("desk:shipment", args=[pk]) + f"?new={waybill}")
    return form_page(
        request,
        form,
        title=_("Register an order"),
        submit=_("Register the order"),
        crumbs=[Crumb(gettext("Shipments"), reverse("shipments:list"))],
        back=reverse("shipments:list"),
    )


def _renamed(error: Invalid) -> Invalid:
    """The action's errors under this form's field names."""
    fields: dict[str, list[FieldError]] = {}
    for name, found in error.fields.items():
        fields.setdefault(ACTION_FIELDS.get(name, ""), []).extend(found)
    return Invalid(fields)
