"""Enquiries: taking one, its page, and how it ended."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import clock
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb, Fact
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers import actions, queries
from zhike.record.customers.forms import EnquiryForm, LossForm
from zhike.record.customers.pages._shared import customer_url, form_page
from zhike.record.customers.pages.lists import enquiry_status
from zhike.record.customers.policies import EDIT, VIEW
from zhike.record.customers.types import CHANNEL_LABELS, LOSS_LABELS, EnquiryState


def _crumbs() -> list[Crumb]:
    return [Crumb(gettext("Enquiries"), reverse("customers:enquiries"))]


@requires(EDIT)
def new(request: HttpRequest) -> HttpResponse:
    actor = require_actor(request)
    initial = {"channel": "call", "number": request.GET.get("customer", "")}
    form = EnquiryForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            taken = actions.take_enquiry(
                actor=actor,
                entry=form.entry(),
                customer_id=queries.id_of(actor=actor, number=number) if number else None,
                prospect=form.prospect(),
                person=form.somebody(),
                points=form.points(),
                now=clock.now(),
            )
        except NotFound:
            form.add_error("number", gettext("There is no customer of this number within your reach."))
        except Invalid as error:
            add_errors(form, error)
        else:
            said = gettext("%(number)s was taken for %(customer)s.")
            toast(request, said % {"number": taken.number, "customer": taken.customer_number})
            return HttpResponseRedirect(reverse("customers:enquiry", args=[taken.id]))
    return form_page(
        request,
        form,
        title=_("Take an enquiry"),
        submit=_("Take the enquiry"),
        crumbs=_crumbs(),
        back=reverse("customers:enquiries"),
        template="customers/file_form.html",
        context={"likely": []},
    )


@requires(VIEW)
def enquiry(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    actor = require_actor(request)
    row = queries.enquiry(actor=actor, enquiry_id=enquiry_id)
    is_open = row.state == EnquiryState.OPEN.value
    may = actor.has(EDIT.code)
    won = Button(label=_("It became a deal"), url=reverse("customers:enquiry_won", args=[row.pk]), post=True)
    lost = Button(label=_("No deal"), url=reverse("customers:enquiry_lost", args=[row.pk]))
    again = Button(label=_("Open it again"), url=reverse("customers:enquiry_again", args=[row.pk]), post=True)
    context: dict[str, Any] = {
        "enquiry": row,
        "status": enquiry_status(row.state),
        "crumbs": _crumbs(),
        "primary": (won if is_open else None) if may else None,
        "actions": ([lost] if is_open else [again]) if may else [],
        "facts": [
            Fact(label=_("Customer"), value=row.customer.name, url=customer_url(row.customer.number)),
            Fact(label=_("Contact person"), value=row.contact.name if row.contact else None),
            Fact(label=pgettext("enquiry", "By"), value=CHANNEL_LABELS[row.channel]),
            Fact(label=_("Taken by"), value=row.staff.name),
            Fact(label=_("Next contact"), value=row.next_contact_on),
            Fact(label=_("Reason"), value=LOSS_LABELS.get(row.loss_reason)),
            Fact(label=_("In their words"), value=row.loss_note or None),
        ],
    }
    return render(request, "customers/enquiry.html", context)


@requires(EDIT)
@require_POST
def won(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    actions.win_enquiry(actor=require_actor(request), enquiry_id=enquiry_id, now=clock.now())
    undo = reverse("customers:enquiry_again", args=[enquiry_id])
    toast(request, gettext("The enquiry became a deal."), undo=undo)
    return HttpResponseRedirect(reverse("customers:enquiry", args=[enquiry_id]))


@requires(EDIT)
def lost(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    actor = require_actor(request)
    row = queries.enquiry(actor=actor, enquiry_id=enquiry_id)
    page = reverse("customers:enquiry", args=[enquiry_id])
    form = LossForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            actions.lose_enquiry(actor=actor, enquiry_id=enquiry_id, loss=form.loss(), now=clock.now())
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("The file stays, with the reason."))
            return HttpResponseRedirect(page)
    return form_page(
        request,
        form,
        title=filled(_("No deal: %(subject)s"), {"subject": row.subject}),
        submit=_("Keep the reason"),
        crumbs=[*_crumbs(), Crumb(row.number, page)],
        back=page,
    )


@requires(EDIT)
@require_POST
def again(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    actions.reopen_enquiry(actor=require_actor(request), enquiry_id=enquiry_id, now=clock.now())
    toast(request, gettext("The enquiry is open again."))
    return HttpResponseRedirect(reverse("customers:enquiry", args=[enquiry_id]))
