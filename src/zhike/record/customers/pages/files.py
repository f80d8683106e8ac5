"""Opening and changing a file, its owner, its place in a group, its duplicates, its history."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.platform import audit, clock
from zhike.platform.errors import Invalid, NotFound
from zhike.platform.i18n.labels import filled
from zhike.platform.ui.access import requires
from zhike.platform.ui.components import Button, Crumb
from zhike.platform.ui.forms import add_errors
from zhike.platform.ui.requests import require_actor
from zhike.platform.ui.toasts import toast
from zhike.record.customers import actions, events, queries
from zhike.record.customers.forms import CustomerForm, GroupForm, MergeForm, OwnerForm, ReasonForm, StageForm
from zhike.record.customers.pages._shared import (
    clashes_of,
    crumbs_of,
    customer_url,
    form_page,
    kept_choice,
    said,
    staff_choices,
)
from zhike.record.customers.pages.lists import FILES, listed
from zhike.record.customers.policies import CHANGE_OWNER, EDIT, MERGE, VIEW
from zhike.record.customers.types import (
    STAGE_CAUSE_LABELS,
    STAGE_LABELS,
    CustomerSummary,
    EditClash,
    GroupView,
    Label,
    PointEntry,
    PointKind,
    Stage,
)
from zhike.record.organization import queries as organization

# The timeline tells these in full.
TOLD_ELSEWHERE = frozenset({events.ContactMade.type, "interactions.logged", "interactions.note_written"})


def _list_crumb() -> list[Crumb]:
    return [Crumb(gettext("Customer files"), reverse("customers:list"))]


@requires(EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Open a file; hints at likely duplicates while the name is typed."""
    actor, now = require_actor(request), clock.now()
    initial = {"owner": str(actor.staff_id or ""), "kind": "consumer", "language": actor.language}
    form = CustomerForm(request.POST or None, owners=staff_choices(actor), initial=initial)
    if form.is_bound and form.is_valid():
        owner = form.cleaned_data["owner"]
        try:
            made = actions.create_customer(
                actor=actor, entry=form.entry(), owner_id=int(owner) if owner else None, now=now
            )
            _add_phone(request, made, form.cleaned_data["phone"], now)
        except Invalid as error:
            add_errors(form, error)
        else:
            toast(request, gettext("%(number)s was opened.") % {"number": made.number})
            return HttpResponseRedirect(customer_url(made.number))
    return form_page(
        request,
        form,
        title=_("Open a customer file"),
        submit=_("Open the file"),
        crumbs=_list_crumb(),
        back=reverse("customers:list"),
        template="customers/file_form.html",
        context={"likely": []},
    )


def _add_phone(request: HttpRequest, made: CustomerSummary, phone: str, now: datetime) -> None:
    if phone:
        entry = PointEntry(kind=PointKind.PHONE, raw=phone)
        actions.add_point(actor=require_actor(request), customer_id=made.id, entry=entry, now=now)


@requires(EDIT)
def hints(request: HttpRequest) -> HttpResponse:
    """Files that may be the same customer as the one being typed."""
    found = queries.likely_same(
        actor=require_actor(request),
        name=request.GET.get("name", "")[:200],
        registration_no=request.GET.get("registration_no", "")[:40],
        phone=request.GET.get("phone", "")[:160],
        now=clock.now(),
    )
    return render(request, "customers/file_form.html#likely", {"likely": found})


