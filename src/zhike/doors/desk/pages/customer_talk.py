"""Writing down contacts and notes from the customer's page, and correcting them."""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.doors.desk.forms.customer import ContactLogForm, CorrectionForm, NoteForm
from zhike.platform import clock
from zhike.platform.actors import Actor
from zhike.platform.errors import Invalid
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Crumb
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.agreements import actions as agreements
from zhike.record.customers import queries as customers
from zhike.record.customers.types import CustomerSummary, Label
from zhike.record.interactions import actions, queries
from zhike.record.interactions.policies import WRITE
from zhike.record.interactions.types import Audience, NoteKind


def _people(actor: Actor, customer_id: int) -> list[tuple[str, str]]:
    rows = customers.contact_rows(actor=actor).live().filter(customer_id=customer_id).order_by("name_pinyin", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def _back(summary: CustomerSummary) -> str:
    return reverse("desk:customer", args=[summary.number])


@requires(WRITE)
def log_contact(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    summary = customers.head(actor=actor, number=number)[0]
    form = ContactLogForm(request.POST or None, people=_people(actor, summary.id))
    if form.is_bound and form.is_valid():
        try:
            _keep(actor, form, summary)
        except Invalid as error:
            promised = {"text": "promised", "due_at": "promised_until"}
            error.fields = {promised.get(name, name): found for name, found in error.fields.items()}
            add_errors(form, error)
        else:
            toast(request, gettext("Contact written down."))
            return HttpResponseRedirect(_back(summary))
    return _draw(request, form, summary, title=_("Log contact"), submit=_("Log contact"))


def _keep(actor: Actor, form: ContactLogForm, summary: CustomerSummary) -> None:
    """The contact and the promise given in it, both or neither."""
    now = clock.now()
    promise = form.promise(summary.id, actor.zone)
    with transaction.atomic():
        if promise is not None:
            agreements.make_promise(actor=actor, entry=promise, now=now)
        actions.log_contact(actor=actor, customer_id=summary.id, log=form.log(actor.zone), now=now)


@requires(WRITE)
def note(request: HttpRequest, number: str) -> HttpResponse:
    """随手记录: what the customer said in passing; yellow, since only we see it."""
    actor = require_actor(request)
    summary = customers.head(actor=actor, number=number)[0]
    form = NoteForm(request.POST or None, people=_people(actor, summary.id), initial={"kind": NoteKind.OTHER.value})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_note(
                actor=actor,
                customer_id=summary.id,
                body=data["body"],
                kind=NoteKind(data["kind"]),
                contact_id=int(data["contact_id"]) if data["contact_id"] else None,
                now=clock.now(),
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Note kept."))
            return HttpResponseRedirect(_back(summary))
    return _draw(request, form, summary, title=_("Write a note"), submit=_("Keep the note"), inside=True)


@requires(WRITE)
def correct(request: HttpRequest, interaction_id: int) -> HttpResponse:
    """The original stays, struck; the correction follows it."""
    actor = require_actor(request)
    row = queries.interaction(actor=actor, interaction_id=interaction_id)
    summary = customers.summary(actor=actor, customer_id=row.customer_id)
    form = CorrectionForm(request.POST or None, initial={"subject": row.subject, "body": row.body})
    if form.is_bound and form.is_valid():
        try:
            actions.correct_entry(
                actor=actor,
                interaction_id=interaction_id,
                subject=form.cleaned_data["subject"],
                body=form.cleaned_data["body"],
                now=clock.now(),
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("Corrected; the original stays, struck."))
            return HttpResponseRedirect(_back(summary))
    inside = row.audience != Audience.CUSTOMER.value
    return _draw(request, form, summary, title=_("Correct an entry"), submit=_("Add the correction"), inside=inside)


def _draw(
    request: HttpRequest,
    form: forms.Form,
    summary: CustomerSummary,
    *,
    title: Label,
    submit: Label,
    inside: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "inside": inside,
        "customer": summary,
        "crumbs": [Crumb(summary.name, _back(summary))],
        "back": _back(summary),
        "draft": f"desk:{request.path}",
    }
    return render(request, "desk/customer_talk.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("customers/<str:number>/contact/", log_contact, name="log_contact"),
    path("customers/<str:number>/note/", note, name="note"),
    path("interactions/<int:interaction_id>/correct/", correct, name="correct"),
]