@requires(EDIT)
def edit(request: HttpRequest, number: str) -> HttpResponse:
    actor, now = require_actor(request), clock.now()
    customer = _customer(request, number)
    file = queries.customer_file(actor=actor, customer_id=customer.id)
    form = CustomerForm(request.POST or None, initial=CustomerForm.values_of(file.entry, file.version))
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or file.version
        try:
            actions.update_customer(actor=actor, customer_id=customer.id, entry=form.entry(), version=version, now=now)
            return _saved(request, customer)
        except EditClash as clash:
            chosen = kept_choice(request, clash, form.entry())
            if chosen is not None:
                actions.update_customer(
                    actor=actor, customer_id=customer.id, entry=chosen, version=clash.version, now=now
                )
                return _saved(request, customer)
            context = {"clashes": clashes_of(form, clash), "who": gettext("Somebody else")}
        except Invalid as error:
            add_errors(form, error)
    return form_page(
        request,
        form,
        title=filled(_("Edit %(name)s"), {"name": customer.name}),
        submit=_("Save"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
        context=context,
    )


def _saved(request: HttpRequest, customer: CustomerSummary) -> HttpResponseRedirect:
    toast(request, gettext("Saved."))
    return HttpResponseRedirect(customer_url(customer.number))


@requires(CHANGE_OWNER)
def owner(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    customer = _customer(request, number)
    form = OwnerForm(request.POST or None, owners=staff_choices(actor))
    if form.is_bound and form.is_valid():
        try:
            _give(request, [customer.id], form)
        except Invalid as error:
            add_errors(form, error)
        else:
            return HttpResponseRedirect(customer_url(number))
    return form_page(
        request,
        form,
        title=filled(_("Change the responsible person of %(name)s"), {"name": customer.name}),
        submit=_("Change the responsible person"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
        template="customers/owner_form.html",
        context={"owners": queries.owners(actor=actor, customer_id=customer.id)},
    )


def _give(request: HttpRequest, customer_ids: list[int], form: OwnerForm) -> None:
    """Hand over and say so, with the way back: who took over, and at which moment."""
    now, to_staff_id = clock.now(), int(form.cleaned_data["to_staff_id"])
    count = actions.change_owner(
        actor=require_actor(request),
        customer_ids=customer_ids,
        to_staff_id=to_staff_id,
        reason=form.cleaned_data["reason"],
        now=now,
    )
    said = ngettext(
        "%(count)s customer has a new responsible person.", "%(count)s customers have a new responsible person.", count
    )
    undo = f"{reverse('customers:owner_undo', args=[to_staff_id])}?{urlencode({'at': now.isoformat()})}"
    toast(request, said % {"count": count}, undo=undo if count else "")


@requires(CHANGE_OWNER)
@require_POST
def owner_undo(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Back to whoever was responsible before; the page it was asked from comes again."""
    try:
        at = datetime.fromisoformat(request.GET.get("at", ""))
    except ValueError:
        raise NotFound from None
    if at.tzinfo is None:
        raise NotFound
    count = actions.take_back_owners(actor=require_actor(request), to_staff_id=staff_id, at=at, now=clock.now())
    said = ngettext(
        "%(count)s customer is back with the earlier responsible person.",
        "%(count)s customers are back with the earlier responsible person.",
        count,
    )
    toast(request, said % {"count": count})
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(target if safe else reverse("customers:list"))


@requires(CHANGE_OWNER)
@require_POST
def owner_many(request: HttpRequest) -> HttpResponse:
    """The chosen rows of the list: first the question to whom, then the deed."""
    actor = require_actor(request)
    rows = listed(actor, QueryDict(request.POST.get("query", "")))
    chosen = FILES.selected(request, rows).values_list("pk", flat=True)
    asked = "to_staff_id" in request.POST
    form = OwnerForm(request.POST if asked else None, owners=staff_choices(actor))
    if asked and form.is_valid():
        try:
            _give(request, list(chosen), form)
        except Invalid as error:
            add_errors(form, error)
        else:
            query = request.POST.get("query", "")
            return HttpResponseRedirect(f"{reverse('customers:list')}{f'?{query}' if query else ''}")
    kept = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name not in form.fields]
    return form_page(
        request,
        form,
        title=filled(_("Change the responsible person of %(count)s customers"), {"count": chosen.count()}),
        submit=_("Change the responsible person"),
        crumbs=_list_crumb(),
        back=reverse("customers:list"),
        context={"kept": [pair for pair in kept if pair[0] != "csrfmiddlewaretoken"]},
    )


@requires(EDIT)
@require_POST
def verify(request: HttpRequest, number: str) -> HttpResponse:
    customer = _customer(request, number)
    actions.verify_customer(actor=require_actor(request), customer_id=customer.id, now=clock.now())
    toast(request, gettext("Noted: the file is right as of today."))
    return HttpResponseRedirect(customer_url(number))


@requires(EDIT)
def close(request: HttpRequest, number: str) -> HttpResponse:
    customer = _customer(request, number)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actions.deactivate_customer(
            actor=require_actor(request),
            customer_id=customer.id,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        toast(request, gettext("The file is closed."), undo=reverse("customers:reopen", args=[number]))
        return HttpResponseRedirect(customer_url(number))
    return form_page(
        request,
        form,
        title=filled(_("Close the file of %(name)s"), {"name": customer.name}),
        submit=_("Close the file"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
        note=_("Number, owner and history stay; the file can be opened again."),
    )


@requires(EDIT)
@require_POST
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    customer = _customer(request, number)
    actions.reactivate_customer(actor=require_actor(request), customer_id=customer.id, now=clock.now())
    return _saved(request, customer)


@requires(EDIT)
def stage(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    customer = _customer(request, number)
    form = StageForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actions.set_stage(
            actor=actor,
            customer_id=customer.id,
            stage=Stage(form.cleaned_data["stage"]),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        return _saved(request, customer)
    return form_page(
        request,
        form,
        title=filled(_("Stage of %(name)s"), {"name": customer.name}),
        submit=_("Set the stage"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
        note=_("It holds until the next order; all other stages follow from services."),
    )


@requires(MERGE)
def group_link(request: HttpRequest, number: str) -> HttpResponse:
    actor = require_actor(request)
    customer = _customer(request, number)
    initial = {"parent": customer.parent.number if customer.parent else ""}
    form = GroupForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        parent = form.cleaned_data["parent"]
        try:
            parent_id = queries.id_of(actor=actor, number=parent) if parent else None
            actions.link_group(actor=actor, customer_id=customer.id, parent_id=parent_id, now=clock.now())
            return _saved(request, customer)
        except Invalid as error:
            form.add_error("parent", "; ".join(e.text() for found in error.fields.values() for e in found))
    return form_page(
        request,
        form,
        title=filled(_("Group of %(name)s"), {"name": customer.name}),
        submit=_("Save"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
    )


def _values(view: GroupView, of: Mapping[str, int | Decimal]) -> list[tuple[Label, int | Decimal]]:
    """Each measure's name with its value, in the order of the columns."""
    return [(label, of[code]) for code, label in view.measures]


@requires(VIEW)
def group(request: HttpRequest, number: str) -> HttpResponse:
    """The group as one whole, with the sums over its members (CUST-20)."""
    actor = require_actor(request)
    customer = _customer(request, number)
    link = Button(label=_("Change the place in the group"), url=reverse("customers:group_link", args=[number]))
    view = queries.group(actor=actor, customer_id=customer.id)
    context = {
        "group": view,
        "rows": [{"member": m, "indent": "\u3000" * m.depth, "values": _values(view, m.values)} for m in view.members],
        "totals": _values(view, view.totals),
        "customer": customer,
        "crumbs": crumbs_of(customer),
        "primary": link if actor.has(MERGE.code) else None,
    }
    return render(request, "customers/group.html", context)


@requires(MERGE)
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """This file goes into another one; its number keeps finding it."""
    actor, now = require_actor(request), clock.now()
    customer = _customer(request, number)
    form = MergeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            into = queries.id_of(actor=actor, number=form.cleaned_data["into"])
            actions.merge_customers(
                actor=actor, from_id=customer.id, into_id=into, reason=form.cleaned_data["reason"], now=now
            )
        except Invalid as error:
            form.add_error("into", "; ".join(e.text() for found in error.fields.values() for e in found))
        else:
            toast(
                request,
                gettext("%(number)s was merged.") % {"number": number},
                undo=reverse("customers:unmerge", args=[customer.id]),
            )
            return HttpResponseRedirect(customer_url(number))
    likely = queries.likely_same(actor=actor, name=customer.name, now=now, exclude_id=customer.id)
    return form_page(
        request,
        form,
        title=filled(_("Merge %(name)s into another file"), {"name": customer.name}),
        submit=_("Merge"),
        crumbs=crumbs_of(customer),
        back=customer_url(number),
        note=_("People, numbers, enquiries and everything else move; this can be taken back."),
        template="customers/merge_form.html",
        context={"likely": likely},
    )


@requires(MERGE)
@require_POST
def unmerge(request: HttpRequest, customer_id: int) -> HttpResponse:
    actor = require_actor(request)
    actions.undo_merge(actor=actor, from_id=customer_id, now=clock.now())
    toast(request, gettext("The merge was taken back."))
    return HttpResponseRedirect(customer_url(queries.summary(actor=actor, customer_id=customer_id).number))


@requires(VIEW)
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Who changed what, who was responsible, which stages there were."""
    actor = require_actor(request)
    customer = _customer(request, number)
    entries = audit.history(actor=actor, subject=("customer", customer.id))
    people = {int(e.actor_id) for e in entries if e.actor_kind == "staff" and e.actor_id.isdigit()}
    names = organization.staff_labels(actor=actor, staff_ids=people)
    context = {
        "customer": customer,
        "crumbs": crumbs_of(customer),
        "entries": [(e, _who(e, names), _changes(e)) for e in entries if e.type not in TOLD_ELSEWHERE],
        "owners": queries.owners(actor=actor, customer_id=customer.id),
        "stage_rows": [
            (STAGE_LABELS[p.stage], STAGE_CAUSE_LABELS[p.cause], p)
            for p in queries.stages_of(actor=actor, customer_id=customer.id)
        ],
    }
    return render(request, "customers/history.html", context)


def _who(entry: audit.Entry, names: dict[int, str]) -> str:
    if entry.actor_kind == "staff" and entry.actor_id.isdigit():
        return names.get(int(entry.actor_id), entry.actor_id)
    return gettext("System") if entry.actor_kind == "system" else entry.actor_kind


def _changes(entry: audit.Entry) -> list[tuple[str, str, str]]:
    """Fields of the file with both values, named as on the form."""
    if entry.type != events.CustomerChanged.type:
        return []
    fields = CustomerForm().fields
    names = [name for name in dict.fromkeys([*entry.before, *entry.after]) if name in fields]
    return [
        (str(fields[n].label), said(fields[n], entry.before.get(n)), said(fields[n], entry.after.get(n))) for n in names
    ]


def _customer(request: HttpRequest, number: str) -> CustomerSummary:
    actor = require_actor(request)
    return queries.summary(actor=actor, customer_id=queries.id_of(actor=actor, number=number))


@requires(VIEW)
def open_file(request: HttpRequest, customer_id: int) -> HttpResponse:
    """From an id (a search result, a row of a figure) to the customer's page."""
    found = queries.summary(actor=require_actor(request), customer_id=customer_id)
    return HttpResponseRedirect(customer_url(found.number))


@requires(VIEW)
def open_person(request: HttpRequest, contact_id: int) -> HttpResponse:
    actor = require_actor(request)
    card = queries.contact(actor=actor, contact_id=contact_id)
    found = queries.summary(actor=actor, customer_id=card.customer_id)
    return HttpResponseRedirect(f"{customer_url(found.number)}?tab=net#tab")
